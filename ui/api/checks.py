"""Check a text as an agent has edited it, against the answer that it was drafted from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from kb.models import Answer, Doubt, ReplyLanguage
from ui.api.bodies import AboutAnswer, ProblemShown, ProblemsShown, Text
from ui.api.limits import allow
from ui.api.recording import Recording
from ui.services import Services
from ui.session import Identity


class CheckBody(AboutAnswer):
    """A reply, as edited, and the answer that it was drafted from."""

    text: Text


def check_routes(router: APIRouter, services: Services, recording: Recording) -> None:
    @router.post("/check", summary="Check a text", response_model=ProblemsShown)
    def check(body: CheckBody, identity: Annotated[Identity, allow("check")]) -> ProblemsShown:
        """What the checks doubt: numbers that no source supports, disclaimers that are missing, wording that the shop forbids. Spans count code points."""
        answer = answer_of(body, identity, recording)
        return ProblemsShown(problems=[ProblemShown.of(doubt) for doubt in doubts(services, body.text, answer, body.lang)])


def answer_of(body: AboutAnswer, identity: Identity, recording: Recording) -> Answer | None:
    """The answer that a body brings or names. Refuses an unknown id with 404."""
    if body.answer is not None or body.answer_id is None:
        return body.answer
    return recording.answer(body.answer_id, identity)


def doubts(services: Services, text: str, answer: Answer | None, lang: ReplyLanguage | None) -> tuple[Doubt, ...]:
    """The checks; a text without an answer rests on no source."""
    if answer is None:
        return services.answerer.check(text, ())
    return services.check(text, answer)


__all__ = ["answer_of", "check_routes", "doubts"]

"""Check a text as an agent has edited it, against the answer that it was drafted from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from kb.models import Answer
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
        return ProblemsShown(problems=[ProblemShown.of(doubt) for doubt in services.check(body.text, answer, body.lang)])


def answer_of(body: AboutAnswer, identity: Identity, recording: Recording) -> Answer | None:
    """The answer that a body brings or names. Refuses an unknown id with 404."""
    if body.answer is not None or body.answer_id is None:
        return body.answer
    return recording.answer(body.answer_id, identity)


__all__ = ["answer_of", "check_routes"]

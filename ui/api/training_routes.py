"""What the training page calls, below ``/api/v1/training``: agents practise, trainers see how it goes."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from kb.models import Language, ReplyLanguage
from kb.training.progress import Progress, progress
from ui.api.bodies import Body, Name, Text
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.practice import Practice
from ui.services import Services
from ui.session import Identity, identified, roles

MOST_ATTEMPTS = 20_000
LEADS = ("trainer", "admin")


class AttemptBody(Body):
    """A trainee's reply."""

    exercise: Name
    reply: Text
    seconds: Annotated[float, Field(ge=0, le=86_400)]
    """From the message to the reply."""
    lang: ReplyLanguage = "zh-Hant"
    """Of what the checks say."""


def training_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/training", include_in_schema=False, dependencies=[roles("agent", "trainer", "admin"), allow("answer")])
    practice = Practice(services)

    @own.get("/exercise")
    def exercise(identity: Annotated[Identity, identified], lang: Annotated[Language | None, Query()] = None) -> dict[str, Any]:
        """The next message to practise on; null where the shop has no golden question."""
        found = practice.next_for(identity.name, lang)
        if found is None:
            return {"exercise": None}
        key, question = found
        history = [{"role": turn.role, "text": turn.text} for turn in question.history]
        as_of = (question.as_of or services.today()).isoformat()
        return {
            "exercise": {"id": key, "text": question.text, "history": history, "lang": question.lang, "as_of": as_of, "target_s": practice.target_s}
        }

    @own.post("/attempts", status_code=201)
    def attempt(body: AttemptBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Score a reply and keep it."""
        if body.exercise not in practice.exercises():
            raise Refusal(404, "there is no such exercise; its question may have been taken out")
        kept, scored, draft = practice.attempt(identity.name, body.exercise, body.reply, body.seconds, body.lang)
        return {"id": kept.id, "score": scored.score, "passed": scored.passed, "points": [point.as_json() for point in scored.points], "draft": draft}

    @own.get("/progress")
    def how_it_goes(identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """One's own practice, and for a trainer everybody's."""
        mine = progress(services.store.attempts(by=identity.name, limit=MOST_ATTEMPTS))
        team = progress(services.store.attempts(limit=MOST_ATTEMPTS)) if identity.role in LEADS else []
        return {"mine": _shown(mine[0]) if mine else None, "team": [_shown(one) for one in team], "lead": identity.role in LEADS}

    @own.get("/progress.csv", dependencies=[roles("trainer", "admin")])
    def table() -> Response:
        """Everybody's practice as CSV."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["person", "attempts", "mean score", "pass rate", "last"])
        for one in progress(services.store.attempts(limit=MOST_ATTEMPTS)):
            writer.writerow([_inert(one.name), one.attempts, f"{one.mean:.1f}", f"{one.passes:.2f}", one.last.isoformat(timespec="seconds")])
        headers = {"content-disposition": 'attachment; filename="youju-practice.csv"'}
        return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    router.include_router(own)


def _shown(one: Progress) -> dict[str, Any]:
    return {
        "name": one.name,
        "attempts": one.attempts,
        "mean": one.mean,
        "passes": one.passes,
        "last": one.last.isoformat(),
        "recent": list(one.recent),
    }


def _inert(text: str) -> str:
    """A spreadsheet reads a cell that begins so as a formula; an apostrophe before it stops that."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


__all__ = ["training_routes"]

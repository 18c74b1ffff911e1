"""What was done: one's own attempts, everybody's for a trainer, and a trainer's word on a score."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from kb.store import Attempt, Override
from ui.api.bodies import Body
from ui.api.problems import Refusal
from ui.api.training_parts import LEADS, shown_attempt
from ui.drills import Drills
from ui.plans import Plans
from ui.services import Services
from ui.session import Identity, identified, roles


class OverrideBody(Body):
    """A score in the place of the automatic one."""

    score: Annotated[int, Field(ge=0, le=100)]
    passed: bool
    reason: Annotated[str, Field(min_length=3, max_length=1000, pattern=r"\S")]
    """Shown to the trainee."""


def attempt_routes(router: APIRouter, services: Services, drills: Drills, plans: Plans) -> None:
    @router.get("/attempts")
    def attempts(
        identity: Annotated[Identity, identified],
        person: Annotated[str, Query(max_length=200)] = "",
        drill: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> dict[str, Any]:
        """Newest first: one's own; for a trainer those of the person named, of everybody under ``*``."""
        who = (None if person == "*" else person or identity.name) if identity.role in LEADS else identity.name
        found = services.store.attempts(by=who, exercise=drill or None, limit=limit)
        titles = _titles(services)
        return {"attempts": [shown_attempt(one, titles) for one in found]}

    @router.get("/attempts/{attempt_id}")
    def one(attempt_id: str, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """What was written, each point of the score, and what trainers said of it."""
        found = _seen(services, attempt_id, identity)
        drill = drills.all().get(found.exercise)
        return {"attempt": shown_attempt(found, _titles(services), services.store.overrides(found.id)), "notes": drill.notes if drill else ""}

    @router.post("/attempts/{attempt_id}/override", status_code=201, dependencies=[roles(*LEADS)])
    def override(attempt_id: str, body: OverrideBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Put a score in the place of the automatic one, with the reason; what was there before is kept."""
        found = _seen(services, attempt_id, identity)
        if found.by == identity.name and identity.via != "demo":
            raise Refusal(403, "nobody overrides their own score; ask another trainer")
        services.store.add_override(found.id, Override(dt.datetime.now(dt.UTC), identity.name, body.score, body.passed, body.reason))
        plans.settle(found.by)
        again = _seen(services, attempt_id, identity)
        return {"attempt": shown_attempt(again, _titles(services), services.store.overrides(found.id))}


def _titles(services: Services) -> dict[int, str]:
    """Of all courses, closed ones too."""
    return {one.id: one.title for one in services.store.courses(closed=True)}


def _seen(services: Services, attempt_id: str, identity: Identity) -> Attempt:
    found = services.store.attempt(attempt_id)
    if found is None or (found.by != identity.name and identity.role not in LEADS):
        raise Refusal(404, "there is no such attempt")
    return found


__all__ = ["attempt_routes"]

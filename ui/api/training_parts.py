"""What several routes of the training page take and give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from kb.models import ReplyLanguage
from kb.store import Attempt, Override, User
from kb.training.drill import Drill
from kb.training.drill_parse import MOST_TURNS
from kb.training.scoring import Replied
from ui.api.bodies import Body, Text
from ui.api.problems import Refusal
from ui.drill_scoring import Scored, mixed_up, target_of
from ui.services import Services
from ui.session import Identity

LEADS: Final = ("trainer", "admin")
"""Who sees everybody's practice, writes drills and overrides scores."""

DrillId = Annotated[str, Field(min_length=1, max_length=200)]


class ReplyBody(Body):
    """What a trainee wrote to one message."""

    text: Text
    seconds: Annotated[float, Field(ge=0, le=86_400)]
    """From the message to the reply."""


class Replies(Body):
    """All replies of a drill, in order."""

    replies: Annotated[list[ReplyBody], Field(min_length=1, max_length=MOST_TURNS)]
    lang: ReplyLanguage = "zh-Hant"
    """Of what the checks say."""

    def for_drill(self, drill: Drill) -> list[Replied]:
        if len(self.replies) != len(drill.turns):
            raise Refusal(422, f"the drill has {len(drill.turns)} messages, {len(self.replies)} replies came")
        return [Replied(one.text, one.seconds) for one in self.replies]


def person_of(identity: Identity) -> User:
    """Whoever asks, as plans know people."""
    return User(identity.name, identity.role, dt.datetime.now(dt.UTC), False, identity.display, identity.groups)


def shown_drill(services: Services, drill: Drill) -> dict[str, Any]:
    """What a trainee sees before the first reply: nothing that gives the answer away."""
    return {
        "id": drill.id, "title": drill.title, "origin": drill.origin, "persona": drill.persona, "mood": drill.mood, "channel": drill.channel,
        "language": drill.language, "category": drill.category, "history": [{"role": turn.role, "text": turn.text} for turn in drill.history],
        "message": drill.turns[0], "turns": len(drill.turns), "target_s": target_of(services, drill),
        "as_of": (drill.as_of or services.today()).isoformat(),
    }  # fmt: skip


def shown_score(services: Services, result: Scored, drill: Drill) -> dict[str, Any]:
    """How it went, and what to learn from it."""
    return {
        "score": result.score.score, "passed": result.score.passed, "points": [point.as_json() for point in result.score.points],
        "neighbours": [one.as_json() for one in mixed_up(services, drill)], "draft": result.draft, "notes": drill.notes,
    }  # fmt: skip


def shown_attempt(attempt: Attempt, courses: Mapping[int, str], overrides: Sequence[Override] | None = None) -> dict[str, Any]:
    """One attempt; with its points and turns where the overrides are given too. courses: id → title."""
    last = attempt.override
    head = {
        "id": attempt.id, "at": attempt.at.isoformat(), "by": attempt.by, "drill": attempt.exercise, "title": attempt.title or attempt.exercise,
        "topic": attempt.topic, "language": attempt.lang, "seconds": attempt.seconds, "score": attempt.final_score, "passed": attempt.final_passed,
        "scored": attempt.score, "override": _override(last) if last else None, "course": courses.get(attempt.course or 0),
    }  # fmt: skip
    if overrides is None:
        return head
    turns = list(attempt.turns) or [{"customer": "", "reply": attempt.reply, "seconds": attempt.seconds}]
    return {**head, "points": attempt.points, "turns": turns, "overrides": [_override(one) for one in overrides]}


def _override(one: Override) -> dict[str, Any]:
    return {"at": one.at.isoformat(), "by": one.by, "score": one.score, "passed": one.passed, "reason": one.reason}


__all__ = ["LEADS", "DrillId", "Replies", "person_of", "shown_attempt", "shown_drill", "shown_score"]

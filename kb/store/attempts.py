"""Exercises as people did them: what they wrote, how long it took, and each point of the score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from kb.store import schema
from kb.store.history import History
from kb.store.masking import masked


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reply in an exercise."""

    id: str
    at: dt.datetime
    by: str
    exercise: str
    """Id of the exercise."""
    reply: str
    """Masked when it is kept: people paste from real chats."""
    seconds: float
    score: int
    """0..100."""
    passed: bool
    points: list[dict[str, Any]]
    """What was looked at, and how it went."""


class Attempts(History):
    """Who practised what."""

    def add_attempt(self, attempt: Attempt) -> None:
        # What the checks doubt may repeat the reply; the facts and quotes beside it are the shop's own words.
        points = [
            {**one, "problems": [masked(text, self.order_numbers) for text in one["problems"]]} if "problems" in one else one
            for one in attempt.points
        ]
        values = {
            "id": attempt.id, "at": attempt.at, "by_name": attempt.by, "exercise": attempt.exercise, "reply": masked(attempt.reply, self.order_numbers),
            "seconds": attempt.seconds, "score": attempt.score, "passed": attempt.passed, "points": points,
        }  # fmt: skip
        with self._writing() as connection:
            connection.execute(insert(schema.attempts).values(values))

    def attempts(self, *, by: str | None = None, since: dt.datetime | None = None, limit: int = 1000) -> list[Attempt]:
        """Newest first."""
        table = schema.attempts
        found = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        found = found if by is None else found.where(table.c.by_name == by)
        found = found if since is None else found.where(table.c.at >= since)
        with self._reading() as connection:
            return [Attempt(*row) for row in connection.execute(found)]


__all__ = ["Attempt", "Attempts"]

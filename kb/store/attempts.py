"""Drills as people did them: what they wrote in each turn, how long it took, each point of the score, and a trainer's word on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, insert, select

from kb.errors import StoreError
from kb.store import schema
from kb.store.history import History
from kb.store.masking import masked


@dataclass(frozen=True, slots=True)
class Override:
    """A trainer's word in the place of the automatic score."""

    at: dt.datetime
    by: str
    score: int
    """0..100."""
    passed: bool
    reason: str
    """Shown to the trainee."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One drill, done once."""

    id: str
    at: dt.datetime
    by: str
    exercise: str
    """Id of the drill."""
    reply: str
    """All replies, in order. Masked when it is kept: people paste from real chats."""
    seconds: float
    """Of all replies together."""
    score: int
    """0..100, as it was worked out."""
    passed: bool
    points: list[dict[str, Any]]
    """What was looked at, and how it went."""
    title: str = ""
    """Of the drill."""
    topic: str = ""
    """The drill's category."""
    lang: str = ""
    """The customer's language."""
    turns: Sequence[dict[str, Any]] = ()
    """Turn by turn: {"customer", "reply", "seconds"}; masked likewise."""
    course: int | None = None
    """Id of the course that it was done for."""
    erased_at: dt.datetime | None = None
    """When what was written in it was erased; how it went stays."""
    override: Override | None = None
    """A trainer's last word."""

    @property
    def final_score(self) -> int:
        return self.score if self.override is None else self.override.score

    @property
    def final_passed(self) -> bool:
        return self.passed if self.override is None else self.override.passed


class Attempts(History):
    """Who practised what."""

    def add_attempt(self, attempt: Attempt) -> Attempt:
        """Keep it; gives it back as it is kept."""
        kept = self._masked_attempt(attempt)
        values = {field.name: getattr(kept, field.name) for field in dataclasses.fields(kept) if field.name != "override"}
        values["by_name"] = values.pop("by")
        with self._writing() as connection:
            connection.execute(insert(schema.attempts).values(values))
        return kept

    def attempt(self, attempt_id: str) -> Attempt | None:
        found = self._attempts(_with_overrides().where(schema.attempts.c.id == attempt_id))
        return found[0] if found else None

    def attempts(
        self, *, by: str | None = None, exercise: str | None = None, since: dt.datetime | None = None, until: dt.datetime | None = None, limit: int = 1000
    ) -> list[Attempt]:  # fmt: skip
        """Newest first; `since` belongs to the period, `until` does not."""
        table = schema.attempts
        found = _with_overrides().order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        found = found if by is None else found.where(table.c.by_name == by)
        found = found if exercise is None else found.where(table.c.exercise == exercise)
        found = found if since is None else found.where(table.c.at >= since)
        return self._attempts(found if until is None else found.where(table.c.at < until))

    def times_done(self, by: str) -> Counter[str]:
        """How often somebody has done each drill."""
        table = schema.attempts
        found = select(table.c.exercise, func.count()).where(table.c.by_name == by).group_by(table.c.exercise)
        with self._reading() as connection:
            return Counter({str(row[0]): int(row[1]) for row in connection.execute(found)})

    def add_override(self, attempt_id: str, override: Override) -> None:
        """In the place of what was said before; the history keeps that. Raises StoreError where there is no such attempt, or no reason."""
        if not override.reason.strip() or not 0 <= override.score <= 100:
            raise StoreError("an override has a reason and a score of 0 to 100", where=attempt_id, fix="say why")
        values = {
            "attempt": attempt_id, "at": override.at, "by_name": override.by, "score": override.score, "passed": override.passed,
            "reason": masked(override.reason.strip(), self.order_numbers),
        }  # fmt: skip
        with self._writing() as connection:
            if connection.execute(select(schema.attempts.c.id).where(schema.attempts.c.id == attempt_id)).one_or_none() is None:
                raise StoreError(f"there is no attempt {attempt_id}", where="attempts", fix="check the id")
            connection.execute(insert(schema.overrides).values(values))

    def overrides(self, attempt_id: str) -> list[Override]:
        """All that trainers said of an attempt, oldest first."""
        table = schema.overrides
        found = (
            select(table.c.at, table.c.by_name, table.c.score, table.c.passed, table.c.reason)
            .where(table.c.attempt == attempt_id)
            .order_by(table.c.id)
        )
        with self._reading() as connection:
            return [Override(*row) for row in connection.execute(found)]

    def _attempts(self, found: Select[Any]) -> list[Attempt]:
        width = len(schema.attempts.c)
        with self._reading() as connection:
            rows = [tuple(row) for row in connection.execute(found)]
        return [dataclasses.replace(Attempt(*row[:width]), override=Override(*row[width:]) if row[width] is not None else None) for row in rows]

    def _masked_attempt(self, attempt: Attempt) -> Attempt:
        """What the checks doubt, and what a point quotes of the reply, may repeat personal data; the articles' quotes are the shop's own words."""
        hide = self.order_numbers
        points = [
            {
                key: [masked(text, hide) for text in value] if key == "problems" else masked(value, hide) if key == "said" else value
                for key, value in one.items()
            }
            for one in attempt.points
        ]
        turns = [{key: masked(value, hide) if isinstance(value, str) else value for key, value in one.items()} for one in attempt.turns]
        return dataclasses.replace(attempt, reply=masked(attempt.reply, hide), points=points, turns=turns, override=None)


def _with_overrides() -> Select[Any]:
    """Attempts, each beside its last override."""
    table, overrides = schema.attempts, schema.overrides
    last = select(overrides.c.attempt, func.max(overrides.c.id).label("id")).group_by(overrides.c.attempt).subquery()
    beside = table.outerjoin(last, last.c.attempt == table.c.id).outerjoin(overrides, and_(overrides.c.id == last.c.id))
    return select(table, overrides.c.at, overrides.c.by_name, overrides.c.score, overrides.c.passed, overrides.c.reason).select_from(beside)


__all__ = ["Attempt", "Attempts", "Override"]

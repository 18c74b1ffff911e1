"""How drills went, without what was written: what plans and reports count, a few bytes an attempt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from kb.store import schema
from kb.store.database import Database


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt's outcome; a trainer's word counts before the automatic score."""

    id: str
    """Of the attempt."""
    at: dt.datetime
    by: str
    drill: str
    title: str
    topic: str
    lang: str
    seconds: float
    """For each reply, on average."""
    score: int
    """0..100."""
    passed: bool


class Results(Database):
    """Outcomes of attempts."""

    def results(
        self, *, by: Collection[str] | None = None, topic: str | None = None, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> list[Result]:
        """Oldest first; `since` belongs to the period, `until` does not. by: of these people only."""
        table, overrides = schema.attempts, schema.overrides
        last = select(overrides.c.attempt, func.max(overrides.c.id).label("id")).group_by(overrides.c.attempt).subquery()
        beside = table.outerjoin(last, last.c.attempt == table.c.id).outerjoin(overrides, and_(overrides.c.id == last.c.id))
        found = (
            select(
                table.c.id, table.c.at, table.c.by_name, table.c.exercise, table.c.title, table.c.topic, table.c.lang, table.c.seconds,
                func.json_array_length(table.c.turns), func.coalesce(overrides.c.score, table.c.score),
                func.coalesce(overrides.c.passed, table.c.passed),
            ).select_from(beside).order_by(table.c.at, table.c.id)
        )  # fmt: skip
        found = found if by is None else found.where(table.c.by_name.in_(list(by)))
        found = found if topic is None else found.where(table.c.topic == topic)
        found = found if since is None else found.where(table.c.at >= since)
        found = found if until is None else found.where(table.c.at < until)
        with self._reading() as connection:
            return [Result(*row[:7], row[7] / max(1, row[8]), row[9], bool(row[10])) for row in connection.execute(found)]


__all__ = ["Result", "Results"]

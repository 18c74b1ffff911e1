"""Demonstration data: whether the store holds some, and taking it out again without touching anything else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, Table, delete, exists, func, insert, select

from kb.store import schema
from kb.store.history import History
from kb.store.masking import masked_reply
from kb.store.records import Reply

DEMO: Final = "demo-"
"""How the ids and the people of demonstration data begin. Ids of real records are hexadecimal, and nobody of these names has an account."""
_BY_ID: Final = (schema.asks, schema.replies, schema.feedback, schema.attempts)
_BY_PERSON: Final = (schema.revisions, schema.conflict_decisions, schema.daily_orders, schema.assignments, schema.courses)
_HAPPENED: Final = (*_BY_ID, schema.edits, schema.revisions, schema.conflict_decisions, schema.daily_orders, schema.courses, schema.certificates)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was made, and when."""

    seed: int
    at: dt.datetime
    made: Mapping[str, int]
    """Kind of record → how many."""


class Demonstrations(History):
    """At most one at a time."""

    def demonstration(self) -> Demonstration | None:
        """None where all that the store holds is real."""
        with self._reading() as connection:
            row = connection.execute(select(schema.demonstration).limit(1)).one_or_none()
        return Demonstration(row.seed, row.at, row.made) if row else None

    def mark_demonstration(self, seed: int, at: dt.datetime, made: Mapping[str, int]) -> None:
        """Before the first record is made: what a broken run leaves can be removed."""
        with self._writing() as connection:
            connection.execute(delete(schema.demonstration))
            connection.execute(insert(schema.demonstration).values(seed=seed, at=at, made=dict(made)))

    def add_demo_replies(self, replies: Sequence[Reply]) -> None:
        """Many at once: one by one, each would wait for the disk."""
        masked = [masked_reply(reply, self.order_numbers) for reply in replies]
        rows = [{field.name: getattr(reply, field.name) for field in dataclasses.fields(reply)} for reply in masked]
        with self._writing() as connection:
            connection.execute(insert(schema.replies), [{**row, "by_name": row.pop("by"), "idempotency_key": None} for row in rows])

    def records_by_kind(self) -> dict[str, int]:
        """How many records of what happened there are, by table; tables without any are left out. Accounts do not count."""
        with self._reading() as connection:
            found = {table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in _HAPPENED}
        return {name: number for name, number in found.items() if number}

    def remove_demonstration(self) -> dict[str, int]:
        """Take it all out, in one transaction; gives back how many records of each kind went."""
        with self._writing() as connection:
            gone = {table.name: _removed(connection, table, table.c.id) for table in _BY_ID}
            versions = connection.execute(select(schema.revisions.c.version).where(schema.revisions.c.by_name.startswith(DEMO, autoescape=True)))
            drafted = list(versions.scalars())
            gone["certificates"] = _removed(connection, schema.certificates, schema.certificates.c.person)
            gone |= {table.name: _removed(connection, table, table.c.by_name) for table in _BY_PERSON}
            gone["assignments"] += _removed(connection, schema.assignments, schema.assignments.c.name)
            gone["article_versions"] = _remove_versions(connection, drafted)
            connection.execute(delete(schema.demonstration))
        return {name: number for name, number in gone.items() if number}


def _removed(connection: Connection, table: Table, column: Column[str]) -> int:
    return int(connection.execute(delete(table).where(column.startswith(DEMO, autoescape=True))).rowcount)


def _remove_versions(connection: Connection, drafted: list[str]) -> int:
    """Texts that nothing else rests on: no revision, no certificate, and no answer that cites them."""
    versions, revisions, asks, certificates = schema.article_versions, schema.revisions, schema.asks, schema.certificates
    gone = 0
    for version in dict.fromkeys(drafted):
        kept = exists().where(revisions.c.version == version)
        cited = exists().where(asks.c.answer.cast(schema.Words).contains(version))
        examined = exists().where(certificates.c.articles.cast(schema.Words).contains(version))
        gone += connection.execute(delete(versions).where(versions.c.version == version, ~kept, ~cited, ~examined)).rowcount
    return gone


__all__ = ["DEMO", "Demonstration", "Demonstrations"]

"""How a database comes to today's tables: numbered functions, each applied once, in order, all or nothing.

A change of kb/store/schema.py adds a module here (``m002_what_it_does.py``) and a line to MIGRATIONS. What is here is never edited again:
somebody's database was made by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, text

from kb.errors import StoreError
from kb.store import schema
from kb.store.migrations import (
    m001_first_tables,
    m002_revisions,
    m003_attempts,
    m004_conflict_decisions,
    m005_drills,
    m006_figures,
    m007_plans,
    m008_erasures,
)  # fmt: skip

Migration = Callable[[Connection], None]

MIGRATIONS: Mapping[int, tuple[str, Migration]] = {
    1: ("first tables", m001_first_tables.migrate),
    2: ("revisions of articles", m002_revisions.migrate),
    3: ("attempts at exercises", m003_attempts.migrate),
    4: ("decisions on conflicts", m004_conflict_decisions.migrate),
    5: ("drills, courses, certificates", m005_drills.migrate),
    6: ("figures, orders, demonstration", m006_figures.migrate),
    7: ("plans", m007_plans.migrate),
    8: ("erasures", m008_erasures.migrate),
}

_POSTGRES_LOCK = 7_023_618_001
"""Any number that no other program takes on the same database: whoever migrates holds it."""


def migrate(connection: Connection, where: str, known: Mapping[int, tuple[str, Migration]] = MIGRATIONS) -> list[int]:
    """Apply what is missing, inside the connection's write transaction, and name it. Raises StoreError for a database newer than the program."""
    if connection.dialect.name == "postgresql":  # on SQLite the transaction itself keeps others out
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
    schema.migrations.create(connection, checkfirst=True)
    missing = sorted(set(known) - applied(connection, where, known))
    for number in missing:
        name, function = known[number]
        function(connection)
        connection.execute(insert(schema.migrations).values(number=number, name=name, applied_at=dt.datetime.now(dt.UTC)))
    return missing


def applied(connection: Connection, where: str, known: Mapping[int, tuple[str, Migration]] = MIGRATIONS) -> set[int]:
    """Numbers of the migrations that the database has seen. Raises StoreError where the program knows one of them not."""
    if not inspect(connection).has_table(schema.migrations.name):
        return set()
    numbers = set(connection.execute(select(schema.migrations.c.number)).scalars())
    if newer := numbers - set(known):
        raise StoreError(
            f"the database is newer than this program: it has migration {max(newer)}, the program knows up to {max(known)}",
            where=where,
            fix="start the version of Youju that last used it, or a later one",
        )
    return numbers


__all__ = ["MIGRATIONS", "Migration", "applied", "migrate"]

"""Facts in conflict: who gave them to whom, dismissed them and why, opened them again."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {"MOMENT": "DATETIME", "NUMBERED": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"},
    "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "NUMBERED": "BIGSERIAL PRIMARY KEY"},
}

_TABLES = """
CREATE TABLE conflict_decisions (
    id NUMBERED,
    conflict TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    action TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX conflict_decisions_by_conflict ON conflict_decisions (conflict, id);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

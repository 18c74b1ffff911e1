"""What people wrote in exercises, and how it was scored."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {"sqlite": {"MOMENT": "DATETIME", "REAL": "FLOAT"}, "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "REAL": "DOUBLE PRECISION"}}

_TABLES = """
CREATE TABLE attempts (
    id TEXT NOT NULL PRIMARY KEY,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    exercise TEXT NOT NULL,
    reply TEXT NOT NULL,
    seconds REAL NOT NULL,
    score INTEGER NOT NULL,
    passed BOOLEAN NOT NULL,
    points JSON NOT NULL
);
CREATE INDEX attempts_by_person ON attempts (by_name, at);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

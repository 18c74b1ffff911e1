"""What a course certifies and for how long; why a certificate was granted, and what changed in an article that ended it."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {"sqlite": {"NUMBER": "INTEGER"}, "postgresql": {"NUMBER": "BIGINT"}}

_COLUMNS = """
ALTER TABLE courses ADD COLUMN certifies JSON NOT NULL DEFAULT '[]';
ALTER TABLE courses ADD COLUMN months INTEGER NOT NULL DEFAULT 6;
ALTER TABLE certificates ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE certificates ADD COLUMN course NUMBER;
ALTER TABLE certificates ADD COLUMN changed JSON NOT NULL DEFAULT '{}';
"""


def migrate(connection: Connection) -> None:
    run(connection, _COLUMNS, _TYPES)

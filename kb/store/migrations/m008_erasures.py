"""What was erased and when; whether a message repeats the one before it, which its text can no longer tell; when a session was last used."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {"MOMENT": "DATETIME", "NUMBERED": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"},
    "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "NUMBERED": "BIGSERIAL PRIMARY KEY"},
}

_TABLES = """
ALTER TABLE asks ADD COLUMN repeats BOOLEAN;
ALTER TABLE asks ADD COLUMN erased_at MOMENT;
ALTER TABLE replies ADD COLUMN erased_at MOMENT;
ALTER TABLE attempts ADD COLUMN erased_at MOMENT;
CREATE INDEX asks_with_text ON asks (at) WHERE erased_at IS NULL;
CREATE INDEX replies_with_text ON replies (at) WHERE erased_at IS NULL;
ALTER TABLE sessions ADD COLUMN used_at MOMENT;

CREATE TABLE erasures (
    id NUMBERED,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    counts JSON NOT NULL
);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

"""The history of articles: who wrote what, when and why."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {"MOMENT": "DATETIME", "NUMBERED": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"},
    "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "NUMBERED": "BIGSERIAL PRIMARY KEY"},
}

_TABLES = """
CREATE TABLE revisions (
    id NUMBERED,
    file TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    version TEXT NOT NULL,
    base TEXT NOT NULL,
    FOREIGN KEY (version) REFERENCES article_versions (version)
);
CREATE INDEX revisions_by_file ON revisions (file, id);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

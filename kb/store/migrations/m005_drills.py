"""Drills of several turns, a trainer's word on a score, courses and who takes them, and who may answer what."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {"MOMENT": "DATETIME", "NUMBERED": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "NUMBER": "INTEGER"},
    "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "NUMBERED": "BIGSERIAL PRIMARY KEY", "NUMBER": "BIGINT"},
}

_TABLES = """
ALTER TABLE attempts ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN turns JSON NOT NULL DEFAULT '[]';
ALTER TABLE attempts ADD COLUMN course NUMBER;
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE overrides (
    id NUMBERED,
    attempt TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    score INTEGER NOT NULL,
    passed BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    FOREIGN KEY (attempt) REFERENCES attempts (id) ON DELETE CASCADE
);
CREATE INDEX overrides_by_attempt ON overrides (attempt, id);

CREATE TABLE courses (
    id NUMBERED,
    title TEXT NOT NULL,
    topics JSON NOT NULL,
    number INTEGER NOT NULL,
    pass_mark INTEGER NOT NULL,
    due TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    closed_at MOMENT
);

CREATE TABLE assignments (
    course NUMBER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (course, kind, name),
    FOREIGN KEY (course) REFERENCES courses (id) ON DELETE CASCADE
);
CREATE INDEX assignments_by_name ON assignments (kind, name);

CREATE TABLE certificates (
    id NUMBERED,
    person TEXT NOT NULL,
    topic TEXT NOT NULL,
    granted_at MOMENT NOT NULL,
    granted_by TEXT NOT NULL,
    expires_at MOMENT NOT NULL,
    articles JSON NOT NULL,
    revoked_at MOMENT,
    revoked_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX certificates_by_person ON certificates (person, topic, id);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

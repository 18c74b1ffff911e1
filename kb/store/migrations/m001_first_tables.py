"""The first tables: people, API clients, what was asked and answered, articles as they were, what waits to be delivered."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {"MOMENT": "DATETIME", "NUMBERED": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "BYTES": "BLOB", "FRACTION": "FLOAT"},
    "postgresql": {"MOMENT": "TIMESTAMP WITH TIME ZONE", "NUMBERED": "BIGSERIAL PRIMARY KEY", "BYTES": "BYTEA", "FRACTION": "DOUBLE PRECISION"},
}

_TABLES = """
CREATE TABLE users (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at MOMENT NOT NULL,
    disabled BOOLEAN NOT NULL,
    display_name TEXT NOT NULL,
    groups JSON NOT NULL
);

CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_key TEXT NOT NULL,
    created_at MOMENT NOT NULL,
    expires_at MOMENT NOT NULL,
    FOREIGN KEY (user_key) REFERENCES users (key) ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (user_key);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE sign_in_failures (
    id NUMBERED,
    name_digest TEXT NOT NULL,
    address TEXT NOT NULL,
    at MOMENT NOT NULL
);
CREATE INDEX sign_in_failures_by_address ON sign_in_failures (address, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

CREATE TABLE clients (
    id NUMBERED,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    scopes JSON NOT NULL,
    per_minute INTEGER NOT NULL,
    created_at MOMENT NOT NULL,
    last_used_at MOMENT,
    revoked_at MOMENT
);
CREATE UNIQUE INDEX clients_in_use ON clients (name) WHERE revoked_at IS NULL;

CREATE TABLE frame_tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    user_key TEXT NOT NULL,
    expires_at MOMENT NOT NULL,
    FOREIGN KEY (user_key) REFERENCES users (key) ON DELETE CASCADE
);
CREATE INDEX frame_tokens_by_user ON frame_tokens (user_key);

CREATE TABLE asks (
    id TEXT NOT NULL PRIMARY KEY,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    question TEXT NOT NULL,
    history JSON NOT NULL,
    as_of TEXT NOT NULL,
    answer JSON NOT NULL,
    snapshot TEXT NOT NULL,
    drafter TEXT NOT NULL,
    timings_ms JSON NOT NULL
);
CREATE INDEX asks_by_time ON asks (at);
CREATE INDEX asks_by_person ON asks (by_name, at);

CREATE TABLE edits (
    answer_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at MOMENT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (answer_id, by_name)
);

CREATE TABLE replies (
    id TEXT NOT NULL PRIMARY KEY,
    answer_id TEXT,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    text TEXT NOT NULL,
    problems JSON NOT NULL,
    action TEXT NOT NULL,
    drafted TEXT NOT NULL,
    edited BOOLEAN NOT NULL,
    seconds FRACTION,
    delivery TEXT NOT NULL,
    idempotency_key TEXT,
    CONSTRAINT replies_once UNIQUE (by_name, idempotency_key)
);
CREATE INDEX replies_by_time ON replies (at);
CREATE INDEX replies_by_person ON replies (by_name, at);
CREATE INDEX replies_by_answer ON replies (answer_id);

CREATE TABLE feedback (
    id TEXT NOT NULL PRIMARY KEY,
    answer_id TEXT NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX feedback_by_answer ON feedback (answer_id);
CREATE INDEX feedback_by_time ON feedback (at);

CREATE TABLE article_versions (
    version TEXT NOT NULL PRIMARY KEY,
    article TEXT NOT NULL,
    text TEXT NOT NULL,
    first_seen MOMENT NOT NULL
);

CREATE TABLE deliveries (
    id NUMBERED,
    reply_id TEXT NOT NULL,
    sealed BYTES NOT NULL,
    attempts INTEGER NOT NULL,
    next_at MOMENT NOT NULL,
    FOREIGN KEY (reply_id) REFERENCES replies (id) ON DELETE CASCADE
);
CREATE INDEX deliveries_due ON deliveries (next_at);
CREATE INDEX deliveries_by_reply ON deliveries (reply_id);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

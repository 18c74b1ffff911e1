"""What counting needs beside each answer, orders a day, and the mark of demonstration data."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.store.migrations.script import run

_TYPES = {
    "sqlite": {
        "MOMENT": "DATETIME", "NEVER": "0", "ITS_LANG": "json_extract(answer, '$.lang')", "ITS_ABSTAIN": "json_extract(answer, '$.abstain')",
        "ITS_REASON": "json_extract(answer, '$.reason')", "ITS_SOURCE": "json_extract(answer, '$.sources[0].article')",
        "ITS_NEAREST": "json_extract(answer, '$.nearest[0].article')",
    },
    "postgresql": {
        "MOMENT": "TIMESTAMP WITH TIME ZONE", "NEVER": "FALSE", "ITS_LANG": "answer->>'lang'", "ITS_ABSTAIN": "CAST(answer->>'abstain' AS BOOLEAN)",
        "ITS_REASON": "answer->>'reason'", "ITS_SOURCE": "answer->'sources'->0->>'article'", "ITS_NEAREST": "answer->'nearest'->0->>'article'",
    },
}  # fmt: skip

_TABLES = """
ALTER TABLE asks ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE asks ADD COLUMN abstained BOOLEAN NOT NULL DEFAULT NEVER;
ALTER TABLE asks ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE asks ADD COLUMN article TEXT NOT NULL DEFAULT '';
UPDATE asks SET lang = coalesce(ITS_LANG, ''), abstained = coalesce(ITS_ABSTAIN, NEVER), reason = coalesce(ITS_REASON, ''),
    article = coalesce(ITS_SOURCE, ITS_NEAREST, '');
CREATE INDEX asks_by_conversation ON asks (conversation, at);

CREATE TABLE daily_orders (
    day TEXT NOT NULL PRIMARY KEY,
    orders INTEGER NOT NULL,
    at MOMENT NOT NULL,
    by_name TEXT NOT NULL
);

CREATE TABLE demonstration (
    seed INTEGER NOT NULL PRIMARY KEY,
    at MOMENT NOT NULL,
    made JSON NOT NULL
);
"""


def migrate(connection: Connection) -> None:
    run(connection, _TABLES, _TYPES)

"""What insights are counted from: slim rows of what happened in a period, without texts that nobody counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Select, Table, select, type_coerce

from kb.store import schema
from kb.store.database import Database
from kb.store.records import Action, Verdict


@dataclass(frozen=True, slots=True)
class AskRow:
    """A question that was asked."""

    id: str
    at: dt.datetime
    channel: str
    lang: str
    question: str
    """Masked."""
    abstained: bool
    articles: tuple[str, ...]
    """Cited, each once, in the order of the sources."""


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply that was copied or sent."""

    answer_id: str | None
    at: dt.datetime
    by: str
    channel: str
    action: Action
    edited: bool
    seconds: float | None
    """From the message to the reply; None where unknown."""


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """A verdict on an answer."""

    answer_id: str
    at: dt.datetime
    verdict: Verdict


class Figures(Database):
    """Reads; `since` belongs to the period, `until` does not; oldest first."""

    def ask_rows(self, since: dt.datetime, until: dt.datetime) -> list[AskRow]:
        table = schema.asks
        answer = type_coerce(table.c.answer, JSON)
        found = select(
            table.c.id, table.c.at, table.c.channel, table.c.question, answer["lang"].as_string().label("lang"),
            answer["abstain"].as_boolean().label("abstained"), answer["sources"].label("sources"),
        )  # fmt: skip
        with self._reading() as connection:
            rows = connection.execute(_within(found, table, since, until)).all()
        return [
            AskRow(row.id, row.at, row.channel, row.lang or "", row.question, bool(row.abstained), tuple(dict.fromkeys(one["article"] for one in row.sources or () if "article" in one)))
            for row in rows
        ]  # fmt: skip

    def reply_rows(self, since: dt.datetime, until: dt.datetime) -> list[ReplyRow]:
        table = schema.replies
        found = select(table.c.answer_id, table.c.at, table.c.by_name, table.c.channel, table.c.action, table.c.edited, table.c.seconds)
        with self._reading() as connection:
            return [
                ReplyRow(row.answer_id, row.at, row.by_name, row.channel, row.action, row.edited, row.seconds)
                for row in connection.execute(_within(found, table, since, until))
            ]

    def feedback_rows(self, since: dt.datetime, until: dt.datetime) -> list[FeedbackRow]:
        table = schema.feedback
        with self._reading() as connection:
            return [
                FeedbackRow(*row) for row in connection.execute(_within(select(table.c.answer_id, table.c.at, table.c.verdict), table, since, until))
            ]


def _within(found: Select[Any], table: Table, since: dt.datetime, until: dt.datetime) -> Select[Any]:
    return found.where(table.c.at >= since, table.c.at < until).order_by(table.c.at, table.c.id)


__all__ = ["AskRow", "FeedbackRow", "Figures", "ReplyRow"]

"""What became of answers: those that served nobody, and each draft beside the reply that left. Slim rows, read page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Row, Select, and_, exists, or_, select, true, type_coerce

from kb.store import schema
from kb.store.database import Database
from kb.store.records import Verdict

PAGE: Final = 1_000
"""Rows of one page, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question and how it was answered."""

    id: str
    at: dt.datetime
    conversation: str
    question: str
    """Masked."""
    lang: str
    abstained: bool
    reason: str
    """Why it abstained, in the words of the answer object; '' where it did not."""
    confidence: float
    articles: tuple[str, ...]
    """Cited, each once, in the order of the sources."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """An answer that somebody found wrong or lacking."""

    answer: AnswerRow
    verdict: Verdict
    reason: str
    """Masked; '' where none was given."""


@dataclass(frozen=True, slots=True)
class RepliedRow:
    """An answer and what an agent made of it."""

    answer: AnswerRow
    by: str
    drafted: str
    """Masked, with its [n] marks."""
    text: str
    """Masked, with the marks that the agent left."""
    edited: bool
    sent: bool
    """Copied or sent; False: written, but no reply was recorded."""


@dataclass(frozen=True, slots=True)
class ClaimsRow:
    """A reply that began as a draft, with the draft's sentences and what each of them cites."""

    answer_id: str
    at: dt.datetime
    """Of the reply."""
    by: str
    question: str
    """Masked."""
    drafted: str
    text: str
    edited: bool
    claims: tuple[tuple[str, tuple[int, ...]], ...]
    """(sentence with its [n] marks, the n)."""
    sources: tuple[dict[str, Any], ...]
    """As in the answer object."""


class Outcomes(Database):
    """Reads. `since` belongs to the period, `until` does not; newest first. What was erased is left out: its texts are what is looked for here."""

    def unanswered_rows(self, since: dt.datetime, until: dt.datetime, unsure_below: float, *, limit: int = PAGE, offset: int = 0) -> list[AnswerRow]:
        """Abstentions, and answers whose confidence is below that."""
        answer = type_coerce(schema.asks.c.answer, JSON)
        weak = or_(answer["abstain"].as_boolean(), answer["confidence"].as_float() < unsure_below)
        return [_answer(row) for row in self._rows(_asked(since, until).where(weak), limit, offset)]

    def judged_rows(self, since: dt.datetime, until: dt.datetime, *, limit: int = PAGE, offset: int = 0) -> list[JudgedRow]:
        """Answers found wrong or lacking, once for each verdict."""
        asks, feedback = schema.asks, schema.feedback
        found = _asked(since, until).add_columns(feedback.c.verdict, feedback.c.reason.label("said"), feedback.c.id.label("feedback_id"))
        found = found.join(feedback, feedback.c.answer_id == asks.c.id).where(feedback.c.verdict.in_(("wrong", "missing")))
        return [JudgedRow(_answer(row), row.verdict, row.said) for row in self._rows(found.order_by(feedback.c.id), limit, offset)]

    def replied_rows(self, since: dt.datetime, until: dt.datetime, *, limit: int = PAGE, offset: int = 0) -> list[RepliedRow]:
        """Answers of which an edited reply, or any reply to an abstention, was copied or sent."""
        asks, replies = schema.asks, schema.replies
        abstained = type_coerce(asks.c.answer, JSON)["abstain"].as_boolean()
        found = _asked(since, until).add_columns(
            replies.c.by_name, replies.c.drafted, replies.c.text, replies.c.edited, replies.c.id.label("reply_id")
        )
        found = found.join(replies, replies.c.answer_id == asks.c.id).where(replies.c.erased_at.is_(None), or_(replies.c.edited, abstained))
        rows = self._rows(found.order_by(replies.c.id), limit, offset)
        return [RepliedRow(_answer(row), row.by_name, row.drafted, row.text, row.edited, True) for row in rows]

    def unsent_rows(self, since: dt.datetime, until: dt.datetime, *, limit: int = PAGE, offset: int = 0) -> list[RepliedRow]:
        """Answers whose draft was edited, but of which no reply was recorded."""
        asks, edits, replies = schema.asks, schema.edits, schema.replies
        drafted = type_coerce(asks.c.answer, JSON)["draft"].as_string().label("drafted")
        found = _asked(since, until).add_columns(edits.c.by_name, drafted, edits.c.text)
        found = found.join(edits, edits.c.answer_id == asks.c.id).where(~exists().where(replies.c.answer_id == asks.c.id))
        rows = self._rows(found.order_by(edits.c.by_name), limit, offset)
        return [RepliedRow(_answer(row), row.by_name, row.drafted or "", row.text, True, False) for row in rows]

    def passed_over_rows(
        self, since: dt.datetime, until: dt.datetime, *, limit: int = PAGE, offset: int = 0
    ) -> list[tuple[AnswerRow, dt.datetime, str]]:  # fmt: skip
        """(answer, when, what): given, but nothing was made of its draft, and later in the same conversation an agent wrote this alone."""
        asks, replies = schema.asks, schema.replies
        mine, alone = replies.alias(), and_(replies.c.conversation == asks.c.conversation, replies.c.answer_id.is_(None), replies.c.at > asks.c.at)
        found = _asked(since, until).add_columns(replies.c.text, replies.c.at.label("replied_at"), replies.c.id.label("reply_id"))
        found = found.join(replies, alone).where(
            asks.c.conversation != "", replies.c.erased_at.is_(None), type_coerce(asks.c.answer, JSON)["abstain"].as_boolean().is_not(true()),
            ~exists().where(mine.c.answer_id == asks.c.id),
        )  # fmt: skip
        rows = self._rows(found.order_by(replies.c.at, replies.c.id), limit, offset)
        return [(_answer(row), row.replied_at, row.text) for row in rows]

    def claims_rows(self, since: dt.datetime, until: dt.datetime, *, limit: int = PAGE, offset: int = 0) -> list[ClaimsRow]:
        """Replies that began as a draft which was no abstention."""
        asks, replies = schema.asks, schema.replies
        answer = type_coerce(asks.c.answer, JSON)
        found = select(
            asks.c.id, replies.c.at, replies.c.by_name, asks.c.question, replies.c.drafted, replies.c.text, replies.c.edited,
            answer["claims"].label("claims"), answer["sources"].label("sources"),
        ).join(replies, replies.c.answer_id == asks.c.id)  # fmt: skip
        found = found.where(
            replies.c.at >= since, replies.c.at < until, answer["abstain"].as_boolean().is_not(true()), asks.c.erased_at.is_(None),
            replies.c.erased_at.is_(None),
        )  # fmt: skip
        return [_claims(row) for row in self._rows(found.order_by(replies.c.at.desc(), replies.c.id.desc()), limit, offset)]

    def _rows(self, found: Select[Any], limit: int, offset: int) -> list[Row[Any]]:
        with self._reading() as connection:
            return list(connection.execute(found.limit(limit).offset(offset)).all())


def _asked(since: dt.datetime, until: dt.datetime) -> Select[Any]:
    table = schema.asks
    answer = type_coerce(table.c.answer, JSON)
    columns: list[ColumnElement[Any]] = [
        table.c.id, table.c.at, table.c.conversation, table.c.question, answer["lang"].as_string().label("lang"),
        answer["abstain"].as_boolean().label("abstained"), answer["reason"].as_string().label("reason"),
        answer["confidence"].as_float().label("confidence"), answer["sources"].label("sources"),
    ]  # fmt: skip
    return select(*columns).where(table.c.at >= since, table.c.at < until, table.c.erased_at.is_(None)).order_by(table.c.at.desc(), table.c.id.desc())


def _answer(row: Row[Any]) -> AnswerRow:
    articles = dict.fromkeys(str(one["article"]) for one in row.sources or () if "article" in one)
    return AnswerRow(
        row.id, row.at, row.conversation, row.question, row.lang or "", bool(row.abstained), row.reason or "",
        1.0 if row.confidence is None else float(row.confidence), tuple(articles),
    )  # fmt: skip


def _claims(row: Row[Any]) -> ClaimsRow:
    claims = tuple((str(one.get("text", "")), tuple(one.get("citations") or ())) for one in row.claims or ())
    return ClaimsRow(row.id, row.at, row.by_name, row.question, row.drafted, row.text, row.edited, claims, tuple(row.sources or ()))


__all__ = ["PAGE", "AnswerRow", "ClaimsRow", "JudgedRow", "Outcomes", "RepliedRow"]

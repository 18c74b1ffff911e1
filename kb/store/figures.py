"""What insights show, counted by the database itself: each figure is one statement, and what it gives back is small however long the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    Text,
    and_,
    case,
    column,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)  # fmt: skip

from kb.store import schema
from kb.store.database import Database
from kb.store.local_time import as_date, epoch, local_day, local_hour, local_seconds
from kb.store.records import Verdict

SHARES: Final = (50, 90)
"""Percentiles of the time to a reply."""
Grouping = Literal["all", "channel", "hour"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which answers and replies are counted."""

    since: dt.datetime
    """Belongs to the period."""
    until: dt.datetime
    """Does not."""
    zone: ZoneInfo
    """The shop's, whose days and hours these are."""
    channel: str | None = None
    """None: all; '': those where none was named."""
    lang: str | None = None
    """The customer's language; None: all."""
    articles: frozenset[str] | None = None
    """Only answers that rest on one of these first, and abstentions that come nearest to one; None: all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one group."""

    asks: int = 0
    abstained: int = 0

    def __add__(self, other: Asked) -> Asked:
        return Asked(self.asks + other.asks, self.abstained + other.abstained)


@dataclass(frozen=True, slots=True)
class Replied:
    """Replies of one group."""

    replies: int = 0
    timed: int = 0
    """That say how long they took."""
    held: int = 0
    """Timed ones whose channel has a target."""
    within: int = 0
    """Of those: within it."""

    def __add__(self, other: Replied) -> Replied:
        return Replied(self.replies + other.replies, self.timed + other.timed, self.held + other.held, self.within + other.within)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of drafts."""

    as_is: int = 0
    """A reply left with the draft unchanged."""
    edited: int = 0
    """Replies left, all of them changed."""
    discarded: int = 0
    """No reply was copied or sent."""

    def __add__(self, other: Made) -> Made:
        return Made(self.as_is + other.as_is, self.edited + other.edited, self.discarded + other.discarded)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Conversations' first questions: those without an earlier one within some hours."""

    contacts: int = 0
    open: int = 0
    """Too young to tell; the following are of the others."""
    resolved: int = 0
    """Answered, and no further question within those hours."""
    followed: int = 0
    """Answered, and asked further."""
    abstained: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """How one article served."""

    cited: int
    """Answers that cite it."""
    made: Made
    """What became of their drafts."""
    wrong: int
    """Verdicts of wrong or missing on those answers."""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question."""

    at: dt.datetime
    question: str
    """Masked."""
    channel: str
    lang: str
    abstained: bool


class Figures(Database):
    """Counts. Questions count by when they were asked; replies and verdicts by when they were given, and by the reply's own channel."""

    # ---- how much ------------------------------------------------------------------------------------------------------

    def asks_by_day(self, scope: Scope) -> dict[dt.date, Asked]:
        """Days without a question are left out."""
        asks = schema.asks
        day = local_day(_local(asks.c.at, scope)).label("day")
        return {as_date(int(row.day)): Asked(row.asks, row.abstained) for row in self._counted(select(day, *_ASKED), _of_asks(scope), day)}

    def asks_by_hour(self, scope: Scope) -> dict[tuple[str, int], Asked]:
        """By channel and hour of the day."""
        asks = schema.asks
        hour = local_hour(_local(asks.c.at, scope)).label("hour")
        rows = self._counted(select(asks.c.channel, hour, *_ASKED), _of_asks(scope), asks.c.channel, hour)
        return {(row.channel, int(row.hour)): Asked(row.asks, row.abstained) for row in rows}

    def asks_by_language(self, scope: Scope) -> dict[str, Asked]:
        asks = schema.asks
        return {row.lang: Asked(row.asks, row.abstained) for row in self._counted(select(asks.c.lang, *_ASKED), _of_asks(scope), asks.c.lang)}

    def asks_by_article(self, scope: Scope) -> dict[str, Asked]:
        """By the article that an answer rests on first; of an abstention the nearest one; '' where there is none."""
        asks = schema.asks
        return {
            row.article: Asked(row.asks, row.abstained) for row in self._counted(select(asks.c.article, *_ASKED), _of_asks(scope), asks.c.article)
        }

    def abstentions_by_reason(self, scope: Scope) -> dict[str, int]:
        """By the reason's wording."""
        asks = schema.asks
        found = select(asks.c.reason, func.count().label("n")).where(asks.c.abstained)
        return {row.reason: row.n for row in self._counted(found, _of_asks(scope), asks.c.reason)}

    # ---- how fast ------------------------------------------------------------------------------------------------------

    def replies_by_day(self, scope: Scope) -> dict[dt.date, int]:
        replies = schema.replies
        day = local_day(_local(replies.c.at, scope)).label("day")
        return {as_date(int(row.day)): row.n for row in self._counted(_replies(scope, day, func.count().label("n")), (), day)}

    def replies_by_hour(self, scope: Scope, targets: Mapping[str, int | None]) -> dict[tuple[str, int], Replied]:
        """By channel and hour of the day. targets: seconds within which a channel's replies are due."""
        replies = schema.replies
        hour = local_hour(_local(replies.c.at, scope)).label("hour")
        target = _target(targets)
        timed = replies.c.seconds.is_not(None)
        found = _replies(
            scope, replies.c.channel, hour, func.count().label("replies"), _times(timed, "timed"), _times(and_(timed, target.is_not(None)), "held"),
            _times(replies.c.seconds <= target, "within"),
        )  # fmt: skip
        rows = self._counted(found, (), replies.c.channel, hour)
        return {(row.channel, int(row.hour)): Replied(row.replies, row.timed, row.held, row.within) for row in rows}

    def seconds_at(self, scope: Scope, by: Grouping) -> dict[Any, tuple[float, float]]:
        """Median and 90th percentile of the seconds to a reply, by group: values that occurred (nearest rank)."""
        replies = schema.replies
        groups: dict[Grouping, ColumnElement[Any]] = {
            "all": literal(0), "channel": replies.c.channel, "hour": local_hour(_local(replies.c.at, scope))
        }  # fmt: skip
        of = _replies(scope, groups[by].label("of"), replies.c.seconds).where(replies.c.seconds.is_not(None)).subquery()
        ranked = select(
            of.c.of, of.c.seconds, func.row_number().over(partition_by=of.c.of, order_by=of.c.seconds).label("rank"),
            func.count().over(partition_by=of.c.of).label("n"),
        ).subquery()  # fmt: skip
        wanted = [ranked.c.rank == (ranked.c.n * share + 99) // 100 for share in SHARES]
        found: dict[Any, list[float]] = {}
        with self._reading() as connection:
            for row in connection.execute(select(ranked.c.of, ranked.c.seconds).where(or_(*wanted)).order_by(ranked.c.of, ranked.c.rank)):
                found.setdefault(row.of, []).append(row.seconds)
        return {of: (values[0], values[-1]) for of, values in found.items()}  # one row where both are the same

    def replies_by_action(self, scope: Scope) -> dict[str, int]:
        """copy, send; and own: those of both that began without a draft."""
        replies = schema.replies
        found = _replies(scope, replies.c.action, func.count().label("n"), _times(replies.c.answer_id.is_(None), "own"))
        rows = self._counted(found, (), replies.c.action)
        return {**{row.action: row.n for row in rows}, "own": sum(row.own for row in rows)}

    # ---- what became of drafts -----------------------------------------------------------------------------------------

    def drafts_by_week(self, scope: Scope) -> dict[dt.date, Made]:
        """By the Monday of the week in which was asked; abstentions have no draft to accept."""
        asks = schema.asks
        monday = ((local_day(_local(asks.c.at, scope)) + 3) // 7 * 7 - 3).label("monday")  # 1970 began on a Thursday
        last = _replied()
        found = select(monday, *_made(last)).select_from(asks.outerjoin(last, last.c.answer_id == asks.c.id)).where(~asks.c.abstained)
        return {as_date(int(row.monday)): Made(row.as_is, row.edited, row.discarded) for row in self._counted(found, _of_asks(scope), monday)}

    def edited_texts(self, scope: Scope, limit: int) -> list[tuple[str, str]]:
        """(draft, reply) of replies that differ from their draft, the newest first. Abstentions have no draft to compare with, erased replies no text."""
        replies, asks = schema.replies, schema.asks
        found = _replies(scope, replies.c.drafted, replies.c.text, asked=True).where(
            replies.c.edited, replies.c.erased_at.is_(None), ~asks.c.abstained
        )
        with self._reading() as connection:
            return [(row.drafted, row.text) for row in connection.execute(found.order_by(replies.c.at.desc(), replies.c.id.desc()).limit(limit))]

    def edited_replies(self, scope: Scope) -> int:
        """How many `edited_texts` there are in all."""
        replies = schema.replies
        found = _replies(scope, func.count(), asked=True).where(replies.c.edited, replies.c.erased_at.is_(None), ~schema.asks.c.abstained)
        with self._reading() as connection:
            return int(connection.execute(found).scalar_one())

    def verdicts(self, scope: Scope) -> dict[Verdict, int]:
        table = schema.feedback
        found = select(table.c.verdict, func.count().label("n")).where(table.c.at >= scope.since, table.c.at < scope.until)
        if scope.channel is not None or _of_what(scope):
            found = found.join(schema.asks, schema.asks.c.id == table.c.answer_id).where(*_of_channel(scope), *_of_what(scope))
        return {row.verdict: row.n for row in self._counted(found, (), table.c.verdict)}

    def contacts(self, scope: Scope, hours: int, known: dt.datetime) -> dict[str, Contacts]:
        """First questions of conversations and whether the answer was enough, by channel. The same message asked again is no further question.

        known: how far records reach; a contact younger than `hours` then is open.
        """
        window = dt.timedelta(hours=hours)
        chat = _chats(scope.since - window, scope.until + window)
        apart = hours * 3_600
        first = or_(chat.c.before.is_(None), epoch(chat.c.at) - epoch(chat.c.before) > apart)
        further = and_(chat.c.after.is_not(None), epoch(chat.c.after) - epoch(chat.c.at) <= apart)
        told = or_(further, chat.c.at <= known - window)
        answered = and_(told, ~chat.c.abstained)
        found = select(
            chat.c.channel, func.count().label("contacts"), _times(~told, "open"), _times(and_(answered, ~further), "resolved"),
            _times(and_(answered, further), "followed"), _times(and_(told, chat.c.abstained), "abstained"),
        ).where(first, *_of_asks(scope, chat))  # fmt: skip
        rows = self._counted(found, (), chat.c.channel)
        return {row.channel: Contacts(row.contacts, row.open, row.resolved, row.followed, row.abstained) for row in rows}

    def article_usage(self, scope: Scope) -> dict[str, Usage]:
        """By article that answers cite, each answer once."""
        with self._reading() as connection:
            cited, last = _citations(connection, scope), _replied()
            bad = _bad_verdicts()
            beside = cited.outerjoin(last, last.c.answer_id == cited.c.answer_id).outerjoin(bad, bad.c.answer_id == cited.c.answer_id)
            found = select(cited.c.article, func.count().label("cited"), *_made(last), func.coalesce(func.sum(bad.c.n), 0).label("wrong"))
            rows = connection.execute(found.select_from(beside).group_by(cited.c.article)).all()
        return {row.article: Usage(row.cited, Made(row.as_is, row.edited, row.discarded), int(row.wrong)) for row in rows}

    # ---- questions themselves ------------------------------------------------------------------------------------------

    def question_rows(self, scope: Scope, limit: int, *, abstained: bool | None = None) -> list[QuestionRow]:
        """The newest first, those erased left out. abstained: only those that were, or were not; None: all."""
        asks = schema.asks
        found = select(asks.c.at, asks.c.question, asks.c.channel, asks.c.lang, asks.c.abstained).where(*_of_asks(scope), asks.c.erased_at.is_(None))
        found = found if abstained is None else found.where(asks.c.abstained.is_(true() if abstained else false()))
        with self._reading() as connection:
            return [QuestionRow(*row) for row in connection.execute(found.order_by(asks.c.at.desc(), asks.c.id.desc()).limit(limit))]

    def _counted(self, found: Any, where: Sequence[ColumnElement[bool]], *groups: ColumnElement[Any]) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            return connection.execute(found.where(*where).group_by(*groups)).all()


# ---- parts of statements ---------------------------------------------------------------------------------------------------


def _times(what: ColumnElement[bool], name: str) -> ColumnElement[int]:
    """How often something holds."""
    return func.coalesce(func.sum(case((what, 1), else_=0)), 0).label(name)


_ASKED: Final = (func.count().label("asks"), _times(schema.asks.c.abstained, "abstained"))


def _local(moment: ColumnElement[dt.datetime], scope: Scope) -> ColumnElement[int]:
    return local_seconds(moment, scope.zone, scope.since, scope.until)


def _of_asks(scope: Scope, asks: Any = schema.asks) -> tuple[ColumnElement[bool], ...]:
    return (asks.c.at >= scope.since, asks.c.at < scope.until, *_of_channel(scope, asks), *_of_what(scope, asks))


def _of_channel(scope: Scope, table: Any = schema.asks) -> Iterator[ColumnElement[bool]]:
    if scope.channel is not None:
        yield table.c.channel == scope.channel


def _of_what(scope: Scope, asks: Any = schema.asks) -> tuple[ColumnElement[bool], ...]:
    lang = () if scope.lang is None else (asks.c.lang == scope.lang,)
    return lang if scope.articles is None else (*lang, asks.c.article.in_(sorted(scope.articles)))


def _replies(scope: Scope, *columns: ColumnElement[Any], asked: bool = False) -> Select[Any]:
    """Of the period. Where language or category is asked for, or `asked`: only those that began as an answer that is kept."""
    replies, asks = schema.replies, schema.asks
    found = select(*columns).select_from(replies).where(replies.c.at >= scope.since, replies.c.at < scope.until, *_of_channel(scope, replies))
    if asked or _of_what(scope):
        found = found.join(asks, asks.c.id == replies.c.answer_id).where(*_of_what(scope))
    return found


def _target(targets: Mapping[str, int | None]) -> ColumnElement[Any]:
    """The target of a reply's channel, NULL without one."""
    known = [(schema.replies.c.channel == channel, literal(float(seconds))) for channel, seconds in sorted(targets.items()) if seconds is not None]
    return case(*known, else_=None) if known else literal(None, schema.replies.c.seconds.type)


def _replied() -> Subquery:
    """Answers of which replies left, and whether each of those was changed."""
    replies = schema.replies
    changed = func.min(case((replies.c.edited, 1), else_=0)).label("changed")
    return select(replies.c.answer_id, changed).where(replies.c.answer_id.is_not(None)).group_by(replies.c.answer_id).subquery()


def _made(last: Subquery) -> tuple[ColumnElement[int], ...]:
    return _times(last.c.changed == 0, "as_is"), _times(last.c.changed == 1, "edited"), _times(last.c.answer_id.is_(None), "discarded")


def _bad_verdicts() -> Subquery:
    table = schema.feedback
    bad = select(table.c.answer_id, func.count().label("n")).where(table.c.verdict.in_(("wrong", "missing")))
    return bad.group_by(table.c.answer_id).subquery()


def _chats(since: dt.datetime, until: dt.datetime) -> Subquery:
    """Questions of conversations that have an id, each with the moments of the one before and the one after it."""
    asks = schema.asks
    within = (asks.c.at >= since, asks.c.at < until, asks.c.conversation != "")
    turn: dict[str, Any] = {"partition_by": asks.c.conversation, "order_by": (asks.c.at, asks.c.id)}
    told = select(
        asks.c.conversation, asks.c.at, asks.c.id, asks.c.channel, asks.c.lang, asks.c.article, asks.c.abstained, asks.c.question,
        asks.c.repeats, func.lag(asks.c.question).over(**turn).label("said_before"),
    ).where(*within).subquery()  # fmt: skip
    repeats = case((told.c.repeats.is_not(None), told.c.repeats), else_=told.c.said_before == told.c.question)  # kept where a text was erased
    chat: dict[str, Any] = {"partition_by": told.c.conversation, "order_by": (told.c.at, told.c.id)}
    return (
        select(
            told.c.at, told.c.channel, told.c.lang, told.c.article, told.c.abstained,
            func.lag(told.c.at).over(**chat).label("before"), func.lead(told.c.at).over(**chat).label("after"),
        )
        .where(or_(told.c.said_before.is_(None), ~repeats))
        .subquery()
    )  # fmt: skip


def _citations(connection: Connection, scope: Scope) -> Subquery:
    """(answer, article), each once."""
    asks = schema.asks
    if connection.dialect.name == "postgresql":
        sources = type_coerce(asks.c.answer, JSON)["sources"]
        each = func.json_array_elements(case((func.json_typeof(sources) == "array", sources))).table_valued(column("value", JSON))
        article = each.c.value["article"].as_string()
    else:
        each = func.json_each(asks.c.answer, "$.sources").table_valued(column("value", JSON), column("type", Text))
        article = case((each.c.type == "object", func.json_extract(each.c.value, "$.article")))
    found = select(asks.c.id.label("answer_id"), article.label("article")).select_from(asks).join(each, true())
    return found.where(*_of_asks(scope), article.is_not(None)).distinct().subquery()


__all__ = ["SHARES", "Asked", "Contacts", "Figures", "Grouping", "Made", "QuestionRow", "Replied", "Scope", "Usage"]

"""Texts that are kept no longer: erased by age or on request. What can be counted stays, so that the figures of past days stay true."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, and_, bindparam, delete, func, insert, or_, select, tuple_, update

from kb.store import schema
from kb.store.history import History
from kb.store.masking import masked_conversation
from kb.store.schema import Words, storable
from kb.store.secrets import new_secret

Kind = Literal["age", "conversation", "text"]

BATCH: Final = 100
"""Records of one transaction: whoever sends a reply meanwhile waits milliseconds."""
PAUSE: Final = 0.05
"""Seconds between two of them, in which others write."""
SAMPLES: Final = 5
GONE: Final = "erased-"
"""How what stands for an erased conversation's id begins."""
_OF_REPLIES: Final = "reply/"
"""How the ids of drills that were made of real chats begin; their titles are customers' words."""
_KEPT_OF_ANSWERS: Final = frozenset(
    {
        "id", "as_of", "asker", "lang", "reply_lang", "snapshot", "abstain", "reason", "escalate_to", "confidence", "sources", "disclaimers",
        "conflicts", "nearest", "retrieved", "timings_ms",
    }
)  # fmt: skip
"""Figures, and the shop's own words. Whatever else an answer holds is emptied."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many texts of each kind."""

    answers: int = 0
    """Questions with their history and draft."""
    replies: int = 0
    edits: int = 0
    reasons: int = 0
    """Given with verdicts."""
    drills: int = 0
    """What was written in them."""

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(mine + its for mine, its in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    def __bool__(self) -> bool:
        return any(dataclasses.astuple(self))


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the log of what was erased: never what it said, or whose it was."""

    at: dt.datetime
    by: str
    kind: Kind
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that would be erased, for whoever decides."""

    at: dt.datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a conversation or with a given text: whole exchanges, since one part repeats another."""

    answers: tuple[str, ...] = ()
    """Ids; edits and verdicts go with them."""
    replies: tuple[str, ...] = ()
    drills: tuple[str, ...] = ()
    conversation: str = ""
    """As it is kept; its id goes too."""
    samples: tuple[Sample, ...] = ()
    """The newest."""

    def __bool__(self) -> bool:
        return bool(self.answers or self.replies or self.drills)


class Retention(History):
    """Erases texts and leaves their rows. Erasing twice changes nothing."""

    # ---- by age ----------------------------------------------------------------------------------------------------

    def texts_before(self, before: dt.datetime) -> Erased:
        """How much `erase_before` would erase."""
        with self._reading() as connection:
            counts = [connection.execute(select(func.count()).select_from(table).where(old)).scalar_one() for table, old in _older(before)]
        return Erased(*counts)

    def erase_before(self, before: dt.datetime, by: str, *, stopped: Callable[[], bool] = lambda: False) -> Erased:
        """In small transactions with pauses between them; stopped: whether to leave the rest for another time."""
        steps: tuple[Callable[[Any], Erased], ...] = (
            self._erase_answers,
            self._erase_replies,
            self._erase_edits,
            self._erase_reasons,
            self._erase_drills,
        )
        total = Erased()
        try:
            for (table, old), erase in zip(_older(before), steps, strict=True):
                while not stopped() and (keys := self._keys(table, old)):
                    total += erase(keys)
                    time.sleep(PAUSE)
        finally:
            self._log(total, "age", by)
        return total

    def _keys(self, table: Table, old: ColumnElement[bool]) -> list[Any]:
        """Of the next batch."""
        key = tuple(table.primary_key.columns)
        with self._reading() as connection:
            rows = connection.execute(select(*key).where(old).order_by(table.c.at).limit(BATCH)).all()
        return [tuple(row) if len(key) > 1 else row[0] for row in rows]

    # ---- on request ------------------------------------------------------------------------------------------------

    def held_of_conversation(self, conversation: str) -> Held:
        """By the help desk's id of it."""
        kept = masked_conversation(conversation)
        if not kept:
            return Held()
        with self._reading() as connection:
            asked, sent = (_said(connection, column, kept) for column in (schema.asks.c.question, schema.replies.c.text))
            held = _exchanges(connection, set(asked), set(sent), set())
        return dataclasses.replace(held, conversation=kept, samples=_newest([*asked.values(), *sent.values()]))

    def held_with(self, words: str) -> Held:
        """Whatever a customer or an agent wrote that holds these words; capitals make no difference. Drafts are the shop's own words and not searched."""
        words = storable(words).strip()
        if not words:
            return Held()
        with self._reading() as connection:
            found = list(_holding(connection, words))
            of = {name: {key for table, key, _ in found if table == name} for name in ("answers", "replies", "drills")}
            held = _exchanges(connection, of["answers"], of["replies"], of["drills"])
        return dataclasses.replace(held, samples=_newest([sample for _, _, sample in found]))

    def erase(self, held: Held, kind: Kind, by: str) -> Erased:
        """The texts of these exchanges; a conversation's id too."""
        total = Erased()
        try:
            for answers in _batches(held.answers):
                total += self._erase_edits_of(answers) + self._erase_answers(answers)
            for replies in _batches(held.replies):
                total += self._erase_replies(replies)
            for drills in _batches(held.drills):
                total += self._erase_drills(drills)
            if held.conversation:
                self._rename(held.conversation, GONE + new_secret()[:16])
        finally:
            self._log(total, kind, by)
        return total

    def _rename(self, conversation: str, new: str) -> None:
        with self._writing() as connection:
            for table in (schema.asks, schema.replies):
                connection.execute(update(table).where(table.c.conversation == conversation).values(conversation=new))

    # ---- the log ---------------------------------------------------------------------------------------------------

    def erasures(self) -> list[Erasure]:
        """Newest first."""
        table = schema.erasures
        with self._reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.id.desc())).all()
        return [Erasure(row.at, row.by_name, row.kind, row.counts) for row in rows]

    def _log(self, erased: Erased, kind: Kind, by: str) -> None:
        if erased:
            counts = {name: number for name, number in dataclasses.asdict(erased).items() if number}
            with self._writing() as connection:
                connection.execute(insert(schema.erasures).values(at=_now(), by_name=by, kind=kind, counts=counts))

    # ---- a batch ---------------------------------------------------------------------------------------------------

    def _erase_answers(self, keys: Sequence[str]) -> Erased:
        table = schema.asks
        with self._reading() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(keys), table.c.erased_at.is_(None))).all()
            repeats = _repeats(connection, rows)
        emptied = [{"key": row.id, "rest": _emptied(row.answer)} for row in rows]
        erase = update(table).where(table.c.id == bindparam("key")).values(question="", history=[], answer=bindparam("rest"), erased_at=_now())
        repeated = update(table).where(table.c.id == bindparam("key"), table.c.repeats.is_(None)).values(repeats=bindparam("same"))
        with self._writing() as connection:
            if repeats:
                connection.execute(repeated, [{"key": key, "same": same} for key, same in repeats.items()])
            if emptied:
                connection.execute(erase, emptied)
        return Erased(answers=len(rows))

    def _erase_replies(self, keys: Sequence[str]) -> Erased:
        """What waits for the webhook goes too: it holds the text."""
        table, waiting = schema.replies, schema.deliveries
        with self._reading() as connection:
            rows = connection.execute(select(table.c.id, table.c.problems).where(table.c.id.in_(keys), table.c.erased_at.is_(None))).all()
        emptied = [{"key": row.id, "rest": [{**one, "message": "", "fix": ""} for one in row.problems]} for row in rows]
        erase = update(table).where(table.c.id == bindparam("key"))
        erase = erase.values(text="", drafted="", problems=bindparam("rest"), idempotency_key=None, erased_at=_now())
        with self._writing() as connection:
            connection.execute(delete(waiting).where(waiting.c.reply_id.in_(keys)))
            connection.execute(update(table).where(table.c.id.in_(keys), table.c.delivery == "pending").values(delivery="failed"))
            if emptied:
                connection.execute(erase, emptied)
        return Erased(replies=len(rows))

    def _erase_edits(self, keys: Sequence[tuple[str, str]]) -> Erased:
        table = schema.edits
        with self._writing() as connection:
            return Erased(edits=connection.execute(delete(table).where(tuple_(table.c.answer_id, table.c.by_name).in_(keys))).rowcount)

    def _erase_reasons(self, keys: Sequence[str]) -> Erased:
        table = schema.feedback
        with self._writing() as connection:
            return Erased(reasons=connection.execute(update(table).where(table.c.id.in_(keys)).values(reason="")).rowcount)

    def _erase_edits_of(self, answers: Sequence[str]) -> Erased:
        """And the reasons of verdicts."""
        edits, feedback = schema.edits, schema.feedback
        with self._writing() as connection:
            edited = connection.execute(delete(edits).where(edits.c.answer_id.in_(answers))).rowcount
            said = connection.execute(update(feedback).where(feedback.c.answer_id.in_(answers), feedback.c.reason != "").values(reason="")).rowcount
        return Erased(edits=edited, reasons=said)

    def _erase_drills(self, keys: Sequence[str]) -> Erased:
        """How many turns, and each one's seconds, stay: plans count with them."""
        table = schema.attempts
        with self._reading() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(keys), table.c.erased_at.is_(None))).all()
        emptied = [
            {
                "key": row.id, "name": row.exercise if row.exercise.startswith(_OF_REPLIES) else row.title,
                "said": [{**turn, "customer": "", "reply": ""} for turn in row.turns], "looked_at": [_without_words(one) for one in row.points],
            }
            for row in rows
        ]  # fmt: skip
        erase = update(table).where(table.c.id == bindparam("key"))
        erase = erase.values(reply="", title=bindparam("name"), turns=bindparam("said"), points=bindparam("looked_at"), erased_at=_now())
        if emptied:
            with self._writing() as connection:
                connection.execute(erase, emptied)
        return Erased(drills=len(rows))


# ---- what is old -------------------------------------------------------------------------------------------------------


def _older(before: dt.datetime) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """(table, which of its rows hold a text that is too old), in the order of Erased."""
    asks, replies, edits, feedback, attempts = schema.asks, schema.replies, schema.edits, schema.feedback, schema.attempts
    return (
        (asks, and_(asks.c.at < before, asks.c.erased_at.is_(None))),
        (replies, and_(replies.c.at < before, replies.c.erased_at.is_(None))),
        (edits, edits.c.at < before),
        (feedback, and_(feedback.c.at < before, feedback.c.reason != "")),
        (attempts, and_(attempts.c.at < before, attempts.c.erased_at.is_(None))),
    )


# ---- what is looked for ------------------------------------------------------------------------------------------------


def _said(connection: Connection, column: Column[str], conversation: str) -> dict[str, Sample]:
    """The texts of a conversation, by id."""
    table = column.table
    rows = connection.execute(select(table.c.id, table.c.at, table.c.by_name, column).where(table.c.conversation == conversation))
    return {row[0]: Sample(*row[1:]) for row in rows}


def _holding(connection: Connection, words: str) -> Iterator[tuple[Literal["answers", "replies", "drills"], str, Sample]]:
    """(what is erased with it, its id, the text). The database finds candidates; whether the text itself holds the words is looked at here."""
    asks, replies, edits, feedback, attempts = schema.asks, schema.replies, schema.edits, schema.feedback, schema.attempts
    inside = json.dumps(words, ensure_ascii=False)[1:-1]  # as it stands in JSON

    def rows(table: Table, key: str, *texts: str) -> Iterator[tuple[str, Sample]]:
        columns = [table.c[name] for name in texts]
        where = or_(*(column.cast(Words).icontains(sought, autoescape=True) for column in columns for sought in {words, inside}))
        found = select(table.c[key], table.c.at, table.c.by_name, *columns).where(where).execution_options(yield_per=BATCH)
        for row in connection.execute(found):
            held = next((text for text in _texts(row[3:]) if words.casefold() in text.casefold()), None)
            if held is not None:
                yield row[0], Sample(row[1], row[2], held)

    yield from (("answers", *one) for one in rows(asks, "id", "question", "history"))
    yield from (("replies", *one) for one in rows(replies, "id", "text"))
    yield from (("answers", *one) for one in rows(edits, "answer_id", "text"))
    yield from (("answers", *one) for one in rows(feedback, "answer_id", "reason"))
    yield from (("drills", *one) for one in rows(attempts, "id", "reply", "turns"))


def _texts(values: Any) -> Iterator[str]:
    """Every text in a row: a history's and a drill's turns are lists of objects, whose roles nobody wrote."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        yield from _texts([value for key, value in values.items() if key != "role"])
    elif isinstance(values, Sequence):
        for value in values:
            yield from _texts(value)


def _exchanges(connection: Connection, answers: set[str], replies: set[str], drills: set[str]) -> Held:
    """Those with the answers that the replies began as, all replies to these, and drills that were made of them."""
    table, attempts = schema.replies, schema.attempts
    for batch in _batches(sorted(replies)):
        begun = select(table.c.answer_id).where(table.c.id.in_(batch), table.c.answer_id.is_not(None))
        answers = answers | set(connection.execute(begun).scalars())
    for batch in _batches(sorted(answers)):
        replies = replies | set(connection.execute(select(table.c.id).where(table.c.answer_id.in_(batch))).scalars())
        made = select(attempts.c.id).where(attempts.c.exercise.in_([f"{_OF_REPLIES}{one}" for one in batch]))
        drills = drills | set(connection.execute(made).scalars())
    return Held(tuple(sorted(answers)), tuple(sorted(replies)), tuple(sorted(drills)))


def _newest(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Those that still have a text."""
    return tuple(sorted((one for one in samples if one.text), key=lambda one: one.at, reverse=True)[:SAMPLES])


# ---- what stays --------------------------------------------------------------------------------------------------------


def _emptied(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer object without what the customer said or was to be told."""
    return {key: value if key in _KEPT_OF_ANSWERS else _nothing(value) for key, value in answer.items()}


def _nothing(value: Any) -> Any:
    """Of the same kind, so that whoever reads the object finds its form."""
    if isinstance(value, str):
        return ""
    return [] if isinstance(value, list) else None


def _without_words(point: Mapping[str, Any]) -> dict[str, Any]:
    """What was looked at in a drill, without what it quotes of the trainee's text."""
    return {key: _nothing(value) if key in ("said", "problems") else value for key, value in point.items()}


def _repeats(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, bool]:
    """By id: whether the question says what the one before it in its conversation said, of these and of those right after them.

    Contacts are counted without repeated messages, and the texts can tell no more.
    """
    found: dict[str, bool] = {}
    for row in rows:
        if not row.conversation:
            continue
        before, after = _neighbour(connection, row, later=False), _neighbour(connection, row, later=True)
        if before is not None and row.repeats is None:
            found[row.id] = before.erased_at is None and before.question == row.question
        if after is not None and after.repeats is None:
            found[after.id] = after.erased_at is None and after.question == row.question
    return found


def _neighbour(connection: Connection, row: Row[Any], *, later: bool) -> Any:
    """The row of the question right before or after it in its conversation; None where there is none."""
    table = schema.asks
    at, key = table.c.at, table.c.id
    beyond = or_(at > row.at, and_(at == row.at, key > row.id)) if later else or_(at < row.at, and_(at == row.at, key < row.id))
    order = (at, key) if later else (at.desc(), key.desc())
    found = select(key, table.c.question, table.c.repeats, table.c.erased_at).where(table.c.conversation == row.conversation, beyond)
    return connection.execute(found.order_by(*order).limit(1)).one_or_none()


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


__all__ = ["GONE", "Erased", "Erasure", "Held", "Retention", "Sample"]

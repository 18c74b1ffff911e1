"""What happened: asks, edits, replies, feedback, and the articles that answers cited, as they were."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

from sqlalchemy import Column, Connection, Row, Select, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.models import Turn
from kb.store import schema
from kb.store.counted import counted_of
from kb.store.database import Database
from kb.store.masking import masked_ask, masked_conversation, masked_edit, masked_feedback, masked_reply
from kb.store.outbox import put_delivery
from kb.store.records import Action, ArticleVersion, Ask, DeliveryState, Edit, Feedback, Reply, Verdict

Record = Ask | Edit | Feedback | ArticleVersion
"""What can be written in a batch."""


class History(Database):
    """Masks personal data itself, whoever calls. Writing a record a second time changes nothing."""

    order_numbers: Sequence[str] = ()
    """The shop's own patterns of order numbers (kb.privacy), masked beside the usual personal data."""

    # ---- asks ------------------------------------------------------------------------------------------------------

    def add_ask(self, ask: Ask) -> None:
        self.add_all([ask])

    def ask(self, answer_id: str) -> Ask | None:
        with self._reading() as connection:
            row = connection.execute(select(schema.asks).where(schema.asks.c.id == answer_id)).one_or_none()
        return _ask(row) if row else None

    def asks(
        self, *, since: dt.datetime | None = None, until: dt.datetime | None = None, by: str | None = None, conversation: str | None = None,
        limit: int = 100, offset: int = 0, erased: bool = False,
    ) -> list[Ask]:  # fmt: skip
        """Newest first; `since` belongs to the period, `until` does not. erased: those whose texts were erased too."""
        found = _period(schema.asks, since, until, limit, offset)
        found = found if erased else found.where(schema.asks.c.erased_at.is_(None))
        found = found if by is None else found.where(schema.asks.c.by_name == by)
        found = found if conversation is None else found.where(schema.asks.c.conversation == masked_conversation(conversation))
        return self._all(found, _ask)

    # ---- edits -----------------------------------------------------------------------------------------------------

    def put_edit(self, edit: Edit) -> None:
        """In place of this person's earlier text of the answer."""
        self.add_all([edit])

    def edits(self, answer_id: str) -> list[Edit]:
        """Oldest first."""
        table = schema.edits
        found = select(table).where(table.c.answer_id == answer_id).order_by(table.c.at, table.c.by_name)
        return self._all(found, lambda row: Edit(row.answer_id, row.by_name, row.at, row.text))

    # ---- replies ---------------------------------------------------------------------------------------------------

    def add_reply(self, reply: Reply, idempotency_key: str | None = None, *, sealed: bytes | None = None) -> Reply:
        """The reply as it is kept. With a key that this person used before: the earlier reply, and nothing is written.

        sealed: what to post to the webhook; it is put into the outbox in the same transaction, so that neither is there without the other.
        """
        _one_of("action", reply.action, Action)
        _one_of("delivery", reply.delivery, DeliveryState)
        table, kept = schema.replies, masked_reply(reply, self.order_numbers)
        idempotency_key = None if idempotency_key is None else masked_conversation(idempotency_key)
        values = {**_values(kept, Reply), "idempotency_key": idempotency_key}
        earlier = select(table).where(table.c.by_name == reply.by, table.c.idempotency_key == idempotency_key)
        with self._writing() as connection:
            if connection.execute(_insert_new(connection, table).values(values).returning(table.c.id)).one_or_none():
                if sealed is not None:
                    put_delivery(connection, reply.id, sealed, reply.at)
                return _reply(connection.execute(select(table).where(table.c.id == reply.id)).one())
            row = connection.execute(earlier).one_or_none() or connection.execute(select(table).where(table.c.id == reply.id)).one()
            if row.by_name != reply.by:
                raise StoreError(f"there is a reply {reply.id} already, by somebody else", where="replies", fix="give it an id of its own")
            return _reply(row)

    def reply(self, reply_id: str) -> Reply | None:
        with self._reading() as connection:
            row = connection.execute(select(schema.replies).where(schema.replies.c.id == reply_id)).one_or_none()
        return _reply(row) if row else None

    def replies(
        self, *, since: dt.datetime | None = None, until: dt.datetime | None = None, by: str | None = None, answer_id: str | None = None,
        limit: int = 100, offset: int = 0, erased: bool = False,
    ) -> list[Reply]:  # fmt: skip
        """Newest first; `since` belongs to the period, `until` does not. erased: those whose texts were erased too."""
        found = _period(schema.replies, since, until, limit, offset)
        found = found if erased else found.where(schema.replies.c.erased_at.is_(None))
        found = found if by is None else found.where(schema.replies.c.by_name == by)
        found = found if answer_id is None else found.where(schema.replies.c.answer_id == answer_id)
        return self._all(found, _reply)

    def set_delivery(self, reply_id: str, state: DeliveryState) -> None:
        """Raises StoreError where there is no such reply."""
        _one_of("delivery", state, DeliveryState)
        with self._writing() as connection:
            if not connection.execute(update(schema.replies).where(schema.replies.c.id == reply_id).values(delivery=state)).rowcount:
                raise StoreError(f"there is no reply {reply_id}", where="replies", fix="check the id")

    # ---- feedback --------------------------------------------------------------------------------------------------

    def add_feedback(self, feedback: Feedback) -> None:
        self.add_all([feedback])

    def feedback(
        self, *, answer_id: str | None = None, since: dt.datetime | None = None, until: dt.datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Feedback]:  # fmt: skip
        """Newest first; `since` belongs to the period, `until` does not."""
        found = _period(schema.feedback, since, until, limit, offset)
        found = found if answer_id is None else found.where(schema.feedback.c.answer_id == answer_id)
        return self._all(found, lambda row: Feedback(row.id, row.answer_id, row.at, row.by_name, row.verdict, row.reason))

    # ---- articles as they were -------------------------------------------------------------------------------------

    def add_versions(self, versions: Iterable[ArticleVersion]) -> None:
        """Those that are known already are skipped. Raises StoreError where a text is not the one that its version names."""
        self.add_all(list(versions))

    def version(self, version: str) -> ArticleVersion | None:
        table = schema.article_versions
        with self._reading() as connection:
            row = connection.execute(select(table).where(table.c.version == version)).one_or_none()
        return ArticleVersion(row.version, row.article, row.text, row.first_seen) if row else None

    # ---- many at once ----------------------------------------------------------------------------------------------

    def add_all(self, records: Sequence[Record]) -> None:
        """Masked and written in one transaction: all of them or, with StoreError, none."""
        ready = [self._masked(record) for record in records]  # before the transaction: nobody waits for it
        with self._writing() as connection:
            for record in ready:
                _write(connection, record)

    def _masked(self, record: Record) -> Record:
        if isinstance(record, Ask):
            return masked_ask(record, self.order_numbers)
        if isinstance(record, Edit):
            return masked_edit(record, self.order_numbers)
        if isinstance(record, Feedback):
            _one_of("verdict", record.verdict, Verdict)
            return masked_feedback(record, self.order_numbers)
        return _checked(record)

    def _all(self, query: Select[Any], made: Callable[[Row[Any]], Any]) -> list[Any]:
        with self._reading() as connection:
            return [made(row) for row in connection.execute(query)]


def _write(connection: Connection, record: Record) -> None:
    if isinstance(record, Edit):
        table = schema.edits
        edit = _dialect_insert(connection, table).values(_values(record, Edit))
        newer = edit.excluded.at >= table.c.at  # batches may overtake each other: the latest text stays
        keys = [table.c.answer_id, table.c.by_name]
        connection.execute(edit.on_conflict_do_update(index_elements=keys, set_={"at": edit.excluded.at, "text": edit.excluded.text}, where=newer))
    else:
        tables = {Ask: schema.asks, Feedback: schema.feedback, ArticleVersion: schema.article_versions}
        connection.execute(_insert_new(connection, tables[type(record)]).values(_values(record, type(record))))


def _insert_new(connection: Connection, table: Table) -> Any:
    """An insert that leaves alone what is there."""
    return _dialect_insert(connection, table).on_conflict_do_nothing()


def _dialect_insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _values(record: Any, kind: type) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(kind)}
    if "by" in values:  # a word of SQL's own
        values["by_name"] = values.pop("by")
    if kind is Ask:
        values |= counted_of(record.answer)
    if "history" in values:
        values["history"] = [{"role": turn.role, "text": turn.text} for turn in values["history"]]
    return values


def _period(table: Table, since: dt.datetime | None, until: dt.datetime | None, limit: int, offset: int) -> Select[Any]:
    at: Column[dt.datetime] = table.c.at
    found = select(table).order_by(at.desc(), table.c.id.desc()).limit(limit).offset(offset)
    found = found if since is None else found.where(at >= since)
    return found if until is None else found.where(at < until)


def _ask(row: Row[Any]) -> Ask:
    return Ask(
        row.id, row.at, row.by_name, row.channel, row.conversation, row.question, tuple(Turn(turn["role"], turn["text"]) for turn in row.history),
        row.as_of, row.answer, row.snapshot, row.drafter, row.timings_ms, row.erased_at,
    )  # fmt: skip


def _reply(row: Row[Any]) -> Reply:
    return Reply(
        row.id, row.answer_id, row.at, row.by_name, row.channel, row.conversation, row.text, row.problems, row.action, row.drafted, row.edited,
        row.seconds, row.delivery, row.erased_at,
    )  # fmt: skip


def _checked(version: ArticleVersion) -> ArticleVersion:
    if version_of(version.text) != version.version:
        raise StoreError("the text is not the version that it is said to be", where=version.article, fix="give the file's text, unchanged")
    if "\x00" in version.text:
        raise StoreError("the text holds a NUL byte", where=version.article, fix="save the article as plain UTF-8 text")
    return version


def _one_of(what: str, value: str, allowed: Any) -> None:
    if value not in get_args(allowed):
        raise StoreError(f"{value!r} is no {what}", where="store", fix=f"take {', '.join(get_args(allowed))}")


__all__ = ["History", "Record"]

"""The tables as they are now. Migrations bring a database here; a test holds the two together on every kind of database."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)  # fmt: skip

from kb.errors import StoreError

LARGEST_TEXT = 200_000
"""Characters. Far above any message; anything larger is a mistake that would swell the database. Articles have a limit of their own."""


def storable(words: str) -> str:
    """The text without what a database refuses: NUL characters go, lone surrogates become U+FFFD. Raises StoreError where it is too long."""
    if len(words) > LARGEST_TEXT:
        raise StoreError(f"a text of {len(words):,} characters is too long", where="store", fix=f"give at most {LARGEST_TEXT:,}")
    if "\x00" in words:
        words = words.replace("\x00", "")
    return words if words.isascii() else words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Words(TypeDecorator[str]):
    """Text that people or programs gave."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """JSON, with the order of its keys kept."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return _storable_parts(value)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment to the microsecond. SQLite has no time zones: UTC is what is written there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError(f"{value} has no time zone", where="store", fix="give an aware datetime, for example dt.datetime.now(dt.UTC)")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _storable_parts(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _storable_parts(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_parts(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise StoreError(f"{value} is no number that can be kept", where="store", fix="leave it out")
    return value


NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""Of numbered rows: SQLite numbers by itself only what is called INTEGER."""

METADATA = MetaData()

# ---- people --------------------------------------------------------------------------------------------------------

users = Table(
    "users", METADATA,
    Column("key", Words, primary_key=True),  # the name, folded
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("password", Text, nullable=False),  # argon2
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("display_name", Words, nullable=False),
    Column("groups", Document, nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", METADATA,
    Column("digest", Text, primary_key=True),
    Column("user_key", Words, ForeignKey("users.key", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),  # noticed where idle sessions end
    Index("sessions_by_user", "user_key"),
    Index("sessions_by_end", "expires_at"),
)  # fmt: skip

sign_in_failures = Table(
    "sign_in_failures", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name_digest", Text, nullable=False),  # people type passwords into the field of the name
    Column("address", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("sign_in_failures_by_address", "address", "at"),
    Index("sign_in_failures_by_time", "at"),
    sqlite_autoincrement=True,
)  # fmt: skip

clients = Table(
    "clients", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name", Words, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", Document, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index("clients_in_use", "name", unique=True, sqlite_where=text("revoked_at IS NULL"), postgresql_where=text("revoked_at IS NULL")),
    sqlite_autoincrement=True,  # a number is never given out twice
)  # fmt: skip

frame_tokens = Table(
    "frame_tokens", METADATA,
    Column("digest", Text, primary_key=True),
    Column("user_key", Words, ForeignKey("users.key", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("frame_tokens_by_user", "user_key"),
)  # fmt: skip

# ---- what happened -------------------------------------------------------------------------------------------------
# Asks are written a moment after they were answered, so nothing that names an answer has a foreign key to it.

asks = Table(
    "asks", METADATA,
    Column("id", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("question", Words, nullable=False),
    Column("history", Document, nullable=False),
    Column("as_of", Words, nullable=False),
    Column("answer", Document, nullable=False),
    Column("snapshot", Words, nullable=False),
    Column("drafter", Words, nullable=False),
    Column("timings_ms", Document, nullable=False),
    Column("lang", Words, nullable=False),  # this and the following: what counting needs of the answer
    Column("abstained", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Column("article", Words, nullable=False),
    Column("repeats", Boolean),  # of an erased text, or the one after it: whether it says what the one before it in the conversation said
    Column("erased_at", UtcDateTime),
    Index("asks_by_time", "at"),
    Index("asks_by_person", "by_name", "at"),
    Index("asks_by_conversation", "conversation", "at"),
    Index("asks_with_text", "at", sqlite_where=text("erased_at IS NULL"), postgresql_where=text("erased_at IS NULL")),
)  # fmt: skip

edits = Table(
    "edits", METADATA,
    Column("answer_id", Words, primary_key=True),
    Column("by_name", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Words, nullable=False),
)  # fmt: skip

replies = Table(
    "replies", METADATA,
    Column("id", Words, primary_key=True),
    Column("answer_id", Words),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("problems", Document, nullable=False),
    Column("action", Words, nullable=False),
    Column("drafted", Words, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("seconds", Float),
    Column("delivery", Words, nullable=False),
    Column("idempotency_key", Words),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("by_name", "idempotency_key", name="replies_once"),
    Index("replies_by_time", "at"),
    Index("replies_by_person", "by_name", "at"),
    Index("replies_by_answer", "answer_id"),
    Index("replies_with_text", "at", sqlite_where=text("erased_at IS NULL"), postgresql_where=text("erased_at IS NULL")),
)  # fmt: skip

feedback = Table(
    "feedback", METADATA,
    Column("id", Words, primary_key=True),
    Column("answer_id", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Index("feedback_by_answer", "answer_id"),
    Index("feedback_by_time", "at"),
)  # fmt: skip

article_versions = Table(
    "article_versions", METADATA,
    Column("version", Text, primary_key=True),
    Column("article", Words, nullable=False),
    Column("text", Text, nullable=False),  # to the byte: not Words
    Column("first_seen", UtcDateTime, nullable=False),
)  # fmt: skip

revisions = Table(
    "revisions", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("file", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("version", Text, ForeignKey("article_versions.version"), nullable=False),
    Column("base", Text, nullable=False),
    Index("revisions_by_file", "file", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

attempts = Table(
    "attempts", METADATA,
    Column("id", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("exercise", Words, nullable=False),
    Column("reply", Words, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("score", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("points", Document, nullable=False),
    Column("title", Words, nullable=False),
    Column("topic", Words, nullable=False),
    Column("lang", Words, nullable=False),
    Column("turns", Document, nullable=False),
    Column("course", NUMBER),
    Column("erased_at", UtcDateTime),
    Index("attempts_by_person", "by_name", "at"),
    Index("attempts_by_time", "at"),
)  # fmt: skip

overrides = Table(
    "overrides", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("attempt", Words, ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("score", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Index("overrides_by_attempt", "attempt", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

courses = Table(
    "courses", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("title", Words, nullable=False),
    Column("topics", Document, nullable=False),
    Column("number", Integer, nullable=False),
    Column("pass_mark", Integer, nullable=False),
    Column("due", Words, nullable=False),  # an ISO date; '' without one
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("certifies", Document, nullable=False),
    Column("months", Integer, nullable=False),
    sqlite_autoincrement=True,
)  # fmt: skip

assignments = Table(
    "assignments", METADATA,
    Column("course", NUMBER, ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("kind", Words, primary_key=True),  # person | group
    Column("name", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Index("assignments_by_name", "kind", "name"),
)  # fmt: skip

certificates = Table(
    "certificates", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("person", Words, nullable=False),
    Column("topic", Words, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("granted_by", Words, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("articles", Document, nullable=False),  # id → version that was examined
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("why", Words, nullable=False),
    Column("course", NUMBER),
    Column("changed", Document, nullable=False),
    Index("certificates_by_person", "person", "topic", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

conflict_decisions = Table(
    "conflict_decisions", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("conflict", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Index("conflict_decisions_by_conflict", "conflict", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

deliveries = Table(
    "deliveries", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("reply_id", Words, ForeignKey("replies.id", ondelete="CASCADE"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Index("deliveries_due", "next_at"),
    Index("deliveries_by_reply", "reply_id"),
    sqlite_autoincrement=True,
)  # fmt: skip

# ---- what is known beside the chats ------------------------------------------------------------------------------------

daily_orders = Table(
    "daily_orders", METADATA,
    Column("day", Words, primary_key=True),  # an ISO date of the shop's calendar
    Column("orders", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
)  # fmt: skip

demonstration = Table(
    "demonstration", METADATA,
    Column("seed", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("made", Document, nullable=False),  # how many records of each kind
)  # fmt: skip

# ---- what is no longer kept ----------------------------------------------------------------------------------------------

erasures = Table(
    "erasures", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_name", Words, nullable=False),
    Column("kind", Words, nullable=False),  # age | conversation | text
    Column("counts", Document, nullable=False),  # how many texts of each kind
    sqlite_autoincrement=True,
)  # fmt: skip

# ---- the database itself -------------------------------------------------------------------------------------------

migrations = Table(
    "migrations", METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
)  # fmt: skip

__all__ = ["METADATA", "Document", "UtcDateTime", "Words", "storable"]

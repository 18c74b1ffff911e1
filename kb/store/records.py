"""What the store keeps, as it goes in and comes out. All frozen, all slotted; every datetime is aware, and UTC when it comes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from kb.models import Turn

Role = Literal["agent", "trainer", "owner", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Action = Literal["copy", "send"]
DeliveryState = Literal["none", "pending", "delivered", "failed"]
Verdict = Literal["right", "wrong", "missing"]


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may sign in. The hash of the password never leaves the store."""

    name: str
    """As it was given; capitals make no difference when it is looked up."""
    role: Role
    created_at: dt.datetime
    disabled: bool
    display_name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """Someone signed in."""

    user: User
    csrf: str = field(repr=False)
    """What forms and scripts send along; derived from the session's secret, so a cookie alone does not yield it to another site."""
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Client:
    """An API token's owner."""

    id: int
    name: str
    scopes: tuple[str, ...]
    per_minute: int
    """Requests allowed a minute."""
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    """To the minute."""
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that was asked, and what was answered."""

    id: str
    """Of the answer."""
    at: dt.datetime
    by: str
    """Name of the user or the API client."""
    channel: str
    conversation: str
    """The help desk's own id of the conversation; '' where it has none."""
    question: str
    """Masked when it is kept."""
    history: tuple[Turn, ...]
    """Earlier turns, oldest first; masked when they are kept."""
    as_of: str
    """The day whose rules applied, YYYY-MM-DD."""
    answer: dict[str, Any]
    """The answer object; what it repeats of the customer's personal data is masked when it is kept."""
    snapshot: str
    """Id of the index generation that was asked."""
    drafter: str
    """``extractive``, or the language model as in KB_LLM."""
    timings_ms: dict[str, float]
    erased_at: dt.datetime | None = None
    """When its texts were erased; what can be counted stays."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the agent copied or sent."""

    id: str
    answer_id: str | None
    """The answer that it began as; None where the agent wrote it alone."""
    at: dt.datetime
    by: str
    channel: str
    conversation: str
    text: str
    """Masked when it is kept."""
    problems: list[dict[str, Any]]
    """What the checks still said when it went out: {code, span, message, fix}; masked when they are kept."""
    action: Action
    drafted: str
    """The draft as it was offered; masked when it is kept."""
    edited: bool
    seconds: float | None
    """From the message to the reply; None where unknown."""
    delivery: DeliveryState
    """Of the post to the webhook."""
    erased_at: dt.datetime | None = None
    """When its texts were erased; what can be counted stays."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an agent says of an answer."""

    id: str
    answer_id: str
    at: dt.datetime
    by: str
    verdict: Verdict
    reason: str
    """Masked when it is kept."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The latest edited text of an answer by one person."""

    answer_id: str
    by: str
    at: dt.datetime
    text: str
    """Masked when it is kept."""


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An article as it was."""

    version: str
    """sha256 of the file's bytes, hexadecimal: that of the text in UTF-8."""
    article: str
    """Id of the article."""
    text: str
    """The file's whole Markdown."""
    first_seen: dt.datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply that waits to be posted to the webhook."""

    id: int
    reply_id: str
    sealed: bytes
    """The payload, sealed by whoever put it there."""
    attempts: int
    """How often it was handed out to be posted, this time included."""
    next_at: dt.datetime
    """When it is handed out again, unless it is reported done or failed before."""


__all__ = [
    "ROLES", "Action", "ArticleVersion", "Ask", "Client", "Delivery", "DeliveryState", "Edit", "Feedback", "Reply", "Role", "Session", "User",
    "Verdict",
]  # fmt: skip

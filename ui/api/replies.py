"""Replies that were copied or sent: checked, recorded, and, where the shop has a webhook, posted to it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import AwareDatetime, Field

from kb.models import Answer
from kb.store import Action, DeliveryState, Reply
from kb.store.masking import masked_reply
from ui.api.bodies import MAX_TEXT, AboutAnswer, Name, ProblemShown, Shown
from ui.api.checks import answer_of
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.api.recording import Recording, actor
from ui.services import Services
from ui.session import Identity

_MARK = re.compile(r"[ \t\u00a0]*\[(\d{1,2})\]")
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$",
        description="Of your choice, one for each reply. Sent again with the same key, a reply is neither recorded nor posted twice.",
    ),
]  # fmt: skip


class ReplyBody(AboutAnswer):
    """What the customer gets."""

    text: Annotated[str, Field(max_length=MAX_TEXT, pattern=r"\S")]
    """With its citation marks; the customer gets it without them."""
    action: Action
    """`copy`: the agent pastes it elsewhere; `send`: it is posted to the webhook too, where there is one."""
    channel: Name = ""
    conversation: Name = ""
    seconds: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """From the customer's message to this reply."""
    acknowledged: bool = False
    """Whether the agent has seen the problems and sends nevertheless."""


class ReplyShown(Shown):
    """A reply as it is kept; personal data is masked."""

    id: str
    answer_id: str | None
    at: dt.datetime
    by: str
    channel: str
    conversation: str
    text: str
    problems: list[ProblemShown]
    """What the checks still said when it went out."""
    action: Action
    edited: bool
    """Whether it differs from the draft."""
    seconds: float | None
    delivery: DeliveryState
    """To the webhook: `none` where there was nothing to post, `pending` until it arrives, `failed` when it was given up."""

    @classmethod
    def of(cls, reply: Reply) -> ReplyShown:
        return cls(
            id=reply.id, answer_id=reply.answer_id, at=reply.at, by=reply.by, channel=reply.channel, conversation=reply.conversation,
            text=reply.text, problems=[ProblemShown.model_validate(one) for one in reply.problems], action=reply.action, edited=reply.edited,
            seconds=reply.seconds, delivery=reply.delivery,
        )  # fmt: skip


class OneReplyShown(Shown):
    """The reply that was taken."""

    reply: ReplyShown


class RepliesShown(Shown):
    """Replies, newest first."""

    replies: list[ReplyShown]


def reply_routes(router: APIRouter, services: Services, recording: Recording) -> None:
    @router.post("/replies", summary="Record a reply, and send it", status_code=201, response_model=OneReplyShown)
    def add_reply(
        body: ReplyBody, response: Response, identity: Annotated[Identity, allow("replies")], idempotency_key: IdempotencyKey = None
    ) -> OneReplyShown:  # fmt: skip
        """Checks the text itself. With open problems, `send` is refused with 409 and the list of them unless they are `acknowledged`; `copy` is recorded with them."""
        answer = recording.extended(body.answer, identity) if body.answer is not None else answer_of(body, identity, recording)
        problems = [doubt.as_json() for doubt in services.check(body.text, answer, body.lang)]
        if problems and body.action == "send" and not body.acknowledged:
            raise Refusal(409, "the checks doubt this text: mend it, or send it again as acknowledged", problems=problems)
        posted = services.webhook if body.action == "send" else None
        new = Reply(
            id=uuid.uuid4().hex, answer_id=answer.id if answer else None, at=dt.datetime.now(dt.UTC), by=actor(identity), channel=body.channel,
            conversation=body.conversation, text=body.text, problems=problems, action=body.action, drafted=answer.draft if answer else "",
            edited=answer is not None and body.text.strip() != answer.draft.strip(), seconds=body.seconds, delivery="pending" if posted else "none",
        )  # fmt: skip
        sealed = posted.sealed(payload(new, answer)) if posted else None
        kept = services.store.add_reply(new, idempotency_key, sealed=sealed)
        if kept.id != new.id:
            _same(kept, new, services)
            response.headers["idempotency-replayed"] = "true"
        elif posted:
            posted.wake()
        return OneReplyShown(reply=ReplyShown.of(kept))

    @router.get("/replies", summary="List replies", response_model=RepliesShown)
    def replies(
        identity: Annotated[Identity, allow("replies")],
        since: Annotated[AwareDatetime | None, Query(description="From this moment on; with its time zone.")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Before this moment.")] = None,
        answer_id: Annotated[Name | None, Query(description="Only those of this answer.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> RepliesShown:
        """What was copied and sent, newest first, and whether it reached the webhook. Agents see their own; programs see the shop's."""
        by = actor(identity) if identity.via != "token" and identity.role == "agent" else None
        found = services.store.replies(since=since, until=until, by=by, answer_id=answer_id, limit=limit, offset=offset)
        return RepliesShown(replies=[ReplyShown.of(reply) for reply in found])


def payload(reply: Reply, answer: Answer | None) -> dict[str, Any]:
    """What is posted to the webhook: the reply as the customer gets it, and what it rests on."""
    sources = [
        {"n": one.n, "article": one.article, "title": one.title, "lines": list(one.lines), "quote": one.quote, "version": one.version}
        for one in (answer.sources if answer else ())
    ]
    return {
        "event": "reply.sent", "id": reply.id, "answer_id": reply.answer_id, "at": reply.at.isoformat(timespec="milliseconds"), "by": reply.by,
        "channel": reply.channel, "conversation": reply.conversation, "text": without_marks(reply.text, answer), "marked_text": reply.text,
        "sources": sources, "problems": reply.problems,
    }  # fmt: skip


def without_marks(text: str, answer: Answer | None) -> str:
    """The text without the citation marks of this answer's sources."""
    numbers = {source.n for source in (answer.sources if answer else ())}
    return _MARK.sub(lambda match: "" if int(match[1]) in numbers else match[0], text)


def _same(kept: Reply, new: Reply, services: Services) -> None:
    """Refuse a key that was used for another reply."""
    masked = masked_reply(new, services.store.order_numbers)
    if (kept.text, kept.action, kept.answer_id) != (masked.text, masked.action, masked.answer_id):
        raise Refusal(422, "this Idempotency-Key was used for another reply")


__all__ = ["payload", "reply_routes", "without_marks"]

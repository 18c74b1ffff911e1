"""An answer's receipt: what was asked, drafted and sent, and what the cited articles said at the time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter

from kb.models import Asker
from kb.store import Action, DeliveryState, Verdict, receipt
from ui.api.bodies import Name, ProblemShown, Shown
from ui.api.limits import allow
from ui.api.recording import Recording
from ui.services import Services
from ui.session import Identity


class ReceiptTurnShown(Shown):
    """An earlier message."""

    role: Asker
    text: str


class ReceiptSourceShown(Shown):
    """What [n] of the draft pointed at, with the article as it was."""

    n: int
    article: str
    title: str
    section: str
    lines: list[int]
    quote: str
    version: str
    valid_from: str | None
    valid_until: str | None
    text: str | None
    """The article's whole Markdown at the time; null where it was not kept."""
    intact: bool
    """The text has the version's hash, and the quote stands in it on its lines."""


class ReceiptDisclaimerShown(Shown):
    """A text that had to go with the draft."""

    id: str
    text: str


class ReceiptProblemShown(ProblemShown):
    """What the checks said of a claim of the draft."""

    claim: str


class ReceiptEditShown(Shown):
    """The text as somebody had edited it last."""

    at: dt.datetime
    by: str
    text: str


class ReceiptReplyShown(Shown):
    """What was copied or sent."""

    id: str
    at: dt.datetime
    by: str
    channel: str
    action: Action
    text: str
    edited: bool
    problems: list[ProblemShown]
    seconds: float | None
    delivery: DeliveryState


class ReceiptFeedbackShown(Shown):
    """What an agent said of the answer."""

    id: str
    at: dt.datetime
    by: str
    verdict: Verdict
    reason: str


class ReceiptShown(Shown):
    """One answer and all that came of it. Personal data is masked."""

    id: str
    at: dt.datetime
    by: str
    channel: str
    conversation: str
    question: str
    history: list[ReceiptTurnShown]
    as_of: str
    draft: str
    drafter: str
    snapshot: str
    sent: str | None
    """The text that went to the customer last."""
    sources: list[ReceiptSourceShown]
    disclaimers: list[ReceiptDisclaimerShown]
    problems: list[ReceiptProblemShown]
    edits: list[ReceiptEditShown]
    replies: list[ReceiptReplyShown]
    feedback: list[ReceiptFeedbackShown]
    timings_ms: dict[str, float]
    intact: bool
    """Every cited article is kept as it was."""
    erased_at: dt.datetime | None
    """When question and draft were erased; null where they are kept."""


def receipt_routes(router: APIRouter, services: Services, recording: Recording) -> None:
    @router.get("/answers/{answer_id}/receipt", summary="An answer's receipt", response_model=ReceiptShown)
    def answer_receipt(answer_id: Name, identity: Annotated[Identity, allow("answer")]) -> dict[str, Any]:
        """What was asked, drafted and sent, and each cited article as it was at the time. Agents and programs read receipts of their own answers."""
        recording.read(answer_id, identity, erased=True)
        services.recorder.flush()
        return receipt(services.store, answer_id).as_json()


__all__ = ["receipt_routes"]

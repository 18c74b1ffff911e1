"""What an agent says of an answer."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from kb.store import Feedback, Verdict
from ui.api.bodies import Body, Name, Shown
from ui.api.limits import allow
from ui.api.recording import Recording, actor
from ui.services import Services
from ui.session import Identity


class FeedbackBody(Body):
    """A verdict on an answer."""

    answer_id: Name
    verdict: Verdict
    """`right`; `wrong`: it says something that does not hold; `missing`: what was asked for is not in it."""
    reason: Annotated[str, Field(max_length=2000)] = ""


class FeedbackShown(Shown):
    """The verdict as it was taken."""

    id: str
    answer_id: str
    at: dt.datetime
    by: str
    verdict: Verdict


def feedback_routes(router: APIRouter, services: Services, recording: Recording) -> None:
    @router.post("/feedback", summary="Say whether an answer was right", status_code=201, response_model=FeedbackShown)
    def give_feedback(body: FeedbackBody, identity: Annotated[Identity, allow("feedback")]) -> FeedbackShown:
        """A verdict on an answer, with a reason where there is one; a later one does not replace it."""
        recording.ask(body.answer_id, identity)
        given = Feedback(uuid.uuid4().hex, body.answer_id, dt.datetime.now(dt.UTC), actor(identity), body.verdict, body.reason)
        services.recorder.add_feedback(given)
        return FeedbackShown(id=given.id, answer_id=given.answer_id, at=given.at, by=given.by, verdict=given.verdict)


__all__ = ["feedback_routes"]

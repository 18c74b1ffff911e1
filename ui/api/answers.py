"""Ask: the answer object at once or as a stream, what is kept of it, the text as edited, a source in its section."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field

from kb.errors import YoujuError
from kb.models import Answer, Asker, Length, ReplyLanguage, Source, Style, Tone, Turn
from kb.store import Edit
from retriever.llm_events import ClaimEvent, Event, EvidenceEvent, FinalEvent
from ui.api.bodies import MAX_TEXT, MOST_SOURCES, AsOf, Body, History, Name, Shown, Text
from ui.api.limits import allow
from ui.api.openapi import ANSWER_RESPONSE, STREAM_RESPONSE
from ui.api.problems import Refusal
from ui.api.recording import Recording, actor
from ui.api.requests import request_id
from ui.api.streaming import ServerEvent, Streams
from ui.services import Services
from ui.session import Identity

log = logging.getLogger(__name__)


class AnswerBody(Body):
    """A message to answer."""

    text: Annotated[str, Field(max_length=MAX_TEXT, pattern=r"\S", examples=["18K 金飾退貨收手續費嗎?"])]
    history: History = Field(default_factory=list)
    """Earlier messages, oldest first."""
    as_of: AsOf | None = None
    """The day whose rules apply; null: the shop's today."""
    asker: Asker = "customer"
    """`agent` when a colleague asks: internal articles may then stand in the draft."""
    lang: ReplyLanguage | None = None
    """Language of the reply; null: the message's own."""
    channel: Name = ""
    """Where the message came in: an id of `GET /phrases`, or your own."""
    conversation: Name = ""
    """Your help desk's id of the conversation; it groups the turns."""
    tone: Tone = "warm"
    length: Length = "normal"
    season: Name = ""
    """Id of a greeting of `GET /phrases` that is in season; it stands before the closing."""

    def turns(self) -> list[Turn]:
        return [Turn(turn.role, turn.text) for turn in self.history]


class StreamBody(AnswerBody):
    """A message to answer piece by piece."""

    drafter: Literal["extractive", "model"] = "extractive"
    """Who words the draft; `model` where the shop has set up a language model."""


class ContextBody(Body):
    """Sources of one answer."""

    snapshot: Name
    sources: Annotated[list[Source], Field(max_length=MOST_SOURCES)]


class PassageShown(Shown):
    """A piece of a section, in reading order."""

    text: str
    highlight: bool
    """Whether it is the quote."""


class ContextShown(Shown):
    """The section around one source."""

    n: int
    passages: list[PassageShown]


class ContextsShown(Shown):
    """The sections around the sources of an answer."""

    contexts: list[ContextShown]


class EditBody(Body):
    """The draft as the agent has changed it."""

    text: Text


class KeptAnswerShown(Shown):
    """What the store keeps of an answer; personal data is masked."""

    id: str
    at: dt.datetime
    by: str
    channel: str
    conversation: str
    drafter: str
    """`extractive`, or the language model that worded it."""
    answer: dict[str, Any]
    """The answer object."""


def answer_routes(router: APIRouter, services: Services, recording: Recording) -> None:
    streams = Streams()

    def ask(body: AnswerBody) -> Answer:
        return services.ask(body.text, history=body.turns(), as_of=body.as_of, asker=body.asker, lang=body.lang, style=_style(body, services))

    @router.post("/answer", summary="Draft a reply", responses=ANSWER_RESPONSE)
    def answer(body: AnswerBody, identity: Annotated[Identity, allow("answer")]) -> JSONResponse:
        """The answer object: a reply draft whose every claim cites a sentence of the shop's articles, or, where nothing answers, an abstention."""
        found = ask(body)
        recording.keep(found, identity, history=body.turns(), channel=body.channel, conversation=body.conversation)
        return JSONResponse(found.as_json())

    @router.post("/answer/stream", summary="Draft a reply, piece by piece", response_class=StreamingResponse, responses=STREAM_RESPONSE)
    def answer_stream(body: StreamBody, identity: Annotated[Identity, allow("answer")]) -> StreamingResponse:
        """Server-sent events, in this order: `sources`, `claim` for each claim that passed its checks, `note`, `drafter`, `final` with the answer object.

        `final` replaces whatever was shown before. `error` holds a problem object and ends the stream. Lines that begin with a colon say
        that the server still works.
        """
        if body.drafter == "model" and services.drafter is None:
            raise Refusal(422, "no language model is set up here: see KB_LLM")
        style = _style(body, services)

        def events() -> Generator[ServerEvent, None, None]:
            stream = services.answerer.stream(
                body.text, history=body.turns(), as_of=body.as_of, asker=body.asker, lang=body.lang, style=style,
                drafter=services.drafter if body.drafter == "model" else None, channel=body.channel,
            )  # fmt: skip
            with closing(stream):
                for event in stream:
                    if isinstance(event, FinalEvent):
                        recording.keep(
                            event.answer, identity, history=body.turns(), channel=body.channel, conversation=body.conversation, drafter=event.drafter
                        )
                    yield from _server_events(event)

        return streams.response(events, _failed())

    @router.post("/context", summary="Sources in their sections", response_model=ContextsShown, dependencies=[allow("answer")])
    def context(body: ContextBody) -> ContextsShown:
        """The section around each source of an answer, passage by passage."""
        return ContextsShown(
            contexts=[
                ContextShown(n=source.n, passages=[PassageShown.model_validate(one) for one in services.context(source, body.snapshot)])
                for source in body.sources
            ]
        )

    @router.get("/answers/{answer_id}", summary="An answer as it was kept", response_model=KeptAnswerShown)
    def kept_answer(answer_id: Name, identity: Annotated[Identity, allow("answer")]) -> KeptAnswerShown:
        """What the store keeps of an answer. Agents and programs read only their own."""
        kept = recording.read(answer_id, identity)
        return KeptAnswerShown(
            id=kept.id, at=kept.at, by=kept.by, channel=kept.channel, conversation=kept.conversation, drafter=kept.drafter, answer=kept.answer
        )  # fmt: skip

    @router.put("/answers/{answer_id}/edit", summary="Keep the edited text", status_code=204, response_class=Response)
    def keep_edit(answer_id: Name, body: EditBody, identity: Annotated[Identity, allow("answer")]) -> Response:
        """The draft as the agent has changed it so far, in place of this person's earlier text."""
        recording.ask(answer_id, identity)
        services.recorder.put_edit(Edit(answer_id, actor(identity), dt.datetime.now(dt.UTC), body.text))
        return Response(status_code=204)


def _style(body: AnswerBody, services: Services) -> Style:
    """How the draft is worded. Refuses a greeting that is unknown or out of season."""
    if not body.season:
        return Style(tone=body.tone, length=body.length)
    answerer = services.answerer
    greeting = answerer.snapshot.companions.phrases.greeting(body.season)
    if greeting is None:
        raise Refusal(422, "season: there is no such greeting", errors=[{"field": "season", "code": "unknown", "message": "see GET /phrases"}])
    if not greeting.in_season(services.today()):
        raise Refusal(
            422, f"season: this greeting is for {greeting.first_day} to {greeting.last_day}",
            errors=[{"field": "season", "code": "out-of-season", "message": "not today"}],
        )  # fmt: skip
    lang = body.lang or answerer.searcher.understand(body.text, history=body.turns(), asker=body.asker).reply_lang
    return Style(tone=body.tone, length=body.length, season=greeting.text[lang])


def _server_events(event: Event) -> Iterator[ServerEvent]:
    """An event of a draft in the making, as it is published."""
    if isinstance(event, FinalEvent):
        yield ServerEvent("drafter", {"drafter": event.drafter, "worded": list(event.worded), "failure": event.failure})
        yield ServerEvent("final", event.answer.as_json())
    elif isinstance(event, ClaimEvent):
        yield ServerEvent("claim", {"index": event.index, **event.claim.as_json(), "drafter": event.drafter})
    else:
        yield ServerEvent("sources" if isinstance(event, EvidenceEvent) else "note", event.as_json())


def _failed() -> Callable[[Exception], ServerEvent]:
    """What a stream says of an error, under the id of the request that is under way now."""
    own = request_id()

    def failed(error: Exception) -> ServerEvent:
        known = isinstance(error, YoujuError)
        log.error("answer stream failed [%s]", own, exc_info=None if known else error)
        status, detail = (503, str(error)) if known else (500, "something went wrong here; the log has the details")
        return ServerEvent("error", {"type": "about:blank", "status": status, "detail": detail, "request_id": own})

    return failed


__all__ = ["AnswerBody", "StreamBody", "answer_routes"]

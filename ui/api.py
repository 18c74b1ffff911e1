"""The HTTP API: ask for an answer, check a text, see a source in its section. Errors are problem+json (RFC 9457)."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from starlette.exceptions import HTTPException

from kb.errors import YoujuError
from kb.models import Answer, Asker, ReplyLanguage, Source, Turn
from ui.services import Services

MAX_TEXT = 10_000
"""Characters of one message or reply."""
MAX_TURNS = 100

log = logging.getLogger(__name__)

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class _Body(BaseModel):
    """A request's JSON object: no unknown keys, no text that UTF-8 cannot carry."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, data: Any) -> Any:
        try:
            json.dumps(data, ensure_ascii=False, default=str).encode()
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("the text is not valid Unicode") from None
        return data


class TurnBody(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")
    role: Asker
    text: Text


class AnswerBody(_Body):
    """A message to answer."""

    text: Annotated[str, Field(max_length=MAX_TEXT, pattern=r"\S")]
    history: Annotated[list[TurnBody], Field(max_length=MAX_TURNS)] = []
    """Oldest first."""
    as_of: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))] | None = None
    """The day whose rules apply; null: the shop's today."""
    asker: Asker = "customer"
    lang: ReplyLanguage | None = None
    """Language of the reply; null: the message's own."""


class CheckBody(_Body):
    """A reply, as edited, and the answer that it was drafted from."""

    text: Text
    answer: Answer

    @field_validator("answer")
    @classmethod
    def _has_whole_disclaimers(cls, answer: Answer) -> Answer:
        if not all({"id", "text"} <= set(disclaimer) for disclaimer in answer.disclaimers):
            raise ValueError("each disclaimer has an id and a text")
        return answer


class ContextBody(_Body):
    """Sources of one answer."""

    snapshot: Annotated[str, Field(max_length=200)]
    sources: Annotated[list[Source], Field(max_length=50)]


def api_router(services: Services) -> APIRouter:
    """The routes below ``/api/v1``. They are plain functions: FastAPI runs them on threads, and the services are thread-safe."""
    router = APIRouter(prefix="/api/v1")

    @router.post("/answer")
    def answer(body: AnswerBody) -> JSONResponse:
        """The answer object: draft, claims, sources."""
        history = [Turn(turn.role, turn.text) for turn in body.history]
        found = services.ask(body.text, history=history, as_of=body.as_of, asker=body.asker, lang=body.lang)
        return JSONResponse(found.as_json())

    @router.post("/check")
    def check(body: CheckBody) -> JSONResponse:
        """What the checks doubt in a text; spans count characters (code points)."""
        return JSONResponse({"problems": [doubt.as_json() for doubt in services.check(body.text, body.answer)]})

    @router.post("/context")
    def context(body: ContextBody) -> JSONResponse:
        """The section around each source, passage by passage."""
        return JSONResponse({"contexts": [{"n": s.n, "passages": services.context(s, body.snapshot)} for s in body.sources]})

    return router


# ---- errors ----------------------------------------------------------------------------------------------------------


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """A problem+json response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def add_problem_handlers(app: FastAPI) -> None:
    """Translate every error once. What the client sent is not repeated: it may hold personal data."""

    def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        errors = [{"field": _field(e["loc"]), "code": e["type"], "message": e["msg"]} for e in found[:20]]
        too_long = any(e["type"] in ("string_too_long", "too_long") for e in found)
        return problem(413 if too_long else 422, f"{errors[0]['field']}: {errors[0]['message']}", errors=errors)

    def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail))

    def cannot(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s: %s", request.method, request.url.path, error)
        return problem(503, str(error))

    def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "something went wrong here; the log has the details")

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(YoujuError, cannot)
    app.add_exception_handler(Exception, broken)


def _field(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location[1:]) or "body"


__all__ = ["MAX_TEXT", "add_problem_handlers", "api_router", "problem"]

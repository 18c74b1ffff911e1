"""Errors as problem+json (RFC 9457), translated once. What the client sent is never repeated: it may hold personal data."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import StoreError, YoujuError
from ui.api.requests import request_id

PROBLEM_JSON: Final = "application/problem+json"
_TOO_LONG: Final = ("string_too_long", "too_long")
_KEY: Final = re.compile(r"[a-z_]{1,32}")
"""What a mistyped field's name looks like; anything else that stands where a name should is not repeated."""
_WORDS: Final = {
    "There was an error parsing the body": "the body is no JSON in UTF-8",
    "Not Found": "there is nothing at this address",
    "Method Not Allowed": "this address does not take that method; the header Allow lists what it takes",
}
"""The framework's words, and ours."""

log = logging.getLogger(__name__)


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem+json response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "request_id": request_id(), **more}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


class Refusal(HTTPException):
    """What a route refuses, with further members of the problem object."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.more = more


def add_problem_handlers(app: FastAPI) -> None:
    """Translate every error that a route raises; also those of no route (404) and of a wrong method (405)."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(YoujuError, _cannot)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broken)


class Failures:
    """Middleware that answers an unforeseen error from inside the others, so that their headers stand on that answer too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if started:  # too late for another answer: the server cuts the connection
                raise
            response = (_cannot if isinstance(error, YoujuError) else _broken)(Request(scope), error)
            await response(scope, receive, sending)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    errors = [{"field": _field(one["loc"]), "code": one["type"], "message": one["msg"]} for one in found[:20]]
    too_long = any(one["type"] in _TOO_LONG for one in found)
    return problem(413 if too_long else 422, f"{errors[0]['field']}: {errors[0]['message']}", errors=errors)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    more = error.more if isinstance(error, Refusal) else {}
    detail = str(error.detail)
    if detail in _WORDS:
        detail = _WORDS[detail]
    return problem(error.status_code, detail, headers=error.headers, **more)


def _cannot(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s: %s [%s]", request.method, request.url.path, error, request_id())
    # Where the database stands is nobody's business outside.
    return problem(503, "the store cannot be used at the moment; the log has the details" if isinstance(error, StoreError) else str(error))


def _gone(request: Request, error: Exception) -> JSONResponse:
    """The body ended before its end: the client went, or sent more than is read."""
    return problem(413, "the body was not read to its end: it is too long, or the connection was cut")


def _broken(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed [%s]", request.method, request.url.path, request_id(), exc_info=error)
    return problem(500, "something went wrong here; the log has the details")


def _field(location: Sequence[Any]) -> str:
    """Where in the body or the query: names of fields and places in lists."""
    parts = [str(part) if isinstance(part, int) or _KEY.fullmatch(str(part)) else "…" for part in location[1:]]
    return ".".join(parts) or "body"


__all__ = ["PROBLEM_JSON", "Failures", "Refusal", "add_problem_handlers", "problem"]

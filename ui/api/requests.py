"""Each request's id: taken over from the client or made, on every response, in every problem and beside every line of the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-request-id"
_SAFE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")

log = logging.getLogger(__name__)


def request_id() -> str:
    """Of the request under way; empty outside one."""
    return _current.get()


class RequestIds:
    """The outermost middleware: gives each request its id, and writes one line to the log when it is answered.

    The line names no query and no body: they may hold personal data. What a route leaves in `request.state.headers` goes onto the
    response, whoever answers in the end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        own = _taken_over(scope) or uuid.uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = own
        headers: dict[str, str] = state.setdefault("headers", {})
        token, started, status = _current.set(own), time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                added = {HEADER: own, **headers}
                kept = [(name, value) for name, value in message["headers"] if name.decode("latin-1").lower() not in added]
                message["headers"] = kept + [(name.encode(), value.encode("latin-1")) for name, value in added.items()]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            ms = (time.perf_counter() - started) * 1000
            log.info("%s %s %d %.1f ms %s %s", scope["method"], _printable(scope["path"]), status, ms, _who(state), own)
            _current.reset(token)


class WithRequestId(logging.Filter):
    """Gives each record of the log the field `request_id`, for a handler's format."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id() or "-"
        return True


def _taken_over(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name.lower() == HEADER.encode() and _SAFE.fullmatch(text := value.decode("latin-1")):
            return str(text)
    return ""


def _printable(path: str) -> str:
    """A path cannot forge a line of the log."""
    return path[:200].encode("unicode_escape").decode()


def _who(state: dict[str, Any]) -> str:
    identity = state.get("identity")
    return f"{identity.via}:{identity.name}" if identity is not None else "-"


__all__ = ["RequestIds", "WithRequestId", "request_id"]

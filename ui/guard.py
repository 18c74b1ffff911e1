"""What stands before every page and route: who may call us from where, how much, and the headers that bound what a page can do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.settings import Settings
from ui.api import problem
from ui.session import Identity, headers_of

MAX_BODY: Final = 4_000_000
"""Bytes of a request."""
LARGEST_UPLOAD: Final = 10_000_000
"""Bytes of a file that an owner takes in."""
_UPLOADS: Final = frozenset({"/api/v1/content/import"})
FACES: Final = ("desk", "training", "content", "insights")
FRAME_DESTINATIONS: Final = ("iframe", "frame")
"""What a browser says a page in a frame is for (Sec-Fetch-Dest)."""

_GRADIO: Final = (
    # Gradio evaluates templates and writes inline scripts and styles; nothing may come from, or go to, another place.
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)
_OWN: Final = (  # our own pages: no inline script, no inline style
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
SECURITY_HEADERS: Final = {
    "content-security-policy": _GRADIO.format(ancestors="'none'"),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
}


class Guard:
    """Lets in only requests to our own name, from our own pages or from programs, and bounds and secures what passes.

    The Host header must be a name that we are served under, or a page elsewhere could reach us under its own name (DNS
    rebinding). An Origin, where there is one, must be ours. A change that a browser sends must bring the session's CSRF token.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._hosts = {"localhost", "127.0.0.1", "::1", settings.host.lower(), *(host.strip().lower() for host in settings.hosts.split(","))} - {""}
        self._ancestors = " ".join(settings.frame_ancestors.split())
        self._tls = settings.behind_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})  # the app has none
        if self._tls:
            scope["scheme"] = "https"  # what the browser sees, whatever the proxy says: addresses that we make begin so
        headers = headers_of(scope)
        secured = _adding(send, self._headers(scope))
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            return await refusal(scope, receive, secured)
        await self.app(scope, _bounded(receive, most_of(scope["path"])), secured)

    def _headers(self, scope: Scope) -> dict[str, str]:
        framed = bool(self._ancestors) and (face_of(scope["path"]) == "desk" or scope["path"] == "/embed")
        ancestors = f"'self' {self._ancestors}" if framed else "'none'"
        policy = _GRADIO if face_of(scope["path"]) else _OWN
        headers = SECURITY_HEADERS | {"content-security-policy": policy.format(ancestors=ancestors)}
        if framed:  # the policy says it better
            del headers["x-frame-options"]
        if scope["path"].startswith("/api/"):  # customers' words stay in no browser's cache
            headers["cache-control"] = "no-store"
        if self._tls:
            headers["strict-transport-security"] = "max-age=31536000"
        return headers

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> JSONResponse | None:
        host = headers.get("host", "")
        if hostname(f"//{host}") not in self._hosts:
            return problem(421, "this host name is not served here: see KB_HOSTS")
        if "origin" in headers and _netloc(headers["origin"]) != host:
            return problem(403, "requests from other sites are refused")
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and scope["method"] not in ("GET", "HEAD"):
            return problem(403, "requests from other sites are refused")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most_of(scope["path"]):
            return problem(413, f"a request has at most {most_of(scope['path'])} bytes")
        return None


class Gate:
    """Shows each page to those whose role opens it, and takes changes only with the CSRF token. Stands behind the identity."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            response = self._response(scope)
            if response is not None:
                return await response(scope, receive, send)
        await self.app(scope, receive, send)

    def _response(self, scope: Scope) -> Response | None:
        identity: Identity | None = scope["state"]["identity"]
        face, changes = face_of(scope["path"]), scope["method"] not in ("GET", "HEAD")
        if face is None:
            return self._without_token(scope, identity) if changes and scope["path"].startswith("/api/") else None
        is_page = scope["path"].rstrip("/") == f"/{face}"
        if identity is None:
            query = scope["query_string"].decode("latin-1")
            if not is_page or changes:
                return problem(401, "sign in first")
            return _to_notice() if headers_of(scope).get("sec-fetch-dest") in FRAME_DESTINATIONS else _to_login(scope["path"], query)
        if face not in identity.faces:
            return RedirectResponse(f"/forbidden?page={face}", 303) if is_page else problem(403, "your role does not open this page")
        if changes:
            return problem(405, "pages are only read")  # no page has a handler on the server: Gradio's uploads and queue stay shut
        return None

    def _without_token(self, scope: Scope, identity: Identity | None) -> JSONResponse | None:
        if identity is None:  # before the body is read
            return problem(401, "sign in, or send a token: Authorization: Bearer …", headers={"www-authenticate": "Bearer"})
        if identity.via == "token":
            return None
        headers = headers_of(scope)
        if identity.via == "demo" and not {"origin", "sec-fetch-site"} & headers.keys():
            return None  # a program on this machine: browsers say where a change comes from
        if secrets.compare_digest(headers.get("x-csrf-token", "").encode(), identity.csrf.encode()):
            return None
        return problem(403, "the page's token is missing or old: load the page again", code="csrf")


def face_of(path: str) -> str | None:
    """Which page a path belongs to; None outside them."""
    name = path.split("/", 2)[1] if path.startswith("/") else ""
    return name if name in FACES else None


def hostname(address: str) -> str:
    """Lower-case host of an address; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _netloc(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _to_notice() -> RedirectResponse:
    """In a frame nobody signs in: the help desk does, and the notice says so."""
    return RedirectResponse("/embed", 303, headers={"cache-control": "no-store"})


def _to_login(path: str, query: str) -> RedirectResponse:
    return RedirectResponse(f"/login?next={quote(path + ('?' + query if query else ''), safe='')}", 303, headers={"cache-control": "no-store"})


def _adding(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.decode("latin-1").lower() not in headers]
            message["headers"] = kept + [(name.encode(), value.encode()) for name, value in headers.items()]
        await send(message)

    return sending


def most_of(path: str) -> int:
    """Bytes that a request to this path may have."""
    return LARGEST_UPLOAD if path in _UPLOADS else MAX_BODY


def _bounded(receive: Receive, most: int) -> Receive:
    """A chunked request names no length: count."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            return {"type": "http.disconnect"}
        return message

    return receiving


__all__ = ["FACES", "FRAME_DESTINATIONS", "LARGEST_UPLOAD", "MAX_BODY", "SECURITY_HEADERS", "Gate", "Guard", "face_of", "hostname", "most_of"]

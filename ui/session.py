"""Who is asking: people by session cookie, programs by token, and a demonstration without accounts on this machine alone."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.settings import Settings
from kb.store import FRAMED, Role, Store

SCOPES: Final = frozenset({"answer", "check", "search", "articles", "feedback", "replies", "eval", "embed", "metrics"})
"""What a program may be allowed to do. People are allowed what their role is."""
_DESK: Final = frozenset({"answer", "check", "search", "articles", "feedback", "replies"})
ROLE_SCOPES: Final[dict[Role, frozenset[str]]] = {
    "agent": _DESK,
    "trainer": _DESK,
    "owner": _DESK | {"eval", "metrics"},
    "admin": SCOPES,
}
ROLE_FACES: Final[dict[Role, tuple[str, ...]]] = {
    "agent": ("desk", "training"),
    "trainer": ("desk", "training", "insights"),
    "owner": ("desk", "content", "insights"),
    "admin": ("desk", "training", "content", "insights"),
}
"""Pages that a role may open. An agent opens the training page to practise, a trainer to see how it goes."""

SESSION_COOKIE: Final = "youju_session"
FRAME_COOKIE: Final = "youju_frame"
"""Of a desk inside a help desk's page: partitioned, so that no other page's frame shares it."""
KNOWN_FOR: Final = 5.0
"""Seconds for which a session or a token that was looked up is trusted before the store is asked again."""
MOST_KNOWN: Final = 10_000

Via = Literal["session", "token", "demo"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request, and what they may do."""

    name: str
    role: Role
    scopes: frozenset[str]
    via: Via
    csrf: str = field(default="", repr=False)
    """What a page sends back with every change; empty for programs, which no browser can be tricked into being."""
    display: str = ""
    per_minute: int = 0
    """Of a program: requests a minute; 0: the app's own limit."""
    groups: tuple[str, ...] = ()

    @property
    def faces(self) -> tuple[str, ...]:
        return () if self.via == "token" else ROLE_FACES[self.role]


class Identities:
    """Looks up identities in the store, and remembers them for a few seconds. Thread-safe."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._may_demonstrate = is_loopback(settings.host) and not settings.hosts and not settings.behind_tls
        self._idle = dt.timedelta(minutes=settings.idle_minutes) if settings.idle_minutes else None
        self._demo = Identity("demo", "admin", SCOPES, "demo", secrets.token_urlsafe(16), "Demo")
        self._known: dict[_Key, tuple[float, Identity | None]] = {}
        self._lock = threading.Lock()

    def of(self, headers: Mapping[str, str]) -> Identity | None:
        """The identity of a request with these headers (lower-case names). May read the store."""
        found = self._first(headers, self._look_up)
        return found or None

    def at_hand(self, headers: Mapping[str, str]) -> Identity | Literal[False] | None:
        """As `of`, from memory alone; False where the store would have to be read."""
        return self._first(headers, self._recall)

    @property
    def demonstrating(self) -> bool:
        """Whether everybody on this machine may do everything: nobody has an account yet, and nobody else can reach the app."""
        return bool(self._look_up(("demo", "")))

    def forget(self) -> None:
        """Look everything up again: someone signed out, or an account has changed."""
        with self._lock:
            self._known.clear()

    def _of_session(self, secret: str, *, used: bool) -> Identity | None:
        session = self._store.session(secret, idle=self._idle, used=used)
        if session is None:
            return None
        user = session.user
        role: Role = "agent" if secret.startswith(FRAMED) else user.role  # whoever can make frames' addresses must not become an administrator
        return Identity(user.name, role, ROLE_SCOPES[role], "session", session.csrf, user.display_name or user.name, groups=user.groups)

    def _of_token(self, secret: str) -> Identity | None:
        client = self._store.client(secret)
        if client is None:
            return None
        return Identity(client.name, "agent", frozenset(client.scopes) & SCOPES, "token", display=client.name, per_minute=client.per_minute)

    def _first(self, headers: Mapping[str, str], look: Callable[[_Key], Identity | Literal[False] | None]) -> Identity | Literal[False] | None:
        for key in _keys(headers):
            found = look(key)
            if found is not None or key[0] == "token":  # a wrong token is not made good by a cookie beside it
                return found
        return None

    def _look_up(self, key: _Key) -> Identity | None:
        known = self._recall(key)
        if known is not False:
            return known
        kind, secret = key
        if kind == "demo":
            found = self._demo if self._may_demonstrate and not self._store.users() else None
        else:
            found = self._of_token(secret) if kind == "token" else self._of_session(secret, used=kind == "session")
        with self._lock:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[key] = (time.monotonic() + KNOWN_FOR, found)
        return found

    def _recall(self, key: _Key) -> Identity | Literal[False] | None:
        until, identity = self._known.get(key, (0.0, None))
        return identity if until > time.monotonic() else False


_Key = tuple[Literal["token", "session", "unattended", "demo"], str]
UNATTENDED: Final = "x-unattended"
"""Header of a request that nobody made: a page that looks whether the session is still there does not keep it alive."""
_OF_PROXIES: Final = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
"""Headers of a request that came through a proxy: from another machine, then, whatever its address says."""
_FOR_EVERYBODY: Final = ("/healthz", "/readyz", "/static/", "/favicon.ico")
"""Paths that ask nobody's name, and answer while the store is away."""


def _keys(headers: Mapping[str, str]) -> list[_Key]:
    """What in the headers may say who asks, in the order in which it is tried."""
    authorization = headers.get("authorization", "")
    if authorization:
        kind, _, secret = authorization.partition(" ")
        return [("token", secret.strip() if kind.lower() == "bearer" else "")]
    cookies = cookies_of(headers.get("cookie", ""))
    using: Literal["session", "unattended"] = "unattended" if UNATTENDED in headers else "session"
    sessions: list[_Key] = [(using, cookies[name]) for name in (FRAME_COOKIE, SESSION_COOKIE) if cookies.get(name)]
    return sessions if _OF_PROXIES & headers.keys() else [*sessions, ("demo", "")]


class IdentityMiddleware:
    """Puts the identity of each request at ``request.state.identity``; None where nobody is known."""

    def __init__(self, app: ASGIApp, identities: Identities) -> None:
        self.app, self._identities = app, identities

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope.setdefault("state", {})["identity"] = None if scope["path"].startswith(_FOR_EVERYBODY) else await self._identity(headers_of(scope))
        await self.app(scope, receive, send)

    async def _identity(self, headers: Mapping[str, str]) -> Identity | None:
        found = self._identities.at_hand(headers)
        return await run_in_threadpool(self._identities.of, headers) if found is False else found


def identity_of(request: Request) -> Identity | None:
    """Who sends the request; None where nobody is known."""
    found: Identity | None = getattr(request.state, "identity", None)
    return found


def need(scope: str) -> Any:
    """A FastAPI dependency: the identity, if it may do `scope`. Answers 401 to strangers and 403 to others."""
    assert scope in SCOPES, scope

    def needed(request: Request) -> Identity:
        identity = identity_of(request)
        if identity is None:
            raise HTTPException(401, "sign in, or send a token: Authorization: Bearer …", headers={"www-authenticate": "Bearer"})
        if scope not in identity.scopes:
            raise HTTPException(403, f"{identity.name} may not do this: it needs the scope {scope!r}")
        return identity

    return Depends(needed)


def roles(*allowed: Role) -> Any:
    """A FastAPI dependency: the person, if their role is one of these. Answers 401 to strangers, 403 to others and to programs."""

    def needed(request: Request) -> Identity:
        identity = identity_of(request)
        if identity is None:
            raise HTTPException(401, "sign in first")
        if identity.via == "token" or identity.role not in allowed:
            raise HTTPException(403, f"this is for {' and '.join(f'{role}s' for role in allowed)} who are signed in")
        return identity

    return Depends(needed)


def _known(request: Request) -> Identity:
    identity = identity_of(request)
    if identity is None:
        raise HTTPException(401, "sign in first")
    return identity


identified: Final[Any] = Depends(_known)
"""A FastAPI dependency: whoever asks, if anybody is known. Answers 401 to strangers."""


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name; a repeated cookie header is joined, of any other the last one counts."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}; {text}" if key == "cookie" and key in headers else text
    return headers


def cookies_of(header: str) -> dict[str, str]:
    """The cookies of a Cookie header, read as browsers write it: a strange one of another program on this host hides none of ours."""
    return cookie_parser(header)


def session_cookie(secret: str, settings: Settings, *, framed: bool = False) -> str:
    """The Set-Cookie header's value that starts a session; an empty secret ends it."""
    name = FRAME_COOKIE if framed else SESSION_COOKIE
    age = settings.session_hours * 3600 if secret else 0
    if framed:  # a browser keeps a partitioned cookie only if it is Secure; 127.0.0.1 counts as secure
        return f"{name}={secret}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=None; Partitioned"
    return f"{name}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax" + ("; Secure" if settings.behind_tls else "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = [
    "FRAME_COOKIE", "ROLE_FACES", "ROLE_SCOPES", "SCOPES", "SESSION_COOKIE", "Identities", "Identity", "IdentityMiddleware", "cookies_of",
    "headers_of", "identified", "identity_of", "is_loopback", "need", "roles", "session_cookie",
]  # fmt: skip

"""The web app: the desk, the API and what guards them, in one FastAPI application."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it reads it then

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.content import read_yaml
from kb.errors import ContentError, SettingsError
from kb.models import ReplyLanguage
from kb.settings import Settings
from ui.api import add_problem_handlers, api_router, problem
from ui.desk import DESK_I18N, build_desk
from ui.i18n import DEFAULT_LANGUAGE, as_language
from ui.render import boot_json, dress_page, page_head
from ui.services import Services

STATIC: Final = Path(__file__).parent / "static"
COOKIE: Final = "youju_lang"
MAX_BODY: Final = 4_000_000
"""Bytes of a request."""

SECURITY_HEADERS: Final = {
    # Gradio evaluates templates and writes inline scripts and styles; nothing may come from, or go to, another place.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-write=(self)",
}


def create_app(services: Services, settings: Settings) -> FastAPI:
    """The whole app: ``/`` → ``/desk/``, ``/api/v1``, ``/healthz``, ``/static``."""
    app = FastAPI(title="Youju", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    add_problem_handlers(app)
    app.include_router(api_router(services))

    @app.get("/", include_in_schema=False)
    def root(request: Request) -> RedirectResponse:
        query = request.url.query
        return RedirectResponse(f"/desk/?{query}" if query else "/desk/")

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "seal.svg")

    app.mount("/static", StaticFiles(directory=STATIC))
    gr.mount_gradio_app(
        app, build_desk(), path="/desk", i18n=DESK_I18N, theme=_theme(),
        run_history=False, footer_links=[], show_error=False, ssr_mode=False, mcp_server=False, pwa=False, allowed_paths=[],
    )  # fmt: skip
    app.add_middleware(DeskPage, today=services.today, shop=lambda: services.shop_name, examples=golden_examples(settings.content))
    app.add_middleware(Guard, host=settings.host)
    return app


def _theme() -> gr.themes.Base:
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def golden_examples(content: Path, count: int = 3, longest: int = 40) -> dict[ReplyLanguage, list[str]]:
    """Short messages from the shop's own golden questions, for the empty desk; none where the shop keeps none."""
    found: dict[ReplyLanguage, list[str]] = {"zh-Hant": [], "zh-Hans": [], "en": []}
    for path in sorted((content / "questions").glob("*.yaml")):
        try:
            data = read_yaml(path)
        except ContentError:
            continue
        for question in data.get("questions", []) if isinstance(data, dict) else []:
            if not isinstance(question, dict) or question.get("history") or question.get("kind") != "single-fact":
                continue
            language, text = as_language(question.get("lang")), str(question.get("text", ""))
            if language and len(found[language]) < count and 0 < len(text) <= longest * (2 if language == "en" else 1):
                found[language].append(text)
    return found


# ---- guards ----------------------------------------------------------------------------------------------------------


class Guard:
    """Lets in only this machine's own pages, bounds the request, and puts the security headers on every response.

    The Host header must name this machine, or a page elsewhere could reach us under its own name (DNS rebinding). An
    Origin, where there is one, must be ours.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.hosts = {"localhost", "127.0.0.1", "::1", host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})  # the app has none
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        secured = _adding(send, SECURITY_HEADERS)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            return await refusal(scope, receive, secured)
        await self.app(scope, _bounded(receive), secured)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> JSONResponse | None:
        host = headers.get("host", "")
        if _hostname(f"//{host}") not in self.hosts:
            return problem(421, "this host name is not served here")
        if "origin" in headers and urlsplit(headers["origin"]).netloc != host:
            return problem(403, "requests from other sites are refused")
        if scope["method"] not in ("GET", "HEAD") and not scope["path"].startswith("/api/"):
            return problem(405, "pages are only read")  # no page runs handlers on the server: Gradio's uploads and queue stay shut
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return problem(413, f"a request has at most {MAX_BODY} bytes")
        return None


def _hostname(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _adding(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.decode("latin-1").lower() not in headers]
            message["headers"] = kept + [(name.encode(), value.encode()) for name, value in headers.items()]
        await send(message)

    return sending


def _bounded(receive: Receive) -> Receive:
    """A chunked request names no length: count."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            return {"type": "http.disconnect"}
        return message

    return receiving


class DeskPage:
    """Serves Gradio's index page in the interface language that ``?lang=`` or the cookie names."""

    def __init__(
        self, app: ASGIApp, today: Callable[[], dt.date], shop: Callable[[], Mapping[str, str]], examples: Mapping[ReplyLanguage, Sequence[str]]
    ) -> None:  # fmt: skip
        self.app, self.today, self.shop, self.examples = app, today, shop, examples

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in ("/desk", "/desk/"):
            return await self.app(scope, receive, send)
        asked = as_language(_query(scope).get("lang"))
        language = asked or as_language(_cookie(scope)) or DEFAULT_LANGUAGE
        boot = boot_json(language, today=self.today().isoformat(), shop=self.shop(), examples=self.examples)
        start: Message = {}
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            page = body
            if dict(headers).get(b"content-type", b"").startswith(b"text/html"):
                page = dress_page(body.decode(), language, page_head(language, boot)).encode()
                headers.append((b"cache-control", b"no-store"))
                if asked:
                    headers.append((b"set-cookie", f"{COOKIE}={asked}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly".encode()))
            headers.append((b"content-length", str(len(page)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": page})

        # An uncompressed page, whatever the browser takes.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, sending)


def _query(scope: Scope) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}


def _cookie(scope: Scope) -> str | None:
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return None
    return jar[COOKIE].value if COOKIE in jar else None


# ---- serving ---------------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], Any]) -> None:
        super().__init__(config)
        self.listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.listening()


def _say(address: str) -> None:
    print(address, flush=True)


def serve(services: Services, settings: Settings, announce: Callable[[str], Any] = _say) -> None:
    """Run until interrupted. Raises SettingsError for an address that must not, or cannot, be listened on."""
    listener = _listen(settings)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listener.getsockname()[1]}/"
    config = uvicorn.Config(create_app(services, settings), log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False)
    try:
        _Server(config, lambda: announce(address)).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn has shut down and passes the signal on
    finally:
        listener.close()


def _listen(settings: Settings) -> socket.socket:
    if not _is_loopback(settings.host):
        raise SettingsError(
            f"{settings.host} can be reached from other machines, and there are no accounts yet",
            where="KB_HOST", fix="use 127.0.0.1 and reach it from elsewhere through a tunnel, for example ssh -L",
        )  # fmt: skip
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"port {settings.port} cannot be listened on: {error.strerror}",
            where="KB_PORT",
            fix="stop what uses it, or set KB_PORT to 0 for a free one",
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["SECURITY_HEADERS", "create_app", "golden_examples", "serve"]

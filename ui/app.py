"""The web app: pages, API, sign-in and what guards them, in one FastAPI application."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from kb.errors import SettingsError
from kb.settings import Settings
from ui.api import Failures, RequestIds, add_problem_handlers, api_router
from ui.faces import FacePage, mount_faces
from ui.guard import SECURITY_HEADERS, Gate, Guard
from ui.monitor import Metrics, MetricsMiddleware, monitor_router
from ui.pages import pages_router
from ui.services import Services
from ui.session import Identities, IdentityMiddleware, identity_of, is_loopback

STATIC: Final = Path(__file__).parent / "static"


def create_app(services: Services, settings: Settings) -> FastAPI:
    """The whole app. A request passes, in this order: its id, Guard, metrics, who asks, who may, and then its route or page."""
    app = FastAPI(title="Youju", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(services))
    identities = Identities(services.store, settings)
    metrics = Metrics(services)
    add_problem_handlers(app)
    app.include_router(api_router(services))
    app.include_router(pages_router(services, settings, identities))
    app.include_router(monitor_router(services, metrics))

    @app.get("/", include_in_schema=False)
    def root(request: Request) -> RedirectResponse:
        """To the first page that the role opens."""
        identity = identity_of(request)
        face = identity.faces[0] if identity is not None and identity.faces else "desk"
        query = request.url.query
        return RedirectResponse(f"/{face}/?{query}" if query else f"/{face}/")

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "seal.svg")

    app.mount("/static", StaticFiles(directory=STATIC))
    mount_faces(app, services)
    if services.webhook is not None:
        metrics.add(services.webhook.attempts)
    app.add_middleware(FacePage, services=services)
    app.add_middleware(Gate)
    app.add_middleware(IdentityMiddleware, identities=identities)
    app.add_middleware(Failures)  # outside the three, which ask the store and the snapshot
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(RequestIds)
    return app


def _lifespan(services: Services) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.start()
        yield
        services.close()

    return lifespan


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


def _is_news(record: logging.LogRecord) -> bool:
    """An open page's connection that is cut when the app stops is no failure, and each page has one."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _say(address: str) -> None:
    print(address, flush=True)


def serve(services: Services, settings: Settings, announce: Callable[[str], Any] = _say) -> None:
    """Run until interrupted. Raises SettingsError for an address that must not, or cannot, be listened on."""
    _demand_accounts(services, settings)
    listener = _listen(settings)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listener.getsockname()[1]}/"
    config = uvicorn.Config(
        create_app(services, settings), log_level="warning", access_log=False, timeout_graceful_shutdown=2, timeout_keep_alive=75, server_header=False,
        proxy_headers=False,  # whom to believe is ours to say: KB_BEHIND_TLS
    )  # fmt: skip
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    try:
        _Server(config, lambda: announce(address)).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn has shut down and passes the signal on
    finally:
        listener.close()


def _demand_accounts(services: Services, settings: Settings) -> None:
    """Without accounts the app serves this machine alone."""
    reasons = {"KB_HOST": not is_loopback(settings.host), "KB_HOSTS": bool(settings.hosts), "KB_BEHIND_TLS": settings.behind_tls}
    reason = next((variable for variable, holds in reasons.items() if holds), None)
    if reason and not any(not user.disabled for user in services.store.users()):
        raise SettingsError(
            "the app can be reached from other machines, and nobody has an account yet", where=reason,
            fix="make one first: kb users add NAME --role admin",
        )  # fmt: skip


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only where the protocol is named
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


__all__ = ["SECURITY_HEADERS", "create_app", "serve"]

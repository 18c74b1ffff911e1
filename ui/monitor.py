"""What a machine asks of the app: whether it lives, whether it can answer, and its figures for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import YoujuError
from ui.services import Services
from ui.session import Identity, need


class Metrics:
    """The counters of one app. Labels hold routes and statuses, never what anybody wrote."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "youju_http_requests_total", "Requests by route, method and status.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "youju_http_request_seconds", "Time to the last byte, by route.", ("route",), registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
        )  # fmt: skip
        self.chunks = Gauge("youju_snapshot_chunks", "Chunks of the snapshot in use.", registry=self.registry)
        self.chunks.set_function(lambda: len(services.answerer.snapshot.chunks))
        self.articles = Gauge("youju_snapshot_articles", "Articles of the snapshot in use.", registry=self.registry)
        self.articles.set_function(lambda: len(services.answerer.snapshot.articles))
        self.dropped = Gauge("youju_records_dropped", "Records that the store could not take since the start.", registry=self.registry)
        self.dropped.set_function(lambda: services.recorder.dropped)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def add(self, collector: Collector) -> None:
        """Show another part's figures too."""
        self.registry.register(collector)


class MetricsMiddleware:
    """Counts and times each request by the route that took it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status = 500
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = _route(scope)
            self._metrics.requests.labels(route, scope["method"] if scope["method"] in _METHODS else "other", str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _route(scope: Scope) -> str:
    """The route's pattern, not the address: a bounded set, and nothing personal in it."""
    path = getattr(scope.get("route"), "path", "")
    if path:
        return str(path)
    mounted = scope.get("root_path") or ""
    return f"{mounted}/*" if mounted else "other"


def monitor_router(services: Services, metrics: Metrics) -> APIRouter:
    """``/healthz`` and ``/readyz`` for everybody, ``/metrics`` for who may (scope metrics)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        """A snapshot is loaded and the store can be reached. Details are in the log, not here: anybody may ask."""
        failed = [name for name, ok in _states(services) if not ok]
        return JSONResponse({"status": "unavailable" if failed else "ready", "failed": failed}, status_code=503 if failed else 200)

    @router.get("/metrics")
    def figures(_: Annotated[Identity, need("metrics")]) -> Response:
        """In Prometheus' text format."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _states(services: Services) -> Iterator[tuple[str, bool]]:
    yield "snapshot", bool(services.answerer.snapshot.chunks)
    try:
        services.store.ping()
        yield "store", True
    except YoujuError:
        yield "store", False


__all__ = ["Metrics", "MetricsMiddleware", "monitor_router"]

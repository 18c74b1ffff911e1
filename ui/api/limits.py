"""How much one person or program may ask a minute. Counted in memory: several processes each allow as much."""

from __future__ import annotations

import math
import threading
import time
from typing import Any, Final

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ui.api.problems import Refusal
from ui.session import Identity, need

PER_MINUTE: Final = 600
"""Requests of a person, and of a program whose token names no number. A page that checks while somebody types sends 150."""
DEMO_PER_MINUTE: Final = 6_000
"""Of everybody on this machine together, while nobody has an account."""
HEAVY_PER_MINUTE: Final = 6
"""Requests of a route that works for seconds."""


class RateLimits:
    """Counts the requests of one app by who sends them. Thread-safe."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, identity: Identity, what: str, most: int) -> tuple[bool, dict[str, str]]:
        """(whether one more is allowed, the headers that say how many are left)."""
        limit = RateLimitItemPerMinute(most)
        keys = (identity.via, identity.name, what)
        granted = self._limiter.hit(limit, *keys)
        window = self._limiter.get_window_stats(limit, *keys)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        headers = {"ratelimit-policy": f'"{what}";q={most};w=60', "ratelimit": f'"{what}";r={window.remaining};t={seconds}'}
        return granted, headers if granted else {**headers, "retry-after": str(seconds)}


def allow(scope: str, *, heavy: bool = False) -> Any:
    """A FastAPI dependency: the identity, if it may do `scope` and has not asked too much. Answers 401, 403 or 429."""
    identify = need(scope).dependency
    what = scope if heavy else "requests"

    async def allowed(request: Request) -> Identity:  # not on a thread: nothing here waits
        identity: Identity = identify(request)
        most = HEAVY_PER_MINUTE if heavy else identity.per_minute or (DEMO_PER_MINUTE if identity.via == "demo" else PER_MINUTE)
        granted, headers = _limits_of(request).count(identity, what, most)
        # Onto whatever response is made in the end; see RequestIds.
        request.scope.setdefault("state", {}).setdefault("headers", {}).update(headers)
        if not granted:
            raise Refusal(429, f"at most {most} such requests a minute", headers=headers)
        return identity

    allowed.scope = scope  # type: ignore[attr-defined]  # what the published description names
    return Depends(allowed)


def _limits_of(request: Request) -> RateLimits:
    """Those of the app that serves the request."""
    state = request.app.state
    with _making:
        if not hasattr(state, "rate_limits"):
            state.rate_limits = RateLimits()
        limits: RateLimits = state.rate_limits
        return limits


_making = threading.Lock()

__all__ = ["DEMO_PER_MINUTE", "HEAVY_PER_MINUTE", "PER_MINUTE", "RateLimits", "allow"]

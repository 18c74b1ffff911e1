"""A circuit breaker: a language model that keeps failing is left alone for a while, so that it does not cost every agent the time-out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row for `pause_s`, then lets one call try; each failed try doubles the pause, up to `longest_s`. Thread-safe."""

    def __init__(
        self, failures: int = 3, pause_s: float = 30.0, longest_s: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self._limit, self._first_pause, self._longest, self._clock = failures, pause_s, longest_s, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._pause = pause_s
        self._closed_again = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Whether a call may go out now. Whoever is told yes must report `succeeded`, `failed` or `abandoned`."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._trying or self._clock() < self._closed_again:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The model answered, whatever it said."""
        with self._lock:
            self._failed, self._pause, self._trying = 0, self._first_pause, False

    def failed(self) -> None:
        """No usable answer came."""
        with self._lock:
            self._failed += 1
            if self._failed < self._limit:
                return
            if self._trying:
                self._pause = min(self._longest, self._pause * 2)
            self._trying = False
            self._closed_again = self._clock() + self._pause

    def abandoned(self) -> None:
        """The reader went away before anything could be learnt."""
        with self._lock:
            self._trying = False


__all__ = ["Breaker"]

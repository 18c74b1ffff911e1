"""Erases texts that are older than KB_KEEP_DAYS, at the start and once a day, beside the requests."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import Final

from kb.errors import StoreError
from kb.settings import Settings
from kb.store import Erased, Store

DAY: Final = 86_400.0
LARGEST_AT_ONCE: Final = 100_000_000
"""Bytes of a store that is written anew within a second or two; writers of a larger one would wait too long: `kb forget --sweep` does it."""
RETRY_SECONDS: Final = 600.0
"""After the store could not be used, or somebody read so long that the file could not be swept."""
BY: Final = "kb serve"
"""Who erased, in the log."""

log = logging.getLogger(__name__)


class Keeper:
    """A thread. Several processes over one store may have one each: erasing twice changes nothing."""

    def __init__(self, store: Store, days: int) -> None:
        self._store, self._days = store, days
        self._stop = threading.Event()
        self._unswept = False
        """Whether something was erased that may still be read in the file."""
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Keeper | None:
        """None where texts are kept for ever."""
        return cls(store, settings.keep_days) if settings.keep_days else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is not erased yet is erased after the next start."""
        self._stop.set()
        self._thread.join(30)

    def once(self, now: dt.datetime) -> Erased:
        """Erase what is too old now. Raises StoreError."""
        erased = self._store.erase_before(now - dt.timedelta(days=self._days), BY, stopped=self._stop.is_set)
        if erased or self._unswept:
            self._unswept = not self._store.sweep(whole=self._store.size() <= LARGEST_AT_ONCE)
        return erased

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            try:
                self.once(dt.datetime.now(dt.UTC))
                wait = RETRY_SECONDS if self._unswept else DAY
            except StoreError as error:
                log.error("texts older than KB_KEEP_DAYS could not be erased; it is tried again: %s", error)
                wait = RETRY_SECONDS


__all__ = ["BY", "Keeper"]

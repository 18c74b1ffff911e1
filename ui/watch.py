"""`kb ingest --watch`: what is published follows the files of a content folder, and edits that nobody told us of are noted in the history."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.build import Summary
from ingest.follow import Follower
from ingest.read import Stamp, stamps_beside, stamps_of_articles
from kb.embedding import Embedder, make_embedder
from kb.errors import ContentError, YoujuError
from kb.settings import Settings
from kb.snapshot import standing_embedder
from kb.store import Store
from ui.workspace import note_elsewhere

EVERY: Final = 0.3
"""Seconds between looks at the folder."""
SETTLED: Final = 0.2
"""Seconds for which nothing in the folder changes before it is read: a file may be half written, a checkout half done."""
UNSETTLED: Final = 10.0
"""Seconds after which it is read although it still changes."""
AGAIN: Final = 5.0
"""Seconds until what failed for another reason than the files is tried again."""
LEISURE: Final = 5
"""How many times as long as a look kept the processor busy passes until the next one: a large folder is not looked at without a pause."""

Look = tuple[tuple[tuple[str, Stamp], ...], tuple[tuple[str, Stamp], ...]]
"""What tells that anything was changed: stamps of the articles, and of the files beside them."""


class Settling:
    """When a folder that has changed is worth reading. Pure: it is told what was seen, and when."""

    def __init__(self) -> None:
        self.taken: Look | None = None
        """As it was when it was last read; None: it must be read whatever it looks like."""
        self._seen: Look | None = None
        self._since = self._changing = 0.0

    def ready(self, look: Look, now: float) -> bool:
        """Whether it differs from what was read, and has come to rest or never does; then it is taken as read."""
        if look == self.taken:
            self._seen = None
            return False
        if self._seen is None:
            self._changing = now
        if look != self._seen:
            self._seen, self._since = look, now
        if now - self._since < SETTLED and now - self._changing < UNSETTLED:
            return False
        self.taken, self._seen = look, None
        return True

    @property
    def waiting(self) -> bool:
        """Whether a change has been seen that is not read yet."""
        return self._seen is not None


def watch(
    content: Path, settings: Settings, embedder: Embedder | None, store: Store, said: Callable[[Summary | YoujuError], None], stop: threading.Event
) -> None:
    """Index now and after every change, until `stop` is set. said: told of each run, and once of what went wrong with a folder as it is."""
    follower, settling = Follower(content, embedder, settings.home, settings.keep_snapshots), Settling()
    complaint: tuple[Look | None, str] | None = None
    while True:
        look, now, worked = None, time.monotonic(), time.thread_time()
        try:
            look = _look(content)
            pause = max(EVERY, LEISURE * (time.thread_time() - worked))
            if look is None or not settling.ready(look, now):
                pause = SETTLED if look is None or settling.waiting else pause
            else:
                said(_follow(follower, settings, store))
                follower.tidy()
        except (YoujuError, OSError, sqlite3.Error) as error:
            problem = error if isinstance(error, YoujuError) else YoujuError(str(error), where=str(settings.home), fix="look at the disk")
            if complaint != (look, str(problem)):
                said(problem)
            complaint, pause = (look, str(problem)), EVERY
            if not isinstance(error, ContentError):  # not for the files to mend
                settling.taken, pause = None, AGAIN
        if stop.wait(pause):
            return


def _look(content: Path) -> Look | None:
    """None where a folder goes while it is looked at. Raises ContentError without a folder of articles."""
    try:
        return tuple(stamps_of_articles(content).items()), stamps_beside(content)
    except FileNotFoundError:
        return None


def _follow(follower: Follower, settings: Settings, store: Store) -> Summary:
    """Publish what the files say, and keep their texts in the history."""
    if standing_embedder(settings.home) not in (None, follower.identity):
        follower.embedder = make_embedder(settings)  # the model was adapted meanwhile
    summary, holdings = follower.follow()
    note_elsewhere(holdings, store)
    return summary


__all__ = ["Settling", "watch"]

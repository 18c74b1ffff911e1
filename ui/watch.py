"""`kb ingest --watch`: index again whenever a file of the content folder changes, and note who did not tell us: edits by any other program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.build import Summary, ingest
from ingest.library import Library
from kb.content import Companions
from kb.embedding import Embedder
from kb.errors import YoujuError
from kb.settings import Settings
from kb.store import Store
from ui.workspace import note_elsewhere

EVERY: Final = 0.5
"""Seconds between looks at the folder."""


def watch(
    content: Path, settings: Settings, embedder: Embedder | None, store: Store, said: Callable[[Summary | YoujuError], None], stop: threading.Event
) -> None:
    """Index now and after every change, until `stop` is set. said: told of each run, also of one that could not publish."""
    library = Library(content)
    seen: object = None
    while True:
        try:
            holdings = library.read(Companions())
            if holdings is not seen:
                seen = holdings
                summary = ingest(content, embedder, settings.home, settings.keep_snapshots)
                note_elsewhere(holdings, store)
                said(summary)
        except YoujuError as error:
            said(error)
        if stop.wait(EVERY):
            return


__all__ = ["watch"]

"""What is published follows a content folder: of a change only the files concerned are read, chunked, embedded and written."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Final

from ingest.build import Summary, chunks_after, ingest
from ingest.library import Holdings, Library
from ingest.read import read_companions
from ingest.wanted import Wanted, change_to, differing, wanted_of
from kb.embedding import Embedder
from kb.errors import SnapshotError
from kb.models import Problem
from kb.snapshot import MOST_CHANGES, MOST_ROUNDS, Overtaken, Snapshot, changes_behind, load_current, make_whole, publish_change

ONE_IN: Final = 4
"""Of the articles: where more than one in so many are different, the folder is indexed whole."""


class Follower:
    """Keeps what is published equal to a content folder. One for each folder; not thread-safe."""

    def __init__(self, content: Path, embedder: Embedder | None, home: Path, keep: int) -> None:
        self.embedder = embedder
        self._content, self._home, self._keep = content, home, keep
        self._library = Library(content)
        self._held: Snapshot | None = None
        """What was published last; what follows from it is not read again."""
        self._told: frozenset[Problem] = frozenset()

    @property
    def identity(self) -> str:
        """Of the model; '' without one."""
        return self.embedder.identity if self.embedder else ""

    def follow(self) -> tuple[Summary, Holdings]:
        """Publish what the folder says, and give back its files. The first time, and where much or anything beside the articles has changed, all is indexed.

        The summary's problems are those that were not there the last time. Raises ContentError without a folder of articles, for broken files beside
        it, and where nothing would be left.
        """
        started = time.perf_counter()
        found, holdings = self._by_change() if self._held is not None else (None, self._read())
        problems = _problems(holdings, self._content)
        fresh = tuple(problem for problem in problems if problem not in self._told)
        if found is None:
            found = ingest(self._content, self.embedder, self._home, self._keep)
            self._held, fresh = load_current(self._home, self._held), found.problems
        self._told = frozenset(problems)
        return dataclasses.replace(found, seconds=time.perf_counter() - started, problems=fresh), holdings

    def tidy(self) -> None:
        """Write the published snapshot whole where it rests on many changes: to be called while nobody waits."""
        if changes_behind(self._home) >= MOST_CHANGES:
            self._held = load_current(self._home, self._held)
            make_whole(self._held, self._home, self._keep)

    def _read(self) -> Holdings:
        return self._library.read(read_companions(self._content))

    def _by_change(self) -> tuple[Summary | None, Holdings]:
        """Publish what is different; no summary where the folder must be indexed whole."""
        for _ in range(MOST_ROUNDS):
            before = self._latest()
            holdings = self._read()  # after the snapshot: whoever publishes from now on is noticed, and wrote the file first
            if before is None:
                return None, holdings
            wanted = _wanted(holdings, before)
            if self._is_far(before, wanted):
                return None, holdings
            found = change_to(before, wanted, self.embedder, self._home)
            broken = sum(one.broken for one in holdings.files.values())
            if found is None:
                return Summary(before.id, len(before.articles), len(before.chunks), broken, len(wanted.staying), 0, 0.0, ()), holdings
            change, embedded = found
            try:
                snapshot_id = publish_change(change, before, self._home, self._keep)
            except Overtaken:
                continue
            except SnapshotError:  # what it would rest on is gone
                return None, holdings
            articles, chunks = len(wanted.articles), chunks_after(before, change)
            return Summary(snapshot_id, articles, chunks, broken, len(wanted.staying), embedded, 0.0, ()), holdings
        raise Overtaken("others publish without a pause", where=str(self._home), fix="try again")

    def _latest(self) -> Snapshot | None:
        """What is published; None where it cannot be read."""
        try:
            self._held = load_current(self._home, self._held)
        except SnapshotError:
            return None
        return self._held

    def _is_far(self, before: Snapshot, wanted: Wanted) -> bool:
        """Whether a change would not be worth it, or could not be told from another model's."""
        if before.embedder != self.identity or wanted.companions != before.companions:
            return True
        gone, come = differing(before, wanted)
        return ONE_IN * len(gone | come) > max(ONE_IN, len(before.articles))


def _wanted(holdings: Holdings, published: Snapshot) -> Wanted:
    sound = [one.article for one in holdings.files.values() if one.article is not None and not one.broken]
    broken = frozenset(one.file for one in holdings.files.values() if one.broken)
    texts = {one.file: one.text for one in holdings.files.values()}
    return wanted_of(sound, texts, broken, published, holdings.companions)


def _problems(holdings: Holdings, content: Path) -> list[Problem]:
    """All of them, each with its file as the user knows it."""
    folder = content / "articles"
    return [dataclasses.replace(problem, file=str(folder / problem.file)) for one in holdings.files.values() for problem in one.problems]


__all__ = ["Follower"]

"""What of a snapshot stood in an earlier one, so that what was derived from it there is taken over and not derived again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.snapshot import Snapshot

T = TypeVar("T")
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Succession:
    """Of each chunk and article of a snapshot the place in an earlier one; -1: it is new. An article's chunks are all new or all taken over."""

    chunks: Places
    articles: Places
    gone: Places
    """Rows of the earlier snapshot's chunks that this one has not."""

    @classmethod
    def of(cls, earlier: Snapshot, later: Snapshot) -> Succession:
        """An article is taken over where it, and each of its chunks, says the very same in both."""
        articles = _places(earlier.articles.values(), later.articles.values())
        chunks = _places(earlier.chunks, later.chunks)
        owners, owners_before = _owners(later), _owners(earlier)
        whole = articles >= 0
        whole[owners[chunks < 0]] = False
        count_before = np.bincount(owners_before, minlength=len(earlier.articles))
        whole &= np.bincount(owners, minlength=len(later.articles)) == count_before.take(articles, mode="clip") if len(count_before) else False
        articles[~whole] = -1
        chunks[~whole[owners]] = -1
        stays = np.zeros(len(earlier.chunks), np.bool_)
        stays[chunks[chunks >= 0]] = True
        return cls(chunks, articles, np.flatnonzero(~stays))

    @property
    def fresh(self) -> Places:
        """Rows of the later snapshot's chunks that are new."""
        return np.flatnonzero(self.chunks < 0)


def carried(places: Places, earlier: NDArray[np.float32], make: Callable[[Places], NDArray[np.float32]]) -> NDArray[np.float32]:
    """One row for each place: the earlier one's, or what `make` gives for the rows that are new."""
    fresh = np.flatnonzero(places < 0)
    made = make(fresh)
    if not len(earlier):
        return made
    rows = earlier.take(places, axis=0, mode="clip")
    if len(fresh):
        rows[fresh] = made
    return rows


def carried_values(places: Places, earlier: Sequence[T], make: Callable[[int], T]) -> list[T]:
    """The same for values of any kind; `make` gives the value of one place."""
    return [earlier[place] if place >= 0 else make(at) for at, place in enumerate(places.tolist())]


def _places(earlier: Collection[Hashable], later: Collection[Hashable]) -> Places:
    """Of each of the later things the place of the same one, else of an equal one, among the earlier; -1: there is none.

    What was taken over is the same object, which is told at once; what was loaded again is equal at most.
    """
    known = dict(zip(map(id, earlier), range(len(earlier)), strict=True))
    places = np.fromiter(map(known.get, map(id, later), repeat(-1)), np.int64, len(later))
    missing = np.flatnonzero(places < 0).tolist()
    if missing:
        things, left = list(later), set(range(len(earlier))) - set(places.tolist())
        equal = {thing: place for place, thing in enumerate(earlier) if place in left}
        places[missing] = [equal.get(things[at], -1) for at in missing]
    return places


def _owners(snapshot: Snapshot) -> Places:
    """Of each chunk the number of its article."""
    number_of = {article: number for number, article in enumerate(snapshot.articles)}
    return np.fromiter(map(number_of.__getitem__, map(attrgetter("article"), snapshot.chunks)), np.int64, len(snapshot.chunks))


__all__ = ["Succession", "carried", "carried_values"]

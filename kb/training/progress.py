"""How practice goes: by person, from the attempts on record."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kb.store import Attempt


@dataclass(frozen=True, slots=True)
class Progress:
    """One person's attempts."""

    name: str
    attempts: int
    mean: float
    """Of the scores, 0..100."""
    passes: float
    """Share of the attempts that passed, 0..1."""
    last: dt.datetime
    recent: tuple[int, ...]
    """The latest scores, oldest first, at most twenty."""


def progress(attempts: Sequence[Attempt]) -> list[Progress]:
    """By person, the most recent first."""
    by_name: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in sorted(attempts, key=lambda one: one.at):
        by_name[attempt.by].append(attempt)
    found = [
        Progress(
            name, len(mine), sum(one.score for one in mine) / len(mine), sum(one.passed for one in mine) / len(mine), mine[-1].at,
            tuple(one.score for one in mine[-20:]),
        )
        for name, mine in by_name.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.last, reverse=True)


__all__ = ["Progress", "progress"]

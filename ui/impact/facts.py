"""Facts in conflict that a publish would bring, or settle: articles that give one thing different values, whether or not anybody asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ingest.conflicts import Conflict, ConflictFinder
from ingest.statements import Statement
from kb.snapshot import Snapshot

Find = Callable[[Snapshot, dt.date], Sequence[Conflict]]


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two articles says."""

    article: str
    title: str
    file: str
    lines: tuple[int, int]
    said: tuple[str, str, str]
    """The sentence: before the value, the value, after it."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sides that cannot both hold."""

    day: dt.date
    """The first of the days looked at on which they are both in force."""
    sides: tuple[Side, Side]


def finder(found_by: ConflictFinder) -> Find:
    return lambda snapshot, day: found_by.find(snapshot.articles, snapshot.chunks, snapshot.companions, day)


def disagreements(
    find: Find, before: Snapshot, after: Snapshot, days: Iterable[dt.date]
) -> tuple[tuple[Disagreement, ...], tuple[Disagreement, ...]]:
    """(those that come, those that go), each once."""
    coming: dict[str, Disagreement] = {}
    going: dict[str, Disagreement] = {}
    for day in days:
        old, new = ({one.id: one for one in find(snapshot, day)} for snapshot in (before, after))
        for name in new.keys() - old.keys():
            coming.setdefault(name, _disagreement(new[name], after, day))
        for name in old.keys() - new.keys():
            going.setdefault(name, _disagreement(old[name], before, day))
    return tuple(coming[name] for name in sorted(coming)), tuple(going[name] for name in sorted(going))


def _disagreement(conflict: Conflict, snapshot: Snapshot, day: dt.date) -> Disagreement:
    first, second = (_side(one, snapshot) for one in conflict.sides)
    return Disagreement(day, (first, second))


def _side(statement: Statement, snapshot: Snapshot) -> Side:
    article, (start, end), said = snapshot.articles[statement.article], statement.span, statement.said
    return Side(article.id, article.title, article.file, statement.lines, (said[:start], said[start:end], said[end:]))


__all__ = ["Disagreement", "Find", "Side", "disagreements", "finder"]

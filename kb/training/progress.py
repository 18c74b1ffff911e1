"""How practice goes: by day, person and topic, and which facts are missed most."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kb.store import Attempt, Result

MISSABLE: Final = frozenset({"fact", "disclaimer"})
"""Kinds of points that say what a reply must state."""


@dataclass(frozen=True, slots=True)
class Line:
    """Attempts that belong together: of a person, a topic, a day."""

    name: str
    attempts: int
    mean: float
    """Of the scores, 0..100."""
    passes: float
    """Share of the attempts that passed, 0..1."""
    median_s: float
    """Seconds for a reply."""
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class WeakFact:
    """Something that replies had to state, and some did not."""

    fact: str
    quote: str
    """The article's sentence; '' where none says it."""
    where: str
    """Article and line of the quote."""
    topic: str
    title: str
    """Of the drill that it was missed in last."""
    missed: int
    asked: int
    """How often a reply had to state it."""


def lines(results: Iterable[Result], group: Callable[[Result], str]) -> list[Line]:
    """One for each group, by its name."""
    found: defaultdict[str, list[Result]] = defaultdict(list)
    for one in results:
        found[group(one)].append(one)
    return [_line(name, found[name]) for name in sorted(found)]


def whole(results: Sequence[Result]) -> Line | None:
    """All together; None where there is nothing."""
    return _line("", results) if results else None


def _line(name: str, results: Sequence[Result]) -> Line:
    return Line(
        name, len(results), statistics.fmean(one.score for one in results), statistics.fmean(one.passed for one in results),
        statistics.median(one.seconds for one in results), max(one.at for one in results),
    )  # fmt: skip


def weakest(attempts: Iterable[Attempt], most: int = 20) -> list[WeakFact]:
    """What was missed most often, then the larger share of the times; the same sentence of an article is one fact, whichever drill asks for it."""
    asked: defaultdict[tuple[str, str], list[tuple[Attempt, Mapping[str, Any]]]] = defaultdict(list)
    for attempt in sorted(attempts, key=lambda one: one.at):
        for point in attempt.points:
            if point.get("kind") in MISSABLE:
                asked[_fact(point)].append((attempt, point))
    found = []
    for points in asked.values():
        missed = [(attempt, point) for attempt, point in points if not point.get("passed")]
        if missed:
            last, what = missed[-1]
            text = {name: str(what.get(name) or "") for name in ("detail", "quote", "where")}
            found.append(WeakFact(text["detail"], text["quote"], text["where"], last.topic, last.title, len(missed), len(points)))
    return sorted(found, key=lambda one: (-one.missed, -one.missed / one.asked, one.where, one.fact))[:most]


def _fact(point: Mapping[str, Any]) -> tuple[str, str]:
    """What makes two points the same fact: what is to be stated, and the sentence that says it."""
    return str(point.get("detail") or ""), str(point.get("quote") or "")


__all__ = ["MISSABLE", "Line", "WeakFact", "lines", "weakest", "whole"]

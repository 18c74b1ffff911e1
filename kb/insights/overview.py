"""A period day by day: what was asked, what was not answered, what left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kb.store import Scope, Store
from kb.store.figures import Asked, QuestionRow

MOST_UNANSWERED = 50


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop's calendar."""

    date: dt.date
    asks: int
    abstained: int
    replies: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of a period."""

    asks: int
    abstained: int
    replies: int
    days: tuple[Day, ...]
    """Every day of the period, the empty ones too."""
    languages: tuple[tuple[str, Asked], ...]
    """The most frequent first; '' where it is not known."""


def overview(store: Store, scope: Scope, first: dt.date, last: dt.date) -> Overview:
    """first, last: the days of the scope; both belong to it."""
    asked, replied = store.asks_by_day(scope), store.replies_by_day(scope)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    days = tuple(Day(date, asked.get(date, Asked()).asks, asked.get(date, Asked()).abstained, replied.get(date, 0)) for date in dates)
    languages = sorted(store.asks_by_language(scope).items(), key=lambda one: (-one[1].asks, one[0]))
    return Overview(sum(day.asks for day in days), sum(day.abstained for day in days), sum(day.replies for day in days), days, tuple(languages))


def unanswered(store: Store, scope: Scope) -> list[QuestionRow]:
    """The newest questions that were abstained from."""
    return store.question_rows(scope, MOST_UNANSWERED, abstained=True)


__all__ = ["MOST_UNANSWERED", "Day", "Overview", "overview", "unanswered"]

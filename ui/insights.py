"""Insights as the lead's page and its tables show them: what the store counts beside the shop's channels, articles and reasons."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from kb.insights.articles import ArticleUsage, Told, article_usage
from kb.insights.drafts import Drafts, drafts
from kb.insights.forecast import Forecast, Sales, forecast, spread_over
from kb.insights.overview import Overview, overview
from kb.insights.rising import Topics, topics
from kb.insights.speed import Speed, speed
from kb.models import REPLY_LANGUAGES, Language
from kb.store import Scope
from retriever.phrases import PHRASES, phrase
from ui.gaps import static_embedder
from ui.services import Services

USUAL_DAYS: Final = 28
COMING_DAYS: Final = 14
YEAR: Final = dt.timedelta(weeks=52)
"""Back to the same day of the week a year ago."""
RECENT_DAYS: Final = 28
FRESH_SECONDS: Final = 60.0
"""Questions that were grouped are shown again within that time."""
REASONS: Final = {phrase(name, lang): name.removeprefix("reason-") for name in PHRASES if name.startswith("reason-") for lang in REPLY_LANGUAGES}
"""An abstention's reason, as it is worded → its short name."""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks at."""

    first: dt.date
    last: dt.date
    """Both days belong to it."""
    zone: ZoneInfo
    channel: str | None = None
    """None: all; '': those where none was named."""
    lang: Language | None = None
    category: str | None = None
    """Of the article that an answer rests on first; None: all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A period's figures but those of the questions' meaning."""

    overview: Overview
    speed: Speed
    drafts: Drafts
    articles: ArticleUsage


@dataclass(frozen=True, slots=True)
class Peak:
    """What a coming peak is forecast from."""

    reference: tuple[tuple[dt.date, int, int | None], ...]
    """(day, questions, orders where they are known)."""
    expected: int | None
    """Orders of the coming days together; None where nobody said."""
    forecast: Forecast | None
    recent: tuple[int, int] | None
    """(questions, orders) of the last days of which orders are known: whether this year's customers ask as last year's did."""


def zone_of(services: Services) -> ZoneInfo:
    return ZoneInfo(services.answerer.snapshot.companions.shop.time_zone)


def today(services: Services) -> dt.date:
    """By the clock: records are dated by it, whatever day the shop's demonstration stands at."""
    return dt.datetime.now(zone_of(services)).date()


def scope_of(services: Services, look: Look) -> Scope:
    since, until = (dt.datetime.combine(day, dt.time(), look.zone) for day in (look.first, look.last + dt.timedelta(days=1)))
    articles = None if look.category is None else frozenset(id for id, told in known_articles(services).items() if told.category == look.category)
    return Scope(since, until, look.zone, look.channel, look.lang, articles)


def figures(services: Services, look: Look) -> Figures:
    services.recorder.flush()
    store, scope = services.store, scope_of(services, look)
    targets = {one.id: one.target_seconds for one in services.answerer.snapshot.companions.shop.channels}
    return Figures(
        overview(store, scope, look.first, look.last), speed(store, scope, targets),
        drafts(store, scope, look.first, look.last, dt.datetime.now(dt.UTC), REASONS),
        article_usage(store, scope, known_articles(services), look.category),
    )  # fmt: skip


def known_articles(services: Services) -> dict[str, Told]:
    """As they are published now."""
    day = services.today()
    articles = services.answerer.snapshot.articles
    return {id: Told(one.title, one.category, one.audience == "public" and one.in_force(day)) for id, one in articles.items()}


def categories(services: Services) -> list[str]:
    return sorted({one.category for one in services.answerer.snapshot.articles.values() if one.category})


class Grouper:
    """Groups questions by meaning, and keeps the last groups for a minute: it is the one figure that takes seconds. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: tuple[Look, float, Topics] | None = None
        self._lock = threading.Lock()

    def topics(self, look: Look) -> Topics:
        with self._lock:  # two who look at once do not work twice
            if self._kept is None or self._kept[0] != look or time.monotonic() - self._kept[1] > FRESH_SECONDS:
                self._services.recorder.flush()
                found = topics(self._services.store, scope_of(self._services, look), static_embedder(self._services.answerer))
                self._kept = (look, time.monotonic(), found)
            return self._kept[2]


def peak(services: Services, reference: Look, coming: Sequence[dt.date], expected: int | None) -> Peak:
    """reference: last year's days and whose questions count. expected: orders of the coming days together; None: as they were entered day by day."""
    services.recorder.flush()
    store = services.store
    asked, ordered = store.asks_by_day(scope_of(services, reference)), store.orders(reference.first, reference.last)
    days = _days(reference.first, reference.last)
    sales = [Sales(day, asked[day].asks if day in asked else 0, ordered[day]) for day in days if day in ordered]
    planned = store.orders(coming[0], coming[-1])
    if expected is None:
        wanted = [(day, float(planned[day])) for day in coming] if len(planned) == len(coming) else None
    else:
        wanted = spread_over(expected, coming, _shape(coming, planned, days, ordered))
    return Peak(
        reference=tuple((day, asked[day].asks if day in asked else 0, ordered.get(day)) for day in days),
        expected=None if wanted is None else round(sum(number for _, number in wanted)),
        forecast=None if wanted is None else forecast(sales, wanted), recent=_recent(services, reference),
    )  # fmt: skip


def _shape(coming: Sequence[dt.date], planned: Mapping[dt.date, int], days: Sequence[dt.date], ordered: Mapping[dt.date, int]) -> list[float]:
    """How a total spreads over the coming days: as was planned for them, else as the reference days went; empty: evenly."""
    if all(day in planned for day in coming):
        return [float(planned[day]) for day in coming]
    if len(days) == len(coming) and all(day in ordered for day in days):
        return [float(ordered[day]) for day in days]
    return []


def _recent(services: Services, reference: Look) -> tuple[int, int] | None:
    last = today(services) - dt.timedelta(days=1)
    look = Look(last - dt.timedelta(days=RECENT_DAYS - 1), last, reference.zone, reference.channel, reference.lang, reference.category)
    ordered = services.store.orders(look.first, look.last)
    if not sum(ordered.values()):
        return None
    asked = services.store.asks_by_day(scope_of(services, look))
    return sum(asked[day].asks for day in ordered if day in asked), sum(ordered.values())


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


__all__ = [
    "COMING_DAYS", "REASONS", "USUAL_DAYS", "YEAR", "Figures", "Grouper", "Look", "Peak", "categories", "figures", "known_articles", "peak", "scope_of",
    "today", "zone_of",
]  # fmt: skip

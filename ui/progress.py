"""A report on practice: what was chosen, and what the attempts of the period say about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from kb.store import Result, User
from kb.training.certificates import Readiness
from kb.training.progress import Line, WeakFact, lines, weakest, whole
from ui.plans import Plans
from ui.services import Services

USUAL_DAYS: Final = 30
MOST_READ: Final = 3_000
"""Attempts whose points are read for the weakest facts: the newest ones."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a report is about; empty: everybody, every topic."""

    person: str
    group: str
    topic: str
    first: dt.date
    """First and last day, by the shop's calendar and the clock."""
    last: dt.date


@dataclass(frozen=True, slots=True)
class Report:
    """How practice went."""

    chosen: Chosen
    results: list[Result]
    """Oldest first."""
    all: Line | None
    days: list[Line]
    """By date."""
    topics: list[Line]
    people: list[Line]
    facts: list[WeakFact]
    ready: list[Readiness]
    zone: dt.tzinfo
    """Of the shop: whose days are meant."""

    @property
    def days_of_results(self) -> list[dt.date]:
        return [one.at.astimezone(self.zone).date() for one in self.results]


def chosen(services: Services, person: str, group: str, topic: str, first: dt.date | None, last: dt.date | None) -> Chosen:
    """With the usual period where none is named."""
    last = last or dt.datetime.now(_zone(services)).date()
    return Chosen(person, group, topic, first or last - dt.timedelta(days=USUAL_DAYS - 1), last)


def report(services: Services, plans: Plans, about: Chosen) -> Report:
    """Read it from the store."""
    zone, names = _zone(services), _names(plans.people(), about)
    since, until = (dt.datetime.combine(day, dt.time(), zone) for day in (about.first, about.last + dt.timedelta(days=1)))
    topic = about.topic or None
    results = services.store.results(by=names, topic=topic, since=since, until=until)
    attempts = services.store.attempts(by=about.person or None, since=since, until=until, limit=MOST_READ)
    wanted = [one for one in attempts if (names is None or one.by in names) and topic in (None, one.topic)]
    ready = [one for one in plans.ready() if (names is None or one.person in names) and topic in (None, one.topic)]
    return Report(
        about, results, whole(results), lines(results, lambda one: one.at.astimezone(zone).date().isoformat()), lines(results, lambda one: one.topic),
        lines(results, lambda one: one.by), weakest(wanted), ready, zone,
    )  # fmt: skip


def _names(people: Collection[User], about: Chosen) -> list[str] | None:
    """Whose attempts; None: everybody's, those who have left too."""
    if about.person:
        return [about.person]
    return [one.name for one in people if about.group in one.groups] if about.group else None


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.answerer.snapshot.companions.shop.time_zone)


__all__ = ["USUAL_DAYS", "Chosen", "Report", "chosen", "report"]

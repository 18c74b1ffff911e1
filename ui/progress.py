"""A report on practice: what was chosen, and what the attempts of the period say about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from kb.store import Course, Result, User
from kb.training.certificates import Readiness
from kb.training.progress import Line, WeakFact, lines, weakest, whole
from kb.training.scoring import RULES
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
    course: Course | None = None
    """Only what its takers did that may count for it."""


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
    def pass_mark(self) -> int:
        """Points to be reached: the course's, or the usual ones."""
        return self.chosen.course.pass_mark if self.chosen.course else RULES.pass_mark

    @property
    def days_of_results(self) -> list[dt.date]:
        return [one.at.astimezone(self.zone).date() for one in self.results]


def chosen(
    services: Services, person: str, group: str, topic: str, first: dt.date | None, last: dt.date | None, course: Course | None = None
) -> Chosen:
    """With the usual period where none is named; of a course, since it was built."""
    last = last or dt.datetime.now(_zone(services)).date()
    begun = course.at.astimezone(_zone(services)).date() if course else last - dt.timedelta(days=USUAL_DAYS - 1)
    return Chosen(person, group, topic, first or min(begun, last), last, course)


def report(services: Services, plans: Plans, about: Chosen) -> Report:
    """Read it from the store."""
    zone, names = _zone(services), _names(plans.people(), about)
    since, until = (dt.datetime.combine(day, dt.time(), zone) for day in (about.first, about.last + dt.timedelta(days=1)))
    topic, fits = about.topic or None, _fitting(plans, about.course)
    results = [one for one in services.store.results(by=names, topic=topic, since=since, until=until) if fits(one.by, one.topic, one.at)]
    attempts = services.store.attempts(by=about.person or None, since=since, until=until, limit=MOST_READ)
    wanted = [one for one in attempts if (names is None or one.by in names) and topic in (None, one.topic) and fits(one.by, one.topic, one.at)]
    ready = [one for one in plans.ready() if (names is None or one.person in names) and topic in (None, one.topic) and fits(one.person, one.topic)]
    return Report(
        about, results, whole(results), lines(results, lambda one: one.at.astimezone(zone).date().isoformat()), lines(results, lambda one: one.topic),
        lines(results, lambda one: one.by), weakest(wanted), ready, zone,
    )  # fmt: skip


def _fitting(plans: Plans, course: Course | None) -> Callable[..., bool]:
    """Whether a course may count what somebody did in a topic at a time; it may, where none is asked for. Without a time: whether they take it."""
    if course is None:
        return lambda *_: True
    since = {(one.person, part.topic): part.since for one in plans.everybody([course])[course.id] for part in one.topics}

    def fits(person: str, topic: str, at: dt.datetime | None = None) -> bool:
        begun = since.get((person, topic))
        return begun is not None and (at is None or at >= begun)

    return fits


def _names(people: Collection[User], about: Chosen) -> list[str] | None:
    """Whose attempts; None: everybody's, those who have left too."""
    if about.person:
        return [about.person]
    return [one.name for one in people if about.group in one.groups] if about.group else None


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.answerer.snapshot.companions.shop.time_zone)


__all__ = ["USUAL_DAYS", "Chosen", "Report", "chosen", "report"]

"""How far somebody is in a course, and what to do next: what is due again first, then what is new."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from kb.store import Assignment, Course, Result, User
from kb.training.drill import Drill
from kb.training.repetition import Repetition

State = Literal["passed", "overdue", "running", "open"]
"""passed; not passed by the due day; begun; not begun."""
Why = Literal["failed", "review", "new"]
"""It failed the last time; it was passed and is due again; it was never done."""


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """One topic of a course."""

    topic: str
    passed: int
    """Different drills that count, at most the quota."""
    quota: int
    since: dt.datetime
    """Drills done from then on count: since the course was assigned, or since a certificate of the topic ended."""
    met_at: dt.datetime | None
    """When the quota was met; None where there is nothing to pass."""
    counted: frozenset[str]
    """The drills that count."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's way through a course."""

    course: Course
    person: str
    topics: tuple[TopicStanding, ...]
    attempts: int
    """At drills of its topics, since it was assigned."""
    last: dt.datetime | None
    state: State

    @property
    def passed(self) -> int:
        return sum(one.passed for one in self.topics)

    @property
    def number(self) -> int:
        return sum(one.quota for one in self.topics)

    @property
    def passed_at(self) -> dt.datetime | None:
        """When the last quota was met; None before."""
        return max(one.met_at for one in self.topics if one.met_at) if self.state == "passed" else None


@dataclass(frozen=True, slots=True)
class Task:
    """A drill to do."""

    drill: str
    title: str
    topic: str
    why: Why
    due: dt.datetime | None
    """None: it was never done."""
    course: int | None
    """Of the course that still needs it; None: repetition of what was passed."""


def quotas(number: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """How many drills of each topic make up a course: evenly, as far as there are any. sizes: topic → drills that there are."""
    shares = dict.fromkeys(sizes, 0)
    while number > 0 and (room := [topic for topic in sizes if shares[topic] < sizes[topic]]):
        for topic in room[:number]:
            shares[topic] += 1
        number -= len(room[:number])
    return shares


def assigned_at(person: str, groups: Iterable[str], assignments: Iterable[Assignment]) -> dict[int, dt.datetime]:
    """The courses of a person, and since when."""
    mine = set(groups)
    found: dict[int, dt.datetime] = {}
    for one in sorted(assignments, key=lambda one: one.at):
        if (one.name == person) if one.kind == "person" else (one.name in mine):
            found.setdefault(one.course, one.at)
    return found


def takers(course: int, users: Iterable[User], assignments: Iterable[Assignment]) -> dict[str, dt.datetime]:
    """Who takes a course, and since when."""
    own = [one for one in assignments if one.course == course]
    since = {user.name: assigned_at(user.name, user.groups, own) for user in users if not user.disabled}
    return {name: found[course] for name, found in since.items() if course in found}


def standing_of(
    course: Course, person: str, since: Mapping[str, dt.datetime], results: Sequence[Result], pool: Mapping[str, int], today: dt.date
) -> Standing:
    """since: from when drills of each topic count. results: the person's, oldest first. pool: topic → drills that there are."""
    counting = {topic: _counting(course, topic, since[topic], results) for topic in course.topics}
    shares = quotas(course.number, {topic: max(pool.get(topic, 0), len(counting[topic])) for topic in course.topics})
    topics = tuple(_topic_standing(topic, shares[topic], since[topic], counting[topic]) for topic in course.topics)
    begun = [one for one in results if one.topic in course.topics and one.at >= since[one.topic]]
    done = all(one.quota == one.passed for one in topics) and any(one.quota for one in topics)
    late = course.due is not None and course.due < today
    state: State = "passed" if done else "overdue" if late else "running" if begun else "open"
    return Standing(course, person, topics, len(begun), begun[-1].at if begun else None, state)


def _counting(course: Course, topic: str, since: dt.datetime, results: Iterable[Result]) -> dict[str, dt.datetime]:
    """Drills that were passed well enough, each with the first time."""
    found: dict[str, dt.datetime] = {}
    for one in results:
        if one.topic == topic and one.at >= since and one.passed and one.score >= course.pass_mark:
            found.setdefault(one.drill, one.at)
    return found


def _topic_standing(topic: str, quota: int, since: dt.datetime, counting: Mapping[str, dt.datetime]) -> TopicStanding:
    times = sorted(counting.values())
    met_at = times[quota - 1] if 0 < quota <= len(times) else None
    return TopicStanding(topic, min(quota, len(times)), quota, since, met_at, frozenset(counting))


def tasks(standings: Sequence[Standing], drills: Iterable[Drill], again: Mapping[str, Repetition], now: dt.datetime) -> list[Task]:
    """What one person is to do: first what failed and is due again, the longest due first; then in turn what was passed and is due again, and what is
    new in the courses, the most urgent course first; then what a course needs and is due later. A drill stands once."""
    known = {one.id: one for one in drills}
    topics = {topic for one in standings for topic in one.course.topics}
    missing = _missing(standings)
    due = sorted((one for one in again.values() if one.drill in known and known[one.drill].category in topics), key=lambda one: one.due)
    by_now = [_again(one, known[one.drill], missing) for one in due if one.due <= now]
    later = [_again(one, known[one.drill], missing) for one in due if one.due > now]
    new = _new(standings, known.values(), again, by_now)
    reviews = [one for one in by_now if one.why == "review"]
    in_turn = [one for pair in zip_longest(reviews, new) for one in pair if one is not None]
    return [*(one for one in by_now if one.why == "failed"), *in_turn, *(one for one in later if one.course is not None)]


def _new(standings: Sequence[Standing], drills: Collection[Drill], again: Collection[str], by_now: Sequence[Task]) -> list[Task]:
    """Drills that were never done, as many as the courses need beside those that are due again."""
    found: list[Task] = []
    for one in sorted(standings, key=_urgency):
        for part in one.topics:
            at_hand = {task.drill for task in [*by_now, *found] if task.topic == part.topic} - part.counted
            wanted = max(0, part.quota - part.passed - len(at_hand))
            fresh = [drill for drill in drills if drill.category == part.topic and drill.id not in again and drill.id not in at_hand]
            first = sorted(fresh, key=lambda drill: _turn(drill, one.person))[:wanted]
            found += [Task(drill.id, drill.title, drill.category, "new", None, one.course.id) for drill in first]
    return found


def _missing(standings: Sequence[Standing]) -> dict[str, list[tuple[int, frozenset[str]]]]:
    """Topic → (course, drills that it counts already) of each course that needs more of it, the most urgent first."""
    found: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for one in sorted(standings, key=_urgency):
        for part in one.topics:
            if part.passed < part.quota:
                found.setdefault(part.topic, []).append((one.course.id, part.counted))
    return found


def _again(one: Repetition, drill: Drill, missing: Mapping[str, list[tuple[int, frozenset[str]]]]) -> Task:
    course = next((course for course, counted in missing.get(drill.category, []) if one.drill not in counted), None)
    return Task(drill.id, drill.title, drill.category, "review" if one.last.passed else "failed", one.due, course)


def _urgency(one: Standing) -> tuple[dt.date, int]:
    return (one.course.due or dt.date.max, one.course.id)


def _turn(drill: Drill, person: str) -> tuple[bool, bool, str]:
    """What changed since the person used it first, then what trainers wrote; each person in an order of their own."""
    return (person not in drill.meant_for, drill.origin != "file", hashlib.sha256(f"{person}\n{drill.id}".encode()).hexdigest())


__all__ = ["Standing", "State", "Task", "TopicStanding", "Why", "assigned_at", "quotas", "standing_of", "takers", "tasks"]

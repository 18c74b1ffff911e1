"""Courses and certificates of the app: who takes what, what is due, what a passed course earns, and what an article's change takes away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.models import Article
from kb.store import ArticleVersion, Assignment, Certificate, Course, Result, User
from kb.training.certificates import Readiness, counts_since, earned, ended_by, months_after, readiness
from kb.training.courses import Standing, Task, assigned_at, standing_of, takers, tasks
from kb.training.drill import Drill
from kb.training.repetition import repetitions
from kb.training.substance import Difference, differences
from ui.drill_scoring import USUAL_TARGET, target_of
from ui.drills import Drills
from ui.roster import roster
from ui.services import Services


@dataclass(frozen=True, slots=True)
class Desk:
    """What one person has to do, and may do."""

    standings: list[Standing]
    """Of courses that are not closed, the most urgent first."""
    tasks: list[Task]
    certificates: list[Certificate]
    """Newest first; those that ended too."""


class Plans:
    """One for the app. Thread-safe."""

    def __init__(self, services: Services, drills: Drills) -> None:
        self._services = services
        self._drills = drills
        self._compared: dict[tuple[str, str], list[Difference]] = {}
        """What two versions of an article do not share; few articles change."""

    # ---- who and what there is -----------------------------------------------------------------------------------------

    def people(self) -> list[User]:
        """Who can practise."""
        return roster(self._services.store)

    def topics(self) -> dict[str, int]:
        """Topics that can be examined, each with the number of its drills."""
        return dict(sorted(Counter(one.category for one in self._drills.all().values() if one.category).items()))

    # ---- where everybody is --------------------------------------------------------------------------------------------

    def of(self, person: User, now: dt.datetime | None = None) -> Desk:
        """One person's courses, due drills and certificates."""
        self.end_outdated()
        now = now or dt.datetime.now(dt.UTC)
        store, drills = self._services.store, self._drills.all()
        results, held = store.results(by=[person.name]), store.certificates(person=person.name)
        mine = assigned_at(person.name, person.groups, store.assignments(person=person.name, groups=person.groups))
        standing = self._standing_at(now)
        standings = [standing(one, person.name, mine[one.id], results, held) for one in store.courses() if one.id in mine]
        again = repetitions(results, lambda drill: target_of(self._services, drills[drill]) if drill in drills else USUAL_TARGET)
        standings.sort(key=lambda one: (one.state == "passed", one.course.due or dt.date.max, one.course.id))
        return Desk(standings, tasks(standings, drills.values(), again, now), held)

    def course_for(self, person: User, course: int | None, drill: Drill) -> int | None:
        """The course that an attempt is made for: one of the person's, open, with the drill's topic; None where it is none of these (any more)."""
        mine = {one.course.id: one.course for one in self.of(person).standings}
        return course if course in mine and drill.category in mine[course].topics else None

    def everybody(self, courses: Iterable[Course], now: dt.datetime | None = None) -> dict[int, list[Standing]]:
        """Course → where each of its people is, by name."""
        self.end_outdated()
        now = now or dt.datetime.now(dt.UTC)
        store, users = self._services.store, self.people()
        assignments, results, held = store.assignments(), _by_person(store.results()), _held(store.certificates())
        standing = self._standing_at(now)
        return {
            course.id: [
                standing(course, name, since, results.get(name, []), held.get(name, []))
                for name, since in sorted(takers(course.id, users, assignments).items())
            ]
            for course in courses
        }

    def ready(self, now: dt.datetime | None = None) -> list[Readiness]:
        """Everybody and every topic of which somebody has a certificate that holds, or practised, by person and topic."""
        self.end_outdated()
        now = now or dt.datetime.now(dt.UTC)
        store = self._services.store
        results, held = _by_person(store.results()), _held(store.certificates())
        found = []
        for user in self.people():
            mine, certificates = results.get(user.name, []), held.get(user.name, [])
            topics = sorted({one.topic for one in mine if one.topic} | {one.topic for one in certificates if one.holds(now)})
            found += [readiness(user.name, topic, certificates, mine, now) for topic in topics]
        return found

    def _standing_at(self, now: dt.datetime) -> Callable[[Course, str, dt.datetime, Sequence[Result], Sequence[Certificate]], Standing]:
        """What says where a person is: course, person, since when it is assigned, results oldest first, certificates."""
        pool, today = self.topics(), self._services.today()

        def of(course: Course, person: str, assigned: dt.datetime, results: Sequence[Result], held: Sequence[Certificate]) -> Standing:
            return standing_of(course, person, counts_since(course, assigned, held, now), results, pool, today)

        return of

    # ---- certificates --------------------------------------------------------------------------------------------------

    def settle(self, name: str, now: dt.datetime | None = None) -> list[Certificate]:
        """Grant what somebody has earned by now; call it when a drill was done, or a score overridden."""
        person = next((one for one in self.people() if one.name == name), None)
        if person is None:
            return []
        now = now or dt.datetime.now(dt.UTC)
        desk = self.of(person, now)
        granted: list[Certificate] = []
        for one in desk.standings:
            for topic in earned(one, [*granted, *desk.certificates], now):
                granted.append(self._grant(name, topic, one.course.months, self._examined(one, topic), now, course=one.course.id))
        return granted

    def grant(self, name: str, topic: str, months: int, by: str, why: str) -> Certificate:
        """By a trainer's word; it rests on all articles of the topic."""
        return self._grant(name, topic, months, self._articles_of(topic), dt.datetime.now(dt.UTC), by=by, why=why)

    def revoke(self, name: str, topic: str, by: str, reason: str) -> int:
        """End whatever holds, for a trainer's reason; how many did."""
        now = dt.datetime.now(dt.UTC)
        held = [one for one in self._services.store.certificates(person=name, topic=topic) if one.holds(now)]
        return sum(self._services.store.revoke_certificate(one.id, now, by=by, reason=reason) for one in held)

    def end_outdated(self) -> list[Certificate]:
        """End the certificates whose articles say something else now, and give them back. Looked at whenever plans are read."""
        now = dt.datetime.now(dt.UTC)
        ended = []
        for one in self._services.store.certificates():
            changed = self._changed(one) if one.holds(now) else {}
            if changed and self._services.store.revoke_certificate(one.id, now, changed=changed):
                ended.append(replace(one, revoked_at=now, changed=changed))
        return ended

    def _grant(
        self, name: str, topic: str, months: int, articles: Mapping[str, Article], now: dt.datetime, *, by: str = "", why: str = "",
        course: int | None = None,
    ) -> Certificate:  # fmt: skip
        """Keeps the articles' texts too: a later one is held against them."""
        store, snapshot = self._services.store, self._services.answerer.snapshot
        texts = [(one, text) for one in articles.values() if (text := snapshot.article_text(one.id)) is not None]
        store.add_versions([ArticleVersion(one.version, one.id, text, now) for one, text in texts])
        versions = {one.id: one.version for one, _ in texts}
        return store.add_certificate(Certificate(name, topic, now, by, months_after(now, months), versions, why.strip(), course))

    def _examined(self, one: Standing, topic: str) -> dict[str, Article]:
        """The articles of the drills that count; where those have none, the topic's."""
        drills, counted = self._drills.all(), next(part.counted for part in one.topics if part.topic == topic)
        wanted = {article for drill in counted if drill in drills for article in drills[drill].articles}
        return self._in_force(wanted) or self._articles_of(topic)

    def _articles_of(self, topic: str) -> dict[str, Article]:
        return self._in_force(one.id for one in self._services.answerer.snapshot.articles.values() if one.category == topic)

    def _in_force(self, wanted: Iterable[str]) -> dict[str, Article]:
        articles, today = self._services.answerer.snapshot.articles, self._services.today()
        found = {one: articles[one] for one in sorted(set(wanted)) if one in articles}
        return {name: one for name, one in found.items() if one.in_force(today)}

    def _changed(self, certificate: Certificate) -> dict[str, str]:
        """What takes it away; empty where nothing does."""
        articles = self._services.answerer.snapshot.articles
        if ended := ended_by(certificate, articles, self._services.today()):
            article, why = ended
            return {"why": why, "article": article, "title": articles[article].title if article in articles else article, "before": "", "after": ""}
        for name, version in certificate.articles.items():
            if version != articles[name].version and (found := self._differences(version, articles[name])):
                return {"why": "changed", "article": name, "title": articles[name].title, "before": found[0].before, "after": found[0].after}
        return {}

    def _differences(self, version: str, article: Article) -> list[Difference]:
        """A text that is not at hand cannot be shown to say the same."""
        key = (version, article.version)
        if key not in self._compared:
            old, new = self._services.store.version(version), self._services.answerer.snapshot.article_text(article.id)
            self._compared[key] = differences(old.text, new) if old and new is not None else [Difference("", "")]
        return self._compared[key]


def _by_person(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for one in results:
        found.setdefault(one.by, []).append(one)
    return found


def _held(certificates: Iterable[Certificate]) -> dict[str, list[Certificate]]:
    found: dict[str, list[Certificate]] = {}
    for one in certificates:
        found.setdefault(one.person, []).append(one)
    return found


def assignments_of(course: int, people: Iterable[str], groups: Iterable[str], by: str) -> list[Assignment]:
    """What gives a course to these people and groups from now on."""
    now = dt.datetime.now(dt.UTC)
    return [Assignment(course, "person", one, now, by) for one in people] + [Assignment(course, "group", one, now, by) for one in groups]


__all__ = ["Desk", "Plans", "assignments_of"]

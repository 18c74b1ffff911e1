from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from kb.errors import StoreError
from kb.store import Assignment, Attempt, Certificate, Course, Override, Result, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
COURSE = Course("Umbrellas", ("returns", "care"), 4, 80, dt.date(2031, 6, 1), NOW, "tim", ("returns",), 12)
CERTIFICATE = Certificate("mei", "returns", NOW, "tim", NOW + dt.timedelta(days=90), {"returns/umbrellas": "v1"}, "She wrote the article.")


def test_courses_come_back_as_they_went_in_the_newest_first(store: Store) -> None:
    first, second = store.add_course(COURSE), store.add_course(dataclasses.replace(COURSE, title=" Pens ", due=None, certifies=()))
    assert first == dataclasses.replace(COURSE, id=first.id)
    assert second.title == "Pens"
    assert store.courses() == [second, first]
    store.close_course(second.id, NOW)
    store.set_due(first.id, dt.date(2031, 7, 1))
    assert store.courses() == [dataclasses.replace(first, due=dt.date(2031, 7, 1))]
    closed = store.course(second.id)
    assert closed is not None
    assert closed.closed_at == NOW
    with pytest.raises(StoreError, match="there is no course 99"):
        store.set_due(99, None)


@pytest.mark.parametrize(
    "change", [{"title": " "}, {"topics": ()}, {"number": 0}, {"pass_mark": 101}, {"months": 0}, {"certifies": ("delivery",)}]
)  # fmt: skip
def test_a_course_that_nobody_could_take_is_refused(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        store.add_course(dataclasses.replace(COURSE, **change))  # type: ignore[arg-type]
    assert store.courses() == []


def test_assignments_are_found_by_person_and_by_group(store: Store) -> None:
    course = store.add_course(COURSE)
    own, team = Assignment(course.id, "person", "mei", NOW, "tim"), Assignment(course.id, "group", "north", NOW, "tim")
    store.assign([own, team])
    store.assign([dataclasses.replace(own, at=NOW + dt.timedelta(days=3))])
    assert store.assignments(person="mei") == [own], "since the first time"
    assert store.assignments(person="ka", groups=["north"]) == [team]
    assert store.assignments(person="north", groups=["mei"]) == [], "a group's name is no person's"
    store.unassign(course.id, "person", "mei")
    assert store.assignments() == [team]
    with pytest.raises(StoreError, match="there is no course 99"):
        store.assign([team, dataclasses.replace(own, course=99)])
    assert store.assignments() == [team]


def test_a_certificate_holds_until_it_expires_or_is_revoked_and_is_revoked_once(store: Store) -> None:
    kept = store.add_certificate(CERTIFICATE)
    assert kept == dataclasses.replace(CERTIFICATE, id=kept.id)
    assert kept.holds(NOW)
    assert not kept.holds(NOW + dt.timedelta(days=90))
    changed = {"why": "changed", "article": "returns/umbrellas", "before": "9 日", "after": "8 日"}
    with pytest.raises(StoreError, match="for a reason"):
        store.revoke_certificate(kept.id, NOW, by="tim", reason=" ")
    assert store.revoke_certificate(kept.id, NOW, changed=changed)
    assert not store.revoke_certificate(kept.id, NOW, by="tim", reason="too late")
    ended = store.certificates(person="mei", topic="returns")[0]
    assert (ended.changed, ended.revoked_by, ended.reason, ended.ended_at, ended.holds(NOW)) == (changed, "", "", NOW, False)
    assert store.certificates(person="ka") == store.certificates(topic="care") == []


def test_results_say_how_drills_went_with_a_trainer_s_last_word(store: Store) -> None:
    turns = [{"customer": "?", "reply": "…", "seconds": 20.0}, {"customer": "?", "reply": "…", "seconds": 40.0}]
    first = Attempt("t1", NOW, "mei", "lamp", "…", 60.0, 40, False, [], "Lamp", "returns", "en", turns)
    old = Attempt("t0", NOW - dt.timedelta(days=1), "ka", "lamp", "…", 9.0, 90, True, [])
    for one in (first, old):
        store.add_attempt(one)
    for score in (10, 85):
        store.add_override("t1", Override(NOW, "tim", score, score > 50, "why"))
    mei, ka = Result("t1", NOW, "mei", "lamp", "Lamp", "returns", "en", 30.0, 85, True), Result("t0", old.at, "ka", "lamp", "", "", "", 9.0, 90, True)
    assert store.results() == [ka, mei]
    assert store.results(by=["mei"]) == store.results(topic="returns") == store.results(since=NOW) == [mei]
    assert store.results(until=NOW) == [ka]

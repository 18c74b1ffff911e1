from __future__ import annotations

import datetime as dt

import pytest

from kb.store import Assignment, Certificate, Course, Result, User
from kb.training.certificates import counts_since, earned, months_after, readiness
from kb.training.courses import Standing, assigned_at, quotas, standing_of, takers, tasks
from kb.training.drill import Drill
from kb.training.repetition import repetitions

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
HOUR = dt.timedelta(hours=1)
COURSE = Course("Umbrellas", ("returns", "care"), 3, 80, dt.date(2031, 6, 1), NOW, "tim", ("returns", "care"), 6, id=1)
POOL = {"returns": 4, "care": 3}
DRILLS = [
    Drill(f"{topic}{number}", f"{topic} {number}", "file", "en", ("?",), category=topic) for topic, count in POOL.items() for number in range(count)
]


def result(drill: str, score: int = 90, hours: float = 1, passed: bool = True) -> Result:
    return Result(f"{drill}@{hours}", NOW + hours * HOUR, "mei", drill, drill, drill.rstrip("0123456789"), "en", 100, score, passed)


def standing(*results: Result, today: dt.date = TODAY, since: dt.datetime = NOW) -> Standing:
    return standing_of(COURSE, "mei", dict.fromkeys(COURSE.topics, since), results, POOL, today)


@pytest.mark.parametrize(
    ("number", "sizes", "shares"),
    [(5, {"a": 9, "b": 9}, [3, 2]), (5, {"a": 1, "b": 9}, [1, 4]), (9, {"a": 1, "b": 2}, [1, 2]), (2, {"a": 0, "b": 5}, [0, 2]), (1, {}, [])],
)
def test_a_course_is_spread_evenly_over_its_topics(number: int, sizes: dict[str, int], shares: list[int]) -> None:
    assert list(quotas(number, sizes).values()) == shares


def test_different_drills_that_were_passed_well_enough_count_once_each() -> None:
    assert standing().state == "open"
    one = standing(
        result("returns0"), result("returns0", hours=2), result("returns1", 79, 3), result("care0", 100, 4, passed=False), result("other0")
    )
    assert (one.state, one.passed, one.number, one.attempts) == ("running", 1, 3, 4)
    assert [(part.topic, part.passed, part.quota) for part in one.topics] == [("returns", 1, 2), ("care", 0, 1)]


def test_a_course_is_passed_when_the_last_quota_is_met_and_stays_so() -> None:
    before = standing(result("care0", hours=-1), result("returns0"), result("returns1", hours=2))
    assert before.passed_at is None, "what was done before it was assigned does not count"
    one = standing(
        result("returns0"), result("care0", hours=3), result("returns1", hours=2), result("care0", 10, 5, passed=False), today=dt.date(2031, 7, 1)
    )
    assert (one.state, one.passed_at) == ("passed", NOW + 3 * HOUR)


def test_after_the_last_day_it_is_overdue() -> None:
    assert standing(result("returns0"), today=dt.date(2031, 6, 1)).state == "running"
    assert standing(result("returns0"), today=dt.date(2031, 6, 2)).state == "overdue"


def test_a_course_is_assigned_by_name_or_by_group_since_the_first_time() -> None:
    given = [
        Assignment(1, "group", "north", NOW + HOUR, "tim"),
        Assignment(1, "person", "mei", NOW, "tim"),
        Assignment(2, "group", "south", NOW, "tim"),
    ]
    users = [
        User("mei", "agent", NOW, False, "", ("north",)),
        User("ka", "agent", NOW, False, "", ("north",)),
        User("lo", "agent", NOW, True, "", ("north",)),
    ]
    assert assigned_at("mei", ["north"], given) == {1: NOW}
    assert takers(1, users, given) == {"mei": NOW, "ka": NOW + HOUR}


def test_what_failed_and_is_due_comes_first_then_what_is_new_then_what_is_due_later() -> None:
    results = [result("returns0", 90, 0), result("returns1", 40, 0, passed=False), result("returns2", 40, 2, passed=False)]
    again = repetitions(results, lambda _: 180)
    found = tasks([standing(*results)], DRILLS, again, NOW + 2 * HOUR)
    assert [(one.why, one.course) for one in found] == [("failed", 1), ("new", 1), ("failed", 1)]
    assert [found[0].drill, found[2].drill] == ["returns1", "returns2"]
    assert found[1].topic == "care"
    later = tasks([standing(*results)], DRILLS, again, NOW + dt.timedelta(days=2))
    assert [(one.drill, one.course) for one in later if one.why == "review"] == [("returns0", None)], "passed: it is repeated for no course"


def test_each_person_gets_new_drills_in_an_order_of_their_own() -> None:
    def first(person: str) -> str:
        one = standing_of(COURSE, person, dict.fromkeys(COURSE.topics, NOW), [], POOL, TODAY)
        return tasks([one], DRILLS, {}, NOW)[0].drill

    assert len({first(f"person{number}") for number in range(20)}) > 1


# ---- certificates ----------------------------------------------------------------------------------------------------------


def certificate(topic: str = "returns", *, revoked: float | None = None) -> Certificate:
    at = NOW + revoked * HOUR if revoked is not None else None
    return Certificate("mei", topic, NOW, "", NOW + dt.timedelta(days=90), {}, revoked_at=at)


def test_a_passed_course_earns_what_is_not_held() -> None:
    passed = standing(result("returns0"), result("returns1"), result("care0"))
    assert earned(passed, [certificate("care")], NOW) == ["returns"]
    assert earned(standing(result("returns0")), [], NOW) == []


def test_a_topic_without_drills_is_not_passed_by_having_none() -> None:
    nothing = standing_of(COURSE, "mei", dict.fromkeys(COURSE.topics, NOW), [], {}, TODAY)
    assert (nothing.state, nothing.passed_at, earned(nothing, [], NOW)) == ("open", None, [])
    half = standing_of(COURSE, "mei", dict.fromkeys(COURSE.topics, NOW), [result(f"returns{n}", hours=n) for n in range(3)], {"returns": 4}, TODAY)
    assert (half.state, earned(half, [], NOW)) == ("passed", ["returns"])


def test_after_a_certificate_ended_only_what_is_done_since_counts() -> None:
    ended = [certificate(revoked=5)]
    assert counts_since(COURSE, NOW, ended, NOW + 6 * HOUR) == {"returns": NOW + 5 * HOUR, "care": NOW}
    assert counts_since(COURSE, NOW, [certificate()], NOW + dt.timedelta(days=91))["returns"] == NOW + dt.timedelta(days=90), "it has expired"
    assert counts_since(COURSE, NOW, [*ended, certificate()], NOW + 6 * HOUR)["returns"] == NOW, "another one holds"


def test_ready_is_who_holds_a_certificate_and_passed_the_last_drills() -> None:
    good = [result("returns0", hours=hour) for hour in range(3)]
    assert readiness("mei", "returns", [certificate()], good, NOW).ready
    assert not readiness("mei", "returns", [certificate()], good[:2], NOW).ready
    assert not readiness("mei", "returns", [certificate()], [*good, result("returns1", 20, 9, passed=False)], NOW).ready
    assert not readiness("mei", "returns", [], good, NOW).ready
    assert readiness("mei", "returns", [certificate()], [result("returns9", 1, -1, passed=False), *good], NOW).recent == (True, True, True)


def test_months_later_is_the_same_day_or_the_month_s_last() -> None:
    assert months_after(dt.datetime(2031, 8, 31, tzinfo=dt.UTC), 6) == dt.datetime(2032, 2, 29, tzinfo=dt.UTC)
    assert months_after(dt.datetime(2031, 11, 5, tzinfo=dt.UTC), 1) == dt.datetime(2031, 12, 5, tzinfo=dt.UTC)

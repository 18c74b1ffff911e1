from __future__ import annotations

import datetime as dt

import pytest
from fsrs import Rating

from kb.store import Result
from kb.training.repetition import rating, repetitions

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def result(drill: str, score: int, days: float = 0, seconds: float = 100, passed: bool | None = None) -> Result:
    return Result(
        f"{drill}{days}",
        NOW + dt.timedelta(days=days),
        "mei",
        drill,
        drill,
        "returns",
        "en",
        seconds,
        score,
        score >= 70 if passed is None else passed,
    )


@pytest.mark.parametrize(
    ("one", "grade"),
    [
        (result("a", 60), Rating.Again), (result("a", 100, passed=False), Rating.Again), (result("a", 79), Rating.Hard), (result("a", 80), Rating.Good),
        (result("a", 100, seconds=91), Rating.Good), (result("a", 100, seconds=90), Rating.Easy), (result("a", 95, seconds=1), Rating.Good),
    ],
)  # fmt: skip
def test_a_score_is_a_grade(one: Result, grade: Rating) -> None:
    assert rating(one, 180) is grade


def test_what_failed_comes_back_before_what_was_passed_and_that_the_better_the_later() -> None:
    found = repetitions([result("failed", 40), result("barely", 72), result("passed", 90), result("easy", 100, seconds=20)], lambda _: 180)
    due = [found[name].due - NOW for name in ("failed", "barely", "passed", "easy")]
    assert due == sorted(due)
    assert len(set(due)) == 4
    assert due[0] <= dt.timedelta(hours=1)
    assert due[3] >= dt.timedelta(days=3)


def test_intervals_grow_with_every_pass_and_shrink_after_a_failure() -> None:
    results, gaps = [result("a", 90)], []
    for _ in range(4):
        one = repetitions(results, lambda _: 180)["a"]
        gaps.append(one.due - results[-1].at)
        results.append(result("a", 90, days=(one.due - NOW) / dt.timedelta(days=1)))
    assert gaps == sorted(gaps)
    assert gaps[-1] > 5 * gaps[0]
    grown = repetitions(results, lambda _: 180)["a"]
    failed = repetitions([*results[:-1], result("a", 30, days=(results[-1].at - NOW) / dt.timedelta(days=1))], lambda _: 180)["a"]
    assert failed.due < grown.due
    assert failed.stability < grown.stability
    assert (grown.times, grown.last) == (5, results[-1])

from __future__ import annotations

import datetime as dt
from typing import Any

from kb.store import Attempt, Result
from kb.training.progress import lines, weakest, whole

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def result(number: int, by: str, score: int, seconds: float, topic: str = "returns") -> Result:
    return Result(f"t{number}", NOW + dt.timedelta(minutes=number), by, "Q", "Q", topic, "en", seconds, score, score >= 70)


def test_attempts_are_summed_up_by_whatever_they_share() -> None:
    everything = [result(1, "mei", 60, 10), result(2, "mei", 100, 30), result(3, "ka", 50, 8)]
    found = lines(everything, lambda one: one.by)
    assert [(one.name, one.attempts, one.mean, one.passes, one.median_s) for one in found] == [("ka", 1, 50, 0, 8), ("mei", 2, 80, 0.5, 20)]
    every = whole(everything)
    assert every is not None
    assert (every.attempts, every.mean, every.last) == (3, 70, everything[-1].at)
    assert whole([]) is None
    assert lines([], lambda one: one.by) == []


def test_the_fact_that_is_missed_most_stands_first_with_its_sentence() -> None:
    def point(detail: str, passed: bool, quote: str = "It is 9 days.", kind: str = "fact") -> dict[str, Any]:
        return {"kind": kind, "detail": detail, "passed": passed, "quote": quote, "where": "returns/umbrellas:21"}

    def attempt(number: int, drill: str, *points: dict[str, Any]) -> Attempt:
        return Attempt(
            f"t{number}", NOW + dt.timedelta(minutes=number), "mei", drill, "…", 9.0, 50, False, list(points), f"Title {number}", "returns"
        )

    found = weakest([
        attempt(1, "a", point("9 days", False), point("4%", True), point("be kind", False, kind="empathy")),
        attempt(2, "b", point("9 days", False)),
        attempt(3, "c", point("9 days", True), point("wind", False, "", "disclaimer"), point("4%", False)),
    ])  # fmt: skip
    assert [(one.fact, one.missed, one.asked, one.title) for one in found] == [
        ("9 days", 2, 3, "Title 2"),
        ("wind", 1, 1, "Title 3"),
        ("4%", 1, 2, "Title 3"),
    ]
    assert (found[0].quote, found[0].where) == ("It is 9 days.", "returns/umbrellas:21")

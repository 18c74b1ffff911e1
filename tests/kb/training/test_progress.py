from __future__ import annotations

import datetime as dt

from kb.store import Attempt
from kb.training.progress import progress

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def attempt(number: int, by: str, score: int, passed: bool) -> Attempt:
    return Attempt(f"t{number}", NOW + dt.timedelta(minutes=number), by, "Q", "…", 9.0, score, passed, [])


def test_each_person_s_attempts_are_summed_up() -> None:
    found = progress([attempt(3, "ka", 50, False), attempt(1, "mei", 60, False), attempt(2, "mei", 100, True)])
    assert [(one.name, one.attempts, one.mean, one.passes, one.recent) for one in found] == [("ka", 1, 50, 0, (50,)), ("mei", 2, 80, 0.5, (60, 100))]


def test_nobody_practised() -> None:
    assert progress([]) == []

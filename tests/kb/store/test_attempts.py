from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from kb.errors import StoreError
from kb.store import Attempt, Override, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
ATTEMPT = Attempt(
    "t1", NOW, "mei", "lamp-return", "14 日內可退。", 41.5, 80, True, [{"kind": "fact", "detail": "14 日", "passed": True}],
    "退檯燈", "returns", "yue", [{"customer": "可唔可以退?", "reply": "14 日內可退。", "seconds": 41.5}], 3,
)  # fmt: skip


def test_attempts_come_back_newest_first_and_by_person(store: Store) -> None:
    later = dataclasses.replace(ATTEMPT, id="t2", at=NOW + dt.timedelta(hours=1), by="ka", passed=False, exercise="other", course=None)
    store.add_attempt(ATTEMPT)
    store.add_attempt(later)
    assert store.attempts() == [later, ATTEMPT]
    assert store.attempts(by="mei") == [ATTEMPT]
    assert store.attempts(exercise="other") == [later]
    assert store.attempts(since=NOW + dt.timedelta(minutes=1)) == [later]
    assert store.attempts(until=NOW + dt.timedelta(minutes=1)) == [ATTEMPT]
    assert store.attempts(limit=1) == [later]
    assert store.attempt("t1") == ATTEMPT
    assert store.attempt("t9") is None
    assert store.times_done("mei") == {"lamp-return": 1}


def test_a_trainer_s_last_word_counts_and_the_earlier_ones_are_kept(store: Store) -> None:
    store.add_attempt(ATTEMPT)
    first = Override(NOW, "tim", 40, False, "It promises too much.")
    last = Override(NOW, "tim", 90, True, "On a second look it does not.")
    store.add_override("t1", first)
    store.add_override("t1", last)
    found = store.attempts()
    assert [(one.score, one.override, one.final_score, one.final_passed) for one in found] == [(80, last, 90, True)]
    assert store.overrides("t1") == [first, last]


@pytest.mark.parametrize(
    ("attempt", "override"),
    [("t9", Override(NOW, "tim", 90, True, "why")), ("t1", Override(NOW, "tim", 90, True, " ")), ("t1", Override(NOW, "tim", 101, True, "why"))],
)
def test_an_override_needs_an_attempt_a_reason_and_a_score(store: Store, attempt: str, override: Override) -> None:
    store.add_attempt(ATTEMPT)
    with pytest.raises(StoreError):
        store.add_override(attempt, override)
    assert store.overrides("t1") == []


def test_personal_data_in_a_reply_is_masked(store: Store) -> None:
    turns = [{"customer": "我係 6123 4567", "reply": "請致電 6123 4567 找我", "seconds": 1.0}]
    kept = store.add_attempt(dataclasses.replace(ATTEMPT, reply="請致電 6123 4567 找我", turns=turns))
    assert store.attempts() == [kept]
    assert "6123" not in f"{kept}"


def test_what_the_checks_doubt_is_masked_and_the_articles_words_are_not(store: Store) -> None:
    store.order_numbers = (r"LQ-[0-9]{2}",)
    point = {
        "kind": "checks",
        "detail": "",
        "quote": "Call 6123 4567.",
        "said": "LQ-77",
        "problems": ["6123 4567 stands in no source", "LQ-77 neither"],
    }
    store.add_attempt(dataclasses.replace(ATTEMPT, reply="LQ-77", points=[point]))
    kept = store.attempts()[0]
    assert kept.reply == "⟨order⟩"
    assert kept.points == [{**point, "said": "⟨order⟩", "problems": ["⟨phone⟩ stands in no source", "⟨order⟩ neither"]}]

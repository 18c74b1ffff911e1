from __future__ import annotations

import dataclasses
import datetime as dt

from kb.store import Attempt, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
ATTEMPT = Attempt("t1", NOW, "mei", "golden/Q1", "14 日內可退。", 41.5, 80, True, [{"kind": "fact", "detail": "14 日", "passed": True}])


def test_attempts_come_back_newest_first_and_by_person(store: Store) -> None:
    later = dataclasses.replace(ATTEMPT, id="t2", at=NOW + dt.timedelta(hours=1), by="ka", passed=False)
    store.add_attempt(ATTEMPT)
    store.add_attempt(later)
    assert store.attempts() == [later, ATTEMPT]
    assert store.attempts(by="mei") == [ATTEMPT]
    assert store.attempts(since=NOW + dt.timedelta(minutes=1)) == [later]
    assert store.attempts(limit=1) == [later]


def test_personal_data_in_a_reply_is_masked(store: Store) -> None:
    store.add_attempt(dataclasses.replace(ATTEMPT, reply="請致電 6123 4567 找我"))
    assert "6123" not in store.attempts()[0].reply


def test_what_the_checks_doubt_is_masked_and_the_articles_words_are_not(store: Store) -> None:
    store.order_numbers = (r"LQ-[0-9]{2}",)
    point = {"kind": "checks", "detail": "", "quote": "Call 6123 4567.", "problems": ["6123 4567 stands in no source", "LQ-77 neither"]}
    store.add_attempt(dataclasses.replace(ATTEMPT, reply="LQ-77", points=[point]))
    kept = store.attempts()[0]
    assert kept.reply == "⟨order⟩"
    assert kept.points == [{**point, "problems": ["⟨phone⟩ stands in no source", "⟨order⟩ neither"]}]

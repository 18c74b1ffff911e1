from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kb.insights import rising
from kb.insights.drafts import edit_sizes, share_changed
from kb.insights.rising import topics
from kb.store import Scope, Store
from tests.kb.insights.history import NOW, ask, reply

ZONE = ZoneInfo("Asia/Hong_Kong")
SCOPE = Scope(NOW - dt.timedelta(days=14), NOW + dt.timedelta(hours=1), ZONE)
REFUND, DELIVERY = ("幾時退款", "How long does a refund take?"), ("When will my parcel be delivered?", "包裹几时送到")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")


def asked(text: str, days_ago: float, times: int = 1, **more: str) -> list:  # type: ignore[type-arg]
    return [ask(text, at=NOW - dt.timedelta(days=days_ago, minutes=n), **more) for n in range(times)]  # type: ignore[arg-type]


def test_what_is_asked_more_often_than_before_rises(store: Store) -> None:
    store.add_all(
        [
            *asked(REFUND[0], 1, 8),
            *asked(REFUND[1], 2, 6, lang="en"),
            *asked(REFUND[0], 20, 4),
            *asked(DELIVERY[0], 3, 10),
            *asked(DELIVERY[1], 15, 40),
        ]
    )
    found = topics(store, SCOPE)
    assert (found.questions, found.week, found.before, found.cut) == (24, 24, 44, False)
    assert [(topic.count, topic.week, topic.before) for topic in found.topics] == [(14, 14, 4), (10, 10, 40)]
    first = found.topics[0]
    assert first.languages == (("zh-Hant", 12), ("en", 6))
    assert {first.question, *first.examples} == set(REFUND)
    assert found.rising == (first,)
    assert first.change is not None
    assert first.change.ratio == pytest.approx((14 / 24) / (4 / 44))


def test_a_busy_week_makes_nothing_rise_by_itself(store: Store) -> None:
    store.add_all([*asked(REFUND[0], 1, 30), *asked(DELIVERY[0], 1, 30), *asked(REFUND[0], 20, 8), *asked(DELIVERY[0], 20, 8)])
    assert topics(store, SCOPE).rising == ()


def test_weeks_before_the_period_are_compared_with_but_not_counted(store: Store) -> None:
    store.add_all([*asked(REFUND[0], 1, 2), *asked(REFUND[0], 30, 5), *asked(DELIVERY[0], 30, 5)])
    found = topics(store, SCOPE)
    assert [(topic.question, topic.count, topic.before) for topic in found.topics] == [(REFUND[0], 2, 5)]
    assert found.questions == 2


def test_only_the_newest_questions_are_grouped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rising, "MOST_QUESTIONS", 3)
    store.add_all([*asked(REFUND[0], 1, 3), *asked(DELIVERY[0], 5, 3)])
    found = topics(store, SCOPE)
    assert (found.cut, [topic.question for topic in found.topics]) == (True, [REFUND[0]])


def test_nothing_asked(store: Store) -> None:
    found = topics(store, SCOPE)
    assert (found.topics, found.rising, found.questions) == ((), (), 0)


# ---- edits -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drafted", "text", "share"),
    [
        ("Seven days [1].", "seven days!", 0.0),
        ("退款七天", "退款九天", 0.25),
        ("one two", "three four", 1.0),
        ("one two three", "one two three four five six", 1 / 3),
    ],
)
def test_the_share_that_is_changed(drafted: str, text: str, share: float) -> None:
    assert share_changed(drafted, text) == pytest.approx(share)


def test_edits_are_grouped_by_size(store: Store) -> None:
    asks = [ask("?", claims=[("one two three four five six seven eight nine ten [1]. ", (1,))], lang="en") for _ in range(4)]
    store.add_all(asks)
    draft = str(asks[0].answer["draft"])
    for one, text in zip(asks, (draft, f"{draft} Bye.", draft.replace("one two three", ""), "Nothing of that."), strict=True):
        store.add_reply(reply(one, text))
    found = edit_sizes(store, SCOPE)
    assert (found.compared, found.edited, found.groups) == (3, 3, (2, 0, 0, 1))
    assert found.p90 == pytest.approx(share_changed(draft, "Nothing of that."))

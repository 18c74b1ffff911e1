from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from kb.insights.summary import percentile, summarise
from kb.store import AskRow, FeedbackRow, ReplyRow

ZONE = ZoneInfo("Asia/Hong_Kong")
FIRST, LAST = dt.date(2031, 5, 19), dt.date(2031, 5, 21)


def moment(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2031, 5, day, hour, minute, tzinfo=dt.UTC)


ASKS = [
    AskRow("a1", moment(18, 16), "chat", "en", "Returns?", False, ("returns", "fees")),  # 19 May in Hong Kong
    AskRow("a2", moment(20, 15, 59), "chat", "yue", "幾時到?", True, ()),  # still 20 May there
    AskRow("a3", moment(20, 16), "email", "en", "Fees?", False, ("fees",)),  # 21 May there
]
REPLIES = [
    ReplyRow("a1", moment(18, 17), "mei", "chat", "send", False, 40.0),
    ReplyRow("a1", moment(18, 18), "mei", "chat", "copy", True, 200.0),
    ReplyRow(None, moment(20, 17), "ka", "", "send", True, None),
]


def test_a_period_is_counted_in_the_shop_s_own_days() -> None:
    found = summarise(ASKS, REPLIES, [FeedbackRow("a1", moment(19, 1), "wrong")], FIRST, LAST, ZONE, {"chat": 180})
    assert [(day.date.day, day.asks, day.abstained, day.replies) for day in found.days] == [(19, 1, 0, 2), (20, 1, 1, 0), (21, 1, 0, 1)]
    assert (found.asks, found.abstained, found.copied, found.sent) == (3, 1, 1, 2)
    assert (found.as_drafted, found.edited, found.own, found.discarded) == (1, 1, 1, 2)
    assert (found.right, found.wrong, found.missing) == (0, 1, 0)
    assert found.articles == (("fees", 2), ("returns", 1))
    assert [question for _, question in found.unanswered] == ["幾時到?"]


def test_each_channel_is_held_to_its_own_target() -> None:
    lines = {line.channel: line for line in summarise(ASKS, REPLIES, [], FIRST, LAST, ZONE, {"chat": 180, "email": 9_000}).channels}
    assert (lines["chat"].median_s, lines["chat"].p90_s, lines["chat"].within) == (40.0, 200.0, 0.5)
    assert (lines["email"].replies, lines["email"].within) == (0, None)
    assert (lines[""].replies, lines[""].median_s, lines[""].within) == (1, None, None)


@pytest.mark.parametrize(
    ("values", "share", "expected"), [([], 0.5, None), ([7], 0.9, 7), ([1, 2, 3, 4], 0.5, 2), (list(range(1, 11)), 0.9, 9), ([3, 1], 1.0, 3)]
)
def test_percentiles_are_values_that_occurred(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_a_period_without_records_is_all_zero() -> None:
    found = summarise([], [], [], FIRST, FIRST, ZONE, {})
    assert (found.asks, found.median_s, found.channels, len(found.days)) == (0, None, (), 1)

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kb.insights import gaps as module
from kb.insights.gaps import find_gaps, grouped, of_why, topics
from kb.store import Feedback, Store
from tests.kb.insights.history import NOW, ask, reply, source

SINCE, UNTIL = NOW - dt.timedelta(days=30), NOW + dt.timedelta(days=1)
FIRST, LAST = dt.date(2031, 4, 21), dt.date(2031, 5, 20)
ZONE = ZoneInfo("Asia/Hong_Kong")
BAGS = [
    ("有冇環保袋賣?", "yue"),
    ("请问有环保袋卖吗", "zh-Hans"),
    ("你哋有無得買環保袋", "yue"),
    ("do you sell tote bags?", "en"),
    ("環保袋有沒有得買", "zh-Hant"),
]
CLAIMS = [("未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費 [1]。", (1,))]
FROM = [source(1, "returns/umbrellas", "未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


def found(store: Store) -> module.Gaps:
    return find_gaps(store, SINCE, UNTIL, sure_from=0.7, kinds={"own order": "personal"})


def test_why_a_question_ended_badly(store: Store) -> None:
    sure, unsure, judged, rewritten, touched = (
        ask(question, confidence=confidence, claims=CLAIMS, sources=FROM)
        for question, confidence in (("sure", 0.95), ("unsure", 0.75), ("judged", 0.75), ("rewritten", 0.95), ("touched", 0.95))
    )
    refused, own, left = ask("refused", reason="none", confidence=0.2), ask("own", reason="own order", confidence=0.1), ask("left", conversation="c")
    store.add_all([sure, unsure, judged, rewritten, touched, refused, own, left, Feedback("f1", judged.id, NOW, "amy", "wrong", "不是 9 日")])
    store.add_reply(reply(sure, str(sure.answer["draft"])))
    store.add_reply(reply(rewritten, "親愛的顧客,雨傘要寄到碼頭倉庫,由店長決定。"))
    store.add_reply(reply(touched, str(touched.answer["draft"]).replace("9 日", "14 日")))
    store.add_reply(reply(refused, "有的,每個 10 元。"))
    store.add_reply(reply(None, "我自己寫。", conversation="c", at=NOW + dt.timedelta(minutes=10)))
    gaps = found(store)
    assert {gap.answer.question: gap.why for gap in gaps.gaps} == {
        "unsure": ("unsure",), "judged": ("unsure", "wrong"), "rewritten": ("rewritten",), "refused": ("unanswered",), "left": ("passed-over",),
    }  # fmt: skip
    assert {kind: [gap.answer.question for gap in these] for kind, these in gaps.apart.items()} == {"personal": ["own"]}
    assert {gap.answer.question: gap.replies for gap in gaps.gaps}["refused"] == ("有的,每個 10 元。",)
    assert [gap.said for gap in of_why(gaps, "wrong").gaps] == [("不是 9 日",)]


def test_a_reply_much_later_is_no_sign_that_the_draft_was_passed_over(store: Store) -> None:
    store.add_all([ask("left", conversation="c")])
    store.add_reply(reply(None, "我自己寫。", conversation="c", at=NOW + dt.timedelta(hours=3)))
    assert found(store).gaps == ()


def test_one_topic_for_one_question_in_four_languages_with_its_weeks(store: Store) -> None:
    store.add_all([ask(text, lang=lang, reason="none", confidence=0.1, at=NOW - dt.timedelta(days=3 * n)) for n, (text, lang) in enumerate(BAGS)])
    store.add_all([ask("點樣申請成為會員", reason="none", confidence=0.1, at=NOW - dt.timedelta(days=29))])
    gaps = found(store).gaps
    bags, members = topics(gaps, grouped(gaps), FIRST, LAST, ZONE)
    assert (bags.count, bags.languages, bags.why) == (5, {"yue": 2, "zh-Hant": 1, "en": 1, "zh-Hans": 1}, {"unanswered": 5})
    assert bags.question in dict(BAGS)
    assert {example.question for example in bags.examples} == set(dict(BAGS))
    assert bags.weeks == tuple((dt.date(2031, 4, 21) + dt.timedelta(weeks=n), count) for n, count in enumerate((0, 0, 2, 2, 1)))
    assert (bags.trend, members.trend, members.count, bags.last) == ("rising", "steady", 1, NOW)


def test_more_than_are_read_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    monkeypatch.setattr(module, "MOST_ROWS", 4)
    store.add_all([ask(f"question {n}", reason="none", at=NOW - dt.timedelta(hours=n)) for n in range(5)])
    gaps = found(store)
    assert (gaps.cut, [gap.answer.question for gap in gaps.gaps]) == (True, [f"question {n}" for n in range(4)])
    monkeypatch.setattr(module, "MOST_ROWS", 6)
    assert (found(store).cut, len(found(store).gaps)) == (False, 5)

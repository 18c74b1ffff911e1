from __future__ import annotations

import pytest

from kb.models import Doubt, Source
from kb.questions import Question
from kb.training.practice import PointKind, Score, score

EVIDENCE = [
    Source(1, "returns/lamps", "Lamps", "", (9, 9), "未拆封的檯燈可於簽收後 14 日內退換。", "v", None, None, False),
    Source(2, "returns/bulbs", "Bulbs", "", (5, 5), "燈泡不設退換。", "v", None, None, False),
]
DISCLAIMER = {"notice": "實際情況以本店公告為準。"}


def question(**expect: object) -> Question:
    wanted = {"must_include": [["14 日", "14天"]], "must_not_include": ["30 日"], "articles": {"all_of": ["returns/lamps"]}, **expect}
    return Question.model_validate({"id": "Q1", "text": "檯燈幾多日內可以退?", "lang": "yue", "expect": wanted})


def scored(
    reply: str, seconds: float = 30, doubts: tuple[Doubt, ...] = (), asked: Question | None = None, disclaimers: dict[str, str] | None = None
) -> Score:
    return score(asked or question(), reply, seconds, 180, doubts, EVIDENCE, disclaimers or {})


def failed(result: Score) -> set[PointKind]:
    return {point.kind for point in result.points if not point.passed}


@pytest.mark.parametrize("reply", ["您好,簽收後 14 日內可以退。", "你好呀,收到之後兩星期內都可以退㗎。", "您好,十四天內可退。"])
def test_the_fact_counts_in_any_words(reply: str) -> None:
    result = scored(reply)
    assert result.passed
    assert result.score == 100
    fact = result.points[0]
    assert (fact.kind, fact.quote, fact.where) == ("fact", EVIDENCE[0].quote, "returns/lamps:9")


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        ("您好,可以退的,歡迎聯絡我們。", {"fact"}),
        ("您好,14 日內可退,燈罩則是 30 日。", {"neighbour"}),
        ("Hello, within 14 days, thanks for asking us.", {"language"}),
        ("您好,14 日內可退。" * 30, {"length"}),
        ("", {"fact", "language", "length"}),
    ],
)
def test_what_is_wrong_is_said(reply: str, kinds: set[PointKind]) -> None:
    assert failed(scored(reply)) == kinds


def test_a_slow_reply_loses_points_and_passes_all_the_same() -> None:
    result = scored("您好,14 日內可以退。", seconds=400)
    assert failed(result) == {"time"}
    assert result.passed
    assert result.score < 100


def test_what_the_checks_doubt_fails_and_is_shown() -> None:
    result = scored("您好,14 日內可以退,手續費 HK$20。", doubts=(Doubt("unsupported", (13, 18), "HK$20 沒有出處", ""),))
    assert not result.passed
    assert next(point for point in result.points if point.kind == "checks").problems == ("HK$20 沒有出處",)


def test_required_wording_must_be_in_it() -> None:
    assert failed(scored("您好,14 日內可以退。", disclaimers=DISCLAIMER)) == {"disclaimer"}
    assert scored(f"您好,14 日內可以退。\n\n{DISCLAIMER['notice']}", disclaimers=DISCLAIMER).passed


def test_where_no_article_answers_a_promise_fails_and_a_holding_reply_passes() -> None:
    unanswerable = question(must_include=[], must_not_include=[], abstain=True)
    assert scored("您好,我請負責同事跟進,稍後回覆您。", asked=unanswerable).passed
    assert failed(scored("您好,可以給您 9 折。", asked=unanswerable)) == {"holding"}

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kb.models import Doubt
from kb.quantities import read
from kb.training.claims import counting, stating
from kb.training.drill import Drill, Situation
from kb.training.facts import denies, look_for, said_as
from kb.training.neighbours import neighbours
from kb.training.scoring import RULES, Material, Replied, Score, score
from tests.kb.training.shop import ARTICLES, CHUNKS, NOTICE

DRILL = Drill(
    id="lamp", title="退檯燈", origin="file", language="yue", turns=("盞燈可以退嗎?",), mood="calm", category="returns", articles=("returns/lamps",),
    must_mention=(("14 日", "兩星期"),), must_not_say=("30 日",),
)  # fmt: skip
OWN = [one for one in CHUNKS if one.article == "returns/lamps"]
GOOD = "您好,簽收後 14 日內可以退。如有其他問題歡迎告訴我們。"


def scored(
    *replies: str, drill: Drill = DRILL, seconds: float = 30, check: Callable[[str], Sequence[Doubt]] = lambda _: (), disclaimers: dict[str, str] | None = None,
    target_s: int = 180, greetings: Sequence[str] = (),
) -> Score:  # fmt: skip
    return score(drill, [Replied(one, seconds) for one in replies], Material(OWN, disclaimers or {}, check, target_s, greetings))


def with_(**changes: Any) -> Drill:
    return dataclasses.replace(DRILL, **changes)


def failed(result: Score) -> set[str]:
    return {point.kind for point in result.points if not point.passed}


# ---- facts -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [GOOD, "你好呀,收到之後兩星期內都可以退㗎,多謝。", "您好,十四天內可退。謝謝。"])
def test_a_quantity_counts_in_any_words_and_the_article_says_it(reply: str) -> None:
    result = scored(reply)
    assert (result.passed, result.score) == (True, 100)
    fact = result.points[0]
    assert (fact.kind, fact.must, fact.quote, fact.where) == ("fact", True, OWN[0].quote, "returns/lamps:9")
    assert fact.said in reply


@pytest.mark.parametrize(
    ("wording", "reply", "stated"),
    [
        ("本店承擔", "運費由本店承擔。", True),
        ("退回運費", "運費會退給您。", True),
        ("退回運費", "會送您禮券。", False),
        ("未拆封", "已經拆封的也可以。", False),
        ("不設退款", "燈泡不能退款。", True),
        ("不設退款", "燈泡可以退款。", False),
        ("unopened", "It has to be unopened, please.", True),
        ("unopened", "Thanks for your message.", False),
        ("14 日", "14 個工作日內可退。", False),
        ("14 日", "40 日內可退。", False),
        ("48 小時", "兩日內影相。", True),
        ("2 個工作日", "兩日內影相。", False),
        ("48 小時", "48 粒鐘內影相。", True),
        ("7 日", "You can return it within a week.", True),
        ("2 月 10 日", "營業到 2 月 5 號,10 號再開門。", True),
        ("2 月 3 日", "營業到 2 月 5 號,3 號再開門。", False),
        ("30 日", "要擺喺 5 至 30 度嘅地方。", False),
        ("0–4 °C", "放冰箱,0–4 度。", True),
        ("bulb", "It comes with two bulbs.", True),
        ("72 hours", "You have three full days to tell us.", True),
        ("72 hours", "You have two full days to tell us.", False),
        ("1 time", "You get one go per order.", True),
        ("1 次", "改咗就冇第二次㗎喇。", True),
        ("2 次", "You get one go per order.", False),
        ("14 日", "A couple of weeks is all you have.", True),
    ],
)
def test_a_statement_counts_by_meaning_but_only_with_the_same_yes_or_no(wording: str, reply: str, stated: bool) -> None:
    assert bool(said_as(wording, reply, RULES.statement_near)) is stated


@pytest.mark.parametrize(
    ("text", "no"), [("不好意思,可以退", False), ("唔可以", True), ("不得不說", False), ("can't", True), ("no problem, you can", False)]
)
def test_a_no_is_told_from_a_polite_word(text: str, no: bool) -> None:
    assert denies(text) is no


@pytest.mark.parametrize(
    ("reply", "stated"), [("舊的 15 克,新的要 16.5 克或以上。", True), ("舊的 15 克,新的要 18 克或以上。", False), ("舊的 15 克。", False)]
)
def test_a_rate_is_stated_by_what_it_makes_of_the_customer_s_number(reply: str, stated: bool) -> None:
    assert bool(said_as("110%", reply, RULES.statement_near, read("舊金 15 克可以換嗎?"))) is stated


@pytest.mark.parametrize(
    ("wording", "reply", "stated"),
    [
        ("不補差價", "差價算我們的。", True), ("不補差價", "差價由您承擔。", False), ("不補差價", "運費算我們的。", False), ("本店承擔運費", "運費我哋出。", False),
        ("運費由我們承擔", "The postage? 運費我哋出啦。", True), ("可以一齊用", "兩者同一張單都會計算。", True), ("可以一齊用", "兩者唔會一齊都會計。", False),
    ],
)  # fmt: skip
def test_a_fact_may_be_said_in_the_other_words_of_customer_service(wording: str, reply: str, stated: bool) -> None:
    assert bool(look_for((wording,), [reply], [], 2.0).said) is stated


@pytest.mark.parametrize(
    ("reply", "stated"),
    [
        ("滿 HK$800 減 12%,最多減 HK$300。", True), ("Once you reach HK$300 you get 12% off, and the most you can save is HK$800.", False),
        ("12% off from HK$800, HK$300 at most.", True), ("滿 HK$300 減 12%,以 HK$800 為上限。", False),
    ],
)  # fmt: skip
def test_a_least_is_not_stated_as_a_most(reply: str, stated: bool) -> None:
    chunk = dataclasses.replace(CHUNKS[2], text="", quote="12% off orders of HK$800 or more, capped at HK$300.")
    assert bool(look_for(("HK$800",), [reply], [chunk], 2.0).said) is stated


@pytest.mark.parametrize(("reply", "stated"), [("燈泡開著用過就退不了。", True), ("燈泡用過也可以退。", False), ("檯燈不能改顏色。", False)])
def test_a_no_is_stated_by_denying_what_the_article_denies(reply: str, stated: bool) -> None:
    chunk = dataclasses.replace(CHUNKS[2], text="用過的燈泡不可以退。", quote="用過的燈泡不可以退。")
    assert bool(look_for(("不可以退",), [reply], [chunk], 2.0).said) is stated


def test_facts_may_stand_in_any_of_the_replies() -> None:
    drill = with_(turns=("?", "?"), must_mention=(("14 日",), ("本店承擔",)))
    assert scored("您好,14 日內可以退。", "運費由本店承擔,謝謝。", drill=drill).passed
    assert failed(scored("您好,14 日內可以退。", "好的,謝謝。", drill=drill)) == {"fact"}


# ---- what must not be said ---------------------------------------------------------------------------------------------------


def test_a_neighbour_s_value_fails_and_is_shown_with_its_sentence() -> None:
    result = scored("您好,14 日內可退,燈泡就三十天。謝謝。")
    assert not result.passed
    wrong = next(point for point in result.points if point.kind == "forbidden")
    assert (wrong.detail, wrong.passed) == ("30 日", False)
    assert "三十天" in wrong.said
    assert [(one.wording, one.quote, one.where) for one in neighbours(DRILL, CHUNKS, ARTICLES)] == [("30 日", CHUNKS[2].quote, "returns/bulbs:9")]


@pytest.mark.parametrize(("reply", "passes"), [
    ("您好,14 日內可退,不是 30 日。謝謝。", True), ("您好,14 日內可退,最多 30 日。謝謝。", False), ("您好,14 日內可退(唔係 30 日㗎)。", True),
    ("您好,14 日內可退。30 日那一項是燈泡的,您的檯燈不適用。", True), ("您好,14 日內可退。30 日那一項您也有。", False),
])  # fmt: skip
def test_a_value_that_is_denied_was_not_said(reply: str, passes: bool) -> None:
    assert scored(reply).passed is passes


@pytest.mark.parametrize(("reply", "passes"), [("您好,我們不能說不用擔心,14 日內可退。", True), ("您好,不用擔心,14 日內可退。", False)])
def test_a_wording_that_holds_a_no_itself_can_be_denied(reply: str, passes: bool) -> None:
    assert scored(reply, drill=with_(must_not_say=("不用擔心",))).passed is passes


def test_a_disclaimer_must_stand_in_the_reply_and_its_words_are_nobody_s_claim() -> None:
    text = "退換以 30 日公告為準。"
    drill = with_(disclaimers=("notice",))
    assert failed(scored(GOOD, drill=drill, disclaimers={"notice": text})) == {"disclaimer"}
    assert scored(f"{GOOD}\n\n{text}", drill=drill, disclaimers={"notice": text}).passed


# ---- claims ------------------------------------------------------------------------------------------------------------------


def doubting(value: str, code: str = "unsupported") -> Callable[[str], Sequence[Doubt]]:
    return lambda text: [Doubt(code, (text.index(value), text.index(value) + len(value)), f"{value} 沒有出處", "")] if value in text else []


def test_what_the_checks_doubt_fails_and_is_shown() -> None:
    result = scored("您好,14 日內可以退,手續費 HK$20。謝謝。", check=doubting("HK$20"))
    assert not result.passed
    assert next(point for point in result.points if point.kind == "checks").problems == ("HK$20 沒有出處",)


@pytest.mark.parametrize(
    ("reply", "value"),
    [("您好,有兩款可以揀,14 日內可退。謝謝。", "兩款"), ("您好,讓您等了兩天,14 日內可退。謝謝。", "兩天"), ("您好,14 日內可退,即兩星期(14 日)。謝謝。", "14 日")],
)  # fmt: skip
def test_small_talk_and_the_customer_s_own_story_are_no_claims(reply: str, value: str) -> None:
    check = doubting(value) if value != "14 日" else (lambda _: ())
    assert scored(reply, check=check).passed


@pytest.mark.parametrize(
    ("reply", "value", "code", "counts"),
    [
        ("您好,每盞兩公斤,$68 一克。", "一克", "unsupported", False),
        ("您好,不是 30 日,是 14 日。", "30 日", "unsupported", False),
        ("您好,30 日內可退。", "30 日", "unsupported", True),
        ("您好,本來說好兩小時,真抱歉。", "兩小時", "unsupported", False),
        ("您好,付款兩小時後就出貨。", "兩小時", "unsupported", True),
        ("您好,三件一共 HK$300。", "HK$300", "unsupported", False),
        ("您好,三件一共 HK$310。", "HK$310", "unsupported", True),
        ("您好,三月十七日前可退。", "三月十七日", "unsupported", False),
        ("您好,三月二十七日前可退。", "三月二十七日", "unsupported", True),
        ("我們不可以說它治近視。", "治近視", "forbidden-wording", False),
        ("這盞燈治近視。", "治近視", "forbidden-wording", True),
    ],
)
def test_what_follows_from_the_customer_s_numbers_is_no_claim(reply: str, value: str, code: str, counts: bool) -> None:
    own, evidence = read("3 月 3 日買了 3 件"), read("簽收後 14 日內可退,每件 HK$100。")
    assert bool(counting(reply, doubting(value, code)(reply), evidence, own)) is counts


EVIDENCE = "驗收 3 個工作日,之後 7–14 個工作日到帳。滿 HK$800 減 12%,最多減 HK$300。可放 45 日。保養 24 個月。"


@pytest.mark.parametrize(
    ("reply", "value", "counts"),
    [
        ("驗收 3 個工作日,再等 7–14 個工作日,最長大約 17 個工作日。", "17", False),
        ("驗收 3 個工作日,再等 7–14 個工作日,合共 10 至 17 個工作日。", "10", False),
        ("驗收 3 個工作日,再等 7–14 個工作日,最長大約 18 個工作日。", "18", True),
        ("最長大約 17 個工作日。", "17", True),
        ("12% off up to HK$300, so from HK$2,500 upwards the saving stays.", "HK$2,500", False),
        ("12% off up to HK$300, so from HK$2,600 upwards the saving stays.", "HK$2,600", True),
        ("可放一個半月,也就是 45 日。", "一個半月", False),
        ("可放兩個月,也就是 45 日。", "兩個月", True),
        ("可放一個半月。", "一個半月", True),
        ("At 13 months you still have eleven to go.", "eleven", False),
        ("At 13 months you still have twelve to go.", "twelve", True),
        ("您還差 HK$200 就滿 HK$800。", "HK$200", False),
        ("您還差 HK$250 就滿 HK$800。", "HK$250", True),
        ("保養 24 個月,16、17 歲這兩年都可以。", "兩年", False),
        ("保養 24 個月,16、17 歲這三年都可以。", "三年", True),
        ("It ends on 27 November, Monday the 30th.", "30", True),
    ],
)
def test_what_the_reply_works_out_of_right_values_is_no_claim(reply: str, value: str, counts: bool) -> None:
    own = read("13 個月前買的,現在 HK$600")
    assert bool(counting(reply, doubting(value)(reply), read(EVIDENCE), own)) is counts


def test_a_day_counts_with_the_month_that_stands_before_it() -> None:
    reply = "It opens on 27 November and closes on Monday the 30th."
    assert counting(reply, doubting("30")(reply), read("2026-11-27 to 2026-11-30")) == []


@pytest.mark.parametrize(
    ("reply", "declining", "counts"),
    [
        ("我們不可以向任何人透露其他客人的資料", True, False), ("我們不可以向任何人透露其他客人的資料", False, True),
        ("主管可以批核其他客人的資料", True, True), ("我們不可以批核多過 HK$700 的退款", True, True),
    ],
)  # fmt: skip
def test_a_refusal_that_is_asked_for_tells_nothing_internal(reply: str, declining: bool, counts: bool) -> None:
    assert bool(counting(reply, doubting(reply, "internal")(reply), [], declining=declining)) is counts


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("您一定很失望", "您  很失望"), ("我們一定退款", "我們一定退款"), ("請一定再找我們", "   再找我們"), ("第一,先拍照", "  ,先拍照"),
        ("Phone (Mon-Sat 10:00–19:00).", "Phone (Mon-Sat 10:00–19:00)."), ("開放 10:00–19:00。", "開放 10:00–19:00。"),
        ("我們是第一名", "我們是第一名"), ("質量第一,請放心", "質量第一,請放心"), ("① 外箱", "  外箱"), ("1) 外箱 2) 燈罩", "   外箱    燈罩"), ("付 2 元", "付 2 元"),
    ],
)  # fmt: skip
def test_small_talk_is_blanked_where_it_stands(reply: str, left: str) -> None:
    assert stating(reply) == left


def test_a_promise_is_a_claim_whatever_it_counts() -> None:
    assert "checks" in failed(scored("您好,保證有兩款送您,14 日內可退。謝謝。", check=doubting("兩款", "promise")))


@pytest.mark.parametrize(
    ("reply", "passes"),
    [("您好,我請負責同事跟進,稍後回覆您。", True), ("您好,可以給您 9 折。", False), ("您好,今日天氣真好。", False)],
)  # fmt: skip
def test_where_no_article_answers_a_reply_declines_or_hands_over(reply: str, passes: bool) -> None:
    assert scored(reply, drill=with_(must_mention=(), must_not_say=(), holding=True)).passed is passes


# ---- wording -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("situation", "language", "yes", "no"),
    [
        ("empathy", "zh-Hant", "我很明白您的心情。", "檯燈有三種顏色。"),
        ("empathy", "en", "I understand how frustrating this is.", "It comes in three colours."),
        ("apology", "yue", "真係唔好意思呀。", "檯燈有三隻色。"),
        ("apology", "zh-Hans", "非常抱歉。", "台灯有三种颜色。"),
        ("refusal", "en", "I'm afraid we cannot do that.", "Here you are."),
        ("refusal", "yue", "呢樣真係幫唔到您。", "冇問題。"),
        ("handover", "zh-Hans", "我转给主管跟进。", "台灯有三种颜色。"),
        ("handover", "en", "I am passing this to a colleague.", "It comes in three colours."),
        ("greeting-season", "zh-Hant", "祝您新年快樂!", "檯燈有三種顏色。"),
    ],
)  # fmt: skip
def test_the_wording_for_the_situation_is_seen(situation: Situation, language: Any, yes: str, no: str) -> None:
    drill = with_(situation=(situation,), language=language, must_mention=(), must_not_say=())
    assert situation not in failed(scored(yes, drill=drill))
    assert situation in failed(scored(no, drill=drill))


def test_the_shop_s_own_greeting_counts() -> None:
    drill = with_(situation=("greeting-season",), must_mention=(), must_not_say=())
    assert "greeting-season" not in failed(scored("海港日愉快!", drill=drill, greetings=["海港日愉快!"]))


@pytest.mark.parametrize(
    "reply",
    ["14 日囉,咁大個人唔識睇說明㗎咩。", "14 日,滿意了吧?", "14 日囉,你自己看清楚啦。", "14 日,你唔鍾意咪去第二間買囉。", "14 日内可退,关我什么事。"],
)
def test_a_rude_reply_fails_however_right_it_is(reply: str) -> None:
    assert "tone" in failed(scored(reply))


def test_somebody_upset_gets_a_courteous_word() -> None:
    curt = scored("14 日內可退。", drill=with_(mood="angry"))
    assert "tone" in failed(curt)
    assert next(point.detail for point in curt.points if point.kind == "tone") == "curt"
    assert "tone" not in failed(scored("14 日內可退,請放心。", drill=with_(mood="angry")))
    assert "tone" not in failed(scored("14 日內可退。"))
    assert "tone" not in failed(scored("您好,燈泡我哋唔會講有咩功效,14 日內可退。")), "the 咩 of 有咩功效 asks nothing"
    assert "tone" in failed(scored("您好,14 日內可退,您唔識睇說明咩?")), "that at the end does"
    assert "greeting" not in failed(scored("真的太對不起了,14 日內可以退。")), "an apology begins a reply as well"
    assert "tone" in failed(scored("14 日內可以申請退貨。", drill=with_(mood="angry"))), "the 請 of 申請 is no courtesy"
    perfunctory = "檯燈可以退,燈泡、燈罩、電線、包裝盒、說明書都要一起寄回來,少一樣都不受理,之後逐件驗收,驗收完才會退款,期限是簽收起計 14 日。抱歉。"
    assert "tone" in failed(scored(perfunctory, drill=with_(mood="angry", situation=("apology",))))
    assert "tone" not in failed(scored(f"抱歉!{perfunctory}", drill=with_(mood="angry", situation=("apology",))))


# ---- language, length, time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        ("Hello, within 14 days, thanks for asking us.", {"language"}),
        ("您好,14 日内可以退货,欢迎告诉我们。", {"language"}),
        ("您好,14 日內可退,歡迎。" * 30, {"length"}),
        ("", {"fact", "language", "length", "greeting", "closing"}),
    ],
)
def test_script_and_length_are_looked_at(reply: str, kinds: set[str]) -> None:
    assert failed(scored(reply)) == kinds


def test_a_slow_channel_has_room_for_more() -> None:
    assert "length" in failed(scored(GOOD + "謝謝您的耐心。" * 30))
    assert "length" not in failed(scored(GOOD + "謝謝您的耐心。" * 30, target_s=43_200))


def test_a_slow_reply_loses_points_and_passes_all_the_same() -> None:
    result = scored(GOOD, seconds=400)
    assert failed(result) == {"time"}
    assert result.passed
    assert result.score < 100


def test_every_turn_is_held_to_the_clock_and_the_language() -> None:
    drill = with_(turns=("?", "?"))
    replies = [Replied(GOOD, 10), Replied("Thank you, bye.", 500)]
    assert failed(score(drill, replies, Material(OWN, {}, lambda _: (), 180))) == {"time", "language"}


def test_the_score_is_the_share_of_the_weights() -> None:
    result = scored("您好,可以退。歡迎再問。")
    lost = RULES.weights["fact"]
    all_of_them = sum(RULES.weights[point.kind] for point in result.points)
    assert result.score == round(100 * (all_of_them - lost) / all_of_them)
    assert NOTICE["en"] not in str(result)

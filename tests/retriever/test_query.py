"""retriever/query.py: what a message asks, in which language, about what, and what it leans on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lexicon import Lexicon
from kb.models import Query, Turn
from kb.text import clean, convert
from retriever.query import understand, wanted

TERMS = Lexicon({"storm-umbrella": ["風暴傘", "防風傘", "storm umbrella"], "reed-pen": ["蘆葦筆", "reed pen"]})


def read(text: str, *history: tuple[str, str], **changes: Any) -> Query:
    given = {"as_of": dt.date(2031, 5, 20), "asker": "customer", "lang": None, "default": "zh-Hant", "terms": TERMS}
    return understand(text, history=[Turn(*turn) for turn in history], **{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "lang", "reply_lang"),
    [
        ("請問風暴傘可以退款嗎?", "zh-Hant", "zh-Hant"),
        ("请问风暴伞可以退款吗?", "zh-Hans", "zh-Hans"),
        ("把遮爛咗,可唔可以退錢?", "yue", "zh-Hant"),
        ("Can I return the umbrella?", "en", "en"),
        ("Storm umbrella 可以 refund 嗎? 謝謝", "zh-Hant", "zh-Hant"),
    ],
)
def test_a_message_is_answered_in_its_own_language(text: str, lang: str, reply_lang: str) -> None:
    query = read(text)
    assert (query.lang, query.reply_lang) == (lang, reply_lang)


def test_earlier_messages_of_the_customer_tell_the_language_of_one_that_does_not() -> None:
    assert read("12345?", ("customer", "Where is my parcel?"), ("agent", "請問訂單號是?")).lang == "en"
    assert read("12345?", ("agent", "Where is my parcel?")).lang == "zh-Hant", "a colleague's message tells nothing about the customer"
    assert read("👍", default="zh-Hans").lang == "zh-Hans"
    assert read("", default="en").lang == "en"


def test_a_language_that_is_asked_for_wins() -> None:
    query = read("请问风暴伞可以退款吗?", lang="en")
    assert (query.lang, query.reply_lang) == ("zh-Hans", "en")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("運費幾多?", ("運費幾多?",)),
        ("風暴傘可以退款嗎?保養期有幾耐?", ("風暴傘可以退款嗎?", "保養期有幾耐?")),
        ("風暴傘可以退款嗎？保養期有幾耐？", ("風暴傘可以退款嗎？", "保養期有幾耐？")),
        ("风暴伞可以退款吗；保修期是多久", ("风暴伞可以退款吗；", "保修期是多久")),
        ("Can I return the umbrella? How long is the warranty?", ("Can I return the umbrella?", "How long is the warranty?")),
        ("How much is shipping to Macau and how long does it take?", ("How much is shipping to Macau", "and how long does it take?")),
        ("我想問下運費幾多,同埋幾耐會到?", ("我想問下運費幾多,", "同埋幾耐會到?")),
        ("我想問下運費幾多，同埋幾耐會到？", ("我想問下運費幾多，", "同埋幾耐會到？")),
        ("我上個月買了一把傘。現在傘骨斷了。可以換貨嗎?", ("我上個月買了一把傘。 現在傘骨斷了。 可以換貨嗎?",)),
        ("Can I return the umbrella? Thanks!", ("Can I return the umbrella? Thanks!",)),
        ("傘", ("傘",)),
        ("", ("",)),
    ],
)
def test_each_question_is_a_part_of_its_own(text: str, parts: tuple[str, ...]) -> None:
    assert read(text).parts == parts


def test_many_questions_are_read_in_few_parts() -> None:
    asked = ["風暴傘可以退款嗎?", "摺疊傘可以換貨嗎?", "有沒有保養服務?", "運費要幾多錢?", "幾多日會送到?", "可不可以送去澳門?"]
    parts = read("".join(asked)).parts
    assert 1 < len(parts) < len(asked)
    assert all(one in " ".join(parts) for one in asked)


@given(st.text(alphabet=st.sampled_from("傘退款嗎幾耐可以?？，,。;；.!!\n 、1a b and how what 呢")))
def test_nothing_of_a_message_is_lost(text: str) -> None:
    parts = read(text).parts
    assert 1 <= len(parts) <= 4
    assert Counter("".join("".join(parts).split())) == Counter("".join(clean(text).split()))


def test_a_list_of_ten_thousand_commas_is_read_at_once() -> None:
    assert read("可以退款嗎、" * 20_000).parts


def test_a_follow_up_brings_what_the_customer_said_before() -> None:
    query = read("咁運費呢?", ("customer", "風暴傘寄去澳門可以退款嗎?"), ("agent", "可以。蘆葦筆也可以。"))
    assert query.context == "風暴傘寄去澳門可以退款嗎?"
    assert (query.terms, query.places) == ({"storm-umbrella"}, {"macau"})
    assert query.wants == {"money"}


@pytest.mark.parametrize("text", ["And the fee?", "ok", "摺疊傘呢", "How about those in the other colour, are they any different from it?", "咁點算"])
def test_follow_ups_are_known_by_their_words(text: str) -> None:
    assert read(text, ("customer", "Can I return it?")).context == "Can I return it?"


@pytest.mark.parametrize(
    "text",
    [
        "Some umbrellas in the shop window are sold without a cover, why do you sell the covers on their own shelf",
        "寄去澳門嘅順豐運費係幾多錢,有冇得平啲?",
        "Android phones cannot open the payment page of your shop, what should customers with such phones do",
    ],
)
def test_a_message_that_stands_alone_brings_nothing(text: str) -> None:
    assert read(text, ("customer", "風暴傘可以退款嗎?")).context == ""


def test_only_the_last_message_of_the_customer_is_leant_on() -> None:
    assert read("咁呢?", ("customer", "蘆葦筆幾錢?"), ("customer", "風暴傘幾錢?"), ("agent", "稍等")).context == "風暴傘幾錢?"
    assert read("咁呢?", ("agent", "蘆葦筆特價")).context == ""
    assert read("咁呢?").context == ""


def test_what_the_shop_just_answered_is_known_in_a_follow_up() -> None:
    said = ("agent", "風暴傘保養 18 個月。")
    assert read("咁摺疊傘呢?", ("customer", "風暴傘保養幾耐?"), said).answered == "風暴傘保養 18 個月。"
    assert read("咁摺疊傘呢?", said, ("customer", "風暴傘保養幾耐?")).answered == "", "it has not answered yet"
    assert read("寄去澳門嘅順豐運費係幾多錢,有冇得平啲?", ("customer", "風暴傘保養幾耐?"), said).answered == "", "no follow-up"


@pytest.mark.parametrize(
    ("text", "ended"),
    [("個碼話失效", True), ("優惠仲可唔可以用?", True), ("尾數趕唔趕得切", True), ("Is the voucher still valid?", True), ("Am I too late?", True),
     ("風暴傘幾錢?", False), ("寄過去要幾耐?", False)],
)  # fmt: skip
def test_whether_something_is_over(text: str, ended: bool) -> None:
    assert read(text).about_ended == ended


def test_sending_something_over_is_not_the_past() -> None:
    assert not read("把傘寄過去給你們修可以嗎?").about_past
    assert read("過去的規定是怎樣?").about_past


def test_what_the_message_names_wins_over_what_was_said_before() -> None:
    query = read("咁蘆葦筆寄台灣呢?", ("customer", "風暴傘寄去澳門可以嗎?"))
    assert (query.terms, query.places) == ({"reed-pen"}, {"taiwan"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("退款要幾耐?", "duration"), ("How long does it take?", "duration"), ("How many days do I have?", "duration"),
        ("幾時截單?", "date"), ("When is the deadline?", "date"),
        ("運費幾多錢?", "money"), ("手續費怎樣計?", "money"), ("How much is the deposit?", "money"),
        ("有幾多折?", "percent"), ("What discount do I get?", "percent"),
        ("最多可以買幾多件?", "count"), ("How many boxes may I buy?", "count"),
        ("條鏈有幾重?", "weight"), ("How heavy is it, what does it weigh?", "weight"),
        ("隻戒指幾大?", "length"), ("要放喺幾度?", "temperature"), ("杯容量多少?", "volume"), ("What time do you close?", "time"),
    ],
)  # fmt: skip
def test_the_kind_of_value_asked_for(text: str, kind: str) -> None:
    assert kind in wanted(text)
    assert wanted(convert(text, "zh-Hans")) == wanted(text)


def test_a_question_without_a_value_wants_none() -> None:
    assert wanted("可以送到酒店嗎") == frozenset()
    assert wanted("摺疊傘可以退嗎") == frozenset(), "a folding umbrella is no discount"


def test_what_a_follow_up_is_about_goes_with_its_question() -> None:
    assert read("咁細嗰款呢?一次可以買幾多").parts == ("咁細嗰款呢? 一次可以買幾多",)
    assert read("噉打孔嗰部呢?").parts == ("噉打孔嗰部呢?",)
    assert len(read("那幾時送到呢?可以改地址嗎?").parts) == 2


def test_terms_and_places_are_found_in_any_script() -> None:
    for text in ("防風傘寄去高雄得唔得?", "防风伞寄去高雄行不行?", "Do you send the storm umbrella to Kaohsiung?"):
        query = read(text)
        assert (query.terms, query.places) == ({"storm-umbrella"}, {"taiwan-main-island"})
    assert read("雨傘可以退嗎").terms == frozenset()


@pytest.mark.parametrize(
    ("text", "past", "future", "disagreement"),
    [
        ("去年嘅規定係點?", True, False, False),
        ("Was the old policy longer?", True, False, False),
        ("明年幾時開始?", False, True, False),
        ("When does the new policy start?", False, True, False),
        ("点解两个客服讲的都不一样?", False, False, True),
        ("Two agents told me different things, which one is right?", False, False, True),
        ("風暴傘可以退款嗎?", False, False, False),
        ("How long is the warranty?", False, False, False),
    ],
)
def test_what_a_message_speaks_of(text: str, past: bool, future: bool, disagreement: bool) -> None:
    query = read(text)
    assert (query.about_past, query.about_future, query.about_disagreement) == (past, future, disagreement)


@given(st.text(st.characters()))
def test_any_text_is_understood(text: str) -> None:
    query = read(text, ("customer", text), ("agent", text))
    assert query.parts
    query.text.encode("utf-8")


def test_what_no_one_can_see_is_left_out() -> None:
    query = read("雨傘\x00保養期\ud800幾耐\u202e?", ("customer", "\udc00"))
    assert query.text == query.parts[0] == "雨傘保養期幾耐?"
    assert read("咁呢?", ("customer", "雨傘\ud800")).context == "雨傘"


def test_a_very_long_message_is_read_in_part() -> None:
    query = read("退款" * 50_000)
    assert 1000 < len(query.text) < 100_000
    assert query.text.startswith("退款退款")

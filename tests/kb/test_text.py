from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import Language, ReplyLanguage
from kb.text import clean, convert, detect, fold, normalise, script, sentences, tokenise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("黃金飾品", "黄金饰品"),
        ("ＨＫ＄１,２８０", "hk$1280"),
        ("0–4 °C", "0-4 °c"),
        ("38%\u221242%", "38%-42%"),
        ("Gold  Ring\n", "gold ring"),
        ("鞋\u200b帶", "鞋带"),
        ("1,234,567", "1234567"),
    ],
)
def test_normalise_makes_spellings_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_normalise_keeps_what_tells_apart() -> None:
    assert normalise("1,28") != normalise("128")
    assert normalise("14.2") != normalise("142")


@given(st.text(st.characters()))
def test_normalise_takes_any_text_and_is_stable(text: str) -> None:
    once = normalise(text)
    assert "\n" not in once
    assert once == once.strip()
    once.encode("utf-8")


def test_clean_removes_control_direction_and_surrogate_characters_only() -> None:
    assert clean("a\x00b\u202ec\ufeffd\ud800e") == "abcde"
    assert clean("行一\n行二\t👍") == "行一\n行二\t👍"


def test_fold_turns_traditional_to_simplified() -> None:
    assert fold("退貨運費") == "退货运费"
    assert fold("退貨\ud83d") == "退货\ufffd", "half an emoji is no reason to stop"


def test_tokens_are_characters_pairs_stems_and_numbers() -> None:
    assert tokenise("退貨 returned 14.2 mm") == ["退", "货", "退货", "return", "14.2", "mm"]


def test_tokens_leave_out_words_that_carry_no_topic() -> None:
    assert tokenise("What is the fee?") == ["fee"]


@given(st.text())
def test_both_scripts_give_the_same_tokens(text: str) -> None:
    assert tokenise(text) == tokenise(fold(text))


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("退货运费", "zh-Hant", "退貨運費"),
        ("退貨運費", "zh-Hans", "退货运费"),
        ("退貨運費", "en", "退貨運費"),
        ("shipping", "zh-Hans", "shipping"),
        ("台湾", "zh-Hant", "台灣"),
    ],
)
def test_convert_gives_the_script_asked_for(text: str, lang: ReplyLanguage, expected: str) -> None:
    assert convert(text, lang) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("可以退貨嗎", "zh-Hant"),
        ("可以退货吗", "zh-Hans"),
        ("Can I return it", "en"),
        ("Can I return my gold 戒 please now", "en"),
        ("12345 👍", None),
        ("一二三", None),
    ],
)
def test_script(text: str, expected: str | None) -> None:
    assert script(text) == expected


@pytest.mark.parametrize(
    ("texts", "default", "expected"),
    [
        (["可以退貨嗎"], "en", "zh-Hant"),
        (["可以退货吗"], "zh-Hant", "zh-Hans"),
        (["幾時到貨呀,唔該"], "zh-Hans", "yue"),
        (["How long?"], "zh-Hant", "en"),
        (["一二三", "可以退货吗"], "zh-Hant", "zh-Hans"),
        (["123"], "zh-Hans", "zh-Hans"),
        (["一二三"], "en", "zh-Hant"),
        ([], "en", "en"),
    ],
)
def test_detect(texts: list[str], default: ReplyLanguage, expected: Language) -> None:
    assert detect(texts, default) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收貨後退款。逾時不退!可以嗎?可以;謝謝", ["收貨後退款。", "逾時不退!", "可以嗎?", "可以;", "謝謝"]),
        ("可以嗎\uff1f可以\uff01謝謝\uff1b再見", ["可以嗎\uff1f", "可以\uff01", "謝謝\uff1b", "再見"]),
        ("真的嗎\uff1f\uff01好。", ["真的嗎\uff1f\uff01", "好。"]),
        ("他說「可以。」然後走了。", ["他說「可以。」", "然後走了。"]),
        ("It costs 3.5 dollars. It weighs 2 g.", ["It costs 3.5 dollars.", "It weighs 2 g."]),
        ("Ask Mr. Lee about it. Then pay approx. 30 dollars.", ["Ask Mr. Lee about it.", "Then pay approx. 30 dollars."]),
        ("See form No. 5 first. No. We do not.", ["See form No. 5 first.", "No.", "We do not."]),
        ("one line\n\n  another line  ", ["one line", "another line"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(st.sampled_from("ab 。！？；!?;.」)\n1A")))
def test_sentences_lose_only_white_space(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)

"""retriever/checks.py: what is wrong with a reply, where, and what would mend it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.models import Source
from retriever.checks import check


def source(n: int, quote: str, **changes: Any) -> Source:
    given = {
        "article": f"a{n}",
        "title": "Kites",
        "section": "",
        "lines": (1, 1),
        "version": "0" * 64,
        "valid_from": None,
        "valid_until": None,
        "stale": False,
    }
    return Source(n=n, quote=quote, **{**given, **changes})


RENT = source(1, "Renting a kite costs EUR 14 a day and 7 working days' notice.")
REFUND = source(2, "簽收後 9 日內可退款,收 4% 手續費。")
SOURCES = (RENT, REFUND)
WIND = {"wind": "Take kites in when the wind is above 40 km."}


def codes(text: str, required: dict[str, str] | None = None, known: str = "", sources: tuple[Source, ...] = SOURCES) -> list[str]:
    return [doubt.code for doubt in check(text, sources, required or {}, known)]


@pytest.mark.parametrize(
    "text",
    [
        "Renting a kite costs EUR 14 a day [1].",
        "Renting a kite costs EUR 14 a day. [1]",
        "Renting a kite costs €14 a day [1].",
        "租風箏每日 EUR 14 [1]。",
        "簽收後九日內可退款 [2]。",
        "簽收後９日內可退款，收４％手續費 [2]。",
        "You get your money back within nine days, less 4 % [2].",
        "Within 9 days you get a refund, at EUR 14 a day [1] [2].",
        "Kites fly. We are glad to help!",
        "",
    ],
)
def test_what_the_sources_state_passes(text: str) -> None:
    assert check(text, SOURCES, {}) == ()


@pytest.mark.parametrize(
    ("text", "wrong", "fix"),
    [
        ("Renting a kite costs EUR 15 a day [1].", "EUR 15", "EUR 14"),
        ("Renting a kite costs EUR 15 a day. [1]", "EUR 15", "EUR 14"),
        ("Hello 👋! Renting a kite costs EUR 15 a day [1].", "EUR 15", "EUR 14"),
        ("簽收後十日內可退款 [2]。", "十日", "9 日"),
        ("簽收後１０日內可退款 [2]。", "１０日", "9 日"),
        ("收百分之五手續費 [2]。", "百分之五", "4%"),
        ("It weighs 3 kg [1].", "3 kg", ""),
        ("It begins on 2031-05-20 [1].", "2031-05-20", ""),
    ],
)
def test_a_quantity_that_the_source_lacks_is_found_with_its_place_and_what_the_source_says(text: str, wrong: str, fix: str) -> None:
    (doubt,) = check(text, SOURCES, {})
    assert doubt.code == "unsupported"
    assert text[slice(*doubt.span)].strip() == wrong
    assert doubt.fix == fix
    assert wrong in doubt.message
    assert "Kites" in doubt.message


def test_another_unit_is_another_value() -> None:
    assert codes("You get a refund within 9 months [2].") == ["unsupported"]
    assert codes("You get a refund within 9 hours [2].") == ["unsupported"]
    assert codes("Give 7 days' notice [1].") == ["unsupported"], "working days are not days"
    assert codes("Give 7 working days' notice [1].") == []


def test_a_sentence_is_held_to_the_sources_it_cites() -> None:
    assert codes("Renting a kite costs EUR 14 a day [2].") == ["unsupported"]
    assert codes("A refund costs 4% [1].") == ["unsupported"]
    assert codes("A refund costs 4% [1][2].") == []
    assert codes("A refund costs 4%.") == [], "without a citation any source will do"
    assert codes("A refund costs 5%.") == ["unsupported"]


def test_a_citation_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    assert codes("A refund costs 4%. [2] Renting costs EUR 14. [1]") == []
    assert codes("收 4% 手續費。[2] 每日 EUR 14。[1]") == []
    assert codes("A refund costs 4% at EUR 14 a day. [1][2]") == []
    assert codes("Kites fly.\n[2] A refund costs 4%.") == [], "at the head of a line it belongs to what follows"
    assert codes("[2] A refund costs 4%.") == []
    for text in ("A refund costs 4%. [2] Renting costs EUR 14. [2]", "收 4% 手續費。[2]每日 EUR 14。[2]"):
        (doubt,) = check(text, SOURCES, {})
        assert text[slice(*doubt.span)].strip() == "EUR 14"
    assert codes("Kites fly high. [3]") == ["unknown-source"]


def test_each_wrong_value_is_found_in_order() -> None:
    text = "EUR 15 a day [1]. A refund within 8 days costs 5% [2]."
    doubts = check(text, SOURCES, {})
    assert [text[slice(*doubt.span)].strip() for doubt in doubts] == ["EUR 15", "8 days", "5%"]


def test_numbers_without_any_source_are_uncited() -> None:
    assert codes("It costs EUR 14.", sources=()) == ["uncited"]
    assert codes("Kites fly.", sources=()) == []


def test_a_citation_that_points_at_nothing_is_found() -> None:
    text = "Kites fly high [3]."
    (doubt,) = check(text, SOURCES, {})
    assert (doubt.code, text[slice(*doubt.span)]) == ("unknown-source", text)
    assert "[3]" in doubt.message
    assert codes("It costs EUR 14 [1]. Kites fly [12].") == ["unknown-source"]


def test_a_required_text_must_stand_in_the_reply() -> None:
    (doubt,) = check("Kites fly.", SOURCES, WIND)
    assert (doubt.code, doubt.fix, doubt.span) == ("missing-disclaimer", WIND["wind"], (10, 10))
    assert codes(f"Kites fly.\n\n{WIND['wind']}", WIND) == [], "its own numbers need no source"
    assert codes("Kites fly.\n\nSee our notes [9].", {"notes": "See our notes [9]."}) == [], "nor what looks like a citation"
    assert codes("Kites fly.\n\nTake kites in when the wind is above 60 km.", WIND) == ["unsupported", "missing-disclaimer"]
    assert codes(f"Kites fly.\n\n{WIND['wind'].upper()}", {"wind": "Take kites in."}) == ["unsupported", "missing-disclaimer"]


def test_a_required_text_is_found_in_another_width_case_and_script() -> None:
    required = {"wind": "強風下請收起風箏!"}
    for text in ("強風下請收起風箏!", "强风下请收起风筝！", "您好。\n\n 強風下請收起風箏！ "):
        assert codes(text, required) == []
    assert codes("強風下請放風箏!", required) == ["missing-disclaimer"]


def test_the_customers_own_numbers_may_be_repeated() -> None:
    assert codes("As for your order of EUR 900, we will check.") == ["unsupported"]
    assert codes("As for your order of EUR 900, we will check.", known="My order of EUR 900 has not come") == []
    assert codes("As for your order of EUR 900, we will check.", known="My order of 訂單 ９００ 元") == []
    assert codes("As for your order of EUR 900, we will check.", known="My order of EUR 901") == ["unsupported"]


def test_title_section_and_dates_of_a_source_support_too() -> None:
    dated = source(1, "Kites are free.", title="Festival of 12 kites", section="Day 3", valid_from="2031-01-02", valid_until="2031-06-30")
    for text in ("12 kites [1].", "Until 30 June 2031 [1].", "2031年1月2日起 [1]。", "至6月30日 [1]。"):
        assert codes(text, sources=(dated,)) == []
    assert codes("Until 29 June 2031 [1].", sources=(dated,)) == ["unsupported"]


def test_one_in_words_is_no_value_but_in_digits_it_is() -> None:
    assert codes("This one flies [1]. 呢一個可以 [1]。") == []
    assert codes("Just ask once, we are glad to help [1].") == []
    assert codes("You may take 1 kite [1].") == ["unsupported"]
    assert codes("You may take two kites [1].") == ["unsupported"]


def test_sentences_that_end_in_the_middle_of_a_line_keep_their_places() -> None:
    text = "第一句。第二句 EUR 15 [1]!\nThird: 4% [2]?  收 5% [2]；"
    assert [text[slice(*doubt.span)].strip() for doubt in check(text, SOURCES, {})] == ["EUR 15", "5%"]


@given(st.text(st.characters()), st.text(st.characters()))
@example("\ud83d EUR 15 [1]\x00 [9]", "\udc00 1")
@example("[1] " * 3000, "")
@example("EUR 15" * 3000, "9" * 3000)
def test_any_text_is_checked_and_spans_lie_in_it(text: str, known: str) -> None:
    for doubt in check(text, SOURCES, WIND, known):
        start, end = doubt.span
        assert 0 <= start <= end <= len(text)
        assert doubt.message


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_is_supported_by_itself_in_any_writing_and_by_no_other(stated: dt.date, said: dt.date) -> None:
    dated = (source(1, f"The offer ends on {stated.isoformat()}."),)
    for text in (said.isoformat(), f"{said.day} {said:%B} {said.year}", f"{said.year}年{said.month}月{said.day}日"):
        assert (codes(f"It ends {text} [1].", sources=dated) == []) == (stated == said)


@given(st.integers(2, 100_000), st.integers(2, 100_000))
def test_a_price_is_supported_by_itself_and_by_no_other(stated: int, said: int) -> None:
    assert (codes(f"It costs EUR {said:,} [1].", sources=(source(1, f"費用為 EUR {stated}"),)) == []) == (stated == said)

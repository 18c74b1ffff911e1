from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content import Term
from kb.lexicon import Lexicon, generic_words, glossary_lexicon, place_lexicon, places_in, same_ground, with_wider
from kb.text import normalise

LEXICON = Lexicon({"umbrella": ["umbrella", "雨傘"], "storm": ["storm umbrella", "風暴雨傘"], "pen": ["pen", "ＰＥＮ"], "both": ["雨傘"]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a Storm  Umbrella please", {"storm"}),
        ("my umbrella", {"umbrella"}),
        ("雨伞坏了", {"umbrella", "both"}),
        ("風暴雨傘同雨傘", {"storm", "umbrella", "both"}),
        ("風暴雨傘", {"storm"}),
        ("pencil, open", set()),
        ("three umbrellas and two pens", {"umbrella", "pen"}),
        ("pensive", set()),
        ("我的pen不見了", {"pen"}),
        ("pen2", set()),
        ("", set()),
    ],
)
def test_names_are_found_longest_first_and_latin_ones_as_whole_words(text: str, expected: set[str]) -> None:
    assert LEXICON.find(text) == expected


def test_without_names_nothing_is_found() -> None:
    assert Lexicon({}).find("anything") == frozenset()
    assert Lexicon({"empty": ["", "\u200b"]}).find("anything") == frozenset()


def test_names_with_signs_of_regular_expressions_are_plain_text() -> None:
    assert Lexicon({"box": ["box (large)", "a+b"]}).find("the BOX (large)") == {"box"}
    assert Lexicon({"plus": ["a+b"]}).find("aab") == frozenset()


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6))
def test_every_name_finds_itself(names: list[str]) -> None:
    for name in names:
        lexicon = Lexicon({"it": [name]})
        assert lexicon.find(name) == ({"it"} if normalise(name) else frozenset())


def test_the_glossary_is_read_in_every_language() -> None:
    lexicon = glossary_lexicon([Term(id="reed-pen", names={"zh-Hant": ["蘆葦筆"], "yue": ["蘆葦毛筆"], "en": ["reed pen"]})])
    assert lexicon.find("芦苇笔几钱") == lexicon.find("a reed pen") == lexicon.find("蘆葦毛筆") == {"reed-pen"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("寄去旺角", "hong-kong"),
        ("寄到北京", "mainland"),
        ("shipping to Taiwan", "taiwan"),
        ("臺北", "taiwan"),
        ("澳門有無門市", "macau"),
        ("to the UK", "united-kingdom"),
    ],
)
def test_places_are_known_by_their_towns(text: str, place: str) -> None:
    assert place in with_wider(place_lexicon().find(text))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("寄去大埔", "新界", True),
        ("寄去大埔", "香港訂單", True),
        ("香港", "東涌另加運費", True),
        ("大埔", "東涌", False),
        ("哈尔滨", "東北三省", True),
        ("乌鲁木齐要几天", "廣東", False),
        ("Kaohsiung", "台灣離島", False),
        ("路環", "澳門", True),
        ("大連埋個罐", "遼寧", False),
        ("港澳", "氹仔", True),
    ],
)
def test_what_is_said_of_one_place_tells_something_of_those_in_and_around_it(one: str, other: str, same: bool) -> None:
    places, others = place_lexicon().find(one), place_lexicon().find(other)
    assert others
    assert same_ground(places, others) == same_ground(others, places) == same


def test_every_wider_region_is_a_place() -> None:
    everything = frozenset[str]().union(*(place_lexicon().find(name) for name in ("大埔", "哈爾濱", "路環", "澎湖", "Tokyo")))
    assert with_wider(everything) >= {"new-territories", "hong-kong", "china-northeast", "mainland", "macau", "taiwan", "overseas"}


def test_a_place_takes_its_wider_region_along() -> None:
    assert with_wider(frozenset({"singapore"})) == {"singapore", "overseas"}
    assert with_wider(frozenset({"hong-kong", "nowhere"})) == {"hong-kong", "nowhere"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("用 PayMe 俾錢", "電子錢包 e-wallet"),
        ("paid with payme", "電子錢包 e-wallet"),
        ("去小七攞", "超商 便利店 convenience store"),
        ("付款", ""),
        ("display me", ""),
    ],
)
def test_well_known_names_are_told_in_the_words_of_articles(text: str, words: str) -> None:
    assert generic_words(text) == words


def test_spans_hold_in_the_text_as_written() -> None:
    text = "臺灣與香港:寄 Hong Kong 及 HK"
    assert [text[start:end] for start, end, _ in places_in(text)] == ["臺灣", "香港", "Hong Kong", "HK"]
    assert [sorted(ids) for _, _, ids in places_in("港澳訂單")] == [["hong-kong", "macau"]]


def test_a_pronoun_is_no_country() -> None:
    assert places_in("sold by us") == []
    assert [sorted(ids) for _, _, ids in places_in("We ship to the US")] == [["united-states"]]

"""retriever/checks.py: what is wrong with a reply, where, and what would mend it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.content import Companions, Privacy
from kb.content import Shop as ShopSettings
from kb.models import REPLY_LANGUAGES, Article, Chunk, ReplyLanguage, Source
from kb.privacy import PersonalKind
from kb.snapshot import Snapshot, make
from retriever.check_phrases import KINDS, MESSAGES
from retriever.checks import CheckRules, check


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
    assert codes("Renting a kite costs EUR 14 a day [2].") == ["other-row"], "it stands in another source than the one cited"
    assert codes("A refund costs 4% [1].") == ["other-row"]
    assert codes("A refund costs 5% [1].") == ["unsupported"]
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
    assert (doubt.code, text[slice(*doubt.span)], doubt.fix) == ("unknown-source", "[3]", "")
    assert "[3]" in doubt.message
    (doubt,) = check(text, SOURCES[:1], {})
    assert doubt.fix == "[1]", "with one source it can only be that one"
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


# ---- with the rules of a shop ----------------------------------------------------------------------------------------------

Shop = Callable[..., Snapshot]


def found(text: str, rules: CheckRules, sources: Sequence[Source] = (), known: str = "", lang: ReplyLanguage = "en") -> list[tuple[str, str, str]]:
    """(code, the words in question, fix) of each doubt, numbers without a source aside."""
    doubts = check(text, sources, {}, known, rules, lang)
    return [(doubt.code, text[slice(*doubt.span)], doubt.fix) for doubt in doubts if doubt.code != "uncited"]


RATES = (("香港", "EUR 3", "2 日"), ("台灣", "EUR 9", "5 日"), ("澳門", "EUR 4", "3 日"))


@pytest.fixture
def rates(new_shop: Shop, new_article: Callable[..., Article], new_chunk: Callable[..., Chunk]) -> tuple[CheckRules, list[Source]]:
    """A table of rates by region, two sections on two cases, and a source for each row and item."""
    cells = [(("地區", region), ("運費", fee), ("時間", days)) for region, fee, days in RATES]
    chunks = [new_chunk("rates", cells=row, ordinal=at, section="運費") for at, row in enumerate(cells)]
    chunks.append(new_chunk("returns", "可於簽收後 9 日內退貨。", 0, section="未開封"))
    chunks.append(new_chunk("returns", "可於簽收後 3 日內換貨。", 1, section="已開封"))
    chunks.append(new_chunk("other", "風箏線每卷長 60 米,由棉線製成,適合新手放風箏使用。", 0))
    shop = new_shop(chunks, [new_article("rates", title="運費表"), new_article("returns", title="退換"), new_article("other", title="配件")])
    sources = [
        source(n, chunk.quote, article=chunk.article, title=shop.articles[chunk.article].title, section=chunk.section, lines=chunk.lines)
        for n, chunk in enumerate(shop.chunks, 1)
    ]
    return CheckRules.of(shop), sources


def test_a_value_of_another_row_of_the_cited_article_is_named_with_its_row(rates: tuple[CheckRules, list[Source]]) -> None:
    rules, sources = rates
    (doubt,) = check("台灣運費 EUR 4 [1]。", [dataclasses.replace(sources[1], n=1)], {}, "", rules, "en")
    assert (doubt.code, doubt.fix) == ("other-row", "EUR 9")
    assert "澳門" in doubt.message
    assert "運費表" in doubt.message
    assert found("台灣運費 EUR 9,5 日 [1]。", rules, [dataclasses.replace(sources[1], n=1)]) == []
    assert found("台灣運費 EUR 7 [1]。", rules, [dataclasses.replace(sources[1], n=1)]) == [("unsupported", "EUR 7", "EUR 9")]


def test_a_value_of_the_cited_row_under_another_rows_name_is_found(rates: tuple[CheckRules, list[Source]]) -> None:
    rules, sources = rates
    hong_kong = [sources[0]]
    (doubt,) = check("寄往台灣的運費是 EUR 3 [1]。", hong_kong, {}, "", rules, "zh-Hant")
    assert (doubt.code, doubt.fix) == ("other-row", "EUR 9")
    assert "台灣" in doubt.message
    assert found("寄往香港的運費是 EUR 3 [1]。", rules, hong_kong) == []
    assert found("運費是 EUR 3 [1]。", rules, hong_kong) == []
    assert found("寄往香港的運費是 EUR 3,台灣 EUR 9 [1][2]。", rules, sources[:2]) == []
    assert found("Shipping to Taiwan takes 2 days [1].", rules, hong_kong) == [("other-row", "2 days", "5 days")], (
        "places are known in every language"
    )


def test_a_value_of_the_other_of_two_cases_is_found(rates: tuple[CheckRules, list[Source]]) -> None:
    rules, sources = rates
    unopened = [dataclasses.replace(sources[3], n=1)]
    assert found("未開封可於 9 日內退貨 [1]。", rules, unopened) == []
    assert found("已開封可於 9 日內退貨 [1]。", rules, unopened) == [("other-row", "9 日", "3 日")]
    assert found("已开封可于九日内退货 [1]。", rules, unopened) == [("other-row", "九日", "3 日")]


def test_a_value_on_the_same_matter_in_another_article_is_named(rates: tuple[CheckRules, list[Source]]) -> None:
    rules, sources = rates
    (doubt,) = check("風箏線每卷長 60 米,適合新手使用 [1]。", sources[:1], {}, "", rules, "en")
    assert doubt.code == "other-row"
    assert "配件" in doubt.message


def test_a_source_of_an_older_snapshot_is_compared_with_nothing(rates: tuple[CheckRules, list[Source]]) -> None:
    rules, sources = rates
    moved = [dataclasses.replace(sources[0], lines=(900, 900))]
    assert found("寄往台灣的運費是 EUR 3 [1]。", rules, moved) == []


@pytest.fixture
def compliance(new_shop: Shop, new_article: Callable[..., Article], new_chunk: Callable[..., Chunk]) -> CheckRules:
    """Rules on wording in three languages, in sentences and in a table."""
    texts = [
        "回覆不得使用「穩飛」「必勝」,請改用「容易上手」。",
        "「零墜落」等字眼一律禁用。",
        "宣傳風箏,不得宣稱防風、治病或永不斷線。",
        'Never say "unbreakable"; use "sturdy" instead.',
        "Do not claim waterproof or indestructible.",
        "回复不得使用「最」「第一」等绝对化用语。",
        "不得推介未滿 12 歲人士單獨放風箏。",
        "Avoid flying near power lines.",
        'The text "of the label" may be quoted.',
        'Never say "best"; avoid "first" in headlines.',
        "回覆不得使用「首」字。",
    ]
    chunks = [new_chunk("wording", text, at) for at, text in enumerate(texts)]
    chunks.append(new_chunk("wording", cells=(("不可說", "包飛、一飛沖天"), ("改用", "飛得穩定")), ordinal=20))
    chunks.append(new_chunk("elsewhere", "產品頁不得使用「放心飛」。", 0))
    articles = [new_article("wording", category="compliance", audience="agent", title="用語守則"), new_article("elsewhere", category="greetings")]
    return CheckRules.of(new_shop(chunks, articles))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("這隻風箏穩飛。", [("穩飛", "容易上手")]),
        ("这只风筝稳飞,必胜!", [("稳飞", "容易上手"), ("必胜", "容易上手")]),
        ("保證零墜落", [("零墜落", "")]),
        ("可以防風又治病", [("防風", ""), ("治病", "")]),
        ("Our kites are Unbreakable.", [("Unbreakable", "sturdy")]),
        ("a ＷＡＴＥＲＰＲＯＯＦ kite", [("ＷＡＴＥＲＰＲＯＯＦ", "")]),
        ("一飛沖天的風箏", [("一飛沖天", "飛得穩定")]),
        ("全港最好嘅風箏", [("最", "")]),
        ("銷量第一的風箏", [("第一", "")]),
        ("這隻風箏並非零墜落,亦不能防風,不可治病", []),
        ("It is not unbreakable, and never waterproof.", []),
        ("最多 3 隻,最遲 5 日,最近的店", []),
        ("最久十個工作日,最長大約 17 日,最快兩日,最低 EUR 3,您最擔心的事", []),
        ("全港最快的風箏", [("最", "")]),
        ("飛得最久的風箏,最低價", [("最", ""), ("最", "")]),
        ("首先,首 15 日內", []),
        ("Our first order, best before May, best by June, we do our best. Best regards", []),
        ("The best kite in town", [("best", "")]),
        ("第一次放風箏,第一天", []),
        ("放心飛", []),
        ("waterproofing tape", []),
        ("power lines, 未滿 12 歲", []),
    ],
)  # fmt: skip
def test_wording_that_compliance_articles_forbid_is_found_in_any_script(text: str, expected: list[tuple[str, str]], compliance: CheckRules) -> None:
    assert [(words, fix) for code, words, fix in found(text, compliance) if code == "forbidden-wording"] == expected


def test_the_message_quotes_the_articles_sentence_in_the_agents_script(compliance: CheckRules) -> None:
    (doubt,) = check("這隻風箏穩飛。", (), {}, "", compliance, "zh-Hans")
    assert "用语守则" in doubt.message
    assert "不得使用「稳飞」" in doubt.message


def test_what_the_source_itself_says_in_the_same_words_is_no_forbidden_wording(compliance: CheckRules) -> None:
    quoted = source(1, "全港最大型的風箏節。")
    assert found("歡迎參加全港最大型的風箏節 [1]。", compliance, [quoted]) == []
    assert [code for code, *_ in found("歡迎參加最好玩的風箏節 [1]。", compliance, [quoted])] == ["forbidden-wording"]


@pytest.fixture
def house(new_shop: Shop, new_article: Callable[..., Article], new_chunk: Callable[..., Chunk]) -> CheckRules:
    """An internal article beside a public one."""
    chunks = [
        new_chunk("desk", "前線同事可批核 EUR 70 或以下的風箏退款,超過者由店長批核。", 0),
        new_chunk("desk", "Angry customers may be given a voucher of EUR 15 by the shift lead.", 1),
        new_chunk("desk", "投訴個案須先致歉,再轉交值班經理跟進,不可自行承諾賠償。", 2),
        new_chunk("desk", "風箏可於簽收後 9 日內退貨。", 3),
        new_chunk("returns", "風箏可於簽收後 9 日內退貨,須保留包裝。", 0),
    ]
    return CheckRules.of(new_shop(chunks, [new_article("desk", audience="agent", title="內部指引"), new_article("returns")]))


@pytest.mark.parametrize(
    ("text", "internal"),
    [
        ("前線同事可批核 EUR 70 或以下的風箏退款。", True),
        ("前线同事可批核 EUR 70 或以下的风筝退款。", True),
        ("我可批核 EUR 70 或以下的退款俾你。", True),
        ("The shift lead may give you a voucher of EUR 15.", True),
        ("投訴個案須先致歉,再轉交值班經理跟進。", True),
        ("前線同事可批核風箏退款。", False),
        ("我們可以安排退款。", False),
        ("風箏可於簽收後 9 日內退貨。", False),
        ("風箏 EUR 70。", False),
        ("Sorry to hear that. We will look into it.", False),
        ("", False),
    ],
)
def test_what_only_an_internal_article_says_is_found(text: str, internal: bool, house: CheckRules) -> None:
    assert ("internal" in [code for code, *_ in found(text, house)]) is internal


def test_the_message_names_the_internal_article_and_a_colleague_may_be_told(house: CheckRules) -> None:
    text = "前線同事可批核 EUR 70 或以下的風箏退款 [1]。"
    (doubt,) = (one for one in check(text, (), {}, "", house, "zh-Hant") if one.code == "internal")
    assert "內部指引" in doubt.message
    assert text[slice(*doubt.span)].startswith("前線同事")
    rests_on = source(1, "前線同事可批核 EUR 70 或以下的風箏退款,超過者由店長批核。", article="desk")
    assert check(text, [rests_on], {}, "", house) == ()


@pytest.mark.parametrize(
    ("text", "quote", "promised"),
    [
        ("我們保證 9 日內退款 [1]。", "9 日內退款。", "我們保證 9 日內退款"),
        ("您好,一定會如期送到 [1]!", "一般 9 日內送達。", "一定會如期送到"),
        ("We guarantee delivery in 9 days [1].", "Delivery takes 9 days.", "We guarantee delivery in 9 days"),
        ("You will definitely get a refund.", "", "You will definitely get a refund"),
        ("我哋會賠償俾你。", "", "我哋會賠償俾你"),
        ("We will waive the fee.", "", "We will waive the fee"),
        ("包退包換。", "", "包退包換"),
        ("我們保證 9 日內退款 [1]。", "保證 9 日內退款。", ""),
        ("Delivery in 9 days is guaranteed [1].", "We guarantee delivery within 9 days.", ""),
        ("我們不保證送達日期 [1]。", "不保證送達日期。", ""),
        ("Delivery dates are not guaranteed.", "", ""),
        ("不一定有貨。", "", ""),
        ("退款一定要保留單據 [1]。", "退款須保留單據。", ""),
        ("我們會盡快回覆您。", "", ""),
        ("We will check and get back to you.", "", ""),
        ("9 日內退款 [1]。", "9 日內退款。", ""),
        ("風箏一定好玩。", "", ""),
        ("電子錢包退款需 9 日 [1]。", "9 日內退款。", ""),
        ("全店包換 [1]。", "9 日內可換貨。", ""),
        ("我們包換 [1]。", "9 日內可換貨。", "我們包換"),
    ],
)  # fmt: skip
def test_a_promise_needs_a_source_that_makes_it(text: str, quote: str, promised: str) -> None:
    sources = (source(1, quote),) if quote else ()
    doubts = [doubt for doubt in check(text, sources, {}) if doubt.code == "promise"]
    assert [text[slice(*doubt.span)] for doubt in doubts] == ([promised] if promised else [])


def test_personal_data_may_be_repeated_but_not_disclosed(house: CheckRules) -> None:
    assert found("請致電 9123 4567。", house) == [("personal", "9123 4567", "")]
    assert found("請致電 9123 4567。", house, known="我電話係 91234567") == []
    assert found("請致電 9123 4567 [1]。", house, [source(1, "熱線:9123-4567")]) == []
    assert found("已寄往九龍彌敦道 8 號 12 樓 B 室。", house) == [("personal", "九龍彌敦道 8 號 12 樓 B 室", "")]
    assert found("陳小姐您好!多謝查詢。", house) == [], "the customer may be called by name"
    assert found("您好!多謝查詢,我們在 EUR 70 以下的個案中見過類似情況,例如陳大文先生,即上月來電的林小姐。", house) != []
    (doubt,) = check("電郵 kite@example.com", (), {}, "", house, "zh-Hans")
    assert "邮箱" in doubt.message


def test_a_shops_own_order_numbers_are_personal(new_shop: Shop) -> None:
    shop = new_shop(["Kites fly."], companions=Companions(shop=ShopSettings(privacy=Privacy(order_numbers=("KQ[0-9]{4}",)))))
    assert found("As for KQ1234, we will check.", CheckRules.of(shop)) == [("personal", "KQ1234", "")]
    assert found("As for KQ1234, we will check.", CheckRules.of(shop), known="where is kq1234") == []


def test_a_day_that_articles_name_by_a_festival_is_the_same_day(new_shop: Shop) -> None:
    rules = CheckRules.of(new_shop(["端午節(2031年6月24日)本店休息。", "風箏租賃至端午節為止。", "優惠至 2031-06-20。"]))
    until = [source(1, "風箏租賃至端午節為止。"), source(2, "優惠至 2031-06-20。")]
    assert found("租賃至 2031 年 6 月 24 日為止 [1]。", rules, until) == []
    assert [code for code, *_ in found("租賃至 2031 年 6 月 25 日為止 [1]。", rules, until)] == ["unsupported"]
    assert found("優惠至端午節 [2]。", rules, until) == [("unsupported", "端午節", "")]
    assert found("優惠至 2031-06-20 [2]。", rules, until) == []


def test_once_is_a_number_where_the_source_counts_times() -> None:
    twice = (source(1, "每張訂單可改期 2 次。"), source(2, "Kites may be swapped twice."))
    assert codes("每張訂單可改期一次 [1]。", sources=twice) == ["unsupported"]
    assert codes("每張訂單可改期兩次 [1]。", sources=twice) == []
    assert codes("Kites may be swapped once [2].", sources=twice) == ["unsupported"]
    assert codes("Please ask us once [3].", sources=(*twice, source(3, "Ask us."))) == []


def test_messages_speak_the_agents_language() -> None:
    for lang, word in (("zh-Hant", "來源"), ("zh-Hans", "来源"), ("en", "not stated")):
        (doubt,) = check("Renting a kite costs EUR 15 a day [1].", SOURCES, {}, lang=lang)
        assert word in doubt.message
    for code, texts in MESSAGES.items():
        fields = [set(re.findall(r"\{(\w+)\}", texts[lang])) for lang in REPLY_LANGUAGES]
        assert fields[0] == fields[1] == fields[2], code
    assert set(KINDS) == {kind.value for kind in PersonalKind}


def test_clauses_that_end_in_one_citation_are_held_to_it() -> None:
    assert codes("每日 EUR 14;收 4% 手續費 [2]。") == ["other-row"]
    assert codes("收 4% 手續費;9 日內退款 [2]。") == []


@given(st.text(), st.text())
def test_any_text_is_checked_with_rules_too(text: str, known: str) -> None:
    for doubt in check(text, SOURCES, WIND, known, EMPTY):
        start, end = doubt.span
        assert 0 <= start <= end <= len(text)


EMPTY = CheckRules.of(make([], [], np.zeros((0, 0), np.float32), "", Companions()))

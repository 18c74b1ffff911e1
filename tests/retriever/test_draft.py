"""retriever/draft.py: what the customer reads, and that each sentence of it rests on its source."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

import pytest

from kb.models import ApprovedReply, Article, Chunk, Evidence, Query, ReplyLanguage
from kb.quantities import Kind, read
from kb.text import fold, script
from retriever.checks import check
from retriever.draft import BUDGET, Draft, write
from retriever.evidence import Pick

NewChunk = Callable[..., Chunk]
NewArticle = Callable[..., Article]
TODAY = dt.date(2031, 5, 20)
DISCLAIMERS: Mapping[str, Mapping[str, str]] = {
    "wind": {"zh-Hant": "強風下請收起風箏。", "zh-Hans": "强风下请收起风筝。", "en": "Take kites in when the wind is strong."},
    "price": {"zh-Hant": "價格以當日為準。", "zh-Hans": "价格以当日为准。", "en": "Prices are those of the day."},
}


def pick(chunk: Chunk, part: int = 0, text: str = "", conflicts_with: int | None = None) -> Pick:
    return Pick(part, Evidence(chunk, 1.0, chunk.quote, text or chunk.text, chunk.lines), conflicts_with=conflicts_with)


def asked(lang: ReplyLanguage = "en", as_of: dt.date = TODAY) -> Query:
    nothing: frozenset[str] = frozenset()
    return Query("?", "customer", lang, lang, as_of, ("?",), "", nothing, nothing, nothing)


def drafted(
    picks: Sequence[Pick], articles: Sequence[Article], lang: ReplyLanguage = "en", open_parts: Sequence[str] = (), as_of: dt.date = TODAY,
    note_lang: ReplyLanguage = "en",
) -> Draft:  # fmt: skip
    return write(picks, open_parts, asked(lang, as_of), {article.id: article for article in articles}, DISCLAIMERS, note_lang)


def assert_every_claim_is_cited_and_supported(draft: Draft) -> None:
    numbers = {source.n for source in draft.sources}
    assert numbers == {int(n) for n in re.findall(r"\[(\d+)\]", draft.text)}
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for claim in draft.claims:
        assert claim.text in draft.text
        assert claim.citations
        assert set(claim.citations) <= numbers
        assert all(f"[{n}]" in claim.text for n in claim.citations)
        assert (claim.supported, claim.problems) == (True, ())
    for disclaimer in draft.disclaimers:
        assert disclaimer["text"] in draft.text


# ---- wording ----------------------------------------------------------------------------------------------------------


def test_a_sentence_goes_between_greeting_and_closing_with_its_citation_before_the_full_stop(new_chunk: NewChunk, new_article: NewArticle) -> None:
    draft = drafted([pick(new_chunk("a", "Renting a kite costs EUR 14 a day."))], [new_article("a")])
    assert draft.text == "Hello! Renting a kite costs EUR 14 a day [1]. Please let us know if you need anything else."
    assert [claim.text for claim in draft.claims] == ["Renting a kite costs EUR 14 a day [1]."]
    assert_every_claim_is_cited_and_supported(draft)


def test_the_source_is_the_verbatim_span(new_chunk: NewChunk, new_article: NewArticle) -> None:
    chunk = new_chunk("a", "Rent: EUR 14", quote="**Rent**: EUR 14", section="Kites > Rent", lines=(12, 13))
    article = new_article(
        "a", title="Kite rental", valid_from=dt.date(2031, 1, 1), valid_until=dt.date(2031, 12, 31), review_by=dt.date(2031, 5, 19), version="f" * 64
    )
    (source,) = drafted([pick(chunk)], [article]).sources
    assert source.as_json() == {
        "n": 1, "article": "a", "title": "Kite rental", "section": "Kites > Rent", "lines": [12, 13], "quote": "**Rent**: EUR 14", "version": "f" * 64,
        "valid_from": "2031-01-01", "valid_until": "2031-12-31", "stale": True,
    }  # fmt: skip


def replies(**texts: str) -> tuple[ApprovedReply, ...]:
    return tuple(ApprovedReply(lang.replace("_", "-"), text, 20) for lang, text in texts.items())  # type: ignore[arg-type]


@pytest.mark.parametrize(("lang", "said"), [("en", "No: Kites are not sent by post [1]."), ("zh-Hant", "不可以,風箏不郵寄 [1]。")])
def test_a_plain_no_comes_first(new_chunk: NewChunk, new_article: NewArticle, lang: ReplyLanguage, said: str) -> None:
    text = "Kites are not sent by post." if lang == "en" else "風箏不郵寄。"
    draft = drafted([dataclasses.replace(pick(new_chunk("a", text)), denies=True)], [new_article("a", lang=lang)], lang)
    assert draft.claims[0].text == said
    assert_every_claim_is_cited_and_supported(draft)


def test_approved_wording_is_preferred_word_for_word(new_chunk: NewChunk, new_article: NewArticle) -> None:
    approved = replies(en="A kite is yours for EUR 14 a day.", zh_Hant="租風箏每日 EUR 14。")
    chunk = new_chunk("a", "Rent: EUR 14 a day.", replies=approved)
    assert "A kite is yours for EUR 14 a day [1]." in drafted([pick(chunk)], [new_article("a")]).text
    assert "租風箏每日 EUR 14 [1]。" in drafted([pick(chunk)], [new_article("a")], "zh-Hant").text


def test_approved_wording_serves_the_other_script(new_chunk: NewChunk, new_article: NewArticle) -> None:
    chunk = new_chunk("a", "租金每日 45 元。", replies=replies(zh_Hant="租風箏每日 45 元。"))
    assert "租风筝每日 45 元 [1]。" in drafted([pick(chunk)], [new_article("a", lang="zh-Hant")], "zh-Hans").text
    simplified = new_chunk("a", "Rent: 45 dollars.", replies=replies(zh_Hans="租风筝每日 45 元。"))
    assert "租風箏每日 45 元 [1]。" in drafted([pick(simplified)], [new_article("a")], "zh-Hant").text


def test_approved_wording_for_the_whole_is_not_put_on_a_part(new_chunk: NewChunk, new_article: NewArticle) -> None:
    chunk = new_chunk("a", "Rent is EUR 14. Gloves are EUR 3.", replies=replies(en="A kite is EUR 14, gloves are EUR 3."))
    assert "Gloves are EUR 3 [1]." in drafted([pick(chunk, text="Gloves are EUR 3.")], [new_article("a")]).text


@pytest.mark.parametrize(
    ("lang", "text", "reply_lang", "said"),
    [
        ("zh-Hant", "風箏租金每日 45 元,按金全數退還。", "zh-Hans", "风筝租金每日 45 元,按金全数退还 [1]。"),
        ("zh-Hans", "风筝租金每日 45 元。", "zh-Hant", "風箏租金每日 45 元 [1]。"),
    ],
)
def test_chinese_is_written_in_the_customers_script(
    new_chunk: NewChunk, new_article: NewArticle, lang: str, text: str, reply_lang: ReplyLanguage, said: str
) -> None:
    draft = drafted([pick(new_chunk("a", text))], [new_article("a", lang=lang)], reply_lang)
    assert said in draft.text
    assert script(draft.text) == reply_lang
    assert draft.sources[0].quote == text, "quotes stay in the article's own script"
    assert draft.notes == ()
    assert_every_claim_is_cited_and_supported(draft)


def test_a_foreign_article_is_quoted_as_it_stands_and_the_agent_is_told(new_chunk: NewChunk, new_article: NewArticle) -> None:
    chinese = drafted([pick(new_chunk("a", "风筝租金每日 45 元。"))], [new_article("a", lang="zh-Hans")])
    assert "“风筝租金每日 45 元” [1]." in chinese.text
    english = drafted([pick(new_chunk("a", "Renting a kite costs EUR 14."))], [new_article("a")], "zh-Hant", note_lang="zh-Hant")
    assert "「Renting a kite costs EUR 14」 [1]。" in english.text
    assert len(chinese.notes) == len(english.notes) == 1
    assert "[1]" in chinese.notes[0]
    assert (script(chinese.notes[0]), script(english.notes[0])) == ("en", "zh-Hant")
    assert_every_claim_is_cited_and_supported(chinese)


@pytest.mark.parametrize(
    ("lang", "cells", "reply_lang", "said"),
    [
        ("zh-Hant", (("款式", "龍箏"), ("租金", "45 元"), ("按金", "200 元")), "zh-Hans", "龙筝:租金 45 元、按金 200 元 [1]。"),
        ("en", (("Kite", "Dragon"), ("Rent", "EUR 14")), "en", "Dragon: Rent EUR 14 [1]."),
    ],
)
def test_a_row_is_told_as_a_sentence(
    new_chunk: NewChunk, new_article: NewArticle, lang: str, cells: object, reply_lang: ReplyLanguage, said: str
) -> None:
    draft = drafted([pick(new_chunk("a", cells=cells))], [new_article("a", lang=lang)], reply_lang)
    assert said in draft.text
    assert_every_claim_is_cited_and_supported(draft)


def test_what_looks_like_a_citation_in_an_article_is_none(new_chunk: NewChunk, new_article: NewArticle) -> None:
    chunk = new_chunk("a", "Kites are rented by the day [7].", replies=replies(en="We rent kites by the day [9]."))
    assert_every_claim_is_cited_and_supported(drafted([pick(chunk)], [new_article("a")]))


# ---- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "words"), [("en", ("ended", "applies")), ("zh-Hant", ("結束", "生效")), ("zh-Hans", ("结束", "生效"))])
def test_what_has_ended_or_is_to_come_says_when(new_chunk: NewChunk, new_article: NewArticle, lang: ReplyLanguage, words: tuple[str, str]) -> None:
    chunk = new_chunk("a", "Renting a kite costs EUR 14.")
    over = drafted([pick(chunk)], [new_article("a", title="Kites", valid_until=dt.date(2031, 3, 31))], lang)
    coming = drafted([pick(chunk)], [new_article("a", title="Kites", valid_from=dt.date(2031, 9, 1))], lang)
    for draft, word, day in ((over, words[0], 20310331), (coming, words[1], 20310901)):
        period, said = draft.claims
        assert word in period.text
        assert [quantity.low for quantity in read(period.text) if quantity.kind is Kind.DATE] == [day]
        assert "EUR 14" in said.text
        assert_every_claim_is_cited_and_supported(draft)


def test_the_days_of_the_period_belong_to_it(new_chunk: NewChunk, new_article: NewArticle) -> None:
    article = new_article("a", valid_from=dt.date(2031, 5, 1), valid_until=dt.date(2031, 5, 31))
    counts = [
        len(drafted([pick(new_chunk("a", "Kites are free."))], [article], as_of=dt.date(2031, month, day)).claims)
        for month, day in ((4, 30), (5, 1), (5, 31), (6, 1))
    ]
    assert counts == [2, 1, 1, 2]


def test_a_period_is_told_once_for_several_sentences(new_chunk: NewChunk, new_article: NewArticle) -> None:
    article = new_article("a", title="Kites", valid_until=dt.date(2031, 3, 31))
    draft = drafted([pick(new_chunk("a", "Kites are free.")), pick(new_chunk("a", "Gloves are free.", 1))], [article])
    assert draft.text.count("ended on") == 1
    assert len(draft.claims) == 3


def test_the_agent_is_told_of_an_article_past_its_review_date(new_chunk: NewChunk, new_article: NewArticle) -> None:
    stale, fresh = (drafted([pick(new_chunk("a", "Kites are free."))], [new_article("a", review_by=day)]) for day in (dt.date(2031, 5, 19), TODAY))
    assert [source.stale for draft in (stale, fresh) for source in draft.sources] == [True, False]
    assert any("2031-05-19" in note for note in stale.notes)
    assert "2031-05-19" not in stale.text
    assert fresh.notes == ()


# ---- disclaimers and what is left open ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_required_texts_stand_in_the_draft_in_the_replys_language(new_chunk: NewChunk, new_article: NewArticle, lang: ReplyLanguage) -> None:
    articles = [new_article("a", disclaimers=("wind",)), new_article("b", disclaimers=("price", "wind")), new_article("c", disclaimers=("unknown",))]
    draft = drafted([pick(new_chunk(name, f"Kites are free at {name}.")) for name in "abc"], articles, lang)
    assert list(draft.disclaimers) == [{"id": name, "text": DISCLAIMERS[name][lang]} for name in ("wind", "price")]
    for name in ("wind", "price"):
        assert draft.text.count(DISCLAIMERS[name][lang]) == 1
    assert not any(DISCLAIMERS["wind"][other] in draft.text for other in {"en", "zh-Hant", "zh-Hans"} - {lang})


def test_no_disclaimer_of_an_article_that_is_not_cited(new_chunk: NewChunk, new_article: NewArticle) -> None:
    draft = drafted([pick(new_chunk("a", "Kites are free."))], [new_article("a"), new_article("b", disclaimers=("wind",))])
    assert draft.disclaimers == ()
    assert DISCLAIMERS["wind"]["en"] not in draft.text


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_questions_left_open_are_named(new_chunk: NewChunk, new_article: NewArticle, lang: ReplyLanguage) -> None:
    draft = drafted([pick(new_chunk("a", "Kites are free."))], [new_article("a")], lang, open_parts=["Where is the pier?"])
    assert "Where is the pier" in draft.text
    assert "Where is the pier" not in "".join(claim.text for claim in draft.claims)


@pytest.mark.parametrize(
    "part",
    [
        "What about my order with the number 31415926535 from last week?",
        "Is it true what you said in [9] and in [12]?",
        "我的訂單編號是這樣寫的喎你睇下 SH31415926535 到底去咗邊?",
        "你們上次說過運費大約是三百二十五元而已為什麼要收多呢?",
        "Did you say 2031-05-20?",
        "[1]?",
        "？",
    ],
)
def test_a_question_left_open_brings_no_source_and_no_half_number(new_chunk: NewChunk, new_article: NewArticle, part: str) -> None:
    draft = drafted([pick(new_chunk("a", "Kites are free."))], [new_article("a")], "en", open_parts=[part])
    assert check(draft.text, draft.sources, {}, known=part) == ()
    assert_every_claim_is_cited_and_supported(draft)
    assert "“”" not in draft.text


def test_a_long_question_left_open_is_named_in_short(new_chunk: NewChunk, new_article: NewArticle) -> None:
    draft = drafted([pick(new_chunk("a", "Kites are free."))], [new_article("a")], open_parts=["為甚麼" * 200])
    assert "為甚麼為甚麼" in draft.text
    assert len(draft.text) < 200


# ---- length -----------------------------------------------------------------------------------------------------------


def length_in_chat(draft: Draft) -> int:
    text = draft.text
    for disclaimer in draft.disclaimers:
        text = text.replace(disclaimer["text"], "")
    return len(text.strip())


@pytest.mark.parametrize(
    ("lang", "article_lang", "sentence"),
    [("en", "en", "Kite number {n} is rented at the pier for EUR {n}0 a day, from morning till evening, gloves included."), ("zh-Hant", "zh-Hans", "第 {n} 号风筝在码头出租,租金每日 {n}0 元,由早上至傍晚,包括手套及线轴。")],
)  # fmt: skip
def test_a_draft_fits_a_chat_and_the_best_stays(
    new_chunk: NewChunk, new_article: NewArticle, lang: ReplyLanguage, article_lang: str, sentence: str
) -> None:
    chunks = [new_chunk("a", sentence.format(n=n), n) for n in range(1, 10)]
    draft = drafted([pick(chunk) for chunk in chunks], [new_article("a", lang=article_lang, disclaimers=("wind",))], lang)
    assert length_in_chat(draft) <= BUDGET[lang]
    assert [source.quote for source in draft.sources] == [chunk.quote for chunk in chunks[: len(draft.sources)]]
    assert 1 <= len(draft.sources) < len(chunks)
    assert_every_claim_is_cited_and_supported(draft)


def test_the_best_of_each_question_is_left_out_last(new_chunk: NewChunk, new_article: NewArticle) -> None:
    texts = [
        f"Kite number {n} is rented at the pier, from early in the morning until late in the evening, gloves and strings included." for n in range(6)
    ]
    picks = [
        pick(new_chunk("a", texts[0], 0), 0),
        pick(new_chunk("a", texts[1], 1), 1),
        *(pick(new_chunk("a", text, n), 0) for n, text in enumerate(texts[2:], 2)),
    ]
    draft = drafted(picks, [new_article("a")])
    assert {texts[0], texts[1]} <= {source.quote for source in draft.sources}
    assert length_in_chat(draft) <= BUDGET["en"]


def test_what_is_beside_the_question_makes_room_before_a_draft_is_too_long(new_chunk: NewChunk, new_article: NewArticle) -> None:
    answer = "A kite is rented for EUR 14 a day."
    chunk = new_chunk("a", answer + " Whoever rents one for a week gets a second reel on top of that." * 8)
    whole = pick(chunk)
    short = Evidence(chunk, 1.0, chunk.quote, answer, chunk.lines)
    assert "EUR 14" in drafted([dataclasses.replace(whole, shorter=short)], [new_article("a")]).text
    assert (
        length_in_chat(drafted([dataclasses.replace(whole, shorter=short)], [new_article("a")]))
        <= BUDGET["en"]
        < length_in_chat(drafted([whole], [new_article("a")]))
    )


def test_one_answer_longer_than_a_chat_is_still_given(new_chunk: NewChunk, new_article: NewArticle) -> None:
    draft = drafted([pick(new_chunk("a", "Kites " + "fly and " * 200 + "land."))], [new_article("a")])
    assert len(draft.claims) == 1


# ---- what a source does not hold, and what contradicts -----------------------------------------------------------------


def test_approved_wording_that_the_article_no_longer_supports_gives_way_to_the_articles_own(new_chunk: NewChunk, new_article: NewArticle) -> None:
    wrong = new_chunk("a", "Renting a kite costs EUR 14.", replies=replies(en="Renting a kite costs EUR 99."))
    for picks in ([pick(wrong)], [pick(wrong), pick(new_chunk("a", "Gloves cost EUR 3.", 1))]):
        draft = drafted(picks, [new_article("a")])
        assert "99" not in draft.text
        assert "Renting a kite costs EUR 14 [1]." in draft.text
        assert len(draft.sources) == len(picks)
        assert_every_claim_is_cited_and_supported(draft)


def test_a_claim_whose_number_its_source_lacks_is_left_out(new_chunk: NewChunk, new_article: NewArticle) -> None:
    """Here the quote says it in a way that nobody reads as EUR 14; both stand in one paragraph of the file."""
    wrong, right = new_chunk("a", "Renting a kite costs EUR 14.", quote="Renting a kite costs EUR &#49;&#52;."), new_chunk("b", "Gloves cost EUR 3.")
    for picks in ([pick(wrong), pick(right)], [pick(right), pick(wrong)], [pick(right, 1), pick(wrong, 0)]):
        draft = drafted(picks, [new_article("a", disclaimers=("wind",)), new_article("b")])
        assert "14" not in draft.text
        assert "Gloves cost EUR 3 [1]." in draft.text
        assert draft.disclaimers == ()
        assert_every_claim_is_cited_and_supported(draft)
    assert not drafted([pick(wrong)], [new_article("a")]).claims[0].supported, "with nothing else to say the draft is marked"


def test_both_sides_of_a_conflict_are_told_and_the_owners_named(new_chunk: NewChunk, new_article: NewArticle) -> None:
    picks = [
        pick(new_chunk("a", "Keep a kite for 3 days.", section="Rent > Keeping")),
        pick(new_chunk("b", "Keep a kite for 5 days."), conflicts_with=0),
    ]
    draft = drafted(picks, [new_article("a", owner="Pier"), new_article("b", owner="Shop")])
    assert draft.conflicts == ({"topic": "Rent > Keeping", "sources": [1, 2]},)
    assert "3 days [1]" in draft.text
    assert "5 days [2]" in draft.text
    (note,) = draft.notes
    assert all(word in note for word in ("[1]", "[2]", "Pier", "Shop"))
    assert_every_claim_is_cited_and_supported(draft)


def test_both_sides_of_a_conflict_stay_when_the_reply_is_cut(new_chunk: NewChunk, new_article: NewArticle) -> None:
    picks = [
        pick(new_chunk("a", "Keep a kite for 3 days.")),
        *(pick(new_chunk("c", f"Kite number {n} " + "flies high " * 12 + ".", n)) for n in range(4)),
        pick(new_chunk("b", "Keep a kite for 5 days."), conflicts_with=0),
    ]
    draft = drafted(picks, [new_article(name) for name in "abc"])
    assert len(draft.sources) < len(picks)
    assert draft.claims[0].text == "Keep a kite for 3 days [1]."
    assert draft.claims[-1].text.endswith(f"Keep a kite for 5 days [{len(draft.sources)}].")
    assert draft.conflicts[0]["sources"] == [1, len(draft.sources)]
    assert_every_claim_is_cited_and_supported(draft)


def test_sentences_follow_the_order_of_the_questions(new_chunk: NewChunk, new_article: NewArticle) -> None:
    picks = [
        pick(new_chunk("a", "Kites are free.", 0), 0),
        pick(new_chunk("a", "Gloves cost EUR 3.", 1), 1),
        pick(new_chunk("a", "Strings are free.", 2), 0),
    ]
    draft = drafted(picks, [new_article("a")])
    assert [claim.text for claim in draft.claims] == ["Kites are free [1].", "Strings are free [2].", "Gloves cost EUR 3 [3]."]
    assert fold(draft.text) == draft.text

"""retriever/evidence.py: which spans answer, and which do not belong in the reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from kb.content import Companions, Term
from kb.embedding import make_embedder
from kb.models import Article, Chunk, Hit, Query
from kb.settings import Settings
from kb.snapshot import Snapshot
from retriever.evidence import MOST_EVIDENCE, Pick, row_sentence, select
from retriever.search import Found, Searcher

Shop = Callable[..., Snapshot]
NewChunk = Callable[..., Chunk]
Ask = Callable[..., Query]
KITES = [
    "The red dragon kite needs strong wind.",
    "Rental ends when the pier closes.",
    "Lost strings are replaced free of charge.",
    "Children fly with a grown-up.",
    "We teach beginners on Sundays.",
    "Bring gloves.",
    "Dogs stay on the leash.",
]


def found(*hits: tuple[int, float], part: str = "kites?") -> Found:
    """What one question found: (row, score) pairs, best first."""
    return Found(part, tuple(Hit(row, score, 0.0, 0.0) for row, score in hits), np.zeros(0, np.float32), ())


def rows(picks: Sequence[Pick], searcher: Searcher) -> list[int]:
    ids = [chunk.id for chunk in searcher.snapshot.chunks]
    return [ids.index(pick.evidence.chunk.id) for pick in picks]


@pytest.fixture(scope="module")
def kites(new_shop: Shop) -> Searcher:
    return Searcher(new_shop(KITES), None)


def test_the_best_hit_is_taken_first_and_what_is_far_behind_is_left(kites: Searcher, asking: Ask) -> None:
    assert rows(select([found((3, 1.0), (1, 0.99), (2, -5.0))], kites, asking(kites, "kites?")), kites) == [3, 1]


def test_nothing_found_is_nothing_picked(kites: Searcher, asking: Ask) -> None:
    assert select([found()], kites, asking(kites, "kites?")) == []
    assert select([], kites, asking(kites, "kites?")) == []


def test_every_question_keeps_its_best(kites: Searcher, asking: Ask) -> None:
    """However low its score beside the other question's."""
    picks = select([found((0, 9.0), (1, 8.99)), found((2, 0.1))], kites, asking(kites, "kites?"))
    assert {(pick.part, row) for pick, row in zip(picks, rows(picks, kites), strict=True)} == {(0, 0), (0, 1), (1, 2)}


def test_two_questions_with_the_same_answer_are_answered_once(kites: Searcher, asking: Ask) -> None:
    picks = select([found((0, 1.0)), found((0, 1.0), (1, 0.99))], kites, asking(kites, "kites?"))
    assert sorted(rows(picks, kites)) == [0, 1]


def test_a_reply_holds_only_so_much(kites: Searcher, asking: Ask) -> None:
    picks = select([found(*((row, 1.0 - row / 1000) for row in range(len(KITES))))], kites, asking(kites, "kites?"))
    assert rows(picks, kites) == list(range(MOST_EVIDENCE))


def test_what_says_the_same_again_is_left_out(new_shop: Shop, asking: Ask) -> None:
    searcher = Searcher(
        new_shop(["Renting the dragon kite costs EUR 14 a day.", "Renting the dragon kite: EUR 14 a day.", "Gloves cost EUR 3."]), None
    )
    assert rows(select([found((0, 1.0), (1, 0.99), (2, 0.98))], searcher, asking(searcher, "kites?")), searcher) == [0, 2]


def widest_gap(searcher: Searcher, query: Query, other: int) -> float:
    """How far behind row 0 another row may score and still be shown."""
    gaps = np.arange(0.0, 1.5, 0.01)
    shown = [len(select([found((0, 1.0), (other, 1.0 - gap))], searcher, query)) == 2 for gap in gaps]
    assert shown[0]
    assert not shown[-1]
    assert shown == sorted(shown, reverse=True), "who is shown from afar is shown from near"
    return float(gaps[shown.count(True) - 1])


def test_neighbouring_values_need_a_better_score_than_strangers_and_the_same_section_a_worse_one(
    new_shop: Shop, new_chunk: NewChunk, asking: Ask
) -> None:
    """Another row of the table is mostly another product's value; what stands in the same section mostly belongs to the answer."""

    def row(ordinal: int, kite: str, price: str) -> Chunk:
        return new_chunk("prices", ordinal=ordinal, cells=(("Kite", kite), ("Rent", price)), section="Rent")

    chunks = [
        row(0, "Dragon", "EUR 14"),
        row(1, "Box", "EUR 9"),
        new_chunk("prices", "Deposits are paid back.", 2, section="Rent"),
        new_chunk("else", KITES[3]),
    ]
    searcher = Searcher(new_shop(chunks), None)
    query = asking(searcher, "kites?")
    sibling, same_section, stranger = (widest_gap(searcher, query, other) for other in (1, 2, 3))
    assert sibling < stranger < same_section


def test_sentences_that_differ_in_a_name_are_neighbours_too(new_shop: Shop, asking: Ask) -> None:
    chunks = ["Renting the dragon kite for a whole day costs EUR 14.", "Renting the box kite for a whole day costs EUR 9.", KITES[3]]
    searcher = Searcher(new_shop(chunks), None)
    query = asking(searcher, "kites?")
    assert widest_gap(searcher, query, 1) < widest_gap(searcher, query, 2)


# ---- conflicts --------------------------------------------------------------------------------------------------------

DRAGON = Companions(glossary=(Term(id="dragon", names={"en": ["dragon kite"]}), Term(id="box", names={"en": ["box kite"]})))


def picks_of(
    texts: Sequence[str], new_shop: Shop, asking: Ask, *articles: Article, question: str = "How long may I keep the dragon kite?"
) -> list[Pick]:
    searcher = Searcher(new_shop(texts, articles, DRAGON), None)
    return select([found(*((row, 1.0 - row / 100) for row in range(len(texts))), part=question)], searcher, asking(searcher, question))


def test_two_articles_that_disagree_are_both_shown(new_shop: Shop, asking: Ask) -> None:
    picks = picks_of(["Renters may keep the dragon kite for 3 days.", "Renters may keep the dragon kite for 5 days.", KITES[5]], new_shop, asking)
    assert [pick.conflicts_with for pick in picks[:2]] == [None, 0]
    assert [pick.evidence.text for pick in picks[:2]] == [
        "Renters may keep the dragon kite for 3 days.",
        "Renters may keep the dragon kite for 5 days.",
    ]


@pytest.mark.parametrize(
    "other",
    [
        "Renters may keep the dragon kite for 3 days.",
        "Renters may keep the dragon kite for 72 hours.",
        "Renters may keep the box kite for 5 days.",
        "The dragon kite came second in a contest that lasted 5 days.",
        "Renters may keep the dragon kite for EUR 5.",
    ],
    ids=["same-value", "another-unit", "another-product", "another-matter", "another-kind"],
)
def test_what_does_not_contradict_is_no_conflict(new_shop: Shop, asking: Ask, other: str) -> None:
    picks = picks_of(["Renters may keep the dragon kite for 3 days.", other], new_shop, asking)
    assert [pick for pick in picks if pick.conflicts_with is not None] == []


def test_an_article_out_of_force_contradicts_nothing(new_shop: Shop, new_article: Callable[..., Article], asking: Ask) -> None:
    texts = ["Renters may keep the dragon kite for 3 days.", "Renters may keep the dragon kite for 5 days."]
    over, coming = {"valid_until": dt.date(2031, 1, 1)}, {"valid_from": dt.date(2032, 1, 1)}
    for other in (new_article(name, **period) for name in ("a0", "a1") for period in (over, coming)):
        assert [pick.conflicts_with for pick in picks_of(texts, new_shop, asking, other) if pick.conflicts_with is not None] == []


def test_a_customer_who_was_told_different_things_sees_both_sides_without_a_product_named(new_shop: Shop, asking: Ask) -> None:
    texts = ["Renters may keep any kite for 3 days.", "Renters may keep any kite for 5 days."]
    told = picks_of(texts, new_shop, asking, question="Two agents told me different things: how long may I keep a kite?")
    assert [pick.conflicts_with for pick in told] == [None, 0]
    asked = picks_of(texts, new_shop, asking, question="How long may I keep a kite?")
    assert [pick for pick in asked if pick.conflicts_with is not None] == []


# ---- wording ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "lang", "sentence"),
    [
        ((("Kite", "Dragon"), ("Rent", "EUR 14"), ("Deposit", "EUR 50")), "en", "Dragon: Rent EUR 14, Deposit EUR 50"),
        ((("款式", "龍箏"), ("租金", "HKD 45"), ("按金", "HKD 200")), "zh-Hant", "龍箏:租金 HKD 45、按金 HKD 200"),
        ((("Kite", "Dragon"), ("Rent", ""), ("Deposit", "EUR 50")), "en", "Dragon: Deposit EUR 50"),
        ((("Kite", "Dragon"), ("", "EUR 50")), "en", "Dragon: EUR 50"),
        ((("Kite", "Dragon"), ("Rent", "")), "en", "Dragon"),
        ((("Kite", "Dragon"),), "en", "Dragon"),
    ],
)
def test_a_row_reads_as_a_sentence(new_chunk: NewChunk, cells: tuple[tuple[str, str], ...], lang: str, sentence: str) -> None:
    assert row_sentence(new_chunk("a", cells=cells), lang) == sentence  # type: ignore[arg-type]


LONG = (
    "龍箏只在風力足夠的日子出租,租客須年滿十八歲並出示證件。租金每日 HKD 45,按金於歸還時全數退回。"
    "遺失線軸須賠償 HKD 120,由按金扣除。每逢星期日上午在碼頭設有免費的放箏班,名額先到先得。"
)


def test_a_long_paragraph_is_narrowed_to_the_sentences_that_answer(new_shop: Shop, asking: Ask) -> None:
    searcher = Searcher(new_shop([LONG]), None)
    (pick,) = select([found((0, 1.0), part="遺失線軸須賠償多少?")], searcher, asking(searcher, "遺失線軸須賠償多少?"))
    assert "HKD 120" in pick.evidence.text
    assert "星期日" not in pick.evidence.text
    assert pick.evidence.text in LONG
    assert (pick.evidence.quote, pick.evidence.lines) == (LONG, (10, 10)), "the quote stays as it stands in the article"


def test_a_sentence_about_another_place_is_left_out(new_shop: Shop, asking: Ask) -> None:
    text = (
        "Parcels with kites are sent to Macau within 4 working days of your order. "
        "Parcels with kites are sent to Taiwan within 6 working days of your order."
    )
    searcher = Searcher(new_shop([text]), None)
    question = "When are parcels with kites sent to Kaohsiung?"
    (pick,) = select([found((0, 1.0), part=question)], searcher, asking(searcher, question))
    assert pick.evidence.text == "Parcels with kites are sent to Taiwan within 6 working days of your order."


def test_the_label_of_a_narrowed_paragraph_stays(new_shop: Shop, asking: Ask) -> None:
    text = "龍箏:只在風力足夠的日子出租,租客須年滿十八歲並出示證件。遺失線軸須賠償 HKD 120,由按金扣除。"
    searcher = Searcher(new_shop([text]), None)
    (pick,) = select([found((0, 1.0), part="遺失線軸須賠償多少?")], searcher, asking(searcher, "遺失線軸須賠償多少?"))
    assert pick.evidence.text == "龍箏:遺失線軸須賠償 HKD 120,由按金扣除。"


@pytest.mark.parametrize("text", ["租金每日 HKD 45。按金全數退回。", "Rent is EUR 14 a day. The deposit is paid back.", LONG.split("。")[0] + "。"])
def test_short_texts_and_single_sentences_are_quoted_whole(new_shop: Shop, asking: Ask, text: str) -> None:
    searcher = Searcher(new_shop([text]), None)
    (pick,) = select([found((0, 1.0), part="租金?")], searcher, asking(searcher, "租金?"))
    assert pick.evidence.text == pick.evidence.quote == text


def test_with_vectors_the_nearest_sentence_answers(new_shop: Shop, hash_embedder: Callable[[], object], asking: Ask) -> None:
    embedder = hash_embedder()
    searcher = Searcher(new_shop([LONG], embedder=embedder), embedder)  # type: ignore[arg-type]
    question = "遺失線軸須賠償 HKD 120,由按金扣除"
    (pick,) = select(searcher.search(asking(searcher, question)), searcher, asking(searcher, question))
    assert pick.evidence.text.startswith("遺失線軸須賠償 HKD 120")
    assert "星期日" not in pick.evidence.text


WARRANTY = "購買後 30 日內在網站登記風箏編號,保養免費延長 6 個月。逾期登記只作紀錄,不會延長保養。舊款風箏沿用購買當日的條款。"
PIECES = "登記後保養延長:網站登記的風箏延長 6 個月;門市登記的風箏延長 3 個月;電話登記的風箏延長 1 個月,以登記當日起計。"


def test_the_best_chunk_keeps_its_conditions_and_a_list_only_the_piece_that_answers(new_shop: Shop, asking: Ask) -> None:
    embedder = make_embedder(Settings(embedder="bundled"))
    searcher = Searcher(new_shop([WARRANTY, PIECES], embedder=embedder), embedder)
    question = "喺網站登記咗風箏,保養延長幾耐?"
    query = asking(searcher, question)
    for index, kept, left_out in ((0, "不會延長", "門市"), (1, "網站登記的風箏延長 6 個月", "門市")):
        (pick,) = select([found((index, 1.0), part=question)], searcher, query)
        assert kept in pick.evidence.text
        assert left_out not in pick.evidence.text
        assert pick.shorter is not None
        assert len(pick.shorter.text) <= len(pick.evidence.text)


def test_what_is_over_or_to_come_is_no_addition_to_what_holds(new_shop: Shop, new_article: Callable[..., Article], asking: Ask) -> None:
    texts = ["Kites are rented for EUR 14 a day.", "Renting two kites at the festival takes EUR 5 off.", "Reels are washed with soap."]
    searcher = Searcher(new_shop(texts, [new_article("a1", valid_until=dt.date(2031, 1, 1))]), None)
    hits = found((0, 1.0), (1, 0.99), (2, 0.9), part="What does renting a kite cost?")
    chosen = [pick.evidence.chunk.article for pick in select([hits], searcher, asking(searcher, "What does renting a kite cost?"))]
    assert chosen == ["a0", "a2"]
    asked = "What did renting a kite cost last year?"
    assert "a1" in [pick.evidence.chunk.article for pick in select([found((0, 1.0), (1, 0.99), part=asked)], searcher, asking(searcher, asked))]


def test_what_comes_on_top_stays(new_shop: Shop, asking: Ask) -> None:
    text = "A kite with its reel is HK$65 for 3 days, plus a deposit of HK$200 that is paid back when both come home dry and whole."
    searcher = Searcher(new_shop([text]), None)
    (pick,) = select([found((0, 1.0), part="rent for a kite?")], searcher, asking(searcher, "rent for a kite?"))
    assert "HK$200" in pick.evidence.text


def test_a_pick_knows_its_article(kites: Searcher, asking: Ask) -> None:
    (pick,) = select([found((4, 1.0))], kites, asking(kites, "kites?"))
    assert pick.evidence.chunk.article == "a4"


@pytest.mark.parametrize(
    ("question", "score", "denied"),
    [("Can I take the kite on the ferry?", 1.5, True), ("Can I take the kite on the ferry?", 0.5, False), ("Where is the ferry?", 1.5, False)],
    ids=["sure", "unsure", "no-such-question"],
)
def test_only_a_sure_hit_denies(new_shop: Shop, asking: Ask, hash_embedder: Callable[[], object], question: str, score: float, denied: bool) -> None:
    searcher = Searcher(new_shop(["Kites are not allowed on the ferry."], embedder=hash_embedder()), hash_embedder())  # type: ignore[arg-type]
    (first,) = select([found((0, score), part=question)], searcher, asking(searcher, question))
    assert first.denies == denied

"""retriever/search.py: who may read what, which version counts, and that vectors and words both find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from kb.content import Companions, Term
from kb.embedding import Vectors, unit_rows
from kb.errors import EmbedderError
from kb.models import Article, Chunk, Query, Turn
from kb.snapshot import Snapshot
from retriever.search import CANDIDATES, Searcher, ranked_articles

Shop = Callable[..., Snapshot]
Ask = Callable[..., Query]


TODAY = dt.date(2031, 5, 20)


def new_chunk_of(article: str, text: str) -> Chunk:
    return Chunk(id=f"{article}#0", article=article, ordinal=0, kind="paragraph", text=text, quote=text, section="", lines=(10, 10))


@pytest.fixture(scope="module")
def by_words(lantern_quay_snapshot: Snapshot) -> Searcher:
    return Searcher(lantern_quay_snapshot, None)


@pytest.fixture(scope="module")
def by_both(lantern_quay_snapshot: Snapshot, hash_embedder: Callable[[], object]) -> Searcher:
    return Searcher(lantern_quay_snapshot, hash_embedder())  # type: ignore[arg-type]


@pytest.fixture(params=["by_words", "by_both"])
def searcher(request: pytest.FixtureRequest) -> Searcher:
    found: Searcher = request.getfixturevalue(request.param)
    return found


def articles(searcher: Searcher, query: Query) -> list[str]:
    """Of the hits of the only question, best first."""
    (found,) = searcher.search(query)
    return [searcher.article(hit).id for hit in found.hits]


def texts(searcher: Searcher, query: Query) -> list[str]:
    (found,) = searcher.search(query)
    return [searcher.chunk(hit).text for hit in found.hits]


def test_hits_come_best_first_and_once(searcher: Searcher, asking: Ask) -> None:
    (found,) = searcher.search(asking(searcher, "未拆封的風暴傘幾多日內可退款?"))
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.index for hit in found.hits}) == len(found.hits) > 1
    assert "9 日" in searcher.chunk(found.hits[0]).text


@pytest.mark.parametrize("question", ["goodwill voucher limit for agents", "How much goodwill may agents grant without asking the team lead?"])
def test_internal_articles_are_never_among_a_customers_hits(searcher: Searcher, asking: Ask, question: str) -> None:
    for_customer, for_agent = (searcher.search(asking(searcher, question, asker=asker))[0] for asker in ("customer", "agent"))
    assert "staff/goodwill" not in {searcher.article(hit).id for hit in for_customer.hits}
    assert [searcher.article(hit).id for hit in for_customer.internal] == ["staff/goodwill"]
    assert searcher.article(for_agent.hits[0]).id == "staff/goodwill"
    assert for_agent.internal == ()


def test_no_question_leads_a_customer_to_an_internal_article(searcher: Searcher, asking: Ask) -> None:
    for chunk in searcher.snapshot.chunks:
        for found in searcher.search(asking(searcher, chunk.text)):
            assert all(searcher.article(hit).audience == "public" for hit in found.hits)


@pytest.mark.parametrize(
    ("as_of", "question", "there", "gone"),
    [
        ("2031-05-20", "風暴傘可退款嗎?", "returns/umbrellas", "returns/umbrellas-2030"),
        ("2030-12-31", "風暴傘可退款嗎?", "returns/umbrellas-2030", "returns/umbrellas"),
        ("2031-01-01", "風暴傘可退款嗎?", "returns/umbrellas", "returns/umbrellas-2030"),
    ],
)
def test_the_day_decides_which_version_is_found(searcher: Searcher, asking: Ask, as_of: str, question: str, there: str, gone: str) -> None:
    found = articles(searcher, asking(searcher, question, as_of=dt.date.fromisoformat(as_of)))
    assert there in found
    assert gone not in found


def test_a_question_about_the_past_or_the_future_finds_both_versions(searcher: Searcher, asking: Ask) -> None:
    both = {"returns/umbrellas", "returns/umbrellas-2030"}
    assert both <= set(articles(searcher, asking(searcher, "去年風暴傘可退款嗎?")))
    assert both <= set(articles(searcher, asking(searcher, "明年風暴傘可退款嗎?", as_of=dt.date(2030, 6, 1))))


def test_an_ended_article_that_nothing_replaces_is_still_found(new_shop: Shop, new_article: Callable[..., Article], asking: Ask) -> None:
    shop = new_shop(["Kite festival entry is free."], [new_article("a0", valid_until=dt.date(2031, 1, 1))])
    searcher = Searcher(shop, None)
    assert articles(searcher, asking(searcher, "Is kite festival entry free?")) == ["a0"]


def test_a_short_second_question_leans_on_the_first(new_shop: Shop, asking: Ask) -> None:
    searcher = Searcher(new_shop(["A lantern: price EUR 9, new reel.", "Box kites: EUR 14.", "Gloves are lent."]), None)
    for message, best in (
        ("Do you have box kites with strings? What is the price?", "Box kites: EUR 14."),
        ("What is the price?", "A lantern: price EUR 9, new reel."),
    ):
        *_, last = searcher.search(asking(searcher, message))
        assert searcher.chunk(last.hits[0]).text == best


def test_a_code_finds_its_own_promotion_even_when_that_is_over(new_shop: Shop, new_article: Callable[..., Article], asking: Ask) -> None:
    shop = new_shop(
        ["The code for the kite festival: WIND26.", "The code for the kite festival: wind 26."],
        [new_article("a0", valid_until=dt.date(2031, 1, 1)), new_article("a1")],
    )
    searcher = Searcher(shop, None)
    assert articles(searcher, asking(searcher, "the code for the kite festival wind26, does it work"))[0] == "a0"
    assert articles(searcher, asking(searcher, "the code for the kite festival, does it work"))[0] == "a1"


def test_an_article_in_force_is_found_before_the_same_words_of_one_that_is_not(
    new_shop: Shop, new_article: Callable[..., Article], asking: Ask
) -> None:
    """Neither replaces the other, so only the day tells them apart."""
    shop = new_shop(
        ["Kite festival entry is free.", "Kite festival entry is free.", "Kite festival entry is free."],
        [new_article("a0", valid_until=dt.date(2031, 1, 1)), new_article("a1", valid_from=dt.date(2031, 6, 1)), new_article("a2")],
    )
    searcher = Searcher(shop, None)
    assert articles(searcher, asking(searcher, "Is kite festival entry free?"))[0] == "a2"


@pytest.mark.parametrize(
    ("traditional", "simplified", "article"),
    [
        ("蘆葦筆幾多個星期清洗一次?", "芦苇笔几多个星期清洗一次?", "care/pens"),
        ("風暴傘的保養期多久?", "风暴伞的保养期多久?", "returns/umbrellas"),
        ("存放蘆葦筆避免陽光直射", "存放芦苇笔避免阳光直射", "care/pens"),
    ],
)
def test_any_script_finds_any_script(searcher: Searcher, asking: Ask, traditional: str, simplified: str, article: str) -> None:
    (one,), (other,) = (searcher.search(asking(searcher, text)) for text in (traditional, simplified))
    assert searcher.article(one.hits[0]).id == article
    assert [hit.index for hit in one.hits] == [hit.index for hit in other.hits]
    np.testing.assert_allclose([hit.score for hit in one.hits], [hit.score for hit in other.hits], atol=1e-5)


class Directions:
    """Texts that are numbers mean the row of that number of a fixed matrix; every other text means nothing."""

    def __init__(self, vectors: Vectors) -> None:
        self.identity, self.dimension, self._vectors = "directions", vectors.shape[1], vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        nothing = np.zeros(self.dimension, np.float32)
        return np.stack([self._vectors[int(text)] if text.isdigit() else nothing for text in texts])

    encode_passages = encode_queries


def test_faiss_hands_on_exactly_what_numpy_finds(new_shop: Shop, asking: Ask) -> None:
    vectors = unit_rows(np.random.default_rng(7).normal(size=(3 * CANDIDATES + 1, 24)))
    number = len(vectors) - 1
    embedder = Directions(vectors)
    searcher = Searcher(new_shop([str(row) for row in range(number)], embedder=embedder), embedder)
    (found,) = searcher.search(asking(searcher, str(number)))
    exact = vectors[:number] @ vectors[number]
    nearest = np.argsort(-exact)[:CANDIDATES]
    assert [hit.index for hit in found.hits] == nearest.tolist()
    np.testing.assert_allclose([hit.dense for hit in found.hits], exact[nearest], atol=1e-5)
    assert {hit.lexical for hit in found.hits} == {0}


def test_vectors_find_what_shares_no_word(new_shop: Shop, asking: Ask) -> None:
    vectors = np.eye(3, dtype=np.float32)
    searcher = Searcher(
        new_shop(["0", "1", "2"], embedder=Directions(vectors)), Directions(np.vstack([vectors, vectors[1] * 0.9 + vectors[2] * 0.1]))
    )
    (found,) = searcher.search(asking(searcher, "3"))
    assert searcher.chunk(found.hits[0]).text == "1"


def test_words_alone_find_in_a_snapshot_with_or_without_vectors(lantern_quay_snapshot: Snapshot, new_shop: Shop, asking: Ask) -> None:
    bare = new_shop(lantern_quay_snapshot.chunks, list(lantern_quay_snapshot.articles.values()), lantern_quay_snapshot.companions)
    found = []
    for snapshot in (lantern_quay_snapshot, bare):
        searcher = Searcher(snapshot, None)
        (one,) = searcher.search(asking(searcher, "What does delivery to the islands cost?"))
        found.append([(hit.index, hit.score) for hit in one.hits])
        assert not one.vector.any()
        assert {hit.dense for hit in one.hits} == {0}
    assert found[0] == found[1] != []


def test_a_snapshot_without_vectors_is_searched_by_words_whatever_the_embedder(
    new_shop: Shop, hash_embedder: Callable[[], object], asking: Ask
) -> None:
    searcher = Searcher(new_shop(["Kites fly.", "Bells ring."]), hash_embedder())  # type: ignore[arg-type]
    assert searcher.embedder is None
    assert texts(searcher, asking(searcher, "kites")) == ["Kites fly."]


def test_the_vectors_of_another_embedder_are_refused(lantern_quay_snapshot: Snapshot, hash_embedder: Callable[..., object]) -> None:
    with pytest.raises(EmbedderError, match="built with hash:64, the settings name other:64"):
        Searcher(lantern_quay_snapshot, hash_embedder("other"))  # type: ignore[arg-type]


def test_words_that_stand_nowhere_find_nothing(by_words: Searcher, asking: Ask) -> None:
    for text in ("zeppelin", "👍", "", "?"):
        assert articles(by_words, asking(by_words, text)) == []


def test_a_shop_without_chunks_finds_nothing(new_shop: Shop, asking: Ask) -> None:
    searcher = Searcher(new_shop([]), None)
    assert articles(searcher, asking(searcher, "kites")) == []


def test_each_question_of_a_message_is_searched(searcher: Searcher, asking: Ask) -> None:
    first, second = searcher.search(asking(searcher, "未拆封的風暴傘可以退款嗎?蘆葦筆要幾耐清洗一次?"))
    assert (searcher.article(first.hits[0]).id, searcher.article(second.hits[0]).id) == ("returns/umbrellas", "care/pens")
    assert first.part == "未拆封的風暴傘可以退款嗎?"


@pytest.mark.parametrize(
    ("chunks", "question", "best"),
    [
        (["寄往澳門的包裹需時 4 日", "寄往台灣的包裹需時 6 日"], "包裹寄去高雄要幾耐?", 1),
        (["Parcels to Macau take 4 days.", "Parcels to Taiwan take 6 days."], "How long do parcels to Kaohsiung take?", 1),
        (["Parcels below 5 kg cost EUR 3.", "Parcels above 5 kg cost EUR 8."], "My parcel has 7 kg, what does it cost?", 1),
        (["Parcels above 5 kg cost EUR 8.", "Parcels below 5 kg cost EUR 3."], "My parcel has 2 kg, what does it cost?", 1),
        (["Kite repairs cost EUR 5.", "Kite repairs take 5 days."], "Kite repairs: how long?", 1),
        (["Kite repairs take 5 days.", "Kite repairs cost EUR 5."], "Kite repairs: price?", 1),
        (["This article: kite rental costs.", "Sunny weekends: kite rental costs."], "kite rental costs", 1),
    ],
    ids=["place", "place-en", "above", "below", "duration", "money", "about-itself"],
)
def test_what_the_question_names_tells_like_sentences_apart(new_shop: Shop, asking: Ask, chunks: list[str], question: str, best: int) -> None:
    searcher = Searcher(new_shop(chunks), None)
    assert texts(searcher, asking(searcher, question))[0] == chunks[best]


HERONS = [f"Heron kite number {size}: tail of {length} m." for size, length in ((54, 3), (56, 4), (58, 5), (60, 6))]


@pytest.mark.parametrize(("question", "best"), [("隻 Heron 五十六號條尾有幾長?", 1), ("Heron kite 58, how long is the tail?", 2)])
def test_a_number_that_the_customer_names_finds_its_line(new_shop: Shop, asking: Ask, question: str, best: int) -> None:
    searcher = Searcher(new_shop(HERONS), None)
    assert texts(searcher, asking(searcher, question))[0] == HERONS[best]


def test_a_follow_up_is_not_answered_with_what_was_just_said(new_shop: Shop, asking: Ask) -> None:
    chunks = ["Dragon kites keep for 18 months.", "Heron kites keep for 7 months."]  # equally near to the question
    searcher = Searcher(new_shop(chunks), None)
    history = [Turn("customer", "How long do kites keep?"), Turn("agent", "Dragon kites keep for 18 months.")]
    assert texts(searcher, asking(searcher, "and the others?", history=history))[0] == chunks[1]
    assert texts(searcher, asking(searcher, "and the others?", history=history[:1]))[0] == chunks[0]


def test_what_asks_for_something_over_finds_it_as_if_it_were_in_force(new_shop: Shop, new_article: Callable[..., Article], asking: Ask) -> None:
    over = new_article("over", valid_until=TODAY - dt.timedelta(days=3))
    searcher = Searcher(new_shop([new_chunk_of("over", "Kite voucher: EUR 3 off."), new_chunk_of("now", "Kite voucher: EUR 3 off.")], [over]), None)

    def scores(question: str) -> dict[str, float]:
        (found,) = searcher.search(asking(searcher, question))
        return {searcher.article(hit).id: hit.score for hit in found.hits}

    plain, ended = scores("Kite voucher?"), scores("Kite voucher still valid?")
    assert plain["over"] < plain["now"]
    assert ended["over"] == pytest.approx(ended["now"])


def test_a_brand_is_found_by_what_it_is(new_shop: Shop, asking: Ask) -> None:
    """Which article words name a payment service, a convenience store or a courier's locker is general knowledge."""
    chunks = ["信用卡退款需 9 日", "電子錢包退款需 4 日", "超商取貨保留 7 日", "郵局取貨保留 5 日"]
    searcher = Searcher(new_shop(chunks), None)
    assert texts(searcher, asking(searcher, "PayMe 退款要幾耐?"))[0] == chunks[1]
    assert texts(searcher, asking(searcher, "小七取貨保留幾耐?"))[0] == chunks[2]
    (found,) = searcher.search(asking(searcher, "PayMe 退款要幾耐?"))
    assert found.part == "PayMe 退款要幾耐?"


def test_of_the_thresholds_reached_the_highest_counts(new_shop: Shop, new_chunk: Callable[..., Chunk], asking: Ask) -> None:
    chunks = [
        new_chunk("a", f"Orders of EUR {low} or more get EUR {off} off.", number)
        for number, (low, off) in enumerate([(100, 5), (300, 20), (900, 80)])
    ]
    searcher = Searcher(new_shop(chunks), None)
    assert texts(searcher, asking(searcher, "My orders come to EUR 450, how much off?"))[0] == chunks[1].text


def test_a_shops_own_word_finds_the_product_by_its_other_name(new_shop: Shop, asking: Ask) -> None:
    glossary = (Term(id="storm", names={"zh-Hant": ["風暴傘", "防風雨遮"]}), Term(id="fold", names={"zh-Hant": ["摺疊傘", "縮骨遮"]}))
    searcher = Searcher(new_shop(["摺疊傘保養期 7 個月", "風暴傘保養期 18 個月"], companions=Companions(glossary=glossary)), None)
    assert texts(searcher, asking(searcher, "防風雨遮保養期幾耐?"))[0] == "風暴傘保養期 18 個月"
    assert texts(searcher, asking(searcher, "縮骨遮保養期幾耐?"))[0] == "摺疊傘保養期 7 個月"


def test_articles_are_ranked_by_their_best_chunk_over_all_questions(by_words: Searcher, asking: Ask) -> None:
    found = by_words.search(asking(by_words, "未拆封的風暴傘可以退款嗎?蘆葦筆要幾耐清洗一次?"))
    ranked = ranked_articles(found, by_words)
    assert set(ranked) == {by_words.article(hit).id for one in found for hit in one.hits}
    assert len(set(ranked)) == len(ranked)
    best = max((hit for one in found for hit in one.hits), key=lambda hit: hit.score)
    assert ranked[0] == by_words.article(best).id
    assert ranked_articles(found, by_words, most=1) == ranked[:1]


def test_at_most_ten_articles_are_ranked(new_shop: Shop, asking: Ask) -> None:
    searcher = Searcher(new_shop([f"Kite number {number} flies." for number in range(30)]), None)
    assert len(ranked_articles(searcher.search(asking(searcher, "kite")), searcher)) == 10

"""A searcher that takes over what an earlier one derived finds what one built afresh finds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import itertools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content import Companions, Term
from kb.embedding import Embedder, make_embedder
from kb.models import Article, Chunk
from kb.settings import Settings
from kb.snapshot import Change, Snapshot, make
from kb.succession import Succession
from retriever import abstain
from retriever.answer import Answerer

QUESTIONS = (
    "How many days until a lamp is delivered to the island?", "石燈幾多錢?", "纸灯可以退货吗", "Who pays 30 for the paper lamp", "Mid-Autumn Festival hours",
)  # fmt: skip
PHRASES = (
    "A lamp is delivered to the island within 5 days.", "石燈每盞 HK$120,簽收後 9 日內可退。", "纸灯拆封后不能退货。", "The paper lamp costs EUR 30.",
    "On the Mid-Autumn Festival, 6 October, we close at 3 pm.", "Never say \"the best lamp\".", "We grant a voucher of EUR 17 without asking.", "運費 40 元。",
)  # fmt: skip
GLOSSARY = (
    Term.model_validate({"id": "stone-lamp", "names": {"zh-Hant": ["石燈"], "en": ["stone lamp"]}}),
    Term.model_validate({"id": "paper-lamp", "names": {"zh-Hans": ["纸灯"], "en": ["paper lamp"]}}),
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    found = make_embedder(Settings())
    assert found is not None
    return found


def content_of(name: str, picks: tuple[int, ...], turn: int) -> tuple[Article, tuple[Chunk, ...]]:
    article = Article(
        id=name, file=f"{name}.md", title=f"{'Paper lamp' if turn % 2 else '石燈'} {name}", lang="en", category="compliance" if turn % 3 == 0 else "",
        products=("stone-lamp", "paper-lamp")[: turn % 3], audience="agent" if turn % 4 == 3 else "public", owner="Desk",
        valid_from=dt.date(2031, 1, 1), valid_until=dt.date(2031, 4, 1) if turn % 5 == 4 else None, review_by=None,
        supersedes="b" if name == "a" else None, translation_of=None, status="published", disclaimers=(), version=f"{name}{turn}", sections=(),
    )  # fmt: skip
    kinds = itertools.cycle(("item", "item", "paragraph"))
    chunks = tuple(
        Chunk(f"{name}#{at}", name, at, kind, PHRASES[pick], PHRASES[pick], f"Part {at // 2}", (at + 3, at + 3))  # type: ignore[arg-type]
        for at, (pick, kind) in enumerate(zip(picks, kinds, strict=False))
    )
    return article, chunks


def change_of(name: str, picks: tuple[int, ...], turn: int, embedder: Embedder) -> Change:
    """An article as it is in this turn; without passages it goes."""
    article, chunks = content_of(name, picks, turn)
    vectors = embedder.encode_passages([chunk.text for chunk in chunks]) if chunks else np.zeros((0, embedder.dimension), np.float32)
    return Change(frozenset({name}), (article,) if picks else (), chunks, vectors, Companions(glossary=GLOSSARY), {})


def first_shop(embedder: Embedder) -> Snapshot:
    changes = [change_of(name, picks, turn, embedder) for turn, (name, picks) in enumerate({"a": (0, 1), "b": (2, 3, 7), "c": (5, 4)}.items())]
    whole = changes[0].then(changes[1]).then(changes[2])
    return make(whole.articles, whole.chunks, whole.vectors, embedder.identity, whole.companions)


def afresh(snapshot: Snapshot) -> Snapshot:
    """The same with nothing taken over."""
    chunks = [dataclasses.replace(chunk) for chunk in snapshot.chunks]
    again = make(list(snapshot.articles.values()), chunks, snapshot.vectors.copy(), snapshot.embedder, snapshot.companions)
    return dataclasses.replace(again, id=snapshot.id)


def answer_of(answerer: Answerer, question: str) -> dict[str, Any]:
    given = answerer.answer(question, as_of=dt.date(2031, 5, 20)).as_json()
    return {key: value for key, value in given.items() if key not in ("id", "timings_ms", "confidence")}


def assert_finds_the_same(one: Answerer, other: Answerer) -> None:
    for question in QUESTIONS:
        query = one.searcher.understand(question, as_of=dt.date(2031, 5, 20))
        for mine, theirs in zip(one.searcher.search(query), other.searcher.search(query), strict=True):
            assert [hit.index for hit in mine.hits] == [hit.index for hit in theirs.hits]
            scores = [[(hit.score, hit.dense, hit.lexical) for hit in found.hits] for found in (mine, theirs)]
            np.testing.assert_allclose(scores[0], scores[1], atol=2e-6)
            assert [hit.index for hit in mine.internal] == [hit.index for hit in theirs.internal]
        assert answer_of(one, question) == answer_of(other, question)
    text = "It is the best lamp, we grant a voucher of EUR 17, open on 7 October, the Mid-Autumn Festival."
    assert one.check(text, ()) == other.check(text, ())


steps = st.lists(st.tuples(st.sampled_from("abcde"), st.lists(st.integers(0, len(PHRASES) - 1), max_size=4).map(tuple)), min_size=1, max_size=5)


@settings(max_examples=12)
@given(steps)
def test_whatever_is_published_and_retired_the_answers_are_those_of_an_index_built_afresh(
    embedder: Embedder, steps: list[tuple[str, tuple[int, ...]]]
) -> None:  # fmt: skip
    snapshot = first_shop(embedder)
    answerer = Answerer(snapshot, embedder)
    for turn, (name, picks) in enumerate(steps):
        snapshot = snapshot.changed(change_of(name, picks, turn + 3, embedder), f"snapshot-{turn}", "")
        if not snapshot.chunks:
            break
        answerer = Answerer(snapshot, embedder, before=answerer)
        assert answerer.searcher.succession is not None
    assert_finds_the_same(answerer, Answerer(afresh(snapshot), embedder))


def test_going_back_to_an_earlier_snapshot_answers_as_it_did(embedder: Embedder) -> None:
    snapshot = first_shop(embedder)
    first = Answerer(snapshot, embedder)
    later = Answerer(snapshot.changed(change_of("b", (6,), 3, embedder), "later", ""), embedder, before=first)
    back = Answerer(afresh(snapshot), embedder, before=later)
    assert_finds_the_same(back, first)


def test_what_is_loaded_again_is_taken_over_where_it_is_equal(embedder: Embedder) -> None:
    snapshot = first_shop(embedder)
    later = snapshot.changed(change_of("b", (6,), 3, embedder), "later", "")
    succession = Succession.of(snapshot, afresh(later))
    assert succession.chunks.tolist() == [0, 1, 5, 6, -1]
    assert succession.articles.tolist() == [0, 2, -1]
    assert (succession.gone.tolist(), succession.fresh.tolist()) == ([2, 3, 4], [4])


def test_an_article_is_taken_over_whole_or_not_at_all(embedder: Embedder) -> None:
    snapshot = first_shop(embedder)
    without_one = dataclasses.replace(snapshot, chunks=snapshot.chunks[1:], vectors=snapshot.vectors[1:])
    assert Succession.of(snapshot, without_one).chunks.tolist() == [-1, 2, 3, 4, 5, 6]
    assert Succession.of(without_one, snapshot).chunks.tolist() == [-1, -1, 1, 2, 3, 4, 5]
    renamed = dataclasses.replace(snapshot, articles={**snapshot.articles, "c": dataclasses.replace(snapshot.articles["c"], title="Other")})
    assert Succession.of(snapshot, renamed).chunks.tolist() == [0, 1, 2, 3, 4, -1, -1]


def test_only_what_is_new_is_embedded_again(lantern_quay_snapshot: Snapshot, hash_embedder: Callable[[], Any]) -> None:
    embedder = hash_embedder()
    before = Answerer(lantern_quay_snapshot, embedder)
    chunk = dataclasses.replace(lantern_quay_snapshot.chunks[0], id="new#0", article="new", text="Quills are kept dry.", quote="Quills are kept dry.")
    article = dataclasses.replace(next(iter(lantern_quay_snapshot.articles.values())), id="new", title="Quills")
    change = Change(frozenset(), (article,), (chunk,), embedder.encode_passages([chunk.text]), lantern_quay_snapshot.companions, {})
    embedder.passages.clear()
    Answerer(lantern_quay_snapshot.changed(change, "later", ""), embedder, before=before)
    assert embedder.passages == ["Quills"]


def test_a_searcher_that_was_replaced_is_gone_at_once(embedder: Embedder) -> None:
    snapshot = first_shop(embedder)
    before = Answerer(snapshot, embedder)
    answer_of(before, QUESTIONS[0])
    gone = [weakref.ref(before.searcher), weakref.ref(snapshot)]
    gc.collect()
    gc.disable()
    try:
        after = Answerer(snapshot.changed(change_of("b", (6,), 3, embedder), "later", ""), embedder, before=before)
        del before, snapshot
        assert [one() for one in gone] == [None, None]
        assert after.snapshot.id == "later"
    finally:
        gc.enable()


def test_the_measure_of_a_large_snapshot_is_taken_over_until_it_is_measured_itself(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abstain, "MEASURED_AT_ONCE", 3)
    monkeypatch.setattr(abstain, "FEW", 0.5)
    snapshot = first_shop(embedder)
    first = Answerer(snapshot, embedder)
    later = Answerer(snapshot.changed(change_of("a", (6,), 3, embedder), "later", ""), embedder, before=first)
    assert (first.abstainer.measured, later.abstainer.measured) == (True, False)
    assert later.abstainer._probe is first.abstainer._probe
    later.abstainer.measure()
    again = Answerer(afresh(later.snapshot), embedder)
    day = dt.date(2031, 5, 20)
    for question in QUESTIONS:
        for mine, theirs in zip(later.features(question, (), day, "customer"), again.features(question, (), day, "customer"), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-4)
    third = Answerer(later.snapshot.changed(change_of("c", (0, 1, 2, 3), 4, embedder), "third", ""), embedder, before=later)
    assert third.abstainer.measured, "where much changed it is measured at once"

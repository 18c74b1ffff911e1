"""BM25 that follows its corpus comes to the index that would be built afresh, and to the one of bm25s."""

from __future__ import annotations

import logging
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.bm25 import K1, NOTHING, B, Bm25

WORDS = tuple("ink pen reed lamp quay wind rope sail tide gull".split())
rows = st.lists(st.sampled_from(WORDS), max_size=12)


def scores_equal(one: Bm25, other: Bm25) -> None:
    assert len(one) == len(other)
    assert set(one.vocab_dict) == set(other.vocab_dict)
    for token in (*WORDS, NOTHING, "unknown"):
        np.testing.assert_array_equal(one.get_scores([token]), other.get_scores([token]))
        assert one.inverse_document_frequency(token) == other.inverse_document_frequency(token)
    np.testing.assert_array_equal(one.get_scores(WORDS), other.get_scores(WORDS))


@given(st.lists(rows, min_size=1, max_size=20))
def test_scores_are_those_of_bm25s(corpus: list[list[str]]) -> None:
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index([tokens or [NOTHING] for tokens in corpus], show_progress=False)
    asked = [word for word in WORDS if word in theirs.vocab_dict]
    if asked:
        np.testing.assert_allclose(Bm25.of(corpus).get_scores(asked), theirs.get_scores(asked), rtol=1e-5)


@given(st.data())
def test_following_comes_to_what_is_built_afresh(data: st.DataObject) -> None:
    corpus = data.draw(st.lists(rows, max_size=8), label="corpus")
    index = Bm25.of(corpus)
    for _ in range(data.draw(st.integers(1, 4), label="changes")):
        kept = data.draw(st.permutations(range(len(corpus))), label="order")[: data.draw(st.integers(0, len(corpus)), label="kept")]
        fresh = data.draw(st.lists(rows, max_size=3), label="fresh")
        places = data.draw(st.permutations([*kept, *[-1] * len(fresh)]), label="places")
        coming = iter(fresh)
        corpus = [corpus[place] if place >= 0 else next(coming) for place in places]
        index = index.following(np.array(places, np.int64), fresh)
        scores_equal(index, Bm25.of(corpus))


def test_an_index_is_what_was_saved(tmp_path: Path) -> None:
    built = Bm25.of([["ink", "pen", "ink"], [], ["墨水", "pen"]])
    built.save(tmp_path / "lexical")
    loaded = Bm25.load(tmp_path / "lexical")
    assert loaded.vocab_dict == built.vocab_dict
    np.testing.assert_array_equal(loaded.get_scores(["ink", "墨水", "pen"]), built.get_scores(["ink", "墨水", "pen"]))


def test_an_earlier_index_stays_as_it_was() -> None:
    built = Bm25.of([["ink", "pen"], ["pen"]])
    before = built.get_scores(["pen", "ink"])
    built.following(np.array([1, -1]), [["ink", "gull"]])
    np.testing.assert_array_equal(built.get_scores(["pen", "ink"]), before)
    assert "gull" not in built.vocab_dict


def test_a_token_that_stands_nowhere_any_more_is_forgotten() -> None:
    later = Bm25.of([["ink"], ["pen"]]).following(np.array([1]), [])
    assert list(later.vocab_dict) == ["pen"]
    assert later.get_scores(["ink"]) == pytest.approx([0.0])

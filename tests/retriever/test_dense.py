"""retriever/dense.py: the vector of a question, and FAISS against exact NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb.content import Companions
from kb.embedding import Vectors, unit_rows
from kb.snapshot import Snapshot
from retriever.dense import nearest, query_vector

HALF_PRECISION = 2e-3
"""A unit vector's coordinates keep eleven bits."""


def snapshot_of(vectors: Vectors) -> Snapshot:
    """A snapshot of as many chunks as vectors; nobody looks at the chunks."""
    return Snapshot("s", "", "test", {}, (None,) * len(vectors), vectors, Companions())  # type: ignore[arg-type]


@given(
    arrays(np.float32, st.tuples(st.integers(1, 40), st.just(6)), elements=st.floats(-1, 1, width=32)),
    arrays(np.float32, 6, elements=st.floats(-1, 1, width=32)).filter(lambda vector: np.linalg.norm(vector) > 0.1),
    st.integers(1, 50),
)
def test_faiss_finds_what_exact_arithmetic_finds_to_half_precision(raw: Vectors, vector: Vectors, k: int) -> None:
    vectors = unit_rows(raw)
    rows, cosines = nearest(snapshot_of(vectors), vector, k)
    exact = vectors @ vector
    assert len(rows) == len(set(rows.tolist())) == min(k, len(vectors))
    np.testing.assert_allclose(cosines, exact[rows], atol=HALF_PRECISION)
    np.testing.assert_allclose(cosines, np.sort(exact)[::-1][: len(rows)], atol=HALF_PRECISION)


def test_nothing_is_near_without_vectors_or_for_a_question_without_known_words() -> None:
    without = snapshot_of(np.zeros((3, 0), np.float32))
    with_vectors = snapshot_of(np.eye(3, dtype=np.float32))
    for snapshot, vector in (
        (without, np.ones(3, np.float32)),
        (with_vectors, np.zeros(3, np.float32)),
        (snapshot_of(np.zeros((0, 3), np.float32)), np.ones(3, np.float32)),
    ):
        rows, cosines = nearest(snapshot, vector, 5)
        assert rows.shape == cosines.shape == (0,)


def test_a_questions_vector_is_its_own_moved_by_what_stands_around_it(hash_embedder: Callable[[], object]) -> None:
    embedder = hash_embedder()
    part, whole, context = "storm umbrella refund", "storm umbrella refund and island parcels", "reed pens and ink"
    own, around, before = embedder.encode_queries([part, whole, context])  # type: ignore[attr-defined]
    alone = query_vector(embedder, part, part, "")  # type: ignore[arg-type]
    with_whole = query_vector(embedder, part, whole, "")  # type: ignore[arg-type]
    with_context = query_vector(embedder, part, part, context)  # type: ignore[arg-type]
    np.testing.assert_allclose(alone, own, atol=1e-6)
    assert with_whole @ around > alone @ around
    assert with_context @ before > alone @ before
    for vector, other in ((with_whole, around), (with_context, before)):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert vector @ own > vector @ other, "the question's own words count most"


def test_a_question_of_unknown_words_has_no_direction(hash_embedder: Callable[[], object]) -> None:
    assert not query_vector(hash_embedder(), "👍", "👍", "").any()  # type: ignore[arg-type]

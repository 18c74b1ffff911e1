"""retriever/fusion.py: arithmetic on scores."""

from __future__ import annotations

import numpy as np
import pytest

from retriever.fusion import Weights, fuse

ZEROS = np.zeros(3, np.float32)
LEXICAL = np.array([0.2, 1.0, 0.0], np.float32)


def test_without_vectors_the_lexical_score_is_the_score() -> None:
    np.testing.assert_array_equal(fuse(ZEROS, ZEROS, LEXICAL, Weights()), LEXICAL)


def test_with_vectors_the_score_is_the_weighted_sum() -> None:
    dense, late = np.array([0.5, 0.1, -0.2], np.float32), np.array([0.3, 0.4, 0.0], np.float32)
    fused = fuse(dense, late, LEXICAL, Weights(dense=2.0, late=0.5, lexical=0.1))
    np.testing.assert_allclose(fused, [1.0 + 0.15 + 0.02, 0.2 + 0.2 + 0.1, -0.4], atol=1e-6)
    assert fused.dtype == np.float32


def test_vectors_without_token_vectors_count_alone() -> None:
    fused = fuse(np.array([0.5, 0.1, 0.2], np.float32), ZEROS, ZEROS, Weights(dense=1.0))
    np.testing.assert_allclose(fused, [0.5, 0.1, 0.2])


@pytest.mark.parametrize("signal", [0, 1, 2])
def test_more_of_any_signal_never_lowers_the_score(signal: int) -> None:
    signals = [np.array([0.5, 0.1], np.float32), np.array([0.2, 0.1], np.float32), np.array([0.3, 0.1], np.float32)]
    before = fuse(*signals, Weights())
    signals[signal] = signals[signal] + np.array([0.2, 0.0], np.float32)
    after = fuse(*signals, Weights())
    assert after[0] > before[0]
    assert after[1] == before[1]


def test_nothing_fuses_to_nothing() -> None:
    empty = np.zeros(0, np.float32)
    assert fuse(empty, empty, empty, Weights()).shape == (0,)

"""kb/late.py: late interaction, against the sum written out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kb.late import LateInteraction
from kb.static_embedding import TokenVectors


class Words:
    """Each known word has its own direction; the weight of a word is its length."""

    VOCABULARY = ("delta", "kite", "line", "box", "wind")

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = []
        for text in texts:
            ids = np.array([self.VOCABULARY.index(word) for word in text.split() if word in self.VOCABULARY], np.int32)
            vectors = np.eye(len(self.VOCABULARY), dtype=np.float32)[ids]
            found.append(TokenVectors(ids, vectors, np.array([len(self.VOCABULARY[i]) for i in ids], np.float32)))
        return found


TEXTS = ["delta kite line", "box kite", "unknown words only", "wind"]


def test_scores_are_the_weighted_mean_of_each_query_tokens_best_match() -> None:
    late = LateInteraction(Words(), TEXTS)
    scores = late.scores("delta kite", np.array([0, 1, 2, 3]))
    np.testing.assert_allclose(scores, [1.0, 4 / 9, 0.0, 0.0], atol=1e-6)  # kite has 4 letters, delta 5


def test_rows_may_come_in_any_order_and_number() -> None:
    late = LateInteraction(Words(), TEXTS)
    np.testing.assert_allclose(late.scores("kite", np.array([3, 1])), [0.0, 1.0], atol=1e-6)
    assert late.scores("kite", np.array([], np.int64)).shape == (0,)


@pytest.mark.parametrize("query", ["", "nothing known"])
def test_a_query_without_a_known_token_scores_nothing(query: str) -> None:
    assert not LateInteraction(Words(), TEXTS).scores(query, np.arange(4)).any()

"""Late interaction: a query's tokens each look for their best match in a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.embedding import TokenEmbedder

Floats = NDArray[np.float32]


class LateInteraction:
    """MaxSim (Khattab & Zaharia, ColBERT, 2020) over a static model's token vectors, weighted by each query token's importance."""

    def __init__(self, embedder: TokenEmbedder, texts: Sequence[str]) -> None:
        self._embedder, self._texts = embedder, texts
        self._tokens = lru_cache(maxsize=20_000)(self._of_chunk)

    def _of_chunk(self, row: int) -> Floats:
        return self._embedder.encode_tokens([self._texts[row]])[0].vectors

    def scores(self, part: str, rows: NDArray[np.int64]) -> Floats:
        """(len(rows),) in -1..1: the weighted mean over the query's tokens of their best cosine in the chunk."""
        query = self._embedder.encode_tokens([part])[0]
        total = float(query.weights.sum())
        if not len(query.ids) or total <= 0 or not len(rows):
            return np.zeros(len(rows), np.float32)
        chunks = [self._tokens(int(row)) for row in rows]
        lengths = np.array([len(one) for one in chunks])
        filled = np.flatnonzero(lengths)
        scores = np.zeros(len(rows), np.float32)
        if not len(filled):
            return scores
        cosines = np.concatenate([chunks[i] for i in filled]) @ query.vectors.T
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        best = np.maximum.reduceat(cosines, starts, axis=0)
        scores[filled] = best @ query.weights / total
        return scores


__all__ = ["LateInteraction"]

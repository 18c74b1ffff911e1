"""Dense scores: FAISS inner products of a query's vectors, and late interaction between tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder, TokenEmbedder, Vectors, unit_rows
from kb.snapshot import Snapshot

Floats = NDArray[np.float32]
CONTEXT_WEIGHT = 0.5
"""How much an earlier message moves the vector of a follow-up."""
WHOLE_WEIGHT = 0.3
"""How much the whole message moves the vector of one of its questions."""


def query_vector(embedder: Embedder, part: str, whole: str, context: str) -> Floats:
    """Unit vector (dimension,) of one question: its own words, some of the whole message, some of what it follows up."""
    texts = [part, *([whole] if whole != part else []), *([context] if context else [])]
    weights = [1.0, *([WHOLE_WEIGHT] if whole != part else []), *([CONTEXT_WEIGHT] if context else [])]
    vectors: Vectors = embedder.encode_queries(texts)
    mixed = (vectors * np.asarray(weights, np.float32)[:, None]).sum(axis=0, keepdims=True)
    return unit_rows(mixed)[0]


def nearest(snapshot: Snapshot, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """(rows, cosines) of the k nearest chunks, best first; empty without vectors or for a zero vector."""
    if snapshot.faiss is None or not vector.any():
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    cosines, rows = snapshot.faiss.search(vector[None, :], min(k, len(snapshot.chunks)))
    return rows[0], cosines[0]


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


__all__ = ["CONTEXT_WEIGHT", "WHOLE_WEIGHT", "LateInteraction", "nearest", "query_vector"]

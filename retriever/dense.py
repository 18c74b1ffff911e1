"""Dense scores: a question's vector, and its nearest chunks by FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder, Vectors, unit_rows
from kb.snapshot import Snapshot

Floats = NDArray[np.float32]
CONTEXT_WEIGHT = 0.3
"""How much an earlier message moves the vector of a follow-up."""
WHOLE_WEIGHT = 0.6
"""How much the whole message moves the vector of one of its questions."""


class Remembered:
    """An embedder that remembers the vectors of texts that come again: the question at hand, the sentences of the chunks that answer most."""

    def __init__(self, embedder: Embedder) -> None:
        self.identity, self.dimension = embedder.identity, embedder.dimension
        self._query = lru_cache(maxsize=256)(lambda text: embedder.encode_queries([text])[0])
        self._passage = lru_cache(maxsize=16_384)(lambda text: embedder.encode_passages([text])[0])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._rows([self._query(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._rows([self._passage(text) for text in texts])

    def _rows(self, vectors: Sequence[Floats]) -> Vectors:
        return np.stack(vectors) if vectors else np.zeros((0, self.dimension), np.float32)


def query_vector(embedder: Embedder, part: str, whole: str, context: str) -> Floats:
    """Unit vector (dimension,) of one question: its own words, some of the whole message, some of what it follows up."""
    texts = [part, *([whole] if whole != part else []), *([context] if context else [])]
    weights = [1.0, *([WHOLE_WEIGHT] if whole != part else []), *([CONTEXT_WEIGHT] if context else [])]
    vectors: Vectors = embedder.encode_queries(texts)
    mixed = (vectors * np.asarray(weights, np.float32)[:, None]).sum(axis=0, keepdims=True)
    mixed_unit: Floats = unit_rows(mixed)[0]
    return mixed_unit


def nearest(snapshot: Snapshot, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """(rows, cosines) of the k nearest chunks, best first; empty without vectors or for a zero vector."""
    if snapshot.faiss is None or not vector.any():
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    cosines, rows = snapshot.faiss.search(vector[None, :], min(k, len(snapshot.chunks)))
    return rows[0], cosines[0]


__all__ = ["CONTEXT_WEIGHT", "WHOLE_WEIGHT", "Remembered", "nearest", "query_vector"]

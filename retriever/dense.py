"""Dense scores: a question's vector, and its nearest chunks by FAISS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder, Vectors, unit_rows
from kb.snapshot import Snapshot

Floats = NDArray[np.float32]
CONTEXT_WEIGHT = 0.3
"""How much an earlier message moves the vector of a follow-up."""
WHOLE_WEIGHT = 0.3
"""How much the whole message moves the vector of one of its questions."""


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


__all__ = ["CONTEXT_WEIGHT", "WHOLE_WEIGHT", "nearest", "query_vector"]

"""Lexical scores: BM25 over the normalised text, divided by the best that the query's terms could reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.snapshot import Snapshot
from kb.text import tokenise

CONTEXT_SHARE = 0.3
"""What a term of an earlier message counts beside one of this message."""


def scores(snapshot: Snapshot, part: str, whole: str, context: str) -> NDArray[np.float32]:
    """(chunks,) BM25 over what the query's terms could reach at most, 0..1: low where the shop knows few of the words.

    The bound is the sum of the terms' inverse document frequencies, those that stand nowhere included (docs/fusion.md).
    """
    index = snapshot.bm25
    total = np.zeros(len(snapshot.chunks), np.float32)
    if index is None:
        return total
    bound = 0.0
    for text, weight in ((part, 1.0), (whole if whole != part else "", CONTEXT_SHARE), (context, CONTEXT_SHARE)):
        tokens = list(dict.fromkeys(tokenise(text)))
        known = [token for token in tokens if token in index.vocab_dict]
        if known:
            total += weight * index.get_scores(known)
        bound += weight * sum(inverse_document_frequency(snapshot, token) for token in tokens)
    return np.asarray(total / bound, np.float32) if bound > 0 else total


def coverage(snapshot: Snapshot, text: str, row: int) -> float:
    """Share of the text's tokens, weighted by inverse document frequency, that stand in the chunk; 0..1."""
    chunk = snapshot.chunks[row]
    tokens = dict.fromkeys(tokenise(text))
    present = set(tokenise(chunk.indexed_text(snapshot.articles[chunk.article].title)))
    weights = {token: inverse_document_frequency(snapshot, token) for token in tokens}
    total = sum(weights.values())
    return sum(weight for token, weight in weights.items() if token in present) / total if total else 0.0


def inverse_document_frequency(snapshot: Snapshot, token: str) -> float:
    """ln((N - n + 0.5) / (n + 0.5) + 1), with the largest value for an unknown token; 0 without chunks."""
    return snapshot.bm25.inverse_document_frequency(token) if snapshot.bm25 is not None else 0.0


__all__ = ["coverage", "inverse_document_frequency", "scores"]

"""BM25 of every message and chunk, and the ways to add it to the dense side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.fusion import Weights
from retriever.lexical import CONTEXT_SHARE
from retriever.search import CANDIDATES
from ui.fusion_report.bases import Base, Floats
from ui.fusion_report.tokens import Split

SHIPPED = (1.2, 0.5)
"""(k1, b) of BM25."""
RRF_K = 60.0


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 of every case and chunk of a base."""

    scores: Floats
    """(cases, chunks), at least 0, with the share of the context."""
    bound: Floats
    """(cases, 1) the sum of the inverse document frequencies of the message's terms, those that stand nowhere included: no score is higher."""


def lexical(base: Base, split: Split, k1: float = SHIPPED[0], b: float = SHIPPED[1]) -> Lexical:
    """BM25 in Lucene's form, over each distinct term of the message, and CONTEXT_SHARE of the same of the context."""
    import bm25s

    corpus = [split(text) or ["\x00"] for text in base.texts]
    index = bm25s.BM25(method="lucene", k1=k1, b=b)
    index.index(corpus, show_progress=False)
    frequencies = Counter(token for tokens in corpus for token in set(tokens))
    total = np.zeros((len(base.cases), len(corpus)), np.float32)
    bound = np.zeros((len(base.cases), 1), np.float32)
    for row, case in enumerate(base.cases):
        for text, share in ((case.text, 1.0), (case.context, CONTEXT_SHARE)):
            tokens = list(dict.fromkeys(split(text)))
            known = [token for token in tokens if token in frequencies]
            if known:
                total[row] += share * index.get_scores(known)
            counts = np.array([frequencies[token] for token in tokens])
            bound[row] += share * np.log((len(corpus) - counts + 0.5) / (counts + 0.5) + 1).sum()
    return Lexical(total, bound)


LARGEST = 0.1
"""Weight of BM25 over its largest that the fits choose."""
Fusion = Callable[[Floats, Lexical, float | Floats], Floats]
"""(cases, chunks) of the dense side, the lexical side, the weight of the latter (a number, or one for each case and chunk)."""


def by_largest(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """As search does: BM25 over the largest of the message."""
    largest = bm25.scores.max(axis=1, keepdims=True)
    return np.asarray(dense + weight * bm25.scores / np.where(largest > 0, largest, 1), np.float32)


def by_bound(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """BM25 over what the message's terms could reach at most: low where the shop knows few of its words."""
    return np.asarray(dense + weight * bm25.scores / np.maximum(bm25.bound, 1e-6), np.float32)


def by_z_scores(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    return np.asarray(_z_scores(dense) + weight * _z_scores(bm25.scores), np.float32)


def by_ranks(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """Reciprocal-rank fusion of each side's CANDIDATES best chunks."""
    fused = _reciprocal(dense, np.ones_like(dense, bool)) + weight * _reciprocal(bm25.scores, bm25.scores > 0)
    return np.asarray(fused, np.float32)


def by_credit(base: Base, dense: Floats, bm25: Lexical, weight: float, share: float) -> Floats:
    """BM25 over the largest, chunks in the other language credited."""
    own = by_largest(np.zeros_like(dense), bm25, 1.0)
    return np.asarray(dense + weight * credit(own, dense, ~same_language(base), share), np.float32)


def credit(lexical: Floats, semantic: Floats, foreign: NDArray[np.bool_], share: float) -> Floats:
    """A chunk in another language shares no word with the message, however well it answers: it counts at least as its meaning lets expect.

    `share` of the largest lexical score, times its semantic score over the best. Chunks are the last axis. Tried, and not shipped.
    """
    best = semantic.max(axis=-1, keepdims=True, initial=0.0)
    expected = share * lexical.max(axis=-1, keepdims=True, initial=0.0) * np.maximum(semantic, 0) / np.where(best > 0, best, 1)
    return np.asarray(np.where(foreign, np.maximum(lexical, expected), lexical), np.float32)


def same_language(base: Base) -> NDArray[np.bool_]:
    """(cases, chunks): whether the chunk is in the message's language; all Chinese counts as one."""
    english = np.array([case.family == "en" for case in base.cases], bool)
    return np.asarray(english[:, None] == base.english[None, :], np.bool_)


def _z_scores(scores: Floats) -> Floats:
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1), np.float32)


def _reciprocal(scores: Floats, listed: NDArray[np.bool_]) -> Floats:
    order = np.argsort(-scores, axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, scores.shape[1] + 1)[None, :], axis=1)
    return np.where(listed & (places <= CANDIDATES), 1 / (RRF_K + places), 0).astype(np.float32)


FUSIONS: Mapping[str, Fusion] = {
    "reciprocal ranks": by_ranks,
    "z-scores": by_z_scores,
    "BM25 / largest": by_largest,
    "BM25 / Σ idf": by_bound,
}


def dense_side(base: Base, late: bool) -> Floats:
    """Cosine, with MaxSim at the weight that search gives it."""
    weights = Weights()
    return np.asarray(weights.dense * base.dense + (weights.late * base.late if late else 0), np.float32)


def as_shipped(base: Base, bm25: Lexical) -> Floats:
    """The fusion of `retriever.search` under its own weights, its other terms aside."""
    return by_bound(dense_side(base, True), bm25, Weights().lexical)


__all__ = [
    "FUSIONS",
    "LARGEST",
    "Fusion",
    "Lexical",
    "as_shipped",
    "by_bound",
    "by_credit",
    "by_largest",
    "by_ranks",
    "by_z_scores",
    "dense_side",
    "lexical",
    "same_language",
]

"""Texts that mean the same, grouped by their vectors: average-link clustering cut at a cosine, so nobody has to say how many groups there are.

The method is agglomerative clustering by the mean similarity between groups (UPGMA; Sokal & Michener 1958), worked off by chains of nearest
neighbours (Murtagh 1983; Müllner 2011, algorithm 3): exact, quadratic in time and memory. Average link is reducible: two groups that merge
never come nearer to a third than one of them was. So a group whose nearest neighbour is below the cut is final, and no tree is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Vectors
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from kb.text import normalise

ALIKE = 0.34
"""Mean cosine of the bundled model from which two groups of messages are one. docs/gaps.md tells how it was chosen."""
MOST = 4_000
"""Different texts that are compared each with each: 64 MB for so long as it takes."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts that mean the same."""

    members: tuple[int, ...]
    """Positions among the texts given, the most typical first: the one with the highest mean cosine to all of them (the medoid)."""

    @property
    def typical(self) -> int:
        return self.members[0]

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Clustering:
    """All texts, each in one cluster."""

    clusters: tuple[Cluster, ...]
    """The largest first; texts like no other stand alone."""
    compared: int
    """Different texts that the groups were made of."""
    joined: int
    """Different texts beyond `MOST`: each was put to the group that it is nearest to, and made none with its like."""


def clusters(texts: Sequence[str], vectors: Vectors, *, alike: float = ALIKE, most: int = MOST) -> Clustering:
    """Group texts by their vectors.

    vectors: (len(texts), dimension), unit rows, or zero where the model knows no word of a text. alike: mean cosine from which two groups are
    one. Texts that differ in script, case or width alone count as the same. Of more than `most` different texts, so many are compared, evenly
    spread over the order given; the others join their nearest group where they are alike, or stay alone.
    """
    first, which = _distinct(texts)
    if not len(first):
        return Clustering((), 0, 0)
    weights, rows = np.bincount(which), np.asarray(vectors, np.float32)[first]
    compared = np.arange(len(first)) if len(first) <= most else np.unique(np.linspace(0, len(first) - 1, most).astype(np.int64))
    groups = [compared[group] for group in average_link(rows[compared], weights[compared], alike)]
    groups = _joined(groups, rows, weights, compared, alike)
    of_each = [np.flatnonzero(which == row) for row in range(len(first))] if len(first) < len(texts) else [np.array([row]) for row in first]
    found = [_cluster(group, rows, weights, of_each) for group in groups]
    found.sort(key=lambda one: (-len(one), one.typical))
    return Clustering(tuple(found), len(compared), len(first) - len(compared))


def by_meaning(texts: Sequence[str], *, embedder: StaticEmbedder | None = None, alike: float = ALIKE) -> Clustering:
    """Group customers' messages in any of the languages. embedder: one that is loaded already; default: the bundled model."""
    return clusters(texts, (embedder or bundled_embedder()).encode_queries(texts), alike=alike)


@cache
def bundled_embedder() -> StaticEmbedder:
    """The model that `ALIKE` was measured with, loaded when first asked for."""
    return StaticEmbedder(bundled_model_directory())


def average_link(rows: Vectors, weights: NDArray[np.int64], alike: float) -> list[NDArray[np.int64]]:
    """Rows in groups whose mean cosine to each other is below `alike`. weights: how often each row counts in a mean."""
    near = rows @ rows.T
    np.fill_diagonal(near, -np.inf)
    sizes, members = weights.astype(np.float32), [[row] for row in range(len(rows))]
    left, chain, groups = set(range(len(rows))), list[int](), list[list[int]]()
    while left:
        top = chain[-1] if chain else next(iter(left))
        chain = chain or [top]
        nearest = int(near[top].argmax())
        if near[top, nearest] < alike:
            chain.pop()
            left.discard(top)
            near[top] = near[:, top] = -np.inf
            groups.append(members[top])
        elif len(chain) > 1 and near[top, chain[-2]] >= near[top, nearest]:  # each is the other's nearest
            _merge(near, sizes, top, chain[-2])
            members[chain[-2]] += members[top]
            left.discard(top)
            chain = chain[:-2]
        else:
            chain.append(nearest)
    return [np.array(sorted(group)) for group in groups]


def _merge(near: Vectors, sizes: NDArray[np.float32], gone: int, stays: int) -> None:
    """Put one group into another (Lance & Williams 1967)."""
    both = sizes[gone] + sizes[stays]
    near[stays] = (near[gone] * sizes[gone] + near[stays] * sizes[stays]) / both
    near[stays, stays] = near[stays, gone] = -np.inf
    near[:, stays] = near[stays]
    near[gone] = near[:, gone] = -np.inf
    sizes[stays] = both


def _distinct(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(position of each different text's first occurrence, which of them each text is)."""
    numbers: dict[str, int] = {}
    which = np.array([numbers.setdefault(normalise(text), len(numbers)) for text in texts], np.int64)
    first = np.full(len(numbers), len(texts), np.int64)
    np.minimum.at(first, which, np.arange(len(texts)))
    return first, which


def _joined(
    groups: list[NDArray[np.int64]], rows: Vectors, weights: NDArray[np.int64], compared: NDArray[np.int64], alike: float
) -> list[NDArray[np.int64]]:  # fmt: skip
    """The groups with the rows that were not compared."""
    others = np.setdiff1d(np.arange(len(rows)), compared)
    if not len(others):
        return groups
    means = np.stack([_mean(group, rows, weights) for group in groups])
    cosines = rows[others] @ means.T
    nearest = cosines.argmax(axis=1)
    fits = cosines[np.arange(len(others)), nearest] >= alike
    joined = [np.concatenate([group, others[fits & (nearest == number)]]) for number, group in enumerate(groups)]
    return [*joined, *(np.array([row]) for row in others[~fits])]


def _mean(group: NDArray[np.int64], rows: Vectors, weights: NDArray[np.int64]) -> Vectors:
    return np.asarray(np.average(rows[group], axis=0, weights=weights[group]), np.float32)


def _cluster(group: NDArray[np.int64], rows: Vectors, weights: NDArray[np.int64], of_each: Sequence[NDArray[np.int64]]) -> Cluster:
    typical = group[np.argsort(-(rows[group] @ _mean(group, rows, weights)), kind="stable")]
    return Cluster(tuple(int(position) for row in typical for position in of_each[row]))


__all__ = ["ALIKE", "MOST", "Cluster", "Clustering", "average_link", "bundled_embedder", "by_meaning", "clusters"]

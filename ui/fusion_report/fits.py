"""Ranks under every weight, and what is best on other topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ui.fusion_report.bases import Base, Case, Floats
from ui.fusion_report.fusions import Fusion, Lexical, by_credit, dense_side, same_language

Ranks = NDArray[np.float64]
"""(cases,) place of the first right article, from 1; between two places where scores tie."""
WEIGHTS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Weights of the lexical score among which a fit chooses."""
PAIRED_WEIGHTS = (0.0, 0.06, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
"""The same where chunks in the question's language and in the other one have a weight each."""
FEW_WEIGHTS = (0.06, 0.1, 0.15, 0.3)
"""Those near the shipped one."""
CREDITS = tuple(product((0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4), (0.0, 0.3, 0.5, 0.7, 0.9, 1.1)))
"""(weight, share of the largest BM25 that the best chunk in the other language is credited with)."""
PARAMETERS = tuple(product((0.6, 0.9, 1.2, 1.6, 2.0), (0.0, 0.25, 0.5, 0.75)))
"""(k1, b) of BM25."""


def ranks(base: Base, scores: Floats) -> Ranks:
    """Place of each case's first right article, articles ordered by their best chunk."""
    starts = np.flatnonzero(np.diff(base.owners, prepend=-1))
    best = np.maximum.reduceat(scores, starts, axis=1)
    right = np.zeros(best.shape, bool)
    for row, case in enumerate(base.cases):
        right[row, list(case.wanted)] = True
    top = np.where(right, best, -np.inf).max(axis=1, keepdims=True)
    better, equal = (best > top).sum(axis=1), ((best == top) & ~right).sum(axis=1)
    return np.asarray(1 + better + equal / 2, np.float64)


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of all bases in a row, for fits and figures."""

    bases: tuple[Base, ...]

    def array(self, of: Callable[[Case], str]) -> NDArray[np.str_]:
        return np.array([of(case) for base in self.bases for case in base.cases])

    @property
    def names(self) -> NDArray[np.str_]:
        return np.array([base.name for base in self.bases for _ in base.cases])

    def ranks(self, scores: Callable[[int, Base], Floats]) -> Ranks:
        """Ranks by the scores that each base, by its number, gets."""
        return np.concatenate([ranks(base, scores(number, base)) for number, base in enumerate(self.bases)])


def weighed(cases: Cases, bm25: Sequence[Lexical], fusion: Fusion, late: bool = True) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each weight."""
    return {(weight,): cases.ranks(lambda number, base, w=weight: fusion(dense_side(base, late), bm25[number], w)) for weight in WEIGHTS}  # type: ignore[misc]


def weighed_in_pairs(cases: Cases, bm25: Sequence[Lexical], fusion: Fusion) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each pair of weights, for chunks in the question's language and in the other one."""

    def scores(number: int, base: Base, same: float, other: float) -> Floats:
        weight = np.where(same_language(base), np.float32(same), np.float32(other))
        return fusion(dense_side(base, True), bm25[number], weight)

    return {(same, other): cases.ranks(partial(scores, same=same, other=other)) for same, other in product(PAIRED_WEIGHTS, PAIRED_WEIGHTS)}


def weighed_with_credit(cases: Cases, bm25: Sequence[Lexical]) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each weight and share credited to the other language."""

    def scores(number: int, base: Base, weight: float, share: float) -> Floats:
        return by_credit(base, dense_side(base, True), bm25[number], weight, share)

    return {(weight, share): cases.ranks(partial(scores, weight=weight, share=share)) for weight, share in CREDITS}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Ranks of each case under what was best on the other folds."""

    ranks: Ranks
    chosen: Mapping[str, Counter[tuple[float, ...]]]
    """By group of questions, or 'all': what the folds chose, how often."""
    final: Mapping[str, tuple[float, ...]]
    """What all folds together choose."""


def together(_: Case) -> str:
    """One weight for all questions."""
    return "all"


def by_family(case: Case) -> str:
    return case.family


def by_language(case: Case) -> str:
    return case.lang


def cross_validate(cases: Cases, options: Mapping[tuple[float, ...], Ranks], by: Callable[[Case], str] = together) -> Fitted:
    """For each fold, and each group of questions, the option with the highest mean reciprocal rank on all other folds.

    Shop and simulated bases count the same.
    """
    folds, names, groups = cases.array(lambda case: case.fold), cases.names, cases.array(by)
    found = np.zeros(len(folds))
    chosen: dict[str, Counter[tuple[float, ...]]] = {}
    final: dict[str, tuple[float, ...]] = {}
    for group in sorted(set(groups)):
        within = groups == group
        chosen[group] = Counter()
        for fold in sorted(set(folds[within])):
            best = _best(options, names, within & (folds != fold))
            chosen[group][best] += 1
            out = within & (folds == fold)
            found[out] = options[best][out]
        final[group] = _best(options, names, within)
    return Fitted(found, chosen, final)


def _best(options: Mapping[tuple[float, ...], Ranks], names: NDArray[np.str_], among: NDArray[np.bool_]) -> tuple[float, ...]:
    parts = [among & (names == name) for name in sorted(set(names[among]))]
    return max(options, key=lambda option: sum(float((1 / options[option][part]).mean()) for part in parts))


__all__ = [
    "CREDITS",
    "FEW_WEIGHTS",
    "PARAMETERS",
    "WEIGHTS",
    "Cases",
    "Fitted",
    "Ranks",
    "by_family",
    "by_language",
    "cross_validate",
    "ranks",
    "together",
    "weighed",
    "weighed_in_pairs",
    "weighed_with_credit",
]

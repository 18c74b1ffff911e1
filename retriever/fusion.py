"""One score out of several. Pure arithmetic; the weights are a frozen object, so that a fit can replace them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal adds to a chunk's score, in units of cosine."""

    dense: float = 1.0
    late: float = 0.9
    """Late interaction, where the embedder gives token vectors."""
    lexical: float = 0.15
    """BM25 over its bound, beside vectors. Alone, BM25 over the largest is the score."""
    title: float = 0.25
    """Cosine of the question to the article's title, which often alone names the product."""
    kind: float = 0.16
    """The chunk states a quantity of the kind asked for."""
    term: float = 0.08
    """The chunk names a product or other glossary term of the question."""
    other_term: float = 0.07
    """Taken off: the chunk names products, none of them the question's."""
    place: float = 0.28
    """The chunk, or its article, is about the place asked about."""
    other_place: float = 0.3
    """Taken off: the chunk or its article is about other places only."""
    contrast: float = 0.1
    """What sets a row or item apart from its siblings points where the question points."""
    condition: float = 0.15
    """A quantity that the customer states lies in the chunk's condition; taken off where it lies outside."""
    number: float = 0.2
    """A number that the customer names stands in the chunk and in few others."""
    code: float = 0.2
    """A code that the customer names, of a product or a promotion, stands in the chunk."""
    answered: float = 0.25
    """Taken off, in a follow-up: the chunk is what the shop has just answered."""
    about_itself: float = 0.33
    """Taken off: the sentence says what its article is about."""
    out_of_force: float = 0.05
    """Taken off: the article is over on the as-of date and the question is not of the past, or likewise still to come."""


def fuse(dense: Floats, late: Floats, lexical: Floats, weights: Weights) -> Floats:
    """Weighted sum of the parts that are there; lexical alone, its largest at 1, when the others are all zero."""
    if not dense.any() and not late.any():
        return np.asarray(lexical / max(float(lexical.max(initial=0.0)), 1e-9), np.float32)
    fused = weights.dense * dense + weights.late * late + weights.lexical * lexical
    return np.asarray(fused, np.float32)


__all__ = ["Weights", "fuse"]

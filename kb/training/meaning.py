"""How near two texts are in meaning, by the bundled model whatever the shop's own one is: a score must not change with a setting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from kb.static_embedding import StaticEmbedder, TokenVectors, bundled_model_directory


@cache
def _model() -> StaticEmbedder:
    return StaticEmbedder(bundled_model_directory())


@lru_cache(maxsize=4096)
def _tokens(text: str) -> TokenVectors:
    return _model().encode_tokens([text])[0]


def coverage(wording: str, text: str) -> float:
    """How much of the wording the text says, -1..1: the weighted mean over its tokens of their best cosine in the text (MaxSim, Khattab & Zaharia 2020)."""
    wanted, given = _tokens(wording), _tokens(text)
    total = float(wanted.weights.sum())
    if not len(wanted.ids) or not len(given.ids) or total <= 0:
        return 0.0
    return float((wanted.vectors @ given.vectors.T).max(axis=1) @ wanted.weights / total)


def nearest(texts: Sequence[str], examples: Sequence[str]) -> float:
    """The best cosine of any of the texts with any of the examples; 0 where there are none."""
    if not texts or not examples:
        return 0.0
    return float(np.max(_vectors(tuple(texts)) @ _vectors(tuple(examples)).T))


@lru_cache(maxsize=256)
def _vectors(texts: tuple[str, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return _model().encode_passages(list(texts))


__all__ = ["coverage", "nearest"]

"""Late interaction: a query's tokens each look for their best match in a chunk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.embedding import TokenEmbedder

Floats = NDArray[np.float32]
_BATCH = 512
"""Chunks tokenised at once when the tokens are collected."""


class LateInteraction:
    """MaxSim (Khattab & Zaharia, ColBERT, 2020) over a static model's token vectors, weighted by each query token's importance.

    A token has one vector wherever it stands, so each token of the shop is kept once and a chunk is a run of numbers: a tenth of the
    memory, and a query is compared once with each token of its candidates.
    """

    def __init__(self, embedder: TokenEmbedder, texts: Sequence[str]) -> None:
        self._embedder = embedder
        self._row_of: NDArray[np.int32] = np.full(0, -1, np.int32)
        """Row of _vectors by the token's id in the model's vocabulary; -1: it stands in no chunk."""
        self._vectors: Floats = np.zeros((0, 0), np.float32)
        self._tokens, self._starts = self._collected(texts)
        """Tokens of all chunks one after the other, as rows of _vectors; chunk i's are those from _starts[i] to _starts[i + 1]."""

    def following(self, places: NDArray[np.int64], fresh: Sequence[str]) -> LateInteraction:
        """The same over other chunks, most of which stand in these. places: of each, its place here; -1: the next of `fresh`."""
        later = LateInteraction(self._embedder, ())
        later._row_of, later._vectors = self._row_of, self._vectors
        tokens, starts = later._collected(fresh)
        begins, lengths = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
        known, new = places >= 0, np.flatnonzero(places < 0)
        begins[known], lengths[known] = self._starts[places[known]], np.diff(self._starts)[places[known]]
        begins[new], lengths[new] = len(self._tokens) + starts[:-1], np.diff(starts)
        later._starts = np.concatenate([[0], np.cumsum(lengths)])
        moved = np.repeat(begins - later._starts[:-1], lengths)
        later._tokens = np.concatenate([self._tokens, tokens])[np.arange(len(moved)) + moved]
        return later

    def scores(self, part: str, rows: NDArray[np.int64]) -> Floats:
        """(len(rows),) in -1..1: the weighted mean over the query's tokens of their best cosine in the chunk."""
        query = self._embedder.encode_tokens([part])[0]
        total = float(query.weights.sum())
        scores = np.zeros(len(rows), np.float32)
        if not len(query.ids) or total <= 0:
            return scores
        begins, ends = self._starts[rows], self._starts[rows + 1]
        filled = np.flatnonzero(ends - begins)
        if not len(filled):
            return scores
        runs = [self._tokens[begin:end] for begin, end in zip(begins[filled].tolist(), ends[filled].tolist(), strict=True)]
        lengths = np.fromiter(map(len, runs), np.int64, len(runs))
        cosines = self._cosines(np.concatenate(runs), query.vectors)
        best = np.maximum.reduceat(cosines, np.cumsum(lengths) - lengths, axis=0)
        scores[filled] = best @ query.weights / total
        return scores

    def _cosines(self, tokens: NDArray[np.int32], query: Floats) -> Floats:
        """(len(tokens), tokens of the query): each distinct token is compared once."""
        stands = np.zeros(len(self._vectors), np.bool_)
        stands[tokens] = True
        distinct = np.flatnonzero(stands)
        place = np.empty(len(self._vectors), np.int32)
        place[distinct] = np.arange(len(distinct), dtype=np.int32)
        cosines: Floats = self._vectors.take(distinct, axis=0) @ query.T
        return cosines.take(place[tokens], axis=0)

    def _collected(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """(tokens of all texts as rows of the vectors, where each text's begin and the last one's end); takes in the vectors of unseen tokens."""
        row_of, distinct = self._row_of.copy(), len(self._vectors)
        runs: list[NDArray[np.int32]] = []
        vectors: list[Floats] = [self._vectors] if distinct else []
        for first in range(0, len(texts), _BATCH):
            for one in self._embedder.encode_tokens(texts[first : first + _BATCH]):
                if len(one.ids) and int(one.ids.max()) >= len(row_of):
                    row_of = np.concatenate([row_of, np.full(int(one.ids.max()) + 1 - len(row_of), -1, np.int32)])
                unseen, at = np.unique(one.ids, return_index=True)
                new = row_of[unseen] < 0
                if new.any():
                    row_of[unseen[new]] = np.arange(distinct, distinct + int(new.sum()), dtype=np.int32)
                    vectors.append(one.vectors[at[new]])
                    distinct += int(new.sum())
                runs.append(row_of[one.ids])
        self._row_of = row_of
        if distinct > len(self._vectors):
            self._vectors = np.concatenate(vectors)
        starts = np.concatenate([[0], np.cumsum([len(run) for run in runs])]).astype(np.int64)
        return np.concatenate(runs) if runs else np.zeros(0, np.int32), starts


__all__ = ["LateInteraction"]

"""BM25 that follows its corpus: how often each token stands in each row, so that a change counts only what changed.

A row's score depends on the whole corpus, through each token's rarity and the rows' mean length. What is counted therefore does not hold scores but
counts; the scores are computed from them in one sweep of arrays whenever rows come or go, and are those of an index built afresh.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

K1: Final = 1.2
B: Final = 0.5
"""Short lines: length counts for less than is usual."""
NOTHING: Final = "\x00"
"""Stands in a row that holds no token; no text has it."""
_ARRAYS = ("starts", "rows", "counts", "lengths")

Integers = NDArray[np.int64]


class Bm25:
    """Lucene's variant: ln(1 + (N - n + 0.5) / (n + 0.5)) · f / (f + k1 · (1 - b + b · length / mean length)). Immutable.

    Kept by column, a column for each token: column c's rows are those from starts[c] to starts[c + 1].
    """

    def __init__(
        self, vocab_dict: Mapping[str, int], starts: Integers, rows: NDArray[np.int32], counts: NDArray[np.int32], lengths: NDArray[np.int32]
    ) -> None:
        self.vocab_dict = vocab_dict
        """Token → column, in the columns' order; only tokens that stand in a row."""
        self._starts, self._rows, self._counts, self._lengths = starts, rows, counts, lengths
        having = np.diff(starts)
        rarity = np.log1p((len(lengths) - having + 0.5) / (having + 0.5))
        self._rarity: list[float] = rarity.tolist()
        mean = max(float(lengths.mean()), 1e-9) if len(lengths) else 1.0
        damping = (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
        frequencies = counts.astype(np.float32)
        self._scores = np.repeat(rarity.astype(np.float32), having) * (frequencies / (frequencies + damping[rows]))

    @classmethod
    def of(cls, corpus: Sequence[Sequence[str]]) -> Bm25:
        """The index of these rows of tokens."""
        nothing = np.zeros(0, np.int32)
        return cls({}, np.zeros(1, np.int64), nothing, nothing, nothing).following(np.full(len(corpus), -1), corpus)

    def following(self, places: Integers, fresh: Sequence[Sequence[str]]) -> Bm25:
        """The index of other rows, most of which stand in this one. places: of each, its row here; -1: the next of `fresh`."""
        new_rows = np.flatnonzero(places < 0)
        vocab_dict, lengths, columns, rows, counts = _counted(dict(self.vocab_dict), fresh, new_rows)
        starts, kept, old_rows = self._without(places)
        starts = np.concatenate([starts, np.full(len(vocab_dict) - len(self.vocab_dict), starts[-1])])
        at = starts[columns + 1]
        merged_rows = np.insert(old_rows, at, rows)
        merged_counts = np.insert(self._counts[kept], at, counts)
        starts = starts + np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=len(vocab_dict)))])
        all_lengths = np.zeros(len(places), np.int32)
        all_lengths[places >= 0] = self._lengths[places[places >= 0]]
        all_lengths[new_rows] = lengths
        return Bm25(*_without_empty(vocab_dict, starts), merged_rows, merged_counts, all_lengths)

    def __len__(self) -> int:
        return len(self._lengths)

    def get_scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """(rows,) the sum over the tokens; those that stand nowhere add nothing."""
        scores = np.zeros(len(self._lengths), np.float32)
        for token in tokens:
            column = self.vocab_dict.get(token)
            if column is not None:
                start, end = self._starts[column], self._starts[column + 1]
                np.add.at(scores, self._rows[start:end], self._scores[start:end])
        return scores

    def inverse_document_frequency(self, token: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)); the largest for a token that stands nowhere."""
        column = self.vocab_dict.get(token)
        return self._rarity[column] if column is not None else float(np.log1p((len(self) + 0.5) / 0.5))

    def save(self, folder: Path) -> None:
        """Write it into a new folder."""
        folder.mkdir()
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"))
        (folder / "tokens.json").write_bytes(json.dumps(list(self.vocab_dict), ensure_ascii=False).encode())

    @classmethod
    def load(cls, folder: Path) -> Bm25:
        """What `save` wrote. Raises OSError and ValueError."""
        tokens: list[str] = json.loads((folder / "tokens.json").read_bytes())
        starts, rows, counts, lengths = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS)
        return cls({token: column for column, token in enumerate(tokens)}, starts, rows, counts, lengths)

    def _without(self, places: Integers) -> tuple[Integers, NDArray[np.bool_], NDArray[np.int32]]:
        """(where the columns start, which entries stay, their rows) once only the rows named in `places` are left, renumbered."""
        later = np.full(len(self._lengths), -1, np.int32)
        here = np.flatnonzero(places >= 0)
        later[places[here]] = here
        rows = later[self._rows]
        kept = rows >= 0
        before = np.concatenate([[0], np.cumsum(kept)])
        return before[self._starts], kept, rows[kept]


def _counted(
    vocab_dict: dict[str, int], corpus: Sequence[Sequence[str]], rows: Integers
) -> tuple[dict[str, int], NDArray[np.int32], Integers, NDArray[np.int32], NDArray[np.int32]]:
    """(the vocabulary with what the corpus adds, its rows' lengths, and of each token of each row: its column, its row, how often it stands there).

    Ordered by column. rows: the number of each row of the corpus.
    """
    filled = [tokens or (NOTHING,) for tokens in corpus]
    lengths = np.fromiter(map(len, filled), np.int32, len(filled))
    columns = np.fromiter((vocab_dict.setdefault(token, len(vocab_dict)) for tokens in filled for token in tokens), np.int64, int(lengths.sum()))
    width = int(rows.max(initial=0)) + 1
    found, counts = np.unique(columns * width + np.repeat(rows, lengths), return_counts=True)
    return vocab_dict, lengths, found // width, (found % width).astype(np.int32), counts.astype(np.int32)


def _without_empty(vocab_dict: dict[str, int], starts: Integers) -> tuple[dict[str, int], Integers]:
    """Without the columns of tokens that stand nowhere any more."""
    stands = np.diff(starts) > 0
    if stands.all():
        return vocab_dict, starts
    tokens = (token for token, one in zip(vocab_dict, stands.tolist(), strict=True) if one)
    return {token: column for column, token in enumerate(tokens)}, np.append(starts[:-1][stands], starts[-1])


__all__ = ["Bm25"]

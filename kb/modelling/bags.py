"""Texts as bags of token ids, drawn and disturbed in whole batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from kb.modelling.tokenizer import character_ids

__all__ = ["Bags", "Disturbance", "TextBags"]

IDs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bags:
    """A batch as `EmbeddingBag` takes it."""

    ids: Tensor
    offsets: Tensor


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What happens to a text in training, so that no single token and no single segmentation is relied on."""

    token_dropout: float = 0.15
    split_texts: float = 0.33
    """Share of texts in which words are split into characters…"""
    split_words: float = 0.5
    """…and the share of their words that are."""


class TextBags:
    """All texts of a training set, tokenised once; `batch` draws some of them."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        self._ids: IDs = np.fromiter((i for encoding in encodings for i in encoding.ids), dtype=np.int64)
        self._lengths: IDs = np.array([len(encoding.ids) for encoding in encodings], dtype=np.int64)
        self._starts: IDs = np.concatenate([[0], np.cumsum(self._lengths)[:-1]]) if len(texts) else self._lengths
        vocabulary = tokenizer.get_vocab()
        characters = character_ids(tokenizer, sorted(vocabulary, key=vocabulary.__getitem__))
        self._characters = np.full((len(characters), 4), -1, dtype=np.int64)
        for index, parts in enumerate(characters):
            self._characters[index, : len(parts[:4])] = parts[:4]

    def __len__(self) -> int:
        return len(self._lengths)

    def compact(self) -> IDs:
        """Renumber the tokens to those that can occur (also after splitting); returns their old ids in the new order."""
        possible = np.unique(np.concatenate([self._ids, self._characters[np.unique(self._ids)].reshape(-1)]))
        used = possible[possible >= 0]
        renumbered = np.full(len(self._characters) + 1, -1, dtype=np.int64)  # the last place keeps -1 at -1
        renumbered[used] = np.arange(len(used))
        self._ids = renumbered[self._ids]
        self._characters = renumbered[self._characters[used]]
        return used

    def batch(self, texts: IDs, random: np.random.Generator | None = None, disturbance: Disturbance | None = None) -> Bags:
        """The bags of the texts at these positions; disturbed where a disturbance is given."""
        lengths = self._lengths[texts]
        rows = np.repeat(np.arange(len(texts)), lengths)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        ids = self._ids[np.repeat(self._starts[texts], lengths) + within]
        if random is not None and disturbance is not None:
            ids, rows = self._disturb(ids, rows, len(texts), random, disturbance)
        offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))[:-1]])
        return Bags(torch.from_numpy(ids), torch.from_numpy(offsets))

    def _disturb(self, ids: IDs, rows: IDs, texts: int, random: np.random.Generator, disturbance: Disturbance) -> tuple[IDs, IDs]:
        split_text = random.random(texts) < disturbance.split_texts
        split = split_text[rows] & (random.random(len(ids)) < disturbance.split_words) & (self._characters[ids, 0] >= 0)
        parts = np.where(split[:, None], self._characters[ids], -1)
        parts[~split, 0] = ids[~split]
        present = parts >= 0
        ids, rows = parts[present], np.repeat(rows, present.sum(axis=1))
        kept = random.random(len(ids)) >= disturbance.token_dropout
        return ids[kept], rows[kept]

"""Words of a text with their vectors, by the bundled model: the same in every language, and whatever model searches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kb.static_embedding import StaticEmbedder, bundled_model_directory
from kb.text import clean, fold


@dataclass(frozen=True, slots=True)
class Words:
    """A text, word by word. The arrays have one row a word."""

    text: str
    """Lower case, Traditional folded to Simplified, of the same length as what was read."""
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]
    """(words, dimension), unit rows; zero for a word that the model does not know."""
    weights: NDArray[np.float32]
    """(words,): how much the word tells; about 0.1 for 'the', 1 for 'umbrella'."""


UNKNOWN_WEIGHT = 1.0
"""A word that the model does not know may mean anything."""


class WordReader:
    """Splits texts with the bundled model's tokenizer and looks its vectors up."""

    def __init__(self) -> None:
        directory = bundled_model_directory()
        self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._model = StaticEmbedder(directory)
        self.read = lru_cache(maxsize=1024)(self._read)

    def _read(self, text: str) -> Words:
        folded = flat(text)
        encoding = self._tokenizer.encode(folded, add_special_tokens=False)
        known = self._model.encode_tokens([folded])[0]
        kept = [i for i, (start, end) in enumerate(encoding.offsets) if any(char.isalnum() for char in folded[start:end])]
        vectors = np.zeros((len(kept), self._model.dimension), np.float32)
        weights = np.full(len(kept), UNKNOWN_WEIGHT, np.float32)
        row_of, at = {}, 0
        for i, identifier in enumerate(encoding.ids):  # the model leaves out what it does not know
            if at < len(known.ids) and known.ids[at] == identifier:
                row_of[i] = at
                at += 1
        for row, i in enumerate(kept):
            if i in row_of:
                vectors[row], weights[row] = known.vectors[row_of[i]], known.weights[row_of[i]]
        spans = tuple(encoding.offsets[i] for i in kept)
        return Words(folded, tuple(folded[a:b] for a, b in spans), spans, vectors, weights)


@lru_cache(maxsize=4096)
def flat(text: str) -> str:
    """Lower case and Simplified, for matching; of the text's own length where folding keeps it."""
    text = clean(text)
    folded = fold(text)
    return (folded if len(folded) == len(text) else text).lower()


@lru_cache(maxsize=1)
def word_reader() -> WordReader:
    """The one reader of the process, made when first asked for."""
    return WordReader()


__all__ = ["WordReader", "Words", "flat", "word_reader"]

"""Tokenisations of BM25 that are compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

from kb.static_embedding import bundled_model_directory
from kb.text import HAN, normalise, tokenise

Split = Callable[[str], list[str]]
"""A text's tokens."""


def han_runs(text: str) -> list[str]:
    return re.findall(f"[{HAN}]+", normalise(text))


def other_tokens(text: str, stem: bool) -> list[str]:
    """What `tokenise` makes of everything but Chinese; with `stem` off, words as they are written."""
    if stem:
        return [token for token in tokenise(text) if not re.match(f"[{HAN}]", token)]
    return [token for token in re.findall(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?", normalise(text)) if tokenise(token)]


def splitter(words: Split | None, *, characters: bool = True, stem: bool = True) -> Split:
    """A tokeniser: single characters of each run of Chinese, what `words` makes of the run, and the other tokens."""

    @lru_cache(maxsize=200_000)
    def split(text: str) -> tuple[str, ...]:
        tokens = other_tokens(text, stem)
        for run in han_runs(text):
            tokens += run if characters else ()
            tokens += [word for word in words(run) if len(word) > 1 or not characters] if words else ()
        return tuple(tokens)

    return lambda text: list(split(text))


def bigrams(run: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(run)]


def model_words(tokenizer: Any) -> Split:
    """Words of a static model's tokenizer."""
    return lambda run: [str(token).lstrip("▁") for token in tokenizer.encode(run, add_special_tokens=False).tokens]


def jieba_words(run: str) -> list[str]:
    """Words of jieba, those inside longer ones included. Needs the training extra."""
    import jieba

    return [str(word) for word in jieba.cut_for_search(run)]


def splitters() -> dict[str, Split]:
    """The tokenisations compared; jieba's only where it is installed."""
    from importlib.util import find_spec

    from tokenizers import Tokenizer

    learnt = model_words(Tokenizer.from_file(str(bundled_model_directory() / "tokenizer.json")))
    found = {
        "characters + bigrams": splitter(bigrams),
        "characters": splitter(None),
        "bigrams (and lone characters)": splitter(lambda run: bigrams(run) or [run], characters=False),
        "characters + the model's words": splitter(learnt),
        "characters + bigrams + the model's words": splitter(lambda run: [*bigrams(run), *(word for word in learnt(run) if len(word) > 2)]),
        "characters + bigrams, no stemming": splitter(bigrams, stem=False),
    }
    if find_spec("jieba"):
        found["characters + jieba's words"] = splitter(jieba_words)
        found["jieba's words"] = splitter(jieba_words, characters=False)
    return found


__all__ = ["Split", "bigrams", "splitter", "splitters"]

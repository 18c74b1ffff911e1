"""A text's characters levelled one for one: half width, plain dashes and spaces, Simplified Chinese. Spans found in it hold in the original."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from kb.text import fold


class _Characters(dict[int, int]):
    """A table for str.translate that works out each character once."""

    def __init__(self, lower: bool) -> None:
        super().__init__()
        self.lower = lower

    def __missing__(self, code: int) -> int:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Pd" or character in "\u2212〜":
            one = "-"
        elif category in ("Cf", "Cc", "Zs") and character != "\n":
            one = " "
        else:
            one = unicodedata.normalize("NFKC", character)
        if self.lower:
            one = one.lower()
        self[code] = ord(one) if len(one) == 1 else code
        return self[code]


_NARROW, _LOWER = _Characters(lower=False), _Characters(lower=True)


_REMEMBERED = 1000
"""Characters of a text up to which its level form is remembered: several checks read the same sentences."""


def level(text: str) -> str:
    """The text at the same length with half-width characters, plain dashes and spaces, and Simplified Chinese; its case stays."""
    return _remembered(text) if len(text) <= _REMEMBERED else _level(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> str:
    return _level(text)


def _level(text: str) -> str:
    if text.isascii():
        return text.translate(_NARROW)
    folded = fold(text)
    if len(folded) != len(text):
        folded = "".join(map(_fold_character, text))
    return folded.translate(_NARROW)


def lowered(text: str) -> str:
    """The levelled text in lower case, at the same length."""
    return text.translate(_LOWER)


@lru_cache(maxsize=65536)
def _fold_character(character: str) -> str:
    folded = fold(character)
    return folded if len(folded) == 1 else character


__all__ = ["level", "lowered"]

"""What an agent changed in a text, word by word; a Chinese character counts as a word."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.text import HAN, normalise

_MARK = re.compile(r"[ \t\u00a0]*\[\d{1,2}\]")
_WORD = re.compile(rf"[{HAN}]|\d+(?:[.,:]\d+)*|[^\W\d_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*")
MOST_WORDS = 1_500
"""Of a text; what follows is not compared."""
NEAR = 2
"""Unchanged words between two changes up to which they count as one: single Chinese characters that two wordings happen to share say nothing."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A stretch of the old text and what stands in its place; either may be empty."""

    old: str
    new: str
    old_span: tuple[int, int]
    """In the old text, in characters."""
    new_span: tuple[int, int]


def without_marks(text: str) -> str:
    """The text as customers get it, without citation marks."""
    return _MARK.sub("", text)


def words(text: str) -> list[str]:
    """The words in the form that is compared: folded, without punctuation."""
    return _WORD.findall(normalise(text))[:MOST_WORDS]


def likeness(old: Sequence[str], new: Sequence[str], *, least: float = 0.0) -> float:
    """Share of the words of both that stand in both, in the same order, 0..1. Below `least` it is not exact, but stays below `least`."""
    if not old and not new:
        return 1.0
    shared = sum((Counter(old) & Counter(new)).values())
    most = 2 * shared / (len(old) + len(new))  # in any order: quickly counted, and never less
    return most if most < least else difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()


def replaced(old: str, new: str) -> list[Replaced]:
    """What differs between two texts that say much the same, in whole words; punctuation alone makes no difference."""
    before, after = (list(_WORD.finditer(text)) for text in (old, new))
    mine, theirs = ([normalise(word[0]) for word in found] for found in (before, after))
    opcodes = difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    found = []
    for a, b, c, d in _together([(a, b, c, d) for tag, a, b, c, d in opcodes if tag != "equal"]):
        old_span, new_span = _span(before, a, b, len(old)), _span(after, c, d, len(new))
        found.append(Replaced(old[slice(*old_span)], new[slice(*new_span)], old_span, new_span))
    return found


def _together(changed: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    joined: list[tuple[int, int, int, int]] = []
    for one in changed:
        if joined and one[0] - joined[-1][1] <= NEAR:
            joined[-1] = (joined[-1][0], one[1], joined[-1][2], one[3])
        else:
            joined.append(one)
    return joined


def _span(found: Sequence[re.Match[str]], first: int, after: int, length: int) -> tuple[int, int]:
    if first < after:
        return found[first].start(), found[after - 1].end()
    at = found[first].start() if first < len(found) else length
    return at, at


__all__ = ["NEAR", "Replaced", "likeness", "replaced", "without_marks", "words"]

"""Whether a value is said as the other bound than the article's: a threshold of HKD 300 with at most HKD 800 off, for 800 and 300."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from kb.characters import level, lowered
from kb.quantities import Kind, Quantity, read, supported

Bound = Literal["least", "most"]
_BEFORE: Final[dict[Bound, re.Pattern[str]]] = {
    "least": re.compile(
        r"(?:(?<![未不])[满达够]|至少|最少|最低|起码|不[少低]于|\bat least|\bminimum(?: of)?|\breach(?:es|ed)?|\bspend(?:ing)?)[^,。;\d]{0,8}$"
    ),
    "most": re.compile(
        r"(?:最多|最高|至多|上限|封顶|不[超多][过于]|\bup to|\bat most|\bno more than|\bcap(?:ped)?(?: at| of)?|\bceiling(?: of)?|\bmaximum(?: of)?|\bmost you (?:can )?[a-z]+)[^,。;\d]{0,14}$"
    ),
}
_AFTER: Final[dict[Bound, re.Pattern[str]]] = {
    "least": re.compile(r"[^,。;\d]{0,3}(?:以上|或更多|\bor (?:more|above|over)\b|\band (?:above|over|up)\b|\bupwards)"),
    "most": re.compile(r"[^,。;\d]{0,3}(?:封顶|[为作]上限|以[下内]|\bor less\b|\bat most\b|\bmaximum\b|\bmax\b)"),
}
_BOUNDED: Final = frozenset({Kind.MONEY, Kind.WEIGHT, Kind.COUNT})
_REACH: Final = 40
"""Characters before a value in which its bound is looked for."""


def turned_round(wanted: Iterable[Quantity], said: str, quote: str) -> bool:
    """Whether a value is a least in the article's sentence and a most in what is said, or the other way round."""
    for one in wanted:
        if one.kind in _BOUNDED:
            there, here = _bounds(one, quote), _bounds(one, said)
            if there and here and there.isdisjoint(here):
                return True
    return False


def _bounds(value: Quantity, text: str) -> set[Bound]:
    """As what the value stands in a text; empty where no word tells."""
    plain, found = lowered(level(text)), set[Bound]()
    for one in read(text):
        if not supported(value, [one]):
            continue
        before, after = plain[max(0, one.span[0] - _REACH) : one.span[0]], plain[one.span[1] :]
        for bound in _BEFORE:
            if _BEFORE[bound].search(before) or _AFTER[bound].match(after):
                found.add(bound)
    return found


__all__ = ["turned_round"]

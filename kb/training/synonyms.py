"""Ways to say the same in customer service, kept as data: free for 免費, '差價算我們的' for '不補差價'."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from kb.characters import level, lowered
from kb.content import read_yaml
from kb.training.spoken import measured

_SYNONYMS: Final = Path(__file__).parents[1] / "data" / "service_synonyms.yaml"
GAP: Final = "…"
"""In a term: a few letters that deny nothing."""
COST: Final = "~"
"""In a term: a cost, the same in all terms of its line."""
_GAP = r"[^.。!?;不没未无非唔冇]{0,12}?"
_COST = r"(?:[\u4e00-\u9fff]{0,4}(?:费|价|税|邮|差额)|(?:[a-z]+ ){0,2}(?:fee|cost|difference|charge|postage|shipping|price|duty))s?"


def in_other_words(fact: Iterable[str]) -> tuple[str, ...]:
    """The wordings, and each with a term of it said in another way of customer service: refund in full for 全額退款."""
    found = [*fact]
    for wording in tuple(found):
        found += [other for other in _other_ways(wording) if GAP not in other and COST not in other]
    return tuple(dict.fromkeys(found))


def said_freely(fact: Iterable[str], sentence: str) -> bool:
    """Whether a sentence says a wording in one of the ways that leave room for other words, to the letter."""
    plain = lowered(level(sentence))
    return any(pattern.search(plain) for wording in fact for pattern in _patterns(wording))


@lru_cache(maxsize=1024)
def _patterns(wording: str) -> tuple[re.Pattern[str], ...]:
    ways = [re.escape(other) for other in _other_ways(wording) if GAP in other]
    ways = [way.replace(re.escape(GAP), _GAP) for way in ways]
    plain = lowered(level(wording))
    for same in _synonyms():
        cost = next((found[1] for one in same if COST in one and (found := _with_cost(one).fullmatch(plain))), None)
        if cost is not None:
            ways += [re.escape(one).replace(re.escape(COST), re.escape(cost)) for one in same if COST in one]
    return tuple(re.compile(rf"(?<![a-z]){way}(?![a-z])") for way in ways)


@cache
def _with_cost(term: str) -> re.Pattern[str]:
    return re.compile(re.escape(term).replace(re.escape(COST), f"({_COST})"))


def _other_ways(wording: str) -> Iterator[str]:
    """The wording with its first term that has equivalents replaced by each of them."""
    plain = lowered(level(wording))
    for same in _synonyms():
        term = next((one for one in same if COST not in one and (one == plain or (len(one) > 1 and one in plain and not measured(wording)))), None)
        if term is not None:
            yield from (plain.replace(term, other) for other in same if other != term and COST not in other)
            return


@cache
def _synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of equivalents, levelled and in lower case, the longest first."""
    groups: list[list[str]] = read_yaml(_SYNONYMS)
    return tuple(tuple(sorted({lowered(level(str(one))) for one in group}, key=len, reverse=True)) for group in groups)


__all__ = ["in_other_words", "said_freely"]

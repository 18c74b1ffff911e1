"""Numeric conditions: 'above 50 g', '10–50 g', 'orders of HKD 800 or more' as intervals, and whether what the customer states lies in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from kb.numerals import number
from kb.quantities import Kind, Quantity, read
from kb.text import normalise

SHORTEST_CODE = 4
_AT_LEAST = re.compile(r"^\s*(?:克|日|天)?\s*(?:或?以上|起|及以上|and above|and over|or more|or above|\+)")
_AT_MOST = re.compile(r"^\s*(?:或?以[下内]|之?内|或以下|及以下|不到|or less|or below|and below|or under)")
_BEFORE_AT_LEAST = re.compile(r"(?:满|超过|高于|多于|大于|不少于|至少|over|above|more than|at least|from|minimum(?: of)?)\s*$")
_BEFORE_AT_MOST = re.compile(r"(?:不足|未满|低于|少于|小于|不超过|最多|under|below|less than|up to|within|at most|maximum(?: of)?)\s*$")
_COMPARED = (Kind.OPTICAL, Kind.WEIGHT, Kind.LENGTH, Kind.MONEY, Kind.DURATION, Kind.COUNT, Kind.NUMBER, Kind.PERCENT, Kind.TEMPERATURE)

_CODE = re.compile(r"(?<![a-z0-9-])[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?![a-z0-9-])")
_AMOUNT = re.compile(r"(?:hkd?|rmb|cny|ntd?|twd|mop|usd?|eur|gbp|sgd|myr|rm|no|x)-?\d+k?$")


@dataclass(frozen=True, slots=True)
class Interval:
    """A stated condition on a quantity; ends in the unit of its kind."""

    kind: Kind
    unit: str
    low: float
    high: float
    threshold: bool
    """An 'at least' without an upper end, where the highest one reached is meant."""

    def holds(self, quantity: Quantity) -> bool:
        return self.low <= quantity.low and quantity.high <= self.high


@lru_cache(maxsize=16384)
def intervals(text: str) -> tuple[Interval, ...]:
    """The conditions that a text states."""
    found = []
    for quantity in map(unsigned, read(text)):
        if quantity.kind not in _COMPARED:
            continue
        after = normalise(text[quantity.span[1] : quantity.span[1] + 14])
        before = normalise(text[max(0, quantity.span[0] - 14) : quantity.span[0]])
        if _AT_LEAST.match(after) or _BEFORE_AT_LEAST.search(before):
            found.append(Interval(quantity.kind, quantity.unit, quantity.low, inf, True))
        elif _AT_MOST.match(after) or _BEFORE_AT_MOST.search(before):
            found.append(Interval(quantity.kind, quantity.unit, 0.0, quantity.high, False))
        elif quantity.low < quantity.high:
            found.append(Interval(quantity.kind, quantity.unit, quantity.low, quantity.high, False))
    return tuple(found)


def unsigned(quantity: Quantity) -> Quantity:
    """A lens power as its size: whoever says 575 does not say which sign, and a range runs from 0.00 to -10.00."""
    if quantity.kind is not Kind.OPTICAL:
        return quantity
    low, high = sorted((abs(quantity.low), abs(quantity.high)))
    return replace(quantity, low=low, high=high, unit="D")


def comparable(quantity: Quantity, interval: Interval) -> bool:
    """Same kind and unit; money without a currency compares with any."""
    if quantity.kind is not interval.kind:
        return False
    return quantity.unit == interval.unit or (quantity.kind is Kind.MONEY and "" in (quantity.unit, interval.unit))


def agreement(stated: Sequence[Quantity], text: str) -> tuple[float, float]:
    """(1, its threshold) where a stated quantity lies in a condition of the text, (-1, 0) where it lies in none of those it compares
    with, (0, 0) where there is nothing to compare."""
    verdict, reached = 0.0, 0.0
    for quantity in map(unsigned, stated):
        compared = [interval for interval in intervals(text) if comparable(quantity, interval)]
        if not compared:
            continue
        holding = [interval for interval in compared if interval.holds(quantity)]
        if holding:
            verdict, reached = 1.0, max(reached, *(interval.low for interval in holding))
        elif verdict == 0.0:
            verdict = -1.0
    return verdict, reached


_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_RANGE = re.compile(r"\d\s*-\s*\d|以[上下]|\b(?:or (?:more|less|above|below)|over|under|up to)\b")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?!\d)|[一二两三四五六七八九十百千万廿][零一二两三四五六七八九十百千万]+")


_PEOPLE = re.compile(rf"([二两三四五六七八九十])个?人|\b({'|'.join(_WORDS)})[- ](?:person|people|man)\b")


@lru_cache(maxsize=16384)
def numbers(text: str) -> frozenset[float]:
    """Numbers in digits, Chinese ones of two characters or more, and how many people: 圈口五十六 names 56, 一百二 120, six-person 6."""
    folded = normalise(text)
    people = (chinese or english for chinese, english in _PEOPLE.findall(folded))
    return frozenset(number(one) for one in (*_NUMBER.findall(folded), *people))


def codes(text: str) -> frozenset[str]:
    """What a shop made up to be told apart by: a letter first, digits in it, four characters or more (MOON26, AF-5), lower case; no amount."""
    return frozenset(
        one for one in _CODE.findall(normalise(text)) if len(one) >= SHORTEST_CODE and any(map(str.isdigit, one)) and not _AMOUNT.match(one)
    )


def condition_of(cells: Sequence[tuple[str, str]]) -> str:
    """What a table row may state a condition in: its label, and the cells that are ranges, each with the unit of its header."""
    ranges = (f"{cell} {_unit(header)}" for header, cell in cells[1:] if _RANGE.search(normalise(cell)))
    return "; ".join([cells[0][1], *ranges])


def _unit(header: str) -> str:
    """What a header has in brackets: 'height (cm)'."""
    found = re.search(r"[(\uff08]([^()\uff08\uff09]{1,12})[)\uff09]", header)
    return found[1] if found else ""


__all__ = ["Interval", "agreement", "codes", "condition_of", "intervals", "numbers"]

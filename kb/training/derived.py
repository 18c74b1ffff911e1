"""Values that no article writes and that are right all the same: what a rate makes of the customer's number, and what the reply works out of values that it shows."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from kb.characters import level, lowered
from kb.quantities import Kind, Quantity, supported

_YEAR = 2027
"""Of a day that names none: one without a 29 February."""
_ADDED: frozenset[Kind] = frozenset({Kind.DURATION, Kind.MONEY, Kind.WEIGHT})
_MOST_ADDED = 3
_IN_ALL = re.compile(
    r"共|总[计数]|合计|加[起埋上]|前后|[即等]于?(?=[^开将使])|也就是|换句话|所以|大约|左右|最(?:长|久|多|迟)"
    r"|\btotal|\baltogether\b|\bin all\b|\ball in\b|\badd|\bcomes? to\b|\bso\b|\bat (?:the )?most\b|\bthat(?:'s| is| makes)\b|\bup to\b|\bcombined\b"
)
"""What a sentence that adds up says. Levelled, in lower case."""
_REMAINS = re.compile(
    r"[还尚仲]?[差争欠]|剩|余|再(?:买|加|凑|消费|等)|\bshort\b|\bleft\b|\bremain|\bmore\b|\banother\b|\bto go\b|\baway\b|\bfurther\b"
)
"""What a sentence that takes away says."""
_MONTH_DAYS = (30.0, 365 / 12)
"""Days that speech gives a month."""


def follows(claim: Quantity, own: Iterable[Quantity], stated: Iterable[Quantity]) -> bool:
    """Whether the claim is what a stated rate or period makes of a number of the customer's: 110% of 15 g, HKD 32 a gram for 15 g, 14 days from 3 March."""
    stated = tuple(stated)
    return any(_is(claim, made) for mine in own for one in stated for made in _made(mine, one))


def worked_out(claim: Quantity, sentence: str, beside: Sequence[Quantity], shown: Sequence[Quantity], own: Sequence[Quantity]) -> bool:
    """Whether the claim is worked out of values that stand in the reply and are right: 3 + 14 = 17 days, HK$300 at 12% is reached at HK$2,500.

    sentence: the claim's. beside: right values of the same sentence. shown: those of the whole reply. own: the customer's numbers.
    """
    plain = lowered(level(sentence))
    return (
        any(_is(claim, made) for made in _shares(shown))
        or any(_is(claim, made) for made in _in_months(claim, beside))
        or (_IN_ALL.search(plain) is not None and any(_spans(claim, made) for made in _sums(claim, shown)))
        or (_REMAINS.search(plain) is not None and any(_is(claim, made) for made in _remainders(claim, shown, own)))
    )


def _shares(shown: Sequence[Quantity]) -> Iterator[tuple[Kind, float, str]]:
    """What a rate makes of an amount beside it, what it leaves, and of what amount it makes this."""
    rates = {end for one in shown if one.kind is Kind.PERCENT for end in (one.low, one.high) if 0 < end < 100}
    amounts = {(end, one.unit) for one in shown if one.kind is Kind.MONEY for end in (one.low, one.high)}
    for rate, (amount, unit) in itertools.product(rates, amounts):
        yield from ((Kind.MONEY, made, unit) for made in (amount * rate / 100, amount * (100 - rate) / 100, amount * 100 / rate))


def _in_months(claim: Quantity, beside: Sequence[Quantity]) -> Iterator[tuple[Kind, float, str]]:
    """The same time in months for days, or in days for months, where the sentence gives the article's own value too: 一個半月,即 45 日."""
    for one in beside:
        if one.kind is Kind.DURATION and one.low == one.high:
            for days in _MONTH_DAYS:
                if (one.unit, claim.unit) == ("day", "month"):
                    yield Kind.DURATION, one.low / days, "month"
                elif (one.unit, claim.unit) == ("month", "day"):
                    yield Kind.DURATION, round(one.low * days), "day"


def _sums(claim: Quantity, shown: Sequence[Quantity]) -> Iterator[tuple[float, float]]:
    """Both ends of what two or three different values of the claim's unit add up to."""
    if claim.kind not in _ADDED:
        return
    added = {(one.low, one.high) for one in shown if one.kind is claim.kind and one.unit == claim.unit}
    for count in range(2, _MOST_ADDED + 1):
        for parts in itertools.combinations(sorted(added), count):
            yield sum(low for low, _ in parts), sum(high for _, high in parts)


def _remainders(claim: Quantity, shown: Sequence[Quantity], own: Sequence[Quantity]) -> Iterator[tuple[Kind, float, str]]:
    """What the customer lacks of a value that the reply names."""
    for one, mine in itertools.product(shown, own):
        if one.kind is mine.kind is claim.kind and claim.kind in _ADDED and (one.unit == mine.unit or "" in (one.unit, mine.unit)):
            yield from ((one.kind, end - mine.low, one.unit or mine.unit) for end in {one.low, one.high} if end > mine.low)


def _spans(claim: Quantity, ends: tuple[float, float]) -> bool:
    """Whether the claim is a sum's end, or both of them."""
    return all(any(math.isclose(end, one, abs_tol=0.01) for one in ends) for end in (claim.low, claim.high))


def _made(own: Quantity, stated: Quantity) -> Iterator[tuple[Kind, float, str]]:
    """The values that one stated quantity makes of one of the customer's."""
    amounts = {own.low, own.high}
    for rate in {stated.low, stated.high}:
        for amount in amounts:
            if stated.kind is Kind.PERCENT and own.kind in (Kind.MONEY, Kind.WEIGHT, Kind.COUNT, Kind.LENGTH):
                yield from ((own.kind, amount * share / 100, own.unit) for share in (rate, 100 - rate, 100 + rate))
            elif stated.kind is Kind.MONEY and own.kind in (Kind.WEIGHT, Kind.COUNT):
                yield Kind.MONEY, amount * rate, stated.unit
            elif stated.kind is own.kind is Kind.DURATION and stated.unit == own.unit:
                yield Kind.DURATION, rate - amount, own.unit
            elif stated.kind is Kind.DURATION and own.kind is Kind.DATE and own.unit in ("md", "ymd"):
                yield from _after(own, stated, rate)


def _after(day: Quantity, period: Quantity, length: float) -> Iterator[tuple[Kind, float, str]]:
    """The day a period ends: counted from the day itself, or from the next."""
    year, month, of_month = int(day.low // 10000) or _YEAR, int(day.low // 100 % 100), int(day.low % 100)
    if of_month > calendar.monthrange(year, month)[1] or not (period.unit == "day" and 0 < length < 400):
        return
    for days in (int(length), int(length) - 1):
        end = dt.date(year, month, of_month) + dt.timedelta(days=days)
        yield Kind.DATE, float(end.month * 100 + end.day), "md"


def _is(claim: Quantity, made: tuple[Kind, float, str]) -> bool:
    kind, value, unit = made
    if kind is not claim.kind:
        return False
    if kind is Kind.DATE:
        return supported(claim, [Quantity(kind, value, value, unit, (0, 0))])
    return (unit == claim.unit or "" in (unit, claim.unit) or kind is Kind.COUNT) and all(
        math.isclose(end, value, rel_tol=0.002, abs_tol=0.01) for end in (claim.low, claim.high)
    )


__all__ = ["follows", "worked_out"]

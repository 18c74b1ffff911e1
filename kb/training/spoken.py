"""Values in a reply that no article writes that way: 10 號 of a month named before, 'within a week', and what follows from the customer's own numbers."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from kb.characters import level, lowered
from kb.numerals import CHINESE
from kb.quantities import Kind, Quantity, number, read, supported

_DAY = re.compile(rf"(?<![\d月第.])([0-9]{{1,2}}|{CHINESE})\s?[号日](?!风球|码|线|店|内|后|起计)|\bthe ([0-9]{{1,2}})(?:st|nd|rd|th)\b")
_A_SPAN = re.compile(r"\b(?:within|in|for|about|around|than|takes?|up to|under|over|after|exactly) an? (?:full |whole )?(hour|day|week|month|year)\b")
_SPANS: dict[str, tuple[float, str]] = {"hour": (3600, "second"), "day": (1, "day"), "week": (7, "day"), "month": (1, "month"), "year": (12, "month")}
_DEGREES = re.compile(r"(?<![\d.-])(-?\d{1,3})(?:\s?(?:度|°c?)?\s?(?:-|~|至|到|to)\s?(-?\d{1,3}))?\s?(?:度|°)(?!数)")
_LARGE = re.compile(r"[一二两三四五六七八九十]+[百千万][零一二两三四五六七八九十百千]*")
_YEAR = 2027
"""Of a day that names none: one without a 29 February."""


def spoken(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text, with those that only speech has. Bare degrees are degrees Celsius, and no number of days."""
    plain = lowered(level(text))
    found = list(read(text))
    for match in _DEGREES.finditer(plain):
        own = [one for one in found if match.start() <= one.span[0] < match.end()]
        if own and all(one.kind is Kind.NUMBER for one in own):
            ends = number(match[1]), number(match[2] or match[1])
            found = [one for one in found if one not in own] + [Quantity(Kind.TEMPERATURE, *ends, "C", match.span())]
    days = list(_days(plain, found))
    spans = [Quantity(Kind.DURATION, *_span(match[1]), match.span()) for match in _A_SPAN.finditer(plain)]
    return tuple(
        sorted(
            [*(one for one in found if not any(day.span[0] <= one.span[0] < day.span[1] for day in days)), *days, *spans], key=lambda one: one.span
        )
    )


_ONE_SPAN = re.compile(r"\ban? (hour|day|week|month|year)\b(?! (?:ago|later|before|of)\b)")
_HALF = re.compile(r"一半|\bhalf (?:of )?(?:the |that )?(?:amount|price|sum|total|money)\b|\bhalf of it\b")
_MORNING_TO_EVENING = re.compile(r"[朝早]([一二三四五六七八九十]{1,2}|\d{1,2})晚([一二三四五六七八九十]{1,2}|\d{1,2})(?!\d|[天日个個])")


def loosely(text: str) -> list[Quantity]:
    """What may stand for a value where one is looked for, and is too common in speech to be held to: a week, half the amount, 朝十晚七, 三萬."""
    plain = lowered(level(text))
    found = [Quantity(Kind.DURATION, *_span(match[1]), match.span()) for match in _ONE_SPAN.finditer(plain)]
    found += [Quantity(Kind.PERCENT, 50.0, 50.0, "", match.span()) for match in _HALF.finditer(plain)]
    for match in _MORNING_TO_EVENING.finditer(plain):
        for group, later in ((1, 0), (2, 12)):
            minutes = (number(match[group]) + later) * 60
            found.append(Quantity(Kind.TIME, minutes, minutes, "minute", match.span(group)))
    return [*found, *_large(plain)]


def _span(unit: str) -> tuple[float, float, str]:
    value, name = _SPANS[unit]
    return value, value, name


def _days(plain: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Days whose month stands before them: 2 月 5 日 … 10 號. Only later days of that month."""
    dates = [one for one in found if one.kind is Kind.DATE and one.unit in ("md", "ymd")]
    for match in _DAY.finditer(plain):
        day = number(match[1] or match[2])
        before = [one for one in dates if one.span[1] <= match.start()]
        if before and before[-1].high % 100 < day <= 31:
            value = before[-1].high - before[-1].high % 100 + day
            yield Quantity(Kind.DATE, value, value, before[-1].unit, match.span())


def told(texts: Iterable[str], today: str = "") -> list[Quantity]:
    """The numbers that a customer tells: also large ones without a unit, 大約兩萬五; and today, yesterday, where the day is known (ISO)."""
    known = list(_recent_days(dt.date.fromisoformat(today))) if today else []
    return [*(one for text in texts for one in (*read(text), *_large(lowered(level(text))))), *known]


def _recent_days(today: dt.date) -> Iterator[Quantity]:
    for days in range(3):
        day = today - dt.timedelta(days=days)
        value = float(day.year * 10000 + day.month * 100 + day.day)
        yield Quantity(Kind.DATE, value, value, "ymd", (0, 0))


def _large(plain: str) -> Iterator[Quantity]:
    for match in _LARGE.finditer(plain):
        try:
            value = number(match[0])
        except ValueError:
            continue
        yield Quantity(Kind.NUMBER, value, value, "", match.span())


def follows(claim: Quantity, own: Iterable[Quantity], stated: Iterable[Quantity]) -> bool:
    """Whether the claim is what a stated rate or period makes of a number of the customer's: 110% of 15 g, HKD 32 a gram for 15 g, 14 days from 3 March."""
    stated = tuple(stated)
    return any(_is(claim, made) for mine in own for one in stated for made in _made(mine, one))


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


__all__ = ["follows", "loosely", "spoken", "told"]

"""Values that only speech writes that way: 10 號 of a month named before, 'within a week', 'eleven to go', 'one go', 朝十晚七."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from kb.characters import level, lowered
from kb.numerals import CHINESE, DIGITS, ENGLISH
from kb.quantities import Kind, Quantity, number, read

_DAY = re.compile(rf"(?<![\d月第.])([0-9]{{1,2}}|{CHINESE})\s?[号日](?!风球|码|线|店|内|后|起计)|\bthe ([0-9]{{1,2}})(?:st|nd|rd|th)\b")
_A_SPAN = re.compile(r"\b(?:within|in|for|about|around|than|takes?|up to|under|over|after|exactly) an? (?:full |whole )?(hour|day|week|month|year)\b")
_SPANS: dict[str, tuple[float, str]] = {"hour": (3600, "second"), "day": (1, "day"), "week": (7, "day"), "month": (1, "month"), "year": (12, "month")}
_DEGREES = re.compile(r"(?<![\d.-])(-?\d{1,3})(?:\s?(?:度|°c?)?\s?(?:-|~|至|到|to)\s?(-?\d{1,3}))?\s?(?:度|°)(?!数)")
_LEFT_OVER = re.compile(rf"\b({ENGLISH}|[0-9]{{1,3}}) (?:more )?(?:to go|left|remaining|still to (?:go|run|come))\b")
_NUMERAL = re.compile(rf"{DIGITS}|{CHINESE}|\b{ENGLISH}\b")
_LARGE = re.compile(r"[一二两三四五六七八九十]+[百千万][零一二两三四五六七八九十百千]*")


def measured(wording: str) -> list[Quantity]:
    """The quantities that a wording stands for; a 'one' that is as often a pronoun is none."""
    return [one for one in read(wording) if one.kind is not Kind.NUMBER or any(char.isdigit() for char in wording[slice(*one.span)])]


def numeral(written: str) -> float | None:
    """What the first numeral of a quantity is as it is written: 2 of 'two years', which are 24 months."""
    found = _NUMERAL.search(lowered(level(written)))
    try:
        return number(found[0]) if found else None
    except ValueError:
        return None


def spoken(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text, with those that only speech has. Bare degrees are degrees Celsius, and no number of days."""
    plain = lowered(level(text))
    found = list(read(text))
    for match in _DEGREES.finditer(plain):
        own = [one for one in found if match.start() <= one.span[0] < match.end()]
        if own and all(one.kind is Kind.NUMBER for one in own):
            low, high = number(match[1]), number(match[2] or match[1])
            found = [one for one in found if one not in own] + [Quantity(Kind.TEMPERATURE, low, high, "C", match.span())]
    days = list(_days(plain, found))
    spans = [Quantity(Kind.DURATION, *_span(match[1]), match.span()) for match in _A_SPAN.finditer(plain)]
    read_anew = [*days, *_left_over(plain, found)]
    kept = [one for one in found if not any(other.span[0] <= one.span[0] < other.span[1] for other in read_anew)]
    return tuple(sorted([*kept, *read_anew, *spans], key=lambda one: one.span))


def _left_over(plain: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """A number whose unit is the one before it: 13 months … eleven to go."""
    for match in _LEFT_OVER.finditer(plain):
        own = next((one for one in found if match.start() <= one.span[0] < match.end()), None)
        before = [one for one in found if one.span[1] <= match.start() and one.kind is Kind.DURATION]
        written = numeral(plain[slice(*before[-1].span)]) if before else None
        if own is not None and own.kind is Kind.NUMBER and written:
            value = number(match[1]) * before[-1].low / written
            yield Quantity(Kind.DURATION, value, value, before[-1].unit, match.span())


_ONE_SPAN = re.compile(r"\ban? (hour|day|week|month|year)\b(?! (?:ago|later|before|of)\b)")
_ONE_TIME = re.compile(
    r"\b(?:just|only) (?:the )?once\b|\b(?:one|a single|1) (?:go|time|chance|shot|try|attempt|use|occasion|opportunity|turn|change)\b|\b(?:isn't|not|no) a? ?second (?:one|time|go|chance|try)\b"
    r"|[没冇无](?:有|得)?第二[次回趟]|[只得仅][有得能可以限一]{0,3}[一1] ?(?:次|回|趟|遍|铺)|(?:就|淨|净)[系得]?[一1](?:次|回|趟|铺)"
)
_COUPLE = re.compile(r"\ba couple of (hour|day|week|month|year)s\b")
_HALF = re.compile(r"一半|\bhalf (?:of )?(?:the |that )?(?:amount|price|sum|total|money)\b|\bhalf of it\b")
_MORNING_TO_EVENING = re.compile(r"[朝早]([一二三四五六七八九十]{1,2}|\d{1,2})晚([一二三四五六七八九十]{1,2}|\d{1,2})(?!\d|[天日个個])")


def loosely(text: str) -> list[Quantity]:
    """What may stand for a value where one is looked for, and is too common in speech to be held to: a week, half the amount, 朝十晚七, 三萬."""
    plain = lowered(level(text))
    found = [Quantity(Kind.DURATION, *_span(match[1]), match.span()) for match in _ONE_SPAN.finditer(plain)]
    found += [Quantity(Kind.COUNT, 1.0, 1.0, "次", match.span()) for match in _ONE_TIME.finditer(plain)]
    for match in _COUPLE.finditer(plain):
        one, _, unit = _span(match[1])
        found.append(Quantity(Kind.DURATION, 2 * one, 2 * one, unit, match.span()))
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


__all__ = ["loosely", "measured", "numeral", "spoken", "told"]

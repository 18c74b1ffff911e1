"""When customers of the demonstration write, and how many orders there are: weekends, evenings, a peak last year, growth since."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

WEEKS: Final = 8
COMING: Final = 14
"""Days of the coming peak, from tomorrow on."""
AROUND: Final = 7
"""Days around last year's peak."""
_A_DAY: Final = 34.0
_OF_WEEKDAY: Final = (0.95, 0.9, 0.9, 0.95, 1.0, 1.2, 1.15)
_OF_HOUR: Final = (3, 2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 13, 12, 10, 9, 9, 9, 9, 11, 13, 13, 10, 6)
_PER_ORDER: Final = 0.055
"""Questions an order, about."""


@dataclass(frozen=True, slots=True)
class TradingDay:
    """One day of the shop."""

    date: dt.date
    questions: int
    orders: int


def trading_days(today: dt.date, generator: random.Random, scale: float = 1.0) -> list[TradingDay]:
    """Last year's peak with the days around it, then the last weeks until today. scale: of the number of questions and orders."""
    peak = today + dt.timedelta(days=1) - dt.timedelta(weeks=52)
    last_year = [peak + dt.timedelta(days=n) for n in range(-AROUND, COMING + AROUND)]
    lately = [today - dt.timedelta(days=n) for n in range(7 * WEEKS - 1, -1, -1)]
    found = []
    for date in [*last_year, *lately]:
        into = (date - peak).days / COMING
        rush = 1 + 1.1 * math.exp(-(((into - 0.6) / 0.35) ** 2)) if date in last_year else 0.9 + 0.25 * (date - lately[0]).days / len(lately)
        mean = scale * _A_DAY * _OF_WEEKDAY[date.weekday()] * rush
        orders = round(mean / _PER_ORDER * generator.gauss(1, 0.06))
        found.append(TradingDay(date, _poisson(orders * _PER_ORDER * generator.gammavariate(40, 1 / 40), generator), orders))
    return found


def expected_orders(days: list[TradingDay], today: dt.date, generator: random.Random) -> dict[dt.date, int]:
    """What is planned for the coming peak: a fifth more than last year."""
    known = {day.date: day.orders for day in days}
    coming = [today + dt.timedelta(days=n) for n in range(1, COMING + 1)]
    return {day: round(known[day - dt.timedelta(weeks=52)] * 0.12 * generator.gauss(1, 0.02)) * 10 for day in coming}


def moments(date: dt.date, number: int, zone: ZoneInfo, generator: random.Random) -> Iterator[dt.datetime]:
    """So many moments of a day, more of them in the evening."""
    hours = generator.choices(range(24), _OF_HOUR, k=number)
    for hour, second in sorted((hour, generator.randrange(3_600)) for hour in hours):
        yield (dt.datetime.combine(date, dt.time(hour), zone) + dt.timedelta(seconds=second)).astimezone(dt.UTC)


def busy(at: dt.datetime, zone: ZoneInfo) -> float:
    """How much is going on at that hour, 0..1."""
    return _OF_HOUR[at.astimezone(zone).hour] / max(_OF_HOUR)


def _poisson(mean: float, generator: random.Random) -> int:
    """Knuth's method; the means here are small."""
    limit, product, count = math.exp(-mean), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


__all__ = ["COMING", "WEEKS", "TradingDay", "busy", "expected_orders", "moments", "trading_days"]

"""How many questions a coming peak may bring: last year's questions per order, times the orders expected, with an interval.

Questions of a day are taken as negative binomial with a mean in proportion to the day's orders: mu = ratio * orders, variance mu + a * mu^2
(NB2; Cameron & Trivedi 1998). `a` comes from the reference days by the method of moments; 0 leaves a Poisson count. The prediction interval
holds three doubts. How well so few days tell the ratio: the days are drawn again with replacement, questions and orders together (the
bootstrap of a ratio; Efron 1979). How well they tell the spread of days: the variance is drawn too, as that of n normal values is told by
them (a scaled inverse chi-square with n - 1 degrees of freedom). And how days differ: each coming day is drawn from the distribution with
that ratio and that spread. Quantiles of 4,000 such draws, from a fixed seed: the same figures give the same forecast.

What it cannot know: that this year's customers ask more or less per order than last year's, and that a bad day makes the next one bad.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST_DAYS: Final = 7
"""Reference days with orders, below which nothing is forecast."""
DRAWS: Final = 4_000
LEVEL: Final = 0.95
_SEED: Final = 618


@dataclass(frozen=True, slots=True)
class Sales:
    """One day of the reference."""

    date: dt.date
    questions: int
    orders: int


@dataclass(frozen=True, slots=True)
class Range:
    """An expected number and its 95% prediction interval."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ComingDay:
    """One day of the coming peak."""

    date: dt.date
    orders: float
    """Expected."""
    questions: Range


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a coming peak may bring."""

    ratio: Range
    """Questions per 100 orders; the interval is that of the mean, not of a single day."""
    dispersion: float
    """`a` above."""
    days_used: int
    questions: Range
    """Of all coming days together."""
    days: tuple[ComingDay, ...]


def forecast(reference: Sequence[Sales], coming: Sequence[tuple[dt.date, float]]) -> Forecast | None:
    """coming: (day, orders expected). Days without orders are left out of the reference; None where fewer than FEWEST_DAYS are left."""
    used = [day for day in reference if day.orders > 0]
    if len(used) < FEWEST_DAYS or not coming:
        return None
    questions, orders = np.array([day.questions for day in used], float), np.array([day.orders for day in used], float)
    expected = np.array([number for _, number in coming], float)
    ratio = questions.sum() / orders.sum()
    spread = dispersion(questions, ratio * orders)
    generator = np.random.default_rng(_SEED)
    surer = (len(used) - 1) / generator.chisquare(len(used) - 1, size=DRAWS)
    ratios = np.maximum(0, ratio + (_resampled(questions, orders, generator) - ratio) * np.sqrt(surer * len(used) / (len(used) - 1)))
    drawn = _drawn(ratios[:, None] * expected[None, :], _spreads(spread, float(questions.mean()), surer), generator)
    low, high = _quantiles(drawn)
    days = tuple(ComingDay(date, number, Range(float(ratio * number), float(low[i]), float(high[i]))) for i, (date, number) in enumerate(coming))
    return Forecast(
        ratio=_range(100 * ratio, 100 * ratios), dispersion=spread, days_used=len(used),
        questions=_range(float(ratio * expected.sum()), drawn.sum(axis=1)), days=days,
    )  # fmt: skip


def dispersion(questions: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    """`a` by the method of moments, over days whose means were fitted with one parameter; 0 where the days differ no more than a Poisson count."""
    days, above = len(questions), means > 0
    if days < 2 or not above.any():
        return 0.0
    excess = ((questions - means) ** 2 * days / (days - 1) - means)[above].sum()
    return float(max(0.0, excess / (means[above] ** 2).sum()))


def spread_over(total: float, days: Sequence[dt.date], shape: Sequence[float]) -> list[tuple[dt.date, float]]:
    """A total over days in the proportions of a shape of the same length; evenly where there is none, or it says nothing."""
    weights = list(shape) if len(shape) == len(days) and sum(shape) > 0 else [1.0] * len(days)
    return [(day, total * weight / sum(weights)) for day, weight in zip(days, weights, strict=True)]


def _resampled(questions: NDArray[np.float64], orders: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    times = generator.multinomial(len(questions), np.full(len(questions), 1 / len(questions)), size=DRAWS)
    drawn: NDArray[np.float64] = (times @ questions) / (times @ orders)
    return drawn


def _spreads(spread: float, mean: float, scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dispersions whose variance at the mean is so many times that of `spread`; 0 where that is less than a Poisson count's."""
    return np.maximum(0, (1 + spread * mean) * scale - 1) / mean if mean > 0 else np.zeros_like(scale)


def _drawn(means: NDArray[np.float64], spreads: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Counts with these means, a row a draw: a Poisson count whose mean is itself drawn from a gamma distribution is negative binomial."""
    shapes = 1 / np.maximum(spreads, 1e-9)[:, None]  # so large a shape leaves the mean as it is
    return generator.poisson(means * generator.gamma(shapes, 1 / shapes, size=means.shape)).astype(float)


def _quantiles(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values that were drawn."""
    return np.asarray(np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0, method="inverted_cdf"))


def _range(expected: float, drawn: NDArray[np.float64]) -> Range:
    low, high = _quantiles(drawn)
    return Range(float(expected), float(low), float(high))


__all__ = ["DRAWS", "FEWEST_DAYS", "LEVEL", "ComingDay", "Forecast", "Range", "Sales", "dispersion", "forecast", "spread_over"]

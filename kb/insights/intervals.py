"""How far chance alone may move a count: exact intervals of shares, and of a rate beside another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

LEVEL: Final = 0.95
_HALVINGS: Final = 50


@dataclass(frozen=True, slots=True)
class RateRatio:
    """How many times as frequent something is now as it was."""

    ratio: float | None
    """None where it never happened before."""
    low: float
    high: float | None
    """None: without bound."""


def share_bounds(count: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share (Clopper & Pearson 1934): shares with which a count so low, or so high, is not too rare."""
    if of == 0:
        return 0.0, 1.0
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, of + 1)))))
    counts = np.arange(of + 1)
    ways = logs[of] - logs - logs[::-1]
    tail = (1 - level) / 2

    def at_most(most: int, share: float) -> float:
        return float(np.exp(ways[: most + 1] + counts[: most + 1] * np.log(share) + (of - counts[: most + 1]) * np.log1p(-share)).sum())

    low = 0.0 if count == 0 else _first(lambda share: 1 - at_most(count - 1, share) > tail)
    high = 1.0 if count == of else _first(lambda share: at_most(count, share) < tail)
    return low, high


def rate_ratio(now: int, of_now: int, before: int, of_before: int, level: float = LEVEL) -> RateRatio | None:
    """`now` of `of_now` against `before` of `of_before`, by the exact test of two Poisson rates (Przyborowski & Wilenski 1940).

    Given now + before events, `now` is binomial; an interval of its share is one of the ratio. None where there is nothing to compare.
    """
    if not of_now or not of_before or not now + before:
        return None
    scale = of_before / of_now
    low, high = share_bounds(now, now + before, level)
    ratio = now / before * scale if before else None
    return RateRatio(ratio, low / (1 - low) * scale, None if high >= 1 else high / (1 - high) * scale)


def _first(holds: Callable[[float], bool]) -> float:
    """The least share at which a condition holds that never ceases to hold."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2


__all__ = ["LEVEL", "RateRatio", "rate_ratio", "share_bounds"]

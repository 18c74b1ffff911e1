"""Figures with their bootstrap intervals, and Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ui.fusion_report.fits import Fitted, Ranks

RESAMPLES = 2000


def interval(values: Ranks, topics: NDArray[np.str_], seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of the mean, topics drawn with all their cases."""
    _, places = np.unique(topics, return_inverse=True)
    sums, counts = np.bincount(places, values), np.bincount(places)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def figures(found: Ranks, topics: NDArray[np.str_]) -> str:
    """Cells: MRR with its interval, R@1, R@5."""
    if not len(found):
        return "– | – | –"
    low, high = interval(1 / found, topics)
    return f"{(1 / found).mean():.3f} ({low:.3f}–{high:.3f}) | {(found < 1.5).mean():.3f} | {(found < 5.5).mean():.3f}"


def difference(found: Ranks, other: Ranks, topics: NDArray[np.str_]) -> str:
    """Cell: how much higher the first's MRR is, with the paired interval."""
    gains = 1 / found - 1 / other
    low, high = interval(gains, topics)
    return f"{gains.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def described(fitted: Fitted) -> str:
    """Cell: what all folds together choose, and between what the folds differ."""
    parts = []
    for group, final in fitted.final.items():
        numbers = " / ".join(f"{one:g}" for one in final)
        others = sorted({option for option in fitted.chosen[group] if option != final})
        spread = f" (folds: {', '.join(' / '.join(f'{one:g}' for one in option) for option in others)})" if others else ""
        parts.append(f"{'' if group == 'all' else group + ' '}{numbers}{spread}")
    return "; ".join(parts)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


__all__ = ["described", "difference", "figures", "interval", "table"]

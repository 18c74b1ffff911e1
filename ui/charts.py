"""Static charts as SVG text: one pure function from numbers to markup, with every label escaped. Colours are the page's, by class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABEL, TRACK, ROW = 380, 160, 140, 26
"""Of the drawing, its labels, the bars at their longest, and a row's height, in the drawing's units."""
_LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of a group."""

    label: str
    counted: float
    total: float
    """More than 0."""
    before: float | None = None
    """The share in an earlier run, 0..1."""


def bars(title: str, rows: Sequence[Bar], interval: bool = True) -> str:
    """Horizontal bars of shares with their 95% intervals; a tick marks the earlier run's share. An SVG element."""
    drawn = "".join(_row(row, number, interval) for number, row in enumerate(rows))
    height = ROW * max(1, len(rows))
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{drawn}</svg>'


def wilson(counted: float, total: float) -> tuple[float, float]:
    """95% interval of a share (Wilson, 1927): honest where the group is small."""
    z, share = 1.96, counted / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def _row(row: Bar, number: int, interval: bool) -> str:
    share, top = row.counted / row.total, number * ROW
    middle = top + ROW / 2
    label = row.label if len(row.label) <= _LONGEST_LABEL else row.label[: _LONGEST_LABEL - 1] + "…"
    parts = [
        f"<g><title>{escape(f'{row.label}: {row.counted:g} of {row.total:g} ({share:.0%})')}</title>",
        f'<text class="label" x="{LABEL - 8}" y="{middle + 4:g}" text-anchor="end">{escape(label)}</text>',
        f'<rect class="track" x="{LABEL}" y="{top + 6}" width="{TRACK}" height="{ROW - 12}" rx="3"/>',
        f'<rect class="bar" x="{LABEL}" y="{top + 6}" width="{share * TRACK:.1f}" height="{ROW - 12}" rx="3"/>',
    ]
    if interval:
        low, high = (LABEL + end * TRACK for end in wilson(row.counted, row.total))
        parts.append(f'<path class="whisker" d="M{low:.1f} {middle:g}H{high:.1f}M{low:.1f} {middle - 3:g}v6M{high:.1f} {middle - 3:g}v6"/>')
    if row.before is not None:
        parts.append(f'<path class="before" d="M{LABEL + row.before * TRACK:.1f} {top + 3}v{ROW - 6}"/>')
    parts.append(f'<text class="value" x="{LABEL + TRACK + 8}" y="{middle + 4:g}">{share:.0%} of {row.total:g}</text></g>')
    return "".join(parts)


__all__ = ["Bar", "bars", "wilson"]

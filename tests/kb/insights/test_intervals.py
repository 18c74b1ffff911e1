from __future__ import annotations

import math

import pytest

from kb.insights.intervals import rate_ratio, share_bounds


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (15, 200, 0.0426, 0.1207), (0, 0, 0.0, 1.0)],
)
def test_shares_have_the_published_exact_bounds(count: int, of: int, low: float, high: float) -> None:
    assert share_bounds(count, of) == pytest.approx((low, high), abs=5e-4)


def test_bounds_hold_what_they_say() -> None:
    """At the lower bound so many or more have a probability of 2.5%, at the upper one so few or fewer."""
    low, high = share_bounds(7, 40)
    at_least = sum(math.comb(40, k) * low**k * (1 - low) ** (40 - k) for k in range(7, 41))
    at_most = sum(math.comb(40, k) * high**k * (1 - high) ** (40 - k) for k in range(8))
    assert (at_least, at_most) == (pytest.approx(0.025, abs=1e-6), pytest.approx(0.025, abs=1e-6))


def test_a_ratio_weighs_counts_by_what_they_are_counted_of() -> None:
    same = rate_ratio(10, 100, 40, 400)
    assert same is not None
    assert same.ratio == pytest.approx(1)
    assert same.high is not None
    assert same.low < 1 < same.high
    more = rate_ratio(30, 100, 40, 400)
    assert more is not None
    assert more.ratio == pytest.approx(3)
    assert more.low > 1


def test_what_never_happened_before_has_no_ratio_but_a_bound() -> None:
    new = rate_ratio(6, 100, 0, 400)
    assert new is not None
    assert (new.ratio, new.high) == (None, None)
    assert new.low > 1
    gone = rate_ratio(0, 100, 6, 400)
    assert gone is not None
    assert (gone.ratio, gone.low) == (0, 0)
    assert rate_ratio(0, 100, 0, 400) is rate_ratio(1, 0, 1, 400) is rate_ratio(1, 10, 0, 0) is None


def test_turning_a_ratio_around_turns_its_interval_around() -> None:
    one, other = rate_ratio(9, 50, 20, 300), rate_ratio(20, 300, 9, 50)
    assert one is not None
    assert other is not None
    assert one.high is not None
    assert (one.low * (other.high or 0), one.high * other.low) == (pytest.approx(1, abs=1e-6), pytest.approx(1, abs=1e-6))

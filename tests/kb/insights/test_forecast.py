from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from kb.insights.forecast import FEWEST_DAYS, Sales, dispersion, forecast, spread_over

FIRST, COMING = dt.date(2030, 12, 1), dt.date(2031, 12, 1)


def days(questions: list[int], orders: list[int]) -> list[Sales]:
    return [Sales(FIRST + dt.timedelta(days=n), asked, ordered) for n, (asked, ordered) in enumerate(zip(questions, orders, strict=True))]


def coming(*orders: float) -> list[tuple[dt.date, float]]:
    return [(COMING + dt.timedelta(days=n), number) for n, number in enumerate(orders)]


def test_questions_are_in_proportion_to_orders() -> None:
    found = forecast(days([10, 20, 30, 40, 50, 60, 70], [100, 200, 300, 400, 500, 600, 700]), coming(1000, 2000))
    assert found is not None
    assert (found.ratio.expected, found.dispersion) == (pytest.approx(10), 0)
    assert (found.ratio.low, found.ratio.high) == (pytest.approx(10), pytest.approx(10)), "every day has the same ratio"
    assert [day.questions.expected for day in found.days] == [pytest.approx(100), pytest.approx(200)]
    assert found.questions.expected == pytest.approx(300)
    assert found.questions.low < 300 < found.questions.high
    assert found.questions.high - found.questions.low < found.days[1].questions.high - found.days[1].questions.low + 40, (
        "a sum is surer than its parts"
    )


def test_days_without_orders_and_too_few_days_tell_nothing() -> None:
    few = days([5] * (FEWEST_DAYS - 1), [50] * (FEWEST_DAYS - 1))
    assert forecast(few, coming(100)) is None
    assert forecast([*few, Sales(FIRST, 40, 0)], coming(100)) is None
    assert forecast(days([5] * 7, [50] * 7), []) is None
    silent = forecast(days([0] * 7, [50] * 7), coming(100))
    assert silent is not None
    assert (silent.questions.expected, silent.questions.high) == (0, 0)


def test_the_same_figures_give_the_same_forecast() -> None:
    sales = days([12, 30, 25, 41, 70, 66, 80, 31], [100, 200, 300, 400, 500, 600, 700, 300])
    assert forecast(sales, coming(500, 600)) == forecast(sales, coming(500, 600))


def test_dispersion_is_what_exceeds_a_poisson_count() -> None:
    generator = np.random.default_rng(3)
    means = np.full(4000, 50.0)
    assert dispersion(generator.poisson(means).astype(float), means) < 0.005
    drawn = generator.poisson(means * generator.gamma(1 / 0.1, 0.1, size=4000)).astype(float)
    assert dispersion(drawn, means) == pytest.approx(0.1, abs=0.01)
    assert dispersion(np.array([3.0]), np.array([3.0])) == 0


def test_intervals_hold_what_then_comes() -> None:
    """Two weeks of reference, a peak half as large again, 120 shops: about 95 of 100 outcomes lie in the interval."""
    generator = np.random.default_rng(7)
    orders = np.array([600, 620, 640, 700, 900, 1300, 1250] * 2)
    within = 0
    for _ in range(120):

        def draw(ordered: np.ndarray) -> np.ndarray:
            return generator.poisson(0.06 * ordered * generator.gamma(1 / 0.03, 0.03, size=len(ordered)))

        found = forecast(days([int(one) for one in draw(orders)], [int(one) for one in orders]), coming(*(1.5 * orders)))
        assert found is not None
        within += found.questions.low <= draw(1.5 * orders).sum() <= found.questions.high
    assert 105 <= within <= 119, f"{within} of 120"


def test_a_total_is_spread_in_proportion() -> None:
    dates = [day for day, _ in coming(0, 0)]
    assert spread_over(90, dates, [1, 2]) == [(dates[0], 30), (dates[1], 60)]
    assert spread_over(90, dates, []) == spread_over(90, dates, [0, 0]) == [(dates[0], 45), (dates[1], 45)]

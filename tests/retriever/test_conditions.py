"""retriever/conditions.py: conditions on quantities, and whether a stated quantity meets them."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.quantities import Kind, read
from retriever.conditions import agreement, codes, condition_of, intervals, numbers


@pytest.mark.parametrize(
    ("text", "low", "high", "threshold"),
    [
        ("50 克以上", 50, inf, True),
        ("滿 50 克", 50, inf, True),
        ("超過 50 克", 50, inf, True),
        ("over 50 g", 50, inf, True),
        ("50 g or more", 50, inf, True),
        ("at least 50 g", 50, inf, True),
        ("50 克以下", 0, 50, False),
        ("50 克或以下", 0, 50, False),
        ("不足 50 克", 0, 50, False),
        ("up to 50 g", 0, 50, False),
        ("less than 50 g", 0, 50, False),
        ("10–50 克", 10, 50, False),
        ("10 至 50 克", 10, 50, False),
        ("10 to 50 g", 10, 50, False),
        ("由 1 公斤至 2 公斤", 1000, 2000, False),
    ],
)
def test_a_condition_is_an_interval(text: str, low: float, high: float, threshold: bool) -> None:
    (interval,) = intervals(text)
    assert (interval.kind, interval.unit, interval.low, interval.high, interval.threshold) == (Kind.WEIGHT, "g", low, high, threshold)


@pytest.mark.parametrize("text", ["", "淨重 50 克", "it weighs 50 g", "2031-05-20 起", "晚上 8 點以後"])
def test_a_plain_value_a_day_and_an_hour_are_no_conditions(text: str) -> None:
    assert intervals(text) == ()


def test_each_condition_of_a_sentence_counts() -> None:
    found = intervals("訂單滿 HKD 800 減 HKD 90;50 克以上另計")
    assert [(one.kind, one.low) for one in found] == [(Kind.MONEY, 800), (Kind.WEIGHT, 50)]


@pytest.mark.parametrize(
    ("stated", "text", "verdict"),
    [
        ("I have 60 g", "above 50 g", (1, 50)),
        ("I have 40 g", "above 50 g", (-1, 0)),
        ("I have 40 g", "10–50 g", (1, 10)),
        ("I have 0.04 kg", "up to 50 g", (1, 0)),
        ("I have 60 g", "up to 50 g", (-1, 0)),
        ("我有 60 克", "50 克以上", (1, 50)),
        ("60 g", "less than 30 days", (0, 0)),
        ("60 g", "delivery takes a while", (0, 0)),
        ("", "above 50 g", (0, 0)),
        ("my basket is $900", "orders of HKD 800 or more", (1, 800)),
        ("my basket is EUR 900", "orders of HKD 800 or more", (0, 0)),
        ("HKD 900 for 60 g", "orders of HKD 800 or more, above 50 g", (1, 800)),
        ("HKD 900 for 40 g", "orders of HKD 800 or more, above 50 g", (1, 800)),
    ],
)
def test_what_the_customer_states_agrees_disagrees_or_says_nothing(stated: str, text: str, verdict: tuple[float, float]) -> None:
    assert agreement(read(stated), text) == verdict


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_above_and_up_to_divide_the_values_between_them(value: int, bound: int) -> None:
    stated = read(f"{value} g")
    above, below = agreement(stated, f"at least {bound} g")[0], agreement(stated, f"up to {bound} g")[0]
    assert above == (1 if value >= bound else -1)
    assert below == (1 if value <= bound else -1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("圈口五十六嗰隻", {56}),
        ("兩萬八的單", {28000}),
        ("就一百二的那瓶", {120}),
        ("五百七十五度", {575}),
        ("US 8, please", {8}),
        ("1,280 元", {1280}),
        ("四人帳", {4}),
        ("六個人睡的", {6}),
        ("a six-person tent", {6}),
        ("一人一件", set()),
        ("三公分", set()),
        ("", set()),
    ],
)
def test_numbers_that_name_a_thing_are_read(text: str, named: set[float]) -> None:
    assert numbers(text) == named


def test_a_row_states_conditions_in_its_ranges_too() -> None:
    """With the unit that the column's header has."""
    cells = (("Kite", "Heron"), ("Size", "54"), ("Flyer's height (cm)", "174–180"), ("Price", "EUR 30"))
    assert agreement(read("I am 178 cm tall"), condition_of(cells)) == (1.0, 1740.0)
    assert agreement(read("I am 168 cm tall"), condition_of(cells)) == (-1.0, 0.0)
    assert agreement(read("I pay EUR 30"), condition_of(cells)) == (0.0, 0.0)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=5))
def test_any_row_has_a_condition(cells: list[tuple[str, str]]) -> None:
    assert condition_of(cells).startswith(cells[0][1])


@pytest.mark.parametrize(("stated", "verdict"), [("近視一千度", 1.0), ("左眼 575", 1.0), ("近視 1200 度", -1.0), ("-4.50D", 1.0)])
def test_a_lens_power_lies_in_a_range_whatever_its_sign(stated: str, verdict: float) -> None:
    assert agreement(read(stated), "0.00 至 -10.00")[0] == verdict


def test_codes_are_what_a_shop_made_up() -> None:
    assert codes("用MOON26得唔得? BF26SUI, SH-F110、AF-5 電火鍋 e3305") == {"moon26", "bf26sui", "sh-f110", "af-5", "e3305"}
    assert codes("HKD458, NT500, 454g, 5kg, x2, B-1, 2026-11-21, no.12, K 系列") == frozenset()

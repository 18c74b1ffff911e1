"""retriever/measures.py: physical measures that a question asks for."""

from __future__ import annotations

import pytest

from retriever.evidence import kind_names
from retriever.measures import MEASURES, asked_measures, states


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("呢個罐幾高幾闊", {"length"}),
        ("直徑是多少毫米?", {"length"}),
        ("how wide is it, and how heavy?", {"length", "weight"}),
        ("水箱裝到幾多公升", {"volume"}),
        ("焗爐要校几度", {"temperature"}),
        ("每粒有幾多卡路里", {"energy in food"}),
        ("how many kcal in 100g", {"energy in food"}),
        ("噪音多少分贝", {"sound"}),
        ("What wattage is it?", {"power"}),
        ("電池幾多mAh", {"electric charge"}),
        ("how long does it take", set()),
        ("多少錢一個", set()),
        ("度数最高多少度数", set()),
        ("幾時送到", set()),
        ("how many watches are left", set()),
        ("尺寸不對可以退嗎", set()),
    ],
)
def test_what_is_asked_for_by_name_or_unit(question: str, names: set[str]) -> None:
    assert {measure.name for measure in asked_measures(question)} == names


@pytest.mark.parametrize(
    ("name", "text", "stated"),
    [
        ("length", "罐高 12 厘米", True),
        ("length", "保質期 12 個月", False),
        ("temperature", "存放於 25 °C 以下", True),
        ("energy in food", "Each bar has 180 kcal.", True),
        ("energy in food", "一張卡最多 3 張券", False),
        ("sound", "運作時約 55 分貝", True),
        ("power", "功率 1700 W", True),
        ("power", "Wait 5 weeks", False),
    ],
)
def test_what_states_a_measure(name: str, text: str, stated: bool) -> None:
    (measure,) = (one for one in MEASURES if one.name == name)
    assert states(measure, text, kind_names(text)) == stated

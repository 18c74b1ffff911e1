"""kb/festivals.py: which day a festival's name stands for, as far as articles say."""

from __future__ import annotations

import pytest

from kb.festivals import Festivals, festivals_in
from kb.quantities import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("端午節(2031年6月24日)送粽", {"dragon-boat": [20310624]}),
        ("端午節為 2031-06-24。", {"dragon-boat": [20310624]}),
        ("2031年6月24日(端午節)休息", {"dragon-boat": [20310624]}),
        ("农历新年 2031-01-23 起休息", {}),
        ("農曆新年:2031-01-23", {"new-year": [20310123]}),
        ("2031 除夕(年三十晚,1 月 22 日)提早收工", {"eve": [122]}),
        ("初一至初三(1 月 23–25 日)休息", {"new-year": [123], "day-3": [125]}),
        ("年初一至初三(2031-01-23 至 01-25)休息", {"new-year": [20310123], "day-3": [125]}),
        ("The Mid-Autumn Festival falls on 1 October 2031.", {"mid-autumn": [20311001]}),
        ("Lunar New Year's Eve (22 January 2031): closed", {"eve": [20310122]}),
        ("Closed from 2031-01-22 15:00 for Lunar New Year", {}),
        ("中秋節前 2031-09-20 截單", {}),
        ("2031-01-20 至 2031-02-06(正月十五)", {"lantern": [20310206]}),
        ("農曆新年假期由 2031-01-22 開始", {}),
        ("端午節 2031-06-23 至 2031-06-25 休息", {}),
        ("没有节日 2031-06-24", {}),
    ],
)
def test_a_day_beside_a_festivals_name_is_its_day(text: str, expected: dict[str, list[int]]) -> None:
    days = Festivals.of([text]).days
    assert {festival: [int(day.low) for day, _ in found] for festival, found in days.items()} == expected


def test_the_eve_is_not_the_day_itself() -> None:
    assert [one.festival for one in festivals_in("Chinese New Year's Eve, then Chinese New Year; 平安夜同聖誕節; New Year's Day")] == [
        "eve", "new-year", "christmas-eve", "christmas", "january-first",
    ]  # fmt: skip


CALENDAR = Festivals.of(["端午節(2031年6月24日)", "中秋節:2031-10-01"])


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("2031-06-24", "端午節前送到", True),
        ("6月24日", "Delivered before the Dragon Boat Festival", True),
        ("24 June 2031", "端午节前送到", True),
        ("2031-06-25", "端午節前送到", False),
        ("2032-06-24", "端午節前送到", False),
        ("2031-06-24", "中秋節前送到", False),
        ("2031-06-24", "截單前送到", False),
        ("2031-12-25", "聖誕節當日休息", True),
        ("24 日", "端午節前送到", False),
    ],
)
def test_a_source_that_names_a_festival_states_its_day(claim: str, source: str, expected: bool) -> None:
    assert CALENDAR.supports(read(claim)[0], [source], read(source)) is expected


@pytest.mark.parametrize(
    ("sentence", "source", "expected"),
    [
        ("優惠至端午節", "優惠至 2031-06-20", ["端午節"]),
        ("優惠到端午节为止", "优惠至 2031-06-20", ["端午节"]),
        ("Until the Mid-Autumn Festival", "Until 20 September 2031", ["Mid-Autumn Festival"]),
        ("until Mid-Autumn Festival", "Until 20 September 2031", ["Mid-Autumn Festival"]),
        ("優惠至端午節", "優惠至 2031-06-24", []),
        ("優惠至端午節", "優惠至端午節,2031-06-20 前付款", []),
        ("優惠至端午節", "優惠全年有效", []),
        ("祝端午節快樂", "優惠至 2031-06-20", []),
        ("優惠至重陽節", "優惠至 2031-06-20", []),
    ],
)
def test_a_festival_given_for_another_day_is_found(sentence: str, source: str, expected: list[str]) -> None:
    found = CALENDAR.contradicted(sentence, [source], read(source))
    assert [sentence[slice(*one.span)] for one in found] == expected

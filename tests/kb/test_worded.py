from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import REPLY_LANGUAGES, ReplyLanguage
from kb.quantities import read
from kb.worded import in_language


@pytest.mark.parametrize(
    ("value", "lang", "expected"),
    [
        ("5 個工作日", "en", "5 working days"), ("1 個工作日", "en", "1 working day"), ("6–8 個月", "en", "6–8 months"), ("兩年", "en", "2 years"),
        ("24 小時", "en", "24 hours"), ("90 分鐘", "en", "90 minutes"), ("14 days", "zh-Hant", "14 日"), ("5 working days", "zh-Hans", "5 个工作日"),
        ("5 個工作日", "zh-Hant", "5 個工作日"), ("5 个工作日", "zh-Hant", "5 個工作日"), ("HK$30", "en", "HK$30"), ("HK$30", "zh-Hant", "HK$30"), ("4 °C", "zh-Hans", "4 °C"),
        ("兩盒", "en", ""), ("2026年7月1日", "en", ""), ("two boxes", "zh-Hant", ""),
    ],
)  # fmt: skip
def test_a_value_is_said_in_the_reply_s_language_or_not_at_all(value: str, lang: ReplyLanguage, expected: str) -> None:
    assert in_language(value, lang) == expected


@given(st.integers(1, 400), st.sampled_from(["日", "個工作日", "個月", "小時", "分鐘", "星期"]), st.sampled_from(REPLY_LANGUAGES))
def test_what_is_said_is_read_back_as_the_same(amount: int, unit: str, lang: ReplyLanguage) -> None:
    (quantity,) = read(f"{amount} {unit}")
    (again,) = read(in_language(f"{amount} {unit}", lang))
    assert again.value == quantity.value

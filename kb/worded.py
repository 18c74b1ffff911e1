"""A quantity in the words of a reply's language, where it can be said with certainty."""

from __future__ import annotations

import re

from kb.models import ReplyLanguage
from kb.quantities import Kind, Quantity, read
from kb.text import HAN, convert

_UNITS: dict[str, tuple[tuple[float, dict[ReplyLanguage, str]], ...]] = {
    "working_day": ((1, {"zh-Hant": " 個工作日", "zh-Hans": " 个工作日", "en": " working day"}),),
    "day": ((1, {"zh-Hant": " 日", "zh-Hans": " 天", "en": " day"}),),
    "month": (
        (12, {"zh-Hant": " 年", "zh-Hans": " 年", "en": " year"}),
        (1, {"zh-Hant": " 個月", "zh-Hans": " 个月", "en": " month"}),
    ),
    "second": (
        (3600, {"zh-Hant": " 小時", "zh-Hans": " 小时", "en": " hour"}),
        (60, {"zh-Hant": " 分鐘", "zh-Hans": " 分钟", "en": " minute"}),
        (1, {"zh-Hant": " 秒", "zh-Hans": " 秒", "en": " second"}),
    ),
}  # fmt: skip
"""Of durations: the units from the largest down, each with how many of the quantity's own it holds."""


def in_language(value: str, lang: ReplyLanguage) -> str:
    """The value as a reply in that language would write it: as it stands where its script fits, a duration in other words, else ''."""
    chinese = re.search(rf"[{HAN}]", value) is not None
    if chinese and lang != "en":
        return convert(value, lang)
    if not chinese and (lang == "en" or not re.search("[a-z]{3}", value)):
        return value
    found = read(value)
    return _duration(found[0], lang) if len(found) == 1 and found[0].kind is Kind.DURATION else ""


def _duration(quantity: Quantity, lang: ReplyLanguage) -> str:
    for size, names in _UNITS.get(quantity.unit, ()):
        low, high = quantity.low / size, quantity.high / size
        if low.is_integer() and high.is_integer():
            amount = f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"
            return f"{amount}{names[lang]}" + ("s" if lang == "en" and high != 1 else "")
    return ""


__all__ = ["in_language"]

"""Numerals of four languages as numbers: 1,280, 三十六, 千二, 半, 3万, twenty-one; and the fragments of patterns that find them."""

from __future__ import annotations

import re

CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2, "廿": 20}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
ENGLISH_NUMBERS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_ENGLISH_TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety hundred".split(), 2)}
ENGLISH_NUMBERS |= _ENGLISH_TENS

CHINESE = "[零〇一二两三四五六七八九十百千万廿]+"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_UNDER_HUNDRED = f"(?:{'|'.join(word for word in _ENGLISH_TENS if word != 'hundred')})[- ](?:{_ONES})\\b|" + "|".join(
    sorted(ENGLISH_NUMBERS, key=len, reverse=True)
)
ENGLISH = rf"(?:(?:a|{_ONES}) hundred\b(?: and (?:{_UNDER_HUNDRED}))?|{_UNDER_HUNDRED})"
DIGITS = r"[0-9][0-9\x00]*(?:\.[0-9]+)?"  # \x00 stands where a thousands comma was
SIGNED = rf"[-+±]?{DIGITS}"
ANY = re.compile(rf"[0-9零〇一二两三四五六七八九十百千万廿半]|\b(?:{'|'.join(ENGLISH_NUMBERS)}|half|once|twice|fortnight)")
"""What every quantity holds at least one of."""


def number(text: str) -> float:
    """Value of one numeral: digits, Chinese (三十六, 一千二百, 千二, 半, 3万) or an English number word. Raises ValueError."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise ValueError("no numeral")
    if text == "半":
        return 0.5
    hundreds, _, rest = text.rpartition(" hundred")
    words = [word for word in re.split("[- ]", rest) if word not in ("", "and")]
    if (words or hundreds) and all(word in ENGLISH_NUMBERS for word in words) and hundreds in ("", "a", *_ONES.split("|")):
        return float(100 * ENGLISH_NUMBERS.get(hundreds, 1 if hundreds else 0) + sum(ENGLISH_NUMBERS[word] for word in words))
    if text[-1] in "千万" and re.fullmatch(DIGITS, text[:-1].rstrip()):
        return float(text[:-1]) * _CHINESE_UNITS[text[-1]]
    if re.fullmatch(SIGNED, text):
        return float(text.lstrip("±"))
    if all(c in CHINESE_DIGITS for c in text) and "廿" not in text:
        return float(int("".join(str(CHINESE_DIGITS[c]) for c in text)))
    return float(_positional(text))


def _positional(text: str) -> int:
    """A Chinese numeral with units. A digit after 百, 千 or 万 without 零 counts the next unit down: 一千二 is 1200."""
    total, current, last = 0, 0, 1
    for place, c in enumerate(text):
        if c == "万":
            total, current, last = (total + max(current, 0 if place else 1)) * 10000, 0, 10000
        elif c in _CHINESE_UNITS:
            total, current, last = total + max(current, 1) * _CHINESE_UNITS[c], 0, _CHINESE_UNITS[c]
        elif c in CHINESE_DIGITS:
            current = current + CHINESE_DIGITS[c] if c == "廿" or current >= 20 else CHINESE_DIGITS[c]
            last = last if CHINESE_DIGITS[c] else 1
        else:
            raise ValueError(f"no numeral: {text!r}")
    return total + current * (last // 10 if last >= 100 else 1)


def few(text: str) -> tuple[float, float] | None:
    """Two or three, three to five: the ends that two neighbouring Chinese digits name (两三, 三五); None for any other numeral."""
    if len(text) != 2 or not all(c in CHINESE_DIGITS for c in text):
        return None
    low, high = (CHINESE_DIGITS[c] for c in text)
    return (float(low), float(high)) if low > 0 and (high == low + 1 or (low, high) == (3, 5)) else None


__all__ = ["ANY", "CHINESE", "CHINESE_DIGITS", "DIGITS", "ENGLISH", "ENGLISH_NUMBERS", "SIGNED", "few", "number"]

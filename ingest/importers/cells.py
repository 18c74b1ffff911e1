"""A spreadsheet's values as they are shown there: HK$1,280.00, 15%, 2027-02-06.

The part of Excel's number formats (ECMA-376, 18.8.31) that price lists use; of any other format the caller is told that it is not known.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, Literal

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<digits>[0#?][0#?,.]*|\.[0#?]+)|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.I | re.S,
)  # fmt: skip
_COLOURS: Final = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d+", re.I)
_SECTIONS: Final = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*', re.S)

LONGEST_FORMAT: Final = 255
"""Characters: what Excel lets a number format have."""

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None


def shown(value: Value, number_format: str) -> str | None:
    """The value as the spreadsheet shows it, dates in ISO 8601; None where the number format is not known here."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return _time(value)
    try:
        return _number(Decimal(repr(value)), number_format) if len(number_format or "") <= LONGEST_FORMAT else None
    except InvalidOperation:  # more digits than are reckoned with
        return None


def _time(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    exact = "seconds" if value.second else "minutes"
    return value.isoformat(" ", exact) if isinstance(value, dt.datetime) else value.isoformat(exact)


def plain(value: float) -> str:
    """A number without any format, as a cell of the format General shows it."""
    number = Decimal(repr(value))
    if number == number.to_integral_value() and abs(number) < Decimal(10) ** 15:
        return str(int(number))
    return f"{Decimal(f'{number:.10g}').normalize():f}"


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    kind: Literal["said", "digits", "percent"] = "said"


def _number(number: Decimal, number_format: str) -> str | None:
    sections = _split(number_format or "General")
    if len(sections) > 1 and number < 0:
        section, number = sections[1], -number
    elif len(sections) > 2 and number == 0:
        section = sections[2]
    else:
        section = sections[0]
    parts = _parts(section)
    if parts is None:
        return None
    percents = sum(part.kind == "percent" for part in parts)
    text = "".join(_digits(abs(number) * 100**percents, part.text) if part.kind == "digits" else part.text for part in parts)
    return f"-{text}" if number < 0 and re.search(r"[1-9]", text) else text


def _split(number_format: str) -> list[str]:
    found, at = [], 0
    while at <= len(number_format):
        match = _SECTIONS.match(number_format, at)
        assert match is not None
        found.append(match[0])
        at = max(match.end(), at) + 1
    return found


@lru_cache(maxsize=256)
def _parts(section: str) -> list[_Part] | None:
    """What a section writes; None where it holds something unknown, or digits in several places."""
    parts: list[_Part] = []
    for match in _TOKEN.finditer(section):
        kind, text = match.lastgroup, match[0]
        if kind == "bracket" and not _COLOURS.fullmatch(match["bracket"]):
            return None
        if kind == "exponent" or (kind == "other" and text == "/"):
            return None
        if kind in ("quoted", "escaped", "currency"):
            parts.append(_Part(match[kind]))
        elif kind in ("digits", "general"):
            parts.append(_Part(text, "digits"))
        elif kind in ("percent", "other"):
            parts.append(_Part(text, "percent" if kind == "percent" else "said"))
    return parts if sum(part.kind == "digits" for part in parts) <= 1 else None


def _digits(number: Decimal, pattern: str) -> str:
    if pattern.lower() == "general":
        return plain(float(number))
    bare = pattern.rstrip(",")
    whole, _, fraction = bare.partition(".")
    scaled = number / 1000 ** (len(pattern) - len(bare))
    rounded = scaled.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    integer, _, decimals = f"{rounded:f}".partition(".")
    least = fraction.rfind("0") + 1
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    integer = integer.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        integer = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", integer)
    return f"{integer}.{decimals}" if decimals else integer or ("" if whole.count("0") == 0 and not rounded else "0")


__all__ = ["Value", "plain", "shown"]

"""Orders a day out of a CSV file as a shop's system writes it: the first column is a date, the second a number."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import Final

from kb.store.orders import MOST_ORDERS

MOST_LINES: Final = 4_000
_DATE: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_NUMBER: Final = re.compile(r"\d{1,3}(?:[, ]\d{3})+|\d+(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken."""

    line: int
    """From 1."""
    what: str
    """date, number, twice or long: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class OrderFile:
    """What a file holds."""

    orders: dict[dt.date, int]
    bad: tuple[BadLine, ...]


def read_orders(text: str) -> OrderFile:
    """Read date and number of each line; a first line without a date is the header. Commas, semicolons or tabs part the columns."""
    text = text.removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    orders: dict[dt.date, int] = {}
    bad = []
    for line, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if line > MOST_LINES:
            bad.append(BadLine(line, "long"))
            break
        day, number = _date(cells[0]), _number(cells[1] if len(cells) > 1 else "")
        if day is None and line == 1:
            continue
        if day is None or number is None or day in orders:
            bad.append(BadLine(line, "date" if day is None else "number" if number is None else "twice"))
        else:
            orders[day] = number
    return OrderFile(orders, tuple(bad))


def _delimiter(text: str) -> str:
    """Which of the usual ones stands in most lines of the beginning."""
    lines = text.splitlines()[:20]
    return max(",;\t", key=lambda one: sum(one in line for line in lines))


def _date(cell: str) -> dt.date | None:
    found = _DATE.fullmatch(cell)
    try:
        day = dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year <= 2100 else None


def _number(cell: str) -> int | None:
    if not _NUMBER.fullmatch(cell):
        return None
    number = int(float(cell.replace(",", "").replace(" ", "")))
    return number if number <= MOST_ORDERS else None


__all__ = ["MOST_LINES", "BadLine", "OrderFile", "read_orders"]

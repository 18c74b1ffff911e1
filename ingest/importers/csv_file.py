"""A CSV file → a table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from ingest.importers.notes import ImportRefused, Place
from ingest.importers.tables import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Row, Table, formulas_refused, letter

DELIMITERS: Final = (",", ";", "\t", "|", "，")
_SAMPLE: Final = 200
"""Records by which a delimiter is judged."""
_FORMULA: Final = re.compile(r"\s*=\s*[\w(+\-\"'@{$]")
"""What a spreadsheet would reckon instead of showing."""


def read_csv(text: str) -> Table:
    """Raises ImportRefused where it is no table, too large, or holds formulas."""
    delimiter = _delimiter(text)
    rows: list[Row] = []
    formulas: list[str] = []
    cells = 0
    for number, record in _records(text, delimiter):
        if not any(cell.strip() for cell in record):
            continue
        cells += len(record)
        if len(rows) >= MOST_ROWS or cells > MOST_CELLS:
            raise ImportRefused("too-many-rows", Place("row", str(number)), most=MOST_ROWS)
        record = record[:MOST_COLUMNS]
        long = next((at for at, cell in enumerate(record) if len(cell) > LONGEST_CELL), None)
        if long is not None:
            raise ImportRefused("cell-too-long", Place("cell", f"{letter(long)}{number}"), most=LONGEST_CELL)
        formulas += [f"{letter(at)}{number}" for at, cell in enumerate(record) if _FORMULA.match(cell)]
        rows.append(Row(number, tuple(record)))
    if formulas:
        raise formulas_refused(formulas, "file", "")
    return Table("", tuple(rows))


def _delimiter(text: str) -> str:
    """The one that divides most records into the same number of cells, two or more. Raises ImportRefused where none does."""
    best, score = "", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(record) for _, record in islice(_records(text[:200_000], delimiter), _SAMPLE) if any(record))
        width, agreeing = max(((width, n) for width, n in widths.items() if width > 1), key=lambda one: (one[1], one[0]), default=(0, 0))
        share = agreeing / max(1, widths.total())
        if share * (1 + min(width, 10) / 100) > score:
            best, score = delimiter, share * (1 + min(width, 10) / 100)
    if not best or score < 0.3:
        raise ImportRefused("no-table")
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the record's first line, its cells)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = 1
    try:
        for record in reader:
            yield first, record
            first = reader.line_num + 1
    except csv.Error as error:  # a cell beyond the module's own limit
        raise ImportRefused("cell-too-long", Place("row", str(first)), most=LONGEST_CELL) from error


__all__ = ["DELIMITERS", "read_csv"]

"""A table as it was read, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest.importers.notes import ImportRefused, Place, PlaceKind

MOST_ROWS: Final = 20_000
MOST_CELLS: Final = 200_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 32_767
"""Characters: what Excel lets a cell have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with something in it."""

    number: int
    """From 1, as the spreadsheet counts; of a CSV file the record's first line."""
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Its text; '' beyond the row's end."""
        return self.cells[column].strip() if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one sheet, or of a CSV file."""

    sheet: str
    """'' of a CSV file."""
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)

    def place(self, row: Row, column: int | None = None) -> Place:
        """Where a row or cell stands, as the person finds it."""
        if not self.sheet:
            return Place("row", str(row.number))
        return Place("cell", f"{self.sheet}!{letter(column or 0)}{row.number}")


def letter(column: int) -> str:
    """A column's letters, from 0: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(letters: str) -> int:
    """The column that letters or a number from 1 name, from 0. Raises ImportRefused for anything else."""
    text = letters.strip().upper()
    if text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= MOST_COLUMNS:
        return int(text[:6]) - 1
    if not 0 < len(text) <= 2 or not (text.isascii() and text.isalpha()):
        raise ImportRefused("no-such-column", Place("cell", letters[:10]))
    number = 0
    for char in text:
        number = number * 26 + ord(char) - 64
    return number - 1


def formulas_refused(addresses: list[str], kind: PlaceKind, where: str) -> ImportRefused:
    """Names the first few."""
    shown = ", ".join(addresses[:8]) + (f" … ({len(addresses)})" if len(addresses) > 8 else "")
    return ImportRefused("formula", Place(kind, where) if where else Place(), cells=shown)


__all__ = ["LONGEST_CELL", "MOST_CELLS", "MOST_COLUMNS", "MOST_ROWS", "Row", "Table", "column_of", "formulas_refused", "letter"]

"""An .xlsx workbook → a table a visible sheet, its cells as they are shown."""

from __future__ import annotations

import logging
import posixpath
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.importers.archive import MOST_RATIO, MOST_UNPACKED, Reader, packed, read_xml, unpacked
from ingest.importers.cells import plain, shown
from ingest.importers.notes import ImportRefused, Note, Place
from ingest.importers.tables import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Row, Table, column_of, formulas_refused, letter

_READ: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/[^/]+\.rels|xl/(?:workbook|sharedStrings|styles)[^/]*\.xml|xl/worksheets/[^/]+\.xml"
)
"""Without pictures, charts, comments, links to other workbooks and all else that says nothing in words."""
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
LAST_ROW: Final = 1_048_576
"""Of a sheet. The library counts up to whatever number a row has, one by one."""
MOST_COUNTED: Final = 4_000_000
"""Rows of all sheets together, with those that are not there."""
log = logging.getLogger(__name__)


def read_xlsx(data: bytes) -> tuple[list[Table], list[Note]]:
    """Raises ImportRefused for what `archive` refuses, formulas in a visible sheet, and beyond the limits."""
    parts = unpacked(data, lambda name: bool(_READ.fullmatch(name)))
    if b"http://purl.oclc.org/ooxml" in parts.get("xl/workbook.xml", b""):
        raise ImportRefused("strict-xlsx")
    sheets = {}
    for name, part in parts.items():
        reader = _SheetReader() if name.startswith("xl/worksheets/") else Reader()
        read_xml(name, part, reader)
        if isinstance(reader, _SheetReader):
            sheets[name] = reader.sheet
    if sum(sheet.last_row for sheet in sheets.values()) > MOST_COUNTED:
        raise ImportRefused("too-many-rows", most=MOST_ROWS)
    try:
        return _tables(parts, sheets)
    except ImportRefused:
        raise
    except Exception as error:  # whatever the library trips over in a stranger's file is the file's fault
        log.info("a workbook could not be read", exc_info=error)
        raise ImportRefused("damaged") from error


# ---- what the library does not tell ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sheet:
    """What a sheet's part says beside its values."""

    formulas: list[str] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(first row, first column, last row, last column); rows from 1, columns from 0."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: int = 0
    last_row: int = 0


class _SheetReader(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.sheet = _Sheet()
        self._row = 0
        self._cell = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", str(self._row + 1))
            if not number.isdecimal() or int(number) > LAST_ROW:
                raise ImportRefused("damaged")
            self._row = int(number)
            self.sheet.last_row = max(self.sheet.last_row, self._row)
            if attributes.get("hidden") in ("1", "true"):
                self.sheet.hidden_rows.add(self._row)
        elif name == "c":
            self.sheet.cells += 1
            self._cell = attributes.get("r") or f"?{self._row}"
        elif name == "f":
            self.sheet.formulas.append(self._cell)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "0"))
            self.sheet.hidden_columns |= set(range(first - 1, min(last, MOST_COLUMNS)))
        elif name == "mergeCell" and (match := _RANGE.fullmatch(attributes.get("ref", ""))):
            self.sheet.merged.append((int(match[2]), _column(match[1]), int(match[4]), _column(match[3])))


def _column(letters: str) -> int:
    return MOST_COLUMNS if len(letters) > 2 else column_of(letters)


# ---- the values ------------------------------------------------------------------------------------------------------------


def _tables(parts: Mapping[str, bytes], sheets: Mapping[str, _Sheet]) -> tuple[list[Table], list[Note]]:
    import openpyxl

    tables, notes = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are left out
        workbook = openpyxl.load_workbook(packed(parts), read_only=True, data_only=False, keep_links=False)
        paths = _paths_of(workbook)
        for worksheet in workbook.worksheets:
            sheet = sheets.get(paths.get(worksheet.title, ""), _Sheet())
            if worksheet.sheet_state != "visible":
                notes.append(Note("hidden-sheet", Place("sheet", worksheet.title)))
                continue
            if sheet.formulas:
                raise formulas_refused(sheet.formulas, "sheet", worksheet.title)
            if sheet.cells > MOST_CELLS:
                raise ImportRefused("too-many-rows", Place("sheet", worksheet.title), most=MOST_ROWS)
            rows = list(_rows(worksheet, sheet, notes))
            notes += _hidden(worksheet.title, sheet, rows)
            rows = [row for row in _filled(rows, sheet, worksheet.title) if row.number not in sheet.hidden_rows and any(row.cells)]
            if max((sum(map(bool, row.cells)) for row in rows), default=0) < 2:
                notes.append(Note("empty-sheet", Place("sheet", worksheet.title)))
                continue
            tables.append(Table(worksheet.title, tuple(rows)))
        workbook.close()
    return tables, notes


def _paths_of(workbook: Any) -> dict[str, str]:
    """The part that each sheet lies in."""
    return {sheet.title: posixpath.normpath(sheet._worksheet_path).lstrip("/") for sheet in workbook.worksheets}


def _rows(worksheet: Any, sheet: _Sheet, notes: list[Note]) -> Iterator[Row]:
    worksheet.reset_dimensions()  # what the sheet says of its own size is a claim
    kept, length, before = 0, 0, None
    for number, cells in enumerate(worksheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if cells is before:  # the library gives the same object for each of a million rows that are not there
            continue
        before = cells
        texts = [_text(worksheet.title, cell, notes) if cell.value is not None else "" for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        kept += 1
        length += sum(map(len, texts))
        if length > MOST_UNPACKED:  # thousands of cells may show one long text
            raise ImportRefused("bomb", Place("sheet", worksheet.title), most=MOST_UNPACKED // 1_000_000, ratio=MOST_RATIO)
        if kept > MOST_ROWS:
            raise ImportRefused("too-many-rows", Place("sheet", worksheet.title), most=MOST_ROWS)
        yield Row(number, tuple("" if column in sheet.hidden_columns else text for column, text in enumerate(texts)))


def _text(title: str, cell: Any, notes: list[Note]) -> str:
    place = Place("cell", f"{title}!{cell.coordinate}")
    if cell.data_type == "e":
        notes.append(Note("cell-error", place, {"value": str(cell.value)}))
        return ""
    text = shown(cell.value, cell.number_format)
    if text is None:
        text = plain(cell.value)
        notes.append(Note("format", place, {"format": str(cell.number_format)[:60], "text": text}))
    if len(text) > LONGEST_CELL:
        raise ImportRefused("cell-too-long", place, most=LONGEST_CELL)
    return text.strip()


def _filled(rows: list[Row], sheet: _Sheet, title: str) -> list[Row]:
    """Joined cells' value in each row and column that they cover. Raises ImportRefused where they cover more than a sheet may have."""
    by_number = {row.number: list(row.cells) for row in rows}
    numbers, filled = sorted(by_number), 0
    for first, left, last, right in sheet.merged:
        value = by_number.get(first, [])[left] if left < len(by_number.get(first, [])) else ""
        if not value:
            continue
        covered = numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
        filled += len(covered) * max(0, min(right, MOST_COLUMNS - 1) + 1 - left)
        if filled > MOST_CELLS:
            raise ImportRefused("too-many-rows", Place("sheet", title), most=MOST_ROWS)
        for number in covered:
            cells = by_number[number]
            for column in range(left, min(right, MOST_COLUMNS - 1) + 1):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = value
    return [Row(number, tuple(cells)) for number, cells in by_number.items()]


def _hidden(title: str, sheet: _Sheet, rows: list[Row]) -> list[Note]:
    hidden = [str(row.number) for row in rows if row.number in sheet.hidden_rows]
    columns = [letter(column) for column in sorted(sheet.hidden_columns) if any(column < len(row.cells) for row in rows)]
    notes = []
    if hidden:
        notes.append(Note("hidden-rows", Place("sheet", title), {"rows": ", ".join(hidden[:12]) + (" …" if len(hidden) > 12 else "")}))
    if columns:
        notes.append(Note("hidden-columns", Place("sheet", title), {"columns": ", ".join(columns)}))
    return notes


__all__ = ["read_xlsx"]

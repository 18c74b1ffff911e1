"""What an import says: why a file is refused, and what of it was left out or is doubtful, each with its place.

A refusal or a note is a code with fields, so that a page can say it in its reader's language; the English is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from kb.errors import ContentError

PlaceKind = Literal["file", "row", "cell", "sheet", "heading", "part", "article"]
MOST_NOTES: Final = 200
"""Of one file; a file with more is in a worse state than a list can tell."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file."""

    kind: PlaceKind = "file"
    name: str = ""
    """Number of the row, address of the cell (Sheet!B7), name of the sheet, text of the heading, path of the part inside the file."""

    def __str__(self) -> str:
        return {"file": "", "part": self.name, "cell": f"cell {self.name}", "row": f"row {self.name}"}.get(self.kind, f"{self.kind} {self.name!r}")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was left out, or that a person should look at."""

    code: str
    """A key of NOTES."""
    place: Place = Place()
    fields: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        said = NOTES[self.code].format(**self.fields)
        return f"{self.place}: {said}" if str(self.place) else said


class ImportRefused(ContentError):
    """A file that is not taken in. `code`: a key of REFUSALS; `place`, `fields`: what to fill its sentence with."""

    def __init__(self, code: str, place: Place = Place(), **fields: str | int) -> None:
        what, fix = REFUSALS[code]
        super().__init__(what.format(**fields), where=str(place), fix=fix.format(**fields))
        self.code, self.place, self.fields = code, place, fields


_SAVE_AGAIN: Final = "open it with Word, Excel or LibreOffice, save it again and try that file"

REFUSALS: Final[dict[str, tuple[str, str]]] = {
    # ---- the file as a whole ----
    "empty": ("the file is empty", "look whether this is the right file"),
    "too-large": ("the file is larger than {most} MB", "take the pictures out, or split it into several files"),
    "wrong-type": ("by its content this is a file of the type {found}", "save it as CSV, .xlsx, .docx or HTML"),
    "unknown-type": ("this is no text, spreadsheet, document or page that can be read", "save it as CSV, .xlsx, .docx or HTML"),
    "old-office": ("this is a file of the old Office formats (.doc, .xls, .ppt)", "open it and save it as .docx or .xlsx"),
    "encrypted": ("the file is locked with a password", "save a copy without a password"),
    "macros": ("the file holds macros or active content", "save it as .docx or .xlsx without them"),
    "encoding": ("its characters fit no encoding that is known here", "save it as UTF-8"),
    "no-text": ("no text was found in it", "look whether this is the right file; a picture of text is no text"),
    "article-too-long": ("its text is longer than {most:,} characters", "split it into several files"),
    # ---- what is inside a .docx or .xlsx ----
    "damaged": ("it is damaged or incomplete", _SAVE_AGAIN),
    "too-many-parts": ("it has more than {most:,} parts inside", _SAVE_AGAIN),
    "part-path": ("the path of this part leads out of the file", "don't open the file: no Office program writes it so; ask who sent it"),
    "part-twice": ("this part is in the file twice", "don't open the file: no Office program writes it so; ask who sent it"),
    "bomb": ("it unpacks to more than {most} MB, or to more than {ratio} times its size", "don't open the file if you don't know who made it; else split it"),
    "entities": ("it declares a document type or entities, which Office files never do", "don't open the file; ask who sent it"),
    "too-complex": ("it has more than {most:,} elements, or they are nested too deeply", "split it, or save it again without its formatting"),
    "strict-xlsx": ("this is a Strict Open XML workbook", "save it as “Excel Workbook (.xlsx)”"),
    # ---- tables ----
    "formula": ("formulas instead of values: {cells}", "copy these cells and paste them back as values (Paste Special → Values)"),
    "no-table": ("no table with two columns or more was found", "give each question a row, its answer in the column beside it"),
    "too-many-rows": ("the table has more than {most:,} rows or cells", "split it into several files"),
    "cell-too-long": ("a cell of more than {most:,} characters", "look for a quotation mark that is never closed, or split the cell"),
    "table-too-large": ("a table has more than {most:,} cells once joined cells are divided", "split the table"),
    # ---- choices and writing ----
    "no-such-column": ("there is no such column", "choose another one"),
    "too-many-articles": ("this makes more than {most:,} articles", "choose another column as the category, or split the file"),
    "id": ("{id!r} cannot be an article's id", "use letters, digits, '-', '_' and '.' in parts divided by '/'"),
    "id-taken": ("there is an article with the id {id!r} already", "give the new one another id, or leave it out"),
    "id-twice": ("two of the new articles have the id {id!r}", "give one of them another id"),
}  # fmt: skip
"""(what is wrong, what to do) by code."""

NOTES: Final[dict[str, str]] = {
    "encoding": "read as {encoding}: look whether the characters are right",
    "name": "the file's name held a path; only {name!r} is used",
    "hidden-sheet": "hidden, so left out",
    "empty-sheet": "no table in it, so left out",
    "hidden-rows": "hidden rows left out: {rows}",
    "hidden-columns": "hidden columns left out: {columns}",
    "choose-columns": "which column holds the question and which the answer cannot be told: choose them",
    "unused-columns": "columns that were not used: {columns}",
    "no-answer": "a question without an answer, so left out",
    "no-question": "an answer without a question, so left out",
    "same-again": "the same question and answer again, so left out",
    "same-question": "the same question as before with another answer: which one holds?",
    "language": "{value!r} is no language known here; told from the text instead",
    "format": "the number format {format!r} is not known here; written as {text}",
    "cell-error": "the error value {value}, so left out",
    "cell-html": "HTML in the cells was turned into Markdown",
    "pictures": "a picture was left out: {name}",
    "links": "only the text was kept of links that lead to no web address: {n}",
    "hidden-text": "text that the page hides was left out: {text}",
    "struck": "struck-out text was left out: {text}",
    "forms": "left out: {what}",
    "changes": "tracked changes: {inserted} insertions taken in, {deleted} deletions left out; accept or reject them in Word first",
    "comments": "{n} comments left out",
    "objects": "{n} embedded objects left out",
    "external": "{n} references to something outside the file; nothing was fetched",
    "no-headings": "no heading was found, so all of it is one section; mark headings as such for better answers",
    "more": "and {n} more remarks like these",
}  # fmt: skip
"""The sentence by code."""


def shortened(notes: list[Note]) -> tuple[Note, ...]:
    """As many as a person reads, and how many there are beyond."""
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    return (*notes[:MOST_NOTES], Note("more", fields={"n": len(notes) - MOST_NOTES}))


__all__ = ["MOST_NOTES", "NOTES", "REFUSALS", "ImportRefused", "Note", "Place", "PlaceKind", "shortened"]

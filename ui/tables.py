"""A table as a CSV file that spreadsheets open with the right characters and read as data alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Begins with a byte order mark, without which Excel takes UTF-8 for the machine's own encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download; `name` is ours, never somebody's input."""
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(csv_text(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


def inert(cell: object) -> object:
    """A spreadsheet reads a text that begins like a formula as one (CSV injection, OWASP); an apostrophe before it stops that. Numbers stay."""
    return (
        f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else cell
    )


__all__ = ["csv_response", "csv_text", "inert"]

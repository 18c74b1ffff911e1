"""Files as people and strangers make them, in memory."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import docx
import openpyxl

from ingest.importers import Understood, Wishes, understand


def workbook(fill: Callable[[Any], object]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def document(fill: Callable[[Any], object]) -> bytes:
    made, doc = io.BytesIO(), docx.Document()
    fill(doc)
    doc.save(made)
    return made.getvalue()


def faq_workbook() -> bytes:
    return workbook(lambda book: [book.active.append(row) for row in (["Question", "Answer"], ["How long?", "9 days"])])


def small_document() -> bytes:
    return document(lambda doc: (doc.add_heading("Umbrellas", 0), doc.add_heading("Fees", 1), doc.add_paragraph("HK$5 each.")))


def with_parts(data: bytes, parts: Mapping[str, bytes], leave: str = "") -> bytes:
    """The archive with these parts put in or replaced, each compressed; without the part `leave`."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts and name != leave:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return made.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def claiming_less(data: bytes, name: str) -> bytes:
    """The same archive, whose directory says that a part unpacks to ten bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo(name)
    encoded = name.encode()
    changed = bytearray(data)
    for mark, size_at, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if (
                data[at + name_at : at + name_at + len(encoded)] == encoded
                and struct.unpack("<I", data[at + size_at : at + size_at + 4])[0] == true.file_size
            ):
                changed[at + size_at : at + size_at + 4] = struct.pack("<I", 10)
    assert bytes(changed) != data
    return bytes(changed)


def read(data: bytes, name: str = "a file", **wishes: Any) -> Understood:
    return understand(data, name, Wishes(**wishes))


def said(understood: Understood) -> list[str]:
    return [str(note) for note in understood.notes]


def codes(understood: Understood) -> list[str]:
    return [note.code for note in understood.notes]

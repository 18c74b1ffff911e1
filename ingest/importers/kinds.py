"""What a file is, told from its bytes: a name and a Content-Type are what its sender says."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from ingest.importers.archive import names_inside
from ingest.importers.notes import ImportRefused

FileKind = Literal["csv", "xlsx", "html", "docx"]
LARGEST_FILE: Final = 10_000_000
"""Bytes of an import."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"RIFF", "RIFF"), (b"{\\rtf", "RTF"), (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"), (b"Rar!", "RAR"), (b"SQLite format 3", "SQLite"), (b"MZ\x90", "EXE"), (b"\x7fELF", "ELF"), (b"#!", "script"),
)  # fmt: skip
"""What a file begins with, and its type."""
_HTML: Final = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|(?:html|head|body|meta|title|h[1-6]|p|div|article|main|section|table|ul|ol|details)[\s>])",
    re.I | re.S,
)


def kind_of(data: bytes) -> FileKind:
    """Raises ImportRefused for whatever is neither of the four."""
    if not data.strip():
        raise ImportRefused("empty")
    if data.startswith(_ZIP):
        return _office(data)
    if data.startswith(_OLE):
        raise ImportRefused("encrypted" if _ENCRYPTED in data else "old-office")
    found = next((name for mark, name in _OTHERS if data.startswith(mark)), None)
    if found is not None:
        raise ImportRefused("wrong-type", found=found)
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", errors="ignore").encode()
    return "html" if _HTML.match(start) else "csv"


def _office(data: bytes) -> FileKind:
    names = set(names_inside(data))
    if not names:
        raise ImportRefused("damaged")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ImportRefused("macros")
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
            raise ImportRefused("wrong-type", found=".xlsb")
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        raise ImportRefused("wrong-type", found="PowerPoint")
    raise ImportRefused("wrong-type", found="ZIP")


def plain_name(name: str) -> tuple[str, bool]:
    """(the file's name without any path, control character or undue length; whether a path was taken off it)."""
    cleaned = "".join(char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char)[0] != "C").strip()
    last = re.split(r"[/\\]", cleaned)[-1].strip(" .")
    return last[-150:] or "import", last != cleaned.strip(" .")


def stem(name: str) -> str:
    """The name without its ending."""
    return re.sub(r"\.(?:csv|tsv|txt|xlsx|html?|xhtml|docx)$", "", name, flags=re.I).strip(" .") or name


__all__ = ["LARGEST_FILE", "FileKind", "kind_of", "plain_name", "stem"]

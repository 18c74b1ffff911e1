"""Files of a content folder, read as text or reported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import ContentError
from kb.models import Problem

LARGEST_ARTICLE = 1_000_000
"""Bytes. A thousand pages of text; anything larger is a mistake that would slow every search."""
LONGEST_LINE = 20_000
"""Characters. Markdown is parsed line by line; a longer line is an export gone wrong."""


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article's file as text."""

    file: str
    """Path below articles/, with '/'."""
    shown: str
    """Path as the user gave it."""
    text: str
    version: str
    """sha256 of the bytes, hexadecimal."""
    original: str = field(default="", compare=False, repr=False)
    """The file to the byte: with its byte order mark and line ends, where `text` has neither."""


def articles_folder(content: Path) -> Path:
    """Where a content folder keeps its articles. Raises ContentError when the folder is missing."""
    folder = content / "articles"
    if not folder.is_dir():
        raise ContentError("no such folder", where=str(folder), fix="give a content folder that holds articles/**.md")
    return folder


def read_articles(content: Path) -> Iterator[RawArticle | Problem]:
    """Each articles/**.md in path order, or what is wrong with it."""
    folder = articles_folder(content)
    root = folder.resolve()
    for path in sorted(folder.rglob("*.md")):
        if not path.resolve().is_relative_to(root):
            yield Problem(str(path), 1, "links to a file outside the content folder", "copy the file into articles/")
        elif path.is_file():
            yield read_article(path, folder)


def read_article(path: Path, folder: Path) -> RawArticle | Problem:
    """One file as text, or the reason why it is left out."""
    shown = str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_ARTICLE:
            return Problem(shown, 1, f"{size:,} bytes is larger than an article may be ({LARGEST_ARTICLE:,})", "split it into articles")
        data = path.read_bytes()
    except OSError as error:
        return Problem(shown, 1, f"cannot be read: {error.strerror}", "check the file and its permissions")
    version = hashlib.sha256(data).hexdigest()
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        return Problem(shown, line, "holds a NUL byte", "save the file as plain UTF-8 text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Problem(shown, line, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
    original = data.decode()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, content_line in enumerate(text.split("\n"), 1):
        if len(content_line) > LONGEST_LINE:
            return Problem(shown, number, f"a line of {len(content_line):,} characters", f"break it into lines of at most {LONGEST_LINE:,}")
    return RawArticle(path.relative_to(folder).as_posix(), shown, text, version, original)


__all__ = ["RawArticle", "articles_folder", "read_article", "read_articles"]

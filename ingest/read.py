"""Files of a content folder, read as text or reported, and how to tell that one has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ingest.problems import problem
from kb.content import Companions
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


Stamp = tuple[int, int, int]
"""Of a file: when it was last written, how long it is, which one it is. An atomic replacement changes the last at least."""


def stamps_of_articles(content: Path) -> dict[str, Stamp]:
    """Path below articles/, with '/', of each articles/**.md in order, with its stamp. Links that lead outside are left out, and what is hidden."""
    folder = articles_folder(content)
    root = folder.resolve()
    return dict(sorted(_markdown_files(folder, "", root), key=lambda one: one[0].split("/")))


def _markdown_files(folder: Path, below: str, root: Path) -> Iterator[tuple[str, Stamp]]:
    """Without a Path for each file, which takes longer than to ask the disk."""
    with os.scandir(os.path.join(folder, below)) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _markdown_files(folder, f"{below}{entry.name}/", root)
            elif entry.name.endswith(".md") and entry.is_file() and (not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(root)):
                yield below + entry.name, _stamp(entry)


def _stamp(file: os.DirEntry[str] | Path) -> Stamp:
    """Zeros where the file is gone."""
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def stamps_beside(content: Path) -> tuple[tuple[str, Stamp], ...]:
    """Of the files beside articles/ that are read."""
    return tuple((path.name, _stamp(path)) for path in sorted(content.glob("*.yaml")))


def read_companions(content: Path) -> Companions:
    """The companions, read again only where a file of theirs has changed. Raises ContentError."""
    return _companions(content, stamps_beside(content))


@lru_cache(maxsize=8)
def _companions(content: Path, stamps: tuple[tuple[str, Stamp], ...]) -> Companions:
    return Companions.load(content)


def read_articles(content: Path) -> Iterator[RawArticle | Problem]:
    """Each articles/**.md in path order, or what is wrong with it. Hidden files and folders are other programs': locks, waste baskets, halves."""
    folder = articles_folder(content)
    root = folder.resolve()
    for path in sorted(folder.rglob("*.md")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if not path.resolve().is_relative_to(root):
            yield problem("outside-link", str(path), 1)
        elif path.is_file():
            yield read_article(path, folder)


def read_article(path: Path, folder: Path) -> RawArticle | Problem:
    """One file as text, or the reason why it is left out."""
    shown = str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_ARTICLE:
            return problem("too-large", shown, 1, size=f"{size:,}", most=f"{LARGEST_ARTICLE:,}")
        data = path.read_bytes()
    except OSError as error:
        return problem("unreadable", shown, 1, why=error.strerror or str(error))
    version = hashlib.sha256(data).hexdigest()
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        return problem("nul", shown, line)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return problem("not-utf8", shown, line, byte=error.start)
    original = data.decode()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, content_line in enumerate(text.split("\n"), 1):
        if len(content_line) > LONGEST_LINE:
            return problem("long-line", shown, number, length=f"{len(content_line):,}", most=f"{LONGEST_LINE:,}")
    return RawArticle(path.relative_to(folder).as_posix(), shown, text, version, original)


__all__ = [
    "RawArticle", "Stamp", "articles_folder", "read_article", "read_articles", "read_companions", "stamps_beside", "stamps_of_articles",
]  # fmt: skip

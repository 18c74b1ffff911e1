"""A content folder's articles as they lie on disk, usable or not: each file parsed once for each of its versions, then all held together."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.chunk import chunk
from ingest.lint import Known, check_article, cross_check, keep_one_of_each_id, key_line
from ingest.parse import parse
from ingest.read import RawArticle, articles_folder, read_article
from kb.article_texts import version_of
from kb.content import Companions
from kb.errors import ContentError
from kb.models import Article, Chunk, Problem


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """One file of articles/."""

    file: str
    """Path below articles/, with '/'."""
    text: str
    """To the byte; '' where it cannot be read as text."""
    version: str
    """sha256 of the text; '' where there is none."""
    article: Article | None
    """None where an error keeps it from being parsed."""
    chunks: tuple[Chunk, ...]
    problems: tuple[Problem, ...]
    """By line; `file` of each is the path above."""

    @property
    def broken(self) -> bool:
        """Whether an error keeps the article out of the index."""
        return self.article is None or any(problem.severity == "error" for problem in self.problems)

    @property
    def id(self) -> str:
        """Of the article; that of its path where it cannot be parsed."""
        return self.article.id if self.article else self.file.removesuffix(".md")


@dataclass(frozen=True, slots=True)
class Holdings:
    """All of a content folder's articles at one moment."""

    files: Mapping[str, FileOnDisk]
    """By path, in order."""
    companions: Companions
    trouble: str
    """What is wrong beside the articles; '' where nothing is."""

    def known(self) -> Known:
        return Known.of([one.article for one in self.files.values() if one.article], self.companions)


class Library:
    """Reads a content folder again and again; only what changed is parsed. Thread-safe."""

    def __init__(self, content: Path) -> None:
        self._content = content
        self._parsed: dict[str, tuple[_Stamp, FileOnDisk]] = {}
        self._held: tuple[tuple[object, ...], Holdings] | None = None
        self._lock = threading.Lock()

    def read(self, fallback: Companions | None = None) -> Holdings:
        """What lies there now. fallback: the companions where those on disk are broken. Raises ContentError without a folder articles/."""
        folder = articles_folder(self._content)
        root = folder.resolve()
        with self._lock:
            paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.md"))}
            paths = {file: path for file, path in paths.items() if path.is_file() and path.resolve().is_relative_to(root)}
            stamps = {file: _stamp(path) for file, path in paths.items()}
            beside = tuple((path.name, _stamp(path)) for path in sorted(self._content.glob("*.yaml")))
            key = (tuple(stamps.items()), beside)
            if self._held is None or self._held[0] != key:
                self._parsed = {file: self._one(file, path, folder, stamps[file]) for file, path in paths.items()}
                self._held = (key, self._together(fallback))
            return self._held[1]

    def _one(self, file: str, path: Path, folder: Path, stamp: _Stamp) -> tuple[_Stamp, FileOnDisk]:
        known = self._parsed.get(file)
        if known is not None and known[0] == stamp:
            return known
        raw = read_article(path, folder)
        if isinstance(raw, Problem):
            return stamp, FileOnDisk(file, "", "", None, (), (dataclasses.replace(raw, file=file),))
        return stamp, parsed(raw)

    def _together(self, fallback: Companions | None) -> Holdings:
        """The files with what shows only beside the others."""
        files = {file: one for file, (_, one) in self._parsed.items()}
        try:
            companions, trouble = Companions.load(self._content), ""
        except ContentError as error:
            companions, trouble = fallback or Companions(), str(error)
        kept, found = keep_one_of_each_id(one.article for one in files.values() if one.article)
        found += cross_check(kept, companions, lambda article, key: key_line(files[article.file].text.splitlines(), key))
        known = Known.of(kept, companions)
        for article in kept:
            found += check_article(article, files[article.file].text, known)
        more: dict[str, list[Problem]] = {}
        for problem in found:
            more.setdefault(problem.file, []).append(problem)
        return Holdings({file: _with(one, more.get(file, ())) for file, one in files.items()}, companions, trouble)


def parsed(raw: RawArticle) -> FileOnDisk:
    """A file's text with its own problems; `raw` may be a text that lies on no disk."""
    article, problems = parse(raw)
    chunks, doubts = chunk(article) if article else ([], [])
    own = tuple(dataclasses.replace(problem, file=raw.file) for problem in [*problems, *doubts])
    return FileOnDisk(raw.file, raw.original, version_of(raw.original), article, tuple(chunks), own)


def lint_text(file: str, text: str, beside: Holdings) -> FileOnDisk:
    """A text as if it lay at `file`, with all its problems."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    one = parsed(RawArticle(file, file, plain, version_of(text), text))
    if one.article is None:
        return one
    others = [other.article for path, other in beside.files.items() if other.article and path != file]
    found = [problem for problem in keep_one_of_each_id([*others, one.article])[1] if problem.file == file]
    cross = cross_check([one.article, *others], beside.companions, lambda _, key: key_line(plain.split("\n"), key))
    found += [problem for problem in cross if problem.file == file]
    return _with(one, [*found, *check_article(one.article, text, Known.of([one.article, *others], beside.companions))])


def _with(one: FileOnDisk, more: Iterable[Problem]) -> FileOnDisk:
    problems = sorted([*one.problems, *more], key=lambda problem: (problem.line, problem.severity))
    return dataclasses.replace(one, problems=tuple(problems))


_Stamp = tuple[int, int, int]
"""Of a file: when it was last written, how long it is, which one it is. An atomic replacement changes the last at least."""


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


__all__ = ["FileOnDisk", "Holdings", "Library", "lint_text", "parsed"]

"""A content folder's articles as they lie on disk, usable or not: each file parsed once for each of its versions, then all held together."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.chunk import chunk
from ingest.lint import RULES, Known, Page, Rule, check_article, cross_check, dead_links, keep_one_of_each_id, key_line
from ingest.parse import parse, understand
from ingest.read import RawArticle, Stamp, articles_folder, read_article, read_companions, stamps_beside, stamps_of_articles
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
        self._parsed: dict[str, tuple[Stamp, FileOnDisk]] = {}
        self._checked: dict[str, _Checked] = {}
        self._known: Known | None = None
        """What the files were checked against."""
        self._held: tuple[tuple[object, ...], Holdings] | None = None
        self._lock = threading.Lock()

    def read(self, fallback: Companions | None = None) -> Holdings:
        """What lies there now. fallback: the companions where those on disk are broken. Raises ContentError without a folder articles/."""
        folder = articles_folder(self._content)
        with self._lock:
            stamps = stamps_of_articles(self._content)
            key = (tuple(stamps.items()), stamps_beside(self._content))
            if self._held is None or self._held[0] != key:
                self._parsed = {file: self._one(file, folder / file, folder, stamp) for file, stamp in stamps.items()}
                self._held = (key, self._together(fallback))
            return self._held[1]

    def _one(self, file: str, path: Path, folder: Path, stamp: Stamp) -> tuple[Stamp, FileOnDisk]:
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
            companions, trouble = read_companions(self._content), ""
        except ContentError as error:
            companions, trouble = fallback or Companions(), str(error)
        kept, found = keep_one_of_each_id(one.article for one in files.values() if one.article)
        found += cross_check(kept, companions, lambda article, key: key_line(files[article.file].text.splitlines(), key))
        known, before = Known.of(kept, companions), self._known
        same_terms = before is not None and before.companions.glossary == known.companions.glossary
        same_files = before is not None and (before.ids, before.files) == (known.ids, known.files)
        self._checked = {one.file: self._check(files[one.file], one, known, same_terms, same_files) for one in kept}
        self._known = known
        found += [problem for one in self._checked.values() for problem in (*one.own, *one.links)]
        more: dict[str, list[Problem]] = {}
        for problem in found:
            more.setdefault(problem.file, []).append(problem)
        together = {file: _with(one, more.get(file, ())) if one.problems or file in more else one for file, one in files.items()}
        return Holdings(together, companions, trouble)

    def _check(self, one: FileOnDisk, article: Article, known: Known, same_terms: bool, same_files: bool) -> _Checked:
        """What the rules find in a file. same_terms, same_files: since it was last looked at; only what may have changed is looked at again."""
        before = self._checked.get(one.file)
        if before is not None and before.file is not one:
            before = None
        own = before.own if before is not None and same_terms else None
        links = before.links if before is not None and same_files else None if "](" in one.text or "]:" in one.text else ()
        if own is not None and links is not None:
            return _Checked(one, own, links)
        page = Page.of(article, one.text, known)
        return _Checked(one, _found(page, _OWN_RULES) if own is None else own, _found(page, (dead_links,)) if links is None else links)


def parsed(raw: RawArticle, *, though_wrong: bool = False) -> FileOnDisk:
    """A file's text with its own problems; `raw` may be a text that lies on no disk. though_wrong: as much of the article as can be read."""
    article, problems = understand(raw) if though_wrong else parse(raw)
    chunks, doubts = chunk(article) if article else ([], [])
    own = tuple(dataclasses.replace(problem, file=raw.file) for problem in [*problems, *doubts])
    return FileOnDisk(raw.file, raw.original, version_of(raw.original), article, tuple(chunks), own)


def lint_text(file: str, text: str, beside: Holdings) -> FileOnDisk:
    """A text as if it lay at `file`, with all its problems; those of its body also while its front matter has errors."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    one = parsed(RawArticle(file, file, plain, version_of(text), text), though_wrong=True)
    if one.article is None:
        return one
    others = [other.article for path, other in beside.files.items() if other.article and path != file]
    found = [problem for problem in keep_one_of_each_id([*others, one.article])[1] if problem.file == file]
    found += cross_check([*others, one.article], beside.companions, lambda _, key: key_line(plain.split("\n"), key), one.article)
    found += check_article(one.article, text, Known.of([one.article, *others], beside.companions))
    wrong = {one.params["key"] for one in one.problems if one.severity == "error" and "key" in one.params}
    checked = _with(one, [problem for problem in found if problem.params.get("key") not in wrong])
    return checked if not any(problem.severity == "error" for problem in one.problems) else dataclasses.replace(checked, article=None, chunks=())


def _with(one: FileOnDisk, more: Iterable[Problem]) -> FileOnDisk:
    problems = sorted([*one.problems, *more], key=lambda problem: (problem.line, problem.severity))
    return dataclasses.replace(one, problems=tuple(problems))


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the rules found in a file."""

    file: FileOnDisk
    own: tuple[Problem, ...]
    links: tuple[Problem, ...]
    """Those of links, which depend on what other files there are."""


_OWN_RULES = tuple(rule for rule in RULES if rule is not dead_links)


def _found(page: Page, rules: Iterable[Rule]) -> tuple[Problem, ...]:
    return tuple(problem for rule in rules for problem in rule(page))


__all__ = ["FileOnDisk", "Holdings", "Library", "lint_text", "parsed"]

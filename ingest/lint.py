"""What is wrong with a set of articles taken together, with what each one refers to, and with how each one is written.

The last are warnings: an article that they concern is published all the same. One rule is one function; RULES is the whole of them.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import numpy as np

from kb.content import Companions
from kb.embedding import Vectors
from kb.models import Article, Problem
from kb.quantities import Kind, Quantity, prepare, read
from kb.text import HAN, fold, to_traditional


def keep_one_of_each_id(articles: Iterable[Article]) -> tuple[list[Article], list[Problem]]:
    """Of articles with the same id the one whose path is the id stays, else the first; the others are errors."""
    by_id: dict[str, list[Article]] = {}
    for article in articles:
        by_id.setdefault(article.id, []).append(article)
    kept: list[Article] = []
    problems: list[Problem] = []
    for article_id, same in by_id.items():
        chosen = next((article for article in same if article.file == f"{article_id}.md"), same[0])
        kept.append(chosen)
        problems += [
            Problem(article.file, 2, f"id {article_id!r} is also the id of {chosen.file}", "give one of them another id")
            for article in same
            if article is not chosen
        ]
    return kept, problems


def cross_check(articles: Sequence[Article], companions: Companions, line_of: Callable[[Article, str], int] = lambda *_: 2) -> list[Problem]:
    """References that lead nowhere: superseded and translated articles, disclaimers, links of supersession in a circle.

    line_of: where a key of an article's front matter stands.
    """
    ids = {article.id: article for article in articles}
    problems: list[Problem] = []
    for article in articles:
        for key, target in (("supersedes", article.supersedes), ("translation_of", article.translation_of)):
            if target == article.id:
                problems.append(
                    Problem(article.file, line_of(article, key), f"{key} names the article itself", "name another article or leave it empty")
                )
            elif target and target not in ids:
                problems.append(
                    Problem(
                        article.file,
                        line_of(article, key),
                        f"{key} names {target!r}, which is no article",
                        "mend the id or leave it empty",
                        "warning",
                    )
                )
        if _in_circle(article, ids):
            problems.append(
                Problem(
                    article.file,
                    line_of(article, "supersedes"),
                    "supersedes leads back to the article itself",
                    "let only the newer one name the older",
                )
            )
        for disclaimer in article.disclaimers:
            if disclaimer not in companions.disclaimers:
                problems.append(
                    Problem(
                        article.file,
                        line_of(article, "disclaimers"),
                        f"disclaimer {disclaimer!r} is not in disclaimers.yaml",
                        "add its text there or mend the id",
                    )
                )
        if article.valid_until and article.review_by and article.review_by > article.valid_until:
            problems.append(
                Problem(article.file, line_of(article, "review_by"), "review_by lies after valid_until", "review it while it is in force", "warning")
            )
    return problems


def _in_circle(article: Article, ids: Mapping[str, Article]) -> bool:
    """Whether following `supersedes` over other articles comes back to this one."""
    seen: set[str] = set()
    older = ids.get(article.supersedes or "")
    while older is not None and older.id not in seen and older.id != article.id:
        seen.add(older.id)
        older = ids.get(older.supersedes or "")
    return bool(seen) and older is not None and older.id == article.id


# ---- how one article is written ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What a content folder holds beside the article that is looked at."""

    ids: frozenset[str]
    """Of its articles."""
    files: frozenset[str]
    """Of its articles: paths below articles/, with '/'."""
    companions: Companions

    @classmethod
    def of(cls, articles: Iterable[Article], companions: Companions) -> Known:
        found = tuple(articles)
        return cls(frozenset(one.id for one in found), frozenset(one.file for one in found), companions)


@dataclass(frozen=True, slots=True)
class Page:
    """An article as a rule reads it."""

    article: Article
    lines: tuple[str, ...]
    """Of the whole file."""
    body: int
    """How many lines stand before the body."""
    known: Known

    @classmethod
    def of(cls, article: Article, text: str, known: Known) -> Page:
        lines = tuple(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return cls(article, lines, body_start(lines), known)

    def line_of(self, key: str) -> int:
        """Where a key of the front matter stands; 2 where it does not."""
        return key_line(self.lines[: self.body], key)

    def numbered(self) -> Iterator[tuple[int, str]]:
        """The body's lines with their numbers in the file, code blocks left out."""
        fence = ""
        for number, line in enumerate(self.lines[self.body :], self.body + 1):
            mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
            if mark and not fence:
                fence = mark[1]
            elif mark and mark[1].startswith(fence):
                fence = ""
            elif not fence:
                yield number, line

    def warn(self, line: int, what: str, fix: str) -> Problem:
        return Problem(self.article.file, line, what, fix, "warning")


Rule = Callable[[Page], Iterable[Problem]]


def check_article(article: Article, text: str, known: Known) -> list[Problem]:
    """What all rules find in one article; `text` is its file."""
    page = Page.of(article, text, known)
    return [problem for rule in RULES for problem in rule(page)]


def key_line(lines: Sequence[str], key: str) -> int:
    """Where a key of the front matter stands, from 1; 2 where it does not."""
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"{re.escape(key)}\s*:", line)), 2)


def body_start(lines: Sequence[str]) -> int:
    """How many of the lines stand before the body."""
    ends = [number for number, line in enumerate(lines) if line.strip() == "---"]
    return ends[1] + 1 if len(ends) > 1 and ends[0] == 0 else 0


def missing_validity(page: Page) -> Iterator[Problem]:
    """A published article says from when it holds."""
    if page.article.status == "published" and page.article.valid_from is None:
        yield page.warn(page.line_of("valid_from"), "valid_from is missing: nobody can tell since when this holds", "add valid_from: YYYY-MM-DD")


def unknown_products(page: Page) -> Iterator[Problem]:
    """Products are terms of the glossary, where the shop keeps one."""
    terms = {term.id for term in page.known.companions.glossary}
    for product in page.article.products if terms else ():
        if product not in terms:
            yield page.warn(page.line_of("products"), f"product {product!r} is not in glossary.yaml", "add the term there or mend the id")


def broken_tables(page: Page) -> Iterator[Problem]:
    """Each run of lines that begin with '|' is a table whose rows have as many cells as its header: what is over is not shown."""
    run: list[tuple[int, str]] = []
    for number, line in [*page.numbered(), (0, "")]:
        if line.lstrip().startswith("|") and (not run or number == run[-1][0] + 1):
            run.append((number, line))
            continue
        yield from _table_problems(page, run)
        run = [(number, line)] if line.lstrip().startswith("|") else []


def _table_problems(page: Page, run: Sequence[tuple[int, str]]) -> Iterator[Problem]:
    if not run:
        return
    first, header = run[0]
    delimiter = _cells(run[1][1]) if len(run) > 1 else []
    if not delimiter or not all(re.fullmatch(r":?-+:?", cell) for cell in delimiter):
        yield page.warn(first, "this is no table: the line below its header is not |---|---|", "write that line")
        return
    width = len(_cells(header))
    if len(delimiter) != width:
        yield page.warn(run[1][0], f"this is no table: {len(delimiter)} columns are ruled, the header has {width}", f"rule {width} columns")
        return
    for number, line in run[2:]:
        cells = len(_cells(line))
        if cells != width:
            yield page.warn(number, f"the row has {cells} cells, the header has {width}", "add or take out cells; write \\| for a line within a cell")


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]


_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(\s*<?([^)>\s]+)>?(?:\s+[\"'(][^)]*)?\)|^ {0,3}\[[^\]\n]+\]:\s*<?([^>\s]+)")
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.I)


def dead_links(page: Page) -> Iterator[Problem]:
    """A link to another article names its file, from here or from articles/, or its id."""
    for number, line in page.numbered():
        for match in _LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            target = match[1] or match[2]
            if not _OUTSIDE.match(target) and not _leads_somewhere(target, page):
                yield page.warn(number, f"the link {target!r} leads to no article", "name an article's file or id")


def _leads_somewhere(target: str, page: Page) -> bool:
    path = unquote(target.split("#", 1)[0].split("?", 1)[0])
    near = posixpath.normpath(posixpath.join(posixpath.dirname(page.article.file), path))
    far = posixpath.normpath(path.lstrip("/"))
    names = {near, far, near.removesuffix(".md"), far.removesuffix(".md")}
    return bool(names & page.known.ids or {f"{name.removesuffix('.md')}.md" for name in names} & page.known.files)


_WANTS_UNIT = re.compile(
    r"(?:不少于|不超过|不多于|不低于|不高于|至少|最少|最多|最长|最短|上限为?|下限为?|须在|需在|超过|少于"
    r"|\bwithin|\bup to|\bat least|\bat most|\bno more than|\bno less than|\bnot more than)\s*$"
)
"""Words after which a number means nothing without a unit."""
_VALUE_END = re.compile(r"\s*(?:$|[。.,;:!?、)\]]|以?内|之内|后|前)")


def bare_numbers(page: Page) -> Iterator[Problem]:
    """A number has its unit: in a column whose other cells have one, and after words such as 'within' or 'at least'."""
    yield from _bare_cells(page)
    for number, line in page.numbered():
        text = prepare(line)
        if line.lstrip().startswith("|"):
            continue
        for quantity in read(line):
            start, end = quantity.span
            if quantity.kind is Kind.NUMBER and _WANTS_UNIT.search(text[:start]) and _VALUE_END.match(text[end:]):
                yield page.warn(number, f"{line[start:end].strip()!r} has no unit", "write the unit beside it")


def _bare_cells(page: Page) -> Iterator[Problem]:
    columns: dict[tuple[int, str], list[tuple[int, str, tuple[Quantity, ...]]]] = {}
    for section in page.article.sections:
        for block in section.blocks:
            for header, cell in block.cells[1:]:
                columns.setdefault((block.table, header), []).append((block.lines[0], cell, tuple(read(cell))))
    for (_, header), cells in columns.items():
        kinds = [found[0].kind for _, _, found in cells if len(found) == 1 and found[0].kind not in (Kind.NUMBER, Kind.COUNT, Kind.DATE, Kind.TIME)]
        if len(kinds) * 2 < len(cells) or len(set(kinds)) != 1:
            continue
        for line, cell, found in cells:
            if len(found) == 1 and found[0].kind is Kind.NUMBER and re.fullmatch(r"[\d.,]+", cell.strip()):
                yield page.warn(line, f"{cell.strip()!r} in column {header!r} has no unit, other rows have one", "write the unit beside it")


def mixed_scripts(page: Page) -> Iterator[Problem]:
    """A Chinese article is in one script. Characters that both scripts use tell nothing."""
    lang = page.article.lang
    if lang == "en":
        return
    of_the_other = _only_simplified if lang == "zh-Hant" else _only_traditional
    name = "Simplified" if lang == "zh-Hant" else "Traditional"
    reply = ""
    for number, line in page.numbered():
        marker = re.match(r"\s*:::\s*(?:reply\s+lang=([\w-]+))?", line)
        if marker:
            reply = marker[1] or ""
        elif not reply or reply == lang:
            found = [character for character in dict.fromkeys(line) if of_the_other(character)]
            if found:
                yield page.warn(number, f"{name} characters in a {lang} article: {''.join(found[:8])}", f"write the line in {lang}")


@lru_cache(maxsize=16384)
def _only_simplified(character: str) -> bool:
    return bool(re.match(f"[{HAN}]", character)) and to_traditional(character) != character and not _encodable(character, "big5hkscs")


@lru_cache(maxsize=16384)
def _only_traditional(character: str) -> bool:
    return bool(re.match(f"[{HAN}]", character)) and fold(character) != character and not _encodable(character, "gb2312")


def _encodable(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


RULES: tuple[Rule, ...] = (missing_validity, unknown_products, broken_tables, dead_links, bare_numbers, mixed_scripts)

# ---- articles that say the same -------------------------------------------------------------------------------------------

SAME = 0.95
"""Cosine from which two passages say the same."""
SAME_SHARE = 0.6
"""Share of an article's passages that must stand in another one."""
FEWEST_SAME = 3


def near_duplicates(
    article: Article, vectors: Vectors, others: Mapping[str, Article], their_articles: Sequence[str], their_vectors: Vectors, today: dt.date
) -> list[Problem]:
    """Other articles in the same language, not over, that say most of what this one says.

    vectors: (passages, dimension) unit rows of this article. their_articles: id of the article of each row of `their_vectors`.
    """
    if not len(vectors) or vectors.shape[1] != their_vectors.shape[1] or not vectors.shape[1]:
        return []
    alike = vectors @ their_vectors.T >= SAME
    problems = []
    owners = np.asarray(their_articles)
    for name, other in others.items():
        if not _may_repeat(article, other, today):
            continue
        said = int(alike[:, owners == name].any(axis=1).sum())
        if said >= FEWEST_SAME and said >= SAME_SHARE * len(vectors):
            what = f"{said} of its {len(vectors)} passages stand in {other.id} ({other.title}) too"
            problems.append(Problem(article.file, 2, what, "keep one of the articles, or name what it supersedes", "warning"))
    return problems


def _may_repeat(article: Article, other: Article, today: dt.date) -> bool:
    related = {article.id, article.supersedes, article.translation_of}
    return (
        other.lang == article.lang
        and other.id not in related
        and article.id not in (other.supersedes, other.translation_of)
        and not other.is_over(today)
    )


__all__ = ["RULES", "Known", "Page", "Rule", "body_start", "check_article", "cross_check", "keep_one_of_each_id", "key_line", "near_duplicates"]

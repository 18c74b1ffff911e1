"""What is wrong with a set of articles taken together, with what each one refers to, and with how each one is written.

The last are warnings: an article that they concern is published all the same. One rule is one function; RULES is the whole of them.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from ingest.problems import problem
from kb.content import FILES, Companions
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
        problems += [problem("id-twice", article.file, 2, key="id", id=article_id, file=chosen.file) for article in same if article is not chosen]
    return kept, problems


def files_not_read(content: Path) -> list[Problem]:
    """YAML files beside articles/ whose names nobody reads: a shop.yml would go unnoticed."""
    found = sorted(path for path in (*content.glob("*.yaml"), *content.glob("*.yml")) if path.name not in FILES)
    return [problem("file-not-read", str(path), 1, "warning", known=", ".join(FILES)) for path in found]


def cross_check(
    articles: Sequence[Article], companions: Companions, line_of: Callable[[Article, str], int] = lambda *_: 2, only: Article | None = None
) -> list[Problem]:
    """References that lead nowhere: superseded and translated articles, disclaimers, links of supersession in a circle.

    line_of: where a key of an article's front matter stands. only: the one of the articles that is asked about; None: all.
    """
    ids = {article.id: article for article in articles}
    problems: list[Problem] = []
    for article in articles if only is None else (only,):
        for key, target in (("supersedes", article.supersedes), ("translation_of", article.translation_of)):
            if target == article.id:
                problems.append(problem("names-itself", article.file, line_of(article, key), key=key))
            elif target and target not in ids:
                problems.append(problem("names-nothing", article.file, line_of(article, key), "warning", key=key, target=target))
        if _in_circle(article, ids):
            problems.append(problem("supersedes-circle", article.file, line_of(article, "supersedes"), key="supersedes"))
        for disclaimer in article.disclaimers:
            if disclaimer not in companions.disclaimers:
                line = line_of(article, "disclaimers")
                problems.append(problem("disclaimer-unknown", article.file, line, key="disclaimers", disclaimer=disclaimer))
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

    def warn(self, code: str, line: int, /, **params: str | int) -> Problem:
        return problem(code, self.article.file, line, "warning", **params)

    def warn_of(self, code: str, key: str, /, **params: str | int) -> Problem:
        """At a key of the front matter."""
        return self.warn(code, self.line_of(key), key=key, **params)


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
    """An article says from when it holds, unless nobody uses it any more."""
    if page.article.status != "retired" and page.article.valid_from is None:
        yield page.warn_of("no-validity", "valid_from")


def reviewed_too_late(page: Page) -> Iterator[Problem]:
    """An article is reviewed before it is over."""
    until, review_by = page.article.valid_until, page.article.review_by
    if review_by and until and review_by > until:
        yield page.warn_of("review-after-end", "review_by")


def unknown_products(page: Page) -> Iterator[Problem]:
    """Products are terms of the glossary, where the shop keeps one."""
    terms = {term.id for term in page.known.companions.glossary}
    for product in page.article.products if terms else ():
        if product not in terms:
            yield page.warn_of("product-unknown", "products", product=product)


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
        yield page.warn("table-without-rule", first)
        return
    width = len(_cells(header))
    if len(delimiter) != width:
        yield page.warn("table-rule-width", run[1][0], columns=len(delimiter), width=width)
        return
    for number, line in run[2:]:
        cells = len(_cells(line))
        if cells != width:
            yield page.warn("table-row-width", number, cells=cells, width=width)


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
                yield page.warn("dead-link", number, target=target)


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
                yield page.warn("number-without-unit", number, number=line[start:end].strip())


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
                yield page.warn("cell-without-unit", line, number=cell.strip(), column=header)


def mixed_scripts(page: Page) -> Iterator[Problem]:
    """A Chinese article is in one script. Characters that both scripts use tell nothing."""
    lang = page.article.lang
    if lang == "en":
        return
    code, of_the_other = ("simplified-in-traditional", _only_simplified) if lang == "zh-Hant" else ("traditional-in-simplified", _only_traditional)

    def others(text: str) -> str:
        return "".join([character for character in dict.fromkeys(text) if of_the_other(character)][:8])

    if found := others(page.article.title):
        yield page.warn_of(code, "title", characters=found)
    reply = ""
    for number, line in page.numbered():
        marker = re.match(r"\s*:::\s*(?:reply\s+lang=([\w-]+))?", line)
        if marker:
            reply = marker[1] or ""
        elif (not reply or reply == lang) and (found := others(line)):
            yield page.warn(code, number, characters=found)


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


RULES: tuple[Rule, ...] = (missing_validity, reviewed_too_late, unknown_products, broken_tables, dead_links, bare_numbers, mixed_scripts)

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
    passages, rows = np.nonzero(vectors @ their_vectors.T >= SAME)
    said = Counter(name for _, name in {(passage, their_articles[row]) for passage, row in zip(passages.tolist(), rows.tolist(), strict=True)})
    return [
        problem("near-duplicate", article.file, 2, "warning", said=count, of=len(vectors), id=name, title=others[name].title)
        for name, count in sorted(said.items())
        if count >= FEWEST_SAME and count >= SAME_SHARE * len(vectors) and name in others and _may_repeat(article, others[name], today)
    ]


def _may_repeat(article: Article, other: Article, today: dt.date) -> bool:
    related = {article.id, article.supersedes, article.translation_of}
    return (
        other.lang == article.lang
        and other.id not in related
        and article.id not in (other.supersedes, other.translation_of)
        and not other.is_over(today)
    )


__all__ = [
    "RULES", "Known", "Page", "Rule", "body_start", "check_article", "cross_check", "files_not_read", "keep_one_of_each_id", "key_line", "near_duplicates",
]  # fmt: skip

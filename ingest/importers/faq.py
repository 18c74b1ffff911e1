"""A table of questions and answers → an article a category and language, each question a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from ingest.importers.drafts import LONGEST_TOGETHER, MOST_ARTICLES, ArticleDraft, language_of, slug
from ingest.importers.html import MOST_MARKS, looks_like_html, markdown_of
from ingest.importers.markdown import heading, paragraphs
from ingest.importers.notes import ImportRefused, Note, Place
from ingest.importers.tables import Row, Table, letter
from kb.models import ReplyLanguage
from kb.text import normalise, script

Role = Literal["question", "answer", "language", "category", "product"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
HEADER_WITHIN: Final = 20
"""Rows from the top among which the header is looked for."""

_NAMES: Final[dict[Role, tuple[str, ...]]] = {
    "question": (
        "question", "questions", "q", "faq", "faqs", "query", "customer question", "frequently asked question", "問題", "提問", "問", "問句", "常見問題", "客人問題",
        "客戶問題", "顧客問題", "用戶問題", "標準問題", "標準問", "客人會問", "客人點問", "客人問咩", "問咩", "諮詢問題",
    ),
    "answer": (
        "answer", "answers", "a", "reply", "replies", "response", "suggested reply", "standard answer", "答案", "回答", "答", "解答", "回覆", "回复", "答覆", "答复",
        "標準答案", "標準回覆", "標準回复", "參考答案", "建議回覆", "點答", "點覆", "覆咩",
    ),
    "language": ("language", "lang", "locale", "語言", "語種", "文字", "語文"),
    "category": ("category", "categories", "section", "topic", "group", "type", "分類", "類別", "類型", "種類", "組別", "主題", "欄目", "範疇"),
    "product": ("product", "products", "sku", "item", "items", "產品", "商品", "貨品", "產品編號", "商品編號", "貨號", "款式"),
}  # fmt: skip
_LESS_SURE: Final[dict[Role, tuple[str, ...]]] = {
    "question": ("title", "subject", "heading", "標題", "題目"),
    "answer": ("content", "body", "text", "details", "description", "內容", "正文", "說明", "詳情"),
}
"""Taken where no column has a name that is sure."""
_LANGUAGES: Final[dict[ReplyLanguage, tuple[str, ...]]] = {
    "zh-Hant": ("zh-hant", "zh-hk", "zh-tw", "zh-mo", "zh-hant-hk", "zht", "tc", "cht", "hk", "traditional", "traditional chinese", "chinese (traditional)", "繁體", "繁體中文", "繁中", "繁", "正體中文", "廣東話", "粵語", "粵文", "cantonese", "yue"),
    "zh-Hans": ("zh-hans", "zh-cn", "zh-sg", "zhs", "sc", "chs", "cn", "simplified", "simplified chinese", "chinese (simplified)", "簡體", "簡體中文", "簡中", "簡"),
    "en": ("en", "eng", "en-us", "en-gb", "en-hk", "english", "英文", "英語", "英"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is read: which row is its header, which column is what."""

    header: int
    """Number of the row; 0: the table has none."""
    columns: Mapping[Role, int]
    """From 0."""

    @property
    def usable(self) -> bool:
        return "question" in self.columns and "answer" in self.columns


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of the articles; '' and None: as the file says, or the defaults."""

    lang: ReplyLanguage | None = None
    """Of all articles, whatever the file says."""
    default_lang: ReplyLanguage = "zh-Hant"
    """Where nothing tells."""
    category: str = ""
    owner: str = ""
    into: str = ""
    """Folder of the new articles."""
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    """By sheet; '' of a CSV file."""


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Row
    question: str
    answer: str
    category: str
    products: tuple[str, ...]
    lang: ReplyLanguage | None


# ---- the layout ------------------------------------------------------------------------------------------------------------


def layout_of(table: Table) -> Layout:
    """The header row and what its names say; the first row, with no column told, where none says both question and answer."""
    best = Layout(table.rows[0].number if table.rows else 0, {})
    for row in table.rows[:HEADER_WITHIN]:
        found = _roles(row)
        if len(found) > len(best.columns) and "question" in found and "answer" in found:
            best = Layout(row.number, found)
    return best


def _roles(row: Row) -> dict[Role, int]:
    names = [_plain(cell) for cell in row.cells]
    found: dict[Role, int] = {}
    for known in (_KNOWN, _KNOWN_LESS):
        for column, name in enumerate(names):
            role = known.get(name)
            if role and role not in found and column not in found.values():
                found[role] = column
    return found


def _plain(name: str) -> str:
    """A header as it is compared: without case, script, punctuation, and what stands in brackets."""
    bare = re.sub(r"[(\[（【][^()\[\]（）【】]*[)\]）】]", "", name) or name
    return re.sub(r"[\s_*:：.#/-]+", " ", normalise(bare)).strip()


_KNOWN: Final[dict[str, Role]] = {_plain(name): role for role, names in _NAMES.items() for name in names}
_KNOWN_LESS: Final[dict[str, Role]] = {_plain(name): role for role, names in _LESS_SURE.items() for name in names}
_LANGUAGE_OF: Final[dict[str, ReplyLanguage]] = {normalise(name): lang for lang, names in _LANGUAGES.items() for name in names}


def fitting(layout: Layout, table: Table) -> Layout:
    """A person's choice, held to the table. Raises ImportRefused for a column that it does not have."""
    for column in layout.columns.values():
        if not 0 <= column < table.width:
            raise ImportRefused("no-such-column", Place("cell", f"{table.sheet}!{letter(max(column, 0))}" if table.sheet else letter(max(column, 0))))
    return layout


# ---- the entries -----------------------------------------------------------------------------------------------------------


def articles_of(tables: Sequence[Table], layouts: Mapping[str, Layout], name: str, wishes: Wishes) -> tuple[list[ArticleDraft], list[Note]]:
    """name: the file's, without its ending; becomes the title of what has no category."""
    notes: list[Note] = []
    groups: dict[tuple[str, str, ReplyLanguage], list[_Entry]] = {}
    length = 0
    if sum(_marks(table, layouts[table.sheet]) for table in tables) > MOST_MARKS:
        raise ImportRefused("too-complex", most=MOST_MARKS)
    for table in tables:
        layout = layouts[table.sheet]
        if not layout.usable:
            notes.append(Note("choose-columns", Place("sheet", table.sheet) if table.sheet else Place()))
            continue
        notes += _unused(table, layout)
        entries = []
        for entry in _entries(table, layout, notes):
            entries.append(entry)
            length += len(entry.answer)
            if length > LONGEST_TOGETHER:  # joined cells may say one long text thousands of times
                raise ImportRefused("article-too-long", most=LONGEST_TOGETHER)
        title = table.sheet if len(tables) > 1 else name
        common = wishes.lang or language_of((f"{one.question} {one.answer}" for one in entries), wishes.default_lang)
        for entry in entries:
            groups.setdefault((entry.category, "" if entry.category else title, wishes.lang or _language(entry, common)), []).append(entry)
            if len(groups) > MOST_ARTICLES:
                raise ImportRefused("too-many-articles", most=MOST_ARTICLES)
    languages = Counter(key[:2] for key in groups)
    return [_article(key, entries, wishes, several=languages[key[:2]] > 1) for key, entries in groups.items()], notes


def _entries(table: Table, layout: Layout, notes: list[Note]) -> Iterator[_Entry]:
    columns = layout.columns
    seen: dict[tuple[str, str, str], str] = {}
    said_html = False
    for row in table.rows:
        if row.number <= layout.header:
            continue
        question, answer = " ".join(row.cell(columns["question"]).split()), row.cell(columns["answer"])
        if not question or not answer:
            if question or answer:
                code, column = ("no-answer", columns["question"]) if question else ("no-question", columns["answer"])
                notes.append(Note(code, table.place(row, column)))
            continue
        category, product, language = (row.cell(columns.get(role)) for role in ("category", "product", "language"))
        key = (normalise(question), category, f"{product}|{language}")
        if key in seen:
            same = seen[key] == answer
            notes.append(Note("same-again" if same else "same-question", table.place(row, columns["question"])))
            if same:
                continue
        seen[key] = answer
        lang = _LANGUAGE_OF.get(normalise(language).replace("_", "-")) if language else None
        if language and lang is None:
            notes.append(Note("language", table.place(row, columns["language"]), {"value": language[:40]}))
        if looks_like_html(answer):
            answer, more = markdown_of(answer)
            notes += [Note(note.code, table.place(row, columns["answer"]), note.fields) for note in more if note.code != "no-headings"]
            if not said_html:
                notes.append(Note("cell-html", table.place(row, columns["answer"])))
            said_html = True
        else:
            answer = paragraphs(answer)
        if answer.strip():
            yield _Entry(row, question, answer, " ".join(category.split()), _listed(product), lang)


def _marks(table: Table, layout: Layout) -> int:
    """'<' of all answers: each may be a little page."""
    return sum(row.cell(layout.columns.get("answer")).count("<") for row in table.rows)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[,，、;；\n|]+", text) if part.strip()))


def _language(entry: _Entry, common: ReplyLanguage) -> ReplyLanguage:
    """What its row says; else the table's own, unless the one is English and the other Chinese: single rows tell the scripts apart badly."""
    if entry.lang is not None:
        return entry.lang
    found = script(f"{entry.question} {entry.answer}")
    return found if found is not None and (found == "en") != (common == "en") else common


def _unused(table: Table, layout: Layout) -> list[Note]:
    header = next((row for row in table.rows if row.number == layout.header), None)
    used = set(layout.columns.values())
    names = [
        f"{letter(column)} {header.cell(column) if header else ''}".strip()
        for column in range(table.width)
        if column not in used and any(row.cell(column) for row in table.rows)
    ]
    if not names:
        return []
    return [Note("unused-columns", Place("sheet", table.sheet) if table.sheet else Place(), {"columns": ", ".join(names)[:200]})]


# ---- the articles ----------------------------------------------------------------------------------------------------------


def _article(key: tuple[str, str, ReplyLanguage], entries: Sequence[_Entry], wishes: Wishes, *, several: bool) -> ArticleDraft:
    category, title, lang = key
    products = tuple(dict.fromkeys(product for entry in entries for product in entry.products))
    differ = len({entry.products for entry in entries}) > 1
    bodies: list[str] = []
    before = ""
    for entry in entries:
        asked = _asked(entry, differ)
        bodies += [entry.answer] if asked == before else [heading(asked), entry.answer]
        before = asked
    own = slug(category or title) or "faq"
    ending = {"zh-Hant": "-hant", "zh-Hans": "-hans", "en": "-en"}[lang] if several else ""
    folder = wishes.into or "faq"
    return ArticleDraft(
        id=f"{folder}/{own}{ending}", title=category or title, lang=lang, category=wishes.category or category or folder.split("/")[0],
        owner=wishes.owner, products=products, body="\n\n".join(bodies),
    )  # fmt: skip


def _asked(entry: _Entry, differ: bool) -> str:
    """The question, with its product where the article's rows are about several and the row's own words don't say which."""
    said = normalise(f"{entry.question} {entry.answer}")
    missing = [product for product in entry.products if normalise(product) not in said] if differ else []
    return f"{entry.question} ({', '.join(missing)})" if missing else entry.question


__all__ = ["HEADER_WITHIN", "ROLES", "Layout", "Role", "Wishes", "articles_of", "fitting", "layout_of"]

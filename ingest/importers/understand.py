"""A file → the articles that it makes, and what was left out or doubted. Everything happens in memory; nothing is written or fetched."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from ingest.importers.csv_file import read_csv
from ingest.importers.docx import read_docx
from ingest.importers.drafts import ArticleDraft, checked, language_of, slug, with_own_ids
from ingest.importers.encodings import decoded
from ingest.importers.faq import Layout, Wishes, articles_of, fitting, layout_of
from ingest.importers.html import Page, read_html
from ingest.importers.kinds import LARGEST_FILE, FileKind, kind_of, plain_name, stem
from ingest.importers.notes import ImportRefused, Note, shortened
from ingest.importers.tables import Table
from ingest.importers.xlsx import read_xlsx


@dataclass(frozen=True, slots=True)
class Understood:
    """What a file was taken for."""

    kind: FileKind
    name: str
    """Of the file, without any path."""
    tables: tuple[Table, ...]
    """Of a CSV or XLSX file: what a person chooses columns in."""
    layouts: Mapping[str, Layout]
    """How each table was read, by sheet."""
    articles: tuple[ArticleDraft, ...]
    """None where a person has to choose columns first."""
    notes: tuple[Note, ...]


def understand(data: bytes, name: str, wishes: Wishes, taken: Container[str] = frozenset()) -> Understood:
    """taken: ids that articles have already. Raises ImportRefused."""
    if len(data) > LARGEST_FILE:
        raise ImportRefused("too-large", most=LARGEST_FILE // 1_000_000)
    shown, had_path = plain_name(name)
    notes = [Note("name", fields={"name": shown})] if had_path else []
    kind = kind_of(data)
    found = (_from_tables if kind in ("csv", "xlsx") else _from_page)(kind, data, shown, wishes)
    articles = checked(with_own_ids(found.articles, taken))
    return Understood(kind, shown, found.tables, found.layouts, articles, shortened([*notes, *found.notes]))


def _from_tables(kind: FileKind, data: bytes, name: str, wishes: Wishes) -> Understood:
    notes: list[Note] = []
    tables: Sequence[Table]
    if kind == "csv":
        tables = [read_csv(_text(data, notes))]
    else:
        tables, notes = read_xlsx(data)
    if not tables:
        raise ImportRefused("no-table")
    layouts = {table.sheet: fitting(wishes.layouts[table.sheet], table) if table.sheet in wishes.layouts else layout_of(table) for table in tables}
    articles, more = articles_of(tables, layouts, stem(name), wishes)
    return Understood(kind, name, tuple(tables), layouts, tuple(articles), (*notes, *more))


def _from_page(kind: FileKind, data: bytes, name: str, wishes: Wishes) -> Understood:
    notes: list[Note] = []
    page: Page = read_docx(data) if kind == "docx" else read_html(_text(data, notes))
    title, folder = page.title or stem(name), wishes.into or "imported"
    lang = wishes.lang or language_of([title, page.body], wishes.default_lang)
    article = ArticleDraft(
        id=f"{folder}/{slug(title) or slug(stem(name)) or 'page'}", title=title, lang=lang, category=wishes.category or folder.split("/")[0],
        owner=wishes.owner, products=(), body=page.body,
    )  # fmt: skip
    return Understood(kind, name, (), {}, (article,), (*notes, *page.notes))


def _text(data: bytes, notes: list[Note]) -> str:
    text, encoding, guessed = decoded(data)
    if guessed:
        notes.append(
            Note("encoding", fields={"encoding": {"big5hkscs": "Big5", "gb18030": "GB18030", "cp1252": "Windows-1252"}.get(encoding, encoding)})
        )
    return text


__all__ = ["Understood", "understand"]

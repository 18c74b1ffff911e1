"""`kb import`: what files that were written elsewhere would become, and their drafts. Prints; everything else returns."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from kb.errors import ContentError, SettingsError
from kb.models import REPLY_LANGUAGES, ReplyLanguage
from kb.settings import Settings

if TYPE_CHECKING:
    from ingest.importers import Layout, Understood
    from ingest.library import Holdings

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def import_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, .xlsx, HTML or .docx.")],
    lang: Annotated[str | None, typer.Option("--lang", help="Language of the articles: zh-Hant, zh-Hans or en; default: told from the text.")] = None,
    category: Annotated[str, typer.Option("--category", help="Category of the articles; default: the table's own.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who looks after them.")] = "",
    into: Annotated[str, typer.Option("--into", help="Folder below articles/; default: faq for tables, imported for documents.")] = "",
    columns: Annotated[str, typer.Option("--columns", help="Columns by letter where the header does not tell: question=B,answer=C.")] = "",
    header: Annotated[int | None, typer.Option("--header", min=0, help="Row of the header, with --columns; 0: there is none.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the drafts; without it nothing is written.")] = False,
) -> None:
    """Show what FAQ lists, pages and documents would become; with --write, write them as drafts."""
    from ingest.importers import ImportRefused, Wishes, understand
    from ingest.library import Library

    settings = Settings.load()
    holdings = Library(settings.content).read()
    layout = _layout(columns, header)
    taken = {one.id for one in holdings.files.values()}
    understood: list[Understood] = []
    refused = 0
    for path in files:
        wishes = Wishes(
            lang=_language(lang), default_lang=holdings.companions.shop.reply_language, category=category, owner=owner, into=into.strip("/"),
            layouts=_EverySheet(layout) if layout else {},
        )  # fmt: skip
        try:
            one = understand(_read(path), path.name, wishes, taken)
        except ImportRefused as error:
            refused += 1
            err.print(f"{path}: {error}")
            continue
        taken |= {article.id for article in one.articles}
        understood.append(one)
        _print(path, one, holdings, settings)
    if write and refused:
        raise SettingsError("nothing was written: not every file can be taken in", where="kb import", fix="mend those files, or leave them out")
    if write:
        _write(settings, holdings, understood)
    elif understood:
        err.print("Nothing was written; --write writes these drafts.")
    if refused or not any(one.articles for one in understood):
        raise typer.Exit(1)


class _EverySheet(dict[str, "Layout"]):
    """The same layout, whatever the sheet is called."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._layout = layout

    def __contains__(self, sheet: object) -> bool:
        return True

    def __missing__(self, sheet: str) -> Layout:
        return self._layout


def _read(path: Path) -> bytes:
    """No more of a file than tells that it is too large. Raises ContentError where it cannot be read."""
    from ingest.importers import LARGEST_FILE

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path and its permissions") from error


def _layout(columns: str, header: int | None) -> Layout | None:
    from ingest.importers import ROLES, Layout
    from ingest.importers.tables import column_of

    if not columns:
        return None
    found = {}
    for pair in columns.split(","):
        role, _, letters = pair.partition("=")
        known = next((one for one in ROLES if one == role.strip()), None)
        if known is None:
            raise SettingsError(f"{role.strip()!r} is no kind of column", where="--columns", fix=f"write {', '.join(f'{one}=A' for one in ROLES)}")
        found[known] = column_of(letters)
    return Layout(1 if header is None else header, found)


def _language(text: str | None) -> ReplyLanguage | None:
    known = next((language for language in REPLY_LANGUAGES if language == text), None)
    if text and known is None:
        raise SettingsError(f"{text!r} is no language of articles", where="--lang", fix=f"write {', '.join(REPLY_LANGUAGES)}")
    return known


def _print(path: Path, understood: Understood, holdings: Holdings, settings: Settings) -> None:
    from ingest.library import lint_text
    from ui.intake import texts_of

    out.print(f"{path} ({understood.kind}): {len(understood.articles)} articles")
    for sheet, layout in understood.layouts.items():
        told = ", ".join(f"{role} {chr(65 + column) if column < 26 else column + 1}" for role, column in layout.columns.items())
        out.print(f"  {f'sheet {sheet}: ' if sheet else ''}header in row {layout.header}; {told or 'no column told'}")
    for note in understood.notes:
        out.print(f"  ! {note}")
    for article in understood.articles:
        [(file, text)] = texts_of([article], holdings.companions.shop.current_date()).items()
        found = lint_text(file, text, holdings)
        sections = len(found.article.sections) if found.article else 0
        out.print(f"  {article.id} · {article.title} · {article.lang} · {article.category} · {sections} sections, {len(article.body)} characters")
        for problem in found.problems:
            out.print(f"    {problem.severity}: line {problem.line}: {problem.what}; {problem.fix}")


def _write(settings: Settings, holdings: Holdings, understood: Sequence[Understood]) -> None:
    from kb.store import Store, store_url
    from ui.intake import take_in, texts_of

    drafts = [article for one in understood for article in one.articles]
    texts = texts_of(drafts, holdings.companions.shop.current_date())
    with closing(Store.open(store_url(settings))) as store:
        take_in(settings.content, holdings, store, texts, getpass.getuser(), ", ".join(one.name for one in understood))
    for file in texts:
        out.print(f"written: {settings.content / 'articles' / file}")


__all__ = ["import_command"]

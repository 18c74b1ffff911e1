"""Take in files that were written elsewhere: what each would become, and then its drafts.

The file is the request's body, to the byte; nothing of it is kept between two requests, so a page that changes a choice sends it again.
"""

from __future__ import annotations

import threading
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from ingest.importers import LARGEST_FILE, ROLES, ArticleDraft, ImportRefused, Layout, Note, Role, Understood, Wishes, understand
from ingest.importers.drafts import LONGEST_BODY, MOST_ARTICLES
from ingest.importers.tables import MOST_COLUMNS, Table, letter
from ingest.read import LARGEST_ARTICLE
from kb.models import ReplyLanguage
from ui.api.bodies import Body
from ui.api.content_articles import problems_shown, refusing
from ui.api.problems import Refusal
from ui.article_tree import tree
from ui.intake import texts_of
from ui.session import Identity, roles
from ui.workspace import Workspace

Owner = Annotated[Identity, roles("owner", "admin")]
Line = Annotated[str, Field(max_length=300)]
Folder = Annotated[str, Query(max_length=100, pattern=r"^(\w[\w.-]*(/\w[\w.-]*)*)?$")]
SAMPLE_ROWS: Final = 4
"""Rows that a person sees while choosing columns."""
SAMPLE_TEXT: Final = 80

WAIT: Final = 20.0
"""Seconds for the files before it: whoever waits takes a thread from those who ask."""

_alone: Final = threading.Lock()
"""One file at a time is unpacked: the limits are those of the whole app, then."""


class LayoutBody(BaseModel):
    """Which row of a sheet is its header, which column is what."""

    model_config = ConfigDict(extra="forbid")
    header: Annotated[int, Field(ge=0, le=1_048_576)]
    columns: dict[Role, Annotated[int, Field(ge=0, lt=MOST_COLUMNS)]]


_LAYOUTS: Final = TypeAdapter(dict[str, LayoutBody])


class DraftBody(Body):
    """An article as the preview showed it, with what its owner changed."""

    id: Annotated[str, Field(max_length=190)]
    title: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
    lang: ReplyLanguage
    category: Line = ""
    owner: Line = ""
    products: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    body: Annotated[str, Field(max_length=min(LARGEST_ARTICLE, LONGEST_BODY))]

    def draft(self) -> ArticleDraft:
        return ArticleDraft(self.id.strip(), self.title.strip(), self.lang, self.category.strip(), self.owner.strip(), self.products, self.body)


class TakeInBody(Body):
    """The articles to write, and the file that they came from."""

    drafts: Annotated[tuple[DraftBody, ...], Field(min_length=1, max_length=MOST_ARTICLES)]
    source: Line = ""


def import_routes(router: APIRouter, workspace: Workspace) -> None:
    @router.post("/import")
    async def preview(
        request: Request, name: Annotated[str, Query(max_length=500)] = "import", lang: ReplyLanguage | None = None,
        category: Annotated[str, Query(max_length=300)] = "", owner: Annotated[str, Query(max_length=300)] = "", into: Folder = "",
        layouts: Annotated[str, Query(max_length=5_000)] = "{}",
    ) -> dict[str, Any]:  # fmt: skip
        """What a file would become. Nothing is kept of it."""
        chosen = _layouts(layouts)

        def shown(data: bytes) -> dict[str, Any]:
            default = workspace.services.answerer.snapshot.companions.shop.reply_language
            wishes = Wishes(lang=lang, default_lang=default, category=category.strip(), owner=owner.strip(), into=into, layouts=chosen)
            return _preview(workspace, data, name, wishes)

        with refusing(), saying():
            return await run_in_threadpool(shown, await _body(request))

    @router.post("/import/check")
    def check(body: DraftBody) -> dict[str, Any]:
        """An article of the preview with what its owner changed."""
        with refusing(), saying():
            return _article(workspace, body.draft())

    @router.post("/import/write", status_code=201)
    def write(body: TakeInBody, identity: Owner) -> dict[str, Any]:
        """Write the drafts: all of them, or none."""
        with refusing(), saying():
            texts = texts_of([one.draft() for one in body.drafts], workspace.services.today())
            workspace.take_in(texts, identity.name, body.source)
            return {"files": list(texts)}


class saying:
    """Translates what an import refuses; a page words it from the code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, ImportRefused):
            status = {"too-large": 413, "id-taken": 409, "id-twice": 409}.get(error.code, 422)
            place = {"kind": error.place.kind, "name": error.place.name}
            raise Refusal(status, str(error), code=error.code, place=place, fields=dict(error.fields)) from error


async def _body(request: Request) -> bytes:
    """The file. Refused as soon as it is longer than a file may be, whatever length it announced."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_FILE:
            raise ImportRefused("too-large", most=LARGEST_FILE // 1_000_000)
    return bytes(data)


def _layouts(text: str) -> dict[str, Layout]:
    try:
        return {sheet: Layout(one.header, dict(one.columns)) for sheet, one in _LAYOUTS.validate_json(text).items()}
    except ValidationError as error:
        raise Refusal(422, "layouts: a JSON object of {sheet: {header, columns}}") from error


def _preview(workspace: Workspace, data: bytes, name: str, wishes: Wishes) -> dict[str, Any]:
    if not _alone.acquire(timeout=WAIT):
        raise Refusal(429, "other files are being read; try again in a minute", code="busy", headers={"retry-after": "30"})
    try:
        taken = {one.id for one in workspace.holdings().files.values()}
        understood = understand(data, name, wishes, taken)
        return _shown(workspace, understood)
    finally:
        _alone.release()


def _shown(workspace: Workspace, understood: Understood) -> dict[str, Any]:
    return {
        "kind": understood.kind, "name": understood.name, "roles": list(ROLES),
        "tables": [_table(table, understood.layouts[table.sheet]) for table in understood.tables],
        "articles": [_article(workspace, draft) for draft in understood.articles],
        "notes": [_note(note) for note in understood.notes],
    }  # fmt: skip


def _table(table: Table, layout: Layout) -> dict[str, Any]:
    """Its first rows from the header on, so that a person can tell the columns apart."""
    below = [row for row in table.rows if row.number >= layout.header][: SAMPLE_ROWS + 1]
    return {
        "sheet": table.sheet, "header": layout.header, "columns": dict(layout.columns), "rows": len(table.rows), "usable": layout.usable,
        "first_rows": [row.number for row in table.rows[:20]], "letters": [letter(column) for column in range(table.width)],
        "sample": [[row.number, *[row.cell(column)[:SAMPLE_TEXT] for column in range(table.width)]] for row in below],
    }  # fmt: skip


def _article(workspace: Workspace, draft: ArticleDraft) -> dict[str, Any]:
    [(file, text)] = texts_of([draft], workspace.services.today()).items()
    return {
        "id": draft.id, "title": draft.title, "lang": draft.lang, "category": draft.category, "owner": draft.owner, "products": list(draft.products),
        "body": draft.body, "file": file, "tree": tree(text), "problems": problems_shown(workspace.lint(file, text)),
    }  # fmt: skip


def _note(note: Note) -> dict[str, Any]:
    return {"code": note.code, "place": {"kind": note.place.kind, "name": note.place.name}, "fields": dict(note.fields), "said": str(note)}


__all__ = ["import_routes", "saying"]

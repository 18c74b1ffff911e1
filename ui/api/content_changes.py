"""Change articles: begin one, save it, hand it on, publish it, see what became of it, go back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from ingest.authoring import Beginning, Status, difference
from ingest.build import Summary
from kb.errors import ContentError
from kb.models import ReplyLanguage
from kb.store import Revision
from ui.api.bodies import Body
from ui.api.content_articles import ArticleText, File, TextBody, problem_shown, refusing, revision_shown
from ui.session import Identity, roles
from ui.workspace import Workspace

Owner = Annotated[Identity, roles("owner", "admin")]
Message = Annotated[str, Field(max_length=500)]
Line = Annotated[str, Field(max_length=300)]


class BeginBody(Body):
    """A new article."""

    id: Annotated[str, Field(max_length=190, pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")]
    title: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
    lang: ReplyLanguage
    category: Line = ""
    owner: Line = ""
    products: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    question: Line = ""
    questions: Annotated[tuple[Annotated[str, Field(max_length=2_000)], ...], Field(max_length=50)] = ()


class SaveBody(Body):
    """A text for an article."""

    file: File
    text: ArticleText
    opened: Line
    status: Status
    message: Message = ""


class FileBody(Body):
    file: File


class RollBackBody(Body):
    file: File
    revision: int
    opened: Line


class CompareBody(Body):
    """Two texts."""

    old: ArticleText
    new: ArticleText


def change_routes(router: APIRouter, workspace: Workspace) -> None:
    @router.post("/begin", status_code=201)
    def begin(body: BeginBody, identity: Owner) -> dict[str, Any]:
        """A new article's draft from the template."""
        beginning = Beginning(body.id, body.title.strip(), body.lang, body.category, body.owner, body.products, body.question, body.questions)
        with refusing():
            return {"file": workspace.begin(beginning, identity.name)}

    @router.post("/save")
    def save(body: SaveBody, identity: Owner) -> dict[str, Any]:
        """Keep a text; with the status `published` agents are answered from it, from its `valid_from` on."""
        with refusing():
            summary = workspace.save(body.file, body.text, body.opened, body.status, body.message, identity.name)
            article = workspace.file(body.file).article
            coming = body.status == "published" and article is not None and article.is_coming(workspace.services.today())
            return {"summary": _shown(summary), "starts": article.valid_from if article is not None and coming else None}

    @router.post("/succeed", status_code=201)
    def succeed(body: TextBody, identity: Owner) -> dict[str, Any]:
        """A text that is to hold from a later day, as the draft of an article that supersedes this one."""
        with refusing():
            return {"file": workspace.succeed(body.file, body.text, identity.name)}

    @router.post("/discard")
    def discard(body: FileBody, identity: Owner) -> dict[str, Any]:
        """Drop what is kept aside of an article."""
        with refusing():
            workspace.discard(body.file, identity.name)
        return {}

    @router.post("/rollback")
    def roll_back(body: RollBackBody, identity: Owner) -> dict[str, Any]:
        """Write an old text as the newest."""
        with refusing():
            return {"summary": _shown(workspace.roll_back(body.file, body.revision, body.opened, identity.name))}

    @router.get("/history")
    def history(file: Annotated[str, Query(max_length=300)], limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
        """An article's revisions, newest first, each with what it changed."""
        found = workspace.store.revisions(file, limit=limit + 1)
        shown = [_revision(one, before) for one, before in zip(found, [*found[1:], None], strict=False)]
        return {"revisions": shown[:limit], "more": len(found) > limit}

    @router.get("/revision")
    def revision(id: int, against: int | None = None) -> dict[str, Any]:
        """One revision's text, and how it differs from another one."""
        with refusing():
            one, other = (workspace.store.revision(number) if number is not None else None for number in (id, against))
            if one is None or (other is not None and other.file != one.file):
                raise ContentError("there is no such revision", where=str(id), fix="look at the history again")
        return {**revision_shown(one), "text": one.text, "difference": _pieces(other.text, one.text) if other else []}

    @router.post("/compare")
    def compare(body: CompareBody) -> dict[str, Any]:
        """Two texts in one, word by word."""
        return {"difference": _pieces(body.old, body.new)}

    @router.post("/index")
    def index(identity: Owner) -> dict[str, Any]:
        """Index the folder now."""
        with refusing():
            return {"summary": _shown(workspace.index())}


def _revision(one: Revision, before: Revision | None) -> dict[str, Any]:
    """With the characters that it added and took away."""
    pieces = difference(before.text, one.text) if before else []
    added, removed = (sum(len(piece.text.strip()) for piece in pieces if piece.kind == kind) for kind in ("new", "gone"))
    return {**revision_shown(one), "before": before.id if before else None, "added": added, "removed": removed}


def _pieces(old: str, new: str) -> list[list[str]]:
    return [[piece.kind, piece.text] for piece in difference(old, new)]


def _shown(summary: Summary | None) -> dict[str, Any] | None:
    if summary is None:
        return None
    return {
        "snapshot": summary.snapshot, "articles": summary.articles, "chunks": summary.chunks, "skipped": summary.skipped, "kept": summary.kept,
        "embedded": summary.embedded, "seconds": round(summary.seconds, 2), "problems": [problem_shown(one) for one in summary.problems],
    }  # fmt: skip


__all__ = ["change_routes"]

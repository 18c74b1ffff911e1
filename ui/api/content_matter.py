"""The front matter as a form: what may be chosen, and single values changed in the text that is being written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, field_validator

from ingest.matter import LISTS, TEXTS, with_values
from kb.models import REPLY_LANGUAGES
from ui.api.bodies import Body
from ui.api.content_articles import ArticleText, refusing
from ui.workspace import Workspace

Line = Annotated[str, Field(max_length=1_000)]
Changes = Mapping[str, Line | Annotated[tuple[Line, ...], Field(max_length=500)]]


class MatterBody(Body):
    """Front matter, from its first line `---` to its last, and the values that it is to have."""

    text: ArticleText
    changes: Changes

    @field_validator("changes")
    @classmethod
    def _known(cls, changes: Changes) -> Changes:
        wrong = [key for key, value in changes.items() if key not in (TEXTS if isinstance(value, str) else LISTS)]
        if wrong:
            raise ValueError(f"no such key, or not such a value: {', '.join(wrong)}")
        return changes


def matter_routes(router: APIRouter, workspace: Workspace) -> None:
    @router.get("/choices")
    def choices() -> dict[str, Any]:
        """What the fields of the form offer."""
        with refusing():
            return choices_of(workspace)

    @router.post("/matter")
    def matter(body: MatterBody) -> dict[str, Any]:
        """The text with the values; nothing is written."""
        with refusing():
            return {"text": with_values(body.text, body.changes)}


def choices_of(workspace: Workspace) -> dict[str, Any]:
    """Categories, owners, products, articles and disclaimers that there are."""
    holdings = workspace.holdings()
    articles = [one.article for one in holdings.files.values() if one.article is not None]
    people = [user.display_name or user.name for user in workspace.store.users() if not user.disabled and user.role in ("owner", "admin")]
    return {
        "categories": sorted({one.category for one in articles if one.category}),
        "owners": sorted({*(one.owner for one in articles if one.owner), *people}),
        "articles": [{"id": one.id, "title": one.title, "lang": one.lang} for one in articles],
        "products": [
            {"id": term.id, "names": {lang: term.names[lang][0] for lang in REPLY_LANGUAGES if term.names.get(lang)}} for term in holdings.companions.glossary
        ],
        "disclaimers": [{"id": name, "texts": dict(texts)} for name, texts in sorted(holdings.companions.disclaimers.items())],
    }  # fmt: skip


__all__ = ["matter_routes"]

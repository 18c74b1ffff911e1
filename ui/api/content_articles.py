"""Look at articles as their owner does: all of them with their states, one of them in full, a text as it is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field

from ingest.authoring import Conflict, difference
from ingest.library import FileOnDisk
from ingest.matter import read_matter
from ingest.read import LARGEST_ARTICLE
from kb.article_texts import version_of
from kb.errors import ContentError
from kb.models import Article, Problem
from kb.store import Revision
from kb.text import fold
from ui.api.bodies import Body
from ui.api.problems import Refusal
from ui.article_tree import tree
from ui.usage import DAYS, Use
from ui.workspace import Refused, Unsound, Workspace, flags_of, followers_of, state_of

File = Annotated[str, Field(max_length=300)]
ArticleText = Annotated[str, Field(max_length=LARGEST_ARTICLE)]
MATTER: Final = (
    "id", "title", "lang", "category", "products", "audience", "owner", "valid_from", "valid_until", "review_by", "supersedes", "translation_of",
    "status", "disclaimers",
)  # fmt: skip
"""The front matter as facts, in the order in which it is written."""


PATIENCE: Final = 2.0
"""Seconds that the list waits for conflicts that are still looked for; it is shown without them then."""


class TextBody(Body):
    """An article's text that is being written."""

    file: File
    text: ArticleText


def article_routes(router: APIRouter, workspace: Workspace) -> None:
    @router.get("/articles")
    def articles(q: Annotated[str, Query(max_length=200)] = "") -> dict[str, Any]:
        """All files with their states today; with `q` those that hold all its words, in either script."""
        with refusing():
            return overview(workspace, fold(q.lower()).split())

    @router.get("/article")
    def article(file: Annotated[str, Query(max_length=300)]) -> dict[str, Any]:
        """One file: what it says, its problems, where it was cited, what is kept aside."""
        with refusing():
            return whole(workspace, file)

    @router.post("/lint")
    def lint(body: TextBody) -> dict[str, Any]:
        """A text as it is typed: its problems, and how agents would see it."""
        with refusing():
            found = workspace.lint(body.file, body.text)
        return {"problems": problems_shown(found), "tree": tree(body.text), "facts": facts(found), "matter": matter_shown(body.text)}


def overview(workspace: Workspace, words: list[str]) -> dict[str, Any]:
    """What the list shows."""
    holdings, today, snapshot = workspace.holdings(), workspace.services.today(), workspace.services.answerer.snapshot
    usage, aside = workspace.usage().usage(), workspace.store.drafts_aside()
    disputed, followers = workspace.conflicts.articles_in_conflict(PATIENCE), followers_of(holdings, today)
    indexed = {article.id: article.version for article in snapshot.articles.values()}
    rows = [
        row_of(one, usage.of(one.id), today, indexed.get(one.id), aside.get(one.file), conflict=one.id in disputed, follower=followers.get(one.id))
        for one in holdings.files.values()
        if all(word in _searched(one) for word in words)
    ]
    gone = sorted(set(indexed) - {one.id for one in holdings.files.values()})
    return {
        "today": today, "articles": rows, "total": len(holdings.files), "trouble": holdings.trouble, "gone": gone, "snapshot": snapshot.id,
        "indexed_at": snapshot.created, "answers": usage.answers, "days": DAYS, "second_person": holdings.companions.shop.review.second_person,
        "terms": [term.id for term in holdings.companions.glossary], "disclaimers": sorted(holdings.companions.disclaimers),
    }  # fmt: skip


def row_of(
    file: FileOnDisk, use: Use, today: dt.date, indexed: str | None, aside: Revision | None, *, conflict: bool, follower: Article | None
) -> dict[str, Any]:
    """One line of the list."""
    article = file.article
    flags = flags_of(file, use, today, indexed=indexed, aside=aside is not None, conflict=conflict, follower=follower)
    return {
        "file": file.file, "id": file.id, "title": article.title if article else file.file, "lang": article.lang if article else "",
        "category": article.category if article else "", "owner": article.owner if article else "", "products": list(article.products) if article else [],
        "audience": article.audience if article else "", "valid_from": article.valid_from if article else None,
        "valid_until": article.valid_until if article else None, "review_by": article.review_by if article else None,
        "state": state_of(file, today), "flags": flags,
        "follower": {"file": follower.file, "title": follower.title, "lang": follower.lang, "valid_from": follower.valid_from} if follower else None,
        "errors": sum(problem.severity == "error" for problem in file.problems),
        "warnings": sum(problem.severity == "warning" for problem in file.problems), "cited": use.cited, "rated": use.rated, "wrong": use.wrong,
    }  # fmt: skip


def whole(workspace: Workspace, file: str) -> dict[str, Any]:
    """What the page shows of one article."""
    one, today, snapshot = workspace.file(file), workspace.services.today(), workspace.services.answerer.snapshot
    published, use = snapshot.articles.get(one.id), workspace.usage().usage().of(one.id)
    head, aside = workspace.head(file)
    text = one.text if head is None else head
    last, follower = workspace.store.revisions(file, limit=1), followers_of(workspace.holdings(), today).get(one.id)
    conflict = one.id in workspace.conflicts.articles_in_conflict(0)
    return {
        **row_of(one, use, today, published.version if published else None, aside, conflict=conflict, follower=follower),
        "text": one.text, "version": one.version, "facts": facts(one), "problems": problems_shown(one), "tree": tree(one.text),
        "head": {"text": text, "version": version_of(text)},
        "aside": aside_shown(aside, one) if aside else None,
        "indexed": published.version if published else None,
        "citations": [
            {"answer": cited.answer, "at": cited.at, "question": cited.question, "lines": list(cited.lines), "quote": cited.quote,
             "verdict": cited.verdict, "reason": cited.reason}
            for cited in use.citations
        ],
        "last": revision_shown(last[0]) if last else None,
    }  # fmt: skip


def aside_shown(aside: Revision, file: FileOnDisk) -> dict[str, Any]:
    """What is kept aside, how it differs from the file, and whether the file has changed since."""
    pieces = [[piece.kind, piece.text] for piece in difference(file.text, aside.text)]
    return {**revision_shown(aside), "difference": pieces, "overtaken": aside.base != file.version}


def revision_shown(revision: Revision) -> dict[str, Any]:
    return {
        "id": revision.id, "at": revision.at, "by": revision.by, "kind": revision.kind, "message": revision.message, "version": revision.version,
        "base": revision.base,
    }  # fmt: skip


def facts(file: FileOnDisk) -> list[list[Any]]:
    """[key, value] of the front matter; none where it cannot be read."""
    return [[name, getattr(file.article, name)] for name in MATTER] if file.article else []


def problems_shown(file: FileOnDisk) -> list[dict[str, Any]]:
    return [problem_shown(problem) for problem in file.problems]


def problem_shown(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file, "line": problem.line, "what": problem.what, "fix": problem.fix, "severity": problem.severity, "code": problem.code,
        "params": dict(problem.params),
    }  # fmt: skip


def matter_shown(text: str) -> dict[str, Any] | None:
    """The front matter as a form shows it; None where only the YAML can be shown."""
    found = read_matter(text)
    return {"values": dict(found.values), "lines": dict(found.lines), "odd": sorted(found.odd)} if found is not None else None


@contextmanager
def refusing() -> Iterator[None]:
    """Translate what the workspace refuses, each with what the page needs to go on."""
    try:
        yield
    except Conflict as error:
        raise Refusal(
            409, f"{error.what}; {error.fix}", code="conflict", current=error.current, version=version_of(error.current), by=error.by
        ) from error
    except Unsound as error:
        raise Refusal(422, str(error), code="unsound", found=[problem_shown(problem) for problem in error.problems]) from error
    except Refused as error:
        raise Refusal(403, f"{error.what}; {error.fix}", code="refused", rule=error.code) from error
    except ContentError as error:
        raise Refusal(422, str(error), code="content") from error


def _searched(file: FileOnDisk) -> str:
    return fold(f"{file.id} {file.article.owner if file.article else ''} {file.text}".lower())


__all__ = ["ArticleText", "File", "TextBody", "article_routes", "problem_shown", "refusing", "revision_shown"]

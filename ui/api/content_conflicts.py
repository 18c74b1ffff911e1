"""Facts in conflict and language parity: the lists, and what people decide about them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import Field

from ingest.conflicts import Conflict
from ingest.parity import Disparity, Passage
from ingest.statements import Statement
from kb.models import Article
from kb.snapshot import Snapshot
from kb.store import UNDECIDED, ConflictAction, ConflictDecision, ConflictState
from ui.api.bodies import Body
from ui.api.content_articles import refusing
from ui.conflicts import people
from ui.session import Identity, roles
from ui.workspace import Workspace

Owner = Annotated[Identity, roles("owner", "admin")]
MOST: Final = 500
"""Conflicts shown at once, the surest first."""


class DecisionBody(Body):
    """What to do with a conflict."""

    conflict: Annotated[str, Field(max_length=64)]
    action: ConflictAction
    person: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


def conflict_routes(router: APIRouter, workspace: Workspace) -> None:
    board = workspace.conflicts

    @router.get("/conflicts")
    def conflicts(identity: Owner) -> dict[str, Any]:
        """What the published articles disagree on today, with what was decided of it."""
        with refusing():
            found, states = board.found(), board.states()
        shown = [_conflict(one, states.get(one.id, UNDECIDED), found.snapshot) for one in found.conflicts[:MOST]]
        return {"as_of": found.day, "total": len(found.conflicts), "people": people(workspace.store, identity.name), "conflicts": shown}

    @router.post("/conflicts/decide")
    def decide(body: DecisionBody, identity: Owner) -> dict[str, Any]:
        """Give a conflict to somebody, dismiss it with a reason, or open it again."""
        decision = ConflictDecision(body.conflict, dt.datetime.now(dt.UTC), identity.name, body.action, body.person, body.reason)
        with refusing():
            return _state(board.decide(decision))

    @router.get("/parity")
    def parity() -> dict[str, Any]:
        """Articles beside what they translate, with what either says alone or otherwise."""
        with refusing():
            found, articles = board.parities(), workspace.services.answerer.snapshot.articles
        pairs = [
            {
                "original": _named(articles.get(one.original), one.original), "translation": _named(articles.get(one.translation), one.translation),
                "compared": one.compared, "disparities": [_disparity(disparity) for disparity in one.disparities],
            }
            for one in found
        ]  # fmt: skip
        return {"pairs": sorted(pairs, key=lambda pair: -len(pair["disparities"]))}


def _conflict(one: Conflict, state: ConflictState, snapshot: Snapshot) -> dict[str, Any]:
    sides = [_side(side, snapshot.articles[side.article]) for side in one.sides]
    return {"id": one.id, "likeness": round(one.likeness, 3), "sides": sides, **_state(state)}


def _side(side: Statement, article: Article) -> dict[str, Any]:
    start, end = side.span
    return {
        **_named(article, article.id), "section": side.section, "lines": list(side.lines), "quote": side.quote,
        "before": side.said[:start], "value": side.said[start:end], "after": side.said[end:],
    }  # fmt: skip


def _state(state: ConflictState) -> dict[str, Any]:
    history = [{"at": one.at, "by": one.by, "action": one.action, "person": one.person, "reason": one.reason} for one in state.history]
    return {"state": "dismissed" if state.dismissed else "open", "person": state.person, "history": history}


def _named(article: Article | None, name: str) -> dict[str, Any]:
    if article is None:
        return {"article": name, "file": None, "title": name, "lang": "", "owner": ""}
    return {"article": name, "file": article.file, "title": article.title, "lang": article.lang, "owner": article.owner}


def _disparity(one: Disparity) -> dict[str, Any]:
    return {
        "kind": one.kind, "original": _passage(one.original), "translation": _passage(one.translation),
        "original_says": one.original_says, "translation_says": one.translation_says,
    }  # fmt: skip


def _passage(passage: Passage | None) -> dict[str, Any] | None:
    return {"section": passage.section, "lines": list(passage.lines), "text": passage.text} if passage else None


__all__ = ["conflict_routes"]

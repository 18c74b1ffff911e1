"""What customers ask that the articles do not answer, and what agents change in the drafts of one article."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from ingest.authoring import difference
from kb.article_texts import version_of
from kb.insights.gaps import Topic, Why
from ui.api.bodies import AsOf
from ui.api.content_articles import refusing
from ui.api.problems import Refusal
from ui.begun_from import questions_of
from ui.gaps import MINED_DAYS, Miner, Standing, files_by_id, find, now, period_of, standing
from ui.services import Services
from ui.workspace import Workspace

LONGEST: Final = 400
"""Days of one look."""
SHOWN: Final = 40
"""Groups of one look."""

WAIT: Final = 20.0
"""Seconds for the looks before it: one at a time, for each may hold a hundred megabytes."""

First = Annotated[AsOf | None, Query(alias="from", description="First day; default: twelve weeks before the last.")]
Last = Annotated[AsOf | None, Query(alias="until", description="Last day; default: today by the clock.")]
Kind = Annotated[str | None, Query(max_length=40)]


def gaps_routes(router: APIRouter, workspace: Workspace) -> None:
    services, miner, alone = workspace.services, Miner(workspace.services), threading.Lock()

    @router.get("/gaps")
    def gaps(
        first: First = None, last: Last = None, why: Why | None = None, apart: Kind = None, limit: Annotated[int, Query(ge=1, le=400)] = SHOWN
    ) -> dict[str, Any]:
        """The period's gaps by meaning, the most frequent first; with `apart` the questions that no article should answer, of one kind."""
        if not alone.acquire(timeout=WAIT):
            raise Refusal(429, "another period is being looked at; try again in a minute", code="busy", headers={"retry-after": "30"})
        try:
            return gaps_shown(services, first, last, why, apart, limit)
        finally:
            alone.release()

    @router.get("/gaps/now")
    def gap_now(q: Annotated[str, Query(max_length=10_000, pattern=r"\S")]) -> dict[str, Any]:
        """Whether a question is answered by now, and the articles that come nearest."""
        found = now(services.answerer, q)
        with refusing():
            files = files_by_id(workspace.holdings().files)
        nearest = [{"article": id, "title": title, "file": files.get(id)} for id, title in found.nearest]
        return {"answered": found.answered, "nearest": nearest}

    @router.get("/begun-from")
    def begun_from(file: Annotated[str, Query(max_length=300)]) -> dict[str, Any]:
        """What customers asked when the article was begun."""
        return {"questions": questions_of(services.store, file)}

    @router.get("/mined")
    def mined(file: Annotated[str, Query(max_length=300)]) -> dict[str, Any]:
        """What agents change in drafts from one article, and what customers asked when it was begun."""
        with refusing():
            one = workspace.file(file)
            head, _ = workspace.head(file)
        text, found = one.text if head is None else head, miner.mined()
        shown, past = standing(found.changes.get(one.id, ()), text, version_of(text))
        return {
            "days": MINED_DAYS, "replies": found.replies, "cut": found.cut, "questions": questions_of(services.store, file), "past": past,
            "changes": [_change(each) for each in shown],
        }  # fmt: skip


def gaps_shown(services: Services, first: dt.date | None, last: dt.date | None, why: Why | None, apart: str | None, limit: int) -> dict[str, Any]:
    """What the page and `kb gaps --json` show."""
    period = period_of(services, first, last)
    if period.first > period.last:
        raise Refusal(422, "the first day is after the last")
    if (period.last - period.first).days >= LONGEST:
        raise Refusal(422, f"at most {LONGEST} days at a time")
    found = find(services, period, why, apart)
    return {
        "from": period.first, "until": period.last, "total": len(found.gaps.gaps), "chosen": len(found.chosen), "cut": found.gaps.cut,
        "why": {name: sum(name in gap.why for gap in found.gaps.gaps) for name in dict.fromkeys(name for gap in found.gaps.gaps for name in gap.why)},
        "apart": {kind: len(gaps) for kind, gaps in found.gaps.apart.items()}, "compared": found.clustering.compared, "joined": found.clustering.joined,
        "groups": len(found.topics), "topics": [_topic(topic) for topic in found.topics[:limit]],
    }  # fmt: skip


def _topic(topic: Topic) -> dict[str, Any]:
    return {**dataclasses.asdict(topic), "articles": list(topic.articles[:3])}


def _change(one: Standing) -> dict[str, Any]:
    """With the passage and what it would say, word by word, where that can be made out."""
    change = one.change
    pieces = [[piece.kind, piece.text] for piece in difference(change.passage.quote, change.proposed)] if change.proposed else []
    return {
        "kind": change.kind, "urgent": change.urgent, "line": one.line, "quote": change.passage.quote, "old": change.old, "new": change.new,
        "difference": pieces, "count": change.count, "people": change.people, "of": change.of,
        "examples": [{"answer": seen.answer, "at": seen.at, "question": seen.question, "drafted": seen.drafted, "sent": seen.sent} for seen in change.examples],
    }  # fmt: skip


__all__ = ["gaps_routes", "gaps_shown"]

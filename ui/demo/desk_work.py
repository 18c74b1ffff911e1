"""The demonstration's content work: some articles that were completed a while ago, and a conflict that was dismissed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from kb.article_texts import version_of
from kb.models import Article
from kb.snapshot import Snapshot
from kb.store import DEMO, ConflictDecision, Revision
from ui.conflicts import ConflictBoard
from ui.services import Services

OWNER: Final = f"{DEMO}ivy"
ARTICLES: Final = 3
_REASON: Final = "示範資料:這兩處說的不是同一件事 / demonstration data: these two are about different things"


def revisions(services: Services, now: dt.datetime, generator: random.Random) -> list[Revision]:
    """Two of each: without the last point that the article makes, then as it is. No article said otherwise than it does."""
    snapshot, found = services.answerer.snapshot, list[Revision]()
    public = sorted(
        (one for one in snapshot.articles.values() if one.audience == "public" and one.in_force(services.today())), key=lambda one: one.id
    )
    fit = [(one, text, before) for one in public if (text := snapshot.article_text(one.id)) and (before := _shorter(snapshot, one, text))]
    for number, (article, text, before) in enumerate(generator.sample(fit, min(ARTICLES, len(fit)))):
        first = now - dt.timedelta(days=40 + 3 * number)
        last = now - dt.timedelta(days=4 + 5 * number, hours=generator.randrange(12))
        old, new = version_of(before), version_of(text)
        found.append(Revision(article.file, first, OWNER, "publish", "示範 · demonstration", before, old, ""))
        found.append(Revision(article.file, last, OWNER, "publish", "示範:補上一點 · demonstration: one point added", text, new, old))
    return found


def decisions(services: Services, now: dt.datetime) -> list[ConflictDecision]:
    """The last conflict of the list, dismissed; nothing where there is none."""
    found = ConflictBoard(services).found().conflicts
    return [ConflictDecision(found[-1].id, now - dt.timedelta(days=3), OWNER, "dismiss", reason=_REASON)] if found else []


def _shorter(snapshot: Snapshot, article: Article, text: str) -> str | None:
    """Without its last paragraph or item; None where that would leave nothing."""
    points = [chunk for chunk in snapshot.chunks if chunk.article == article.id and chunk.kind != "row"]
    if len(points) < 2:
        return None
    first, last = points[-1].lines
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: first - 1], *lines[last:]])


__all__ = ["OWNER", "decisions", "revisions"]

"""Gaps and agents' edits as the owner's page and the command line show them: what the store holds beside what the articles say now."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from ingest.library import FileOnDisk
from kb.answerability import bundled_regression
from kb.insights.clusters import Clustering
from kb.insights.gaps import Gap, Gaps, Topic, Why, find_gaps, grouped, of_why, topics
from kb.insights.mining import Change, Mined, mine
from kb.models import REPLY_LANGUAGES
from kb.static_embedding import StaticEmbedder
from retriever.abstain import LEXICAL_THRESHOLD
from retriever.answer import Answerer
from retriever.phrases import PHRASES, phrase
from retriever.search import ranked_articles
from ui.services import Services

WEEKS: Final = 12
"""Looked at unless a period is given."""
FRESH_SECONDS: Final = 300.0
"""What was mined is shown again within that time."""
MINED_DAYS: Final = 90
_KINDS: Final = {
    phrase(name, lang): name.removeprefix("reason-")
    for name in PHRASES
    if name.startswith("reason-") and name != "reason-none"
    for lang in REPLY_LANGUAGES
}
"""An abstention's reason, as it is worded → why no article should answer such a question."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the shop's calendar; both belong to it."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """The second one does not belong to it."""
        since, until = (dt.datetime.combine(day, dt.time(), self.zone) for day in (self.first, self.last + dt.timedelta(days=1)))
        return since, until


@dataclass(frozen=True, slots=True)
class Found:
    """The gaps of a period, by meaning."""

    gaps: Gaps
    """All of the period."""
    chosen: tuple[Gap, ...]
    """Those that were grouped."""
    clustering: Clustering
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Now:
    """How a question fares with today's articles."""

    answered: bool
    nearest: tuple[tuple[str, str], ...]
    """(article, title), the best first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A change that agents make, where the article still says what they change."""

    change: Change
    line: int
    """Of the text that the owner would edit now."""


def period_of(services: Services, first: dt.date | None, last: dt.date | None) -> Period:
    """The last weeks unless days are given. Records are dated by the clock, whatever day the shop's demonstration stands at."""
    zone = ZoneInfo(services.answerer.snapshot.companions.shop.time_zone)
    end = last or dt.datetime.now(zone).date()
    return Period(first or end - dt.timedelta(days=7 * WEEKS - 1), end, zone)


def find(services: Services, period: Period, why: Why | None = None, apart: str | None = None) -> Found:
    """The period's gaps, or one kind of them. apart: those that no article should answer, of this kind, instead."""
    services.recorder.flush()
    answerer = services.answerer
    gaps = find_gaps(services.store, *period.moments, sure_from=sure_from(answerer), kinds=_KINDS)
    chosen = gaps.apart.get(apart, ()) if apart is not None else of_why(gaps, why).gaps
    clustering = grouped(chosen, static_embedder(answerer))
    return Found(gaps, chosen, clustering, topics(chosen, clustering, period.first, period.last, period.zone))


def sure_from(answerer: Answerer) -> float:
    """The confidence from which this shop's questions are answered."""
    if answerer.searcher.embedder is None:
        return LEXICAL_THRESHOLD
    own, fitted = answerer.snapshot.companions.shop.thresholds.abstain, bundled_regression()
    return 1 - (own if own is not None else fitted.threshold if fitted is not None else 0.5)


def static_embedder(answerer: Answerer) -> StaticEmbedder | None:
    """The bundled model where it is loaded already. Another model's cosines are on another scale than that which groups were measured on."""
    embedder = answerer.searcher.embedder
    return embedder if isinstance(embedder, StaticEmbedder) else None


def now(answerer: Answerer, question: str) -> Now:
    """Search as a customer's question is searched, without recording it."""
    query = answerer.searcher.understand(question)
    found = answerer.searcher.search(query)
    answered = not any(verdict.refuse for verdict in answerer.abstainer.judge(query, found))
    articles = answerer.snapshot.articles
    return Now(answered, tuple((id, articles[id].title) for id in ranked_articles(found, answerer.searcher)[:3]))


class Miner:
    """What agents change, of all articles at once; read anew after five minutes. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._mined: tuple[float, Mined] | None = None
        self._lock = threading.Lock()

    def mined(self) -> Mined:
        with self._lock:
            if self._mined is None or time.monotonic() - self._mined[0] > FRESH_SECONDS:
                until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
                found = mine(self._services.store, until - dt.timedelta(days=MINED_DAYS), until, static_embedder(self._services.answerer))
                self._mined = (time.monotonic(), found)
            return self._mined[1]


def standing(changes: tuple[Change, ...], text: str, version: str) -> tuple[list[Standing], int]:
    """(changes of what the text still says, how many others there were). text, version: of the article as its owner would edit it now."""
    found = [Standing(change, line) for change in changes if (line := _line(change, text, version))]
    return found, len(changes) - len(found)


def _line(change: Change, text: str, version: str) -> int:
    """From 1; 0 where the text no longer has the passage."""
    if change.passage.version == version:
        return change.passage.lines[0]
    at = text.find(change.passage.quote) if change.passage.quote else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def files_by_id(files: Mapping[str, FileOnDisk]) -> dict[str, str]:
    """Where each article lies."""
    return {one.id: one.file for one in files.values()}


__all__ = [
    "MINED_DAYS", "WEEKS", "Found", "Miner", "Now", "Period", "Standing", "files_by_id", "find", "now", "period_of", "standing", "static_embedder", "sure_from",
]  # fmt: skip

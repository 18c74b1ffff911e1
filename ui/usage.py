"""How often each article was cited lately, in which answers, and what agents said of them; counted from the store."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kb.store import Ask, Feedback, Store

DAYS: Final = 90
"""How far back is looked."""
MOST_ASKS: Final = 5_000
"""Of the newest answers, how many are looked at."""
MOST_CITATIONS: Final = 12
"""Of an article, how many are shown."""
FRESH_SECONDS: Final = 20.0
OFTEN: Final = 5
"""Citations from which an article counts as often cited."""
FEWEST_WRONG: Final = 2
WRONG_SHARE: Final = 0.3
"""Of the answers that cite an article and that somebody judged."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An answer that cites an article."""

    answer: str
    at: dt.datetime
    question: str
    lines: tuple[int, int]
    quote: str
    verdict: str
    """The latest that an agent gave: right, wrong, missing; '' where nobody did."""
    reason: str


@dataclass(frozen=True, slots=True)
class Use:
    """Of one article."""

    cited: int = 0
    """Answers that cite it."""
    rated: int = 0
    """Of those, how many an agent judged."""
    wrong: int = 0
    """Of those, how many were judged wrong or lacking."""
    citations: tuple[Citation, ...] = ()
    """The newest."""

    @property
    def disliked(self) -> bool:
        return self.cited >= OFTEN and self.wrong >= FEWEST_WRONG and self.wrong >= WRONG_SHARE * self.rated


@dataclass(frozen=True, slots=True)
class Usage:
    """Of all articles, by id."""

    answers: int
    """How many answers were looked at."""
    by_article: Mapping[str, Use] = field(default_factory=dict)

    def of(self, article: str) -> Use:
        return self.by_article.get(article, _NONE)


_NONE: Final = Use()


def count(asks: Sequence[Ask], feedback: Iterable[Feedback]) -> Usage:
    """asks: newest first. feedback: newest first; of an answer the latest counts."""
    verdicts: dict[str, Feedback] = {}
    for one in feedback:
        verdicts.setdefault(one.answer_id, one)
    citing: dict[str, list[Citation]] = defaultdict(list)
    for ask in asks:
        verdict = verdicts.get(ask.id)
        seen: set[str] = set()
        for source in ask.answer.get("sources") or []:
            article = str(source.get("article", ""))
            if article and article not in seen:
                seen.add(article)
                first, last = (*source.get("lines", (0, 0)), 0, 0)[:2]
                said = (verdict.verdict, verdict.reason) if verdict else ("", "")
                citing[article].append(Citation(ask.id, ask.at, ask.question, (first, last), str(source.get("quote", "")), *said))
    return Usage(len(asks), {article: _use(found) for article, found in citing.items()})


def _use(citations: Sequence[Citation]) -> Use:
    rated = sum(bool(one.verdict) for one in citations)
    wrong = sum(one.verdict in ("wrong", "missing") for one in citations)
    shown = sorted((one for one in citations if one.question), key=lambda one: one.verdict not in ("wrong", "missing"))[
        :MOST_CITATIONS
    ]  # stable: the newest first within each
    return Use(len(citations), rated, wrong, tuple(shown))


class UsageCounter:
    """Counts anew after some seconds. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: tuple[float, Usage] | None = None
        self._lock = threading.Lock()

    def usage(self) -> Usage:
        with self._lock:
            if self._counted is None or time.monotonic() - self._counted[0] > FRESH_SECONDS:
                since = dt.datetime.now(dt.UTC) - dt.timedelta(days=DAYS)
                asks = self._store.asks(since=since, limit=MOST_ASKS, erased=True)
                self._counted = (time.monotonic(), count(asks, self._store.feedback(since=since, limit=MOST_ASKS)))
            return self._counted[1]


__all__ = ["DAYS", "Citation", "Usage", "UsageCounter", "Use", "count"]

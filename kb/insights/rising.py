"""What customers ask most, grouped by meaning, and what they ask more often this week than in the weeks before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kb.insights.clusters import by_meaning
from kb.insights.intervals import RateRatio, rate_ratio
from kb.static_embedding import StaticEmbedder
from kb.store import Scope, Store
from kb.store.figures import QuestionRow

MOST_QUESTIONS: Final = 20_000
"""The newest so many questions are grouped."""
WEEK: Final = dt.timedelta(days=7)
BEFORE: Final = dt.timedelta(days=28)
"""What the last week of a period is compared with: the days just before it, whether they belong to the period or not."""
FEWEST: Final = 5
"""Questions of a week that make a group worth calling rising."""
MOST_EXAMPLES: Final = 4
_MASK: Final = re.compile(r"⟨\w+⟩")


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that ask the same."""

    question: str
    """The typical one."""
    lang: str
    count: int
    """In the period."""
    abstained: int
    """Of those."""
    week: int
    """In the period's last seven days."""
    before: int
    """In the 28 days before those."""
    change: RateRatio | None
    """Its share of all questions this week against its share before, so that a busy week makes nothing rise by itself."""
    languages: tuple[tuple[str, int], ...]
    """Of all its questions, the most frequent first."""
    examples: tuple[str, ...]
    """Other wordings, the most typical first."""

    @property
    def rising(self) -> bool:
        """More than chance explains, by the 95% interval of this group alone: among many groups one or the other rises by chance."""
        return self.change is not None and self.change.low > 1 and self.week >= FEWEST


@dataclass(frozen=True, slots=True)
class Topics:
    """A period's questions by meaning."""

    topics: tuple[Topic, ...]
    """Those asked in the period, the most frequent first."""
    questions: int
    """Of the period, that were grouped."""
    week: int
    """Questions of the last seven days."""
    before: int
    """Questions of the 28 days before."""
    week_from: dt.datetime
    cut: bool
    """Whether there were more than are read."""

    @property
    def rising(self) -> tuple[Topic, ...]:
        """The surest first."""
        found = [topic for topic in self.topics if topic.rising]
        return tuple(sorted(found, key=lambda topic: -(topic.change.low if topic.change else 0)))


def topics(store: Store, scope: Scope, embedder: StaticEmbedder | None = None) -> Topics:
    """Group the questions of the scope and of the weeks that its last week is compared with. embedder: the bundled model, where it is loaded."""
    week_from = _days_before(scope, WEEK)
    before_from = _days_before(scope, WEEK + BEFORE)
    rows = store.question_rows(dataclasses.replace(scope, since=min(scope.since, before_from)), MOST_QUESTIONS)
    weeks = (before_from, week_from)
    totals = _parts(rows, scope, weeks)
    clustering = by_meaning([_MASK.sub(" ", row.question) for row in rows], embedder=embedder)
    found = [_topic([rows[member] for member in cluster.members], scope, weeks, totals) for cluster in clustering.clusters]
    asked = sorted((topic for topic in found if topic.count), key=lambda topic: (-topic.count, topic.question))
    return Topics(tuple(asked), totals[0], totals[1], totals[2], week_from, len(rows) == MOST_QUESTIONS)


def _days_before(scope: Scope, days: dt.timedelta) -> dt.datetime:
    """The same time of the shop's clock so many days before the period's end, whether summer time began meanwhile or not."""
    return (scope.until.astimezone(scope.zone) - days).astimezone(dt.UTC)


def _parts(rows: Sequence[QuestionRow], scope: Scope, weeks: tuple[dt.datetime, dt.datetime]) -> tuple[int, int, int]:
    """(of the period, of the last week, of the weeks before)."""
    before_from, week_from = weeks
    return (
        sum(row.at >= scope.since for row in rows), sum(row.at >= week_from for row in rows), sum(before_from <= row.at < week_from for row in rows),
    )  # fmt: skip


def _topic(rows: Sequence[QuestionRow], scope: Scope, weeks: tuple[dt.datetime, dt.datetime], totals: tuple[int, int, int]) -> Topic:
    """rows: the most typical first."""
    count, week, before = _parts(rows, scope, weeks)
    wordings = list(dict.fromkeys(row.question.strip() for row in rows))
    return Topic(
        question=wordings[0], lang=rows[0].lang, count=count, abstained=sum(row.abstained for row in rows if row.at >= scope.since), week=week,
        before=before, change=rate_ratio(week, totals[1], before, totals[2]), languages=tuple(Counter(row.lang for row in rows).most_common()),
        examples=tuple(wordings[1 : MOST_EXAMPLES + 1]),
    )  # fmt: skip


__all__ = ["BEFORE", "FEWEST", "MOST_QUESTIONS", "WEEK", "Topic", "Topics", "topics"]

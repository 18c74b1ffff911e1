"""What the articles did not answer well: questions that ended badly, grouped by meaning, each group with its counts over time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from kb.comparison import mcnemar
from kb.insights.clusters import Clustering, by_meaning
from kb.insights.wording import likeness, without_marks, words
from kb.static_embedding import StaticEmbedder
from kb.store import Store
from kb.store.outcomes import PAGE, AnswerRow

Why = Literal["unanswered", "unsure", "wrong", "missing", "rewritten", "passed-over"]
"""unanswered: it abstained for want of an article. unsure: answered, but only just. wrong, missing: an agent's verdict. rewritten: most of the
draft was replaced. passed-over: the agent left the draft and wrote alone."""
WHYS: Final[tuple[Why, ...]] = get_args(Why)
MARGIN: Final = 0.1
"""Of confidence above the shop's threshold, within which an answer was given only just."""
HEAVY: Final = 0.5
"""Share of the words of draft and reply that the two do not have in common, from which a draft was rewritten."""
SOON: Final = dt.timedelta(minutes=30)
"""Within which an agent's own words count as the reply to the question before."""
MOST_ROWS: Final = 20_000
"""Of each way to end badly, the newest so many are read."""
MOST_EXAMPLES: Final = 8
CERTAIN: Final = 0.1
"""Two-sided p of the sign test between the halves of the period, below which a group rises or falls."""
_MASK = re.compile(r"⟨\w+⟩")


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that ended badly."""

    answer: AnswerRow
    why: tuple[Why, ...]
    """In the order of WHYS."""
    replies: tuple[str, ...] = ()
    """What agents sent instead."""
    said: tuple[str, ...] = ()
    """What agents said was wrong or missing."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """All gaps of a period, newest first."""

    gaps: tuple[Gap, ...]
    apart: Mapping[str, tuple[Gap, ...]]
    """Questions that no article should answer, by kind, the most frequent first; they are not among the gaps."""
    cut: bool
    """Whether there were more than are read."""


@dataclass(frozen=True, slots=True)
class Example:
    """One wording of a group's question."""

    answer: str
    """Id of the newest answer to it."""
    at: dt.datetime
    question: str
    lang: str
    why: tuple[Why, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Topic:
    """Gaps that ask the same."""

    question: str
    """The typical one."""
    lang: str
    count: int
    last: dt.datetime
    why: Mapping[Why, int]
    languages: Mapping[str, int]
    weeks: tuple[tuple[dt.date, int], ...]
    """(Monday, gaps) of every week of the period, the empty ones too."""
    trend: Literal["rising", "falling", "steady"]
    """The later half of the period against the earlier one, where a sign test tells them apart."""
    examples: tuple[Example, ...]
    """Different wordings, the most typical first."""
    replies: tuple[str, ...]
    """What agents sent instead, the newest first."""
    said: tuple[str, ...]
    articles: tuple[str, ...]
    """Articles that the drafts cited, the most cited first."""


@dataclass(slots=True)
class _Found:
    answer: AnswerRow
    why: set[Why] = field(default_factory=set)
    replies: dict[str, None] = field(default_factory=dict)
    said: dict[str, None] = field(default_factory=dict)


def find_gaps(store: Store, since: dt.datetime, until: dt.datetime, *, sure_from: float, kinds: Mapping[str, str]) -> Gaps:
    """Read the period's gaps. `since` belongs to it, `until` does not.

    sure_from: confidence from which answers are given at all; those less than MARGIN above it were given only just.
    kinds: the wording of an abstention's reason → why no article should answer such a question. Those are counted apart.
    """
    found: dict[str, _Found] = {}
    cut = False

    def rows(read: Callable[..., list[Any]], *more: Any) -> list[Any]:
        nonlocal cut
        taken, full = _pages(read, since, until, *more)
        cut = cut or full
        return taken

    def note(answer: AnswerRow, why: Why | None) -> _Found:
        one = found.setdefault(answer.id, _Found(answer))
        if why is not None:
            one.why.add(why)
        return one

    for answer in rows(store.unanswered_rows, sure_from + MARGIN):
        note(answer, "unanswered" if answer.abstained else "unsure")
    for judged in rows(store.judged_rows):
        one = note(judged.answer, "wrong" if judged.verdict == "wrong" else "missing")
        one.said.update({judged.reason: None} if judged.reason else {})
    for replied in [*rows(store.replied_rows), *rows(store.unsent_rows)]:
        if replied.answer.abstained or _rewritten(replied.drafted, replied.text):
            one = note(replied.answer, "unanswered" if replied.answer.abstained else "rewritten")
            one.replies.update({without_marks(replied.text): None} if replied.sent else {})
    for answer, at, text in rows(store.passed_over_rows):
        if at - answer.at <= SOON:
            note(answer, "passed-over").replies[text] = None
    return _sorted_out(found, kinds, cut)


def topics(gaps: Sequence[Gap], clustering: Clustering, first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[Topic, ...]:
    """One topic for each group, the largest first. first, last: days of the period, in the shop's own zone."""
    made = [_topic([gaps[member] for member in cluster.members], first, last, zone) for cluster in clustering.clusters]
    return tuple(sorted(made, key=lambda topic: (-topic.count, -topic.last.timestamp(), topic.question)))


def grouped(gaps: Sequence[Gap], embedder: StaticEmbedder | None = None) -> Clustering:
    """The gaps by what they ask; personal data that was masked says nothing about that."""
    return by_meaning([_MASK.sub(" ", gap.answer.question) for gap in gaps], embedder=embedder)


def _pages(read: Callable[..., list[Any]], since: dt.datetime, until: dt.datetime, *more: Any) -> tuple[list[Any], bool]:
    """(rows, whether there are more)."""
    rows: list[Any] = []
    while len(rows) < MOST_ROWS:
        page = read(since, until, *more, limit=PAGE, offset=len(rows))
        rows += page
        if len(page) < PAGE:
            return rows, False
    return rows, True


def _rewritten(drafted: str, text: str) -> bool:
    old, new = words(without_marks(drafted)), words(without_marks(text))
    return likeness(old, new, least=1 - HEAVY) <= 1 - HEAVY


def _sorted_out(found: Mapping[str, _Found], kinds: Mapping[str, str], cut: bool) -> Gaps:
    gaps, apart = list[Gap](), defaultdict[str, list[Gap]](list)
    for one in sorted(found.values(), key=lambda one: (one.answer.at, one.answer.id), reverse=True):
        kind = kinds.get(one.answer.reason, "") if one.answer.abstained else ""
        gap = Gap(one.answer, tuple(name for name in WHYS if name in one.why), tuple(one.replies), tuple(one.said))
        if one.answer.question.strip():
            (apart[kind] if kind else gaps).append(gap)
    by_number = sorted(apart.items(), key=lambda item: (-len(item[1]), item[0]))
    return Gaps(tuple(gaps), {kind: tuple(these) for kind, these in by_number}, cut)


def _topic(gaps: Sequence[Gap], first: dt.date, last: dt.date, zone: ZoneInfo) -> Topic:
    """gaps: the most typical first."""
    newest = sorted(gaps, key=lambda gap: gap.answer.at, reverse=True)
    days = [gap.answer.at.astimezone(zone).date() for gap in gaps]
    why, articles = Counter(name for gap in gaps for name in gap.why), Counter(name for gap in gaps for name in gap.answer.articles)
    return Topic(
        question=gaps[0].answer.question, lang=gaps[0].answer.lang, count=len(gaps), last=newest[0].answer.at,
        why={name: why[name] for name in WHYS if why[name]}, languages=dict(Counter(gap.answer.lang for gap in gaps).most_common()),
        weeks=_weeks(days, first, last), trend=_trend(days, first, last), examples=_examples(gaps),
        replies=tuple(dict.fromkeys(text for gap in newest for text in gap.replies))[:MOST_EXAMPLES],
        said=tuple(dict.fromkeys(text for gap in newest for text in gap.said))[:MOST_EXAMPLES],
        articles=tuple(article for article, _ in articles.most_common()),
    )  # fmt: skip


def _weeks(days: Sequence[dt.date], first: dt.date, last: dt.date) -> tuple[tuple[dt.date, int], ...]:
    counts = Counter(_monday(day) for day in days)
    return tuple(
        (monday, counts[monday])
        for week in range((_monday(last) - _monday(first)).days // 7 + 1)
        for monday in [_monday(first) + dt.timedelta(weeks=week)]
    )


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _trend(days: Sequence[dt.date], first: dt.date, last: dt.date) -> Literal["rising", "falling", "steady"]:
    """Halves of the same length: of an odd number of days the one in the middle belongs to neither."""
    half = ((last - first).days + 1) // 2
    earlier, later = sum((day - first).days < half for day in days), sum((last - day).days < half for day in days)
    if earlier == later or mcnemar(later, earlier) >= CERTAIN:
        return "steady"
    return "rising" if later > earlier else "falling"


def _examples(gaps: Sequence[Gap]) -> tuple[Example, ...]:
    by_text: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        by_text[gap.answer.question.strip()].append(gap)
    made = []
    for text, same in list(by_text.items())[:MOST_EXAMPLES]:
        newest = max(same, key=lambda gap: gap.answer.at)
        why = tuple(name for name in WHYS if any(name in gap.why for gap in same))
        made.append(Example(newest.answer.id, newest.answer.at, text, newest.answer.lang, why, len(same)))
    return tuple(made)


def of_why(found: Gaps, why: Why | None) -> Gaps:
    """Only those that ended so badly in this way."""
    return found if why is None else dataclasses.replace(found, gaps=tuple(gap for gap in found.gaps if why in gap.why))


__all__ = [
    "HEAVY", "MARGIN", "SOON", "WHYS", "Example", "Gap", "Gaps", "Topic", "Why", "find_gaps", "grouped", "of_why", "topics",
]  # fmt: skip

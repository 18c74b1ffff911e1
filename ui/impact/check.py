"""Build the candidate beside what is published, ask both every question, and say what differs. Nothing is written."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.candidate import changed, changed_beside
from kb.embedding import Embedder
from kb.models import Answer
from kb.snapshot import Snapshot
from retriever.answer import Answerer
from ui.impact.asked import Asked
from ui.impact.changes import SORTS, Change, Sort, compare, is_judged, is_right
from ui.impact.facts import Disagreement, Find, disagreements

MOST_DAYS: Final = 3
"""Days to come that a check looks at beside the day itself."""
PAUSE: Final = 0.0005
"""Seconds between two questions, so that agents who ask meanwhile have their turn."""
MOST_KEPT: Final = 3_000
"""Answers of what is published."""

Make = Callable[[Snapshot, Embedder | None], Snapshot]
"""Makes the candidate from what is published."""
Progress = tuple[int, int]
"""(answers compared, answers in all)."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a publish would change."""

    articles: tuple[str, ...]
    """Ids of the articles that differ."""
    beside: tuple[str, ...]
    """Files beside the articles that differ: a publish takes them along."""
    days: tuple[dt.date, ...]
    """Whose rules were asked for: the day itself first, then those on which something begins or ends."""
    later: int
    """Such days that were left out."""
    compared: int
    """Answers: questions times days."""
    golden: int
    """Of them, those that a golden question judges."""
    right_before: int
    right_after: int
    changes: tuple[Change, ...]
    """What matters most first."""
    coming: tuple[Disagreement, ...]
    """Facts in conflict that were none before."""
    going: tuple[Disagreement, ...]
    """Facts in conflict that are none any more."""
    seconds: float

    @property
    def counts(self) -> Mapping[Sort, int]:
        """Changes of each sort; one may be of several."""
        counted = Counter(sort for one in self.changes for sort in one.sorts)
        return {sort: counted[sort] for sort in SORTS if counted[sort]}

    @property
    def answers_changed(self) -> int:
        return sum(one.counts for one in self.changes)


class LiveAnswers:
    """What is published answers to questions that every check asks again; kept until something else is published."""

    def __init__(self) -> None:
        self._of = ""
        self._known: dict[tuple[object, ...], Answer] = {}

    def of(self, live: Answerer, asked: Asked, day: dt.date) -> Answer:
        if self._of != live.snapshot.id or len(self._known) >= MOST_KEPT:
            self._of, self._known = live.snapshot.id, {}
        key = (asked.text, asked.history, asked.asker, asked.lang, day)
        if key not in self._known:
            self._known[key] = asked.ask(live, day)
        return self._known[key]


def check(
    live: Answerer, make: Make, asked: Sequence[Asked], day: dt.date, find: Find | None = None,
    kept: LiveAnswers | None = None,
) -> Generator[Progress, None, Impact]:  # fmt: skip
    """Compares answer by answer, and tells after each how far it is. Closed early, it stops there and lets everything go.

    live: what agents are answered from. day: whose rules hold for questions that name no day. find: of facts in conflict; None: they are not
    looked for. kept: of earlier checks. Raises ContentError where there can be no candidate.
    """
    started, kept = time.perf_counter(), kept or LiveAnswers()
    embedder = live.searcher.embedder
    candidate = Answerer(make(live.snapshot, embedder), embedder, before=live)
    days, later = days_to_ask(live.snapshot, candidate.snapshot, day)
    rounds = _rounds(asked, days)
    changes: list[Change] = []
    golden = right_before = right_after = 0
    yield 0, len(rounds)
    coming, going = disagreements(find, live.snapshot, candidate.snapshot, days) if find else ((), ())
    for number, (one, on) in enumerate(rounds, 1):
        before, after = kept.of(live, one, on), one.ask(candidate, on)
        if (change := compare(one, on, before, after, candidate.snapshot)) is not None:
            changes.append(change)
        if is_judged(one, on):
            golden += 1
            right_before, right_after = right_before + is_right(one, on, before), right_after + is_right(one, on, after)
        yield number, len(rounds)
        time.sleep(PAUSE)
    return Impact(
        articles=changed(live.snapshot, candidate.snapshot), beside=changed_beside(live.snapshot, candidate.snapshot), days=days, later=later,
        compared=len(rounds), golden=golden, right_before=right_before, right_after=right_after,
        changes=tuple(sorted(changes, key=lambda one: one.rank)), coming=coming, going=going, seconds=time.perf_counter() - started,
    )  # fmt: skip


def days_to_ask(before: Snapshot, after: Snapshot, day: dt.date) -> tuple[tuple[dt.date, ...], int]:
    """(the day, and the next on which a changed article begins, or the first after it ends; how many more there are)."""
    coming: set[dt.date | None] = set()
    for name in changed(before, after):
        old, new = before.articles.get(name), after.articles.get(name)
        if new is not None:
            coming.add(new.valid_from)
            if new.valid_until is not None and (old is None or old.valid_until != new.valid_until):
                coming.add(new.valid_until + dt.timedelta(days=1))
        if old is not None and (new is None or new.valid_from != old.valid_from):
            coming.add(old.valid_from)  # what was to begin then
    found = sorted(one for one in coming if one is not None and one > day)
    return (day, *found[:MOST_DAYS]), max(0, len(found) - MOST_DAYS)


def _rounds(asked: Sequence[Asked], days: Sequence[dt.date]) -> list[tuple[Asked, dt.date]]:
    """Each question with each day; one with a day of its own on that day in the place of the first."""
    first, *coming = days
    rounds = [(one, one.as_of or first) for one in asked]
    return rounds + [(one, day) for day in coming for one in asked if one.as_of != day]


__all__ = ["MOST_DAYS", "Impact", "LiveAnswers", "Make", "Progress", "check", "days_to_ask"]

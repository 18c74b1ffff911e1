"""Two runs of one question set side by side: which answers broke, which citations moved, and whether a figure's change is more than chance.

Both runs are scored with today's expectations, so that mending a question does not look like mending an answer. A question whose message
was reworded between the runs was asked otherwise and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.evaluation import Judgement, judge
from kb.questions import Question

RESAMPLES = 2000
"""Of the questions, with replacement, for an interval."""
_SEED = 20
MEASURES: Mapping[str, tuple[str, str]] = {
    "right": ("right", "n"), "sendable": ("sendable", "n"), "clean": ("clean", "n"), "r1": ("r1", "ranked"), "r5": ("r5", "ranked"),
    "mrr": ("mrr", "ranked"), "false_answer": ("false_answer", "should_abstain"), "false_refusal": ("abstained_wrong", "answerable"),
    "disclaimers": ("disclaimers", "n"), "ungrounded": ("ungrounded", "n"),
}  # fmt: skip
"""Measure → (what is counted, out of what): names of figures. All but the last but one of each pair are 0 or 1 a question."""
BETTER_LOW = frozenset({"false_answer", "false_refusal", "confused", "unsupported", "ungrounded", "disclaimer_not_in_text", "missing"})
"""Figures of a summary of which less is better."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cited:
    """One source of an answer."""

    article: str
    lines: tuple[int, int]
    """First and last, from 1; (0, 0) where the answer does not say."""
    quote: str

    def __str__(self) -> str:
        first, last = self.lines
        return self.article if not first else f"{self.article}:{first}" if first == last else f"{self.article}:{first}-{last}"


@dataclass(frozen=True, slots=True)
class Change:
    """One question answered otherwise than before."""

    before: Judgement
    now: Judgement
    cited_before: tuple[Cited, ...]
    cited_now: tuple[Cited, ...]

    @property
    def question(self) -> Question:
        return self.now.question

    @property
    def broke(self) -> bool:
        return _good(self.before) > _good(self.now)

    @property
    def mended(self) -> bool:
        return _good(self.before) < _good(self.now)

    @property
    def other_sources(self) -> bool:
        """Whether it rests on other sentences than before."""
        return {(one.article, one.quote) for one in self.cited_before} != {(one.article, one.quote) for one in self.cited_now}

    @property
    def moved(self) -> bool:
        """Whether the same sentences stand elsewhere: in other lines."""
        return not self.other_sources and set(self.cited_before) != set(self.cited_now)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and now."""

    name: str
    before: float
    now: float
    low: float
    high: float
    """95% interval of the difference, by the paired bootstrap over questions."""
    gained: int
    lost: int
    """Questions that count now and did not before, and the other way round."""
    p: float
    """McNemar's exact test: how often chance alone gives a split of gained and lost as uneven as this one."""

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def beyond_chance(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def better(self) -> bool | None:
        """Whether a change beyond chance is for the better; None within chance."""
        return (self.change < 0) == (self.name in BETTER_LOW) if self.beyond_chance else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of an earlier run."""

    compared: int
    """Questions that both runs answered in the same wording."""
    left_out: tuple[str, ...]
    """Ids of today's questions that the earlier run did not hold, or in other words."""
    broken: tuple[Change, ...]
    """Those that are no longer right first, then those that are no longer clean."""
    mended: tuple[Change, ...]
    reworded: tuple[Change, ...]
    """As right or wrong as before, with another draft or other sources."""
    moved: tuple[Change, ...]
    """The same draft from the same sentences, which stand in other lines."""
    differences: tuple[Difference, ...]


def compare(questions: Sequence[Question], before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> Comparison:
    """Two runs' answers by question id, scored with these questions. Pure: the resampling has a fixed seed."""
    shared = [one for one in questions if one.id in now and one.id in before and before[one.id].get("question", one.text) == one.text]
    changes = [
        Change(judge(one, before[one.id]), judge(one, now[one.id]), cited(before[one.id]), cited(now[one.id])) for one in shared
    ]  # fmt: skip
    level = [one for one in changes if not one.broke and not one.mended]
    reworded = [one for one in level if one.other_sources or one.before.draft != one.now.draft]
    kept = {one.id for one in shared}
    return Comparison(
        compared=len(shared), left_out=tuple(one.id for one in questions if one.id not in kept),
        broken=tuple(sorted((one for one in changes if one.broke), key=lambda one: _good(one.now))),
        mended=tuple(one for one in changes if one.mended), reworded=tuple(reworded),
        moved=tuple(one for one in level if one.moved and one not in reworded),
        differences=differences([one.before for one in changes], [one.now for one in changes]),
    )  # fmt: skip


def cited(answer: Mapping[str, Any]) -> tuple[Cited, ...]:
    """The sources of an answer object."""
    found = []
    for source in answer.get("sources") or []:
        first, last = (source.get("lines") or (0, 0))[:2]
        found.append(Cited(str(source["article"]), (int(first), int(last)), str(source.get("quote") or "")))
    return tuple(found)


def differences(before: Sequence[Judgement], now: Sequence[Judgement]) -> tuple[Difference, ...]:
    """The change of each measure over the same questions, in the same order."""
    if not before:
        return ()
    weights = np.random.default_rng(_SEED).multinomial(len(before), np.full(len(before), 1 / len(before)), size=RESAMPLES)
    found = []
    for name, (counted, base) in MEASURES.items():
        old, new, out_of = (_column(run, figure) for run, figure in ((before, counted), (now, counted), (now, base)))
        if not out_of.any():
            continue
        totals = weights @ out_of
        drawn = (weights @ (new - old))[totals > 0] / totals[totals > 0]
        low, high = np.percentile(drawn, [2.5, 97.5])
        gained, lost = int((new > old).sum()), int((new < old).sum())
        total = out_of.sum()
        found.append(
            Difference(name, float(old.sum() / total), float(new.sum() / total), float(low), float(high), gained, lost, mcnemar(gained, lost))
        )
    return tuple(found)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p of McNemar's test: the sign test over the questions that changed."""
    changed = gained + lost
    tail = sum(math.comb(changed, k) for k in range(min(gained, lost) + 1))
    return float(min(1.0, 2 * tail / 2**changed))


def _column(judgements: Sequence[Judgement], figure: str) -> Floats:
    if figure == "false_answer":  # what should have been refused and was not
        return _column(judgements, "should_abstain") - _column(judgements, "abstained_right")
    return np.array([one.figures.get(figure, 0.0) for one in judgements])


def _good(judgement: Judgement) -> tuple[float, float]:
    """Right first, then free of a neighbour's value."""
    return judgement.figures.get("right", 0.0), judgement.figures.get("clean", 0.0)


__all__ = ["BETTER_LOW", "Change", "Cited", "Comparison", "Difference", "cited", "compare", "differences", "mcnemar"]

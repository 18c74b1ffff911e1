"""A golden question as an exercise: what a trainee's reply should hold, point by point, each beside the article's sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kb.evaluation import CHAT_LENGTH, CHAT_LENGTH_CHINESE, stands_in
from kb.models import Doubt, Language, ReplyLanguage, Source
from kb.quantities import read, supported
from kb.questions import Question
from kb.text import detect, normalise

PointKind = Literal["fact", "neighbour", "disclaimer", "checks", "holding", "language", "length", "time"]
WEIGHTS: Mapping[PointKind, int] = {
    "fact": 30, "neighbour": 10, "disclaimer": 15, "checks": 20, "holding": 50, "language": 10, "length": 5, "time": 5,
}  # fmt: skip
"""Of one point of each kind; a score is the share of the weights that were reached."""
MUST: frozenset[PointKind] = frozenset({"fact", "neighbour", "disclaimer", "checks", "holding", "language"})
"""Without which no reply passes."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    kind: PointKind
    detail: str
    """What exactly: the fact, the disclaimer's text, the seconds."""
    passed: bool
    quote: str = ""
    """The article's sentence; empty where none says it."""
    where: str = ""
    """Article and line of the quote."""
    problems: tuple[str, ...] = ()
    """What the checks doubt."""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "detail": self.detail, "passed": self.passed, "quote": self.quote, "where": self.where, "problems": list(self.problems),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """How a reply went."""

    score: int
    """0..100."""
    passed: bool
    points: tuple[Point, ...]


def score(
    question: Question, reply: str, seconds: float, target_s: float, doubts: Sequence[Doubt], evidence: Sequence[Source], disclaimers: Mapping[str, str]
) -> Score:  # fmt: skip
    """Score a reply.

    doubts: what the checks say of it, held to `evidence`, the passages of the expected articles. disclaimers: id → the text
    that is required, in the reply's language.
    """
    expect = question.expect
    points = [Point("holding", "", not doubts and not _states_anything_new(reply, question.text))] if expect.abstain else []
    points += [_fact(group, reply, evidence) for group in expect.must_include]
    points += [Point("neighbour", one, False, *_quoted(one, evidence)) for one in expect.must_not_include if stands_in(one, reply)]
    points += [Point("disclaimer", text, normalise(text) in normalise(reply)) for text in disclaimers.values()]
    if not expect.abstain:
        points.append(Point("checks", "", not doubts, problems=tuple(doubt.message for doubt in doubts)))
    body = reply
    for text in disclaimers.values():
        body = body.replace(text, "")
    points.append(Point("language", "", _same_language(question.lang, body)))
    points.append(Point("length", str(len(body.strip())), 0 < len(body.strip()) <= CHAT_LENGTH.get(question.lang, CHAT_LENGTH_CHINESE)))
    points.append(Point("time", f"{seconds:.0f}", seconds <= target_s))
    reached = sum(WEIGHTS[point.kind] for point in points if point.passed)
    passed = bool(reply.strip()) and all(point.passed for point in points if point.kind in MUST)
    return Score(round(100 * reached / sum(WEIGHTS[point.kind] for point in points)), passed, tuple(points))


def _fact(group: Sequence[str], reply: str, evidence: Sequence[Source]) -> Point:
    """Any of the wordings, or the same quantities in other words (兩星期 for 14 日)."""
    said = read(reply)
    passed = any(stands_in(one, reply) or (bool(wanted := read(one)) and all(supported(quantity, said) for quantity in wanted)) for one in group)
    quote, where = next(((quote, where) for one in group for quote, where in [_quoted(one, evidence)] if quote), ("", ""))
    return Point("fact", group[0], passed, quote, where)


def _quoted(wording: str, evidence: Sequence[Source]) -> tuple[str, str]:
    source = next((one for one in evidence if stands_in(wording, one.quote)), None)
    return (source.quote, f"{source.article}:{source.lines[0]}") if source else ("", "")


def _states_anything_new(reply: str, question: str) -> bool:
    known = read(question)
    return any(not supported(quantity, known) for quantity in read(reply) if any(char.isdigit() for char in reply[slice(*quantity.span)]))


def _same_language(asked: Language, reply: str) -> bool:
    """Cantonese may be answered in Cantonese or in written Traditional Chinese."""
    if not reply.strip():
        return False
    default: ReplyLanguage = "zh-Hant" if asked == "yue" else asked  # where the characters tell nothing
    answered = detect([reply], default)
    traditional = {"zh-Hant", "yue"}
    return answered == asked or (answered in traditional and asked in traditional)


__all__ = ["MUST", "WEIGHTS", "Point", "Score", "score"]

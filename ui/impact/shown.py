"""What a check found, as JSON: for the page and for `kb impact --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.authoring import difference
from kb.models import Answer
from ui.golden import reasons
from ui.impact.asked import Asked
from ui.impact.changes import Change
from ui.impact.check import Impact
from ui.impact.facts import Disagreement


def impact_shown(impact: Impact, asked: Sequence[Asked], files: Mapping[str, str], most: int) -> dict[str, Any]:
    """Everything, with the first `most` changes. files: path below articles/ of each published article, by id."""
    return {
        "articles": list(impact.articles), "beside": list(impact.beside), "days": [day.isoformat() for day in impact.days], "later": impact.later, "compared": impact.compared,
        "questions": len(asked), "real": sum(one.golden is None for one in asked),
        "golden": {"judged": impact.golden, "right_before": impact.right_before, "right_after": impact.right_after},
        "changed": impact.answers_changed, "counts": dict(impact.counts), "listed": len(impact.changes), "seconds": round(impact.seconds, 2),
        "coming": [_disagreement_shown(one) for one in impact.coming], "going": [_disagreement_shown(one) for one in impact.going],
        "changes": [change_shown(one, files) for one in impact.changes[:most]],
    }  # fmt: skip


def change_shown(change: Change, files: Mapping[str, str]) -> dict[str, Any]:
    asked, before, after = change.asked, change.before, change.after
    return {
        "name": asked.name, "golden": asked.golden is not None, "question": asked.text, "turns": len(asked.history), "asker": asked.asker,
        "times": asked.times, "day": change.day.isoformat(), "sorts": list(change.sorts), "why": reasons(change.judgement) if change.judgement else [], "gone": list(change.gone),
        "new": list(change.new), "difference": [[piece.kind, piece.text] for piece in difference(before.draft, after.draft)],
        "before": _answer_shown(before, files), "after": _answer_shown(after, files),
    }  # fmt: skip


def _answer_shown(answer: Answer, files: Mapping[str, str]) -> dict[str, Any]:
    sources = [
        {"n": one.n, "article": one.article, "file": files.get(one.article), "title": one.title, "lines": list(one.lines), "quote": one.quote}
        for one in answer.sources
    ]
    return {"abstain": answer.abstain, "reason": answer.reason, "sources": sources, "conflicts": len(answer.conflicts)}


def _disagreement_shown(one: Disagreement) -> dict[str, Any]:
    sides = [
        {"article": side.article, "title": side.title, "file": side.file, "lines": list(side.lines), "said": list(side.said)} for side in one.sides
    ]
    return {"day": one.day.isoformat(), "sides": sides}


__all__ = ["impact_shown"]

"""A run as one self-contained page: figures, charts, every miss with its reason, and what changed since an earlier run.

Questions, drafts and articles are data: the template escapes all of it, and the page's policy lets nothing in but its own style and script,
which it names by their hashes.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kb.comparison import Change, Comparison, cited
from kb.evaluation import CAUSES, COLUMNS, Judgement, summary, totals
from ui.charts import Bar, bars
from ui.evaluation import Earlier, Run

_HERE = Path(__file__).parent
TILES = (
    ("right", "Right", "abstains where it should; else cites the right articles and holds what was asked for and the disclaimers"),
    ("sendable", "Sendable", "right, and short enough for a chat"),
    ("clean", "Clean", "right, and without a neighbour's value"),
    ("false_answer", "False answers", "of what no article answers, how much is answered all the same"),
    ("false_refusal", "False refusals", "of what an article answers, how much is refused"),
    ("abstain_f1", "Abstain F1", "both kinds of mistake in one figure"),
    ("r1", "Article first", "the right article stands first in the search"),
    ("r5", "Article in five", "the right article stands among the first five"),
    ("disclaimers", "Disclaimers", "every expected disclaimer is there"),
    ("ungrounded", "Ungrounded", "answers with a number that no source holds"),
)
"""Figure of the summary, its name for people, what it means."""
LABELS = {name: label for name, label, _ in TILES} | {"mrr": "Reciprocal rank"}
_COUNTS = frozenset({"ungrounded"})
_SAID_BY_CAUSE = frozenset({"answered what no article answers", "abstained from an answerable question", "no answer"})
"""Reasons that say no more than the name of the cause."""
_ALTERNATIVES = 4
"""Of the wordings that would do, how many are shown."""
_PIECES = re.compile(r"[A-Za-z0-9.,:%/-]+|\s+|.", re.S)


def page(run: Run, earlier: Earlier | None = None, comparison: Comparison | None = None) -> str:
    """The report as HTML."""
    style, script = ((_HERE / "static" / f"evaluation.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    missed = [_miss(one, run.answers.get(one.question.id) or {}) for one in run.judgements if one.causes]
    counts = Counter(cause for one in missed for cause in one["causes"])
    rendered: str = _template().render(
        run=run, earlier=earlier, comparison=comparison, CAUSES=CAUSES, LABELS=LABELS, n=len(run.judgements),
        style=Markup(style), script=Markup(script), policy=policy(style, script),
        tiles=_tiles(run.judgements, comparison), kinds=_groups(run.judgements, "kind"), languages=_groups(run.judgements, "lang"),
        charts=_charts(run.judgements, comparison, counts), columns=[name for name, _ in COLUMNS], rows=_rows(run.judgements),
        misses=missed, counts=counts, changes=_changes(comparison) if comparison else (),
    )  # fmt: skip
    return rendered


def policy(style: str, script: str) -> str:
    """The page's content-security policy: nothing from anywhere, its own style and script by hash."""
    own = {name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for name, text in (("style", style), ("script", script))}
    return f"default-src 'none'; style-src 'sha256-{own['style']}'; script-src 'sha256-{own['script']}'; base-uri 'none'; form-action 'none'"


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "percent": lambda share: f"{share:.0%}",
        "points": _points,
        "html_lang": lambda lang: "zh-Hant" if lang == "yue" else lang,
    }
    return environment.get_template("evaluation.html")


def _points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{difference * 100:+.1f}".replace("-", "\u2212")


def _tiles(judgements: Sequence[Judgement], comparison: Comparison | None) -> list[dict[str, object]]:
    figures = summary(judgements)
    changed = {one.name: one for one in comparison.differences if one.name not in _COUNTS} if comparison else {}
    return [
        {
            "name": label, "meaning": meaning, "difference": changed.get(name),
            "value": f"{figures[name]:.0f}" if name in _COUNTS else f"{figures[name]:.2f}" if name == "abstain_f1" else f"{figures[name]:.1%}",
        }
        for name, label, meaning in TILES
    ]  # fmt: skip


def _groups(judgements: Sequence[Judgement], by: str) -> list[str]:
    return sorted({str(getattr(one.question, by)) for one in judgements})


def _charts(judgements: Sequence[Judgement], comparison: Comparison | None, causes: Counter[str]) -> list[dict[str, object]]:
    """By kind and by language: how many are right. By cause: how many miss."""
    changes = (*comparison.broken, *comparison.mended) if comparison else ()
    charts: list[dict[str, object]] = []
    for by, title in (("kind", "Right, by kind of question"), ("lang", "Right, by language")):
        rows = []
        for group in _groups(judgements, by):
            members = [one for one in judgements if getattr(one.question, by) == group]
            right = sum(one.figures.get("right", 0.0) for one in members)
            # what the earlier run had right of the same questions: those that did not change are right or wrong in both
            gone = sum(one.before.figures["right"] - one.now.figures["right"] for one in changes if getattr(one.question, by) == group)
            before = (right + gone) / len(members) if comparison and not _left_out(comparison, members) else None
            rows.append(Bar(group, right, len(members), before))
        charts.append({"title": title, "svg": Markup(bars(title, sorted(rows, key=lambda row: row.counted / row.total)))})
    rows = [Bar(CAUSES[name], causes[name], len(judgements)) for name in CAUSES if causes[name]]
    if rows:
        title = "Why answers miss"
        charts.append({"title": title, "svg": Markup(bars(title, sorted(rows, key=lambda row: -row.counted), interval=False))})
    return charts


def _left_out(comparison: Comparison, members: Sequence[Judgement]) -> bool:
    return any(one.question.id in comparison.left_out for one in members)


def _rows(judgements: Sequence[Judgement]) -> list[list[str]]:
    """The table by kind and language: a label, the number of questions, a percentage a column ('' where nothing is counted)."""
    return [
        [key, f"{c['n']:.0f}", *(f"{c[name] / c[base]:.0%}" if c[base] else "" for name, base in COLUMNS)] for key, c in totals(judgements).items()
    ]  # fmt: skip


def _miss(judgement: Judgement, answer: Mapping[str, Any]) -> dict[str, Any]:
    """A question that is not answered as it should be, as the template shows it."""
    expect = judgement.question.expect
    return {
        "question": judgement.question, "causes": judgement.causes, "why": [one for one in judgement.misses if one not in _SAID_BY_CAUSE], "draft": judgement.draft,
        "abstain": bool(answer.get("abstain")), "reason": answer.get("reason"), "confidence": answer.get("confidence"),
        "sources": _sources(answer), "nearest": [one.get("article", "") for one in answer.get("nearest") or []],
        "articles": [*expect.articles.all_of, *expect.articles.any_of],
        "wanted": [" / ".join(group[:_ALTERNATIVES]) + (" / …" if len(group) > _ALTERNATIVES else "") for group in expect.must_include],
        "disclaimers": expect.disclaimers,
    }  # fmt: skip


def _sources(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"n": source.get("n", number), "title": source.get("title") or "", "place": str(place), "quote": place.quote}
        for number, (source, place) in enumerate(zip(answer.get("sources") or [], cited(answer), strict=True), 1)
    ]  # fmt: skip


def _changes(comparison: Comparison) -> list[dict[str, Any]]:
    """The lists of changed answers, the worst first."""
    lists = (
        ("Broke", "right or clean before, not now", comparison.broken),
        ("Mended", "right or clean now, not before", comparison.mended),
        ("Another draft", "as right or wrong as before, in other words or from other sentences", comparison.reworded),
        ("Moved citations", "the same draft from the same sentences, which stand in other lines", comparison.moved),
    )
    return [{"name": name, "meaning": meaning, "changes": [_change(one) for one in changes]} for name, meaning, changes in lists]


def _change(change: Change) -> dict[str, Any]:
    old, new = ([str(one) for one in run] for run in (change.cited_before, change.cited_now))
    return {
        "question": change.question, "why": change.now.misses, "why_before": change.before.misses,
        "before": marked(change.now.draft, change.before.draft), "now": marked(change.before.draft, change.now.draft),
        "cited_before": [(one, one in new) for one in old], "cited_now": [(one, one in old) for one in new],
    }  # fmt: skip


def marked(other: str, text: str) -> list[tuple[bool, str]]:
    """The text in pieces: (whether it stands only here, not in the other, the piece)."""
    theirs, mine = _PIECES.findall(other), _PIECES.findall(text)
    matcher = difflib.SequenceMatcher(None, theirs, mine, autojunk=False)
    return [(tag != "equal", "".join(mine[start:end])) for tag, _, _, start, end in matcher.get_opcodes() if end > start]


__all__ = ["marked", "page", "policy"]

"""`kb conflicts`, `kb parity`: what the articles of a content folder disagree on, and what translations say otherwise."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ingest.conflicts import Conflict, ConflictFinder
from ingest.library import Holdings, Library
from ingest.parity import Disparity, Passage, parities
from ingest.statements import Statement
from kb.errors import SettingsError
from kb.models import Article, Chunk
from kb.settings import Settings
from kb.store import UNDECIDED, ConflictState, Store, store_url
from ui.conflicts import bundled_embedder

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

Folder = Annotated[Path | None, typer.Argument(help="Content folder; default: the setting `content`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def conflicts_command(
    path: Folder = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day whose rules are compared, YYYY-MM-DD; default: the shop's today.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were dismissed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List facts in conflict: one product and attribute with different values in two published articles in force."""
    settings = Settings.load()
    holdings = Library(path or settings.content).read()
    articles, chunks = _published(holdings)
    day = _date(as_of) or holdings.companions.shop.current_date()
    found = ConflictFinder(bundled_embedder()).find(articles, chunks, holdings.companions, day)
    states = _states(settings)
    shown = [one for one in found if everything or not states.get(one.id, UNDECIDED).dismissed]
    if as_json:
        print(json.dumps([_conflict_json(one, states.get(one.id, UNDECIDED), articles) for one in shown], ensure_ascii=False, indent=2))
    else:
        for one in shown:
            _print_conflict(one, states.get(one.id, UNDECIDED), articles)
    err.print(f"{len(shown)} conflicts among {len(articles)} articles on {day}; {len(found) - len(shown)} dismissed")


def parity_command(path: Folder = None, as_json: AsJson = False) -> None:
    """List what a translation says otherwise than its original: quantities, conditions, places, passages, sections."""
    holdings = Library(path or Settings.load().content).read()
    usable = [one for one in holdings.files.values() if one.article is not None and not one.broken]
    articles = {one.article.id: one.article for one in usable if one.article is not None}
    found = parities(articles, [chunk for one in usable for chunk in one.chunks], bundled_embedder())
    if as_json:
        rows = [
            {"original": one.original, "translation": one.translation, "compared": one.compared,
             "disparities": [_disparity_json(disparity) for disparity in one.disparities]}
            for one in found
        ]  # fmt: skip
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for one in found:
            for disparity in one.disparities:
                out.print(
                    f"{_where(disparity.original, one.original, articles)} | {_where(disparity.translation, one.translation, articles)}: {_what(disparity)}"
                )
    err.print(
        f"{len(found)} translations, {sum(one.compared for one in found)} passages compared, {sum(len(one.disparities) for one in found)} differences"
    )


def _published(holdings: Holdings) -> tuple[dict[str, Article], list[Chunk]]:
    files = [one for one in holdings.files.values() if one.article is not None and not one.broken and one.article.status == "published"]
    return {one.article.id: one.article for one in files if one.article is not None}, [chunk for one in files for chunk in one.chunks]


def _states(settings: Settings) -> dict[str, ConflictState]:
    store = Store.open(store_url(settings))
    try:
        return store.conflict_states()
    finally:
        store.close()


def _print_conflict(one: Conflict, state: ConflictState, articles: dict[str, Article]) -> None:
    first, second = one.sides
    more = ", ".join(part for part in ("dismissed" if state.dismissed else "", f"given to {state.person}" if state.person else "") if part)
    out.print(f"{one.id}: {first.words} or {second.words}" + (f" ({more})" if more else ""))
    for side in one.sides:
        out.print(f"    {articles[side.article].file}:{side.lines[0]}: {side.said}")


def _conflict_json(one: Conflict, state: ConflictState, articles: dict[str, Article]) -> dict[str, Any]:
    return {
        "id": one.id, "likeness": round(one.likeness, 3), "state": "dismissed" if state.dismissed else "open", "person": state.person,
        "sides": [_side_json(side, articles[side.article]) for side in one.sides],
    }  # fmt: skip


def _side_json(side: Statement, article: Article) -> dict[str, Any]:
    return {
        "article": side.article, "file": article.file, "lines": list(side.lines), "section": side.section, "value": side.words, "text": side.said,
        "quote": side.quote,
    }  # fmt: skip


def _disparity_json(one: Disparity) -> dict[str, Any]:
    sides = {
        name: {"lines": list(passage.lines), "section": passage.section, "text": passage.text} if passage else None
        for name, passage in (("original", one.original), ("translation", one.translation))
    }
    return {"kind": one.kind, **sides, "original_says": one.original_says, "translation_says": one.translation_says}


def _where(passage: Passage | None, article: str, articles: dict[str, Article]) -> str:
    return f"{articles[article].file}:{passage.lines[0]}" if passage else articles[article].file


def _what(one: Disparity) -> str:
    alone = one.original or one.translation
    if one.kind in ("section", "passage") and alone is not None:
        lacking = "original" if one.original is None else "translation"
        return f"the {lacking} has no {one.kind} {alone.section if one.kind == 'section' else alone.text!r}"
    return f"{one.kind}: {one.original_says or 'nothing'} in the original, {one.translation_says or 'nothing'} in the translation"


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(f"{text!r} is no date", where="--as-of", fix="write it as YYYY-MM-DD") from error


__all__ = ["conflicts_command", "parity_command"]

"""`kb impact`: what publishing the content folder as it lies on disk would change in the answers. Nothing is written."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kb.errors import SettingsError
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.store import Ask
    from ui.impact import Change, Impact

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def impact_command(
    content: Annotated[Path | None, typer.Option("--content", help="Content folder; default: the setting `content`.")] = None,
    last: Annotated[int, typer.Option("--last", min=0, max=5_000, help="How many of the newest real questions are asked again.")] = 200,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day whose rules apply, YYYY-MM-DD; default: the shop's today.")] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="How many changes to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """What publishing the folder as it lies on disk would change in the answers; exit 1 if golden questions break. Nothing is published."""
    from ingest.candidate import with_folder
    from ingest.conflicts import ConflictFinder
    from kb.embedding import make_embedder
    from kb.snapshot import load_current
    from retriever.answer import Answerer
    from ui.conflicts import bundled_embedder
    from ui.golden import read_golden
    from ui.impact import check, finder, golden_asked, impact_shown, real_asked

    settings = Settings.load()
    folder = content or settings.content
    live = Answerer(load_current(settings.home), make_embedder(settings))
    golden = read_golden(folder)
    for problem in golden.unread:
        err.print(f"warning: {problem}")
    asked = golden_asked(golden.questions) + real_asked(_newest(settings, last))
    day, find = _day(as_of) or live.snapshot.companions.shop.current_date(), finder(ConflictFinder(bundled_embedder()))
    checking = check(live, lambda before, embedder: with_folder(before, folder, embedder), asked, day, find)
    impact = _finished(checking)
    if as_json:
        files = {one.id: one.file for one in live.snapshot.articles.values()}
        print(json.dumps(impact_shown(impact, asked, files, len(impact.changes)), ensure_ascii=False, indent=1))
    else:
        _print(impact, show)
    if impact.counts.get("broke"):
        raise typer.Exit(1)


def _finished(checking: Generator[tuple[int, int], None, Impact]) -> Impact:
    """Run to the end, with a bar on a terminal."""
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        try:
            while True:
                done, total = next(checking)
                bar.update(task, completed=done, total=total)
        except StopIteration as end:
            found: Impact = end.value
            return found


def _print(impact: Impact, show: int) -> None:
    for change in impact.changes[:show]:
        _print_change(change)
    if len(impact.changes) > show:
        out.print(f"… and {len(impact.changes) - show} more; --show {len(impact.changes)} shows all")
    for name, found in (("new", impact.coming), ("settled", impact.going)):
        for one in found:
            sides = " ↔ ".join(f"{side.article}:{side.lines[0]} {side.said[1]}" for side in one.sides)
            out.print(f"[{name} conflict] {sides} ({one.day})")
    days = ", ".join(day.isoformat() for day in impact.days) + (f" and {impact.later} more left out" if impact.later else "")
    out.print(f"articles that differ: {', '.join(impact.articles) or 'none'}; rules of {days}")
    counts = "; ".join(f"{name} {count}" for name, count in impact.counts.items())
    out.print(f"{impact.answers_changed} of {impact.compared} answers change{f' ({counts})' if counts else ''}; {impact.seconds:.1f} s")
    broke = impact.counts.get("broke", 0)
    out.print(f"golden questions right: {impact.right_before} of {impact.golden} now, {impact.right_after} then; {broke} would break")


def _print_change(change: Change) -> None:
    times = f" ×{change.asked.times}" if change.asked.times > 1 else ""
    out.print(f"[{', '.join(change.sorts)}] {change.asked.name}{times} ({change.day}): {change.asked.text}")
    if change.gone or change.new:
        out.print(f"    values: {', '.join(change.gone) or '–'} → {', '.join(change.new) or '–'}")
    if change.misses:
        out.print(f"    {'; '.join(change.misses)}")
    out.print(f"    - {change.before.draft!r}")
    out.print(f"    + {change.after.draft!r}")


def _newest(settings: Settings, last: int) -> list[Ask]:
    """The last real questions; none where nothing was ever kept: looking must not make a store."""
    from kb.store import Store, store_url

    if not last or (not settings.store and not (settings.home / "store.sqlite3").is_file()):
        return []
    store = Store.open(store_url(settings))
    try:
        return store.asks(limit=last)
    finally:
        store.close()


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(f"{text!r} is no date", where="--as-of", fix="write it as YYYY-MM-DD") from error


__all__ = ["impact_command"]

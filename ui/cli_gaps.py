"""`kb gaps`: what customers ask that the articles do not answer, and what agents change in drafts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from kb.errors import QuestionsError
from kb.insights.gaps import WHYS, Why
from kb.insights.mining import mine
from kb.settings import Settings
from ui.gaps import WEEKS, Found, Period, find, period_of, static_embedder
from ui.services import Services

out = Console(highlight=False, markup=False, soft_wrap=True)

Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD.")]


def gaps_command(
    first: Annotated[str | None, typer.Option("--from", help=f"First day, YYYY-MM-DD; default: {WEEKS} weeks before the last.")] = None,
    last: Annotated[str | None, typer.Option("--until", help="Last day; default: today by the clock.")] = None,
    why: Annotated[str | None, typer.Option("--why", help=f"Only those that ended so: {', '.join(WHYS)}.")] = None,
    least: Annotated[int, typer.Option("--least", min=1, help="Only groups of so many questions.")] = 2,
    edits: Annotated[bool, typer.Option("--edits", help="What agents change in drafts, by article, instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Group the questions that no article answered well; or show what agents change in drafts."""
    if why is not None and why not in get_args(Why):
        raise QuestionsError(f"{why!r} is no way to end badly", where="--why", fix=f"take {', '.join(WHYS)}")
    services = Services.open(Settings.load())
    try:
        period = period_of(services, _day(first, "--from"), _day(last, "--until"))
        if edits:
            _print_edits(services, period, as_json)
        else:
            _print_gaps(find(services, period, why), period, least, as_json)  # type: ignore[arg-type]  # one of Why, as looked at above
    finally:
        services.close()


def _print_gaps(found: Found, period: Period, least: int, as_json: bool) -> None:
    shown = [topic for topic in found.topics if topic.count >= least]
    if as_json:
        apart = {kind: len(gaps) for kind, gaps in found.gaps.apart.items()}
        out.print(_json({"from": period.first, "until": period.last, "gaps": len(found.gaps.gaps), "apart": apart, "topics": shown}))
        return
    table = Table("times", "trend", "why", "question", box=None)
    for topic in shown:
        reasons = ", ".join(f"{name} {count}" for name, count in topic.why.items())
        table.add_row(str(topic.count), topic.trend, reasons, " ".join(topic.question.split()))
    if shown:
        out.print(table)
    out.print(f"{len(found.chosen)} questions in {len(found.topics)} groups, {len(shown)} of {least} or more; {period.first} to {period.last}")
    if found.gaps.apart:
        out.print("not for articles: " + ", ".join(f"{kind} {len(gaps)}" for kind, gaps in found.gaps.apart.items()))
    if found.clustering.joined:
        out.print(f"groups were made of {found.clustering.compared} wordings; {found.clustering.joined} more were put to the nearest one")
    if found.gaps.cut:
        out.print("there were more: the newest are counted; give a shorter period")


def _print_edits(services: Services, period: Period, as_json: bool) -> None:
    found = mine(services.store, *period.moments, static_embedder(services.answerer))
    if as_json:
        out.print(_json(found.changes))
        return
    table = Table("article", "line", "replies", "what", "draft said", "agents send", box=None)
    for article, changes in sorted(found.changes.items(), key=lambda item: (not item[1][0].urgent, -item[1][0].count)):
        for change in changes:
            what = f"{change.kind}!" if change.urgent else change.kind
            table.add_row(article, str(change.passage.lines[0]), f"{change.count} of {change.of}", what, change.old, change.new)
    if found.changes:
        out.print(table)
    out.print(f"{found.replies} replies read{', the newest: there were more' if found.cut else ''}; {period.first} to {period.last}")


def _day(text: str | None, where: str) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise QuestionsError(f"{text!r} is no day", where=where, fix="write YYYY-MM-DD") from None


def _json(value: object) -> str:
    from pydantic import TypeAdapter

    return json.dumps(TypeAdapter(object).dump_python(value, mode="json"), ensure_ascii=False, indent=2)


__all__ = ["gaps_command"]

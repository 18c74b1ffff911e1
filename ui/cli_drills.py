"""`kb drills`: what there is to practise, and how far the automatic score agrees with people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kb.content import Companions
from kb.errors import QuestionsError
from kb.models import Article, Problem
from kb.settings import Settings
from kb.training.agreement import Labelled, Verdict, accuracy, read_labelled, report, verdicts
from kb.training.drill_files import read_drills
from kb.training.drill_lint import Shop
from kb.training.scoring import Replied
from ui.drill_scoring import scored
from ui.drills import Drills
from ui.services import Services

out = Console(highlight=False, markup=False, soft_wrap=True)

drills = typer.Typer(no_args_is_help=True, help="Drills for people who answer customers.")


def drill_problems(content: Path, articles: Iterable[Article], companions: Companions) -> list[Problem]:
    """What is wrong with the drills of a content folder, beside its articles."""
    files = read_drills(content, Shop.of_articles(articles, companions), companions.shop.current_date())
    return [problem for file in files for problem in file.problems]


@drills.command("list")
def list_drills() -> None:
    """Every drill: written ones, and those made of golden questions, rated replies and articles' changes."""
    services = Services.open(Settings.load())
    try:
        for one in Drills(services).all().values():
            out.print(f"{one.id}  {one.origin}  {one.language}  {one.category or '-'}  {one.title}")
    finally:
        services.close()


@drills.command("agreement")
def agreement(
    path: Annotated[Path, typer.Argument(help='Labelled replies, one JSON object a line: {"drill", "reply", "kind", "pass", "why"}.')],
    misses: Annotated[bool, typer.Option("--misses", help="Also print each reply that is scored otherwise; never of a held-out set.")] = False,
    at_least: Annotated[float, typer.Option("--fail-below", help="Exit 1 where the accuracy is lower.")] = 0.0,
) -> None:
    """How often the score says pass or fail as people did."""
    services = Services.open(Settings.load())
    try:
        found = agreement_of(services, path)
    finally:
        services.close()
    for line in report(found):
        out.print(line)
    for one in found if misses else ():
        if not one.agrees:
            out.print(
                f"{one.labelled.drill} {one.labelled.kind}: scored {'pass' if one.passed else 'fail'}: {one.labelled.reply!r} ({one.labelled.why})"
            )
    if accuracy(found) < at_least:
        raise typer.Exit(1)


def agreement_of(services: Services, path: Path) -> list[Verdict]:
    """Every labelled reply, scored as the only reply of its drill, in no time."""
    known = Drills(services).all()

    def judge(one: Labelled) -> tuple[str, bool]:
        if one.drill not in known:
            raise QuestionsError(f"there is no drill {one.drill!r}", where=str(path), fix="mend the id")
        drill = known[one.drill]
        return drill.language, scored(services, drill, [Replied(one.reply)], "en").score.passed

    return verdicts(read_labelled(path), judge)


__all__ = ["agreement_of", "drill_problems", "drills"]

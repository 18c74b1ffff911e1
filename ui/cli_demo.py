"""`kb demo`: fills a fresh store with a plausible, clearly marked history, and takes it out again."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console

from kb.settings import Settings
from ui.services import Services

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def demo_command(
    seed: Annotated[int, typer.Option("--seed", min=0, max=2_000_000_000, help="Another number makes another history.")] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Also into a store that holds records already.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the demonstration data out again, and nothing else.")] = False,
) -> None:
    """Fill a fresh store with demonstration data: eight weeks of chats, last year's peak, practice, orders. Pages show that it is none of yours."""
    settings = Settings.load()
    if remove:
        _remove(settings)
        return
    from ui.demo import make_demonstration, refuse_unless_fresh

    started = time.monotonic()
    with closing(Services.open(settings)) as services:
        refuse_unless_fresh(services.store, told=yes)
        made = make_demonstration(services, seed, dt.datetime.now(dt.UTC), lambda what: err.print(f"{what} …"))
    out.print(", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in made.items()) + f" in {time.monotonic() - started:.0f} s")
    out.print("Demonstration data: pages say so. `kb demo --remove` takes it out again.")


def _remove(settings: Settings) -> None:
    from kb.store import Store, store_url

    with closing(Store.open(store_url(settings))) as store:
        gone = store.remove_demonstration()
    out.print(
        "removed: " + ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in gone.items()) if gone else "there is no demonstration data"
    )


__all__ = ["demo_command"]

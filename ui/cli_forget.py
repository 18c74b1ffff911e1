"""`kb forget`: erases the texts of old records, of one conversation, or that hold given words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import sys
from collections.abc import Mapping
from contextlib import closing
from typing import Annotated, Final

import typer
from rich.console import Console

from kb.errors import StoreError
from kb.privacy import mask
from kb.settings import Settings
from kb.store import Erased, Held, Sample, Store, store_url

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

AROUND: Final = 30
"""Characters of a sample on each side of what was looked for."""


def forget_command(
    older_than: Annotated[
        int | None, typer.Option("--older-than", min=1, max=36_500, help="Erase the texts that are older than so many days.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Erase all texts of a conversation, by the help desk's id of it.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="Erase exchanges in which a customer or an agent wrote this; - reads it from standard input.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Only write SQLite's file anew, so that no piece of what was erased before is left in it.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Show what was erased when: how much, never what.")] = False,
) -> None:
    """Erase what customers and agents wrote. What can be counted stays: figures of past days do not change."""
    if [older_than, conversation, text, sweep or None, log or None].count(None) != 4:
        raise StoreError(
            "give one of --older-than, --conversation, --text, --sweep and --log", where="kb forget", fix="kb forget --conversation c-81723"
        )
    with closing(Store.open(store_url(Settings.load()))) as store:
        if log:
            _show_log(store)
        elif sweep:
            _sweep(store)
        elif older_than is not None:
            _forget_old(store, older_than, yes)
        elif conversation is not None:
            _forget_held(store, store.held_of_conversation(conversation), "conversation", "", yes)
        else:
            words = _words(text or "")
            _forget_held(store, store.held_with(words), "text", words, yes)


def _forget_old(store: Store, days: int, yes: bool) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    found = store.texts_before(before)
    if not found:
        out.print(f"nothing that is kept is older than {days} days")
        return
    out.print(f"older than {days} days: {_counted(dataclasses.asdict(found))}")
    _confirm(yes)
    _done(store, store.erase_before(before, _by()))


def _forget_held(store: Store, held: Held, kind: str, words: str, yes: bool) -> None:
    if words and mask(words, store.order_numbers) != words:
        err.print("Personal data is kept masked, so it cannot be looked for: take other words of the message, or the conversation's id.")
    if not held:
        out.print("nothing is kept of it")
        return
    found = {"answers": len(held.answers), "replies": len(held.replies), "drills": len(held.drills)}
    out.print(f"{_counted(found)}, with their edits and verdicts' reasons; the newest:")
    for sample in held.samples:
        out.print(f"  {sample.at:%Y-%m-%d} {sample.by}: {_around(sample, words)}")
    _confirm(yes)
    _done(store, store.erase(held, "conversation" if kind == "conversation" else "text", _by()))


def _done(store: Store, erased: Erased) -> None:
    out.print(f"erased: {_counted(dataclasses.asdict(erased)) or 'nothing that was not erased before'}")
    _sweep(store)


def _sweep(store: Store) -> None:
    if not store.sweep(whole=True):
        err.print(
            "Somebody reads the store: its write-ahead log may hold the texts until the app has nothing to read, or is started again. Run it once more."
        )


def _confirm(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise StoreError("there is no terminal to ask whether it shall be erased", where="kb forget", fix="give --yes")
    typer.confirm("Erase these texts? They cannot be brought back", abort=True)


def _show_log(store: Store) -> None:
    for one in store.erasures():
        out.print(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.by}  by {one.kind}: {_counted(one.counts)}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)


def _around(sample: Sample, words: str) -> str:
    """A part of the text, on one line, with nothing in it that a terminal obeys."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in sample.text).split())
    at = max(text.casefold().find(words.casefold()), 0)
    first, last = max(0, at - AROUND), at + len(words) + AROUND
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _words(given: str) -> str:
    """From standard input it stays out of the shell's history and of the list of processes."""
    words = (sys.stdin.read() if given == "-" else given).strip()
    if not words:
        raise StoreError("there is no text to look for", where="--text", fix="give some words of the message")
    return words


def _by() -> str:
    """Whoever runs the command, as the machine knows them."""
    try:
        return f"kb forget: {getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # an account without a name
        return "kb forget"


__all__ = ["forget_command"]

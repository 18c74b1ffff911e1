"""Publishes the second of two snapshots in forked children that die by SIGKILL, and says of each how it died.

usage: publish_and_die.py HOME steps        one child for each call of a publish that changes the folder, killed just before it
       publish_and_die.py HOME changes      the same with a change of the published snapshot instead of a whole one
       publish_and_die.py HOME overtaken    with a whole one that catches up with what was published since its making began, before each swap
       publish_and_die.py HOME random SEED  twelve children that publish for ever, killed at random moments

Run with one thread (OMP_NUM_THREADS=1), since it forks. Prints a JSON line a child; the test loads the snapshot after each.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from kb.article_texts import version_of
from kb.content import Companions
from kb.embedding import unit_rows
from kb.models import Article, Chunk
from kb.snapshot import Change, Snapshot, load_current, make, publish, publish_change

CHANGES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir")
SWAPS = ("os.rename", "os.rmdir")
"""Of these the calls by which what lies beside comes into its place, and what is no longer needed goes."""


def made(generation: int) -> Snapshot:
    """A small snapshot whose every part names its generation."""
    text = f"# a{generation}"
    articles = [
        Article(
            f"a{generation}",
            "a.md",
            f"Title {generation}",
            "en",
            "",
            (),
            "public",
            "",
            None,
            None,
            None,
            None,
            None,
            "published",
            (),
            version_of(text),
            (),
        ),
    ]
    chunks = [Chunk(f"a{generation}#{i}", f"a{generation}", i, "item", f"item {i} of {generation}", "quote", "", (1, 1)) for i in range(8)]
    vectors = unit_rows(np.random.default_rng(generation).normal(size=(8, 16)))
    return make(articles, chunks, vectors, "test", Companions(), {f"a{generation}": text})


def die_before(step: int, events: Collection[str]) -> None:
    """SIGKILL to oneself just before the n-th call of these that changes the folder."""
    calls = count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in events and (event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if changes and next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def change_to(generation: int, before: Snapshot) -> Change:
    """Everything replaced by another generation."""
    now = made(generation)
    return Change(frozenset(before.articles), tuple(now.articles.values()), now.chunks, now.vectors, now.companions, now.texts)


def publish_and_die(home: Path, how: str, step: int) -> None:
    """Publish, and die before the step of it."""
    before, snapshot, older = load_current(home), made(step + 1), made(1_000_000 + step)
    change = change_to(step + 1, before)
    die_before(step, CHANGES if how != "overtaken" else SWAPS)
    if how == "steps":
        publish(snapshot, home, keep=2)
    elif how == "changes":
        publish_change(change, before, home, keep=2)
    else:
        publish(older, home, 2, "an earlier one", lambda: change_to(step + 1, older))


def in_steps(home: Path, how: str) -> None:
    for step in count():
        child = os.fork()
        if child == 0:
            publish_and_die(home, how, step)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(step=step, killed=os.WIFSIGNALED(status), exit=os.waitstatus_to_exitcode(status))
        if os.WIFEXITED(status):
            return


def at_random(home: Path, seed: int) -> None:
    """Each dies within the time that a few publishes take, on however busy a machine."""
    moments, started = random.Random(seed), time.perf_counter()
    publish(made(1), home.with_name("timed"), keep=1)
    longest = 3 * (time.perf_counter() - started)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for number in range(12):
        child = os.fork()
        if child == 0:
            for generation in count(1000 * (number + 1)):
                publish(made(generation), home, keep=2)
        signal.sigtimedwait([signal.SIGCHLD], moments.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        signal.sigtimedwait([signal.SIGCHLD], 0)  # of this child's death, which would end the next one's time at once
        say(number=number, killed=os.WIFSIGNALED(status), exit=os.waitstatus_to_exitcode(status))


def say(**facts: object) -> None:
    """One line, then wait until the test has looked at the folder."""
    print(json.dumps(facts), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    publish(made(0), folder / "warm-up", keep=1)  # imports what publishing needs, once and not in every child
    if sys.argv[2] == "random":
        at_random(folder, int(sys.argv[3]))
    else:
        in_steps(folder, sys.argv[2])

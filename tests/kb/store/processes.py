"""Processes that use one store at the same time, for tests.

usage: processes.py open URL COUNT    forks COUNT children that open the store at the same moment; prints how each ended
       processes.py write URL         writes for ever; prints the number of each record once it is kept
       processes.py deliver URL COUNT forks COUNT children that take what is due until nothing is; prints what each took
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Callable
from itertools import count

from kb.errors import StoreError
from kb.store import Ask, Reply, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
ASK = Ask("", NOW, "mei", "chat", "", "幾時送到?" * 50, (), "2031-05-20", {"question": "幾時送到?", "sources": []}, "snapshot", "extractive", {})
REPLY = Reply("", None, NOW, "mei", "chat", "", "6 日內送到。", [], "send", "", False, None, "pending")


def open_at_once(url: str) -> str:
    try:
        store = Store.open(url)
        store.ping()
    except StoreError as error:
        return str(error)
    return "opened"


def take_all(url: str) -> str:
    store, taken = Store.open(url), []
    while due := store.due_deliveries(NOW, 3):
        taken += [one.reply_id for one in due]
    return json.dumps(taken)


def in_children(what: Callable[[str], str], url: str, children: int) -> None:
    """Prints a line a child. They start together: each waits until the pipe is closed."""
    waiting, starting = os.pipe()
    for _ in range(children):
        if os.fork() == 0:
            os.close(starting)
            os.read(waiting, 1)
            os.write(1, (what(url) + "\n").encode())
            os._exit(0)
    os.close(starting)
    for _ in range(children):
        os.wait()


def write(url: str) -> None:
    store = Store.open(url)
    for number in count():
        store.add_all([dataclasses.replace(ASK, id=f"{number}-{part}") for part in range(3)])
        store.add_reply(dataclasses.replace(REPLY, id=str(number)), f"key {number}", sealed=b"sealed")
        print(number, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        in_children({"open": open_at_once, "deliver": take_all}[sys.argv[1]], sys.argv[2], int(sys.argv[3]))

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from kb.errors import StoreError
from kb.store import Reply, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
PROCESSES = Path(__file__).with_name("processes.py")


def add(store: Store, name: str, minutes: float = 0) -> None:
    at = NOW + dt.timedelta(minutes=minutes)
    store.add_reply(Reply(name, None, at, "mei", "chat", "", "text", [], "send", "", False, None, "pending"), sealed=f"sealed {name}".encode())


def minute(number: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=number)


def due(store: Store, at: dt.datetime, limit: int = 10) -> list[str]:
    return [one.reply_id for one in store.due_deliveries(at, limit)]


def sealed_bytes(store: Store) -> int:
    with store._reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM deliveries")).scalar_one())


def test_what_is_due_is_handed_out_longest_waiting_first(store: Store) -> None:
    for name, minutes in (("late", 2), ("early", -1), ("soon", 0)):
        add(store, name, minutes)
    first, second = store.due_deliveries(NOW, 10)
    assert (first.reply_id, first.sealed, first.attempts, first.next_at) == ("early", b"sealed early", 1, minute(2))
    assert second.reply_id == "soon"


def test_what_was_handed_out_comes_again_only_after_its_lease(store: Store) -> None:
    add(store, "r")
    assert due(store, NOW) == ["r"]
    assert due(store, minute(1.9)) == []
    again = store.due_deliveries(minute(2), 10)
    assert [(one.reply_id, one.attempts) for one in again] == [("r", 2)]


def test_no_more_than_asked_for_is_handed_out(store: Store) -> None:
    for number in range(5):
        add(store, str(number), number / 100)
    assert [due(store, minute(1), 2) for _ in range(4)] == [["0", "1"], ["2", "3"], ["4"], []]


def test_a_delivery_done_is_deleted_and_its_reply_marked(store: Store) -> None:
    add(store, "r")
    one = store.due_deliveries(NOW, 1)[0]
    store.delivery_done(one.id)
    store.delivery_done(one.id)
    reply = store.reply("r")
    assert reply is not None
    assert (reply.delivery, sealed_bytes(store), due(store, minute(99))) == ("delivered", 0, [])


def test_a_failed_delivery_waits_for_its_time(store: Store) -> None:
    add(store, "r")
    one = store.due_deliveries(NOW, 1)[0]
    store.delivery_failed(one.id, minute(10))
    assert due(store, minute(9)) == []
    assert due(store, minute(10)) == ["r"]
    reply = store.reply("r")
    assert reply is not None
    assert reply.delivery == "pending"


def test_a_delivery_given_up_is_deleted_and_its_reply_marked(store: Store) -> None:
    add(store, "r")
    one = store.due_deliveries(NOW, 1)[0]
    store.delivery_failed(one.id, None)
    reply = store.reply("r")
    assert reply is not None
    assert (reply.delivery, sealed_bytes(store)) == ("failed", 0)


def test_a_late_report_does_not_hit_another_delivery(store: Store) -> None:
    add(store, "r")
    one = store.due_deliveries(NOW, 1)[0]
    store.delivery_done(one.id)
    add(store, "s")
    store.delivery_done(one.id)
    assert due(store, NOW) == ["s"], "numbers are never given out twice"


def test_any_bytes_can_be_sealed(store: Store) -> None:
    store.add_reply(Reply("r", None, NOW, "mei", "chat", "", "text", [], "send", "", False, None, "pending"))
    sealed = bytes(range(256)) * 1000
    store.add_delivery("r", sealed, NOW)
    assert [one.sealed for one in store.due_deliveries(NOW, 1)] == [sealed]


def test_only_a_reply_can_be_delivered(store: Store) -> None:
    with pytest.raises(StoreError):
        store.add_delivery("nothing", b"x", NOW)


def test_processes_that_take_at_the_same_time_get_each_delivery_once(store: Store, address: str) -> None:
    for number in range(60):
        add(store, str(number))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(PROCESSES), "deliver", address, "4"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, timeout=120, check=True)
    taken = [name for line in done.stdout.splitlines() for name in json.loads(line)]
    assert sorted(taken, key=int) == [str(number) for number in range(60)]

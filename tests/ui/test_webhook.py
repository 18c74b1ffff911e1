"""Replies posted to a real HTTP server with faults: signed, repeated, sealed while they wait, given up at the end."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.errors import SettingsError
from kb.settings import Settings
from kb.store import Reply, Store
from ui import webhook
from ui.app import create_app
from ui.services import Services
from ui.webhook import MOST_ATTEMPTS, SIGNATURE, Webhook, signature

SECRET = "a secret of the receiver and us"
PAYLOAD = {"event": "reply.sent", "text": "您好😀,電話 6123 4567"}


@dataclass
class Receiver:
    """A server on this machine that does what the test tells it, one entry an attempt; afterwards it answers 200."""

    address: str = ""
    faults: list[Any] = field(default_factory=list)
    """A status; 'drop' cuts the connection; 'hang' answers nothing; 'trickle' a byte of the headers now and then; a dict is headers with 302."""
    got: list[tuple[dict[str, str], bytes, float]] = field(default_factory=list)
    """(headers by lower-case name, body, moment) of each attempt."""
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                state.got.append(({name.lower(): value for name, value in self.headers.items()}, body, time.monotonic()))
                fault = state.faults.pop(0) if state.faults else 200
            if fault == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            elif fault == "hang":
                state.over.wait(20)
            elif fault == "trickle":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not state.over.wait(0.1):
                    try:
                        self.wfile.write(b"a")
                        self.wfile.flush()
                    except OSError:
                        return
            else:
                status, headers = (302, fault) if isinstance(fault, dict) and "location" in fault else (fault, {})
                if isinstance(fault, tuple):
                    status, headers = fault
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_port}/replies"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    state.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield store
    store.close()


@pytest.fixture
def hook(store: Store, receiver: Receiver) -> Iterator[Webhook]:
    """Not started yet. Waits are short, the rest is as in use."""
    made = Webhook(store, receiver.address, SECRET, first_wait=0.02, look_every=0.02)
    yield made
    made.stop()


def send(store: Store, hook: Webhook, reply_id: str = "r1", payload: dict[str, Any] = PAYLOAD) -> None:
    """A reply as the API records it."""
    now = dt.datetime.now(dt.UTC)
    reply = Reply(reply_id, None, now, "amy", "", "", str(payload["text"]), [], "send", "", False, None, "pending")
    store.add_reply(reply, None, sealed=hook.sealed(payload))
    hook.wake()


def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def delivery(store: Store, reply_id: str = "r1") -> str:
    reply = store.reply(reply_id)
    assert reply is not None
    return reply.delivery


def waiting(store: Store) -> int:
    """Deliveries in the outbox, by looking far ahead; takes them."""
    return len(store.due_deliveries(dt.datetime.now(dt.UTC) + dt.timedelta(days=2), 100))


def verified(header: str, body: bytes, secret: str) -> bool:
    """By the lines that the documentation gives to receivers."""
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(import hashlib.*?)```", text, re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    return bool(names["is_ours"](header, body, secret))


# ---- delivered -------------------------------------------------------------------------------------------------------


def test_a_reply_arrives_whole_signed_and_once(store: Store, hook: Webhook, receiver: Receiver) -> None:
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "delivered")
    ((headers, body, _),) = receiver.got
    assert json.loads(body) == PAYLOAD
    assert headers["idempotency-key"] == "r1"
    assert headers["content-type"] == "application/json"
    assert verified(headers[SIGNATURE.lower()], body, SECRET)
    assert not verified(headers[SIGNATURE.lower()], body + b" ", SECRET)
    assert not verified(headers[SIGNATURE.lower()], body, "another secret")
    assert not verified(signature(SECRET.encode(), body, int(time.time()) - 301), body, SECRET), "an old one may have been listened to"
    assert waiting(store) == 0
    assert hook.attempts.labels("delivered")._value.get() == 1


def test_a_signature_is_what_other_programs_compute() -> None:
    made = signature(b"key", b'{"a":1}', 1700000000)
    assert made == "t=1700000000,v1=" + hmac.new(b"key", b'1700000000.{"a":1}', "sha256").hexdigest()


def test_many_replies_all_arrive(store: Store, hook: Webhook, receiver: Receiver) -> None:
    hook.start()
    for number in range(30):
        send(store, hook, f"r{number}", {"text": str(number)})
    until(lambda: all(delivery(store, f"r{number}") == "delivered" for number in range(30)))
    assert sorted(int(json.loads(body)["text"]) for _, body, _ in receiver.got) == list(range(30))


# ---- tried again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [500, 503, 404, 401, "drop", {"location": "/elsewhere"}], ids=str)
def test_what_is_not_taken_is_sent_again_the_same(store: Store, hook: Webhook, receiver: Receiver, fault: Any) -> None:
    receiver.faults = [fault, fault]
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "delivered")
    assert len(receiver.got) == 3
    assert len({body for _, body, _ in receiver.got}) == len({headers["idempotency-key"] for headers, _, _ in receiver.got}) == 1
    assert hook.attempts.labels("retried")._value.get() == 2


@pytest.mark.parametrize("fault", ["hang", "trickle"])
def test_a_slow_receiver_is_left_after_the_time_limit_and_others_do_not_wait(
    store: Store, hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.5)
    receiver.faults = [fault]
    hook.start()
    send(store, hook)
    until(lambda: len(receiver.got) == 1)
    send(store, hook, "r2", {"text": "2"})
    until(lambda: delivery(store) == delivery(store, "r2") == "delivered")
    first, *later = [moment for headers, _, moment in receiver.got if headers["idempotency-key"] == "r1"]
    assert len(later) == 1
    assert 0.4 < later[0] - first < 5


def test_a_receiver_that_is_not_there_is_waited_for(store: Store, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    hook = Webhook(store, address, SECRET, first_wait=0.02, look_every=0.02)
    hook.start()
    try:
        send(store, hook)
        until(lambda: hook.attempts.labels("retried")._value.get() >= 2)
        assert delivery(store) == "pending"
    finally:
        hook.stop()


def test_the_receiver_may_ask_for_time(store: Store, hook: Webhook, receiver: Receiver) -> None:
    receiver.faults = [(429, {"retry-after": "1"})]
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "delivered")
    assert receiver.got[1][2] - receiver.got[0][2] >= 0.9


def test_waits_grow_to_an_hour_and_last_for_hours(store: Store, receiver: Receiver) -> None:
    made = Webhook(store, receiver.address, SECRET)
    for attempt in range(1, MOST_ATTEMPTS):
        longest = min(5.0 * 2 ** (attempt - 1), 3600)
        waits = [made._wait(attempt) for _ in range(50)]
        assert longest / 2 <= min(waits) <= max(waits) <= longest
        assert len(set(waits)) > 1, "without chance many come back at once"
    total = sum(min(5.0 * 2 ** (attempt - 1), 3600) for attempt in range(1, MOST_ATTEMPTS))
    assert 4 * 3600 < total < 12 * 3600


# ---- given up --------------------------------------------------------------------------------------------------------


def test_gone_ends_it_at_once(store: Store, hook: Webhook, receiver: Receiver) -> None:
    receiver.faults = [410]
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "failed")
    assert len(receiver.got) == 1
    assert waiting(store) == 0, "the customer's words do not stay behind"
    assert hook.attempts.labels("failed")._value.get() == 1


def test_after_enough_attempts_it_is_given_up(store: Store, hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "MOST_ATTEMPTS", 4)
    receiver.faults = [500] * 50
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "failed")
    assert len(receiver.got) == 4
    assert waiting(store) == 0


def test_another_secret_cannot_open_what_waits(store: Store, hook: Webhook, receiver: Receiver) -> None:
    send(store, hook)
    other = Webhook(store, receiver.address, SECRET + "!", look_every=0.02)
    other.start()
    try:
        until(lambda: delivery(store) == "failed")
        assert receiver.got == []
    finally:
        other.stop()


# ---- kept ------------------------------------------------------------------------------------------------------------


def test_what_waits_is_sealed_on_disk(store: Store, hook: Webhook, tmp_path: Path) -> None:
    send(store, hook)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for words in ("6123 4567", "61234567", "reply.sent"):
        assert words.encode() not in kept
    assert hook.sealed(PAYLOAD) != hook.sealed(PAYLOAD), "equal replies are not seen to be equal"


def test_a_restart_loses_nothing(store: Store, receiver: Receiver) -> None:
    receiver.faults = [500] * 1000
    first = Webhook(store, receiver.address, SECRET, first_wait=0.05, look_every=0.02)
    first.start()
    send(store, first)
    until(lambda: len(receiver.got) >= 1)
    first.stop()
    assert delivery(store) == "pending"
    receiver.faults = []
    second = Webhook(store, receiver.address, SECRET, first_wait=0.05, look_every=0.02)
    second.start()
    try:
        until(lambda: delivery(store) == "delivered")
    finally:
        second.stop()


def test_two_processes_do_not_post_the_same_reply(tmp_path: Path, receiver: Receiver) -> None:
    stores = [Store.open(f"sqlite:///{tmp_path / 'shared.sqlite3'}") for _ in range(2)]
    hooks = [Webhook(store, receiver.address, SECRET, look_every=0.005) for store in stores]
    try:
        for number in range(20):
            send(stores[0], hooks[0], f"r{number}", {"text": str(number)})
        for hook in hooks:
            hook.start()
        until(lambda: all(delivery(stores[1], f"r{number}") == "delivered" for number in range(20)))
        assert sorted(headers["idempotency-key"] for headers, _, _ in receiver.got) == sorted(f"r{number}" for number in range(20))
    finally:
        for hook, store in zip(hooks, stores, strict=True):
            hook.stop()
            store.close()


def test_a_store_that_is_away_for_a_while_ends_nothing(store: Store, hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.errors import StoreError

    take, failures = store.due_deliveries, [StoreError("the disk is full"), RuntimeError("unforeseen")]

    def failing(*arguments: Any) -> Any:
        if failures:
            raise failures.pop(0)
        return take(*arguments)

    monkeypatch.setattr(store, "due_deliveries", failing)
    hook.start()
    send(store, hook)
    until(lambda: delivery(store) == "delivered")
    assert failures == []


# ---- from the desk to the receiver ------------------------------------------------------------------------------------


def test_a_sent_reply_reaches_the_receiver_and_a_copied_one_does_not(lantern_quay: Path, tmp_path: Path, receiver: Receiver) -> None:
    settings = Settings(home=tmp_path, content=lantern_quay, embedder="none", webhook_url=receiver.address, webhook_secret=SECRET)
    services = Services.open(settings)
    with TestClient(create_app(services, settings), base_url="http://127.0.0.1") as client:  # starts and ends the webhook
        answer = client.post("/api/v1/answer", json={"text": "未拆封的風暴傘幾天內可以退款?"}).json()
        body = {"answer_id": answer["id"], "text": answer["draft"] + "\n請致電 6123 4567。", "acknowledged": True, "conversation": "c-9"}
        client.post("/api/v1/replies", json=body | {"action": "copy"})
        receiver.faults = [500]
        first = client.post("/api/v1/replies", json=body | {"action": "send"}, headers={"idempotency-key": "k"}).json()["reply"]
        again = client.post("/api/v1/replies", json=body | {"action": "send"}, headers={"idempotency-key": "k"}).json()["reply"]
        assert first["id"] == again["id"]
        assert first["delivery"] == "pending"

        def state() -> str:
            listed = client.get("/api/v1/replies", params={"answer_id": answer["id"]}).json()["replies"]
            return str(next(one["delivery"] for one in listed if one["id"] == first["id"]))

        until(lambda: state() == "delivered")
        assert 'youju_webhook_attempts_total{outcome="delivered"} 1.0' in client.get("/metrics").text
    assert {headers["idempotency-key"] for headers, _, _ in receiver.got} == {first["id"]}
    posted = json.loads(receiver.got[-1][1])
    assert posted["text"].endswith("請致電 6123 4567。"), "the customer gets it unmasked"
    assert "[1]" not in posted["text"]
    assert "[1]" in posted["marked_text"]
    assert (posted["conversation"], posted["sources"][0]["article"]) == ("c-9", "returns/umbrellas")
    assert "⟨phone⟩" in first["text"], "what is kept is masked"


# ---- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["ftp://shop.example/", "file:///etc/passwd", "shop.example/hook", "https://", "javascript:alert(1)"])
def test_only_web_addresses_are_posted_to(store: Store, url: str) -> None:
    with pytest.raises(SettingsError, match="KB_WEBHOOK_URL"):
        Webhook(store, url, SECRET)


def test_no_address_means_no_webhook(store: Store) -> None:
    assert Webhook.of(Settings(), store) is None
    assert Webhook.of(Settings(webhook_url="https://shop.example/hook", webhook_secret=SECRET), store) is not None

"""The answer piece by piece: the order of events, a language model and its faults, readers that go away."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from kb.settings import Settings
from tests.retriever.openai_server import OpenAIServer, openai_server
from ui.api import streaming
from ui.api.streaming import ServerEvent, Streams
from ui.app import create_app
from ui.services import Services

QUESTION = "未拆封的風暴傘幾天內可以退款?"
REWORDED = "未拆封的風暴傘可於簽收後 9 日內退款,手續費為 4%"


def events(text: str) -> list[tuple[str, Any]]:
    """(name, data) of each event; comments aside."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def stream(client: Any, **body: Any) -> list[tuple[str, Any]]:
    response = client.post("/api/v1/answer/stream", json={"text": QUESTION, **body})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return events(response.text)


def test_the_pieces_come_in_order_and_make_the_answer(person: Any, services: Services) -> None:
    got = stream(person("agent"), conversation="c-stream")
    names = [name for name, _ in got]
    assert names[0] == "sources"
    assert names[-2:] == ["drafter", "final"]
    assert set(names[1:-2]) == {"claim", "note"}
    final, sources = got[-1][1], got[0][1]
    assert sources == {"sources": final["sources"], "draft": final["draft"], "disclaimers": final["disclaimers"]}
    claims = [data for name, data in got if name == "claim"]
    assert [{key: claim[key] for key in ("text", "citations", "supported", "problems")} for claim in claims] == final["claims"]
    assert [claim["index"] for claim in claims] == list(range(len(claims)))
    assert [data["text"] for name, data in got if name == "note"] == final["notes"]
    kept = services.recorder.ask(final["id"])
    assert kept is not None
    assert (kept.conversation, kept.drafter) == ("c-stream", "extractive")


def test_a_stream_says_what_the_answer_at_once_says(person: Any) -> None:
    client = person("agent")
    at_once, streamed = client.post("/api/v1/answer", json={"text": QUESTION}).json(), stream(client)[-1][1]
    for key in at_once:
        if key not in ("id", "timings_ms"):
            assert streamed[key] == at_once[key], key


def test_an_abstention_streams_too(person: Any) -> None:
    got = stream(person("agent"), text="你們的老闆今年幾歲?")
    assert got[0] == ("sources", {"sources": [], "draft": "", "disclaimers": []})
    assert "claim" not in [name for name, _ in got]
    assert got[-1][1]["abstain"] is True


def test_a_failure_is_the_last_event_and_hides_what_it_should(person: Any, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a secret detail 6123 4567")

    monkeypatch.setattr(services.answerer.searcher, "search", fail)
    response = person("agent").post("/api/v1/answer/stream", json={"text": QUESTION}, headers={"x-request-id": "s-1"})
    ((name, problem),) = events(response.text)
    assert (name, problem["status"], problem["request_id"]) == ("error", 500, "s-1")
    assert "secret" not in response.text


def test_a_line_break_in_a_text_ends_no_event() -> None:
    encoded = ServerEvent("note", {"text": "one\n\nevent: final\ndata: {}\r\u2028two"}).encoded().decode()
    assert encoded.count("\n") == 3
    assert events(encoded) == [("note", {"text": "one\n\nevent: final\ndata: {}\r\u2028two"})]


# ---- with a language model -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture(scope="module")
def with_model(shop: Settings, services: Services, model: OpenAIServer) -> Iterator[Services]:
    """The same shop and store, with a language model set up."""
    settings = dataclasses.replace(shop, llm="openai:test", llm_base_url=model.url, llm_api_key="key", llm_timeout_s=2)
    opened = Services.open(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app_with_model(with_model: Services) -> FastAPI:
    return create_app(with_model, with_model.settings)


@pytest.fixture
def reworded(app_with_model: FastAPI, person: Any) -> Callable[..., list[tuple[str, Any]]]:
    known = person("agent")
    return lambda **body: stream(type(known)(app_with_model, cookies=known.cookies, headers=known.headers), drafter="model", **body)


def test_a_models_wording_streams_and_is_named(reworded: Any, model: OpenAIServer, with_model: Services) -> None:
    model.says((REWORDED, [1]))
    got = reworded()
    (claim,) = [data for name, data in got if name == "claim"]
    assert "手續費為 4%" in claim["text"]
    assert claim["drafter"] == "openai:test"
    assert dict(got)["drafter"] == {"drafter": "openai:test", "worded": [True], "failure": None}
    final = got[-1][1]
    assert "手續費為 4%" in final["draft"]
    assert final["disclaimers"][0]["text"] in final["draft"]
    kept = with_model.recorder.ask(final["id"])
    assert kept is not None
    assert kept.drafter == "openai:test"


@pytest.mark.parametrize("fault", ["500", "hang", "garbage"])
def test_a_model_that_fails_leaves_the_extractive_draft(reworded: Any, model: OpenAIServer, fault: str) -> None:
    model.fault = fault
    got = reworded()
    model.fault = ""
    drafter = dict(got)["drafter"]
    assert drafter["drafter"] == "extractive"
    assert drafter["failure"]
    assert got[-1][1]["draft"] == got[0][1]["draft"]
    assert any(name == "note" for name, _ in got)


def test_without_a_model_none_is_asked(reworded: Any, model: OpenAIServer, person: Any) -> None:
    before = len(model.requests)
    stream(person("agent"))
    assert len(model.requests) == before


# ---- over the wire ---------------------------------------------------------------------------------------------------


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Slow:
    """A generator on a wire: one event, then nothing until it may go on."""

    def __init__(self) -> None:
        self.streams = Streams()
        self.go_on, self.closed = threading.Semaphore(0), threading.Event()
        self.sent = 0
        self.app = FastAPI()
        self.app.get("/")(lambda: self.streams.response(self.events, lambda error: ServerEvent("error", type(error).__name__)))

    def events(self) -> Generator[ServerEvent, None, None]:
        try:
            while True:
                self.sent += 1
                yield ServerEvent("note", {"n": self.sent})
                assert self.go_on.acquire(timeout=60)
        finally:
            self.closed.set()


def test_an_event_arrives_before_the_next_is_made_and_silence_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE", 0.05)
    slow = Slow()
    with serving(slow.app) as address, httpx.stream("GET", address, timeout=60) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: note"
        got = [next(lines) for _ in range(6)]
        assert ": still here" in got
        assert not slow.closed.is_set()
        assert slow.sent == 1
        slow.go_on.release()
        assert "event: note" in [next(lines) for _ in range(4)]
        slow.go_on.release()


def test_work_stops_when_the_reader_goes() -> None:
    slow = Slow()
    with serving(slow.app) as address:
        with httpx.stream("GET", address, timeout=60) as response:
            assert next(response.iter_lines()) == "event: note"
        time.sleep(0.2)
        slow.go_on.release()
        assert slow.closed.wait(60), "the generator was closed"
        assert slow.sent <= 2, "at most the event that was under way"
        end = time.monotonic() + 5
        while slow.streams._working and time.monotonic() < end:
            time.sleep(0.01)
        assert not slow.streams._working

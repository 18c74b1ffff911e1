"""Whatever goes wrong is a problem object with the request's id, and repeats nothing that was sent."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.errors import SnapshotError, StoreError
from ui.api.bodies import MAX_HISTORY, MAX_TEXT
from ui.api.requests import WithRequestId

PERSONAL = "6123 4567"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/answer", 405),
        ("DELETE", "/api/v1/replies", 405),
        ("GET", "/api/v1/articles/no/such", 404),
        ("GET", "/api/v1/search", 422),
        ("GET", "/api/v1/search?q=%20", 422),
        ("GET", "/api/v1/articles?limit=0", 422),
        ("GET", "/api/v1/articles?state=gone", 422),
        ("GET", "/api/v1/replies?since=yesterday", 422),
        ("GET", "/api/v1/replies?since=2031-05-20T00:00:00", 422),
        ("GET", "/api/v1/phrases?lang=yue", 422),
    ],
)
def test_every_refusal_is_a_problem_object(person: Any, method: str, path: str, status: int) -> None:
    response = person("admin").request(method, path, headers={"x-request-id": "my-own.id:1"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
    assert problem["request_id"] == response.headers["x-request-id"] == "my-own.id:1"
    if status == 405:
        assert response.headers["allow"]


@pytest.mark.parametrize("given", ["a" * 65, "two words", "a\tb", "<script>", ""])
def test_an_unsafe_request_id_is_replaced(person: Any, given: str) -> None:
    response = person("admin").get("/api/v1/phrases", headers={"x-request-id": given})
    assert response.headers["x-request-id"] not in ("", given)


BODIES: list[tuple[str, Any, int]] = [
    ("/answer", {"text": PERSONAL, "lang": PERSONAL}, 422),
    ("/answer", {"text": {"a": PERSONAL}}, 422),
    ("/answer", {"text": "a", PERSONAL: 1}, 422),
    ("/answer", {"text": "a", "as_of": PERSONAL}, 422),
    ("/answer", {"text": "a", "tone": PERSONAL}, 422),
    ("/answer", {"text": "a", "season": PERSONAL}, 422),
    ("/answer", {"text": "a", "history": [{"role": PERSONAL, "text": "a"}]}, 422),
    ("/answer", {"text": PERSONAL * 2000}, 413),
    ("/answer", {"text": "a", "conversation": PERSONAL * 50}, 413),
    ("/answer", [PERSONAL], 422),
    ("/answer", PERSONAL, 422),
    ("/answer/stream", {"text": "a", "drafter": PERSONAL}, 422),
    ("/answer/stream", {"text": "a", "drafter": "model"}, 422),
    ("/check", {"text": PERSONAL, "answer_id": PERSONAL}, 404),
    ("/check", {"text": PERSONAL, "answer": {"id": PERSONAL}}, 422),
    ("/feedback", {"answer_id": PERSONAL, "verdict": "right"}, 404),
    ("/feedback", {"answer_id": "a", "verdict": PERSONAL}, 422),
    ("/replies", {"text": PERSONAL, "action": PERSONAL}, 422),
    ("/replies", {"text": PERSONAL, "action": "send", "seconds": -1}, 422),
    ("/replies", {"text": "  ", "action": "send"}, 422),
    ("/eval", {"questions": [{"id": PERSONAL}]}, 422),
    ("/eval", {"questions": [{"id": PERSONAL, "text": "a"}] * 2}, 422),
    ("/eval", {"questions": []}, 422),
    ("/eval", {"questions": [{"id": "a", "text": PERSONAL * 2000}]}, 422),
    ("/context", {"snapshot": PERSONAL, "sources": [{}]}, 422),
    ("/frames", {"user": PERSONAL}, 404),
]


@pytest.mark.parametrize(("path", "body", "status"), BODIES, ids=[f"{path} {json.dumps(body)[:50]}" for path, body, _ in BODIES])
def test_a_refusal_repeats_nothing_of_the_body(person: Any, path: str, body: Any, status: int) -> None:
    response = person("admin").post(f"/api/v1{path}", json=body)
    assert response.status_code == status, response.text
    assert PERSONAL not in response.text
    assert "6123" not in response.text


def test_a_mistyped_field_is_named(person: Any) -> None:
    problem = person("agent").post("/api/v1/answer", json={"text": "a", "lnag": "en"}).json()
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("lnag", "extra_forbidden")]


@pytest.mark.parametrize("content", [b"not json", b'"\xff"', b"[" * 100_000, b'{"text": "\\ud800"}', b'{"text": "a", "text": '], ids=range(5))
def test_a_broken_body_is_a_problem(person: Any, content: bytes) -> None:
    response = person("agent").post("/api/v1/answer", content=content, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)


def test_the_longest_message_is_answered_and_one_more_character_is_not(person: Any) -> None:
    client = person("agent")
    assert client.post("/api/v1/answer", json={"text": "傘" * MAX_TEXT}).status_code == 200
    assert client.post("/api/v1/answer", json={"text": "傘" * (MAX_TEXT + 1)}).status_code == 413


def test_the_turns_together_are_bounded_too(person: Any) -> None:
    """Each may be as long as a message, and there may be a hundred, but not both."""
    client = person("agent")
    turns = [{"role": "customer", "text": "傘" * MAX_TEXT}] * (MAX_HISTORY // MAX_TEXT)
    assert client.post("/api/v1/answer", json={"text": "傘?", "history": turns}).status_code == 200
    refused = client.post("/api/v1/answer", json={"text": "傘?", "history": [*turns, {"role": "customer", "text": "?"}]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (413, "history")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SnapshotError("damaged", where="CURRENT", fix="run `kb ingest`"), 503),
        (ZeroDivisionError("a secret detail"), 500),
        (StoreError("gone", where="postgresql://secret.internal/x", fix="start it"), 503),
    ],
)
def test_a_failure_is_a_problem_with_the_headers_of_every_response(
    person: Any, services: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, status: int
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(services, "ask", fail)
    client = person("agent")
    response = TestClient.request(client, "POST", "/api/v1/answer", json={"text": PERSONAL}, headers={"x-request-id": "failing"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == response.json()["request_id"] == "failing"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in response.text
    assert "failing" in caplog.text, "the log and the client speak of the same request"
    assert PERSONAL not in caplog.text


def test_the_log_names_the_request_and_nothing_personal(person: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ui.api.requests"):
        person("agent").get("/api/v1/search", params={"q": PERSONAL}, headers={"x-request-id": "r-1"})
        person("agent").get("/api/v1/articles/a%0Ab")
    first, second = [record.getMessage() for record in caplog.records if record.name == "ui.api.requests"]
    assert first.startswith("GET /api/v1/search 200 ")
    assert "session:agent r-1" in first
    assert "6123" not in caplog.text
    assert "\n" not in second, "a path cannot forge a line"


def test_lines_of_the_log_know_their_request(person: Any, services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    handler = logging.Handler()
    handler.addFilter(WithRequestId())
    handler.emit = lambda record: seen.append(record.request_id)  # type: ignore[attr-defined, method-assign]
    ask = services.ask

    def asking(*arguments: Any, **options: Any) -> Any:
        logging.getLogger("retriever.anything").warning("from a thread of the pool")
        return ask(*arguments, **options)

    monkeypatch.setattr(services, "ask", asking)
    logging.getLogger("retriever.anything").addHandler(handler)
    try:
        person("agent").post("/api/v1/answer", json={"text": "a"}, headers={"x-request-id": "r-2"})
        logging.getLogger("retriever.anything").warning("outside any request")
    finally:
        logging.getLogger("retriever.anything").removeHandler(handler)
    assert seen == ["r-2", "-"]

"""Who may do what, and how much a minute."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from ui.api.limits import HEAVY_PER_MINUTE, PER_MINUTE, RateLimits
from ui.session import Identity

ROUTES = [
    ("answer", "POST", "/answer", {"text": "傘"}),
    ("answer", "POST", "/answer/stream", {"text": "傘"}),
    ("answer", "POST", "/context", {"snapshot": "a", "sources": []}),
    ("answer", "GET", "/phrases", None),
    ("answer", "GET", "/answers/x", None),
    ("answer", "GET", "/answers/x/receipt", None),
    ("answer", "PUT", "/answers/x/edit", {"text": "a"}),
    ("check", "POST", "/check", {"text": "a"}),
    ("search", "GET", "/search?q=a", None),
    ("articles", "GET", "/articles", None),
    ("articles", "GET", "/articles/x", None),
    ("feedback", "POST", "/feedback", {"answer_id": "x", "verdict": "right"}),
    ("replies", "POST", "/replies", {"text": "a", "action": "copy"}),
    ("replies", "GET", "/replies", None),
    ("eval", "POST", "/eval", {"questions": [{"id": "a", "text": "a"}]}),
    ("embed", "POST", "/frames", {"user": "nobody"}),
]
SCOPES = sorted({scope for scope, *_ in ROUTES})


@pytest.mark.parametrize(("scope", "method", "path", "body"), ROUTES, ids=[f"{method} {path}" for _, method, path, _ in ROUTES])
def test_a_route_demands_its_scope(app: Any, program: Any, scope: str, method: str, path: str, body: Any) -> None:
    path = f"/api/v1{path}"
    stranger = TestClient(app, base_url="http://127.0.0.1")
    assert stranger.request(method, path, json=body).status_code == 401
    assert stranger.request(method, path, json=body, headers={"authorization": "Bearer made-up"}).status_code == 401
    assert program(*[one for one in SCOPES if one != scope]).request(method, path, json=body).status_code == 403
    assert program(scope).request(method, path, json=body).status_code in (200, 201, 204, 404)


def test_a_session_needs_the_pages_token_for_changes(person: Any) -> None:
    client = person("agent")
    del client.headers["x-csrf-token"]
    response = client.post("/api/v1/answer", json={"text": "傘"})
    assert (response.status_code, response.json()["code"]) == (403, "csrf")
    assert client.get("/api/v1/phrases").status_code == 200


def test_a_program_that_asks_too_much_is_told_when_to_come_back(program: Any) -> None:
    client, other = program("answer", per_minute=3), program("answer", per_minute=3)
    granted = [client.get("/api/v1/phrases") for _ in range(3)]
    assert [response.status_code for response in granted] == [200] * 3
    assert [response.headers["ratelimit"].split(";")[1] for response in granted] == ["r=2", "r=1", "r=0"]
    assert granted[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
    refused = client.post("/api/v1/answer", json={"text": "傘"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"requests";r=0;t=')
    assert other.get("/api/v1/phrases").status_code == 200, "each has its own"


def test_a_refused_request_too_says_what_is_left(program: Any) -> None:
    response = program("answer", per_minute=5).post("/api/v1/answer", json={"text": ""})
    assert response.status_code == 422
    assert "ratelimit" not in response.headers or response.headers["ratelimit"].startswith('"requests";r=')


def test_an_evaluation_counts_by_itself(program: Any) -> None:
    client = program("eval", "answer")
    body = {"questions": [{"id": "a", "text": "傘"}]}
    statuses = [client.post("/api/v1/eval", json=body).status_code for _ in range(HEAVY_PER_MINUTE + 1)]
    assert statuses == [200] * HEAVY_PER_MINUTE + [429]
    assert client.get("/api/v1/phrases").status_code == 200


def test_people_have_a_limit_each() -> None:
    limits = RateLimits()
    amy, tim = (Identity(name, "agent", frozenset(), "session") for name in ("amy", "tim"))
    assert all(limits.count(amy, "requests", PER_MINUTE)[0] for _ in range(PER_MINUTE))
    assert not limits.count(amy, "requests", PER_MINUTE)[0]
    assert limits.count(tim, "requests", PER_MINUTE)[0]
    assert limits.count(Identity("amy", "agent", frozenset(), "token"), "requests", PER_MINUTE)[0], "a program of the same name is another"

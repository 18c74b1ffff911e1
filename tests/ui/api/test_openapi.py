"""The published description: complete, true, readable."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from ui.session import SCOPES

ROOT = Path(__file__).parents[3]
QUESTION = "未拆封的風暴傘幾天內可以退款?"


@pytest.fixture
def description(person: Any) -> dict[str, Any]:
    described: dict[str, Any] = person("agent").get("/api/v1/openapi.json").json()
    return described


def operations(description: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method, path): one for path, methods in description["paths"].items() for method, one in methods.items()}


def test_it_is_sound_openapi_with_nothing_left_over(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    schemas = description["components"]["schemas"]
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description)))
    assert references == set(schemas), "each is there, and each is used"
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    identifiers = [one["operationId"] for one in operations(description).values()]
    assert len(identifiers) == len(set(identifiers))


def test_every_route_says_what_it_is_with_examples_that_fit(description: dict[str, Any], validator: Any) -> None:
    for (method, path), one in operations(description).items():
        assert one["summary"], path
        assert len(one["description"]) > 20, path
        assert one["x-scope"] in SCOPES, path
        assert one["security"] == [{"bearer": [one["x-scope"]]}, {"cookie": []}], path
        assert {"401", "403", "429", "503"} <= set(one["responses"]), path
        bodies = [one["requestBody"]] if "requestBody" in one else []
        success = next(response for status, response in one["responses"].items() if status.startswith("2"))
        for part in [*bodies, *([success] if "content" in success else [])]:
            for kind, content in part["content"].items():
                assert "example" in content, f"{method} {path} {kind}"
                if kind == "application/json":
                    validator(description, content["schema"], content["example"])


def test_the_answer_schema_is_the_one_in_the_documentation(description: dict[str, Any]) -> None:
    documented = (ROOT / "docs" / "answer.schema.json").read_text(encoding="utf-8")
    packaged = (ROOT / "kb" / "data" / "answer.schema.json").read_text(encoding="utf-8")
    assert packaged == documented, "copy docs/answer.schema.json to kb/data/"
    schema = json.loads(documented)
    published = description["components"]["schemas"]["Answer"]
    assert published["required"] == schema["required"]
    assert set(published["properties"]) == set(schema["properties"])
    for path in ("/api/v1/answer",):
        assert description["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"] == {
            "$ref": "#/components/schemas/Answer"
        }


def test_every_route_answers_as_described(person: Any, description: dict[str, Any]) -> None:
    """The client holds each response to the description; here each route is called once with success."""
    client = person("admin")
    answer = client.post("/api/v1/answer", json={"text": QUESTION}).json()
    client.post("/api/v1/answer/stream", json={"text": QUESTION})
    client.post("/api/v1/context", json={"snapshot": answer["snapshot"], "sources": answer["sources"]})
    client.put(f"/api/v1/answers/{answer['id']}/edit", json={"text": "a"})
    client.post("/api/v1/check", json={"text": answer["draft"].replace("9", "8"), "answer_id": answer["id"]})
    client.post("/api/v1/feedback", json={"answer_id": answer["id"], "verdict": "wrong", "reason": "a"})
    for text, seconds in ((answer["draft"], 3), (answer["draft"].replace("9", "8"), None)):
        body = {"text": text, "action": "send", "acknowledged": True, "answer_id": answer["id"], "seconds": seconds}
        client.post("/api/v1/replies", json=body)
    client.post("/api/v1/eval", json={"questions": [{"id": "a", "text": QUESTION}]})
    client.post("/api/v1/frames", json={"user": "agent"})
    for path in (
        "search?q=傘",
        "articles",
        "articles/returns/umbrellas",
        "phrases",
        "replies",
        f"answers/{answer['id']}",
        f"answers/{answer['id']}/receipt",
    ):
        client.get(f"/api/v1/{path}")
    assert client.seen == set(operations(description))


@pytest.mark.parametrize(
    "body",
    [
        {"text": "How much is delivery to the outer islands?"},
        {"text": "你好"},
        {"text": "幫我查一下我的訂單到哪裡了"},
        {"text": "goodwill voucher", "asker": "agent"},
        {"text": "風暴傘", "as_of": "2030-06-01", "length": "long", "tone": "brief"},
        {"text": "芦苇笔多久清洗一次?保养期多长?", "lang": "en"},
        {"text": "And the fee?", "history": [{"role": "customer", "text": "delivery to the islands"}]},
    ],
    ids=lambda body: body["text"][:20],
)
def test_answers_of_every_kind_fit_the_schema(person: Any, body: dict[str, Any]) -> None:
    assert person("agent").post("/api/v1/answer", json=body).status_code == 200


def test_strangers_read_neither_the_description_nor_the_page(app: Any) -> None:
    stranger = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    assert stranger.get("/api/v1/openapi.json").status_code == 401
    response = stranger.get("/api/v1/docs")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=/api/v1/docs")


def test_the_page_shows_every_route_and_object_and_loads_nothing_from_outside(person: Any, description: dict[str, Any]) -> None:
    page = person("agent").get("/api/v1/docs").text
    for method, path in operations(description):
        assert f"{method.upper()}</b> <code>{path}" in page
    for name, schema in description["components"]["schemas"].items():
        assert ("properties" not in schema) or f'id="{name}"' in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page)), "no link leads nowhere"
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page) == []
    assert "<script" not in page
    assert "style=" not in page
    assert page.count("<section") == page.count("</section>")


def test_the_documentation_lists_every_route_with_its_scope(description: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if re.match(r"\| `(GET|POST|PUT) /", line)]
    documented = {
        (method.lower(), re.sub(r"\{\w+\}", "{}", path)): row[2] for row in rows for method, path in re.findall(r"`(GET|POST|PUT) (/[^`]*)`", row[1])
    }
    published = {(method, re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1"))): one for (method, path), one in operations(description).items()}
    assert set(documented) == set(published)
    for route, scopes in documented.items():
        assert published[route]["x-scope"] in scopes

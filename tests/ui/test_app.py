"""The web app without a browser: answers, checks, errors, guards, languages, the address."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.errors import SettingsError, SnapshotError
from kb.models import REPLY_LANGUAGES, Answer
from ui import render
from ui.api import MAX_TEXT
from ui.app import MAX_BODY, STATIC, create_app, golden_examples, serve
from ui.i18n import TEXTS, texts

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"


@pytest.fixture(scope="module")
def answer(http: httpx.Client) -> dict[str, Any]:
    response = http.post("/api/v1/answer", json={"text": QUESTION})
    assert response.status_code == 200
    return response.json()


# ---- answers ---------------------------------------------------------------------------------------------------------


def test_the_answer_route_gives_the_answer_object(answer: dict[str, Any]) -> None:
    assert set(answer) == {field.name for field in dataclasses.fields(Answer)}
    assert answer["question"] == QUESTION
    assert answer["as_of"] == "2026-11-21"
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", answer["draft"])}
    assert cited == {source["n"] for source in answer["sources"]} != set()
    assert "14" in answer["draft"]
    assert "5%" in answer["draft"]


def test_history_date_asker_and_language_reach_the_service(http: httpx.Client) -> None:
    body = {
        "text": "And the refund fee?", "history": [{"role": "customer", "text": "18K 金飾可以退嗎"}, {"role": "agent", "text": "可以"}],
        "as_of": "2026-12-01", "asker": "agent", "lang": "zh-Hans",
    }  # fmt: skip
    given = http.post("/api/v1/answer", json=body).json()
    assert (given["as_of"], given["asker"], given["reply_lang"]) == ("2026-12-01", "agent", "zh-Hans")


def test_an_edited_number_is_doubted_where_it_stands(http: httpx.Client, answer: dict[str, Any]) -> None:
    assert http.post("/api/v1/check", json={"text": answer["draft"], "answer": answer}).json() == {"problems": []}
    edited = "😀" + answer["draft"].replace("14 日", "41 日", 1)
    problems = http.post("/api/v1/check", json={"text": edited, "answer": answer}).json()["problems"]
    assert [problem["code"] for problem in problems] == ["unsupported"]
    start, end = problems[0]["span"]
    assert edited[start:end] == "41 日"


def test_a_lost_disclaimer_is_missed(http: httpx.Client, answer: dict[str, Any]) -> None:
    edited = answer["draft"].replace(answer["disclaimers"][0]["text"], "")
    problems = http.post("/api/v1/check", json={"text": edited, "answer": answer}).json()["problems"]
    assert [problem["code"] for problem in problems] == ["missing-disclaimer"]


def test_the_context_of_a_source_marks_its_quote(http: httpx.Client, answer: dict[str, Any]) -> None:
    given = http.post("/api/v1/context", json={"snapshot": answer["snapshot"], "sources": answer["sources"]}).json()["contexts"]
    assert [context["n"] for context in given] == [source["n"] for source in answer["sources"]]
    for context, source in zip(given, answer["sources"], strict=True):
        assert [passage["text"] for passage in context["passages"] if passage["highlight"]] == [source["quote"]]


# ---- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": ""}, 422, "text"),
        ({"text": " \n\t"}, 422, "text"),
        ({"text": "字" * (MAX_TEXT + 1)}, 413, "text"),
        ({"text": 7}, 422, "text"),
        ({}, 422, "text"),
        ([], 422, "body"),
        ({"text": "a", "tone": "warm"}, 422, "tone"),
        ({"text": "a", "as_of": "tomorrow"}, 422, "as_of"),
        ({"text": "a", "as_of": "0001-01-01"}, 422, "as_of"),
        ({"text": "a", "lang": "yue"}, 422, "lang"),
        ({"text": "a", "asker": "owner"}, 422, "asker"),
        ({"text": "a", "history": [{"role": "system", "text": "obey"}]}, 422, "history.0.role"),
        ({"text": "a", "history": [{"role": "agent", "text": "b"}] * 101}, 413, "history"),
        ({"text": "\ud800"}, 422, "body"),
    ],
    ids=lambda value: None if isinstance(value, int | str) else json.dumps(value)[:40],
)
def test_what_is_no_question_is_refused_by_field(http: httpx.Client, body: Any, status: int, field: str) -> None:
    response = http.post("/api/v1/answer", content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert field in [error["field"] for error in problem["errors"]]


def test_the_longest_message_is_answered(http: httpx.Client) -> None:
    assert http.post("/api/v1/answer", json={"text": "金" * MAX_TEXT}).status_code == 200


def test_a_refusal_does_not_repeat_what_was_sent(http: httpx.Client) -> None:
    response = http.post("/api/v1/answer", json={"text": "電話 6123 4567", "lang": "6123 4567"})
    assert response.status_code == 422
    assert "6123" not in response.text


@pytest.mark.parametrize("content", [b"not json", b'"\xff"', b"[" * 100_000, b""])
def test_a_broken_body_is_a_problem_not_a_crash(http: httpx.Client, content: bytes) -> None:
    response = http.post("/api/v1/answer", content=content, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_an_answer_that_is_none_cannot_be_checked(http: httpx.Client, answer: dict[str, Any]) -> None:
    for broken in ({**answer, "sources": [{}]}, {**answer, "disclaimers": [{"id": "x"}]}, {**answer, "question": None}, "answer"):
        assert http.post("/api/v1/check", json={"text": "a", "answer": broken}).status_code == 422


def test_a_body_beyond_the_limit_is_refused_announced_or_not(http: httpx.Client) -> None:
    assert http.post("/api/v1/answer", content=b" " * (MAX_BODY + 1)).status_code == 413
    chunks = (b" " * 100_000 for _ in range(MAX_BODY // 100_000 + 2))
    response = http.post("/api/v1/answer", content=chunks, headers={"content-type": "application/json"})
    assert response.status_code in (400, 413)


class Failing:
    """Services of which nothing works."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def ask(self, text: str, **options: Any) -> Answer:
        raise self.error

    def today(self) -> dt.date:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (SnapshotError("the snapshot is damaged", where="CURRENT", fix="run `kb ingest`"), 503, "CURRENT: the snapshot is damaged; run `kb ingest`"),
        (ZeroDivisionError("secret detail"), 500, "something went wrong here; the log has the details"),
    ],
    ids=["known", "unknown"],
)
def test_failures_are_problems_and_hide_what_they_should(settings: Any, error: Exception, status: int, said: str) -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(Failing(error), settings), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/api/v1/answer", json={"text": "a"})

    response = asyncio.run(ask())
    assert (response.status_code, response.json()["detail"]) == (status, said)
    assert response.headers["content-type"] == "application/problem+json"


# ---- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/desk/", "/healthz", "/static/desk.js", "/api/v1/answer", "/nowhere", "/desk/config"])
def test_every_response_carries_the_security_headers(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "user@evil.example:80", "[bad"])
@pytest.mark.parametrize("path", ["/desk/", "/healthz"])
def test_another_host_name_is_refused(http: httpx.Client, host: str, path: str) -> None:
    assert http.get(path, headers={"host": host}).status_code in (400, 421)


def test_this_machines_names_are_served(http: httpx.Client) -> None:
    for host in ("localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860"):
        assert http.get("/healthz", headers={"host": host}).status_code == 200, host


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_origin_is_refused(http: httpx.Client, origin: str) -> None:
    response = http.post("/api/v1/answer", json={"text": QUESTION}, headers={"origin": origin})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_our_own_origin_is_served(http: httpx.Client, address: str) -> None:
    assert http.post("/api/v1/answer", json={"text": QUESTION}, headers={"origin": address}).status_code == 200


@pytest.mark.parametrize("path", ["upload", "queue/join", "run/predict", "vibe-edit"])
def test_the_handlers_that_gradio_brings_are_shut(http: httpx.Client, path: str) -> None:
    assert http.post(f"/desk/gradio_api/{path}", files={"files": b"x"}).status_code == 405


def test_gradio_serves_no_file_of_this_machine(http: httpx.Client) -> None:
    for path in ("/etc/passwd", str(Path(__file__)), "pyproject.toml"):
        assert http.get(f"/desk/gradio_api/file={path}").status_code in (403, 404), path


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])
def test_serving_other_machines_is_refused(host: str, settings: Any) -> None:
    with pytest.raises(SettingsError, match="no accounts yet"):
        serve(Failing(Exception()), dataclasses.replace(settings, host=host))


def test_a_taken_port_is_named(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"):
            serve(Failing(Exception()), dataclasses.replace(settings, port=port))


# ---- the page --------------------------------------------------------------------------------------------------------


def page(http: httpx.Client, path: str = "/desk/", **headers: str) -> httpx.Response:
    http.cookies.clear()
    response = http.get(path, headers=headers)
    http.cookies.clear()
    return response


def test_the_root_leads_to_the_desk(http: httpx.Client) -> None:
    assert http.get("/").headers["location"] == "/desk/"


@pytest.mark.parametrize(
    ("path", "headers", "lang"),
    [
        ("/desk/", {}, "zh-Hant"),
        ("/desk/", {"accept-language": "en"}, "zh-Hant"),
        ("/desk/?lang=en", {}, "en"),
        ("/desk/", {"cookie": "youju_lang=zh-Hans"}, "zh-Hans"),
        ("/desk/?lang=en", {"cookie": "youju_lang=zh-Hans"}, "en"),
        ("/desk/?lang=%3Cscript%3E", {"cookie": "youju_lang=tlh; ;=;"}, "zh-Hant"),
    ],
)
def test_the_page_speaks_the_language_chosen(http: httpx.Client, path: str, headers: dict[str, str], lang: str) -> None:
    response = page(http, path, **headers)
    assert f'<html lang="{lang}"' in response.text
    assert texts(lang)["start.title"] in response.text
    assert ("youju_lang=" in response.headers.get("set-cookie", "")) == ("lang=en" in path)


def test_the_page_is_whole_though_the_browser_takes_gzip(http: httpx.Client) -> None:
    response = page(http, **{"accept-encoding": "gzip"})
    assert response.text.rstrip().endswith("</html>")
    assert response.headers["cache-control"] == "no-store"


def test_the_page_loads_nothing_from_outside(http: httpx.Client) -> None:
    text = page(http).text
    assert re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["'](?:https?:)?//[^"']*""", text) == []
    assert "raw.githubusercontent" not in text


def test_shop_texts_cannot_leave_their_script() -> None:
    evil = "</script><img src=x onerror=alert(1)><!--\u2028"
    boot = render.boot_json("en", today="2026-11-21", shop={"en": evil}, examples={"en": [evil]})
    assert "<" not in boot
    assert "\u2028" not in boot
    assert json.loads(boot)["shop"] == json.loads(boot)["examples"][0] == evil


def test_examples_come_from_the_shops_golden_questions(settings: Any, tmp_path: Path) -> None:
    found = golden_examples(settings.content)
    assert all(found[lang] for lang in REPLY_LANGUAGES)
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "questions" / "other.yaml").write_text("questions: [1, {text: null}, {lang: en, kind: single-fact}]", encoding="utf-8")
    assert golden_examples(tmp_path) == {lang: [] for lang in REPLY_LANGUAGES}


# ---- languages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TEXTS)
def test_no_text_is_missing_in_a_language(key: str) -> None:
    row = TEXTS[key]
    assert len(row) == len(REPLY_LANGUAGES)
    assert all(text.strip() for text in row)
    assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in row}) == 1, "the {fields} differ"


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    scripts = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    python = "".join((STATIC.parent / name).read_text(encoding="utf-8") for name in ("desk.py", "render.py"))
    written = set(re.findall(r"""["'`]([a-z_]+(?:\.[a-z_-]+)*)["'`]""", scripts)) | set(re.findall(r'"([a-z_.]+)"', python))
    computed = {"check.", "doubt.", "start.", "draft.empty.", "draft.waiting.", "sources.empty."}
    unused = {key for key in TEXTS if key not in written and not key.startswith(tuple(computed))}
    assert unused == set()
    called = set(re.findall(r"""\bt\("([a-z_.-]+)\"""", scripts)) | set(re.findall(r'data-t(?:-\w+)?="([a-z_.]+)"', python))
    assert called - set(TEXTS) == set()

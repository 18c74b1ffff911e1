"""The web app without a browser: guards, languages, the address. Sign-in and the API have tests of their own."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import re
import socket
from pathlib import Path

import httpx
import pytest

from kb.errors import SettingsError
from kb.models import REPLY_LANGUAGES
from kb.settings import Settings
from ui import render
from ui.app import STATIC, _is_news, serve
from ui.faces import golden_examples
from ui.guard import MAX_BODY
from ui.i18n import TEXTS, texts
from ui.services import Services

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"


# ---- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/desk/", "/healthz", "/login", "/static/desk.js", "/api/v1/answer", "/nowhere", "/desk/config"])
def test_every_response_carries_the_security_headers(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    policy = headers["content-security-policy"]
    assert ("default-src 'self'" if path.startswith("/desk") else "default-src 'none'") in policy
    assert ("unsafe" in policy) == path.startswith("/desk")
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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_change_that_another_page_starts_is_refused(http: httpx.Client, site: str) -> None:
    assert http.post("/api/v1/answer", json={"text": QUESTION}, headers={"sec-fetch-site": site}).status_code == 403


def test_a_body_beyond_the_limit_is_refused_announced_or_not(http: httpx.Client) -> None:
    assert http.post("/api/v1/answer", content=b" " * (MAX_BODY + 1)).status_code == 413
    chunks = (b" " * 100_000 for _ in range(MAX_BODY // 100_000 + 2))
    response = http.post("/api/v1/answer", content=chunks, headers={"content-type": "application/json"})
    assert response.status_code in (400, 413)


@pytest.mark.parametrize("path", ["upload", "queue/join", "run/predict", "vibe-edit"])
def test_the_handlers_that_gradio_brings_are_shut(http: httpx.Client, path: str) -> None:
    assert http.post(f"/desk/gradio_api/{path}", files={"files": b"x"}).status_code == 405


def test_gradio_serves_no_file_of_this_machine(http: httpx.Client) -> None:
    for path in ("/etc/passwd", str(Path(__file__)), "pyproject.toml"):
        assert http.get(f"/desk/gradio_api/file={path}").status_code in (403, 404), path


def test_a_taken_port_is_named(services: Services, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"):
            serve(services, dataclasses.replace(settings, port=port))


@pytest.mark.parametrize(("error", "told"), [(asyncio.CancelledError("shutdown"), False), (ValueError("broken"), True)])
def test_the_log_tells_of_failures_and_not_of_pages_that_were_open_at_the_end(error: BaseException, told: bool) -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), (type(error), error, None))
    assert _is_news(record) is told


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


def test_examples_come_from_the_shops_golden_questions(settings: Settings, tmp_path: Path) -> None:
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
    written = set(re.findall(r"""["'`]([a-z_]+(?:\.[a-z0-9_-]+)*)["'`]""", scripts)) | set(re.findall(r'"([a-z_.]+)"', python))
    computed = set(re.findall(r"`([a-z_.]+\.)\$\{", scripts)) | set(re.findall(r'f"([a-z_.]+\.)\{', python))
    endings = set(re.findall(r"\$\{[^}`]*\}(\.[a-z_.]+)`", scripts))
    unused = {key for key in TEXTS if key not in written and not key.startswith(tuple(computed)) and not key.endswith(tuple(endings))}
    assert unused == set()
    called = set(re.findall(r"""\bt\("([a-z_.-]+)\"""", scripts)) | set(re.findall(r'data-t(?:-\w+)?="([a-z_.]+)"', python))
    assert called - set(TEXTS) == set()

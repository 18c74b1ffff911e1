"""The desk of a shop with accounts, a webhook, a season and a language model: who is here, what arrives, who words the draft."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kb.settings import Settings
from kb.store.schema import sessions
from tests.retriever.openai_server import OpenAIServer, openai_server
from tests.ui.desk_driver import MESSAGE, ask, clipboard, draft, paste, ready, select_in_draft, served, toasted
from ui.i18n import texts
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
QUESTION = "未拆封的風暴傘可以退款嗎?收手續費嗎?"
SAID = texts("zh-Hant")

PHRASES = """
greetings:
  - id: rain
    name: {zh-Hant: 雨季, zh-Hans: 雨季, en: Rainy season}
    text: {zh-Hant: 祝您雨季平安!, zh-Hans: 祝您雨季平安!, en: Stay dry this rainy season!}
    from: 2031-05-01
    until: 2031-06-30
  - id: snow
    name: {zh-Hant: 初雪, zh-Hans: 初雪, en: First snow}
    text: {zh-Hant: 初雪快樂!, zh-Hans: 初雪快乐!, en: Happy first snow!}
    from: 2031-12-01
    until: 2031-12-31
quick:
  - id: thanks
    text: {zh-Hant: 感謝您的耐心。, zh-Hans: 感谢您的耐心。, en: Thank you for your patience.}
"""


@dataclass
class Receiver:
    """The webhook's other end: answers with `status`, holds back while `open` is not set."""

    url: str = ""
    status: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    got: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            state.open.wait(10)
            self.send_response(state.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    state.open.set()
    server.shutdown()


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with openai_server() as server:
        yield server


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, model: OpenAIServer) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("quay") / "content"))
    (content / "phrases.yaml").write_text(PHRASES, encoding="utf-8")
    return Settings(
        home=tmp_path_factory.mktemp("quay-home"), content=content, embedder="none", port=0, frame_ancestors="https://help.example",
        webhook_url=receiver.url, webhook_secret="a secret of the receiver and us",
        llm="openai:gpt-test", llm_base_url=model.url, llm_api_key="sk-test", idle_minutes=30,
    )  # fmt: skip


@pytest.fixture(scope="module")
def quay_services(quay: Settings) -> Services:
    services = Services.open(quay)
    services.store.add_user("amy", "agent", PASSWORD, "Amy Chan")
    services.store.add_user("root", "admin", PASSWORD)
    return services


@pytest.fixture(scope="module")
def quay_address(quay_services: Services, quay: Settings) -> str:
    return served(quay_services, quay)


@pytest.fixture
def signed_in(open_page: Callable[..., Any], quay_address: str) -> Callable[..., Any]:
    """Opens the desk by way of the sign-in page."""

    def opening(name: str = "amy", path: str = "/desk/", width: int = 1440, height: int = 900) -> Any:
        page = open_page(quay_address, path, width, height, wait="input[name=password]")
        sign_in(page, name)
        return page

    return opening


def sign_in(page: Any, name: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")


def test_the_bar_says_who_is_here_and_signs_out(signed_in: Callable[..., Any]) -> None:
    page = signed_in("amy")
    assert page.is_hidden("#demo-mark")
    assert page.inner_text(".user summary .name") == "Amy Chan"
    page.click(".user summary")
    assert SAID["role.agent"] in page.inner_text("#user-menu")
    assert page.locator("#faces a").all_inner_texts()[0] == SAID["face.desk"]
    page.keyboard.press("Escape")
    ask(page, QUESTION)
    page.click(".user summary")
    page.click("#user-menu button")
    page.wait_for_selector("input[name=password]")
    sign_in(page, "root")
    assert page.input_value(MESSAGE) == ""
    assert page.locator("#editor").is_hidden()


def test_a_session_that_ends_costs_no_word(signed_in: Callable[..., Any]) -> None:
    page = signed_in("amy")
    ask(page, QUESTION)
    select_in_draft(page, "您好!")
    page.keyboard.type("陳小姐您好!")
    page.wait_for_selector(".check-line.ok")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator("#button-send").dispatch_event("click")  # the desk may have noticed by itself, and stands behind its sheet
    page.wait_for_selector("#ended[open]")
    assert SAID["ended.title"] in page.inner_text("#ended")
    page.click("#ended .plain")
    assert draft(page).startswith("陳小姐")  # to be copied by hand, if need be
    page.context.add_cookies([{**cookie, "name": "youju_other"} for cookie in cookies if "session" in cookie["name"]])
    page.click("#button-send")
    page.click("#ended a.strong")
    sign_in(page, "amy")
    assert draft(page).startswith("陳小姐")
    assert page.input_value(MESSAGE) == QUESTION
    page.wait_for_selector(".check-line.ok")


def minutes_pass(page: Any, minutes: int) -> None:
    """By the page's clock."""
    page.evaluate("minutes => { const now = Date.now; Date.now = () => now() + minutes * 60_000; }", minutes)


def test_whoever_leaves_the_desk_is_told_and_loses_no_word(
    signed_in: Callable[..., Any], quay_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("ui.session.KNOWN_FOR", 0.0)
    page = signed_in("amy")
    ask(page, QUESTION)
    select_in_draft(page, "您好!")
    with page.expect_response(lambda response: response.url.endswith("/edit")):
        page.keyboard.type("陳小姐您好!")
    minutes_pass(page, 5)
    with page.expect_request("**/session") as told:  # reading and typing ask the server nothing else
        page.keyboard.press("Shift")
    assert "x-unattended" not in told.value.headers
    assert told.value.response().status == 204
    minutes_pass(page, 31)
    with page.expect_request("**/session") as looked:
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert looked.value.headers["x-unattended"] == "1"
    assert looked.value.response().status == 204, "the session is in use elsewhere, as far as the server knows"
    assert page.locator("#ended[open]").count() == 0
    with quay_services.store._writing() as connection:
        connection.execute(update(sessions).values(used_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)))
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#ended[open]")
    assert SAID["idle.title"] in page.inner_text("#ended")
    assert SAID["ended.body"] in page.inner_text("#ended")
    page.click("#ended a.strong")
    sign_in(page, "amy")
    assert draft(page).startswith("陳小姐")


def test_another_person_does_not_see_it(signed_in: Callable[..., Any]) -> None:
    page = signed_in("amy")
    ask(page, QUESTION)
    page.context.clear_cookies()
    page.reload()
    sign_in(page, "root")
    assert page.input_value(MESSAGE) == ""
    assert "9 日" not in page.inner_text("#desk")


def test_a_page_with_an_old_token_offers_to_load_again(signed_in: Callable[..., Any]) -> None:
    page = signed_in("amy")
    page.route("**/api/v1/answer**", lambda route: route.continue_(headers={**route.request.headers, "x-csrf-token": "old"}))
    paste(page, QUESTION)
    page.wait_for_selector("#ended[open]")
    assert SAID["stale.title"] in page.inner_text("#ended")
    page.unroute("**/api/v1/answer**")
    page.click("#ended .strong")
    ready(page)
    assert page.input_value(MESSAGE) == QUESTION


def test_delivery_is_shown_until_it_is_known(signed_in: Callable[..., Any], receiver: Receiver) -> None:
    page = signed_in("amy")
    receiver.open.clear()
    ask(page, QUESTION)
    page.click("#button-send")
    page.wait_for_selector(".banner.sent.pending")
    assert page.inner_text(".turn .delivery") == SAID["delivery.pending"]
    receiver.open.set()
    page.wait_for_selector(".banner.sent.delivered")
    assert page.inner_text(".turn .delivery") == SAID["delivery.delivered"]
    assert receiver.got[-1]["text"] == clipboard(page)

    receiver.status = 410
    try:
        ask(page, QUESTION)
        page.click("#button-send")
        page.wait_for_selector(".banner.sent.failed")
        toasted(page, SAID["delivery.failed"])
        page.evaluate("() => navigator.clipboard.writeText('')")
        page.click(".banner.sent .link")
        toasted(page, SAID["copied"])
        assert "9 日" in clipboard(page)
    finally:
        receiver.status = 200


def test_the_seasons_greeting_is_offered_and_stands_in_the_draft(signed_in: Callable[..., Any]) -> None:
    page = signed_in("amy")
    ask(page, QUESTION)
    page.click("#options summary")
    assert page.locator("#season option").all_inner_texts() == [SAID["season.none"], "雨季"]
    page.select_option("#season", "rain")
    page.wait_for_function("() => document.querySelector('#editor').textContent.includes('祝您雨季平安')")
    page.wait_for_selector(".check-line.ok")
    page.keyboard.press("Alt+p")
    page.wait_for_selector("#palette[open]")
    rows = page.locator("#palette-list button").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == ["雨季", "感謝您的耐心。", "初雪"]
    assert SAID["phrases.off"] in rows[2]


def test_the_model_words_it_sentence_by_sentence(signed_in: Callable[..., Any], model: OpenAIServer) -> None:
    page = signed_in("amy")
    ask(page, QUESTION)
    extractive = draft(page)
    assert page.inner_text("#writer") == SAID["writer.extractive"]
    assert page.inner_text("#tool-reword") == SAID["reword"]
    model.says(("未拆封的風暴傘,簽收後 9 日內可以退款,會收 4% 手續費。", [1]), ("摺疊傘免費送您一把。", [1]))
    model.gate = threading.Event()
    page.click("#tool-reword")
    page.wait_for_selector("#editor .arriving")
    assert page.get_attribute("body", "data-phase") == "streaming"
    assert "會收 4% 手續費" in draft(page)
    assert page.get_attribute("#editor", "contenteditable") == "false"
    assert page.inner_text("#tool-reword") == SAID["reword.stop"]
    model.gate.set()
    ready(page)
    assert "會收 4% 手續費" in draft(page)
    assert "免費送您" not in draft(page)
    assert page.inner_text("#writer") == SAID["writer.model"].format(model="gpt-test")
    page.click("#tool-reword")
    page.wait_for_function("text => document.querySelector('#editor').textContent === text", arg=extractive)

    model.fault = "hang"
    page.keyboard.press("Alt+w")
    page.wait_for_selector("body[data-phase=streaming], body[data-phase=loading]")
    page.keyboard.press("Escape")
    ready(page)
    assert draft(page) == extractive
    model.fault = "500"
    page.keyboard.press("Alt+w")
    page.wait_for_selector(".banner.note")
    ready(page)
    assert draft(page) == extractive
    assert page.inner_text("#writer") == SAID["writer.extractive"]
    model.fault = ""


def test_in_a_frame_there_is_no_bar(signed_in: Callable[..., Any], quay_address: str) -> None:
    page = signed_in(
        "amy",
        "/desk/?embed=1&q=%E6%9C%AA%E6%8B%86%E5%B0%81%E7%9A%84%E9%A2%A8%E6%9A%B4%E5%82%98%E5%8F%AF%E4%BB%A5%E9%80%80%E6%AC%BE%E5%97%8E",
        390,
        844,
    )
    ready(page)
    assert page.locator(".topbar").is_hidden()
    assert page.is_visible("#pane-draft")
    assert page.url == f"{quay_address}/desk/?embed=1"
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    page.keyboard.press("Alt+h")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("body.ready.embed")
    assert "9 日" in draft(page)
    page.context.clear_cookies()
    page.click("#button-send")
    page.wait_for_selector("#ended[open]")
    assert SAID["ended.frame"] in page.inner_text("#ended")
    assert page.locator("#ended a").count() == 0  # there is no signing in within a frame

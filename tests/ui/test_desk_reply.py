"""The reply goes out: copied, sent, recorded, asked about, judged; by keys alone."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.ui.desk_driver import MESSAGE, STREAM, ask, asked, caret_behind, clipboard, doubted, draft, paste, ready, select_in_draft, toasted
from ui.i18n import texts
from ui.services import Services

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"
SAID = texts("zh-Hant")
NEXT = "ControlOrMeta+Enter"


def answer_id(page: Any) -> str:
    return str(page.get_attribute("#receipt", "href")).removeprefix("/receipts/")


def replies(http: httpx.Client, answer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get("/api/v1/replies", params={"answer_id": answer}).json()["replies"]
    return found


def test_a_whole_reply_and_the_next_by_keys_alone(page: Any, http: httpx.Client) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", QUESTION)
    page.keyboard.press("ControlOrMeta+v")  # the message has the focus from the start
    ready(page)
    answer = answer_id(page)
    page.keyboard.press(NEXT)
    assert page.evaluate("() => document.activeElement.id") == "editor"
    page.keyboard.press(NEXT)
    page.wait_for_selector(".banner.sent")
    assert "14 日" in clipboard(page)
    assert not re.search(r"\[\d\]", clipboard(page))
    (kept,) = replies(http, answer)
    assert (kept["action"], kept["problems"], kept["edited"], kept["delivery"]) == ("send", [], False, "none")
    assert 0 < kept["seconds"] < 60
    assert page.inner_text(".banner.sent b") == SAID["delivery.none"]
    assert [turn.get_attribute("class") for turn in page.locator(".turn").all()] == ["turn customer", "turn agent"]
    assert answer in page.get_attribute(".banner.sent .receipt", "href")
    assert http.get(f"/receipts/{answer}").status_code == 200

    page.evaluate("text => navigator.clipboard.writeText(text)", "那手續費呢?")
    with page.expect_request(STREAM) as question:
        page.keyboard.press("ControlOrMeta+v")
    assert [turn["role"] for turn in asked(question.value)["history"]] == ["customer", "agent"]
    ready(page)
    page.keyboard.press("Alt+c")
    assert page.locator(".turn").count() == 0
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"


def test_open_problems_are_asked_about_once(page: Any, http: httpx.Client) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    select_in_draft(page, "14 日")
    page.keyboard.type("41 日")
    page.keyboard.press(NEXT)  # before the pause: sending checks by itself
    page.wait_for_selector("#send-question .banner")
    assert page.inner_text("#send-question b") == SAID["send.doubts"].format(n=1)
    page.keyboard.press("Escape")
    assert page.locator("#send-question .banner").count() == 0
    page.click("#button-send")
    page.click("#send-question .go-back")
    assert page.evaluate("() => getSelection().toString()") == "41 日"
    assert replies(http, answer) == []
    page.keyboard.press(NEXT)
    page.wait_for_selector("#send-question .banner")
    page.keyboard.press(NEXT)
    page.wait_for_selector(".banner.sent")
    (kept,) = replies(http, answer)
    assert [problem["code"] for problem in kept["problems"]] == ["unsupported"]
    assert kept["edited"]
    assert "41 日" in clipboard(page)


def test_f8_and_f9_find_and_mend_a_doubt(page: Any) -> None:
    ask(page, QUESTION)
    select_in_draft(page, "14 日")
    page.keyboard.type("41 日")
    page.wait_for_selector("#doubts li")
    page.keyboard.press("Home")
    page.keyboard.press("F8")
    assert page.evaluate("() => getSelection().toString()") == "41 日"
    page.keyboard.press("F9")
    page.wait_for_selector(".check-line.ok")
    assert doubted(page) == []
    assert "14 日" in draft(page)


def test_what_only_the_server_doubts_is_asked_about_too(page: Any, http: httpx.Client) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    page.route("**/api/v1/check", lambda route: route.fulfill(json={"problems": []}))
    select_in_draft(page, "5%")
    page.keyboard.type("95%")
    page.click("#button-send")
    page.wait_for_selector("#send-question .banner")
    assert doubted(page) == ["95%"]
    assert replies(http, answer) == []
    page.click("#send-question .anyway")
    page.wait_for_selector(".banner.sent")
    assert len(replies(http, answer)) == 1


def test_a_reply_whose_response_was_lost_is_recorded_once(page: Any, http: httpx.Client) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    keys: list[str] = []

    def lose(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()  # it arrives, the response does not
        route.abort()

    page.route("**/api/v1/replies", lose)
    page.click("#button-send")
    toasted(page, SAID["error.network"])
    assert page.is_visible("#editor")
    page.unroute("**/api/v1/replies")
    with page.expect_request("**/api/v1/replies") as again:
        page.click("#button-send")
    page.wait_for_selector(".banner.sent")
    assert [again.value.headers["idempotency-key"]] == keys
    assert len(replies(http, answer)) == 1


def test_copying_is_recorded_and_the_next_paste_is_the_next_message(page: Any, http: httpx.Client) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    with page.expect_response("**/api/v1/replies"):
        page.keyboard.press("ControlOrMeta+Shift+Enter")
    (kept,) = replies(http, answer)
    assert (kept["action"], kept["delivery"]) == ("copy", "none")
    page.evaluate("text => navigator.clipboard.writeText(text)", "你們寄新加坡嗎?")
    page.focus(MESSAGE)
    page.keyboard.press("End")
    page.keyboard.press("ControlOrMeta+v")
    assert page.input_value(MESSAGE) == "你們寄新加坡嗎?"


def test_feedback_takes_one_key_and_a_reason(page: Any, services: Services) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    page.keyboard.press("Alt+y")
    toasted(page, SAID["feedback.thanks"])
    assert page.get_attribute(".verdict.right", "aria-pressed") == "true"
    page.keyboard.press("Alt+n")
    page.wait_for_selector("#reason[open]")
    page.keyboard.press("2")
    assert page.input_value("#reason-text") == SAID["reason.wrong.2"]
    page.keyboard.type(",問的是 2 件")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.wrong[aria-pressed=true]")
    page.keyboard.press("Alt+u")
    page.wait_for_selector("#reason[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#reason", state="hidden")
    page.keyboard.press(NEXT)
    page.keyboard.press(NEXT)
    page.wait_for_selector(".banner.sent .verdict.wrong[aria-pressed=true]")
    page.click(".banner.sent .verdict.missing")
    page.keyboard.press("Enter")
    page.wait_for_selector(".banner.sent .verdict.missing[aria-pressed=true]")
    kept = [(one.verdict, one.reason) for one in services.store.feedback(answer_id=answer, limit=10)]
    assert sorted(kept) == [("missing", ""), ("right", ""), ("wrong", f"{SAID['reason.wrong.2']},問的是 2 件")]


def test_the_edited_text_is_kept_without_being_sent(page: Any, services: Services) -> None:
    ask(page, QUESTION)
    answer = answer_id(page)
    select_in_draft(page, "您好!")
    with page.expect_response(f"**/api/v1/answers/{answer}/edit") as kept:
        page.keyboard.type("陳小姐您好!")
    assert kept.value.status == 204
    services.recorder.flush()
    (edit,) = services.store.edits(answer)
    assert "您好!" in edit.text


@pytest.mark.parametrize("fault", ["missing", "broken off", "no final"])
def test_a_stream_that_does_not_get_through_is_asked_again_at_once(page: Any, fault: str) -> None:

    def answer(route: Any) -> None:
        if fault == "missing":
            route.fulfill(status=404, json={"status": 404, "detail": "Not Found"})
        elif fault == "broken off":
            route.abort("connectionreset")
        else:
            claim = 'event: claim\ndata: {"index": 0, "text": "9999 日", "citations": [1]}\n\n'
            route.fulfill(content_type="text/event-stream", body=claim)

    page.route(STREAM, answer)
    paste(page, QUESTION)
    ready(page)
    assert "14 日" in draft(page)
    assert "9999" not in draft(page)


def test_a_sentence_that_nothing_supports_is_taken_out_at_one_press(page: Any) -> None:
    ask(page, QUESTION)
    before = draft(page)
    caret_behind(page, "您好!")
    page.keyboard.type("我們保證全額賠償,電話 6123 4567。")
    page.wait_for_selector("#doubts .mend")
    while page.locator("#doubts .mend").count():
        assert page.locator("#doubts .mend").first.inner_text() == SAID["doubt.cut"]
        page.locator("#doubts .mend").first.click()
        page.wait_for_selector(".check-line.ok")
    assert draft(page) == before

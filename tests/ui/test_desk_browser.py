"""The desk as an agent uses it, in a real browser on the sample shop."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.ui.desk_driver import STREAM, asked, changed_answers, clipboard, doubted, draft, paste, ready, select_in_draft
from ui.i18n import texts

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"
EVIL = "<img src=x onerror=window.pwned=1> ${window.pwned=2} {{7*7}} </script><script>window.pwned=3</script>"
SAID = texts("zh-Hant")


def test_paste_draft_edit_check_mend_copy(page: Any) -> None:
    paste(page, QUESTION)  # and no button
    ready(page)
    assert re.search(r"14 日.*5%.*\[1\]", draft(page))
    assert page.locator("#editor .cite").count() >= 1
    assert page.text_content(".card[data-n='1'] .card-title").startswith("1黃金珠寶退換政策")
    page.wait_for_selector(".card[data-n='1'] mark")
    assert "14 日" in page.text_content(".card[data-n='1'] mark")
    assert "金價隨市場波動" in page.text_content("#editor .disclaimer")
    assert page.text_content("#check-line") == SAID["check.ok"]
    assert page.text_content("#writer") == SAID["writer.extractive"]
    assert re.search(r"total [\d.]+ ms\n↔ \d+ ms", page.get_attribute("#writer", "title"))
    assert doubted(page) == []

    select_in_draft(page, "14 日")
    page.keyboard.type("41 日")
    page.wait_for_selector("#doubts li")
    assert doubted(page) == ["41 日"]
    assert "41 日" in page.text_content("#doubts .where")
    page.hover("#editor")
    box = page.evaluate("() => { const b = [...CSS.highlights.get('doubt')][0].getBoundingClientRect(); return [b.x + 4, b.y + 6] }")
    page.mouse.move(*box)
    assert "41 日" in page.text_content("#tip")

    page.click("#button-copy")  # told once that a doubt is left
    page.wait_for_selector(".toast.warn.shown")
    assert clipboard(page) == QUESTION
    page.click("#doubts .mend")
    page.wait_for_selector(".check-line.ok")
    assert doubted(page) == []
    page.click("#button-copy")
    page.wait_for_selector(".toast.good.shown")
    copied = clipboard(page)
    assert "14 日" in copied
    assert "金價隨市場波動" in copied
    assert not re.search(r"\[\d+\]", copied)
    page.check("#with-marks")
    page.click("#button-copy")
    page.wait_for_function("async () => /\\[1\\]/.test(await navigator.clipboard.readText())")


def test_a_second_copy_copies_in_spite_of_doubts(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    select_in_draft(page, "5%")
    page.keyboard.type("95%")
    page.keyboard.press("ControlOrMeta+Shift+Enter")  # before the pause: copying checks by itself
    page.wait_for_selector(".toast.warn.shown")
    assert "95%" not in clipboard(page)
    page.keyboard.press("ControlOrMeta+Shift+Enter")
    page.wait_for_selector(".toast.good.shown")
    assert "95%" in clipboard(page)


def test_a_lost_disclaimer_is_put_back_by_one_press_and_edits_are_undone(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    original = draft(page)
    assert page.is_hidden("#tool-restore")
    select_in_draft(page, "金價隨市場波動,")
    page.keyboard.press("Delete")
    page.wait_for_selector("#doubts li[data-code=missing-disclaimer]")
    page.click("#doubts .mend")
    page.wait_for_selector(".check-line.ok")
    page.click("#tool-restore")
    assert draft(page) == original
    assert page.is_hidden("#tool-restore")


def test_citation_and_card_light_each_other_up(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    page.hover("#editor .cite[data-n='1']")
    assert "lit" in page.get_attribute(".card[data-n='1']", "class")
    page.hover("#part-topbar")
    assert "lit" not in page.get_attribute(".card[data-n='1']", "class")
    page.hover(".card[data-n='1']")
    assert "lit" in page.get_attribute("#editor .cite[data-n='1']", "class")
    page.click("#editor .cite[data-n='1']")
    assert "pinned" in page.get_attribute(".card[data-n='1']", "class")


def test_a_follow_up_is_asked_with_the_conversation(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    page.click("#button-addTurn")
    assert page.locator(".turn").count() == 2
    assert not re.search(r"\[\d\]", page.text_content(".turn.agent p"))
    assert page.input_value("#message textarea") == ""
    with page.expect_request(STREAM) as question:
        paste(page, "那手續費呢?")
    history = asked(question.value)["history"]
    assert [turn["role"] for turn in history] == ["customer", "agent"]
    assert history[0]["text"] == QUESTION
    assert "14 日" in history[1]["text"]
    ready(page)
    page.click("#button-newConversation")
    assert page.locator(".turn").count() == 0
    with page.expect_request(STREAM) as question:
        paste(page, "那手續費呢?")
    assert asked(question.value)["history"] == []


def test_the_language_switches_and_nothing_is_lost(open_desk: Callable[..., Any]) -> None:
    page = open_desk()
    paste(page, QUESTION)
    ready(page)
    select_in_draft(page, "14 日")
    page.keyboard.type("41 日")
    page.wait_for_selector("#doubts li")
    for link, lang in (("EN", "en"), ("简", "zh-Hans"), ("繁", "zh-Hant")):
        page.click(f".languages a:text-is('{link}')")
        page.wait_for_selector(f"html[lang={lang}] body.ready")
        page.wait_for_selector("#doubts li")
        words = texts(lang)
        assert page.inner_text("#button-copy") == words["copy"]
        assert page.get_attribute("#message textarea", "placeholder") == words["message.placeholder"]
        assert page.inner_text("#pane-sources h2") == words["sources"]
        assert "41 日" in page.text_content("#doubts")
        assert page.inner_text("#doubts .mend") == words["doubt.use"].format(value="14 日")
        assert page.title() == f"{words['brand']} · {words['face.desk']}"
        assert "41 日" in draft(page)
        assert page.input_value("#message textarea") == QUESTION
    page.reload()
    page.wait_for_selector("body.ready")
    assert doubted(page) == ["41 日"] or page.wait_for_selector("#doubts li")


def test_what_customers_and_articles_say_is_text(open_desk: Callable[..., Any]) -> None:
    page = open_desk()
    source = {
        "n": 1, "article": EVIL, "title": EVIL, "section": EVIL, "lines": [1, 2], "quote": EVIL, "version": "x",
        "valid_from": "2026-01-01", "valid_until": "2026-02-01", "stale": True,
    }  # fmt: skip
    changed_answers(page, {
        "draft": f"{EVIL} [1]", "sources": [source], "notes": [EVIL], "ask": EVIL, "reason": EVIL, "escalate_to": EVIL, "abstain": True,
        "conflicts": [{"topic": EVIL, "sources": [1]}], "disclaimers": [{"id": "x", "text": EVIL[:20]}],
    })  # fmt: skip
    paste(page, EVIL)
    ready(page)
    page.wait_for_timeout(300)
    assert page.input_value("#message textarea") == EVIL
    assert draft(page) == f"{EVIL} [1]"
    for selector in (".card-title", ".card mark", ".card-meta", ".banner.note", ".banner.ask", ".banner.abstain", ".banner.conflict"):
        assert EVIL in page.text_content(selector), selector
    assert [badge.text_content() for badge in page.locator(".card[data-n] .badge").all()] == [SAID["expired"], SAID["stale"]]
    page.click("#button-addTurn")
    assert page.text_content(".turn.customer p") == EVIL
    assert "[1]" not in page.text_content(".turn.agent p")
    page.reload()
    page.wait_for_selector(".turn.customer p")
    assert page.evaluate("() => window.pwned") is None
    assert page.locator("#desk img").count() == 0


def test_an_abstention_says_why_and_who(page: Any) -> None:
    paste(page, "幫我看看我昨天申請的退款審核到哪一步了")
    ready(page)
    assert page.inner_text(".banner.abstain b") == SAID["abstain.title"]
    assert page.locator(".banner.abstain .escalate").count() == 1
    page.wait_for_selector(".card.hit")
    assert page.locator("#facts .confidence").count() == 0
    assert page.locator(".check-line").is_hidden()
    assert not re.search(r"\d", draft(page))


def test_the_question_back_is_one_press(page: Any) -> None:
    changed_answers(page, {"ask": "請問您的訂單寄往哪裡?"})
    paste(page, QUESTION)
    ready(page)
    page.click(".banner.ask button")
    assert draft(page) == "請問您的訂單寄往哪裡?"
    page.click("#tool-restore")
    page.keyboard.press("Alt+q")
    assert draft(page) == "請問您的訂單寄往哪裡?"


def test_an_edited_draft_is_not_overwritten(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    select_in_draft(page, "您好!")
    page.keyboard.type("陳小姐您好!")
    page.focus("#message textarea")
    page.keyboard.press("End")
    page.keyboard.type(" 謝謝")  # a pause starts the search
    page.wait_for_selector(".banner.pending")
    assert draft(page).startswith("陳小姐")
    page.click(".banner.pending button >> nth=0")
    assert not draft(page).startswith("陳小姐")
    assert page.locator(".banner.pending").count() == 0


def test_options_are_sent_and_shown(page: Any) -> None:
    paste(page, QUESTION)
    ready(page)
    page.click("#options summary")
    with page.expect_request(STREAM) as question:
        page.select_option("#reply-language", "en")
    assert asked(question.value) == {"text": QUESTION, "history": [], "asker": "customer", "lang": "en"}
    page.wait_for_selector("#editor:lang(en)")
    with page.expect_request(STREAM) as question:
        page.fill("#as-of", "2026-06-18")
    assert asked(question.value)["as_of"] == "2026-06-18"
    page.wait_for_selector("#facts .pill.warm")
    assert "2026-06-18" in page.inner_text("#facts")


def test_an_input_method_is_left_alone(page: Any) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if "/api/v1/answer/stream" in request.url else None)
    page.focus("#message textarea")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "金飾退貨", "selectionStart": 4, "selectionEnd": 4})
    page.evaluate(
        """() => document.querySelector('#message textarea').dispatchEvent(
             new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true}))"""
    )
    page.wait_for_timeout(800)
    assert seen == []
    session.send("Input.insertText", {"text": "金飾退貨要幾天"})
    ready(page)
    assert len(seen) == 1


def test_a_failure_keeps_the_message_and_can_be_retried(page: Any) -> None:
    page.route("**/api/v1/answer**", lambda route: route.abort())
    paste(page, QUESTION)
    page.wait_for_selector("#draft-state .banner.bad")
    assert SAID["error.network"] in page.text_content("#draft-state")
    assert page.input_value("#message textarea") == QUESTION
    page.unroute("**/api/v1/answer**")
    page.route(STREAM, lambda route: route.fulfill(status=503, json={"status": 503, "detail": "CURRENT: damaged"}))
    page.click(".retry")
    page.wait_for_function("() => document.querySelector('#draft-state').textContent.includes('CURRENT: damaged')")
    page.unroute(STREAM)
    page.click(".retry")
    ready(page)
    assert "14 日" in draft(page)


def test_a_slow_answer_shows_that_it_is_awaited_and_the_newest_wins(page: Any) -> None:
    held: list[Any] = []
    page.route(STREAM, lambda route: held.append(route) if "慢" in route.request.post_data else route.continue_())
    paste(page, "慢 " + QUESTION)
    page.wait_for_selector("#draft-state .skeleton")
    paste(page, QUESTION)
    ready(page)
    assert len(held) == 1
    assert page.locator(".skeleton").count() == 0 or page.locator("#draft-state").is_hidden()


def test_a_link_with_a_question_asks_it(open_desk: Callable[..., Any]) -> None:
    page = open_desk("/desk/?lang=en&q=Do+you+ship+to+Singapore%3F")
    ready(page)
    assert page.input_value("#message textarea") == "Do you ship to Singapore?"
    assert "Singapore" in draft(page)
    assert page.url.endswith("/desk/")


def test_a_paste_anywhere_is_a_message(page: Any) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", QUESTION)
    page.click(".pane-head >> nth=2")
    page.keyboard.press("ControlOrMeta+v")
    ready(page)
    assert page.input_value("#message textarea") == QUESTION


@pytest.mark.parametrize("lang", ["zh-Hant", "en"])
def test_a_phone_shows_one_pane_at_a_time(open_desk: Callable[..., Any], lang: str) -> None:
    page = open_desk(f"/desk/?lang={lang}", width=390, height=844)

    def fits() -> bool:
        wide = "() => [...document.querySelectorAll('#desk *, .topbar *, .tabs *')].filter(e => e.offsetParent && (e.getBoundingClientRect().right > 391)).map(e => e.outerHTML.slice(0, 80))"
        overflowing = "() => [...document.querySelectorAll('#desk button, .tabs button, .topbar a')].filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"
        assert page.evaluate(wide) == []
        assert page.evaluate(overflowing) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390
        return True

    assert page.is_visible("#message")
    assert not page.is_visible("#pane-draft")
    assert fits()
    paste(page, QUESTION)
    ready(page)
    assert page.is_visible("#pane-draft")
    assert page.is_visible("#button-copy")
    assert not page.is_visible("#message")
    assert fits()
    page.click("#editor .cite[data-n='1']")
    assert page.is_visible(".card[data-n='1']")
    assert not page.is_visible("#pane-draft")
    assert fits()
    page.get_by_role("tab").nth(0).click()
    assert page.is_visible("#message")

"""Sentences from beside the draft: a source's own, what a search finds, what else might hold where confidence is low."""

from __future__ import annotations

from typing import Any

from tests.ui.desk_driver import ask, caret_behind, changed_answers, clipboard, draft, toasted
from ui.i18n import texts

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"
SAID = texts("zh-Hant")


def test_a_source_lends_its_sentence_at_the_caret(page: Any) -> None:
    ask(page, QUESTION)
    before = draft(page)
    caret_behind(page, "您好!")
    page.click(".card[data-n='1'] .insert")
    assert draft(page).startswith("您好!18K")
    assert draft(page).count("[1]。") == before.count("[1]。") + 1
    page.wait_for_selector(".check-line.ok")
    page.keyboard.press("ControlOrMeta+z")
    assert draft(page) == before
    caret_behind(page, "手續費")  # within a sentence: it goes behind it
    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+i")
    assert "手續費 [1]。18K" in draft(page)


def test_a_passage_that_is_looked_up_becomes_a_source(page: Any) -> None:
    ask(page, QUESTION)
    cited = page.locator(".card[data-n]").count()
    page.keyboard.press("Alt+k")
    page.keyboard.type("香港標準速遞運費")
    page.wait_for_selector("#found .hit")
    assert page.locator("#cards").is_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    quote = page.inner_text("#found .hit:focus mark").strip()
    page.keyboard.press("Enter")
    toasted(page, SAID["inserted"].format(n=cited + 1))
    page.wait_for_selector(f".card.pinned[data-n='{cited + 1}']")
    assert f"{quote.rstrip('。')} [{cited + 1}]。" in draft(page)
    assert page.evaluate("() => document.activeElement.id") == "editor"
    page.wait_for_selector(".check-line.ok")  # its numbers are held to the new source
    page.keyboard.type("運費 HKD 1234 [1]。")
    page.wait_for_selector("#doubts li")
    for _ in range(len("運費 HKD 1234 [1]。")):
        page.keyboard.press("Backspace")
    page.wait_for_selector(".check-line.ok")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector(".banner.sent")  # the server held it to the new source too
    assert quote in clipboard(page)
    assert f"[{cited + 1}]" not in clipboard(page)


def test_the_search_closes_by_escape_and_keeps_to_the_day(page: Any) -> None:
    ask(page, QUESTION)
    page.click("#options summary")
    page.fill("#as-of", "2026-06-18")
    page.wait_for_selector("#facts .pill.warm")
    with page.expect_request("**/api/v1/search**") as searched:
        page.fill("#lookup", "618")
    assert "as_of=2026-06-18" in searched.value.url
    page.wait_for_selector("#found .card")
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden()
    assert page.locator("#cards").is_visible()
    assert page.evaluate("() => document.activeElement.id") == "editor"


def test_what_is_internal_is_shown_and_not_lent(page: Any) -> None:
    ask(page, QUESTION)
    page.fill("#lookup", "羊年賀語須在 30 字以內")
    page.wait_for_selector("#found .hit .badge.internal")
    internal = page.locator("#found .hit", has=page.locator(".badge.internal")).first
    assert internal.locator(".insert").count() == 0


def test_low_confidence_shows_what_else_might_hold_and_why(page: Any) -> None:
    changed_answers(page, {"confidence": 0.5})
    ask(page, QUESTION)
    page.wait_for_selector("#cards .hit")
    assert SAID["others"] in page.inner_text(".near-head")
    first = page.locator("#cards .hit").first
    assert any(SAID[why] in first.inner_text() for why in ("why.lexical", "why.weak"))
    assert SAID["confidence.low"].format(percent=50) in page.inner_text("#facts")
    cited = page.locator(".card[data-n]").count()
    first.locator(".insert").click()
    page.wait_for_selector(f".card[data-n='{cited + 1}']")
    page.click("#tool-restore")
    assert page.locator(".card[data-n]").count() == cited


def test_a_confident_answer_shows_none_beside_it(page: Any) -> None:
    changed_answers(page, {"confidence": 0.95})
    ask(page, QUESTION)
    page.wait_for_timeout(300)
    assert page.locator("#cards .hit").count() == 0

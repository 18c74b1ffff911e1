"""The conversation: whole chats pasted, turns mended, the clock of the channel, the options of a reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.ui.desk_driver import MESSAGE, STREAM, ask, asked, caret_behind, changed_answers, draft, paste, ready
from ui.i18n import texts

QUESTION = "18K 金飾退貨收手續費嗎？幾天內可以退？"
CHAT = "客人: 你好\n客服小美: 您好,有甚麼可以幫到您?\n客人: 18K 金飾可以退貨嗎?\n客人: 收手續費嗎?"
SAID = texts("zh-Hant")

CHATS: list[tuple[str, list[list[str]] | None]] = [
    (CHAT, [["customer", "你好"], ["agent", "您好,有甚麼可以幫到您?"], ["customer", "18K 金飾可以退貨嗎?"], ["customer", "收手續費嗎?"]]),
    (
        "[21/11/2026, 10:02:11] Chan Tai Man: Hi\n[21/11/2026, 10:03:00] Support: Hello\nHow can I help?\n[21/11/2026, 10:04:59] Chan Tai Man: Fee: how much?",
        [["customer", "Hi"], ["agent", "Hello\nHow can I help?"], ["customer", "Fee: how much?"]],
    ),
    (
        "买家 2026-11-21 10:02\n在吗\n卖家 2026-11-21 10:03\n在的\n买家 2026-11-21 10:04\n能退吗",
        [["customer", "在吗"], ["agent", "在的"], ["customer", "能退吗"]],
    ),
    ("10:02 Visitor: Hello\n10:03 Suiyue House: Hi", [["customer", "Hello"], ["agent", "Hi"]]),
    ("客人: 你好\n訂單號: 123\n地址: 旺角", None),
    ("你好,我的問題: 18K 金可以退嗎?", None),
    ("Question 1: can I return it?\nQuestion 2: is there a fee?", None),
    ("see https://example.com/a: it says 14 days\nthanks", None),
    ("訂單 12:30 到\n客服: 好的", None),
    ("Tom: hi\nJerry: hello", None),
    ("", None),
]


def test_only_chats_are_read_as_chats(page: Any) -> None:
    read = page.evaluate(
        """async chats => {
          const { readTranscript } = await import("/static/transcript.js");
          return chats.map(chat => readTranscript(chat, "Suiyue House")?.map(turn => [turn.role, turn.text]) ?? null);
        }""",
        [chat for chat, _ in CHATS],
    )
    assert read == [turns for _, turns in CHATS]


def test_a_pasted_chat_becomes_turns_and_can_be_put_together_again(page: Any) -> None:
    with page.expect_request(STREAM) as question:
        paste(page, CHAT)
    ready(page)
    body = asked(question.value)
    assert body["text"] == page.input_value(MESSAGE) == "18K 金飾可以退貨嗎?\n收手續費嗎?"
    assert [turn["role"] for turn in body["history"]] == ["customer", "agent"]
    assert SAID["split"].format(n=4) in page.inner_text(".split")
    with page.expect_request(STREAM) as question:
        page.click(".split .link")
    assert asked(question.value)["text"] == page.input_value(MESSAGE) == CHAT
    assert page.locator(".turn").count() == 0


def test_turns_are_mended_removed_and_given_to_the_other(page: Any) -> None:
    paste(page, CHAT)
    ready(page)

    def history(act: Callable[[], None]) -> list[tuple[str, str]]:
        with page.expect_request(STREAM) as question:
            act()
        return [(turn["role"], turn["text"]) for turn in asked(question.value)["history"]]

    def edit() -> None:
        page.hover(".turn.customer")
        page.click(".turn.customer .edit")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("您好,我想問退貨")
        page.keyboard.press("ControlOrMeta+Enter")

    assert history(edit) == [("customer", "您好,我想問退貨"), ("agent", "您好,有甚麼可以幫到您?")]
    page.hover(".turn.agent")
    assert history(lambda: page.click(".turn.agent .swap"))[1][0] == "customer"
    assert history(lambda: page.click(".turn[data-index='1'] .remove")) == [("customer", "您好,我想問退貨")]
    page.click(".turn .edit")
    page.keyboard.type("!!")
    page.keyboard.press("Escape")
    assert page.inner_text(".turn p") == "您好,我想問退貨"


def test_the_channel_has_a_quiet_clock(open_desk: Callable[..., Any]) -> None:
    page = open_desk()
    assert page.locator("#clock").is_hidden()
    page.select_option("#channel", "chat")
    with page.expect_request(STREAM) as question:
        paste(page, QUESTION)
    assert asked(question.value)["channel"] == "chat"
    ready(page)
    assert page.inner_text("#clock").startswith("0:0")
    assert SAID["unit.min"].format(n=3) in page.inner_text("#clock")
    assert page.get_attribute("#clock", "class").strip() == "clock"
    page.evaluate(
        """() => { const kept = JSON.parse(sessionStorage.getItem("youju.desk")); kept.began -= 200_000;
                   addEventListener("pagehide", () => sessionStorage.setItem("youju.desk", JSON.stringify(kept))); }"""
    )
    page.reload()
    page.wait_for_selector("#clock.late")
    assert page.input_value("#channel") == "chat"
    page.keyboard.press("Alt+c")
    assert page.locator("#clock").is_hidden()
    page.evaluate("() => localStorage.clear()")


def test_tone_and_length_change_the_draft_and_stay_the_agents_own(page: Any) -> None:
    ask(page, QUESTION)
    warm = draft(page)
    page.keyboard.press("Alt+o")
    assert page.evaluate("() => document.activeElement.id") == "as-of"
    with page.expect_request(STREAM) as question:
        page.select_option("#tone", "brief")
    assert asked(question.value)["tone"] == "brief"
    page.wait_for_function("warm => document.querySelector('#editor').textContent !== warm", arg=warm)
    assert not draft(page).startswith("您好")
    with page.expect_request(STREAM) as question:
        page.select_option("#length", "short")
    assert asked(question.value)["length"] == "short"
    page.select_option("#reply-language", "en")
    assert page.locator("#options-now .changed").all_inner_texts() == ["English", SAID["tone.brief"], SAID["length.short"]]
    page.click("#button-newConversation")
    assert (page.input_value("#tone"), page.input_value("#length"), page.input_value("#reply-language")) == ("brief", "short", "")
    page.evaluate("() => localStorage.clear()")


def test_a_phrase_is_found_and_inserted_by_keys(page: Any) -> None:
    ask(page, QUESTION)
    caret_behind(page, "您好!")
    page.keyboard.press("Alt+p")
    page.wait_for_selector("#palette[open]")
    page.keyboard.type("照片")
    assert page.locator("#palette-list button").count() == 1
    page.evaluate(
        """() => document.querySelector('#palette-query').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"""
    )
    assert page.locator("#palette[open]").count() == 1  # an input method's Enter picks nothing
    phrase = page.inner_text("#palette-list button")
    page.keyboard.press("Enter")
    assert draft(page).startswith(f"您好!{phrase}")
    page.keyboard.press("Alt+p")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert page.locator("#palette[open]").count() == 0
    assert page.evaluate("() => document.activeElement.id") == "editor"


def test_conversation_and_channel_come_from_the_link(open_desk: Callable[..., Any]) -> None:
    page = open_desk("/desk/?conversation=ticket-7&channel=email")
    page.wait_for_function("() => document.querySelector('#channel').value === 'email'")
    with page.expect_request(STREAM) as question:
        paste(page, QUESTION)
    body = json.loads(question.value.post_data)
    assert (body["conversation"], body["channel"]) == ("ticket-7", "email")
    page.evaluate("() => localStorage.clear()")


def test_a_chat_is_only_text(page: Any) -> None:
    changed_answers(page, {"notes": []})
    paste(page, "客人: <img src=x onerror=window.pwned=1>\n客服: ${window.pwned=2}\n客人: <b>hi</b> there")
    ready(page)
    assert page.inner_text(".turn.customer p") == "<img src=x onerror=window.pwned=1>"
    assert page.input_value(MESSAGE) == "<b>hi</b> there"
    assert page.evaluate("() => window.pwned") is None

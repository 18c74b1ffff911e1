"""Drives the desk as a person does: paste, read, edit, press. Shared by the browser tests and the screenshots."""

from __future__ import annotations

import json
import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb.settings import Settings
from ui.app import serve
from ui.services import Services

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
MESSAGE = "#message textarea"
STREAM = "**/api/v1/answer/stream"


class NoBrowser(Exception):
    """No Chromium is installed."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium, or another that is installed."""
    from playwright.sync_api import sync_playwright

    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        path = installed or playwright.chromium.executable_path
        if not Path(path).exists():
            raise NoBrowser("no Chromium: apt-get install chromium fonts-noto-cjk")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def served(services: Services, settings: Settings) -> str:
    """Address of the app, listening on a free port until the process ends."""
    announced: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(services, settings, announced.put), daemon=True).start()
    return announced.get(timeout=60).rstrip("/")


def may_skip_without_browser() -> bool:
    return os.environ.get("YOUJU_REQUIRE_BROWSER") != "1"


# ---- what an agent does -------------------------------------------------------------------------------------------------


def paste(page: Any, text: str, into: str = MESSAGE) -> None:
    """Replace what a field holds by the clipboard."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.focus(into)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("ControlOrMeta+v")


def ready(page: Any) -> None:
    """The draft stands and is checked."""
    page.wait_for_selector("body[data-phase=ready]")
    page.wait_for_selector(".check-line:is(.ok, .some, .nothing)", state="attached")


def ask(page: Any, text: str) -> None:
    """Paste a message and wait for the draft to it."""
    with page.expect_response(lambda response: "/api/v1/answer" in response.url and response.ok):
        paste(page, text)
    ready(page)


def select_in_draft(page: Any, words: str) -> None:
    """Select words of the draft as a drag of the mouse does."""
    page.evaluate(
        """words => {
          const walker = document.createTreeWalker(document.querySelector('#editor'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            document.querySelector('#editor').focus();
            getSelection().setBaseAndExtent(node, at, node, at + words.length);
            return;
          }
          throw new Error(`the draft has no ${words}`);
        }""",
        words,
    )


def caret_behind(page: Any, words: str) -> None:
    """Put the caret behind words of the draft."""
    select_in_draft(page, words)
    page.evaluate("() => getSelection().collapseToEnd()")


# ---- what an agent sees -------------------------------------------------------------------------------------------------


def clipboard(page: Any) -> str:
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def draft(page: Any) -> str:
    return str(page.text_content("#editor"))


def doubted(page: Any) -> list[str]:
    """The words that the page underlines."""
    found: list[str] = page.evaluate("() => [...(CSS.highlights.get('doubt') ?? [])].map((range) => range.toString())")
    return found


def toasted(page: Any, text: str) -> None:
    """Wait for the page to say it in passing."""
    page.wait_for_function("text => document.querySelector('.toast.shown')?.textContent.includes(text)", arg=text)


# ---- what the server says ------------------------------------------------------------------------------------------------


def events(body: str) -> list[tuple[str, Any]]:
    """The events of a stream."""
    found = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        lines = block.split("\n")
        names = [line[6:].strip() for line in lines if line.startswith("event:")]
        data = [line[5:].strip() for line in lines if line.startswith("data:")]
        if names and data:
            found.append((names[0], json.loads("\n".join(data))))
    return found


def stream_of(pairs: list[tuple[str, Any]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in pairs)


def changed_answers(page: Any, changes: Mapping[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """From now on answers have these values in place of the server's."""

    def change(answer: dict[str, Any]) -> dict[str, Any]:
        return changes(answer) if callable(changes) else {**answer, **changes}

    def answer(route: Any) -> None:
        given = events(route.fetch().text())
        route.fulfill(content_type="text/event-stream", body=stream_of([("final", change(dict(given)["final"]))]))

    page.route(STREAM, answer)


def asked(request: Any) -> dict[str, Any]:
    """The question that a request asks, without the conversation's id."""
    body: dict[str, Any] = json.loads(request.post_data)
    assert body.pop("conversation")
    return body

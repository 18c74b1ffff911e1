"""One served desk over the sample shop for all tests of the faces, and a browser to drive it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.settings import Settings
from tests.ui.desk_driver import NoBrowser, chromium, may_skip_without_browser, served
from ui.services import Services

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Lexical search only: what the desk does is the same, and nothing has to be embedded."""
    return Settings(home=tmp_path_factory.mktemp("kb"), content=CONTENT, embedder="none", port=0)


@pytest.fixture(scope="session")
def services(settings: Settings) -> Services:
    return Services.open(settings)


@pytest.fixture(scope="session")
def address(services: Services, settings: Settings) -> str:
    """Of a desk that listens on a free port until the tests end."""
    return served(services, settings)


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def profile() -> Iterator[Any]:
    """A browser's profile. Without a browser the test is skipped, or fails under YOUJU_REQUIRE_BROWSER=1."""
    pytest.importorskip("playwright.sync_api")
    try:
        with chromium() as browser:
            yield browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    except NoBrowser as missing:
        (pytest.skip if may_skip_without_browser() else pytest.fail)(str(missing))


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What pages should not have done: script errors, dialogs, requests to another place."""
    return []


@pytest.fixture
def open_page(profile: Any, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """Opens a page in a tab of its own, no cookie set; the tab is closed after the test."""
    opened: list[Any] = []

    def opening(address: str, path: str = "/desk/", width: int = 1440, height: int = 900, wait: str = "body.ready") -> Any:
        profile.clear_cookies()
        page = profile.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(60_000)
        watch(page, address, complaints)
        page.goto(address + path)
        page.wait_for_selector(wait)
        return page

    yield opening
    for page in opened:
        page.close()
    assert complaints == []


def watch(page: Any, address: str, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: request.url.startswith((address, "data:", "blob:")) or complaints.append(f"asked outside: {request.url}"),
    )


@pytest.fixture(scope="session")
def tab(profile: Any, address: str, complaints: list[str]) -> Any:
    """A tab with the sample shop's desk that stays open all day, as an agent's does."""
    page = profile.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    watch(page, address, complaints)
    page.goto(address + "/desk/")
    page.wait_for_selector("body.ready")
    return page


@pytest.fixture
def page(tab: Any, complaints: list[str]) -> Iterator[Any]:
    """That tab, at a new conversation with the usual options."""
    tab.bring_to_front()
    tab.evaluate(
        """() => {
          localStorage.clear();
          for (const sheet of document.querySelectorAll("dialog[open]")) sheet.close();
          document.querySelector("#options").open = document.querySelector("#with-marks").checked = false;
          document.querySelector("#channel").value = "";
          document.querySelector("#toast").className = "toast";
          window.youju.newConversation();
        }"""
    )
    yield tab
    tab.unroute_all(behavior="ignoreErrors")
    assert complaints == []


@pytest.fixture
def open_desk(open_page: Callable[..., Any], address: str) -> Callable[..., Any]:
    """Opens the sample shop's desk in a tab of its own."""
    return lambda path="/desk/", width=1440, height=900: open_page(address, path, width, height)

"""One served desk over the sample shop for all tests of the faces, and a browser to drive it."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from kb.settings import Settings
from ui.app import serve
from ui.services import Services

CONTENT = Path(__file__).parents[2] / "content"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip


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
    announced: queue.Queue[str] = queue.Queue()
    threading.Thread(target=serve, args=(services, settings, announced.put), daemon=True).start()
    return announced.get(timeout=30).rstrip("/")


@pytest.fixture(scope="session")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def profile():
    """A profile of Debian's Chromium, or another that is installed. Without one the test is skipped, or fails under YOUJU_REQUIRE_BROWSER=1."""
    sync_api = pytest.importorskip("playwright.sync_api")
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_api.sync_playwright() as playwright:
        path = installed or playwright.chromium.executable_path
        if not Path(path).exists():
            missing = "no Chromium: apt-get install chromium fonts-noto-cjk"
            (pytest.fail if os.environ.get("YOUJU_REQUIRE_BROWSER") == "1" else pytest.skip)(missing)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        browser.close()


@pytest.fixture
def open_desk(profile, address: str) -> Iterator[Callable[..., object]]:
    """Opens the desk in a tab of its own, no cookie set. Afterwards: no script error, and nothing was asked of another place."""
    complaints: list[str] = []

    def opening(path: str = "/desk/", width: int = 1440, height: int = 900):
        page = profile.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: request.url.startswith((address, "data:", "blob:")) or complaints.append(f"asked outside: {request.url}"),
        )
        page.goto(address + path)
        page.wait_for_selector("body.ready")
        return page

    profile.clear_cookies()
    yield opening
    for page in profile.pages:
        page.close()
    assert complaints == []

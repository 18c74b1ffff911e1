"""Golden questions and "check impact" in a real browser: pin from the desk's log, change the article, see what breaks, and that nothing was published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.settings import Settings
from tests.ui.desk_driver import served
from ui.i18n import texts
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
UMBRELLAS = "returns/umbrellas.md"
REFUND, LOST = "未拆封的風暴傘幾天內可以退款? <img src=x onerror=alert(1)>", "When does a parcel count as lost?"
SAID = texts("zh-Hant")


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("impact-page") / "content"))
    return Settings(home=tmp_path_factory.mktemp("impact-page-home"), content=content, embedder="none", port=0)


@pytest.fixture(scope="module")
def quay_services(quay: Settings) -> Services:
    services = Services.open(quay)
    services.store.add_user("olga", "owner", PASSWORD, "Olga")
    return services


@pytest.fixture(scope="module")
def quay_address(quay_services: Services, quay: Settings) -> str:
    return served(quay_services, quay)


def test_what_a_change_breaks_is_seen_before_it_is_published(
    open_page: Callable[..., Any], quay_address: str, quay: Settings, quay_services: Services
) -> None:
    secret, _ = quay_services.store.add_client("desk", ("answer",), 100)
    for text in (LOST, REFUND, REFUND):
        assert httpx.post(f"{quay_address}/api/v1/answer", json={"text": text}, headers={"authorization": f"Bearer {secret}"}).status_code == 200
    page = open_page(quay_address, "/login?next=/content/", wait="input[name=password]")
    page.fill("input[name=name]", "olga")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")

    page.click("[data-view=golden]")  # ---- pin what the desk was asked
    page.wait_for_selector("#golden-log .golden-list > li:nth-child(3)")
    page.fill("#log-words", "风暴伞")
    page.wait_for_function("() => document.querySelectorAll('#golden-log .golden-list > li').length === 2")
    page.click("#golden-log li:nth-child(1) .pin-one")
    assert page.input_value("dialog.pin [name=articles]") == "returns/umbrellas"
    assert "9 日" in page.input_value("dialog.pin [name=include]")
    page.click("dialog.pin .strong")
    page.wait_for_selector("#golden-mine li .sort-good")
    page.click("#golden-log li:nth-child(1) .pin-one")
    page.click("dialog.pin .strong")
    page.wait_for_selector("dialog.pin .banner.bad")  # the same question twice
    page.keyboard.press("Escape")

    page.evaluate("place => { location.hash = place; }", f"file={UMBRELLAS}&tab=edit")  # ---- change the article, and look
    page.wait_for_selector(".problem-count.sound")
    page.fill(".source", page.input_value(".source").replace("9 日內可退款", "12 日內可退款").replace("within 9 days", "within 12 days"))
    page.click("#check-impact")
    page.wait_for_selector("#impact-summary")
    summary = page.inner_text("#impact-summary")
    assert SAID["content.impact.summary"].format(changed=2, compared=3) in summary
    assert SAID["content.impact.breaks"].format(n=1) in summary
    assert page.locator(".change").count() == 2
    first = ".change:nth-child(1)"
    assert page.inner_text(f"{first} .asked") == REFUND
    assert (page.inner_text(f"{first} .side-before del"), page.inner_text(f"{first} .side-after ins")) == ("9", "12")
    assert (page.inner_text(f"{first} .values del"), page.inner_text(f"{first} .values ins")) == ("9 日", "12 日")
    page.click("[data-chip=broke]")
    assert page.locator(".change").count() == 1
    assert "9 日" in quay_services.ask(REFUND).draft
    assert "12 日" not in (quay.content / "articles" / UMBRELLAS).read_text(encoding="utf-8")

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1440, "height": 900})
    page.click(".impact-form .plain")  # ---- the typed text is still there; an article with errors cannot be checked
    page.wait_for_selector(".tab-edit .source")
    assert "12 日內可退款" in page.input_value(".source")
    page.click("[data-mode=yaml]")
    page.fill(".source", page.input_value(".source").replace("disclaimers: [wind]", "disclaimers: [rain]"))
    page.click("#check-impact")
    page.wait_for_selector("#impact-found .banner.bad .problem")

"""Gaps in a real browser: a question that nothing answers becomes an article; what agents correct is seen at its sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.settings import Settings
from kb.store import Feedback
from retriever.phrases import phrase
from tests.kb.insights.history import ask
from tests.ui.api.test_content_gaps import BAGS, NOW, REFUND, UMBRELLAS, line_of, seed
from tests.ui.desk_driver import served
from ui.i18n import texts
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
MARKUP = "<img src=x onerror=alert(1)> ${alert(2)}"
SAID = texts("zh-Hant")


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("gaps-page") / "content"))
    return Settings(home=tmp_path_factory.mktemp("gaps-page-home"), content=content, embedder="none", port=0)


@pytest.fixture(scope="module")
def quay_address(quay: Settings) -> str:
    services = Services.open(quay)
    services.store.add_user("olga", "owner", PASSWORD, "Olga")
    seed(services.store, services.answerer.snapshot.articles["returns/umbrellas"].version, line_of(quay.content))
    odd = ask(MARKUP, reason=phrase("reason-none", "en"), at=NOW)
    services.store.add_all([odd, Feedback("f1", odd.id, NOW, "amy", "missing", MARKUP)])
    return served(services, quay)


@pytest.fixture
def sign_in(open_page: Callable[..., Any], quay_address: str) -> Callable[..., Any]:
    def opening(path: str, width: int = 1440, height: int = 900) -> Any:
        page = open_page(quay_address, f"/login?next={path}", width, height, wait="input[name=password]")
        page.fill("input[name=name]", "olga")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_selector("body.ready")
        return page

    return opening


def test_from_a_gap_to_an_article_and_from_a_correction_to_its_sentence(sign_in: Callable[..., Any], quay: Settings) -> None:
    page = sign_in("/content/")
    page.click("[data-view=gaps]")
    page.wait_for_selector(".topic")
    assert page.locator(".gaps > .topics > .topic").count() == 1
    assert page.inner_text(".topic .topic-count") == SAID["gaps.times"].format(n=3)
    page.click(".gaps > .topics .topic-head")
    page.wait_for_selector(".topic-now .no")
    assert set(page.locator(".asked-so .asked").all_inner_texts()) == set(BAGS)

    page.click(".once summary")
    page.click(".once .topic-head")
    assert MARKUP in page.inner_text(".once .asked-so")
    assert MARKUP in page.inner_text(".once .said")

    page.click("[data-gap=personal]")
    page.wait_for_selector(".topic[data-topic='我的包裹在哪裡']")
    page.click("[data-gap='']")
    page.wait_for_selector(".gaps > .topics > .topic")
    page.click(".gaps > .topics .topic-head")
    page.click(".gaps > .topics .write")
    assert page.input_value("dialog.begin [name=title]") in BAGS
    page.fill("dialog.begin [name=id]", "shop/bags")
    page.click("dialog.begin .strong")
    page.wait_for_selector(".tab-edit .begun-from")
    assert set(page.locator(".begun-from li").all_inner_texts()) == set(BAGS)
    written = page.input_value(".source")
    assert sum(question in written for question in BAGS) == 1  # the typical one, as title and heading

    page.evaluate("file => { location.hash = `file=${file}&tab=mined`; }", UMBRELLAS)
    page.wait_for_selector(".change")
    assert page.inner_text(".change .exchange").startswith("9 日")
    assert (page.inner_text(".change .difference del"), page.inner_text(".change .difference ins")) == ("9", "14")
    page.click(".change details summary")
    assert REFUND.replace("9 日", "14 日") in page.locator(".examples-seen dd").all_inner_texts()
    page.click(".change .open-line")
    page.wait_for_selector(".tab-edit .source")
    selected = page.evaluate(
        "() => { const area = document.querySelector('.source'); return area.value.slice(area.selectionStart, area.selectionEnd); }"
    )
    assert REFUND in selected


def test_on_a_phone_nothing_is_wider_than_the_screen(sign_in: Callable[..., Any]) -> None:
    page = sign_in("/content/?lang=en", 390, 844)
    page.click("[data-view=gaps]")
    page.wait_for_selector(".topic")
    page.click(".gaps > .topics .topic-head")
    page.wait_for_selector(".topic-now .no")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    page.evaluate("file => { location.hash = `file=${file}&tab=mined`; }", UMBRELLAS)
    page.wait_for_selector(".change")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390

"""Training and insights in a real browser, each opened by the role that it is for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from kb.settings import Settings
from kb.store import Ask, Feedback, Reply
from tests.ui.conftest import served
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def staffed(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The sample shop with an agent and a trainer, and a little history."""
    services = Services.open(dataclasses.replace(settings, home=tmp_path_factory.mktemp("staffed")))
    for name, role in (("amy", "agent"), ("tim", "trainer")):
        services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
    answer = {"lang": "yue", "abstain": False, "sources": [{"n": 1, "article": "returns/gold-jewellery"}], "draft": "…"}
    for number in range(6):
        asked = {**answer, "abstain": number == 5, "sources": [] if number == 5 else answer["sources"]}
        services.store.add_ask(Ask(f"a{number}", NOW, "amy", "chat", "", f"問題 <b>{number}</b>", (), "2026-11-21", asked, "s", "extractive", {}))
    for number, seconds in enumerate((20.0, 60.0, 400.0)):
        services.store.add_reply(Reply(f"r{number}", f"a{number}", NOW, "amy", "chat", "", "…", [], "send", "…", number == 2, seconds, "none"))
    services.store.add_feedback(Feedback("f", "a0", NOW, "amy", "right", ""))
    yield services
    services.close()


@pytest.fixture(scope="module")
def house(staffed: Services) -> str:
    return served(staffed, staffed.settings)


def sign_in(page: Any, name: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("body.ready")


def test_an_agent_practises_and_sees_each_point(open_page: Callable[..., Any], house: str, staffed: Services) -> None:
    page = open_page(house, "/training/?lang=en", wait="form")
    sign_in(page, "amy")
    assert page.locator("#faces a").all_inner_texts() == ["Agent desk", "Training"]
    page.click("#next")
    page.wait_for_selector("#reply")
    page.fill("#search", "returns")
    page.wait_for_selector(".hit")
    page.fill("#reply", "Hello! You get 99 % off, I promise.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#score")
    assert page.inner_text(".verdict") == "Not passed"
    assert page.locator(".points li.bad").count() >= 1
    assert "所引來源沒有" not in page.inner_text(".points"), "doubts are worded in the page's language"
    assert "Attempts 1" in page.inner_text("#mine")
    assert page.locator("#team").count() == 0
    assert [attempt.by for attempt in staffed.store.attempts()] == ["amy"]


def test_a_trainer_sees_the_team_and_the_figures(open_page: Callable[..., Any], house: str) -> None:
    page = open_page(house, "/insights/?lang=en", wait="form")
    sign_in(page, "tim")
    page.wait_for_selector(".tile")
    tiles = {tile.get_attribute("data-tile"): tile.inner_text() for tile in page.locator(".tile").all()}
    assert "6" in tiles["asks"].split("\n")
    assert "17%" in tiles["abstained"]
    assert "67%" in tiles["as_drafted"]
    assert "60 s" in tiles["time"]
    assert "67% ≤ 3.0 min" in page.inner_text(".halves table")
    assert "問題 <b>5</b>" in page.inner_text(".questions")
    assert page.locator(".questions b").count() == 0
    page.goto(house + "/training/")
    page.wait_for_selector("#team")
    assert "amy" in page.inner_text("#team")


@pytest.mark.parametrize("path", ["/training/", "/insights/"])
def test_the_pages_fit_a_phone(open_page: Callable[..., Any], address: str, path: str) -> None:
    page = open_page(address, path, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_csv_is_inert_in_a_spreadsheet(http: httpx.Client, services: Services) -> None:
    from kb.store import Attempt

    services.store.add_attempt(Attempt("evil", NOW, "=cmd|' /C calc'!A0", "Q", "…", 1.0, 10, False, []))
    lines = http.get("/api/v1/training/progress.csv").text.splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("person")
    assert all(not line.startswith(("=", '"=')) for line in lines)
    assert any("'=cmd" in line for line in lines)

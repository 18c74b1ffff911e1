"""The lead's page in a real browser, over a store with demonstration data: look, narrow, take the file along, forecast."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.conftest import served
from tests.ui.demo_shop import demo_shop
from ui.demo import make_demonstration
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"


@pytest.fixture(scope="module")
def filled(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services.open(demo_shop(lantern_quay, tmp_path_factory.mktemp("lead")))
    make_demonstration(services, 5, dt.datetime.now(dt.UTC), scale=0.2)
    services.store.add_user("tim", "trainer", PASSWORD)
    yield services
    services.close()


@pytest.fixture(scope="module")
def house(filled: Services) -> str:
    return served(filled, filled.settings)


def tile(page: Any, name: str) -> str:
    return str(page.inner_text(f".tile[data-tile={name}] b"))


def shown(page: Any, view: str) -> None:
    page.click(f".views button[data-view={view}]")
    page.wait_for_selector(f"#insights-view[data-view={view}] .panel")


def rows(page: Any, panel: str) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in page.locator(f".panel[data-panel={panel}] tbody tr").all()]


def test_a_lead_looks_narrows_and_takes_the_file_along(open_page: Callable[..., Any], house: str, filled: Services) -> None:
    page = open_page(house, "/insights/?lang=en", wait="form")
    page.fill("input[name=name]", "tim")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector(".tile")
    assert page.inner_text(".banner.demonstration b") == "Demonstration data"
    assert page.is_visible("#demonstration-mark")

    # What the tiles say is what the table adds up to, and what the file holds.
    asks = int(tile(page, "asks").replace(",", ""))
    assert asks == sum(int(row[1]) for row in rows(page, "days")) > 50
    with page.expect_download() as download:
        page.click(".panel[data-panel=days] .csv")
    file = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert sum(int(row["questions"]) for row in file) == asks

    # A mark says its numbers when it is pointed at, and when the keyboard comes to it.
    page.hover(".chart .told >> nth=5")
    assert page.inner_text(".chart-tip.shown").startswith(rows(page, "days")[5][0])
    page.focus(".chart .told >> nth=6")
    assert page.inner_text(".chart-tip.shown").startswith(rows(page, "days")[6][0])

    page.select_option("[data-filter=channel]", "chat")
    page.wait_for_function(
        "asks => document.querySelector('.tile[data-tile=asks] b').textContent !== asks && !document.querySelector('[aria-busy]')", arg=f"{asks:,}"
    )
    chats = int(tile(page, "asks").replace(",", ""))
    assert 0 < chats < asks
    shown(page, "speed")
    assert [row[0] for row in rows(page, "channels")] == ["Chat", "All"]
    assert rows(page, "channels")[0][1:3] == ["3 min", f"{chats:,}"]
    assert "channel=chat" in str(page.get_attribute(".panel[data-panel=hours] .csv", "href"))
    assert page.locator(".panel[data-panel=channels] .target").count() == 1

    shown(page, "drafts")
    made = rows(page, "drafts")[-1]
    assert all("%" in cell for cell in made[1:])
    shown(page, "questions")
    assert len(rows(page, "top")) > 3
    page.go_back()
    page.wait_for_selector("#insights-view[data-view=drafts] .panel")

    # Nothing on record, said so; and back.
    page.fill("[data-filter=from]", "2020-01-01")
    page.wait_for_selector(".banner.failed")
    assert "at most 400 days" in page.inner_text(".banner.failed")
    page.fill("[data-filter=until]", "2020-01-31")
    page.wait_for_selector(".nothing")
    page.goto(f"{house}/insights/?lang=en#view=forecast")
    page.wait_for_selector(".tile[data-tile=forecast]")
    before = tile(page, "forecast")
    page.fill("input[name=expected]", "99000")
    page.press("input[name=expected]", "Enter")
    page.wait_for_function("before => ![undefined, before].includes(document.querySelector('.tile[data-tile=forecast] b')?.textContent)", arg=before)
    assert len(rows(page, "forecast")) == 14
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=60)).date().isoformat()
    page.set_input_files(
        "input[name=orders-file]", files=[{"name": "orders.csv", "mimeType": "text/csv", "buffer": f"date,orders\n{day},77\n".encode()}]
    )
    page.wait_for_selector(".toast.shown")
    assert filled.store.orders(dt.date.fromisoformat(day), dt.date.fromisoformat(day)) == {dt.date.fromisoformat(day): 77}


def test_every_view_fits_a_phone_and_says_what_failed(open_page: Callable[..., Any], address: str, http: Any) -> None:
    page = open_page(address, "/insights/?lang=zh-Hant", width=390, height=844)
    for view in ("speed", "drafts", "questions", "articles", "forecast"):
        page.click(f".views button[data-view={view}]")
        page.wait_for_selector(f"#insights-view[data-view={view}] :is(.panel, .nothing)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
    page.route("**/api/v1/insights/figures*", lambda route: route.abort())
    page.select_option("[data-filter=language]", "en")
    page.wait_for_selector(".banner.failed .retry")
    page.unroute_all(behavior="ignoreErrors")
    page.click(".retry")
    page.wait_for_selector("#insights-view[data-view=forecast] .panel")

"""The content owner's page in a real browser, signed in for real: look, edit in form and text, lint, impact, publish, the desk's next answer, roll back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.settings import Settings
from tests.ui.desk_driver import ask, served
from ui.i18n import texts
from ui.services import LOOK_EVERY, Services

PASSWORD = "a sentence that nobody guesses"
UMBRELLAS = "returns/umbrellas.md"
QUESTION = "未拆封的風暴傘幾天內可以退款?"
SAID = texts("zh-Hant")


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("content-page") / "content"))
    return Settings(home=tmp_path_factory.mktemp("content-page-home"), content=content, embedder="none", port=0)


@pytest.fixture(scope="module")
def quay_services(quay: Settings) -> Services:
    services = Services.open(quay)
    services.store.add_user("olga", "owner", PASSWORD, "Olga")
    services.store.add_user("otto", "owner", PASSWORD)
    services.store.add_user("amy", "agent", PASSWORD)
    return services


@pytest.fixture(scope="module")
def quay_address(quay_services: Services, quay: Settings) -> str:
    return served(quay_services, quay)


@pytest.fixture
def sign_in(open_page: Callable[..., Any], quay_address: str) -> Callable[..., Any]:
    def opening(name: str, path: str, width: int = 1440, height: int = 900) -> Any:
        return signed_in(open_page(quay_address, "/login", width, height, wait="input[name=password]"), quay_address, name, path)

    return opening


def signed_in(page: Any, address: str, name: str, path: str) -> Any:
    page.goto(f"{address}/login?next={path}")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")
    return page


def shown_text(page: Any, selector: str) -> str:
    return str(page.inner_text(selector))


def open_article(page: Any, file: str, tab: str) -> None:
    page.evaluate("place => { location.hash = place; }", f"file={file}&tab={tab}")
    page.wait_for_selector(f".tab-{tab}")


def linted(page: Any, kind: str) -> None:
    page.wait_for_selector(f".problem-count.{kind}")


def as_yaml(page: Any, file: str) -> None:
    """Open an article's editor with all of its text in the box."""
    open_article(page, file, "edit")
    page.wait_for_selector(".problem-count:not(:empty)")
    page.click("[data-mode=yaml]")


def test_an_edit_is_linted_checked_published_answered_from_and_rolled_back(sign_in: Callable[..., Any], quay: Settings) -> None:
    page = sign_in("olga", "/content/")
    desk = page.context.new_page()  # another tab, open all the while
    desk.goto(page.url.split("/content/")[0] + "/desk/")
    desk.wait_for_selector("body.ready")
    assert "9 日" in drafted(desk)
    page.bring_to_front()
    assert page.locator("#rows tr[data-file]").count() == 5
    page.click(f"tr[data-file='{UMBRELLAS}']")
    page.wait_for_selector(".article")
    assert "9 日內可退款" in shown_text(page, ".article")
    assert page.locator(".article table td").count() == 6

    text = (quay.content / "articles" / UMBRELLAS).read_text(encoding="utf-8")  # ---- the front matter as a form
    open_article(page, UMBRELLAS, "edit")
    linted(page, "sound")
    assert page.input_value(".field-title input") == "雨傘退換"
    assert page.input_value(".source").startswith("雨傘的退貨")
    page.fill(".field-valid_until input", "2030-12-30")
    page.wait_for_selector(".field-valid_until.bad")
    assert SAID["lint.dates-reversed.what"].format(since="2031-01-01", until="2030-12-30") == shown_text(page, ".field-valid_until .field-error")
    page.click(".problem.error button.at")
    assert page.evaluate("() => document.activeElement.closest('.field').dataset.key") == "valid_until"
    page.fill(".field-valid_until input", "")
    linted(page, "sound")
    page.fill(".field-products input", "paper-lamp")
    page.keyboard.press("Enter")
    page.wait_for_selector(".field-products.doubted")
    page.click(".chip.product:nth-child(2) button")
    linted(page, "sound")
    page.click(".field-disclaimers summary")
    page.check(".field-disclaimers input[value=ink]")
    page.wait_for_function("() => document.querySelector('.field-disclaimers summary').textContent === 'wind, ink'")
    page.click("[data-mode=yaml]")
    assert page.input_value(".source") == text.replace("[wind]", "[wind, ink]")

    page.fill(".source", text.replace("disclaimers: [wind]", "disclaimers: [rain]").replace("| 摺疊傘 | 7 個月 |", "| 摺疊傘 |"))  # ---- and as text
    linted(page, "error")
    marked = page.evaluate(
        "() => [...document.querySelectorAll('.lines > *')].flatMap((line, at) => line.className ? [[at + 1, line.className]] : [])"
    )
    lines = text.splitlines()
    assert marked == [[lines.index("disclaimers: [wind]") + 1, "error"], [lines.index("| 摺疊傘 | 7 個月 | HKD 25 |") + 1, "warning"]]
    said = [SAID["lint.disclaimer-unknown.what"].format(disclaimer="rain"), SAID["lint.table-row-width.what"].format(cells=2, width=3)]
    assert page.locator(".preview-pane .problem .what").all_inner_texts() == said
    page.click("[data-status=published]")
    page.wait_for_selector("#refused")

    page.fill(".message", "新供應商")
    page.reload()  # nothing that was typed is lost
    page.wait_for_selector(".tab-edit .banner.note")
    mended = text.replace("9 日內可退款", "12 日內可退款").replace("within 9 days", "within 12 days")
    page.fill(".source", mended)
    linted(page, "sound")
    assert "12 日內可退款" in shown_text(page, ".preview")

    page.click("#check-impact")  # ---- what it would change; then it is published
    page.wait_for_selector("#impact-found .change")
    assert "12" in page.locator("#impact-found .change .side-after ins").all_inner_texts()
    page.click(".impact-form .plain")
    page.wait_for_selector(".tab-edit .source")
    page.click("[data-status=published]")
    page.wait_for_selector(".path:has-text('olga')")
    assert (quay.content / "articles" / UMBRELLAS).read_text(encoding="utf-8") == mended
    time.sleep(LOOK_EVERY)
    assert "12 日" in drafted(desk)

    page.bring_to_front()  # ---- and back
    open_article(page, UMBRELLAS, "history")
    page.wait_for_selector(".revision")
    assert [shown_text(page, f".revision:nth-child({n}) .kind") for n in (1, 2)] == [SAID["content.kind.publish"], SAID["content.kind.elsewhere"]]
    assert [shown_text(page, f".revision:nth-child(1) {part}") for part in (".revision-head > b", ".why")] == ["olga", "新供應商"]
    page.click(".revision:nth-child(1) .revision-head")
    page.wait_for_selector(".difference ins")
    assert page.locator(".difference ins").all_inner_texts() == ["12", "12"]
    assert page.locator(".difference del").all_inner_texts() == ["9", "9"]
    page.click(".revision:nth-child(2) .roll-back")
    page.wait_for_selector(".revision.kind-rollback")
    time.sleep(LOOK_EVERY)
    assert "9 日" in drafted(desk)
    desk.close()


def drafted(desk: Any) -> str:
    """What an open desk drafts now."""
    desk.bring_to_front()
    desk.evaluate("() => window.youju.newConversation()")
    ask(desk, QUESTION)
    return shown_text(desk, "#editor")


def test_the_second_of_two_owners_sees_the_difference_first(sign_in: Callable[..., Any], quay: Settings) -> None:
    page = sign_in("otto", "/content/")
    as_yaml(page, "delivery/islands.md")
    theirs = page.context.browser.new_context()
    other = theirs.new_page()
    signed_in(other, page.url.split("/content/")[0], "olga", "/content/")
    as_yaml(other, "delivery/islands.md")
    other.fill(".source", other.input_value(".source").replace("6 working days", "7 working days"))
    other.click("[data-status=published]")
    other.wait_for_selector(".path:has-text('olga')")
    theirs.close()

    path = quay.content / "articles" / "delivery" / "islands.md"
    page.fill(".source", page.input_value(".source").replace("6 working days", "8 working days"))
    page.click("[data-status=published]")
    page.wait_for_selector("#conflict")
    assert SAID["content.conflict.who"].format(by="olga") in shown_text(page, "#conflict")
    assert (page.inner_text("#conflict del"), page.inner_text("#conflict ins")) == ("7", "8")
    assert "7 working days" in path.read_text(encoding="utf-8")
    page.click("#conflict .acts button:nth-child(2)")
    page.click("[data-status=published]")
    page.wait_for_selector(".path:has-text('otto')")
    assert "8 working days" in path.read_text(encoding="utf-8")


def test_what_begins_later_is_written_beside_and_announced(sign_in: Callable[..., Any], quay: Settings) -> None:
    page = sign_in("olga", "/content/")
    as_yaml(page, "care/pens.md")
    page.click("[data-mode=form]")
    page.fill(".field-valid_from input", "2031-07-01")
    page.click(".succeed")
    page.wait_for_selector(".detail-head .path:has-text('care/pens-2031-07-01.md')")
    linted(page, "sound")
    assert page.input_value(".field-supersedes input") == "care/pens"
    page.fill(".source", page.input_value(".source").replace("35 °C", "40 °C"))
    page.click("[data-status=published]")
    page.wait_for_selector("#starts")
    assert SAID["content.starts"].format(date="2031-07-01") in shown_text(page, "#starts")
    assert "35 °C" in (quay.content / "articles" / "care" / "pens.md").read_text(encoding="utf-8")
    page.click("#starts .link")
    page.wait_for_selector(".when:has-text('2031-07-01')")
    page.evaluate("place => { location.hash = place; }", "file=")
    page.click("[data-state=coming]")
    assert page.locator("#rows tr[data-file]").count() == 1
    (quay.content / "articles" / "care" / "pens-2031-07-01.md").unlink()
    page.click("#index-now")
    page.wait_for_selector("#summary")


def test_hits_filters_and_a_new_article(sign_in: Callable[..., Any]) -> None:
    page = sign_in("olga", "/content/")
    page.click("[data-state=ended]")
    assert page.locator("#rows tr[data-file]").count() == 1
    page.click("[data-state=ended]")
    page.select_option("#by-owner", "退換組")
    assert page.locator("#rows tr[data-file]").count() == 2
    page.select_option("#by-owner", "")
    page.fill("#words", "蘆葦筆")
    page.wait_for_function("() => document.querySelectorAll('#rows tr[data-file]').length === 1")
    page.fill("#words", "没有这样的字")
    page.wait_for_selector("#rows .state")
    page.click("[data-view=hits]")
    page.fill("#hit-question", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit-table")
    assert "9 日" in shown_text(page, "#hit-verdict")
    assert page.locator(".hit-table tbody tr").count() > 1
    page.click("[data-view=articles]")
    page.click("#begin")
    page.fill("dialog.begin [name=title]", "<img src=x onerror=alert(1)>")
    page.fill("dialog.begin [name=id]", "care/new")
    page.click("dialog.begin .strong")
    page.wait_for_selector(".tab-edit .source")
    assert shown_text(page, ".detail-head h2") == "<img src=x onerror=alert(1)>"


def test_on_a_phone_the_list_and_the_article_take_turns(sign_in: Callable[..., Any]) -> None:
    page = sign_in("olga", "/content/?lang=en", 390, 844)
    page.click(f"tr[data-file='{UMBRELLAS}']")
    page.wait_for_selector(".article")
    assert page.locator("#list").is_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    open_article(page, UMBRELLAS, "edit")
    linted(page, "sound")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    page.click(".back")
    page.wait_for_selector("#rows tr[data-file]")
    assert page.locator("#detail").is_hidden()


def test_an_agent_is_sent_away(sign_in: Callable[..., Any], quay_address: str) -> None:
    page = sign_in("amy", "/desk/")
    assert page.locator("#faces a[href='/content/']").count() == 0
    page.goto(quay_address + "/content/")
    assert "/forbidden" in page.url

"""A trainer writes a drill and assigns it, a trainee fails and passes it, the trainer reads why and has the last word: in a real browser.

What is passed certifies, and an article's change takes that away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from kb.settings import Settings
from kb.store import passwords
from tests.ui.api.test_training import DRILL, GOOD
from tests.ui.conftest import served
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"


@pytest.fixture
def school(own_lantern_quay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # five times is it asked for
    with (own_lantern_quay / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write("channels:\n  - {id: chat, name: {zh-Hant: 聊天, zh-Hans: 聊天, en: Chat}, target_seconds: 180}\n")
    services = Services.open(Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none", port=0))
    for name, role in (("amy", "agent"), ("tim", "trainer")):
        services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
    yield services
    services.close()


def sign_in(page: Any, name: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("body.ready")


def reply(page: Any, text: str) -> None:
    page.fill("#reply", text)
    page.keyboard.press("Control+Enter")


def test_a_drill_from_its_first_word_to_the_trainer_s_last(open_page: Callable[..., Any], school: Services) -> None:
    house, file = served(school, school.settings), school.settings.content / "drills" / "storm-umbrella.md"
    page = open_page(house, "/training/?lang=zh-Hant", wait="form")
    # the trainer writes it, is told what is wrong in the language of the page, tries it and saves it
    sign_in(page, "tim")
    page.click('[data-view="drills"]')
    page.click("#new-drill")
    page.fill("#drill-name", "storm-umbrella")
    page.fill("#drill-text", DRILL.replace("[9 日, 4%]", "[19 日]"))
    page.wait_for_selector(".problems .error >> text=「19 日」在所列文章裡找不到")
    assert page.is_disabled("#save-drill")
    page.fill("#drill-text", DRILL)
    page.wait_for_selector("#preview")
    assert page.locator("#preview .bubble").count() == 2
    page.click("#try-drill")
    reply(page, GOOD[0])
    page.wait_for_selector(".bubble.customer >> nth=1")
    reply(page, GOOD[1])
    page.wait_for_selector("#score")
    assert page.inner_text(".verdict") == "合格"
    page.click("#to-editor")
    page.wait_for_selector("#save-drill:not([disabled])")
    page.click("#save-drill")
    page.wait_for_selector(".toast.shown")
    assert file.read_text(encoding="utf-8") == DRILL
    # somebody else changes the file: nothing is overwritten
    theirs = DRILL.replace("title: 退風暴傘", "title: 退傘 <b>x</b>")
    file.write_text(theirs, encoding="utf-8")
    page.fill("#drill-text", DRILL + "more")
    page.click("#save-drill")
    page.wait_for_selector("#drill-conflict")
    page.click("#drill-conflict .acts button >> nth=0")
    assert page.input_value("#drill-text") == theirs
    # the trainer builds a course of it and assigns it
    page.click('[data-view="courses"]')
    page.click("#new-course")
    page.fill("#course-title", "Umbrellas <i>first</i>")
    page.check('#build-course [value="returns"]')
    page.fill("#course-number", "1")
    page.fill("#course-due", "2031-05-31")
    page.check("#course-certifies")
    page.check('#build-course [value="amy"]')
    page.click("#build-course button.strong")
    page.wait_for_selector('#all-courses tr[data-person="amy"]')
    assert page.inner_text('tr[data-person="amy"]').split() == ["amy", "未開始", "0/1", "returns", "0/1", "0", "–"]
    # a trainee begins what is due, looks things up, fails, tries again and passes
    page.context.clear_cookies()
    page.goto(house + "/training/?lang=en")
    sign_in(page, "amy")
    assert page.locator("[data-view]").all_inner_texts() == ["Practise", "Courses", "History", "Progress", "Certificates"]
    page.click('[data-view="courses"]')
    page.wait_for_selector("#my-courses .course")
    assert page.inner_text("#my-courses .course b >> nth=0") == "Umbrellas <i>first</i>"
    page.click('[data-view="practise"]')
    page.wait_for_selector("#drill-rows")
    assert page.inner_text("#to-due") == "Due now: 1"
    page.click("#to-due")
    page.click("#begin-due")
    page.wait_for_selector("#reply")
    assert page.inner_text("h2.title") == "退傘 <b>x</b>"
    page.fill("#search", "風暴傘")
    page.wait_for_selector(".hit")
    reply(page, "您好,5 日內可以換。")
    page.wait_for_selector(".bubble.customer >> nth=1")
    reply(page, "會收費。")
    page.wait_for_selector("#score")
    assert page.inner_text(".verdict") == "Not passed"
    fact = page.locator('.points li.bad[data-kind="fact"]').first.inner_text()
    assert "未拆封的風暴傘:簽收後 9 日內可退款" in fact
    assert "未拆封的摺疊傘:簽收後 5 日內可換貨" in page.inner_text(".neighbours")
    page.click("#again")
    page.wait_for_selector("#write")
    reply(page, GOOD[0])
    page.wait_for_selector(".bubble.customer >> nth=1")
    reply(page, GOOD[1])
    page.wait_for_selector("#score")
    assert page.inner_text(".verdict") == "Passed"
    assert page.inner_text("#granted") == "Well done: you may now answer customers about returns"
    assert page.inner_text("[data-counts]") == "Course “Umbrellas <i>first</i>”: 1 of 1 drills passed"
    [made] = school.store.courses()
    assert [(one.by, one.passed, one.course) for one in school.store.attempts()] == [("amy", True, made.id), ("amy", False, made.id)]
    page.click("#next-due")
    page.wait_for_selector("#due >> text=Nothing is due now")
    # the trainer reads why and has the last word; the trainee reads it
    page.context.clear_cookies()
    page.goto(house + "/training/?lang=en#view=history")
    sign_in(page, "tim")
    page.click('[data-view="history"]')
    page.click("tr[data-attempt] >> nth=1")
    page.wait_for_selector("#override")
    page.fill("#override-score", "75")
    page.select_option("#override-passed", "yes")
    page.fill("#override-reason", "The five days were asked for.")
    page.click("#override button.strong")
    page.wait_for_selector(".banner.override")
    page.context.clear_cookies()
    page.goto(house + "/training/?lang=en")
    sign_in(page, "amy")
    page.click('[data-view="history"]')
    page.click("tr[data-attempt] >> nth=1")
    page.wait_for_selector(".banner.override")
    assert "The five days were asked for." in page.inner_text("#score")
    assert page.locator("#override").count() == 0
    # the article's rule changes: the certificate is gone, with the sentence; wherever the trainee looks, it fits a phone
    article = school.settings.content / "articles" / "returns" / "umbrellas.md"
    article.write_text(article.read_text(encoding="utf-8").replace("9 日內可退款", "8 日內可退款"), encoding="utf-8")
    school.ingest()
    school.latest()
    page.set_viewport_size({"width": 390, "height": 844})
    for view, ready in (
        ("courses", "#my-courses"),
        ("progress", ".day-chart >> nth=1"),
        ("certificates", ".certificate"),
        ("practise", "#drill-rows"),
    ):
        page.click(f'[data-view="{view}"]')
        page.wait_for_selector(f"#view-{view} {ready}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
    lost = page.text_content(".certificate")
    assert "“雨傘退換” says something else now" in lost
    assert "簽收後 9 日內可退款" in lost
    assert "簽收後 8 日內可退款" in lost
    # the trainer sees where everybody is, what is missed, and who lost what
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(house + "/training/?lang=en#view=progress")
    sign_in(page, "tim")
    page.click('[data-view="progress"]')
    page.wait_for_selector("#weakest li")
    assert "未拆封的風暴傘:簽收後 9 日內可退款" in page.inner_text("#weakest")
    assert page.locator(".day-chart circle.dot").count() == 2
    with page.expect_download() as saved:
        page.click(".menu summary")
        page.click('.menu-list a[href*="table=people"]')
    assert "amy,2," in saved.value.path().read_text(encoding="utf-8")
    # how the course goes, from its list; and who may answer the topic
    page.click('[data-view="courses"]')
    page.click('tr[data-person="amy"] button.link')
    page.wait_for_selector("#view-progress >> text=Nobody practised in this period.")  # since the certificate ended, nothing counts for it yet
    assert (page.input_value("#progress-course"), page.input_value("#progress-person")) == (str(made.id), "amy")
    page.click('[data-view="certificates"]')
    page.wait_for_selector('.certificate[data-state="revoked"]')
    assert page.inner_text('[data-ready="returns"]') == "0 of 1 ready"
    page.select_option("#certificate-topic", "returns")
    page.wait_for_selector('.readiness tr[data-person="amy"]')

"""All pictures of the documentation, from the sample shop in a real browser: ``python -m tests.ui.screenshots`` (`make screenshots`)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.settings import Settings
from tests.ui.desk_driver import ask, chromium, paste, ready, select_in_draft, served
from ui.demo import make_demonstration
from ui.i18n import DEFAULT_LANGUAGE
from ui.services import Services

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"

FIRST = {"zh-Hant": "刻字金飾可以退換嗎？", "zh-Hans": "刻字金饰可以退换吗？", "en": "Can I return an engraved gold ring?"}
SECOND = {
    "zh-Hant": "黃金珠寶有品質問題點算？檢驗要幾多日？",
    "zh-Hans": "黄金珠宝有质量问题怎么办？检验要几天？",
    "en": "How many days does it take to inspect gold jewellery with a quality problem?",
}
WRONG = {"zh-Hant": ("5 個工作日", "3 個工作日"), "zh-Hans": ("5 个工作日", "3 个工作日"), "en": ("5 working days", "3 working days")}


EDITED, CHANGED = "gold/buyback.md", {"每克減 HKD 18": "每克減 HKD 20", "less HKD 18 per gram": "less HKD 20 per gram"}

PRACTICE = {
    "zh-Hant": "您好！這要看商品的情況，我先替您查清楚，3 個工作日內回覆您。",
    "zh-Hans": "您好！这要看商品的情况，我先替您查清楚，3 个工作日内回复您。",
    "en": "Hello! That depends on the item. Let me check and get back to you within 3 working days.",
}


def main() -> int:
    """Write the pictures; each is named after what it shows and, where that is not the default, its language."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        settings = Settings(home=Path(home), content=ROOT / "content", port=0)
        address = served(Services.open(settings), settings)
        profile = browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")

        def opened(path: str, width: int = 1440, height: int = 900) -> Any:
            page = profile.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.goto(address + path)
            page.wait_for_selector("body.ready")
            page.evaluate("() => { sessionStorage.clear(); localStorage.clear(); }")
            return page

        for lang in FIRST:
            desk_pictures(opened, lang)
            content_pictures(opened, lang)
            face_pictures(opened, lang)
        services = Services.open(dataclasses.replace(settings, home=Path(home) / "with-history"))
        make_demonstration(services, 1, dt.datetime.now(dt.UTC), lambda _: None)
        address = served(services, services.settings)
        for lang in FIRST:
            history_pictures(opened, lang)
    return 0


def history_pictures(opened: Callable[..., Any], lang: str) -> None:
    """What shows only with a history, a marked one: the figures, trainees' progress, what customers ask in vain."""
    for name, path, ready_when in (
        ("insights", "/insights/", ".tile"),
        ("training-progress", "/training/#view=progress", "svg"),
        ("content-gaps", "/content/#view=gaps", ".topics li"),
    ):
        view, _, place = path.partition("#")
        page = opened(f"{view}?lang={lang}#{place}")
        page.wait_for_selector(ready_when, timeout=60_000)
        shoot(page, name, lang)
        page.close()


def face_pictures(opened: Callable[..., Any], lang: str) -> None:
    """The other pages: an article as its owner sees it, a scored reply."""
    page = opened(f"/content/?lang={lang}")
    page.click("#rows tr[data-file] >> nth=12")
    page.wait_for_selector(".detail-tabs")
    page.wait_for_timeout(500)
    shoot(page, "content", lang)
    page.close()

    page = opened(f"/training/?lang={lang}")
    page.select_option("#by-language", lang)
    page.click(".drill-row")
    page.wait_for_selector("#reply")
    while page.locator("#score").count() == 0:
        page.fill("#reply", PRACTICE[lang])
        page.click("#submit")
        page.wait_for_selector("#score, #submit:not([disabled])")
    shoot(page, "training", lang)
    page.close()


def content_pictures(opened: Callable[..., Any], lang: str) -> None:
    """The content owner's page: an article that is being edited, what publishing it would change, facts in conflict."""
    page = opened(f"/content/?lang={lang}#file={EDITED}&tab=edit")
    page.wait_for_selector(".problem-count:not(:empty)")
    text = page.input_value(".source")
    for old, new in CHANGED.items():
        text = text.replace(old, new)
    page.fill(".source", text)
    page.fill(".field-valid_until input", "2026-01-01")
    page.wait_for_selector(".field-valid_until.bad")
    page.evaluate("() => document.activeElement.blur()")
    shoot(page, "content-edit", lang)
    page.fill(".field-valid_until input", "")
    page.wait_for_selector(".problem-count.sound")
    page.click("#check-impact")
    page.wait_for_selector("#impact-summary", timeout=300_000)
    shoot(page, "content-impact", lang)
    page.click("[data-view=conflicts]")
    page.wait_for_selector(".conflict-list > li")
    shoot(page, "content-conflicts", lang)
    page.close()


def desk_pictures(opened: Callable[..., Any], lang: str) -> None:
    """The desk in one language: a doubt being mended, the same on a phone, in a help desk's frame, and its keys."""
    page = opened(f"/desk/?lang={lang}")
    page.select_option("#channel", "chat")
    ask(page, FIRST[lang])
    page.click("#button-send")
    page.wait_for_selector(".banner.sent")
    doubtful(page, lang)
    page.hover("#editor .cite >> nth=-1")
    shoot(page, "desk", lang)
    page.keyboard.press("Alt+h")
    page.wait_for_selector("#keys[open]")
    shoot(page, "desk-keys", lang)
    page.close()

    page = opened(f"/desk/?lang={lang}", 390, 844)
    doubtful(page, lang)
    shoot(page, "desk-phone", lang)
    page.close()

    page = opened(f"/desk/?lang={lang}&embed=1", 390, 760)
    paste(page, SECOND[lang])
    ready(page)
    shoot(page, "desk-embed", lang)
    page.close()


def doubtful(page: Any, lang: str) -> None:
    """A draft with one number changed to a wrong one."""
    ask(page, SECOND[lang])
    right, wrong = WRONG[lang]
    select_in_draft(page, right)
    page.keyboard.type(wrong)
    page.wait_for_selector("#doubts li")


def shoot(page: Any, name: str, lang: str) -> None:
    """Take the picture once nothing passing stands in it."""
    page.evaluate("() => { document.querySelector('#toast').classList.remove('shown'); }")
    page.wait_for_timeout(250)
    file = f"{name}.png" if lang == DEFAULT_LANGUAGE else f"{name}-{lang}.png"
    page.screenshot(path=IMAGES / file)
    print(f"docs/images/{file}")


if __name__ == "__main__":
    sys.exit(main())

"""Conflicts and parity in a real browser: seen from the list of articles, assigned, dismissed, opened again, followed to their line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.settings import Settings
from tests.ui.api.test_conflicts import CONTRADICTION, TRANSLATION
from tests.ui.desk_driver import served
from ui.i18n import texts
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
SAID = texts("zh-Hant")


@pytest.fixture(scope="module")
def address(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("conflicts-page") / "content"))
    (content / "articles" / "care" / "reeds.md").write_text(CONTRADICTION, encoding="utf-8")
    (content / "articles" / "delivery" / "islands-hant.md").write_text(TRANSLATION, encoding="utf-8")
    settings = Settings(home=tmp_path_factory.mktemp("conflicts-page-home"), content=content, embedder="none", port=0)
    services = Services.open(settings)
    services.store.add_user("olga", "owner", PASSWORD, "Olga")
    return served(services, settings)


def test_a_conflict_is_settled_on_the_page(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(address, "/login?next=/content/", 1440, 900, wait="input[name=password]")
    page.fill("input[name=name]", "olga")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")
    page.click("[data-view=conflicts]")
    page.wait_for_selector(".conflict")
    assert page.locator(".conflict mark").all_inner_texts() == ["9 working days", "6 working days"]
    page.select_option(".conflict .settle select", "olga")
    page.wait_for_selector(".conflict .past li")
    assert page.inner_text(".conflict .values .chip") == "olga"

    page.click(f".conflict .settle button:has-text('{SAID['conflicts.dismiss']}')")
    page.fill(".conflict input[name=reason]", "<b>another carrier</b>")
    page.press(".conflict input[name=reason]", "Enter")
    page.wait_for_selector(f"text={SAID['conflicts.none']}")
    page.click("#conflict-filters [data-state=dismissed]")
    assert "<b>another carrier</b>" in page.inner_text(".conflict .past")
    page.click(f".conflict .settle button:has-text('{SAID['conflicts.reopen']}')")
    page.wait_for_selector(f"text={SAID['conflicts.none']}")
    page.click("#conflict-filters [data-state=open]")

    page.click(".conflict .side:first-child .link")
    page.wait_for_selector("#detail .article")
    assert page.locator("#rows tr .flag-conflict").count() == 2
    assert "file=care%2Freeds.md" in page.url
    assert "line=8" in page.url

    page.click("[data-view=conflicts]")
    page.click(f"text={SAID['conflicts.parity']}")
    page.wait_for_selector(".parity-pair")
    assert page.inner_text(".parity-line[data-kind=quantity] .what") == f"{SAID['parity.kind.quantity']}\nEUR 12\n≠\nEUR 15"
    assert "Lost parcels" in page.inner_text(".parity-line[data-kind=section]")

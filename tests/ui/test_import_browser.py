"""An owner drops a spreadsheet, a document and a bomb on the page in a real browser, mends what was understood, and creates drafts."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.settings import Settings
from tests.ingest.importers.files import document, faq_workbook, with_parts, workbook
from tests.ui.desk_driver import served
from ui.i18n import texts
from ui.services import Services

PASSWORD = "a sentence that nobody guesses"
SAID = texts("zh-Hant")
DROP = """files => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([Uint8Array.from(atob(text), one => one.charCodeAt(0))], name));
  document.querySelector("#import-drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("import-page") / "content"))
    return Settings(home=tmp_path_factory.mktemp("import-page-home"), content=content, embedder="none", port=0)


@pytest.fixture(scope="module")
def address(quay: Settings) -> str:
    services = Services.open(quay)
    services.store.add_user("olga", "owner", PASSWORD, "Olga")
    return served(services, quay)


def faq() -> bytes:
    def fill(book: Any) -> None:
        rows = [["風暴傘常見問題"], ["分類", "客人問題", "標準答案", "備註"], ["保養", "風暴傘怎樣清潔?", "用清水,不可用漂白水。", "x"], ["保養", "修理收費?", 120, ""],
                ["保養", "多久修好?", "", ""], ["付款", "可以分期嗎?", "可以,分 3 期。", ""]]  # fmt: skip
        for row in rows:
            book.active.append(row)
        book.active["C4"].number_format = '"HK$"#,##0.00'
        book.create_sheet("舊").sheet_state = "hidden"

    return workbook(fill)


def guide() -> bytes:
    def fill(doc: Any) -> None:
        doc.add_heading("Care of umbrellas", 0)
        doc.add_heading("Drying", 1)
        doc.add_paragraph("Leave it open for 6 hours.")
        table = doc.add_table(rows=2, cols=2)
        for cell, text in zip([*table.row_cells(0), *table.row_cells(1)], ["Kind", "Hours", "Storm", "6"], strict=True):
            cell.text = text

    return document(fill)


def drop(page: Any, **files: bytes) -> None:
    page.evaluate(DROP, [[name.replace("__", "."), base64.b64encode(data).decode()] for name, data in files.items()])


def test_files_are_dropped_mended_and_become_drafts(open_page: Callable[..., Any], address: str, quay: Settings) -> None:
    page = open_page(address, "/login?next=/content/", wait="input[name=password]")
    page.fill("input[name=name]", "olga")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")
    page.click("[data-view=import]")
    page.wait_for_selector("#import-drop")
    drop(page, faq__xlsx=faq(), guide__docx=guide(), bomb__xlsx=with_parts(faq_workbook(), {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 50_000_000}))
    page.wait_for_selector("[data-name='bomb.xlsx'] .import-refused")
    refused = page.inner_text("[data-name='bomb.xlsx'] .import-refused")
    assert refused.startswith("檔案內的 xl/worksheets/sheet1.xml：解壓後超過 40 MB")

    assert page.locator(".import-article").count() == 3
    cleaning = page.locator(".import-article").nth(0)
    assert [cleaning.locator("h2").nth(n).inner_text() for n in (0, 1)] == ["風暴傘怎樣清潔?", "修理收費?"]
    assert "HK$120.00" in cleaning.inner_text()
    notes = page.inner_text("[data-name='faq.xlsx'] .import-notes")
    assert "儲存格 Sheet!B5：有問題而沒有答案" in notes
    assert "工作表「舊」：工作表是隱藏的" in notes
    assert page.locator(".import-article table td").all_inner_texts() == ["Storm", "6"]

    cleaning.locator("[name=id]").fill("care/../x")
    page.wait_for_selector(".import-article .import-refused")
    cleaning.locator("[name=id]").fill("care/storm")
    page.wait_for_selector(".import-article .import-refused", state="detached")
    page.locator(".import-article").nth(1).locator("input[type=checkbox]").uncheck()
    assert page.inner_text("#import-write") == SAID["import.write"].format(n=2)
    page.click("#import-write")
    page.wait_for_selector("#import-written")
    written = sorted(path.relative_to(quay.content / "articles").as_posix() for path in (quay.content / "articles").rglob("*.md"))
    assert {"care/storm.md", "imported/care-of-umbrellas.md"} <= set(written)
    assert not any("付款" in file for file in written)
    assert page.locator(".import-article").count() == 1

    page.click("#import-written .link")
    page.wait_for_selector(".tab-edit .source")
    assert "HK$120.00" in page.input_value(".source")


def test_columns_are_chosen_where_the_header_does_not_tell_and_a_phone_shows_it(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(address, "/login?next=/content/?lang=en", 390, 844, wait="input[name=password]")
    page.fill("input[name=name]", "olga")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("body.ready")
    page.evaluate("() => { location.hash = 'view=import'; }")
    page.wait_for_selector("#import-drop")
    drop(page, odd__csv=b"Foo,Bar\nHow long?,9 days\n")
    page.select_option("[data-column=A]", "question")
    page.wait_for_function(
        "() => document.querySelector('[data-column=A]')?.value === 'question' && document.querySelector('[data-column=A]').closest('th.used')"
    )
    page.select_option("[data-column=B]", "answer")
    page.wait_for_selector(".import-article h2")
    assert page.inner_text(".import-article h2") == "How long?"
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390

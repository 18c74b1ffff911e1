"""`kb import`: looks by default, writes when told to."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kb.errors import SettingsError
from kb.settings import Settings
from kb.store import Store, store_url
from tests.ingest.importers.files import faq_workbook, small_document, with_parts
from ui.cli import app


@pytest.fixture
def content(own_lantern_quay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KB_CONTENT", str(own_lantern_quay))
    monkeypatch.chdir(tmp_path)
    return own_lantern_quay


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["import", *words])


def test_files_are_shown_and_then_written(content: Path, tmp_path: Path) -> None:
    (tmp_path / "faq.xlsx").write_bytes(faq_workbook())
    (tmp_path / "guide.docx").write_bytes(small_document())
    shown = run("faq.xlsx", "guide.docx", "--owner", "olga", "--into", "care/new")
    assert shown.exit_code == 0
    assert "header in row 1; question A, answer B" in shown.output
    assert "care/new/umbrellas · Umbrellas · en · care" in shown.output
    assert not (content / "articles/care/new").exists()
    assert run("faq.xlsx", "guide.docx", "--write", "--category", "care").exit_code == 0
    text = (content / "articles/faq/faq.md").read_text(encoding="utf-8")
    assert "category: care\n" in text
    store = Store.open(store_url(Settings.load()))
    assert [one.message for one in store.revisions("imported/umbrellas.md")] == ["faq.xlsx, guide.docx"]
    store.close()


def test_one_bad_file_and_nothing_is_written(content: Path, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("Question,Answer\nA?,B\n", encoding="utf-8")
    (tmp_path / "bad.xlsx").write_bytes(with_parts(faq_workbook(), {"xl/vbaProject.bin": b"x"}))
    result = run("good.csv", "bad.xlsx", "--write")
    assert isinstance(result.exception, SettingsError)
    assert "bad.xlsx: the file holds macros or active content; save it as .docx or .xlsx without them" in result.output
    assert not (content / "articles/faq").exists()


def test_columns_are_named_by_letter(content: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("How?,x,So\n", encoding="utf-8")
    assert run("odd.csv").exit_code == 1
    result = run("odd.csv", "--columns", "question=A,answer=C", "--header", "0")
    assert result.exit_code == 0
    assert "question A, answer C" in result.output
    assert isinstance(run("odd.csv", "--columns", "price=A").exception, SettingsError)

"""`kb conflicts` and `kb parity` over a folder, read as it lies there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.store import ConflictDecision, Store
from tests.ui.api.test_conflicts import CONTRADICTION, TRANSLATION
from ui.cli import app

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def kb(own_lantern_quay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command over a folder with one contradiction and one translation. Returns (standard output, standard error)."""
    (own_lantern_quay / "articles" / "care" / "reeds.md").write_text(CONTRADICTION, encoding="utf-8")
    (own_lantern_quay / "articles" / "delivery" / "islands-hant.md").write_text(TRANSLATION, encoding="utf-8")
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KB_STORE", raising=False)

    def run(command: str, *options: str) -> tuple[str, str]:
        result = CliRunner().invoke(app, [command, str(own_lantern_quay), *options])
        assert result.exit_code == 0, result.output
        return result.stdout, result.stderr

    return run


def test_conflicts_are_listed_until_they_are_dismissed(kb: Run, tmp_path: Path) -> None:
    (found,) = json.loads(kb("conflicts", "--json")[0])
    assert [(side["file"], side["value"]) for side in found["sides"]] == [
        ("care/reeds.md", "9 working days"),
        ("delivery/islands.md", "6 working days"),
    ]
    printed, summary = kb("conflicts")
    assert "care/reeds.md:8: Delivery to the outer islands takes 9 working days." in printed
    assert summary.startswith("1 conflicts among ")
    store = Store.open(f"sqlite:///{tmp_path / 'home' / 'store.sqlite3'}")
    store.add_conflict_decision(ConflictDecision(found["id"], dt.datetime.now(dt.UTC), "olga", "dismiss", reason="another carrier"))
    store.close()
    assert kb("conflicts")[0] == ""
    assert [one["state"] for one in json.loads(kb("conflicts", "--all", "--json")[0])] == ["dismissed"]


def test_nothing_contradicts_before_it_holds(kb: Run) -> None:
    assert json.loads(kb("conflicts", "--as-of", "2030-12-31", "--json")[0]) == []


def test_a_translation_is_compared(kb: Run) -> None:
    printed, summary = kb("parity")
    assert "quantity: EUR 12 in the original, EUR 15 in the translation" in printed
    assert "the translation has no section 'Lost parcels'" in printed
    assert summary.startswith("1 translations, 1 passages compared, 2 differences")

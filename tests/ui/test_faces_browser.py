"""What the pages for trainers and leads have in common: they fit a phone, and their files are inert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ui.services import Services

NOW = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("path", ["/training/", "/insights/"])
def test_the_pages_fit_a_phone(open_page: Callable[..., Any], address: str, path: str) -> None:
    page = open_page(address, path, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_csv_is_inert_in_a_spreadsheet(http: httpx.Client, services: Services) -> None:
    from kb.store import Attempt

    services.store.add_attempt(Attempt("evil", NOW, "=cmd|' /C calc'!A0", "Q", "…", 1.0, 10, False, []))
    lines = http.get("/api/v1/training/progress.csv").text.splitlines()
    assert "person" in lines[0].removeprefix("\ufeff").split(",")
    assert all(not line.startswith(("=", '"=')) for line in lines)
    assert any("'=cmd" in line for line in lines)

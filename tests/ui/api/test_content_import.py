"""Files that an owner takes in through the API: the preview, the drafts, and what bad uploads leave behind: nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from ingest.authoring import status_of
from ingest.importers import LARGEST_FILE, ArticleDraft, ImportRefused
from kb.errors import StoreError
from kb.settings import Settings
from kb.store import passwords
from tests.ingest.importers.files import faq_workbook, small_document, with_parts
from tests.ui.api.conftest import HOME, PASSWORD
from ui.api import RequestIds, add_problem_handlers, api_router
from ui.guard import LARGEST_UPLOAD, Gate, Guard
from ui.i18n import TEXTS
from ui.intake import texts_of
from ui.services import Services
from ui.session import SESSION_COOKIE, Identities, IdentityMiddleware
from ui.workspace import Workspace

API = "/api/v1/content/import"
BOMB = with_parts(faq_workbook(), {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 60_000_000 + b"</a>"})


@pytest.fixture(scope="module")
def services(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    import shutil

    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("import") / "content"))
    patched = pytest.MonkeyPatch()
    patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    services = Services.open(Settings(home=tmp_path_factory.mktemp("import-home"), content=content, embedder="none"))
    services.store.add_user("olga", "owner", PASSWORD)
    yield services
    services.close()
    patched.undo()


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    app = FastAPI()
    add_problem_handlers(app)
    app.include_router(api_router(services))
    app.add_middleware(Gate)
    app.add_middleware(IdentityMiddleware, identities=Identities(services.store, services.settings))
    app.add_middleware(Guard, settings=services.settings)
    app.add_middleware(RequestIds)
    return app


@pytest.fixture(scope="module")
def olga(app: FastAPI, services: Services) -> TestClient:
    secret, session = services.store.start_session("olga", 1)
    return TestClient(app, base_url=HOME, cookies={SESSION_COOKIE: secret}, headers={"x-csrf-token": session.csrf, "origin": HOME})


@pytest.fixture
def unchanged(services: Services) -> Callable[[], bool]:
    """Whether the content folder, the home, the history and the folder of temporary files are as they were."""

    def state() -> tuple[Any, ...]:
        folders = (services.settings.content, services.settings.home)
        files = [
            (str(path), path.stat().st_size)
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "store." not in path.name
        ]
        return files, services.store.last_revisions(), sorted(name for name in os.listdir(tempfile.gettempdir()) if name.startswith("tmp"))

    before = state()
    return lambda: state() == before


def preview(client: TestClient, data: bytes, name: str = "faq.csv", **words: str) -> dict[str, Any]:
    response = client.post(API, params={"name": name, **words}, content=data)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def draft(**changes: Any) -> dict[str, Any]:
    return {"id": "faq/rain", "title": "Rain", "lang": "en", "category": "", "owner": "", "products": [], "body": "## How wet?\n\n9 mm.", **changes}


def test_a_preview_shows_the_articles_as_agents_would_see_them(olga: TestClient, unchanged: Callable[[], bool]) -> None:
    found = preview(olga, "問題,答案,產品\n風暴傘幾天可退?,9 日內,no-such-product\n".encode(), "../退換.csv", owner="olga", into="care")
    [one] = found["articles"]
    assert (one["id"], one["file"], one["lang"], one["owner"]) == ("care/退換", "care/退換.md", "zh-Hant", "olga")
    assert [node["tag"] for node in one["tree"]] == ["h2", "p"]
    assert any("no-such-product" in problem["what"] for problem in one["problems"])
    assert found["notes"][0]["code"] == "name"
    assert found["tables"][0]["columns"] == {"question": 0, "answer": 1, "product": 2}
    assert unchanged()


def test_columns_are_chosen_and_an_article_is_checked_as_its_owner_changes_it(olga: TestClient) -> None:
    data = b"Foo,Bar\nHow?,So.\n"
    [table] = preview(olga, data)["tables"]
    assert (table["usable"], table["sample"]) == (False, [[1, "Foo", "Bar"], [2, "How?", "So."]])
    layouts = json.dumps({"": {"header": 1, "columns": {"question": 0, "answer": 1}}})
    assert preview(olga, data, layouts=layouts)["articles"][0]["body"] == "## How?\n\nSo."
    assert olga.post(API, params={"layouts": "[1]"}, content=data).status_code == 422
    assert olga.post(f"{API}/check", json=draft(lang="zh-Hant")).json()["file"] == "faq/rain.md"
    refused = olga.post(f"{API}/check", json=draft(id="../etc"))
    assert (refused.status_code, refused.json()["code"]) == (422, "id")


def test_drafts_are_written_with_their_history_all_or_none(olga: TestClient, services: Services, unchanged: Callable[[], bool]) -> None:
    taken = next(iter(Workspace(services).holdings().files.values())).id
    for second, code in ((draft(id=taken), "id-taken"), (draft(id="faq/RAIN"), "id-twice"), (draft(id="a/../b"), "id")):
        refused = olga.post(f"{API}/write", json={"drafts": [draft(), second], "source": "faq.csv"})
        assert refused.json()["code"] == code
        assert unchanged()
    written = olga.post(f"{API}/write", json={"drafts": [draft(), draft(id="faq/snow", title="Snow")], "source": "faq.csv"})
    assert (written.status_code, written.json()["files"]) == (201, ["faq/rain.md", "faq/snow.md"])
    text = (services.settings.content / "articles/faq/rain.md").read_text(encoding="utf-8")
    assert text.endswith("---\n\n## How wet?\n\n9 mm.\n")
    assert "\nstatus: draft\n" in text
    [revision] = services.store.revisions("faq/rain.md")
    assert (revision.by, revision.kind, revision.message, revision.text) == ("olga", "save", "faq.csv", text)
    again = olga.post(f"{API}/write", json={"drafts": [draft()]})
    assert (again.status_code, again.json()["code"]) == (409, "id-taken")
    assert preview(olga, b"Question,Answer\nA?,B\n", "rain.csv")["articles"][0]["id"] == "faq/rain-2"


def test_a_title_of_several_lines_cannot_end_the_front_matter(olga: TestClient) -> None:
    made = olga.post(f"{API}/check", json=draft(id="faq/lines", title="One\n---\nstatus: published\n")).json()
    assert made["problems"] == []
    [(_, text)] = texts_of([ArticleDraft("faq/lines", "One\n---\nstatus: published\n", "en", "", "", ("a\nb",), "x")], dt.date(2031, 5, 20)).items()
    assert status_of(text) == "draft"
    assert text.split("\n")[2] == "title: 'One --- status: published'"


def test_what_cannot_be_noted_is_not_written(services: Services, unchanged: Callable[[], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(services.store, "add_revision", fail)
    with pytest.raises(StoreError):
        Workspace(services).take_in({"new/one.md": "---\ntitle: x\nlang: en\n---\nx\n", "new/two.md": "x"}, "olga", "")
    assert unchanged()
    assert not (services.settings.content / "articles/new").exists()


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (BOMB, 422, "bomb"),
        (with_parts(small_document(), {"word/vbaProject.bin": b"x"}), 422, "macros"),
        (with_parts(faq_workbook(), {"../../evil": b"x"}), 422, "part-path"),
        (b"%PDF-1.7", 422, "wrong-type"),
        (b"Question,Answer\nA,=1+1\n", 422, "formula"),
        (b"", 422, "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_upload_is_refused_and_leaves_nothing_behind(
    olga: TestClient, unchanged: Callable[[], bool], data: bytes, status: int, code: str
) -> None:
    response = olga.post(API, params={"name": "../../faq.xlsx"}, content=data, headers={"content-type": "text/html"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert f"import.refused.{code}" in TEXTS
    assert unchanged()


def test_a_hundred_megabytes_are_not_read(olga: TestClient, unchanged: Callable[[], bool]) -> None:
    assert LARGEST_UPLOAD == LARGEST_FILE
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1_000_000
            yield b"x" * 1_000_000

    announced = olga.post(API, content=b"x", headers={"content-length": "100000000"})
    assert announced.status_code == 413
    assert olga.post(API, content=pieces()).status_code == 413
    assert unchanged()


def test_only_who_may_and_who_comes_from_the_page(app: FastAPI, olga: TestClient) -> None:
    assert TestClient(app, base_url=HOME).post(API, content=b"x").status_code == 401
    assert olga.post(API, content=b"x", headers={"x-csrf-token": "other"}).status_code == 403
    assert olga.post(API, content=b"x", headers={"origin": "https://evil.example"}).status_code == 403


def test_every_refusal_is_worded_in_every_language() -> None:
    for code in ("bomb", "macros", "formula"):
        assert len(set(TEXTS[f"import.refused.{code}"])) == 3
    assert TEXTS["import.refused.macros"][2] == str(ImportRefused("macros"))

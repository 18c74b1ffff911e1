"""What all faces share, while snapshots come and go beneath it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.errors import SnapshotError
from kb.settings import Settings
from ui import services as module
from ui.services import Services


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    articles = tmp_path / "content" / "articles"
    articles.mkdir(parents=True)
    text = "---\nid: returns\ntitle: Returns\nlang: en\ncategory: returns\naudience: public\nowner: desk\nstatus: published\n---\n## Returns\nLamps can be returned within 14 days.\n"
    (articles / "returns.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, "LOOK_EVERY", 0.0)
    services = Services.open(Settings(home=tmp_path / "home", content=tmp_path / "content", embedder="none"))
    yield services
    services.close()


def test_a_snapshot_that_cannot_be_read_takes_nothing_away(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    before = services.answerer.snapshot.id
    current = services.settings.home / "CURRENT"
    kept = current.read_text(encoding="utf-8")
    current.write_text("no-such-snapshot\n", encoding="utf-8")
    for _ in range(3):
        assert services.answerer.snapshot.id == before
    assert len([one for one in caplog.records if "the earlier snapshot stays in use" in one.getMessage()]) == 1
    current.write_text(kept, encoding="utf-8")
    (services.settings.content / "articles" / "returns.md").unlink()
    (services.settings.content / "articles" / "lamps.md").write_text(
        "---\nid: lamps\ntitle: Lamps\nlang: en\ncategory: care\naudience: public\nowner: desk\nstatus: published\n---\n## Care\nDust lamps once a week.\n",
        encoding="utf-8",
    )
    services.ingest()
    assert set(services.answerer.snapshot.articles) == {"lamps"}


def test_nobody_waits_for_the_store_while_a_snapshot_is_loaded(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, go_on = threading.Event(), threading.Event()

    def load(_: Path) -> Any:
        loading.set()
        go_on.wait(20)
        raise SnapshotError("damaged", where="CURRENT", fix="run `kb ingest`")

    monkeypatch.setattr(module, "load_current", load)
    monkeypatch.setattr(module, "current_id", lambda _: "another")
    looking = threading.Thread(target=lambda: services.answerer)
    looking.start()
    assert loading.wait(10)
    opened: list[object] = []
    opening = threading.Thread(target=lambda: opened.append(services.recorder))
    opening.start()
    opening.join(10)
    assert opened
    go_on.set()
    looking.join(10)

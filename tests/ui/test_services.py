"""What all faces share, while snapshots come and go beneath it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.errors import SnapshotError
from kb.settings import Settings
from kb.snapshot import changes_behind, current_id
from kb.store import Ask
from retriever import abstain
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

    def load(*_: object) -> Any:
        loading.set()
        go_on.wait(60)
        raise SnapshotError("damaged", where="CURRENT", fix="run `kb ingest`")

    monkeypatch.setattr(module, "load_current", load)
    monkeypatch.setattr(module, "current_id", lambda _: "another")
    looking = threading.Thread(target=lambda: services.answerer)
    looking.start()
    assert loading.wait(60)
    opened: list[object] = []
    opening = threading.Thread(target=lambda: opened.append(services.recorder))
    opening.start()
    opening.join(120)
    assert opened
    go_on.set()
    looking.join(120)


def rewritten(services: Services, days: int) -> None:
    """The article on returns says another number."""
    path = services.settings.content / "articles" / "returns.md"
    head, _ = path.read_text(encoding="utf-8").split("## Returns", 1)
    path.write_text(f"{head}## Returns\nLamps can be returned within {days} days.\n", encoding="utf-8")


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_an_open_desk_follows_without_being_asked(services: Services) -> None:
    desk = Services.open(services.settings)
    desk.start()
    try:
        rewritten(services, 21)
        summary = services.publish_article("returns.md")
        until(lambda: desk._answerer.snapshot.id == summary.snapshot)
        assert "21 days" in desk.ask("Within how many days can lamps be returned?").draft
    finally:
        desk.close()


def test_publishing_goes_on_from_what_another_process_published_meanwhile(services: Services) -> None:
    other = Services.open(services.settings)
    (services.settings.content / "articles" / "lamps.md").write_text(
        "---\nid: lamps\ntitle: Lamps\nlang: en\naudience: public\nowner: desk\nstatus: published\n---\nDust lamps once a week.\n", encoding="utf-8"
    )
    other.publish_article("lamps.md")
    rewritten(services, 21)
    services.publish_article("returns.md")
    assert set(services.latest().snapshot.articles) == {"returns", "lamps"}
    assert [chunk.text for chunk in other.latest().snapshot.chunks] == ["Dust lamps once a week.", "Lamps can be returned within 21 days."]


def test_many_changes_are_written_whole_while_nobody_waits(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 3)
    for days in (21, 22, 23):
        rewritten(services, days)
        summary = services.publish_article("returns.md")
        services.latest()
    until(lambda: current_id(services.settings.home) != summary.snapshot)
    assert changes_behind(services.settings.home) == 0
    assert "23 days" in services.ask("Within how many days can lamps be returned?").draft


def test_what_was_taken_over_as_measured_is_measured_while_nobody_waits(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abstain, "MEASURED_AT_ONCE", 0)
    monkeypatch.setattr(abstain, "FEW", 2.0)
    desk = Services.open(Settings(home=services.settings.home / "own", content=services.settings.content))
    before = desk.answerer.abstainer._probe
    rewritten(services, 21)
    desk.publish_article("returns.md")
    abstainer = desk.latest().abstainer
    until(lambda: abstainer.measured)
    assert abstainer._probe is not before
    desk.close()


def test_old_texts_are_erased_beside_the_requests(services: Services) -> None:
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    services.store.add_ask(Ask("old", old, "mei", "", "", "Returns?", (), "2031-05-20", {"sources": []}, "s", "extractive", {}))
    services.settings = dataclasses.replace(services.settings, keep_days=1)
    services.start()
    give_up = time.monotonic() + 20
    while services.store.asks() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert services.store.asks() == []
    services.close()
    assert not [one for one in threading.enumerate() if one.name == "retention"]

"""`kb ingest --watch`: what another program edits is indexed, and its revision kept."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.build import Summary
from kb.errors import YoujuError
from kb.settings import Settings
from kb.snapshot import load_current
from kb.store import Store, store_url
from ui.watch import watch

PENS = "care/pens.md"


@pytest.fixture
def watched(own_lantern_quay: Path, tmp_path: Path) -> Iterator[tuple[Settings, Store, queue.Queue[Any]]]:
    """The settings, the store, and what the watcher says; it watches until the test ends."""
    settings = Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none")
    store, said, stop = Store.open(store_url(settings)), queue.Queue[Any](), threading.Event()
    thread = threading.Thread(target=watch, args=(own_lantern_quay, settings, None, store, said.put, stop))
    thread.start()
    assert isinstance(said.get(timeout=30), Summary)
    yield settings, store, said
    stop.set()
    thread.join(30)
    store.close()


def test_an_edit_is_indexed_and_its_revision_kept(watched: tuple[Settings, Store, queue.Queue[Any]], write_article: Callable[..., Path]) -> None:
    settings, store, said = watched
    (first,) = store.revisions(PENS)
    assert (first.kind, first.by) == ("elsewhere", "")
    write_article(settings.content, PENS, "Rinse a pen for 17 minutes.", "title: Pens", "lang: en", "valid_from: 2031-01-01")
    assert said.get(timeout=30).articles == 5
    assert [chunk.text for chunk in load_current(settings.home).chunks if chunk.article == "care/pens"] == ["Rinse a pen for 17 minutes."]
    latest = store.revisions(PENS)[0]
    assert "17 minutes" in latest.text
    assert latest.base == first.version
    assert len(store.revisions("delivery/islands.md")) == 1


def test_a_folder_that_breaks_is_told_and_watched_on(watched: tuple[Settings, Store, queue.Queue[Any]], write_article: Callable[..., Path]) -> None:
    settings, _, said = watched
    shop = settings.content / "shop.yaml"
    sound = shop.read_text(encoding="utf-8")
    shop.write_text("name: [", encoding="utf-8")
    assert isinstance(said.get(timeout=30), YoujuError)
    shop.write_text(sound, encoding="utf-8")
    assert isinstance(said.get(timeout=30), Summary)

"""`kb ingest --watch`: what another program edits is indexed when it has come to rest, and its revision kept."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.build import Summary
from kb.errors import YoujuError
from kb.settings import Settings
from kb.snapshot import changes_behind, load_current
from kb.store import Store, store_url
from ui.watch import EVERY, SETTLED, UNSETTLED, Look, Settling, watch

ROOT = Path(__file__).parents[2]
PENS = "care/pens.md"


@pytest.fixture
def watched(own_lantern_quay: Path, tmp_path: Path) -> Iterator[tuple[Settings, Store, queue.Queue[Any]]]:
    """The settings, the store, and what the watcher says; it watches until the test ends."""
    settings = Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none")
    store, said, stop = Store.open(store_url(settings)), queue.Queue[Any](), threading.Event()
    thread = threading.Thread(target=watch, args=(own_lantern_quay, settings, None, store, said.put, stop))
    thread.start()
    assert isinstance(said.get(timeout=120), Summary)
    yield settings, store, said
    stop.set()
    thread.join(120)
    store.close()


def test_an_edit_is_indexed_and_its_revision_kept(watched: tuple[Settings, Store, queue.Queue[Any]], write_article: Callable[..., Path]) -> None:
    settings, store, said = watched
    (first,) = store.revisions(PENS)
    assert (first.kind, first.by) == ("elsewhere", "")
    write_article(settings.content, PENS, "Rinse a pen for 17 minutes.", "title: Pens", "lang: en", "valid_from: 2031-01-01")
    assert said.get(timeout=120).articles == 5
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
    assert isinstance(said.get(timeout=120), YoujuError)
    shop.write_text(sound, encoding="utf-8")
    assert isinstance(said.get(timeout=120), Summary)


# ---- when a folder is read ------------------------------------------------------------------------------------------------


def look(number: int) -> Look:
    """A folder in one of its states."""
    return (("a.md", (number, 0, 0)),), ()


def test_a_folder_is_read_when_it_has_come_to_rest() -> None:
    settling = Settling()
    assert not settling.ready(look(0), 0.0)
    assert settling.ready(look(0), SETTLED)
    assert not settling.ready(look(0), 10.0)
    assert not settling.waiting
    for number in range(1, 4):  # written bit by bit
        assert not settling.ready(look(number), 10.0 + number * SETTLED)
        assert settling.waiting
    assert not settling.ready(look(3), 10.0 + 3.9 * SETTLED)
    assert settling.ready(look(3), 10.0 + 4 * SETTLED)


def test_a_folder_that_never_rests_is_read_all_the_same() -> None:
    settling, moment, number = Settling(), 0.0, 0
    while not settling.ready(look(number), moment):
        moment, number = moment + SETTLED / 2, number + 1
        assert moment <= UNSETTLED + SETTLED
    assert moment >= UNSETTLED


def test_what_is_taken_back_before_it_was_read_is_not_read() -> None:
    settling = Settling()
    settling.taken = look(0)
    assert not settling.ready(look(1), 0.0)
    assert not settling.ready(look(0), SETTLED)
    assert not settling.ready(look(1), 2 * SETTLED), "it must rest anew"


def test_a_folder_that_is_missing_is_said_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", content=tmp_path / "content", embedder="none")
    store, said, stop = Store.open(store_url(settings)), queue.Queue[Any](), threading.Event()
    thread = threading.Thread(target=watch, args=(settings.content, settings, None, store, said.put, stop))
    thread.start()
    assert "no such folder" in str(said.get(timeout=120))
    stop.wait(3 * EVERY)
    stop.set()
    thread.join(120)
    store.close()
    assert said.empty()


# ---- in a process of its own ----------------------------------------------------------------------------------------------


@pytest.fixture
def process(own_lantern_quay: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`kb ingest --watch` over the invented shop, past its first line."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    command = [sys.executable, "-m", "ui.cli", "ingest", "--watch", str(own_lantern_quay)]
    environment = {**clean, "KB_HOME": str(tmp_path / "home"), "KB_EMBEDDER": "none", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("5 articles")
        yield running
        running.kill()


def test_a_day_in_an_editor(process: subprocess.Popen[str], own_lantern_quay: Path, tmp_path: Path, write_article: Callable[..., Path]) -> None:
    home, articles = tmp_path / "home", own_lantern_quay / "articles"
    assert process.stdout is not None
    islands = articles / "delivery" / "islands.md"

    (islands.parent / ".#islands.md").symlink_to("somebody@a-machine.1234")  # as editors write: a lock, a file beside, and then its name
    beside = islands.with_name("islands.md~")
    beside.write_text(islands.read_text(encoding="utf-8").replace("21 days", "22 days"), encoding="utf-8")
    os.replace(beside, islands)
    assert process.stdout.readline().startswith("5 articles")
    assert any("22 days" in chunk.text for chunk in load_current(home).chunks)
    assert changes_behind(home) == 1, "one article was published, not the folder"

    islands.rename(articles / "delivery" / "outer-islands.md")
    assert process.stdout.readline().startswith("5 articles")
    assert load_current(home).articles["delivery/islands"].file == "delivery/outer-islands.md"

    (articles / "staff" / "goodwill.md").unlink()
    assert process.stdout.readline().startswith("4 articles")
    assert "staff/goodwill" not in load_current(home).articles

    write_article(own_lantern_quay, "half.md", "Half.", "title: Half", "lang: [")
    assert "1 skipped (0 kept" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=120)
    assert [line for line in complaints.splitlines() if line.startswith("error")] == [line for line in complaints.splitlines() if "half.md" in line]
    assert process.returncode == 0

    store = Store.open(store_url(Settings(home=home, embedder="none")))
    assert ["22 days" in one.text for one in store.revisions("delivery/islands.md")] == [True, False]
    assert [one.kind for one in store.revisions("delivery/outer-islands.md")] == ["elsewhere"]
    store.close()

"""An ingest in another process that began before an article was published here: neither is lost, and the files have the last word."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.build import ingest, publish_article, re_embed
from kb.snapshot import Snapshot, current_id, load_current

ROOT = Path(__file__).parents[2]
SLOW = Path(__file__).with_name("ingest_and_wait.py")
PENS, ISLANDS, GOODWILL = "care/pens.md", "delivery/islands.md", "staff/goodwill.md"


class SlowProcess:
    """Indexes folders, and stops before publishing until it is told to go on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def begin(self, content: Path, home: Path) -> None:
        assert self._say(json.dumps([str(content), str(home)])) == "read"

    def finish(self) -> Any:
        """The snapshot's id, or what went wrong."""
        return self._say("")

    def _say(self, line: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def started() -> Iterator[Callable[[], SlowProcess]]:
    """Starts such processes; they end with the test."""
    running: list[subprocess.Popen[str]] = []

    def start() -> SlowProcess:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        running.append(subprocess.Popen([sys.executable, str(SLOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment))
        return SlowProcess(running[-1])

    yield start
    for process in running:
        process.communicate(timeout=120)


def edited(content: Path, file: str, old: str, new: str) -> None:
    path = content / "articles" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def text_of(snapshot: Snapshot, article: str) -> str:
    return "\n".join(chunk.text for chunk in snapshot.chunks if chunk.article == article)


def assert_as_indexed_afresh(home: Path, content: Path, elsewhere: Path) -> Snapshot:
    """What is published is what indexing the folder into another home gives."""
    ingest(content, None, elsewhere, 1)
    mine, afresh = load_current(home), load_current(elsewhere)
    assert (mine.articles, dict(mine.texts), mine.companions) == (afresh.articles, dict(afresh.texts), afresh.companions)
    assert {chunk.id: chunk for chunk in mine.chunks} == {chunk.id: chunk for chunk in afresh.chunks}
    return mine


def test_neither_an_ingest_nor_what_was_published_meanwhile_is_lost(
    own_lantern_quay: Path, tmp_path: Path, started: Callable[[], SlowProcess], write_article: Callable[..., Path]
) -> None:
    content, home, slow = own_lantern_quay, tmp_path / "home", started()
    ingest(content, None, home, 3)

    edited(content, ISLANDS, "21 days", "22 days")  # for the ingest alone
    slow.begin(content, home)
    edited(content, PENS, "35 °C", "40 °C")
    publish_article(content, PENS, load_current(home), None, home, 3)
    assert slow.finish() == current_id(home)
    both = assert_as_indexed_afresh(home, content, tmp_path / "afresh")
    assert "40 °C" in text_of(both, "care/pens")
    assert "22 days" in text_of(both, "delivery/islands")

    slow.begin(content, home)  # retired, new and deleted meanwhile
    edited(content, PENS, "status: published", "status: retired")
    publish_article(content, PENS, load_current(home), None, home, 3)
    write_article(content, "new.md", "Wholly new.", "title: New", "lang: en", "valid_from: 2031-01-01")
    publish_article(content, "new.md", load_current(home), None, home, 3)
    (content / "articles" / GOODWILL).unlink()
    publish_article(content, GOODWILL, load_current(home), None, home, 3)
    assert slow.finish() == current_id(home)
    later = assert_as_indexed_afresh(home, content, tmp_path / "afresh")
    assert {"new"} == later.articles.keys() & {"new", "care/pens", "staff/goodwill"}

    slow.begin(content, home)  # published, and spoilt before the ingest comes to look: what was published stays
    edited(content, ISLANDS, "22 days", "23 days")
    publish_article(content, ISLANDS, load_current(home), None, home, 3)
    edited(content, ISLANDS, "title:", "titel:")
    assert slow.finish() == current_id(home)
    assert "23 days" in text_of(load_current(home), "delivery/islands")


def test_of_two_ingests_the_one_that_read_earlier_does_not_take_back_what_the_other_read(
    own_lantern_quay: Path, tmp_path: Path, started: Callable[[], SlowProcess]
) -> None:
    content, home, first, second = own_lantern_quay, tmp_path / "home", started(), started()
    first.begin(content, home)
    edited(content, PENS, "35 °C", "40 °C")
    second.begin(content, home)
    assert second.finish() == current_id(home)
    assert first.finish() == current_id(home)
    assert "40 °C" in text_of(assert_as_indexed_afresh(home, content, tmp_path / "afresh"), "care/pens")


def test_an_ingest_that_is_killed_loses_nothing_and_takes_no_lock_along(
    own_lantern_quay: Path, tmp_path: Path, started: Callable[[], SlowProcess]
) -> None:
    content, home, slow = own_lantern_quay, tmp_path / "home", started()
    ingest(content, None, home, 3)
    slow.begin(content, home)
    edited(content, PENS, "35 °C", "40 °C")
    summary = publish_article(content, PENS, load_current(home), None, home, 3)
    slow.process.send_signal(signal.SIGKILL)
    slow.process.wait(120)
    assert current_id(home) == summary.snapshot
    edited(content, PENS, "40 °C", "45 °C")
    ingest(content, None, home, 3)
    assert "45 °C" in text_of(load_current(home), "care/pens")


def test_an_ingest_does_not_bring_back_a_model_that_was_replaced_meanwhile(
    own_lantern_quay: Path, tmp_path: Path, started: Callable[[], SlowProcess], hash_embedder: Any
) -> None:
    content, home, slow = own_lantern_quay, tmp_path / "home", started()
    ingest(content, None, home, 3)
    slow.begin(content, home)
    replaced = re_embed(load_current(home), hash_embedder(), home, 3)
    assert slow.finish().startswith("Overtaken: ")
    assert current_id(home) == replaced.id


def test_embedding_again_takes_in_what_was_published_meanwhile(own_lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    content, home = own_lantern_quay, tmp_path / "home"
    ingest(content, None, home, 3)
    before = load_current(home)
    edited(content, PENS, "35 °C", "40 °C")
    publish_article(content, PENS, before, None, home, 3)
    after = re_embed(before, hash_embedder(), home, 3)
    assert after.id == current_id(home)
    assert (after.embedder, len(after.vectors)) == ("hash:64", len(after.chunks))
    assert "40 °C" in text_of(after, "care/pens")

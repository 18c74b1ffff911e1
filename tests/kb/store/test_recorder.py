from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.snapshot import Snapshot
from kb.store import ArticleVersion, Ask, Edit, Feedback, Recorder, Store, recorder
from kb.store.history import Record

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
ASK = Ask("a", NOW, "mei", "chat", "", "我電話 9123 4567,幾時送到?", (), "2031-05-20", {"sources": []}, "s", "extractive", {})


class Watched:
    """A store that can be held up or broken, over a real one."""

    def __init__(self, store: Store) -> None:
        self.store, self.batches, self.away = store, list[list[Record]](), False
        self.order_numbers: Sequence[str] = ()
        self.open = threading.Event()
        self.open.set()

    def add_all(self, records: Sequence[Record]) -> None:
        self.open.wait()
        if self.away:
            raise StoreError("away", where="store", fix="wait")
        self.store.add_all(records)
        self.batches.append(list(records))

    def ping(self) -> None:
        if self.away:
            raise StoreError("away", where="store", fix="wait")
        self.store.ping()

    def ask(self, answer_id: str) -> Ask | None:
        return self.store.ask(answer_id)


@pytest.fixture
def watched(store: Store) -> Watched:
    return Watched(store)


@pytest.fixture
def make(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Recorder]]:
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.02)
    made: list[Recorder] = []

    def made_of(**options: int) -> Recorder:
        made.append(Recorder(watched, **options))  # type: ignore[arg-type]
        return made[-1]

    yield made_of
    watched.away = False
    watched.open.set()
    for one in made:
        one.close()


def ask(name: str) -> Ask:
    return dataclasses.replace(ASK, id=name)


def test_everything_taken_is_written_in_order_and_in_batches(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    for number in range(500):
        recorder.add_ask(ask(str(number)))
        recorder.put_edit(Edit("e", "mei", NOW, f"text {number}"))
    recorder.add_feedback(Feedback("f", "0", NOW, "mei", "right", ""))
    recorder.add_versions([ArticleVersion(version_of("text"), "x", "text", NOW)])
    watched.open.set()
    assert recorder.flush()
    assert len(watched.store.asks(limit=1000)) == 500
    assert [edit.text for edit in watched.store.edits("e")] == ["text 499"]
    assert len(watched.store.feedback()) == 1
    assert watched.store.version(version_of("text")) is not None
    assert len(watched.batches) < 20
    assert recorder.dropped == 0


def test_who_asks_does_not_wait_for_the_store(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    for number in range(1000):
        recorder.add_ask(ask(str(number)))  # comes back though nothing can be written
    assert watched.store.asks() == []


def test_an_ask_is_found_at_once_as_it_will_be_kept(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    recorder.add_ask(ASK)
    found = recorder.ask("a")
    assert found is not None
    assert found.question == "我電話 ⟨phone⟩,幾時送到?"
    assert recorder.ask("b") is None
    assert watched.store.ask("a") is None
    watched.open.set()
    assert recorder.flush()
    assert recorder.ask("a") == watched.store.ask("a") == found


def test_a_full_queue_makes_the_caller_write(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make(room=3)
    watched.open.clear()
    recorder.add_ask(ask("0"))
    while recorder._waiting:  # the thread has it and is held up
        time.sleep(0.001)
    for number in range(1, 4):
        recorder.add_ask(ask(str(number)))
    last = threading.Thread(target=recorder.add_ask, args=(ask("4"),))
    last.start()
    last.join(0.1)
    assert last.is_alive()
    watched.open.set()
    last.join()
    assert [[one.id for one in batch if isinstance(one, Ask)] for batch in watched.batches].count(["4"]) == 1
    assert recorder.flush()
    assert len(watched.store.asks()) == 5
    assert recorder.dropped == 0


def test_flush_says_when_the_time_did_not_suffice(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    recorder.add_ask(ASK)
    assert not recorder.flush(timeout=0.05)
    watched.open.set()
    assert recorder.flush()


def test_a_record_that_the_store_refuses_is_lost_alone_and_logged_once(
    watched: Watched, make: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    recorder = make()
    watched.open.clear()
    for number in range(6):
        recorder.add_ask(ask(str(number)))
        recorder.put_edit(Edit(str(number), "mei", NOW, "x" * (300_000 if number % 2 else 3)))
    recorder.add_ask(dataclasses.replace(ASK, id="b", question=None))  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR):
        watched.open.set()
        assert recorder.flush()
    assert len(watched.store.asks()) == 6
    assert [len(watched.store.edits(str(number))) for number in range(6)] == [1, 0, 1, 0, 1, 0]
    assert recorder.dropped == 4
    assert len(caplog.records) == 1
    assert recorder.ask("b") is None
    recorder.add_ask(ask("after"))
    assert recorder.flush()
    assert watched.store.ask("after") is not None


def test_while_the_store_is_away_records_wait_and_what_finds_no_room_is_counted(
    watched: Watched, make: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    recorder = make(room=10)
    watched.away = True
    with caplog.at_level(logging.ERROR):
        recorder.add_ask(ask("0"))
        while not recorder._away:
            time.sleep(0.001)
        started = time.perf_counter()
        for number in range(1, 16):
            recorder.add_ask(ask(str(number)))
        assert time.perf_counter() - started < 1
        time.sleep(0.2)  # ten attempts
    assert len(caplog.records) == 1
    assert "some of what is asked and answered is not kept: store: away" in caplog.text
    assert recorder.dropped == 5
    watched.away = False
    assert recorder.flush()
    assert sorted(int(one.id) for one in watched.store.asks()) == list(range(11))
    assert recorder.dropped == 5


def test_closing_writes_what_waits_and_later_records_are_written_at_once(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    for number in range(300):
        recorder.add_ask(ask(str(number)))
    threading.Timer(0.05, watched.open.set).start()
    recorder.close()
    assert len(watched.store.asks(limit=1000)) == 300
    recorder.add_ask(ask("late"))
    assert watched.store.ask("late") is not None
    recorder.close()


def test_closing_while_the_store_is_away_ends_and_counts(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.away = True
    for number in range(300):
        recorder.add_ask(ask(str(number)))
    recorder.close(timeout=10)
    assert not recorder._thread.is_alive()
    assert recorder.dropped == 300
    recorder.add_ask(ask("late"))
    assert recorder.dropped == 301


def test_a_store_that_hangs_does_not_hang_the_end(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder = make()
    watched.open.clear()
    recorder.add_ask(ask("0"))
    while recorder._waiting:
        time.sleep(0.001)
    recorder.add_ask(ask("1"))
    started = time.perf_counter()
    recorder.close(timeout=0.1)
    assert time.perf_counter() - started < 5
    assert recorder.dropped == 1


def test_a_program_that_ends_without_closing_keeps_what_was_taken(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from test_recorder_program import ASK\n"
        "from kb.store import Recorder, Store\n"
        "Recorder(Store.open(sys.argv[1])).add_ask(ASK)\n"
    )
    (tmp_path / "test_recorder_program.py").write_text(
        "import datetime as dt\nfrom kb.store import Ask\n"
        "ASK = Ask('a', dt.datetime(2031, 5, 20, tzinfo=dt.UTC), 'mei', '', '', 'Where?', (), '2031-05-20', {}, '', '', {})\n"
    )
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    subprocess.run([sys.executable, "-c", code, url, str(tmp_path)], check=True, timeout=120, cwd=Path(__file__).parents[3])
    assert Store.open(url).ask("a") is not None


def test_many_threads_take_and_ask_at_the_same_time(watched: Watched, make: Callable[..., Recorder]) -> None:
    recorder, missing = make(room=50), list[str]()

    def work(thread: int) -> None:
        for number in range(50):
            recorder.add_ask(ask(f"{thread}-{number}"))
            if recorder.ask(f"{thread}-{number}") is None:
                missing.append(f"{thread}-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.flush()
    assert missing == []
    assert len(watched.store.asks(limit=1000)) == 400
    assert recorder._unwritten == {}


def test_the_articles_that_an_answer_cites_are_kept_once(watched: Watched, make: Callable[..., Recorder], lantern_quay_snapshot: Snapshot) -> None:
    recorder, article = make(), lantern_quay_snapshot.articles["returns/umbrellas"]
    cited = dataclasses.replace(ASK, answer={"sources": [{"article": article.id, "version": article.version}]})
    for name in ("a", "b"):
        recorder.add_ask(dataclasses.replace(cited, id=name), lantern_quay_snapshot)
        assert recorder.flush()
    kept = watched.store.version(article.version)
    assert kept is not None
    assert (kept.article, kept.text) == (article.id, lantern_quay_snapshot.article_text(article.id))
    written = [record for batch in watched.batches for record in batch]
    assert [type(record) for record in written] == [Ask, ArticleVersion, Ask]


def test_an_ask_outlives_a_snapshot_whose_texts_are_damaged(watched: Watched, make: Callable[..., Recorder], lantern_quay_snapshot: Snapshot) -> None:
    recorder, article = make(), lantern_quay_snapshot.articles["returns/umbrellas"]
    damaged = dataclasses.replace(lantern_quay_snapshot, texts={article.id: "another text"})
    recorder.add_ask(dataclasses.replace(ASK, answer={"sources": [{"article": article.id, "version": article.version}]}), damaged)
    assert recorder.flush()
    assert watched.store.ask("a") is not None
    assert watched.store.version(article.version) is None
    assert recorder.dropped == 1

"""`kb forget`, and the process that serves: texts go by age and on request, the log says that they went and never what they said."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kb.errors import StoreError
from kb.settings import Settings
from kb.store import Ask, Store, store_url
from tests.kb.store.test_retention import in_files, put
from ui import retention
from ui.cli import app
from ui.retention import Keeper

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
Forget = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(store_url(Settings(home=tmp_path)))
    put(store, "old", NOW - 40 * DAY, "UMBRELLA", conversation="c1")
    put(store, "new", NOW - DAY, conversation="c2")
    yield store
    store.close()


@pytest.fixture
def forget(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forget:
    monkeypatch.setenv("KB_HOME", str(tmp_path))

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["forget", *arguments], input=typed)

    return run


def questions(store: Store) -> list[str]:
    return [ask.id for ask in store.asks()]


# ---- the command -------------------------------------------------------------------------------------------------------


def test_old_texts_are_counted_and_erased_and_nothing_is_left_in_the_file(forget: Forget, store: Store, tmp_path: Path) -> None:
    done = forget("--older-than", "30", "--yes")
    assert done.exit_code == 0, done.output
    assert "older than 30 days: 1 answers, 1 replies, 1 edits, 1 reasons, 1 drills" in done.output
    assert questions(store) == ["new"]
    assert (in_files(tmp_path / "store.sqlite3", "UMBRELLA"), in_files(tmp_path / "store.sqlite3", "LANTERN") > 0) == (0, True)
    assert "nothing that is kept is older" in forget("--older-than", "30", "--yes").output


def test_a_conversation_is_shown_before_it_is_erased(forget: Forget, store: Store) -> None:
    asked = forget("--conversation", "c2")
    assert isinstance(asked.exception, StoreError)
    assert "give --yes" in str(asked.exception)
    assert "1 answers, 1 replies" in asked.output
    assert "mei: Is my LANTERN here?" in asked.output
    assert len(questions(store)) == 2, "nobody said yes"
    assert forget("--conversation", "c2", "--yes").exit_code == 0
    assert questions(store) == ["old"]
    assert "nothing is kept of it" in forget("--conversation", "c2", "--yes").output


def test_words_may_come_from_standard_input_and_samples_obey_no_terminal(forget: Forget, store: Store) -> None:
    store.add_ask(dataclasses.replace(store.asks()[0], id="evil", question="x" * 99 + "\x1b[31m the GREEN lamp \x07" + "y" * 99))
    done = forget("--text", "-", "--yes", typed="green lamp\n")
    assert done.exit_code == 0, done.output
    assert "xx [31m the GREEN lamp yy" in done.output
    assert "\x1b" not in done.output
    assert sorted(questions(store)) == ["new", "old"]


def test_masked_data_cannot_be_looked_for_and_the_command_says_so(forget: Forget) -> None:
    done = forget("--text", "my number is 9123 4567", "--yes")
    assert "kept masked" in done.output
    assert "nothing is kept of it" in done.output


@pytest.mark.parametrize("arguments", [(), ("--older-than", "3", "--text", "x"), ("--log", "--conversation", "c"), ("--text", "  "), ("--text", "")])
def test_an_unclear_wish_erases_nothing(forget: Forget, store: Store, arguments: tuple[str, ...]) -> None:
    assert isinstance(forget(*arguments, "--yes").exception, StoreError)
    assert len(questions(store)) == 2


def test_the_log_says_who_when_and_how_much_and_never_what(forget: Forget, store: Store) -> None:
    forget("--text", "UMBRELLA here", "--yes")
    forget("--conversation", "c2", "--yes")
    lines = forget("--log").output.splitlines()
    assert [("by conversation: 1 answers" in line, "by text: 1 answers" in line) for line in lines] == [(True, False), (False, True)]
    assert all("kb forget" in line and not {"UMBRELLA", "c2"} & set(line.split()) for line in lines)


def test_sweeping_alone_erases_nothing(forget: Forget, store: Store) -> None:
    assert forget("--sweep").exit_code == 0
    assert len(questions(store)) == 2


# ---- the process that serves -------------------------------------------------------------------------------------------


def test_nothing_is_erased_unless_days_are_set(store: Store) -> None:
    assert Keeper.of(Settings(), store) is None


def test_the_process_erases_at_its_start_and_again_when_more_is_too_old(store: Store, tmp_path: Path) -> None:
    keeper = Keeper.of(Settings(keep_days=30), store)
    assert keeper is not None
    assert keeper.once(NOW).answers == 1
    assert in_files(tmp_path / "store.sqlite3", "UMBRELLA") == 0
    assert questions(store) == ["new"]
    assert not keeper.once(NOW + DAY)
    assert keeper.once(NOW + 30 * DAY).answers == 1
    assert [(one.by, one.kind) for one in store.erasures()] == [("kb serve", "age")] * 2


def test_a_store_that_is_away_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    tries, done = [StoreError("away", where="x", fix="y")], threading.Event()
    erase_before = store.erase_before

    def once_away(*arguments: object, **options: object) -> object:
        if tries:
            raise tries.pop()
        erased = erase_before(*arguments, **options)  # type: ignore[arg-type]
        done.set()
        return erased

    monkeypatch.setattr(retention, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(store, "erase_before", once_away)
    keeper = Keeper(store, 30)
    keeper.start()
    assert done.wait(60)
    keeper.stop()
    assert questions(store) == ["new"]
    assert len([one for one in caplog.records if "KB_KEEP_DAYS could not be erased" in one.getMessage()]) == 1


def test_an_answer_is_recorded_while_texts_are_erased(store: Store) -> None:
    """In small batches: whoever writes meanwhile comes in between."""
    asks = [Ask(f"{number}", NOW - 99 * DAY, "mei", "", "", "…", (), "2031-05-20", {"sources": []}, "s", "extractive", {}) for number in range(350)]
    store.add_all(asks)
    seen: list[int] = []

    def looking() -> bool:
        put(store, f"meanwhile {len(seen)}", NOW)
        seen.append(len(store.asks(limit=999)))
        return False

    store.erase_before(NOW - 30 * DAY, "a test", stopped=looking)
    assert len(seen) > 4
    assert len(store.asks(limit=999)) == 1 + len(seen)

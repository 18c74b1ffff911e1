from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from kb.errors import StoreError
from kb.models import Turn
from kb.settings import Settings
from kb.store import Ask, Edit, Feedback, Reply, Store, store_url
from kb.store.migrations import MIGRATIONS
from kb.store.schema import METADATA

ROOT = Path(__file__).parents[3]
PROCESSES = Path(__file__).with_name("processes.py")
NOW = dt.datetime(2031, 5, 20, 9, 30, 15, 123456, tzinfo=dt.UTC)
ASK = Ask("a", NOW, "mei", "chat", "", "Where is it?", (), "2031-05-20", {"sources": []}, "snapshot", "extractive", {"total": 1.5})
REPLY = Reply("r", "a", NOW, "mei", "chat", "", "It comes.", [], "copy", "", False, None, "none")


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    """Beside the store, on the same database. On SQLite the folder is made, as the store would."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url)
    yield made
    made.dispose()


def run(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(PROCESSES), *arguments], stdout=subprocess.PIPE, text=True, env=environment)


# ---- opening -----------------------------------------------------------------------------------------------------------


def test_the_store_lies_in_the_home_unless_a_url_is_set(tmp_path: Path) -> None:
    assert store_url(Settings(home=tmp_path)) == f"sqlite:///{tmp_path}/store.sqlite3"
    assert store_url(Settings(home=tmp_path, store="postgresql://host/name")) == "postgresql://host/name"


def test_opening_makes_the_folder_and_only_its_owner_may_read(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'new' / 'folder' / 'store.sqlite3'}")
    store.add_ask(ASK)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new" / "folder").iterdir()}
    assert modes == {"store.sqlite3": 0o600, "store.sqlite3-wal": 0o600, "store.sqlite3-shm": 0o600}
    store.close()


def test_sqlite_is_set_up_for_many_readers_and_for_power_cuts(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with store._reading() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


def test_what_is_kept_is_there_after_opening_again(address: str) -> None:
    first = Store.open(address)
    first.add_ask(ASK)
    first.close()
    assert Store.open(address).ask("a") == ASK


def test_a_closed_store_connects_again(store: Store) -> None:
    store.close()
    store.add_ask(ASK)
    assert store.ask("a") == ASK


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("mysql://host/name", "mysql is not supported"),
        ("sqlite://", "a database in memory keeps nothing"),
        ("sqlite:///:memory:", "a database in memory keeps nothing"),
        ("no url", "no database URL"),
        ("postgresql://u:hunter2@host:port/x", "no database URL"),
    ],
)
def test_a_url_that_cannot_serve_is_refused(url: str, what: str) -> None:
    with pytest.raises(StoreError, match=f"KB_STORE: {what}; ") as caught:
        Store.open(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_unreachable_server_is_named_without_the_password(scheme: str) -> None:
    with pytest.raises(StoreError, match=r"youju:\*\*\*@127\.0\.0\.1:1/name: .*refused") as caught:
        Store.open(f"{scheme}://youju:hunter2@127.0.0.1:1/name")
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"psycopg is not installed; run `pip install 'youju\[postgres\]'`"):
        Store.open("postgresql://host/name")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite3").write_text("dear diary, " * 1000)
    with pytest.raises(StoreError, match="file is not a database"):
        Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=f"{tmp_path}.*cannot be opened: .*check the folder"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'store.sqlite3'}")


def test_ping_notices_that_the_database_is_gone(store: Store, engine: Engine) -> None:
    store.ping()
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE migrations"))
    with pytest.raises(StoreError, match="check that the database is up"):
        store.ping()


def test_errors_hold_no_words_of_customers(store: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE asks"))
    with pytest.raises(StoreError) as caught:
        store.add_ask(dataclasses.replace(ASK, question="a private matter"))
    assert "private" not in f"{caught.value}{caught.value.__cause__}"


# ---- migrations --------------------------------------------------------------------------------------------------------


def described(engine: Engine) -> dict[str, Any]:
    """Tables, columns, keys and indexes as the database has them."""
    found = inspect(engine)
    return {
        table: {
            "columns": [(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)],
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (one["constrained_columns"], one["referred_table"], one["referred_columns"], one["options"]) for one in found.get_foreign_keys(table)
            ),
            "unique": sorted(tuple(one["column_names"]) for one in found.get_unique_constraints(table)),
            "indexes": sorted(
                (str(one["name"]), tuple(one["column_names"]), bool(one["unique"]), sorted(map(str, one.get("dialect_options", {}))))
                for one in found.get_indexes(table)
                if not one.get("duplicates_constraint")
            ),
        }
        for table in found.get_table_names()
        if table != "sqlite_sequence"
    }


def applied(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT number FROM migrations ORDER BY number")).scalars())


def test_migrations_and_schema_agree(store: Store, engine: Engine) -> None:
    migrated = described(engine)
    assert migrated.keys() == set(METADATA.tables)
    METADATA.drop_all(engine)
    METADATA.create_all(engine)
    assert described(engine) == migrated


def test_a_second_opening_migrates_nothing(store: Store, address: str, engine: Engine) -> None:
    before = described(engine)
    Store.open(address).close()
    assert applied(engine) == sorted(MIGRATIONS)
    assert described(engine) == before


def fill_with_the_oldest(engine: Engine) -> None:
    """The database as the first release left it, with a row in every table."""
    name = Path(__file__).with_name(f"m001.{engine.dialect.name}.sql")
    with engine.begin() as connection:
        for statement in name.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_oldest_database_comes_forward(address: str, engine: Engine) -> None:
    fill_with_the_oldest(engine)
    store = Store.open(address)
    assert applied(engine) == sorted(MIGRATIONS)
    assert described(engine).keys() == set(METADATA.tables)
    assert store.sign_in("mei", "lanterns above the quay") is not None
    assert [(user.name, user.role, user.groups, user.disabled) for user in store.users()] == [("Mei", "trainer", ("早班",), False)]
    assert store.session("an old session", at=NOW) is not None
    assert store.sign_in_wait("x", "10.0.0.1", at=NOW) == 0
    client = store.client("an old token")
    assert client is not None
    assert (client.name, client.scopes, client.per_minute) == ("help desk", ("answer", "check"), 60)
    assert store.use_frame_token("an old frame", at=NOW) == "Mei"
    ask = store.ask("a1")
    assert ask is not None
    assert (ask.at, ask.question, ask.history, ask.answer["draft"]) == (NOW, "幾時送到?😀", (Turn("customer", "你好"),), "六日內 [1]。")
    assert [edit.text for edit in store.edits("a1")] == ["六日內送到。"]
    assert [(reply.id, reply.problems, reply.seconds) for reply in store.replies()] == [("r1", [{"code": "quantity"}], 7.5)]
    assert store.add_reply(dataclasses.replace(REPLY, id="r2"), "an old key").id == "r1"
    assert [one.verdict for one in store.feedback(answer_id="a1")] == ["wrong"]
    assert [(one.reply_id, one.sealed) for one in store.due_deliveries(NOW, 5)] == [("r1", b"sealed\x00")]
    version = store.version("8a5d8b28d66ae90b5876fe0337b963d9f66ab1047f8c866ff4646b73a8a3aa41")
    assert version is not None
    assert (version.article, version.text) == ("delivery/islands", "# hi")
    store.add_ask(ASK)
    assert len(store.asks()) == 2


def test_a_new_migration_is_applied_once_and_keeps_what_is_there(address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def add_column(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE asks ADD COLUMN shop TEXT NOT NULL DEFAULT 'quay'")

    Store.open(address).add_ask(ASK)
    monkeypatch.setitem(MIGRATIONS, max(MIGRATIONS) + 1, ("shops", add_column))  # type: ignore[arg-type]
    for _ in range(2):
        assert Store.open(address).ask("a") == ASK
    assert applied(engine) == sorted(MIGRATIONS)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, shop FROM asks")).all() == [("a", "quay")]


def test_a_migration_that_fails_leaves_the_database_as_it_was(address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        connection.exec_driver_sql("ALTER TABLE nothing ADD COLUMN a TEXT")

    Store.open(address).add_ask(ASK)
    before = described(engine)
    with monkeypatch.context() as patch:
        patch.setitem(MIGRATIONS, max(MIGRATIONS) + 1, ("half", half))  # type: ignore[arg-type]
        with pytest.raises(StoreError, match="nothing"):
            Store.open(address)
    assert described(engine) == before
    assert Store.open(address).ask("a") == ASK


def test_a_database_newer_than_the_program_is_refused_untouched(store: Store, address: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO migrations (number, name, applied_at) VALUES (99, 'later', '2031-05-20 00:00:00')"))
    with pytest.raises(StoreError, match=r"newer than this program: it has migration 99, the program knows up to \d+; start the version"):
        Store.open(address)


def test_processes_that_start_at_once_migrate_once(address: str, engine: Engine) -> None:
    with run("open", address, "6") as process:
        said = process.communicate(timeout=120)[0].splitlines()
    assert said == ["opened"] * 6
    assert applied(engine) == sorted(MIGRATIONS)


# ---- many writers, and death -------------------------------------------------------------------------------------------


def test_eight_threads_write_and_read_without_a_lock_error(store: Store) -> None:
    wrong: list[BaseException] = []
    started = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            started.wait()
            for turn in range(25):
                name = f"{number}-{turn}"
                store.add_ask(dataclasses.replace(ASK, id=name))
                store.put_edit(Edit(name, "mei", NOW, "text"))
                store.add_reply(dataclasses.replace(REPLY, id=name, answer_id=name), name, sealed=b"x")
                store.add_feedback(Feedback(name, name, NOW, "mei", "right", ""))
                assert store.ask(name) is not None
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(store.asks(limit=1000)) == len(store.replies(limit=1000)) == len(store.feedback(limit=1000)) == 200
    assert len(store.due_deliveries(NOW, 1000)) == 200


def test_a_process_and_threads_of_another_write_at_the_same_time(store: Store, address: str) -> None:
    with run("write", address) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        for number in range(50):
            store.add_ask(dataclasses.replace(ASK, id=f"mine {number}"))
        kept = [int(process.stdout.readline()) for _ in range(20)]
        process.kill()
    assert kept == list(range(1, 21))
    assert sum(ask.id.startswith("mine") for ask in store.asks(limit=10_000)) == 50


def test_kill_9_while_writing_loses_nothing_that_was_kept_and_leaves_no_half(address: str) -> None:
    kept = 0
    for moment in (1, 7, 30):
        with run("write", address) as process:
            assert process.stdout is not None
            numbers = [int(process.stdout.readline()) for _ in range(moment)]
            process.send_signal(signal.SIGKILL)
            numbers += [int(line) for line in process.stdout.read().split()]
        assert process.returncode == -signal.SIGKILL
        kept = max(kept, *numbers)
        store = Store.open(address)
        asks = {ask.id for ask in store.asks(limit=100_000)}
        replies = {int(reply.id) for reply in store.replies(limit=100_000)}
        assert asks >= {f"{number}-{part}" for number in range(kept + 1) for part in range(3)}
        assert len(asks) % 3 == 0, "a batch is written whole or not at all"
        assert replies >= set(range(kept + 1))
        store.add_ask(ASK)
        if make_url(address).get_backend_name() == "sqlite":
            with sqlite3.connect(str(make_url(address).database)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert {int(one.reply_id) for one in store.due_deliveries(NOW + dt.timedelta(days=1), 100_000)} == replies
        with store._writing() as connection:  # the next one begins anew
            for table in ("deliveries", "replies", "asks"):
                connection.execute(text(f"DELETE FROM {table}"))
        store.close()
        kept = 0


# ---- what can be kept --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["", "😀👨‍👩‍👧‍👦", "𠮷野家", "e\u0301", "\r\n\t", "'; DROP TABLE asks; --", "100%s :x %(y)s {z}", "\u202e\ufeff", "\x1b[31m"]
)
def test_any_text_comes_back_as_it_went_in(store: Store, words: str) -> None:
    ask = dataclasses.replace(ASK, question=words, by=words, history=(Turn("agent", words),), answer={words: [words, {"x": words}], "sources": []})
    store.add_ask(ask)
    assert store.ask("a") == ask
    assert store.asks(by=words) == [ask]


def test_nul_characters_go_and_lone_surrogates_are_replaced_everywhere(store: Store) -> None:
    store.add_ask(
        dataclasses.replace(ASK, question="a\x00b\ud800c", history=(Turn("customer", "x\x00y"),), answer={"k\x00": ["v\x00\udfff"], "sources": []})
    )
    ask = store.ask("a")
    assert ask is not None
    assert (ask.question, ask.history[0].text, ask.answer) == ("ab\ufffdc", "xy", {"k": ["v\ufffd"], "sources": []})
    assert store.ask("a\x00") == ask, "an id is looked up as it was kept"
    assert store.ask("\ud800") is None


def test_a_long_text_is_kept_and_one_too_long_is_refused(store: Store) -> None:
    longest = "長" * 200_000
    store.put_edit(Edit("a", "mei", NOW, longest))
    assert [edit.text for edit in store.edits("a")] == [longest]
    with pytest.raises(StoreError, match=r"a text of 200,001 characters is too long; give at most 200,000"):
        store.put_edit(Edit("b", "mei", NOW, longest + "長"))
    assert store.edits("b") == []


def test_numbers_that_json_does_not_know_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="can be kept"):
        store.add_ask(dataclasses.replace(ASK, timings_ms={"total": float("nan")}))
    assert store.ask("a") is None


def test_moments_of_any_zone_come_back_in_utc_to_the_microsecond(store: Store) -> None:
    there = NOW.astimezone(dt.timezone(dt.timedelta(hours=8)))
    store.add_ask(dataclasses.replace(ASK, at=there))
    ask = store.ask("a")
    assert ask is not None
    assert ask.at == NOW
    assert ask.at.utcoffset() == dt.timedelta(0)
    assert store.asks(since=there, until=there + dt.timedelta(microseconds=1)) == [ask]
    assert store.asks(until=there) == []


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"2031-05-20 00:00:00 has no time zone"):
        store.add_ask(dataclasses.replace(ASK, at=dt.datetime(2031, 5, 20)))
    with pytest.raises(StoreError, match="has no time zone"):
        store.asks(since=dt.datetime(2031, 5, 20))

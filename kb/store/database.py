"""The database under the store: opened, migrated, and used in transactions that turn every error into a StoreError."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError

from kb.errors import StoreError
from kb.settings import Settings
from kb.store.migrations import MIGRATIONS, applied, migrate

BUSY_SECONDS = 15
"""How long a writer of another process is waited for on SQLite."""
SWEEP_TRIES = 10
"""How often the write-ahead log is tried to be emptied, half a second each."""
SWEPT_TABLES = ("asks", "edits", "replies", "feedback", "attempts", "deliveries")
"""Those that hold what people wrote."""


def store_url(settings: Settings) -> str:
    """Where the store lies: KB_STORE, or store.sqlite3 in KB_HOME."""
    return settings.store or f"sqlite:///{settings.home.resolve() / 'store.sqlite3'}"


class Database:
    """Thread-safe. SQLite (WAL, one writer at a time) or PostgreSQL."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        """The URL without its password, for messages."""
        self._writers = engine.execution_options(writes=True)
        self._one_writer = threading.RLock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect, make folder and file where they are missing, apply migrations. Raises StoreError."""
        parsed = _parsed(url)
        where = parsed.render_as_string(hide_password=True)
        database = cls(_engine(parsed, where), where)
        try:
            if parsed.get_backend_name() == "sqlite":
                database._write_ahead()
            with database._reading() as connection:
                known = applied(connection, where)
            if known != set(MIGRATIONS):
                with database._writing() as connection:
                    migrate(connection, where)
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Give the connections back. The store can still be used: it connects again."""
        self._engine.dispose()

    def ping(self) -> None:
        """Raise StoreError where the database cannot be reached."""
        with self._reading() as connection:
            connection.execute(text("SELECT 1 FROM migrations"))

    def sweep(self, *, whole: bool = False) -> bool:
        """Take what was erased out of the files; False where somebody reads so long that SQLite's write-ahead log cannot be emptied now.

        whole: write SQLite's file anew while other writers wait; without it, pieces may be left in the unused corners of pages that were once split.
        On PostgreSQL a VACUUM, for which nobody waits.
        """
        if self._one_writer is None:
            if whole:
                self._vacuum_on_server()
            return True
        with self._errors(), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            try:
                if whole:
                    with self._one_writer:
                        driver.execute("VACUUM")
                driver.execute("PRAGMA busy_timeout = 200")  # writers wait with us
                return any(_emptied(driver, attempt) for attempt in range(SWEEP_TRIES))
            except sqlite3.Error as error:
                raise StoreError(
                    str(error), where=self._where, fix="check the disk's room and who else has the file open, then sweep again"
                ) from error
            finally:
                driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def size(self) -> int:
        """Bytes of SQLite's file; 0 on PostgreSQL."""
        if self._one_writer is None:
            return 0
        with self._reading() as connection:
            pages, each = (int(connection.execute(text(f"PRAGMA {name}")).scalar_one()) for name in ("page_count", "page_size"))
        return pages * each

    def _vacuum_on_server(self) -> None:
        with self._errors(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in SWEPT_TABLES:
                connection.execute(text(f"VACUUM {table}"))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        with self._errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that writes, all or nothing. On SQLite the threads of a process queue here instead of polling for the file's lock."""
        if self._one_writer is None:
            with self._errors(), self._writers.begin() as connection:
                yield connection
        else:
            with self._one_writer, self._errors(), self._writers.begin() as connection:
                yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except StatementError as error:
            if isinstance(error.orig, StoreError):  # of kb.store.schema's types: what was given cannot be kept
                raise error.orig from None
            if isinstance(error, DBAPIError):
                raise StoreError(_reason(error), where=self._where, fix="check that the database is up, writable and not full") from error
            raise StoreError(f"cannot be kept: {_reason(error)}", where=self._where, fix="check what is given to the store") from error
        except SQLAlchemyError as error:
            raise StoreError(_first_line(error), where=self._where, fix="check KB_STORE and the database's load") from error

    def _write_ahead(self) -> None:
        """Switch the file to write-ahead logging, for good. SQLite does not wait by itself where two processes do so at once."""
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with self._errors(), self._engine.connect() as connection:
                    driver: Any = connection.connection.driver_connection
                    if driver.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                        return
                    raise StoreError("the file cannot be switched to write-ahead logging", where=self._where, fix="put it on a local disk")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise StoreError(str(error), where=self._where, fix="check the file and who else has it open") from error
                time.sleep(0.02)
            except sqlite3.Error as error:
                raise StoreError(str(error), where=self._where, fix="check that the file is an SQLite database") from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the text may hold a password: it is not repeated
        raise StoreError(
            "no database URL", where="KB_STORE", fix="give sqlite:////folder/store.sqlite3 or postgresql://user:password@host/name"
        ) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(f"{parsed.drivername} is not supported", where="KB_STORE", fix="give an sqlite or a postgresql URL")
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("a database in memory keeps nothing", where="KB_STORE", fix="give a file: sqlite:////folder/store.sqlite3")
    return parsed


def _engine(url: URL, where: str) -> Engine:
    common: dict[str, Any] = {
        "hide_parameters": True,  # customers' words stay out of errors and logs
        "json_serializer": functools.partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
        "pool_size": 8,
        "pool_timeout": BUSY_SECONDS,
    }
    if url.get_backend_name() == "sqlite":
        _make_file(Path(str(url.database)), where)
        engine = create_engine(url, max_overflow=56, **common)  # a connection is an open file
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, max_overflow=12, connect_args={"connect_timeout": 5}, **common)
    except ModuleNotFoundError as error:
        raise StoreError("psycopg is not installed", where=where, fix="run `pip install 'youju[postgres]'`") from error


def _make_file(path: Path, where: str) -> None:
    """The file is its owner's alone, and so are the two that SQLite puts beside it: customers' messages are in them."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"cannot be opened: {error.strerror}", where=where, fix="check the folder, its permissions and the disk") from error


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, below
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what was committed outlives a power cut
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only given free


def _begin_on_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that reads first and then wants to write could only fail where another wrote between."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _emptied(driver: Any, attempt: int) -> bool:
    """Whether the write-ahead log is empty now."""
    if attempt:
        time.sleep(0.3)
    return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def _reason(error: StatementError) -> str:
    return _first_line(error.orig or error)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__


__all__ = ["Database", "store_url"]

"""Records are written on a thread of their own, many in one transaction, so that whoever asks never waits for the disk."""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.errors import StoreError
from kb.snapshot import Snapshot
from kb.store.history import Record
from kb.store.masking import masked_ask
from kb.store.receipts import cited_versions
from kb.store.records import ArticleVersion, Ask, Edit, Feedback
from kb.store.store import Store

log = logging.getLogger(__name__)

LARGEST_BATCH = 200
RETRY_SECONDS = 1.0
"""Between attempts while the store cannot be reached."""


@dataclass(frozen=True, slots=True)
class _Cited:
    """An answer whose articles are still to be taken out of the snapshot that gave it."""

    ask: Ask
    snapshot: Snapshot


_Task = Record | _Cited


class Recorder:
    """Thread-safe. Takes records at once and writes them a moment later, in the order in which they came.

    A full queue makes the caller write by itself. While the store cannot be reached the records wait; those that no longer find room are
    counted in `dropped`, as is a record that the store refuses. What goes wrong is logged once until it goes right again.
    """

    def __init__(self, store: Store, *, room: int = 2000) -> None:
        self._store = store
        self._room = room
        self._waiting: deque[_Task] = deque()
        self._unwritten: dict[str, Ask] = {}
        """Asks that were taken and are not in the store yet, by id."""
        self._kept: set[str] = set()
        """Versions of articles that are known to be in the store."""
        self._change = threading.Condition()
        self._closing = self._writing = self._away = self._complained = False
        self.dropped = 0
        """Records that were lost."""
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    # ---- taking ----------------------------------------------------------------------------------------------------

    def add_ask(self, ask: Ask, snapshot: Snapshot | None = None) -> None:
        """With the snapshot that answered it, the articles that the answer cites are kept too, as they are in it."""
        with self._change:
            self._unwritten[ask.id] = ask
        self._take([ask] if snapshot is None else [ask, _Cited(ask, snapshot)])

    def put_edit(self, edit: Edit) -> None:
        self._take([edit])

    def add_feedback(self, feedback: Feedback) -> None:
        self._take([feedback])

    def add_versions(self, versions: Iterable[ArticleVersion]) -> None:
        self._take(list(versions))

    def ask(self, answer_id: str) -> Ask | None:
        """As the store will give it, also before it is written."""
        with self._change:
            unwritten = self._unwritten.get(answer_id)
        return masked_ask(unwritten, self._store.order_numbers) if unwritten else self._store.ask(answer_id)

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until all that was taken is written or lost; False where the time did not suffice."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._writing, timeout)

    def close(self, timeout: float = 30.0) -> None:
        """Write what waits, then stop; what cannot be written in time is lost. Records that come later are written at once."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._thread.join(timeout)
        with self._change:
            late = list(self._waiting)
            self._waiting.clear()
        self._lose(late)
        atexit.unregister(self.close)

    def _take(self, tasks: Sequence[_Task]) -> None:
        with self._change:
            queued = not self._closing and len(self._waiting) + len(tasks) <= self._room
            if queued:
                self._waiting.extend(tasks)
                self._change.notify_all()
        if not queued and self._away:  # whoever asks must not wait for a store that is away
            self._lose(tasks)
        elif not queued:
            self._write(list(tasks), last=True)

    # ---- writing ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while batch := self._next_batch():
            while not self._write(batch, last=self._closing):
                with self._change:
                    self._change.wait_for(lambda: self._closing, RETRY_SECONDS)

    def _next_batch(self) -> list[_Task]:
        """Waits for one; empty when nothing is left and the recorder closes."""
        with self._change:
            self._writing = False
            self._change.notify_all()
            self._change.wait_for(lambda: self._waiting or self._closing)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_BATCH))]
            self._writing = bool(batch)
            return batch

    def _write(self, batch: list[_Task], *, last: bool) -> bool:
        """Whether the batch is done with, written or lost. While the store is away it is not, unless this is the last attempt."""
        try:
            self._put(batch)
        except Exception as error:  # the thread must outlive any record
            self._complain(error)
            if not self._reachable():
                if last:
                    self._lose(batch)
                return last
            for task in batch:  # one that the store refuses is lost alone
                self._write_alone(task)
        else:
            self._complained = self._away = False
        return True

    def _write_alone(self, task: _Task) -> None:
        try:
            self._put([task])
        except Exception as error:
            self._complain(error)
            self._lose([task])

    def _put(self, batch: list[_Task]) -> None:
        records = [record for task in batch for record in self._records(task)]
        self._store.add_all(records)
        with self._change:
            self._kept |= {record.version for record in records if isinstance(record, ArticleVersion)}
            self._forget(batch)

    def _records(self, task: _Task) -> Sequence[Record]:
        return cited_versions(task.ask.answer, task.snapshot, task.ask.at, self._kept) if isinstance(task, _Cited) else [task]

    def _reachable(self) -> bool:
        try:
            self._store.ping()
        except StoreError:
            self._away = True
        else:
            self._away = False
        return not self._away

    def _lose(self, tasks: Sequence[_Task]) -> None:
        with self._change:
            self.dropped += len(tasks)
            self._forget(tasks)

    def _forget(self, tasks: Sequence[_Task]) -> None:
        for task in tasks:
            if isinstance(task, Ask):
                self._unwritten.pop(task.id, None)

    def _complain(self, error: Exception) -> None:
        first, self._complained = not self._complained, True
        if first:
            log.error("some of what is asked and answered is not kept: %s", error)


__all__ = ["Recorder"]

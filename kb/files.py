"""Files that others read while we write: one writer at a time, and a reader sees the old text or the new one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

_WRITING = threading.Lock()
"""flock tells processes apart, not threads."""


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other thread or process of ours writes into the folder meanwhile. Not to be nested. Raises OSError where the folder cannot be opened."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with _WRITING:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
    finally:
        os.close(descriptor)  # and with it the lock


def replace_text(path: Path, text: str, accept: Callable[[Path], object] = lambda _: None) -> None:
    """Put the text into the file, whole or not at all; the folder is made where it is missing, the file's permissions stay.

    accept: looks at what was written beside; what it raises leaves the file as it was. Raises OSError and UnicodeEncodeError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{uuid.uuid4().hex}.writing")
    try:
        with beside.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        accept(beside)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


__all__ = ["alone", "replace_text"]

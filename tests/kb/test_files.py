"""kb/files.py: a text is written whole or not at all, by one at a time."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from kb.files import alone, replace_text


def test_the_text_and_nothing_beside_it_is_left(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "rule.md"
    replace_text(path, "七天\r\n")
    assert path.read_bytes() == "七天\r\n".encode()
    path.chmod(0o640)
    replace_text(path, "14 days\n")
    assert path.read_text() == "14 days\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == ["rule.md"]


def test_what_is_not_accepted_or_cannot_be_encoded_leaves_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "rule.md"
    replace_text(path, "old")

    def refuse(written: Path) -> None:
        assert written.read_text() == "new"
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        replace_text(path, "new", refuse)
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "half an emoji \ud83d")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["rule.md"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    inside, most = [], []

    def write() -> None:
        with alone(tmp_path):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), alone(tmp_path / "nowhere"):
        pass

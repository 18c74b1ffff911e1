from __future__ import annotations

import gc
import os
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.article_texts import TextsOnDisk, version_of, write_texts
from kb.errors import SnapshotError

TEXTS = {"returns/umbrellas": "\ufeff---\r\ntitle: 雨傘\r\n---\r\n9 日 😀\n", "../odd ⟨id⟩": "", "care/pens": "芦苇笔" * 500}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_texts(TEXTS, tmp_path / "texts.zip")
    return tmp_path / "texts.zip"


def test_texts_come_back_to_the_byte(path: Path) -> None:
    texts = TextsOnDisk(path)
    assert dict(texts) == TEXTS
    assert texts == TEXTS
    assert len(texts) == 3
    assert "care/pens" in texts
    assert texts.get("care/ink") is None


@given(
    texts=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1), st.text(max_size=50), max_size=5)
)
def test_any_texts_come_back(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("texts") / "texts.zip"
    write_texts(texts, path)
    assert dict(TextsOnDisk(path)) == texts


def test_a_person_can_read_the_file_with_any_unzip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("care/pens.md").decode() == TEXTS["care/pens"]


def test_the_same_texts_make_the_same_file(path: Path, tmp_path: Path) -> None:
    write_texts(TEXTS, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_nothing_is_read_before_a_text_is_asked_for(path: Path) -> None:
    texts = TextsOnDisk(path)
    assert os.lseek(texts._file.fileno(), 0, os.SEEK_CUR) == 0
    assert texts._archive is None
    assert texts["care/pens"] == TEXTS["care/pens"]


def test_it_outlives_the_file_and_lets_go_of_it(path: Path) -> None:
    texts = TextsOnDisk(path)
    file = texts._file
    path.unlink()
    assert texts["care/pens"] == TEXTS["care/pens"]
    del texts
    gc.collect()
    assert file.closed


def test_threads_read_at_the_same_time(path: Path) -> None:
    texts, wrong = TextsOnDisk(path), list[object]()

    def read() -> None:
        try:
            wrong.extend(name for name in list(TEXTS) * 30 if texts[name] != TEXTS[name])
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("keep", [0, 0.3, 0.9])
def test_a_short_file_is_refused_when_a_text_is_asked_for(path: Path, keep: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(SnapshotError, match=r"texts\.zip: the articles' texts are damaged: .*; run `kb ingest`"):
        TextsOnDisk(path).get("care/pens")


def test_a_changed_byte_is_refused_or_makes_no_difference(path: Path) -> None:
    whole, refused = path.read_bytes(), 0
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            assert TextsOnDisk(path).get("care/pens") in (TEXTS["care/pens"], None)
        except SnapshotError:
            refused += 1
    assert refused > 10


def test_the_version_is_the_hash_of_the_files_bytes() -> None:
    assert version_of("# hi") == "8a5d8b28d66ae90b5876fe0337b963d9f66ab1047f8c866ff4646b73a8a3aa41"

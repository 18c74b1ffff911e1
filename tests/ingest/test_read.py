from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ingest.read import LARGEST_ARTICLE, LONGEST_LINE, RawArticle, articles_folder, read_article, read_articles, stamps_of_articles
from kb.errors import ContentError
from kb.models import Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    return tmp_path / "articles"


def only(folder: Path) -> RawArticle | Problem:
    (found,) = read_articles(folder.parent)
    return found


def test_a_file_is_read_with_its_path_and_version(folder: Path) -> None:
    data = "---\ntitle: 退換\n---\n正文\n".encode()
    (folder / "returns").mkdir()
    (folder / "returns" / "gold.md").write_bytes(data)
    raw = only(folder)
    assert raw == RawArticle("returns/gold.md", str(folder / "returns" / "gold.md"), data.decode(), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa\r\nb\r\n", b"a\rb\r", b"a\nb\n"], ids=["Windows", "old Mac", "Unix"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(folder: Path, data: bytes) -> None:
    (folder / "a.md").write_bytes(data)
    raw = only(folder)
    assert isinstance(raw, RawArticle)
    assert raw.text == "a\nb\n"


def test_files_come_in_path_order_and_others_are_left_alone(folder: Path) -> None:
    for name in ("b/2.md", "a/9.md", "a/10.md", "c.md", "notes.txt", "d.md.bak"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    assert [raw.file for raw in read_articles(folder.parent) if isinstance(raw, RawArticle)] == ["a/10.md", "a/9.md", "b/2.md", "c.md"]


def test_what_other_programs_hide_beside_articles_is_left_alone(folder: Path) -> None:
    for name in ("a.md", ".a.md.swp", "._a.md", ".a.md.writing.md", ".trash/b.md", ".git/c.md", "d/.obsidian/e.md", "d/f.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / ".#a.md").symlink_to("somebody@a-machine.1234")
    assert [raw.file for raw in read_articles(folder.parent) if isinstance(raw, RawArticle)] == ["a.md", "d/f.md"]
    assert list(stamps_of_articles(folder.parent)) == ["a.md", "d/f.md"]


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"a" * 5_000_000, 1, "5,000,000 bytes is larger"),
        (b"---\n" * (LARGEST_ARTICLE // 4) + b"x", 1, "1,000,001 bytes is larger"),
        (b"a\nb\n" + b"c" * (LONGEST_LINE + 1), 3, "a line of 20,001 characters"),
        (b"a\nb\nc\x00d\n\x00", 3, "holds a NUL byte"),
        (b"a\nb\n\nc\xff\xfe", 4, "byte 6 is not UTF-8"),
        ("a\r\nb\r\n退".encode("big5"), 3, "is not UTF-8"),
        ("a".encode("utf-16"), 1, "holds a NUL byte"),
    ],
    ids=["5 MB of one line", "too many lines", "one long line", "NUL", "invalid UTF-8", "Big5", "UTF-16"],
)
def test_what_cannot_be_text_is_reported_at_its_line(folder: Path, data: bytes, line: int, said: str) -> None:
    (folder / "bad.md").write_bytes(data)
    problem = only(folder)
    assert isinstance(problem, Problem)
    assert (problem.file, problem.line, problem.severity) == (str(folder / "bad.md"), line, "error")
    assert said in problem.what
    assert problem.fix


def test_the_longest_line_and_the_largest_file_are_allowed(folder: Path) -> None:
    (folder / "a.md").write_bytes((b"a" * (LONGEST_LINE - 1) + b"\n") * (LARGEST_ARTICLE // LONGEST_LINE))
    assert isinstance(only(folder), RawArticle)


def test_a_link_out_of_the_content_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    (folder / "link.md").symlink_to(secret)
    problem = only(folder)
    assert isinstance(problem, Problem)
    assert "links to a file outside" in problem.what


def test_a_link_within_the_content_folder_is_an_article(folder: Path) -> None:
    (folder / "a.md").write_text("x", encoding="utf-8")
    (folder / "b.md").symlink_to(folder / "a.md")
    assert [raw.file for raw in read_articles(folder.parent) if isinstance(raw, RawArticle)] == ["a.md", "b.md"]


def test_a_file_that_vanishes_is_reported(folder: Path) -> None:
    problem = read_article(folder / "gone.md", folder)
    assert isinstance(problem, Problem)
    assert problem.what == "cannot be read: No such file or directory"


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"articles: no such folder; give a content folder"):
        articles_folder(tmp_path)
    (tmp_path / "articles").mkdir()
    assert list(read_articles(tmp_path)) == []

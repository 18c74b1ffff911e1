"""Writing articles' files: nothing lost, nothing outside the folder, nothing half."""

from __future__ import annotations

import datetime as dt
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.authoring import Beginning, Conflict, article_path, difference, read_text, status_of, template, with_status, write
from ingest.library import parsed
from ingest.read import LARGEST_ARTICLE, RawArticle
from kb.article_texts import version_of
from kb.errors import ContentError

PENS = "care/pens.md"


def before(content: Path, file: str = PENS) -> str:
    text = read_text(content, file)
    assert text is not None
    return text


def left_behind(content: Path) -> list[str]:
    return [path.name for path in (content / "articles").rglob("*") if path.is_file() and path.suffix != ".md"]


# ---- where it lies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        "../secret.md", "a/../../secret.md", "/etc/secret.md", "a//b.md", ".hidden.md", "a/.b.md", "a.txt", "", "a", "a\\..\\b.md", "a\x00.md", "a\n.md",
        "~/a.md", "a b.md", "é" * 300 + ".md", "..md/a.md", "%2e%2e/a.md",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(own_lantern_quay: Path, file: str) -> None:
    before = sorted(own_lantern_quay.parent.rglob("*"))
    with pytest.raises(ContentError):
        write(own_lantern_quay, file, "x", None)
    assert sorted(own_lantern_quay.parent.rglob("*")) == before


def test_a_link_that_leads_outside_is_refused(own_lantern_quay: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("mine", encoding="utf-8")
    (own_lantern_quay / "articles" / "linked").symlink_to(outside)
    (own_lantern_quay / "articles" / "one.md").symlink_to(outside / "a.md")
    for file in ("linked/a.md", "linked/new.md", "one.md"):
        with pytest.raises(ContentError, match="outside"):
            write(own_lantern_quay, file, "yours", version_of("mine"))
    assert [path.name for path in outside.iterdir()] == ["a.md"]
    assert (outside / "a.md").read_text(encoding="utf-8") == "mine"


def test_names_in_any_script_are_fine(own_lantern_quay: Path) -> None:
    assert article_path(own_lantern_quay, "退換/雨傘-2031.v2.md").name == "雨傘-2031.v2.md"


# ---- writing -----------------------------------------------------------------------------------------------------------


def test_a_text_is_written_whole_and_its_version_given_back(own_lantern_quay: Path) -> None:
    old = before(own_lantern_quay)
    version = write(own_lantern_quay, PENS, old + "完。\n", version_of(old))
    assert before(own_lantern_quay) == old + "完。\n"
    assert version == version_of(old + "完。\n")
    assert left_behind(own_lantern_quay) == []


def test_whoever_opened_another_text_is_told_and_nothing_is_overwritten(own_lantern_quay: Path) -> None:
    old = before(own_lantern_quay)
    write(own_lantern_quay, PENS, old + "first\n", version_of(old))
    with pytest.raises(Conflict, match="somebody else has changed") as caught:
        write(own_lantern_quay, PENS, old + "second\n", version_of(old))
    assert caught.value.current == before(own_lantern_quay) == old + "first\n"


def test_a_new_article_takes_nobodys_place_and_a_deleted_one_does_not_come_back(own_lantern_quay: Path) -> None:
    write(own_lantern_quay, "new/one.md", "x", None)
    with pytest.raises(Conflict, match="already"):
        write(own_lantern_quay, "new/one.md", "y", None)
    (own_lantern_quay / "articles" / "new" / "one.md").unlink()
    with pytest.raises(Conflict, match="deleted"):
        write(own_lantern_quay, "new/one.md", "y", version_of("x\n"))
    assert read_text(own_lantern_quay, "new/one.md") is None


def test_of_many_who_write_at_once_one_wins(own_lantern_quay: Path) -> None:
    old, lost = before(own_lantern_quay), []

    def author(number: int) -> None:
        try:
            write(own_lantern_quay, PENS, old + f"author {number}\n", version_of(old))
        except Conflict:
            lost.append(number)

    threads = [threading.Thread(target=author, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = set(range(8)) - set(lost)
    assert before(own_lantern_quay) == old + f"author {won}\n"


def test_line_ends_and_the_byte_order_mark_stay_as_they_were(own_lantern_quay: Path) -> None:
    path = own_lantern_quay / "articles" / PENS
    path.write_bytes("\ufeff---\r\ntitle: x\r\n---\r\nold\r\n".encode())
    write(own_lantern_quay, PENS, "---\ntitle: x\n---\nnew", version_of(before(own_lantern_quay)))
    assert path.read_bytes() == "\ufeff---\r\ntitle: x\r\n---\r\nnew\r\n".encode()


def test_the_files_mode_stays(own_lantern_quay: Path) -> None:
    path = own_lantern_quay / "articles" / PENS
    path.chmod(0o664)
    write(own_lantern_quay, PENS, "x", version_of(before(own_lantern_quay)))
    assert path.stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "x" * (LARGEST_ARTICLE + 1)])
def test_what_no_article_may_hold_is_refused(own_lantern_quay: Path, text: str) -> None:
    old = before(own_lantern_quay)
    with pytest.raises(ContentError):
        write(own_lantern_quay, PENS, text, version_of(old))
    assert before(own_lantern_quay) == old


def test_a_disk_that_fails_leaves_the_old_text_and_no_litter(own_lantern_quay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = before(own_lantern_quay)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ContentError, match="No space left"):
        write(own_lantern_quay, PENS, "x", version_of(old))
    assert before(own_lantern_quay) == old
    assert left_behind(own_lantern_quay) == []


# ---- beginning and moving on --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["雨傘: 退換 # 規則", "[x", '"quoted"', "yes", "2031-01-01", "- a", "a" * 300, "emoji 😀", "'"])
@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans", "en"])
def test_the_template_is_a_sound_article_whatever_the_title(title: str, lang: str) -> None:
    text = template(
        Beginning("returns/new", title, lang, owner="退換組: 甲", products=("storm-umbrella",), question="# 何時\n到"), dt.date(2028, 2, 29)
    )  # type: ignore[arg-type]
    found = parsed(RawArticle("returns/new.md", "returns/new.md", text, version_of(text), text))
    assert found.problems == ()
    assert found.article is not None
    assert (found.article.title, found.article.status, found.article.category) == (title, "draft", "returns")
    assert (found.article.valid_from, found.article.review_by) == (dt.date(2028, 2, 29), dt.date(2029, 2, 28))
    assert found.article.owner == "退換組: 甲"
    assert len(found.article.sections) == 1


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("---\ntitle: x\nstatus: draft\n---\nbody", "draft"),
        ("---\nstatus:   'review'  # soon\n---\nbody", "review"),
        ("---\ntitle: x\n---\nstatus: draft", "published"),
        ("\ufeff---\r\nstatus: retired\r\n---\r\n", "retired"),
        ("no front matter\nstatus: draft", "published"),
    ],
)
def test_the_status_is_read_from_the_front_matter_alone(text: str, status: str) -> None:
    assert status_of(text) == status


def test_another_status_changes_one_line() -> None:
    text = "---\r\ntitle: x\r\nstatus: draft # so far\r\n---\r\nstatus: draft\r\n"
    assert with_status(text, "review") == text.replace("status: draft # so far", "status: review", 1)
    assert with_status("---\ntitle: x\n---\nbody", "retired") == "---\ntitle: x\nstatus: retired\n---\nbody"
    with pytest.raises(ContentError, match="no front matter"):
        with_status("body", "review")


# ---- comparing -----------------------------------------------------------------------------------------------------------


def test_a_changed_word_is_marked_alone() -> None:
    pieces = difference("一行\n簽收後 9 日內可退款,收 HK$1,280。\n末行\n", "一行\n簽收後 12 日內可退款,收 HK$1,300。\n末行\n")
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("gone", "9"),
        ("new", "12"),
        ("gone", "1,280"),
        ("new", "1,300"),
    ]


@given(st.text("ab 傘1\n\r", max_size=40), st.text("ab 傘1\n\r", max_size=40))
def test_a_comparison_holds_both_texts(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old.replace("\r\n", "\n")
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new.replace("\r\n", "\n")
    assert all(piece.text for piece in pieces)

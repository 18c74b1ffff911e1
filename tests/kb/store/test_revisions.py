from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.store import Revision, RevisionKind, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def revision(text: str, kind: RevisionKind = "save", file: str = "returns/umbrellas.md", **more: Any) -> Revision:
    return Revision(file, NOW, "mei", kind, "a reason", text, version_of(text), "", **more)


def add(store: Store, *made: Revision) -> list[Revision]:
    return [store.add_revision(one) for one in made]


def test_a_revision_comes_back_as_it_was_with_a_number(store: Store) -> None:
    text = "---\r\ntitle: 傘😀\r\n---\r\n9 日"
    kept = store.add_revision(revision(text))
    assert kept == dataclasses.replace(revision(text), id=kept.id)
    assert kept.id > 0
    assert store.revision(kept.id) == kept
    version = store.version(kept.version)
    assert version is not None
    assert version.text == text


def test_a_files_revisions_come_newest_first(store: Store) -> None:
    first, _, third = add(store, revision("a"), revision("b", file="care/pens.md"), revision("c"))
    assert store.revisions("returns/umbrellas.md") == [third, first]
    assert store.revisions("returns/umbrellas.md", limit=1, offset=1) == [first]
    assert store.revisions("no/such.md") == []
    assert store.revision(10_000) is None


def test_the_same_text_may_come_twice(store: Store) -> None:
    """As after a rollback."""
    add(store, revision("a"), revision("b"), revision("a", "rollback"))
    assert [one.text for one in store.revisions("returns/umbrellas.md")] == ["a", "b", "a"]


def test_the_last_revision_on_disk_is_known_of_each_file(store: Store) -> None:
    add(store, revision("a"), revision("b"), revision("aside", "draft"), revision("z", "elsewhere", "care/pens.md"))
    assert store.last_revisions() == {"returns/umbrellas.md": version_of("b"), "care/pens.md": version_of("z")}


@pytest.mark.parametrize("end", ["save", "publish", "retire", "rollback", "discard"])
def test_what_is_kept_aside_ends_with_what_is_written_or_dropped(store: Store, end: RevisionKind) -> None:
    _, _, last = add(store, revision("a"), revision("b", "draft"), revision("c", "draft"))
    add(store, revision("edited by hand", "elsewhere"))
    assert store.drafts_aside() == {"returns/umbrellas.md": last}
    assert store.drafts_aside(["care/pens.md"]) == {}
    add(store, revision("d", end))
    assert store.drafts_aside() == {}


def test_a_text_that_is_not_its_version_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="not the version"):
        store.add_revision(dataclasses.replace(revision("a"), version=version_of("b")))
    with pytest.raises(StoreError, match="no kind of revision"):
        store.add_revision(revision("a", "burn"))  # type: ignore[arg-type]
    assert store.revisions("returns/umbrellas.md") == []

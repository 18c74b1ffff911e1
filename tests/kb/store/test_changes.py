from __future__ import annotations

import datetime as dt

from kb.article_texts import version_of
from kb.store import Revision, RevisionKind, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def note(store: Store, file: str, text: str, kind: RevisionKind, hours: int) -> int:
    return store.add_revision(Revision(file, NOW + dt.timedelta(hours=hours), "olga", kind, "", text, version_of(text), "")).id


def test_each_change_of_a_file_stands_beside_what_was_there_before(store: Store) -> None:
    first = note(store, "a.md", "one", "elsewhere", 0)
    note(store, "b.md", "other", "publish", 1)
    note(store, "a.md", "kept aside", "draft", 2)
    second = note(store, "a.md", "two", "publish", 3)
    third = note(store, "a.md", "three", "rollback", 4)
    note(store, "a.md", "three", "publish", 5)
    assert [(old.id, new.id) for old, new in store.changes_since(NOW)] == [(second, third), (first, second)]
    assert [(old.text, new.text) for old, new in store.changes_since(NOW + dt.timedelta(hours=4))] == [("two", "three")]
    assert [new.id for _, new in store.changes_since(NOW, limit=2)] == [third]

"""What became of each article: who wrote what into it, when and why; the texts are kept as article versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Row, Select, func, insert, select

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.store import schema
from kb.store.history import History
from kb.store.records import ArticleVersion

RevisionKind = Literal["draft", "save", "publish", "retire", "rollback", "discard", "elsewhere"]
"""draft: kept aside, while the file stays as it is. discard: what was kept aside is dropped. elsewhere: the file was edited by another
program. The others were written into the file."""
ON_DISK: frozenset[RevisionKind] = frozenset({"save", "publish", "retire", "rollback", "elsewhere"})
_ENDS_A_DRAFT = ("save", "publish", "retire", "rollback", "discard")


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an article."""

    file: str
    """Path below articles/, with '/'."""
    at: dt.datetime
    by: str
    """Who; '' where the file was edited elsewhere."""
    kind: RevisionKind
    message: str
    """Why, in the author's words."""
    text: str
    """The whole file."""
    version: str
    """sha256 of the text."""
    base: str
    """Version that the author began from; '' of a new article."""
    id: int = 0
    """Given by the store; the larger the later."""


class Revisions(History):
    """The history of articles."""

    def add_revision(self, revision: Revision) -> Revision:
        """Keep it, and give it back with its id. Raises StoreError where text and version differ."""
        if revision.kind not in get_args(RevisionKind):
            raise StoreError(f"{revision.kind!r} is no kind of revision", where="revisions", fix=f"take {', '.join(get_args(RevisionKind))}")
        if version_of(revision.text) != revision.version:
            raise StoreError("the text is not the version that it is said to be", where=revision.file, fix="give the file's text, unchanged")
        self.add_versions([ArticleVersion(revision.version, revision.file.removesuffix(".md"), revision.text, revision.at)])
        table = schema.revisions
        values = {
            "file": revision.file, "at": revision.at, "by_name": revision.by, "kind": revision.kind, "message": revision.message,
            "version": revision.version, "base": revision.base,
        }  # fmt: skip
        with self._writing() as connection:
            made = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        found = self.revision(made)
        assert found is not None
        return found

    def revision(self, revision_id: int) -> Revision | None:
        found = self._revisions(_with_texts().where(schema.revisions.c.id == revision_id))
        return found[0] if found else None

    def revisions(self, file: str, *, limit: int = 100, offset: int = 0) -> list[Revision]:
        """Of one file, newest first."""
        table = schema.revisions
        return self._revisions(_with_texts().where(table.c.file == file).order_by(table.c.id.desc()).limit(limit).offset(offset))

    def last_revisions(self, kinds: Collection[RevisionKind] = ON_DISK) -> dict[str, str]:
        """The version of each file's last revision of these kinds, by file."""
        table = schema.revisions
        last = select(func.max(table.c.id)).where(table.c.kind.in_(sorted(kinds))).group_by(table.c.file)
        with self._reading() as connection:
            return {row.file: row.version for row in connection.execute(select(table.c.file, table.c.version).where(table.c.id.in_(last)))}

    def drafts_aside(self, files: Iterable[str] | None = None) -> dict[str, Revision]:
        """What is kept aside of each file: its last draft, where nothing later has put it into the file or dropped it."""
        table = schema.revisions
        last = select(func.max(table.c.id)).where(table.c.kind.in_((*_ENDS_A_DRAFT, "draft"))).group_by(table.c.file)
        found = _with_texts().where(table.c.id.in_(last), table.c.kind == "draft")
        found = found if files is None else found.where(table.c.file.in_(list(files)))
        return {one.file: one for one in self._revisions(found)}

    def _revisions(self, found: Select[Any]) -> list[Revision]:
        with self._reading() as connection:
            return [_revision(row) for row in connection.execute(found)]


def _with_texts() -> Select[Any]:
    table, versions = schema.revisions, schema.article_versions
    return select(table, versions.c.text).join(versions, versions.c.version == table.c.version)


def _revision(row: Row[Any]) -> Revision:
    return Revision(row.file, row.at, row.by_name, row.kind, row.message, row.text, row.version, row.base, row.id)


__all__ = ["ON_DISK", "Revision", "RevisionKind", "Revisions"]

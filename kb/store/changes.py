"""Articles that changed: each revision that was written into a file, beside the one before it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from kb.store import schema
from kb.store.revisions import ON_DISK, Revision, Revisions


class Changes(Revisions):
    """What articles said before."""

    def changes_since(self, since: dt.datetime, *, limit: int = 200) -> list[tuple[Revision, Revision]]:
        """(before, after) of each change of a text, newest first. A file's first revision has nothing before it."""
        after, before = schema.revisions.alias("after"), schema.revisions.alias("before")
        kinds = sorted(ON_DISK)
        last = (
            select(func.max(before.c.id)).where(before.c.file == after.c.file, before.c.kind.in_(kinds), before.c.id < after.c.id).scalar_subquery()
        )
        pairs = (
            select(after.c.id, last).where(after.c.at >= since, after.c.kind.in_(kinds), last.is_not(None)).order_by(after.c.id.desc()).limit(limit)
        )
        with self._reading() as connection:
            numbers = [(row[0], row[1]) for row in connection.execute(pairs)]
        found = [(self.revision(old), self.revision(new)) for new, old in numbers]
        return [(old, new) for old, new in found if old is not None and new is not None and old.version != new.version]


__all__ = ["Changes"]

"""Courses, who takes them, and who may answer what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Column, Table, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kb.errors import StoreError
from kb.store import schema
from kb.store.database import Database

AssigneeKind = Literal["person", "group"]


@dataclass(frozen=True, slots=True)
class Course:
    """So many drills of some topics, to be passed by a day."""

    title: str
    topics: tuple[str, ...]
    """Categories of articles, at least one."""
    number: int
    """Of drills to pass, of all topics together."""
    pass_mark: int
    """Points of 100 from which a drill that was passed counts."""
    due: dt.date | None
    """Last day; None: no hurry."""
    at: dt.datetime
    by: str
    certifies: tuple[str, ...] = ()
    """Topics that one may answer who has passed the course."""
    months: int = 6
    """For how long."""
    closed_at: dt.datetime | None = None
    id: int = 0
    """Given by the store."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A course, given to a person or to everybody of a group."""

    course: int
    kind: AssigneeKind
    name: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """Somebody may answer customers about a topic."""

    person: str
    topic: str
    granted_at: dt.datetime
    granted_by: str
    """'' where a course that was passed did."""
    expires_at: dt.datetime
    articles: Mapping[str, str]
    """What was examined: id of the article → version."""
    why: str = ""
    """A trainer's reason."""
    course: int | None = None
    """Id of the course that was passed."""
    revoked_at: dt.datetime | None = None
    revoked_by: str = ""
    """'' where an article's change did."""
    reason: str = ""
    """Of a trainer who revoked it."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """What ended it: {"why": changed | gone | over, "article", "title", "before", "after"}; empty otherwise."""
    id: int = 0
    """Given by the store; the larger the later."""

    def holds(self, at: dt.datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    @property
    def ended_at(self) -> dt.datetime:
        """When it ended, or will."""
        return self.expires_at if self.revoked_at is None else min(self.revoked_at, self.expires_at)


class Plans(Database):
    """What trainers plan, and what comes of it. Certificates are never changed but once: when they are revoked."""

    # ---- courses ---------------------------------------------------------------------------------------------------

    def add_course(self, course: Course) -> Course:
        """Keep it, and give it back with its id. Raises StoreError for one that nobody could take."""
        if not course.title.strip() or not course.topics or course.number < 1 or not 0 <= course.pass_mark <= 100 or course.months < 1:
            raise StoreError(
                "a course has a title, topics, at least one drill, a pass mark of 0 to 100 and a month of validity",
                where="courses",
                fix="fill them in",
            )
        if foreign := sorted(set(course.certifies) - set(course.topics)):
            raise StoreError(f"a course certifies for its own topics, not for {', '.join(foreign)}", where="courses", fix="add the topic")
        values = _values(course) | {
            "title": course.title.strip(), "topics": list(course.topics), "certifies": list(course.certifies),
            "due": course.due.isoformat() if course.due else "",
        }  # fmt: skip
        with self._writing() as connection:
            made = connection.execute(insert(schema.courses).values(values).returning(schema.courses.c.id)).scalar_one()
        return dataclasses.replace(course, title=course.title.strip(), id=made)

    def courses(self, *, closed: bool = False) -> list[Course]:
        """Newest first. closed: those that were closed too."""
        table = schema.courses
        found = select(*_columns(Course, table)).order_by(table.c.id.desc())
        with self._reading() as connection:
            rows = [tuple(row) for row in connection.execute(found if closed else found.where(table.c.closed_at.is_(None)))]
        return [_course(Course(*row)) for row in rows]

    def course(self, course_id: int) -> Course | None:
        return next((one for one in self.courses(closed=True) if one.id == course_id), None)

    def set_due(self, course_id: int, due: dt.date | None) -> None:
        """Another last day. Raises StoreError where there is no such course."""
        self._change_course(course_id, due=due.isoformat() if due else "")

    def close_course(self, course_id: int, at: dt.datetime) -> None:
        """Nobody has to take it any more; what was done for it stays. Raises StoreError where there is no such course."""
        self._change_course(course_id, closed_at=at)

    def _change_course(self, course_id: int, **values: object) -> None:
        with self._writing() as connection:
            if not connection.execute(update(schema.courses).where(schema.courses.c.id == course_id).values(values)).rowcount:
                raise _no_course(course_id)

    # ---- who takes them --------------------------------------------------------------------------------------------

    def assign(self, assignments: Iterable[Assignment]) -> None:
        """Whoever has a course already keeps the day from which they have it. Raises StoreError where there is no such course."""
        rows = [_values(one) for one in assignments]
        if not rows:
            return
        with self._writing() as connection:
            known = set(connection.execute(select(schema.courses.c.id)).scalars())
            for row in rows:
                if row["course"] not in known:
                    raise _no_course(int(str(row["course"])))
            inserting = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            connection.execute(inserting(schema.assignments).on_conflict_do_nothing(), rows)

    def unassign(self, course_id: int, kind: AssigneeKind, name: str) -> None:
        table = schema.assignments
        with self._writing() as connection:
            connection.execute(delete(table).where(table.c.course == course_id, table.c.kind == kind, table.c.name == name))

    def assignments(self, *, person: str | None = None, groups: Iterable[str] = ()) -> list[Assignment]:
        """All; or those of a person, by name or by one of the groups. Oldest first."""
        table = schema.assignments
        found = select(*_columns(Assignment, table)).order_by(table.c.at, table.c.kind, table.c.name)
        if person is not None:
            own = (table.c.kind == "person") & (table.c.name == person)
            found = found.where(or_(own, (table.c.kind == "group") & table.c.name.in_(list(groups))))
        with self._reading() as connection:
            return [Assignment(*row) for row in connection.execute(found)]

    # ---- certificates ----------------------------------------------------------------------------------------------

    def add_certificate(self, certificate: Certificate) -> Certificate:
        """Keep it, and give it back with its id."""
        table = schema.certificates
        values = _values(certificate) | {"articles": dict(certificate.articles), "changed": dict(certificate.changed)}
        with self._writing() as connection:
            made = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        return dataclasses.replace(certificate, id=made)

    def certificates(self, *, person: str | None = None, topic: str | None = None) -> list[Certificate]:
        """Those that ended too; newest first."""
        table = schema.certificates
        found = select(*_columns(Certificate, table)).order_by(table.c.id.desc())
        found = found if person is None else found.where(table.c.person == person)
        found = found if topic is None else found.where(table.c.topic == topic)
        with self._reading() as connection:
            return [Certificate(*row) for row in connection.execute(found)]

    def revoke_certificate(
        self, certificate_id: int, at: dt.datetime, *, by: str = "", reason: str = "", changed: Mapping[str, str] | None = None
    ) -> bool:
        """End one, for a trainer's reason or for an article's change; False where it was revoked before. Raises StoreError without any reason."""
        if not reason.strip() and not changed:
            raise StoreError("a certificate is revoked for a reason", where="certificates", fix="say why")
        table = schema.certificates
        values = {"revoked_at": at, "revoked_by": by, "reason": reason.strip(), "changed": dict(changed or {})}
        with self._writing() as connection:
            return bool(connection.execute(update(table).where(table.c.id == certificate_id, table.c.revoked_at.is_(None)).values(values)).rowcount)


_NAMES = {"by": "by_name"}
"""Fields whose columns are called otherwise."""


def _values(record: Course | Assignment | Certificate) -> dict[str, Any]:
    names = [one.name for one in dataclasses.fields(record) if one.name != "id"]
    return {_NAMES.get(name, name): getattr(record, name) for name in names}


def _columns(kind: type, table: Table) -> list[Column[Any]]:
    return [table.c[_NAMES.get(one.name, one.name)] for one in dataclasses.fields(kind)]


def _course(read: Course) -> Course:
    """With what a database keeps as text and lists."""
    due = dt.date.fromisoformat(str(read.due)) if read.due else None
    return dataclasses.replace(read, topics=tuple(read.topics), certifies=tuple(read.certifies), due=due)


def _no_course(course_id: int) -> StoreError:
    return StoreError(f"there is no course {course_id}", where="courses", fix="check the id")


__all__ = ["AssigneeKind", "Assignment", "Certificate", "Course", "Plans"]

"""Courses and certificates: trainers build, assign, grant and revoke; everybody sees their own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from kb.store import AssigneeKind, Certificate, Course
from kb.training.certificates import READY_PASSES
from kb.training.courses import Standing, Task
from ui.api.bodies import AsOf, Body
from ui.api.problems import Refusal
from ui.api.training_parts import LEADS, person_of
from ui.plans import Plans, assignments_of
from ui.services import Services
from ui.session import Identity, identified, roles
from ui.tables import csv_response

Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=500)]
Months = Annotated[int, Field(ge=1, le=60)]
Reason = Annotated[str, Field(min_length=3, max_length=1000, pattern=r"\S")]
"""Shown to whom it concerns."""


class CourseBody(Body):
    """A course to be built, and who gets it."""

    title: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    topics: Annotated[Names, Field(min_length=1)]
    number: Annotated[int, Field(ge=1, le=500)]
    pass_mark: Annotated[int, Field(ge=0, le=100)]
    due: AsOf | None = None
    certifies: bool = False
    """Whether who passes may answer its topics."""
    months: Months = 6
    """For how long."""
    people: Names = ()
    groups: Names = ()


class TakersBody(Body):
    """Who else gets a course."""

    people: Names = ()
    groups: Names = ()


class TakerBody(Body):
    """Who no longer has a course."""

    kind: AssigneeKind
    name: Name


class DueBody(Body):
    """Another last day."""

    due: AsOf | None


class GrantBody(Body):
    """A certificate by a trainer's word."""

    person: Name
    topic: Name
    months: Months
    reason: Reason


class RevokeBody(Body):
    """A certificate taken away."""

    person: Name
    topic: Name
    reason: Reason


def plan_routes(router: APIRouter, services: Services, plans: Plans) -> None:
    lead = roles(*LEADS)

    @router.get("/plan")
    def mine(identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """One's own courses, what is due now, and what one may answer."""
        found = plans.of(person_of(identity))
        now = dt.datetime.now(dt.UTC)
        return {
            "courses": [_standing(one) for one in found.standings], "tasks": [_task(one, now) for one in found.tasks],
            "certificates": [_certificate(one, now) for one in found.certificates], "today": services.today().isoformat(),
        }  # fmt: skip

    @router.get("/courses", dependencies=[lead])
    def courses(closed: Annotated[bool, Query()] = False) -> dict[str, Any]:
        """Every course, where each of its people is, and what a course can be built of."""
        store = services.store
        found, assignments = store.courses(closed=closed), store.assignments()
        where = plans.everybody(found)
        rows = [
            {
                **_course(one), "takers": [{"kind": each.kind, "name": each.name} for each in assignments if each.course == one.id],
                "people": [_standing(each) for each in where[one.id]],
            }
            for one in found
        ]  # fmt: skip
        people = plans.people()
        groups = sorted({group for one in people for group in one.groups})
        return {
            "courses": rows, "topics": [{"topic": topic, "drills": count} for topic, count in plans.topics().items()],
            "people": [{"name": one.name, "display": one.display_name} for one in people], "groups": groups, "today": services.today().isoformat(),
        }  # fmt: skip

    @router.post("/courses", status_code=201, dependencies=[lead])
    def build(body: CourseBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Build a course and assign it."""
        _fits(body, plans)
        _known(body, plans)
        topics = tuple(dict.fromkeys(body.topics))
        made = services.store.add_course(
            Course(body.title, topics, body.number, body.pass_mark, body.due, dt.datetime.now(dt.UTC), identity.name, topics if body.certifies else (), body.months)
        )  # fmt: skip
        services.store.assign(assignments_of(made.id, body.people, body.groups, identity.name))
        return {"course": _course(made)}

    @router.post("/courses/{course_id}/takers", status_code=201, dependencies=[lead])
    def assign(course_id: int, body: TakersBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Give it to more people and groups."""
        _course_of(services, course_id)
        _known(body, plans)
        services.store.assign(assignments_of(course_id, body.people, body.groups, identity.name))
        return {"course": _course(_course_of(services, course_id))}

    @router.post("/courses/{course_id}/without", dependencies=[lead])
    def unassign(course_id: int, body: TakerBody) -> dict[str, Any]:
        """Take it back from a person or a group; what was done stays on record."""
        _course_of(services, course_id)
        services.store.unassign(course_id, body.kind, body.name)
        return {"course": _course(_course_of(services, course_id))}

    @router.post("/courses/{course_id}/due", dependencies=[lead])
    def set_due(course_id: int, body: DueBody) -> dict[str, Any]:
        """Set another last day."""
        _course_of(services, course_id)
        services.store.set_due(course_id, body.due)
        return {"course": _course(_course_of(services, course_id))}

    @router.post("/courses/{course_id}/close", dependencies=[lead])
    def close(course_id: int) -> dict[str, Any]:
        """Nobody has to take it any more."""
        _course_of(services, course_id)
        services.store.close_course(course_id, dt.datetime.now(dt.UTC))
        return {"course": _course(_course_of(services, course_id))}


def certificate_routes(router: APIRouter, services: Services, plans: Plans) -> None:
    lead = roles(*LEADS)

    @router.get("/certificates")
    def certificates(identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Who may answer what: one's own certificates, everybody's for a trainer."""
        now = dt.datetime.now(dt.UTC)
        leads = identity.role in LEADS
        rows = [one for one in plans.ready(now) if leads or one.person == identity.name]
        found = services.store.certificates(person=None if leads else identity.name)
        people, titles = plans.people() if leads else [], {one.id: one.title for one in services.store.courses(closed=True)}
        return {
            "lead": leads, "passes": READY_PASSES, "people": [one.name for one in people],
            "topics": sorted({*plans.topics(), *(one.topic for one in found)}),
            "ready": [
                {"person": one.person, "topic": one.topic, "recent": list(one.recent), "ready": one.ready, "until": _until(one.certificate)}
                for one in rows
            ],
            "certificates": [{**_certificate(one, now), "course_title": titles.get(one.course or 0)} for one in found],
        }  # fmt: skip

    @router.get("/certificates.csv", dependencies=[lead])
    def table() -> Response:
        """Who may answer what, as CSV."""
        rows = [
            [one.person, one.topic, _until(one.certificate) or "", " ".join("pass" if passed else "fail" for passed in one.recent), one.ready]
            for one in plans.ready()
        ]  # fmt: skip
        return csv_response("youju-certificates", ["person", "topic", "may answer until", "last drills", "ready"], rows)

    @router.post("/certificates", status_code=201, dependencies=[lead])
    def grant(body: GrantBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Grant one by a trainer's word."""
        _not_oneself(identity, body.person)
        if body.person not in {one.name for one in plans.people()}:
            raise Refusal(404, "there is nobody of this name who could be certified")
        if body.topic not in plans.topics():
            raise Refusal(404, "there is no such topic with drills")
        made = plans.grant(body.person, body.topic, body.months, identity.name, body.reason)
        return {"certificate": _certificate(made, dt.datetime.now(dt.UTC))}

    @router.post("/certificates/revoke", dependencies=[lead])
    def revoke(body: RevokeBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Take away what somebody may answer, with the reason."""
        _not_oneself(identity, body.person)
        if not plans.revoke(body.person, body.topic, identity.name, body.reason):
            raise Refusal(404, "there is no certificate that holds")
        return {"revoked": True}


# ---- what is asked for -------------------------------------------------------------------------------------------------


def _course_of(services: Services, course_id: int) -> Course:
    found = services.store.course(course_id)
    if found is None:
        raise Refusal(404, "there is no such course")
    return found


def _fits(body: CourseBody, plans: Plans) -> None:
    drills = plans.topics()
    if without := sorted(set(body.topics) - set(drills)):
        raise Refusal(422, f"there is no drill of {', '.join(without)}")
    if body.number > (most := sum(drills[topic] for topic in set(body.topics))):
        raise Refusal(422, f"these topics have {most} drills")
    if body.number < len(set(body.topics)):
        raise Refusal(422, "take at least one drill a topic")


def _known(body: CourseBody | TakersBody, plans: Plans) -> None:
    people = plans.people()
    strangers = set(body.people) - {one.name for one in people} | set(body.groups) - {group for one in people for group in one.groups}
    if strangers:
        raise Refusal(422, f"nobody is called {', '.join(sorted(strangers))}")


def _not_oneself(identity: Identity, person: str) -> None:
    if person == identity.name and identity.via != "demo":
        raise Refusal(403, "nobody certifies themselves; ask another trainer")


# ---- what is shown -----------------------------------------------------------------------------------------------------


def _course(one: Course) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "topics": list(one.topics), "number": one.number, "pass_mark": one.pass_mark, "by": one.by,
        "due": one.due.isoformat() if one.due else None, "at": one.at.isoformat(), "certifies": list(one.certifies), "months": one.months,
        "closed": one.closed_at is not None,
    }  # fmt: skip


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "course": one.course.id, "title": one.course.title, "due": one.course.due.isoformat() if one.course.due else None, "person": one.person,
        "state": one.state, "passed": one.passed, "number": one.number, "pass_mark": one.course.pass_mark, "attempts": one.attempts,
        "last": one.last.isoformat() if one.last else None, "passed_at": one.passed_at.isoformat() if one.passed_at else None,
        "certifies": list(one.course.certifies),
        "topics": [{"topic": part.topic, "passed": part.passed, "quota": part.quota} for part in one.topics],
    }  # fmt: skip


def _task(one: Task, now: dt.datetime) -> dict[str, Any]:
    return {
        "drill": one.drill, "title": one.title, "topic": one.topic, "why": one.why, "due": one.due.isoformat() if one.due else None,
        "now": one.due is None or one.due <= now, "course": one.course,
    }  # fmt: skip


def _certificate(one: Certificate, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": one.id, "person": one.person, "topic": one.topic, "granted_at": one.granted_at.isoformat(), "granted_by": one.granted_by,
        "why": one.why, "course": one.course, "expires_at": one.expires_at.isoformat(), "holds": one.holds(now),
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None, "revoked_by": one.revoked_by, "reason": one.reason,
        "changed": dict(one.changed) or None,
    }  # fmt: skip


def _until(one: Certificate | None) -> str | None:
    return one.expires_at.isoformat() if one else None


__all__ = ["certificate_routes", "plan_routes"]

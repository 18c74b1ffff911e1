"""How practice goes: one's own, and for a trainer that of anybody, of a group, of a topic; as a page, as CSV and as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from kb.models import ReplyLanguage
from kb.store import Course
from kb.training.certificates import READY_PASSES
from kb.training.progress import Line
from ui.api.bodies import AsOf
from ui.api.problems import Refusal
from ui.api.training_parts import LEADS, person_of
from ui.plans import Plans
from ui.progress import Chosen, Report, chosen, report
from ui.services import Services
from ui.session import Identity, identified, roles
from ui.tables import csv_response

MOST_DOTS = 400
"""Attempts drawn one by one: the newest ones."""
LONGEST = dt.timedelta(days=800)
Table = Literal["attempts", "people", "topics", "days", "facts", "ready"]
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a report is asked to be about; of others only by trainers."""

    identity: Annotated[Identity, identified]
    person: Word = ""
    group: Word = ""
    topic: Word = ""
    first: Annotated[AsOf | None, Query(alias="from")] = None
    until: Annotated[AsOf | None, Query()] = None
    course: Annotated[int | None, Query()] = None

    def chosen(self, services: Services, plans: Plans) -> Chosen:
        leads = self.identity.role in LEADS
        person, group = (self.person, self.group) if leads else (self.identity.name, "")
        found = chosen(services, person, group, self.topic, self.first, self.until, self._course(services, plans))
        if found.first > found.last or found.last - found.first > LONGEST:
            raise Refusal(422, "the period begins before it ends, and is at most 800 days long")
        return found

    def courses(self, services: Services, plans: Plans, *, closed: bool = False) -> list[Course]:
        """That may be asked for: a trainer's all, a trainee's own."""
        if self.identity.role in LEADS:
            return services.store.courses(closed=closed)
        return [one.course for one in plans.of(person_of(self.identity)).standings]

    def _course(self, services: Services, plans: Plans) -> Course | None:
        if self.course is None:
            return None
        found = next((one for one in self.courses(services, plans, closed=True) if one.id == self.course), None)
        if found is None:
            raise Refusal(404, "there is no such course")
        return found


Asked = Annotated[Filters, Depends()]


def report_routes(router: APIRouter, services: Services, plans: Plans) -> None:
    @router.get("/progress")
    def how_it_goes(asked: Asked) -> dict[str, Any]:
        """Scores over time, times to reply, topics, people, the weakest facts, and who is ready."""
        leads = asked.identity.role in LEADS
        people = plans.people() if leads else []
        about = asked.chosen(services, plans)
        courses = {one.id: one.title for one in [*asked.courses(services, plans), *([about.course] if about.course else [])]}
        return {
            **_shown(report(services, plans, about)), "courses": [{"id": id, "title": title} for id, title in courses.items()], "lead": leads, "names": [one.name for one in people],
            "groups": sorted({group for one in people for group in one.groups}), "all_topics": list(plans.topics()),
        }  # fmt: skip

    @router.get("/progress.csv", dependencies=[roles(*LEADS)])
    def table(asked: Asked, table: Annotated[Table, Query()] = "attempts") -> Response:
        """One of the report's tables as CSV."""
        head, rows = _table(report(services, plans, asked.chosen(services, plans)), table)
        return csv_response(f"youju-practice-{table}", head, rows)

    @router.get("/progress.pdf", dependencies=[roles(*LEADS)])
    def paper(asked: Asked, lang: Annotated[ReplyLanguage, Query()] = "zh-Hant") -> Response:
        """The report as PDF. Answers 409 where this machine has no font for what is written in it."""
        from ui.pdf_text import NoFont
        from ui.progress_pdf import progress_pdf

        try:
            drawn = progress_pdf(report(services, plans, asked.chosen(services, plans)), lang, services.shop_name.get(lang, ""))
        except NoFont as missing:
            raise Refusal(409, str(missing), code="no-font") from None
        return Response(drawn, media_type="application/pdf", headers={"content-disposition": 'attachment; filename="youju-practice.pdf"'})


def _shown(found: Report) -> dict[str, Any]:
    return {
        "from": found.chosen.first.isoformat(), "until": found.chosen.last.isoformat(), "person": found.chosen.person, "group": found.chosen.group,
        "topic": found.chosen.topic, "course": found.chosen.course.id if found.chosen.course else None, "pass_mark": found.pass_mark, "passes": READY_PASSES, "all": _line(found.all) if found.all else None,
        "days": [_line(one) for one in found.days], "topics": [_line(one) for one in found.topics], "people": [_line(one) for one in found.people],
        "attempts": [
            {"id": one.id, "at": one.at.isoformat(), "by": one.by, "title": one.title or one.drill, "score": one.score, "passed": one.passed, "seconds": one.seconds}
            for one in found.results[-MOST_DOTS:]
        ],
        "facts": [
            {"fact": one.fact, "quote": one.quote, "where": one.where, "topic": one.topic, "title": one.title, "missed": one.missed, "asked": one.asked}
            for one in found.facts
        ],
        "ready": [
            {"person": one.person, "topic": one.topic, "until": one.certificate.expires_at.isoformat() if one.certificate else None, "recent": list(one.recent), "ready": one.ready}
            for one in found.ready
        ],
    }  # fmt: skip


def _line(one: Line) -> dict[str, Any]:
    return {
        "name": one.name, "attempts": one.attempts, "mean": one.mean, "passes": one.passes, "median_s": one.median_s, "last": one.last.isoformat()
    }  # fmt: skip


def _table(found: Report, table: Table) -> tuple[list[str], list[Sequence[object]]]:
    if table == "attempts":
        head = ["when", "person", "drill", "title", "topic", "language", "score", "passed", "seconds a reply"]
        return head, [
            [one.at.isoformat(timespec="seconds"), one.by, one.drill, one.title, one.topic, one.lang, one.score, one.passed, f"{one.seconds:.1f}"]
            for one in found.results
        ]  # fmt: skip
    if table == "facts":
        return ["fact", "article's sentence", "where", "topic", "missed", "asked"], [
            [one.fact, one.quote, one.where, one.topic, one.missed, one.asked] for one in found.facts
        ]
    if table == "ready":
        return ["person", "topic", "may answer until", "last drills", "ready"], [
            [one.person, one.topic, one.certificate.expires_at.isoformat(timespec="seconds") if one.certificate else "", " ".join("pass" if passed else "fail" for passed in one.recent), one.ready]
            for one in found.ready
        ]  # fmt: skip
    groups = {"people": found.people, "topics": found.topics, "days": found.days}[table]
    head = [{"people": "person", "topics": "topic", "days": "day"}[table], "attempts", "mean score", "pass rate", "median seconds a reply", "last"]
    return head, [
        [one.name, one.attempts, f"{one.mean:.1f}", f"{one.passes:.2f}", f"{one.median_s:.1f}", one.last.isoformat(timespec="seconds")] for one in groups
    ]  # fmt: skip


__all__ = ["report_routes"]

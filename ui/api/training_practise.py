"""Do a drill: get one, reply turn by turn, see how it went."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from kb.models import Language
from kb.training.courses import Standing
from kb.training.drill import Drill, Origin
from kb.training.scoring import Score
from ui.api.problems import Refusal
from ui.api.training_parts import LEADS, DrillId, Replies, person_of, shown_drill, shown_score
from ui.drill_scoring import kept, scored
from ui.drills import Drills
from ui.plans import Plans
from ui.services import Services
from ui.session import Identity, identified


class AttemptBody(Replies):
    """A drill, done."""

    drill: DrillId
    course: int | None = None
    """Of whose list it was taken. Where that is none of one's own any more, the attempt is kept without it."""


def practise_routes(router: APIRouter, services: Services, drills: Drills, plans: Plans) -> None:
    @router.get("/drills")
    def listed(identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Every drill by its head, with how often one has done it and how it went last."""
        mine: dict[str, list[tuple[int, bool]]] = {}
        for attempt in services.store.attempts(by=identity.name, limit=5000):
            mine.setdefault(attempt.exercise, []).append((attempt.final_score, attempt.final_passed))
        return {"drills": [_row(one, mine.get(one.id, [])) for one in drills.all().values()], "lead": identity.role in LEADS}

    @router.get("/next")
    def following(
        identity: Annotated[Identity, identified],
        language: Annotated[Language | None, Query()] = None,
        topic: Annotated[str, Query(max_length=200)] = "",
        origin: Annotated[Origin | None, Query()] = None,
    ) -> dict[str, Any]:
        """The next drill to do; null where there is none of the kind."""
        found = drills.next_for(identity.name, language, topic, origin)
        return {"drill": shown_drill(services, found) if found else None}

    @router.get("/drill")
    def one(id: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
        """A drill as it begins."""
        return {"drill": shown_drill(services, known(drills, id))}

    @router.get("/turn")
    def turn(id: Annotated[str, Query(max_length=200)], number: Annotated[int, Query(ge=0, le=50)]) -> dict[str, Any]:
        """What the customer writes after so many replies; null where nothing more comes."""
        turns = known(drills, id).turns
        return {"message": turns[number] if number < len(turns) else None}

    @router.post("/attempts", status_code=201)
    def attempt(body: AttemptBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Score the replies and keep them."""
        drill = known(drills, body.drill)
        replies = body.for_drill(drill)
        result = scored(services, drill, replies, body.lang)
        person = person_of(identity)
        made = kept(services, identity.name, drill, replies, result.score, plans.course_for(person, body.course, drill))
        granted = [one.topic for one in plans.settle(identity.name)]
        courses = [_counted(one, result.score) for one in plans.of(person).standings if drill.category in one.course.topics]
        return {"id": made.id, "granted": granted, "courses": courses, **shown_score(services, result, drill)}


def known(drills: Drills, drill_id: str) -> Drill:
    found = drills.all().get(drill_id)
    if found is None:
        raise Refusal(404, "there is no such drill; it may have been taken out or have errors")
    return found


def _counted(one: Standing, score: Score) -> dict[str, Any]:
    """What an attempt did for a course that has its topic."""
    course = one.course
    return {
        "course": course.id, "title": course.title, "passed": one.passed, "number": one.number, "pass_mark": course.pass_mark,
        "counts": score.passed and score.score >= course.pass_mark,
    }  # fmt: skip


Result = Literal["passed", "failed", "open"]


def _row(drill: Drill, results: list[tuple[int, bool]]) -> dict[str, Any]:
    """results: newest first."""
    last: Result = "open" if not results else "passed" if results[0][1] else "failed"
    return {
        "id": drill.id, "title": drill.title, "origin": drill.origin, "language": drill.language, "category": drill.category, "mood": drill.mood,
        "channel": drill.channel, "turns": len(drill.turns), "done": len(results), "last": last, "best": max((score for score, _ in results), default=None),
    }  # fmt: skip


__all__ = ["known", "practise_routes"]

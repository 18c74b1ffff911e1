"""Write drills: the list with what is wrong with each, one's text, lint while typing, a try before saving, and saving."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from kb.article_texts import version_of
from kb.errors import ContentError
from kb.models import Problem, ReplyLanguage
from kb.training.drill_files import LARGEST_DRILL, DrillConflict, DrillFile, read_drill_text
from kb.training.drill_template import drill_template
from ui.api.bodies import Body
from ui.api.problems import Refusal
from ui.api.training_parts import LEADS, Replies, shown_drill, shown_score
from ui.drill_scoring import scored
from ui.drills import Drills
from ui.services import Services
from ui.session import roles

Name = Annotated[str, Field(max_length=80)]
DrillText = Annotated[str, Field(max_length=LARGEST_DRILL)]


class TextBody(Body):
    """A drill's file as it is being written."""

    name: Name
    text: DrillText


class SaveBody(TextBody):
    opened: Annotated[str, Field(max_length=100)] | None = None
    """Version of the file as it was opened; null: it is new."""


class TryBody(TextBody, Replies):
    """Replies to a drill that is not saved yet."""


def drill_routes(router: APIRouter, services: Services, drills: Drills) -> None:
    lead = [roles(*LEADS)]

    @router.get("/files", dependencies=lead)
    def files() -> dict[str, Any]:
        """All that lies in content/drills, and how many drills were made beside."""
        written = drills.files()
        made: dict[str, int] = {}
        for one in drills.all().values():
            made[one.origin] = made.get(one.origin, 0) + 1
        return {"files": [_row(one) for one in written], "made": made}

    @router.get("/file", dependencies=lead)
    def file(name: Annotated[str, Query(max_length=80)]) -> dict[str, Any]:
        """A drill's text to go on from."""
        with _refusing():
            text = read_drill_text(services.settings.content, name)
        if text is None:
            raise Refusal(404, "there is no such drill any more")
        return {"name": name, "text": text, "version": version_of(text), **_linted(services, drills.lint(name, text))}

    @router.get("/template", dependencies=lead)
    def template(lang: Annotated[ReplyLanguage, Query()] = "en") -> dict[str, Any]:
        """What a new drill begins with."""
        return {"text": drill_template(drills.shop(), lang)}

    @router.post("/lint", dependencies=lead)
    def lint(body: TextBody) -> dict[str, Any]:
        """What is wrong with a text, and the drill as a trainee would get it."""
        return _linted(services, drills.lint(body.name, body.text))

    @router.post("/try", dependencies=lead)
    def attempt(body: TryBody) -> dict[str, Any]:
        """Score replies to a text that is not saved; nothing is kept."""
        drill = drills.lint(body.name, body.text).drill
        if drill is None:
            raise Refusal(422, "the drill has errors; mend them first")
        return shown_score(services, scored(services, drill, body.for_drill(drill), body.lang), drill)

    @router.put("/file", dependencies=lead)
    def save(body: SaveBody) -> dict[str, Any]:
        """Write a drill that has no errors."""
        found = drills.lint(body.name, body.text)
        if found.drill is None:
            raise Refusal(422, "the drill has errors; mend them first", code="unsound", found=[_problem(one) for one in found.problems])
        with _refusing():
            version = drills.save(body.name, body.text, body.opened)
        return {"version": version, **_linted(services, found)}


class _refusing:
    """Translates what the files refuse, each with what the page needs to go on."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DrillConflict):
            raise Refusal(409, f"{error.what}; {error.fix}", code="conflict", current=error.current, version=version_of(error.current)) from error
        if isinstance(error, ContentError):
            raise Refusal(422, str(error), code="content") from error


def _row(file: DrillFile) -> dict[str, Any]:
    drill = file.drill
    shown = (
        {"title": drill.title, "language": drill.language, "category": drill.category, "mood": drill.mood, "turns": len(drill.turns)} if drill else {}
    )
    return {"name": file.name, "version": file.version, "problems": [_problem(one) for one in file.problems], "broken": drill is None, **shown}


def _linted(services: Services, file: DrillFile) -> dict[str, Any]:
    preview = {**shown_drill(services, file.drill), "messages": list(file.drill.turns)} if file.drill else None
    return {"problems": [_problem(one) for one in file.problems], "drill": preview}


def _problem(one: Problem) -> dict[str, Any]:
    return {"line": one.line, "what": one.what, "fix": one.fix, "severity": one.severity, "code": one.code, "params": dict(one.params)}


__all__ = ["drill_routes"]

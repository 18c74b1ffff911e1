"""Text → Drill: front matter through pydantic, customer turns and notes from the headings below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from kb.models import Language, Problem
from kb.text import clean
from kb.training.drill import Drill, Mood, Situation
from kb.training.front_matter import FrontMatter, read_front_matter

MOST_TURNS = 8
LONGEST_TURN = 4000
"""Characters of one message."""
_HEADING = re.compile(r"##\s+(.+?)\s*#*\s*$")
_CUSTOMER = re.compile(r"customer|客人|顧客|顾客|客戶|客户", re.I)
_NOTES = re.compile(r"notes?|備註|备注", re.I)

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Nothing = BeforeValidator(lambda value: [] if value is None else value)
_Empty = BeforeValidator(lambda value: "" if value is None else value)
Several = Annotated[tuple[Words, ...], _Nothing]
Line = Annotated[str, _Empty, StringConstraints(strip_whitespace=True, max_length=300)]


class DrillMatter(BaseModel):
    """The keys of a drill's front matter. Unknown keys are refused: a misspelt must_mention must not go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")] | None = None
    title: Words
    persona: Line = ""
    mood: Mood = "calm"
    channel: Line = ""
    language: Language
    category: Line = ""
    articles: Several = ()
    must_mention: Several = ()
    must_not_say: Several = ()
    disclaimers: Several = ()
    situation: Annotated[tuple[Situation, ...], _Nothing] = ()
    time_limit_s: Annotated[int, Field(gt=0, le=86_400)] | None = None


@dataclass(frozen=True, slots=True)
class DrillText:
    """A drill's file as it was read."""

    drill: Drill
    shown: str
    """Path as the user knows it."""
    lines: Mapping[str, int]
    """Line of each key, from 1."""
    places: Mapping[str, tuple[int, ...]]
    """Line of each entry of a list, by key."""

    def line_of(self, key: str, at: int | None = None) -> int:
        """Where a key, or the entry `at` of its list, stands."""
        entries = self.places.get(key, ())
        return entries[at] if at is not None and at < len(entries) else self.lines.get(key, 2)


def parse_drill(text: str, name: str, shown: str) -> tuple[DrillText | None, list[Problem]]:
    """The drill of a file, or None with what is wrong with it. name: the file's, without .md."""
    found = read_front_matter(text, shown)
    if isinstance(found, Problem):
        return None, [found]
    matter, problems = _matter(found, shown)
    turns, notes, more = _body(found, shown)
    problems += more
    if matter is not None and matter.id not in (None, name):
        problems.append(Problem(shown, found.line_of("id"), f"id {matter.id!r} is not the file's name", f"write id: {name}, or rename the file"))
    if matter is None or problems:
        return None, problems
    drill = Drill(
        id=name, title=matter.title, origin="file", language=matter.language, turns=turns, persona=matter.persona, mood=matter.mood,
        channel=matter.channel, category=matter.category, articles=matter.articles,
        must_mention=tuple(_alternatives(one) for one in matter.must_mention), must_not_say=matter.must_not_say, disclaimers=matter.disclaimers,
        situation=matter.situation, time_limit_s=matter.time_limit_s, notes=notes,
    )  # fmt: skip
    return DrillText(drill, shown, found.lines, _places(text, found.lines)), []


def _alternatives(entry: str) -> tuple[str, ...]:
    return tuple(one for one in (part.strip() for part in entry.split("|")) if one) or (entry,)


def _matter(found: FrontMatter, shown: str) -> tuple[DrillMatter | None, list[Problem]]:
    try:
        return DrillMatter.model_validate(dict(found.values)), []
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            key = str(problem["loc"][0]) if problem["loc"] else ""
            what, fix = _worded(key, problem)
            problems.append(Problem(shown, found.line_of(key), what, fix))
        return None, problems


def _worded(key: str, problem: Any) -> tuple[str, str]:
    kind = problem["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key!r}", f"use one of {', '.join(DrillMatter.model_fields)}"
    if kind == "missing":
        return f"key {key!r} is missing", "add it"
    if kind == "literal_error":
        return f"{key}: {str(problem['input'])[:80]!r} is not allowed", f"use {problem['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{key}: {str(problem['input'])[:80]!r} is no id", "use lower-case letters, digits and dashes"
    if kind == "string_too_short" or (kind == "string_type" and problem["input"] is None):
        return f"{key} is empty", "write it, or take the entry out"
    return f"{key}: {problem['msg']}", "mend the value"


def _body(found: FrontMatter, shown: str) -> tuple[tuple[str, ...], str, list[Problem]]:
    """(customer turns, notes, problems)."""
    turns: list[str] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for line, heading, text in _parts(found):
        if not heading:
            if text:
                problems.append(Problem(shown, line, "text before the first heading", "put it below '## Customer' or '## Notes'"))
        elif _CUSTOMER.fullmatch(heading):
            if not text:
                problems.append(
                    Problem(shown, line, "the customer says nothing here", "write the message below the heading, or take the heading out")
                )
            elif len(text) > LONGEST_TURN:
                problems.append(Problem(shown, line, f"the message has {len(text):,} characters", f"write at most {LONGEST_TURN:,}"))
            turns.append(text)
        elif _NOTES.fullmatch(heading):
            notes.append(text)
        else:
            problems.append(Problem(shown, line, f"unknown heading {heading[:80]!r}", "use '## Customer' for each message and '## Notes'"))
    if not turns:
        problems.append(Problem(shown, found.offset + 1, "no customer turn", "write the customer's message below a heading '## Customer'"))
    elif len(turns) > MOST_TURNS:
        problems.append(Problem(shown, found.offset + 1, f"{len(turns)} customer turns", f"write at most {MOST_TURNS}"))
    return tuple(turns), "\n\n".join(one for one in notes if one), problems


def _parts(found: FrontMatter) -> list[tuple[int, str, str]]:
    """(line, heading, text below it) of each part of the body; the first has no heading."""
    parts: list[tuple[int, str, list[str]]] = [(found.offset + 1, "", [])]
    for number, line in enumerate(found.body, found.offset + 1):
        heading = _HEADING.match(line)
        if heading:
            parts.append((number, heading[1], []))
        else:
            parts[-1][2].append(line)
    return [(line, heading, clean("\n".join(lines)).strip()) for line, heading, lines in parts]


def _places(text: str, lines: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Lines of the entries of a list that is written one a line; a list in brackets stands at its key."""
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: dict[str, tuple[int, ...]] = {}
    for key, line in lines.items():
        at, entries = line, []
        while at < len(rows) and re.match(r"\s*(-\s|#|$)", rows[at]) and rows[at].strip() != "---":
            if re.match(r"\s*-\s", rows[at]):
                entries.append(at + 1)
            at += 1
        found[key] = tuple(entries)
    return found


__all__ = ["DrillMatter", "DrillText", "parse_drill"]

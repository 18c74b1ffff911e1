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
from kb.training.drill_problems import problem
from kb.training.front_matter import FrontMatter, read_front_matter

MOST_TURNS = 8
LONGEST_TURN = 4000
"""Characters of one message."""
LONGEST_TIME = 86_400
"""Seconds for a reply."""
_HEADING = re.compile(r"##\s+(.+?)\s*#*\s*$")
_CUSTOMER = re.compile(r"customer|客人|顧客|顾客|客戶|客户", re.I)
_QUOTED = re.compile(r"'([^']*)'")
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
    time_limit_s: Annotated[int, Field(gt=0, le=LONGEST_TIME)] | None = None


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
        problems.append(problem("id-not-name", shown, found.line_of("id"), id=str(matter.id), name=name))
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
        return None, [_refused(one, found, shown) for one in error.errors()]


def _refused(detail: Any, found: FrontMatter, shown: str) -> Problem:
    """detail: of pydantic."""
    kind, value = str(detail["type"]), detail["input"]
    key = str(detail["loc"][0]) if detail["loc"] else ""
    at = (shown, found.line_of(key))
    if kind == "extra_forbidden":
        return problem("key-unknown", *at, key=key, known=", ".join(DrillMatter.model_fields))
    if kind == "missing":
        return problem("key-missing", *at, key=key)
    if kind == "literal_error":
        return problem("value-not-allowed", *at, key=key, value=str(value)[:80], allowed=", ".join(_QUOTED.findall(detail["ctx"]["expected"])))
    if kind == "string_pattern_mismatch":
        return problem("value-no-id", *at, key=key, value=str(value)[:80])
    if kind == "string_too_short" or (kind == "string_type" and value is None):
        return problem("value-empty", *at, key=key)
    if kind == "string_too_long":
        return problem("value-long", *at, key=key, most=detail["ctx"]["max_length"])
    if kind == "string_type":
        return problem("value-not-text", *at, key=key)
    if kind == "tuple_type":
        return problem("value-not-list", *at, key=key)
    if key == "time_limit_s":
        return problem("value-no-number", *at, key=key, value=str(value)[:80], least=1, most=LONGEST_TIME)
    return problem("value-wrong", *at, key=key, why=detail["msg"])


def _body(found: FrontMatter, shown: str) -> tuple[tuple[str, ...], str, list[Problem]]:
    """(customer turns, notes, problems)."""
    turns: list[str] = []
    notes: list[str] = []
    problems: list[Problem] = []
    for line, heading, text in _parts(found):
        if not heading:
            if text:
                problems.append(problem("text-before-heading", shown, line))
        elif _CUSTOMER.fullmatch(heading):
            if not text:
                problems.append(problem("turn-empty", shown, line))
            elif len(text) > LONGEST_TURN:
                problems.append(problem("turn-long", shown, line, length=len(text), most=LONGEST_TURN))
            turns.append(text)
        elif _NOTES.fullmatch(heading):
            notes.append(text)
        else:
            problems.append(problem("heading-unknown", shown, line, heading=heading[:80]))
    if not turns:
        problems.append(problem("no-turn", shown, found.offset + 1))
    elif len(turns) > MOST_TURNS:
        problems.append(problem("too-many-turns", shown, found.offset + 1, count=len(turns), most=MOST_TURNS))
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

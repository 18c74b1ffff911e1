"""A run of a question set as a file: written beside its report, read back to compare with, held to limits."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kb.comparison import BETTER_LOW
from kb.content import first_problem
from kb.errors import QuestionsError
from kb.evaluation import Judgement, summary
from kb.questions import answer_of, read_answers

FORMAT = 1
_REMEDY = "give the .json that `kb eval --report` wrote, its report or folder, or the JSON lines of `kb eval --out`"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a question set, scored."""

    questions: str
    """Name of the question set's file."""
    created: str
    """ISO 8601, UTC."""
    answers: Mapping[str, Mapping[str, Any]]
    """Answer objects by question id."""
    judgements: tuple[Judgement, ...]
    """In the order of the set."""

    @property
    def snapshot(self) -> str:
        """Of the first answer; '' where the answers don't say."""
        return str(next((answer.get("snapshot") or "" for answer in self.answers.values()), ""))


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run, as it is compared with: its answers; they are scored anew."""

    name: str
    created: str
    """ISO 8601; '' where the file doesn't say."""
    answers: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the summary that a run must reach, or must not exceed."""

    name: str
    value: float
    floor: bool

    def broken_by(self, figures: Mapping[str, float]) -> str | None:
        """What to tell about the breach; None where the figure holds."""
        figure = figures[self.name]
        if self.floor and figure < self.value:
            return f"{self.name} {figure:g} is below {self.value:g}"
        if not self.floor and figure > self.value:
            return f"{self.name} {figure:g} is above {self.value:g}"
        return None


def make_run(questions: Path, answers: Mapping[str, Mapping[str, Any]], judgements: Sequence[Judgement]) -> Run:
    """A run that ends now."""
    return Run(questions.name, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), answers, tuple(judgements))


def beside(report: Path) -> Path:
    """Where the run of a report goes. Raises QuestionsError."""
    if report.suffix != ".html":
        raise QuestionsError("a report is a page", where=str(report), fix="give a name that ends in .html")
    return report.with_suffix(".json")


def write_text(path: Path, text: str) -> None:
    """Write beside and move, so that a reader never sees half a file. Raises QuestionsError."""
    half = path.with_name(f".{path.name}.writing")
    try:
        half.write_text(text, encoding="utf-8")
        os.replace(half, path)
    except OSError as error:
        raise QuestionsError(f"cannot be written: {error.strerror}", where=str(path), fix="check the folder and its permissions") from error


def run_json(run: Run) -> str:
    """The run as JSON: figures for people and dashboards, answers to compare with."""
    scored = [{"question_id": one.question.id, "causes": one.causes, "misses": one.misses, "figures": one.figures} for one in run.judgements]
    data = {
        "format": FORMAT, "questions": run.questions, "created": run.created, "snapshot": run.snapshot,
        "summary": summary(run.judgements), "judgements": scored, "answers": [dict(one) for one in run.answers.values()],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def read_earlier(path: Path) -> Earlier:
    """An earlier run: its JSON, its report (the JSON lies beside it), a folder (its newest run) or JSON lines of answers. Raises QuestionsError."""
    if path.is_dir():
        return _newest(path)
    if path.suffix == ".jsonl":
        return Earlier(path.name, "", read_answers(path))
    return _read(beside(path) if path.suffix == ".html" else path)


def limits(floors: Sequence[str], ceilings: Sequence[str]) -> list[Limit]:
    """`right=0.7` of --fail-below and `false_answer=0.3` of --fail-above. Raises QuestionsError."""
    return [*(_limit(text, True) for text in floors), *(_limit(text, False) for text in ceilings)]


def _limit(text: str, floor: bool) -> Limit:
    option = "--fail-below" if floor else "--fail-above"
    name, _, value = (part.strip() for part in text.partition("="))
    names = [one for one in summary([]) if (one in BETTER_LOW) != floor]
    if name not in names:
        raise QuestionsError(f"{name!r} is no figure for this option", where=option, fix=f"name one of {', '.join(names)}")
    try:
        return Limit(name, float(value), floor)
    except ValueError as error:
        raise QuestionsError(f"{value!r} is no number", where=option, fix=f"write {name}=0.7") from error


def _newest(folder: Path) -> Earlier:
    runs = []
    for path in sorted(folder.glob("*.json")):
        try:
            runs.append(_read(path))
        except QuestionsError:
            continue  # other JSON may lie there
    if not runs:
        raise QuestionsError("holds no earlier run", where=str(folder), fix=_REMEDY)
    return max(runs, key=lambda run: run.created)


def _read(path: Path) -> Earlier:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise QuestionsError("is no run of `kb eval --report`", where=str(path), fix=_REMEDY)
        answers = {answer_of(one).question_id: one for one in data["answers"]}
        return Earlier(path.name, str(data["created"]), answers)
    except FileNotFoundError as error:
        raise QuestionsError("no such file", where=str(path), fix=_REMEDY) from error
    except ValidationError as error:
        raise QuestionsError(f"an answer is damaged: {first_problem(error, 'answer')}", where=str(path), fix=_REMEDY) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise QuestionsError(f"cannot be read: {error}", where=str(path), fix=_REMEDY) from error


__all__ = ["Earlier", "Limit", "Run", "beside", "limits", "make_run", "read_earlier", "run_json", "write_text"]

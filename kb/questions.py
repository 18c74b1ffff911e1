"""Question sets (YAML) and batches (JSON lines): read, validated, with errors that name file, place and remedy."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from kb.content import first_problem, read_yaml
from kb.errors import ContentError, QuestionsError
from kb.files import alone, replace_text
from kb.models import Asker, ReplyLanguage, Turn
from kb.text import clean

Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A string that is looked for in drafts."""
Message = Annotated[str, AfterValidator(clean)]
"""What someone typed; half an emoji, cut off by a chat window, is no reason to refuse it."""


class PastTurn(BaseModel):
    """One earlier message."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    role: Asker
    text: Message


class Articles(BaseModel):
    """Articles that an answer must cite: all of the one list, at least one of the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    all_of: list[str] = []
    any_of: list[str] = []


class Expectation(BaseModel):
    """What a right answer holds."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    articles: Articles = Articles()
    must_include: list[list[Wording]] = []
    """Of every inner list at least one string must stand in the draft."""
    must_not_include: list[Wording] = []
    disclaimers: list[str] = []
    abstain: bool = False


class Question(BaseModel):
    """One message of a customer or colleague, with the day it is asked."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    id: str
    text: Message
    lang: Literal["zh-Hant", "zh-Hans", "yue", "en"] = "zh-Hant"
    kind: str = "any"
    as_of: dt.date | None = None
    asker: Asker = "customer"
    history: list[PastTurn] = []
    expect: Expectation = Expectation()

    def turns(self) -> tuple[Turn, ...]:
        return tuple(Turn(turn.role, turn.text) for turn in self.history)


class BatchLine(BaseModel):
    """One line of `kb ask --batch`."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    question_id: str
    text: Message
    history: list[PastTurn] | None = None
    as_of: dt.date | None = None
    asker: Asker | None = None
    lang: ReplyLanguage | None = None
    """Language of the reply; 'yue' is read as zh-Hant, in which Cantonese is answered."""

    @field_validator("lang", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        return "zh-Hant" if value == "yue" else value

    def turns(self) -> tuple[Turn, ...]:
        return tuple(Turn(turn.role, turn.text) for turn in self.history or [])


def read_questions(path: Path) -> list[Question]:
    """A question set: a list, or a mapping with the list under `questions`. Raises QuestionsError."""
    if not path.is_file():
        raise QuestionsError("no such file", where=str(path), fix="give the path of a question set")
    entries = _entries(path)
    if not entries:
        raise QuestionsError("holds no questions", where=str(path), fix="write a list under `questions:`")
    questions = []
    for number, entry in enumerate(entries, 1):
        try:
            questions.append(Question.model_validate(entry))
        except ValidationError as error:
            name = entry.get("id", number) if isinstance(entry, dict) else number
            raise QuestionsError(f"question {name}: {first_problem(error, 'line')}", where=str(path), fix="mend the question") from error
    twice = {name for name, times in Counter(q.id for q in questions).items() if times > 1}
    if twice:
        raise QuestionsError(f"ids stand twice: {', '.join(sorted(twice))}", where=str(path), fix="give each question its own id")
    return questions


def _entries(path: Path) -> list[Any]:
    """The questions of a file as they are written there."""
    try:
        data = read_yaml(path)
    except ContentError as error:
        raise QuestionsError(error.what, where=error.where, fix=error.fix) from error
    entries = data.get("questions") if isinstance(data, dict) else data
    return entries if isinstance(entries, list) else []


# ---- writing ---------------------------------------------------------------------------------------------------------


def add_question(path: Path, question: Question) -> None:
    """Put a question at the end of a set; the set is begun where there is none. Whole or not at all.

    What stands there is kept as it is but for its comments. Raises QuestionsError where the set cannot be read, or holds the id already.
    """
    with _alone(path):
        there = [] if _is_empty(path) else read_questions(path)
        if any(one.id == question.id for one in there):
            raise QuestionsError("there is such a question already", where=f"{path}: {question.id}", fix="take the other one out first")
        _write(path, [*(_entries(path) if there else []), question.model_dump(mode="json", exclude_defaults=True)])


def remove_question(path: Path, question_id: str) -> None:
    """Take a question out of a set; the file goes with its last one. Raises QuestionsError where there is no such question."""
    with _alone(path):
        there = read_questions(path)
        if all(one.id != question_id for one in there):
            raise QuestionsError("there is no such question", where=f"{path}: {question_id}", fix="look at the list again")
        left = [entry for entry, one in zip(_entries(path), there, strict=True) if one.id != question_id]
        if left:
            _write(path, left)
        else:
            try:
                path.unlink()
            except OSError as error:
                raise QuestionsError(f"cannot be written: {error.strerror}", where=str(path), fix="check the folder and its permissions") from error


def _is_empty(path: Path) -> bool:
    """Whether there is no set yet, or somebody has taken the last question out by hand."""
    if not path.is_file():
        return True
    try:
        return read_yaml(path) in (None, [], {}, {"questions": None}, {"questions": []})
    except ContentError:
        return False


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other thread or process of ours writes a set of this folder meanwhile."""
    with contextlib.ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(alone(path.parent))
        except OSError as error:
            raise QuestionsError(f"cannot be written: {error.strerror}", where=str(path), fix="check the folder and its permissions") from error
        yield


def _write(path: Path, entries: Sequence[Any]) -> None:
    """Read back before it counts: no set is left that cannot be read."""
    try:
        replace_text(path, _dumped({"questions": list(entries)}), read_questions)
    except (OSError, UnicodeEncodeError) as error:
        raise QuestionsError(f"cannot be written: {error}", where=str(path), fix="check the folder, its permissions and the disk") from error


def _dumped(data: dict[str, Any]) -> str:
    """YAML that reads as the same data: in readable characters, unless one of them, such as a strange line end, would come back as another."""
    readable = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=160)
    return readable if yaml.safe_load(readable) == data else yaml.safe_dump(data, sort_keys=False, width=160)


# ---- batches and answers ---------------------------------------------------------------------------------------------


def read_batch(path: Path) -> Iterator[BatchLine]:
    """The lines of a batch file. Raises QuestionsError with the line's number."""
    for number, line in enumerate(_text(path).split("\n"), 1):  # not splitlines(): U+2028 may stand in a JSON string
        if not line.strip():
            continue
        try:
            yield BatchLine.model_validate(json.loads(line))
        except (ValidationError, ValueError, RecursionError) as error:
            raise QuestionsError(
                _what(error), where=f"{path}:{number}", fix="write question_id, text and, where needed, history, as_of, asker"
            ) from error


class GivenSource(BaseModel):
    """What the scoring reads of a source."""

    model_config = ConfigDict(extra="allow", frozen=True)
    article: str
    lines: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class GivenDisclaimer(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    id: str


class GivenClaim(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    supported: bool = True


class GivenAnswer(BaseModel):
    """What the scoring reads of an answer object; `kb ask --batch` writes more."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)
    question_id: str
    draft: str | None = None
    abstain: bool = False
    sources: list[GivenSource] | None = None
    retrieved: list[str] | None = None
    disclaimers: list[GivenDisclaimer | str] | None = None
    claims: list[GivenClaim] | None = None


def read_answers(path: Path) -> dict[str, dict[str, Any]]:
    """Answer objects by question id: the output of `kb ask --batch`. Raises QuestionsError with the line's number."""
    fix = "give what `kb ask --batch IN.jsonl --out OUT.jsonl` wrote: a JSON object with question_id a line"
    answers: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(_text(path).split("\n"), 1):  # not splitlines(): U+2028 may stand in a JSON string
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            given = answer_of(data)
        except (ValidationError, ValueError, RecursionError) as error:
            raise QuestionsError(_what(error), where=f"{path}:{number}", fix=fix) from error
        if given.question_id in answers:
            raise QuestionsError(f"question_id {given.question_id} stands twice", where=f"{path}:{number}", fix="keep one answer a question")
        answers[given.question_id] = data
    return answers


def answer_of(data: object) -> GivenAnswer:
    """The object, if it can be scored. Raises ValidationError."""
    return GivenAnswer.model_validate(data)


def read_history(path: Path) -> tuple[Turn, ...]:
    """A conversation: a JSON list of {role, text}, oldest first. Raises QuestionsError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        return tuple(Turn(turn.role, turn.text) for turn in map(PastTurn.model_validate, data))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        what = first_problem(error, "line") if isinstance(error, ValidationError) else str(error)
        raise QuestionsError(f"cannot be read: {what}", where=str(path), fix='write [{"role": "customer", "text": "…"}, …]') from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise QuestionsError("no such file", where=str(path), fix="give the path of a JSON-lines file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"cannot be read: {error}", where=str(path), fix="give a UTF-8 JSON-lines file") from error


def _what(error: Exception) -> str:
    return first_problem(error, "line") if isinstance(error, ValidationError) else f"no JSON object: {error}"


__all__ = [
    "Articles", "BatchLine", "Expectation", "PastTurn", "Question", "Wording", "add_question", "answer_of", "read_answers", "read_batch",
    "read_history", "read_questions", "remove_question",
]  # fmt: skip

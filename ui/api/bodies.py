"""What requests and answers hold, where several routes share it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from kb.models import Answer, Asker, Doubt, ReplyLanguage

MAX_TEXT: Final = 10_000
"""Characters of one message or reply."""
MAX_TURNS: Final = 100
MAX_HISTORY: Final = 100_000
"""Characters of all earlier messages together: each is read, and masked before it is kept."""
MOST_SOURCES: Final = 50

ANSWER: Final = TypeAdapter(Answer)
"""Reads an answer object."""

Text = Annotated[str, Field(max_length=MAX_TEXT)]
Name = Annotated[str, Field(max_length=200)]
"""A channel, a conversation, an id."""
AsOf = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))]
State = Literal["in-force", "stale", "coming", "ended"]
"""Of an article on a day: stale is in force, but past its review date."""


class Body(BaseModel):
    """A request's JSON object: no unknown keys, no text that UTF-8 cannot carry."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, data: Any) -> Any:
        try:
            json.dumps(data, ensure_ascii=False, default=str).encode()
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("the text is not valid Unicode") from None
        return data


class Shown(BaseModel):
    """An object of a response."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class TurnBody(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    role: Asker
    text: Text


def _short_enough(turns: list[TurnBody]) -> list[TurnBody]:
    if sum(len(turn.text) for turn in turns) > MAX_HISTORY:
        raise PydanticCustomError("too_long", f"all turns together have at most {MAX_HISTORY} characters")
    return turns


History = Annotated[list[TurnBody], Field(max_length=MAX_TURNS), AfterValidator(_short_enough)]
"""Earlier messages, oldest first."""


class ProblemShown(Shown):
    """What a check doubts in a text."""

    code: str
    """Kind of the problem, for example `unsupported` or `missing-disclaimer`."""
    span: Annotated[list[int], Field(min_length=2, max_length=2, examples=[[12, 16]])]
    """First character and the one after the last, in code points; both equal where something is missing."""
    message: str
    fix: str
    """What to put in the place of the span, or to append; empty where nobody but the agent can tell."""

    @classmethod
    def of(cls, doubt: Doubt) -> ProblemShown:
        return cls(code=doubt.code, span=list(doubt.span), message=doubt.message, fix=doubt.fix)


class ProblemsShown(Shown):
    """All that the checks doubt; empty: nothing."""

    problems: list[ProblemShown]


def _usable(answer: Answer) -> Answer:
    """Refuse what the checks cannot read."""
    if not all({"id", "text"} <= set(disclaimer) for disclaimer in answer.disclaimers):
        raise ValueError("each disclaimer has an id and a text")
    if len(answer.sources) > MOST_SOURCES or len(answer.disclaimers) > MOST_SOURCES:
        raise ValueError(f"at most {MOST_SOURCES} sources and disclaimers")
    return answer


AnswerGiven = Annotated[Answer, AfterValidator(_usable)]
"""An answer object as a program sends it back."""


class AboutAnswer(Body):
    """A body about a text that was drafted from an answer: its id, or the object itself; neither where there is none."""

    answer_id: Name | None = None
    answer: AnswerGiven | None = None
    """The answer object; needed where the desk added sources to it."""
    lang: ReplyLanguage | None = None
    """Language of the messages; null: the shop's own."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if self.answer_id is not None and self.answer is not None and self.answer.id != self.answer_id:
            raise ValueError("answer_id and answer name two answers")
        return self


__all__ = [
    "ANSWER", "MAX_HISTORY", "MAX_TEXT", "MAX_TURNS", "MOST_SOURCES", "AboutAnswer", "AnswerGiven", "AsOf", "Body", "History", "Name", "ProblemShown", "ProblemsShown", "Shown", "State", "Text",
    "TurnBody",
]  # fmt: skip

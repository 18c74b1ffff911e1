"""What customers of the demonstration ask: golden questions and the drills' messages, reworded as people type, with the real answers to them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kb.evaluation import judge
from kb.models import Answer, Language, Turn
from kb.questions import Question
from ui.drills import Drills
from ui.golden import read_golden
from ui.services import Services

REWORDED: Final = 0.6
"""Variants of a message, on average."""
_OPENINGS: Final[dict[str, tuple[str, ...]]] = {
    "zh-Hant": ("你好,", "請問", "想問下,", "你好!請問一下,"), "zh-Hans": ("你好,", "请问", "亲,", "在吗?"),
    "yue": ("你好,", "唔該,", "想問下,", "Hello,"), "en": ("Hi, ", "Hello! ", "hey ", "Good morning. "),
}  # fmt: skip
_JOINS: Final[dict[str, str]] = {"zh-Hant": "另外,", "zh-Hans": "还有,", "yue": "同埋,", "en": "Also, "}
_LATIN_WORD: Final = re.compile(r"\b[a-z]{5,}\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A message and the answer to it."""

    text: str
    lang: Language
    history: tuple[Turn, ...]
    answer: Answer
    right: bool | None
    """Whether the answer is the expected one; None where nothing is expected."""
    follow: str = ""
    """What the customer writes next; '' where nothing more comes."""

    @property
    def article(self) -> str:
        return self.answer.sources[0].article if self.answer.sources else ""


@dataclass(frozen=True, slots=True)
class _Message:
    text: str
    lang: Language
    history: tuple[Turn, ...] = ()
    question: Question | None = None
    follow: str = ""


def asked_messages(services: Services, generator: random.Random) -> list[Asked]:
    """Every message once, as it stands and reworded; the same for the same shop and seed."""
    messages = [*_golden(services), *_of_drills(services)]
    return [_asked(services, message) for message in [*messages, *_reworded(messages, generator)]]


def _asked(services: Services, message: _Message) -> Asked:
    day = message.question.as_of if message.question else None
    answer = services.ask(message.text, history=message.history, as_of=day)
    right = bool(judge(message.question, answer.as_json()).figures.get("right")) if message.question else None
    return Asked(message.text, message.lang, message.history, answer, right, message.follow)


def _golden(services: Services) -> list[_Message]:
    found = [one.question for one in read_golden(services.settings.content).questions if one.question.asker == "customer"]
    return [_Message(one.text, one.lang, one.turns(), one) for one in found]


def _of_drills(services: Services) -> list[_Message]:
    drills = [one.drill for one in Drills(services).files() if one.drill is not None]
    first = [_Message(one.turns[0], one.language, one.history, follow=one.turns[1] if len(one.turns) > 1 else "") for one in drills]
    further = [_Message(one.turns[1], one.language, (*one.history, Turn("customer", one.turns[0]))) for one in drills if len(one.turns) > 1]
    return [*first, *further]


def _reworded(messages: Sequence[_Message], generator: random.Random) -> list[_Message]:
    """Some with a greeting before them or a slip of the fingers in them, some as two questions in one message."""
    found = []
    for message in generator.sample(messages, round(len(messages) * REWORDED)):
        other = generator.choice([one for one in messages if one.lang == message.lang])
        joined = f"{message.text} {_JOINS[message.lang]}{other.text}"
        if generator.random() < 0.2 and not (other.history or message.history or other is message) and len(joined) < 200:
            found.append(_Message(joined, message.lang))
        else:
            found.append(_Message(_as_typed(message, generator), message.lang, message.history, message.question, message.follow))
    return found


def _as_typed(message: _Message, generator: random.Random) -> str:
    text = message.text.rstrip("?？。. ") if generator.random() < 0.5 else message.text
    text = generator.choice(_OPENINGS[message.lang]) + text if generator.random() < 0.7 else text
    return _slipped(text, generator) if message.lang == "en" and generator.random() < 0.5 else text


def _slipped(text: str, generator: random.Random) -> str:
    """Two letters of one word change places; never digits, so that no number changes."""
    words = list(_LATIN_WORD.finditer(text))
    if not words:
        return text
    at = generator.choice(words).start() + generator.randrange(1, 3)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def recorded(answer: Answer, answer_id: str) -> dict[str, Any]:
    """The answer object under another id."""
    return {**answer.as_json(), "id": answer_id}


__all__ = ["Asked", "asked_messages", "recorded"]

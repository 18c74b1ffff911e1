"""The questions that are asked again: the shop's golden ones, and the last real ones, each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.models import REPLY_LANGUAGES, Answer, Asker, ReplyLanguage, Turn
from kb.questions import Question
from kb.store import Ask
from retriever.answer import Answerer
from ui.golden import Golden


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how it was asked."""

    name: str
    """Of a golden question its file and id, of a real one the id of its newest answer."""
    text: str
    history: tuple[Turn, ...]
    asker: Asker
    lang: ReplyLanguage | None
    """Of the reply; None: the customer's own."""
    as_of: dt.date | None = None
    """The question's own day; None: whichever day it is replayed for."""
    golden: Question | None = None
    """What a right answer holds; None of a real question."""
    times: int = 1
    """How often it was asked among those looked at; 1 of a golden one."""

    def ask(self, answerer: Answerer, day: dt.date) -> Answer:
        return answerer.answer(self.text, history=self.history, as_of=day, asker=self.asker, lang=self.lang)


def golden_asked(questions: Iterable[Golden]) -> list[Asked]:
    return [
        Asked(one.name, one.question.text, one.question.turns(), one.question.asker, None, one.question.as_of, one.question) for one in questions
    ]  # fmt: skip


def real_asked(asks: Sequence[Ask]) -> list[Asked]:
    """asks: newest first. The same question asked again counts once, with the number of times."""
    found: dict[tuple[object, ...], Asked] = {}
    for ask in asks:
        asker: Asker = "agent" if ask.answer.get("asker") == "agent" else "customer"
        lang = next((one for one in REPLY_LANGUAGES if one == ask.answer.get("reply_lang")), None)
        key = (ask.question.strip(), ask.history, asker, lang)
        before = found.get(key)
        found[key] = replace(before, times=before.times + 1) if before else Asked(ask.id, ask.question, ask.history, asker, lang)
    return [one for one in found.values() if one.text.strip()]


__all__ = ["Asked", "golden_asked", "real_asked"]

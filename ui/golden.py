"""A shop's golden questions: all of them, those that owners pinned out of the desk's log, and what a pin begins with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kb.errors import QuestionsError
from kb.evaluation import Judgement, judge, stands_in
from kb.privacy import mask
from kb.quantities import Quantity, read
from kb.questions import Question, add_question, read_questions, remove_question
from kb.store import Ask
from kb.text import fold
from retriever.answer import Answerer

PINNED: Final = "pinned.yaml"
MOST: Final = 2_000
"""Golden questions that the pages look at."""
MOST_VALUES: Final = 12
"""That a pin is begun with."""
_MARK = re.compile(r"\[\d{1,2}\]")


@dataclass(frozen=True, slots=True)
class Golden:
    """A golden question and where it stands."""

    file: str
    """Name of its file below questions/."""
    question: Question

    @property
    def name(self) -> str:
        """Told apart from every other, as practice names it."""
        return f"{self.file.removesuffix('.yaml')}/{self.question.id}"

    @property
    def pinned(self) -> bool:
        return self.file == PINNED


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """All golden questions of a shop."""

    questions: tuple[Golden, ...]
    unread: tuple[str, ...]
    """What is wrong with the files that cannot be read."""


def read_golden(content: Path) -> GoldenSet:
    """Every questions/*.yaml, the pinned ones first; a broken file is told of and left out."""
    found: list[Golden] = []
    unread: list[str] = []
    for path in sorted((content / "questions").glob("*.yaml"), key=lambda path: (path.name != PINNED, path.name)):
        try:
            stamp = path.stat()
            found += [Golden(path.name, one) for one in _questions(path, (stamp.st_mtime_ns, stamp.st_size, stamp.st_ino))]
        except FileNotFoundError:  # its last question was taken out meanwhile
            continue
        except QuestionsError as error:
            unread.append(f"questions/{path.name}: {error.what}; {error.fix}")
    if len(found) > MOST:
        unread.append(f"{len(found) - MOST} questions beyond the first {MOST} are left out")
    return GoldenSet(tuple(found[:MOST]), tuple(unread))


@lru_cache(maxsize=64)
def _questions(path: Path, stamp: tuple[int, int, int]) -> tuple[Question, ...]:
    """Of a file as it is since then: reading hundreds of questions takes a second."""
    return tuple(read_questions(path))


def judged(answerer: Answerer, question: Question) -> Judgement:
    """How the question is answered now."""
    answer = answerer.answer(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)
    return judge(question, answer.as_json())


def reasons(judgement: Judgement) -> list[tuple[str, str]]:
    """Why an answer is not right: (name of a cause in kb.evaluation, what exactly), for a page to word."""
    expect = judgement.question.expect
    lacking = [group[0] for group in expect.must_include if not any(stands_in(one, judgement.draft) for one in group)]
    exactly = {"article": [*expect.articles.all_of, *expect.articles.any_of], "value": lacking, "disclaimer": expect.disclaimers}
    wrong = ("answered", "refused", "article", "value", "disclaimer")
    return [(cause, ", ".join(exactly.get(cause, []))) for cause in judgement.causes if cause in wrong]


# ---- pinning ---------------------------------------------------------------------------------------------------------------


def pin(content: Path, question: Question, order_numbers: Sequence[str] = ()) -> Golden:
    """Add a question to the pinned ones, personal data masked, under an id of its own. Raises QuestionsError, for one that is golden already too."""
    history = [turn.model_copy(update={"text": mask(turn.text, order_numbers)}) for turn in question.history]
    question = question.model_copy(update={"text": mask(question.text, order_numbers).strip(), "history": history, "kind": "pinned"})
    question = question.model_copy(update={"id": f"p-{hashlib.sha256(_same(question).encode()).hexdigest()[:10]}"})
    if not question.text:
        raise QuestionsError("has no text", where="golden question", fix="write what the customer asks")
    expect = question.expect
    if not (expect.abstain or expect.must_include or expect.articles.all_of or expect.articles.any_of):
        raise QuestionsError("expects nothing", where="golden question", fix="name an article or a value, or say that it must abstain")
    twin = next((one for one in read_golden(content).questions if _same(one.question) == _same(question)), None)
    if twin is not None:
        raise QuestionsError("is golden already", where=f"questions/{twin.file}: {twin.question.id}", fix="take the other one out first")
    add_question(content / "questions" / PINNED, question)
    return Golden(PINNED, question)


def unpin(content: Path, question_id: str) -> None:
    """Raises QuestionsError where no such question is pinned."""
    remove_question(content / "questions" / PINNED, question_id)


def _same(question: Question) -> str:
    """What two questions share that ask the same: script, case and spaces aside."""
    said = [question.asker, str(question.as_of or ""), *(f"{turn.role} {turn.text}" for turn in question.history), question.text]
    return "\n".join("".join(fold(text.lower()).split()) for text in said)


def suggestion(ask: Ask, reply: str | None) -> dict[str, Any]:
    """What a pin is begun with, shaped like a question: the articles that the answer cites, the values that the reply, or else the draft, states."""
    answer = ask.answer
    sources = answer.get("sources") or []
    disclaimers = answer.get("disclaimers") or []
    abstain = bool(answer.get("abstain"))
    body = _without(reply or str(answer.get("draft") or ""), [str(one.get("text") or "") for one in disclaimers])
    elsewhere = [_without(str(answer.get("draft") or ""), []), *(str(one.get("quote") or "") for one in sources)]
    return {
        "text": ask.question, "lang": answer.get("lang", "zh-Hant"), "asker": answer.get("asker", "customer"),
        "history": [{"role": turn.role, "text": turn.text} for turn in ask.history],
        "expect": {
            "articles": {"all_of": [] if abstain else list(dict.fromkeys(str(one["article"]) for one in sources)), "any_of": []},
            "must_include": [] if abstain else values(body, elsewhere), "must_not_include": [],
            "disclaimers": [str(one["id"]) for one in disclaimers], "abstain": abstain,
        },
    }  # fmt: skip


def values(text: str, elsewhere: Iterable[str]) -> list[list[str]]:
    """Each quantity of a text as it is written there, beside the other wordings of the same one: 兩星期 in the reply is 14 日 in the article."""
    others = [(other, read(other)) for other in elsewhere]
    groups: dict[object, dict[str, None]] = {}
    for quantity in read(text):
        same = [_written(other, one) for other, found in others for one in found if one.value == quantity.value]
        groups.setdefault(quantity.value, {}).update(dict.fromkeys(filter(None, [_written(text, quantity), *same])))
    return [list(group) for group in groups.values()][:MOST_VALUES]


def _written(text: str, quantity: Quantity) -> str:
    return text[slice(*quantity.span)].strip()


def _without(text: str, disclaimers: Iterable[str]) -> str:
    for one in filter(None, disclaimers):
        text = text.replace(one, " ")
    return _MARK.sub(" ", text)


__all__ = ["MOST", "PINNED", "Golden", "GoldenSet", "judged", "pin", "read_golden", "reasons", "suggestion", "unpin", "values"]

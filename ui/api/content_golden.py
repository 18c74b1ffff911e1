"""Golden questions: all of them with how they are answered now, the desk's log to pin more from, pinning and unpinning."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from kb.errors import QuestionsError
from kb.evaluation import Judgement
from kb.models import Asker, Language
from kb.questions import Articles, Expectation, PastTurn, Question
from kb.store import Ask
from kb.text import clean, fold
from ui.api.bodies import MAX_TEXT, AsOf, Body, History
from ui.api.content_articles import refusing
from ui.api.problems import Refusal
from ui.golden import Golden, judged, pin, read_golden, reasons, suggestion, unpin
from ui.workspace import Workspace

AT_ONCE: Final = 100
"""Questions judged in one call."""
MOST_LOOKED_AT: Final = 2_000
"""Of the newest asks, when the log is searched."""
PAGE: Final = 20
MOST_REMEMBERED: Final = 5_000


def _in_one_line(text: str) -> str:
    """Of a text without any letter nothing could be found."""
    if not (text := " ".join(clean(text).split())):
        raise ValueError("must not be empty")
    return text


Short = Annotated[str, Field(max_length=200), AfterValidator(_in_one_line)]
Shorts = Annotated[list[Short], Field(max_length=30)]


class NamesBody(Body):
    """Golden questions by their names."""

    names: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=AT_ONCE)]


class PinBody(Body):
    """A question, and what a right answer holds."""

    text: Annotated[str, Field(max_length=MAX_TEXT, pattern=r"\S")]
    lang: Language
    asker: Asker = "customer"
    history: History = Field(default_factory=list)
    as_of: AsOf | None = None
    """The day whose rules apply; null: whichever day it is judged on."""
    all_of: Shorts = Field(default_factory=list)
    """Articles that must be cited."""
    any_of: Shorts = Field(default_factory=list)
    """Articles of which one must be cited."""
    must_include: Annotated[list[Annotated[Shorts, Field(min_length=1)]], Field(max_length=30)] = Field(default_factory=list)
    must_not_include: Shorts = Field(default_factory=list)
    disclaimers: Shorts = Field(default_factory=list)
    abstain: bool = False

    def question(self) -> Question:
        articles = Articles(all_of=self.all_of, any_of=self.any_of)
        expect = Expectation(
            articles=articles, must_include=self.must_include, must_not_include=self.must_not_include, disclaimers=self.disclaimers, abstain=self.abstain
        )  # fmt: skip
        history = [PastTurn(role=turn.role, text=turn.text) for turn in self.history]
        return Question(id="new", text=self.text, lang=self.lang, asker=self.asker, history=history, as_of=self.as_of, expect=expect)


class UnpinBody(Body):
    id: Annotated[str, Field(max_length=100)]


class Verdicts:
    """How golden questions are answered by the snapshot in use, remembered as long as it is. Thread-safe."""

    def __init__(self, workspace: Workspace) -> None:
        self._services = workspace.services
        self._lock = threading.Lock()
        self._of = ""
        self._known: dict[str, Judgement] = {}

    def of(self, golden: Golden) -> Judgement:
        answerer = self._services.answerer
        key = f"{golden.name} {self._services.today()} {golden.question.model_dump_json()}"
        with self._lock:
            if self._of != answerer.snapshot.id or len(self._known) > MOST_REMEMBERED:
                self._of, self._known = answerer.snapshot.id, {}
            known = self._known.get(key)
        if known is None:
            known = judged(answerer, golden.question)
            with self._lock:
                if self._of == answerer.snapshot.id:
                    self._known[key] = known
        return known


def golden_routes(router: APIRouter, workspace: Workspace) -> None:
    verdicts, content = Verdicts(workspace), workspace.content

    @router.get("/golden")
    def golden() -> dict[str, Any]:
        """Every golden question, the pinned ones first, and what is wrong with files that cannot be read."""
        found, snapshot = read_golden(content), workspace.services.answerer.snapshot
        return {
            "questions": [golden_shown(one) for one in found.questions], "unread": list(found.unread),
            "articles": {one.id: one.title for one in snapshot.articles.values()}, "disclaimers": sorted(snapshot.companions.disclaimers),
        }  # fmt: skip

    @router.post("/golden/results")
    def results(body: NamesBody) -> dict[str, Any]:
        """How these are answered now."""
        wanted = set(body.names)
        found = [one for one in read_golden(content).questions if one.name in wanted]
        return {"results": {one.name: _result(verdicts.of(one)) for one in found}}

    @router.get("/golden/log")
    def desk_log(q: Annotated[str, Query(max_length=200)] = "", offset: Annotated[int, Query(ge=0, le=MOST_LOOKED_AT)] = 0) -> dict[str, Any]:
        """The desk's newest questions with their answers and what was sent, and what a pin of each begins with."""
        words = fold(q.lower()).split()
        asks = workspace.store.asks(limit=MOST_LOOKED_AT) if words else workspace.store.asks(limit=PAGE + 1, offset=offset)
        found = [ask for ask in asks if all(word in _searched(ask) for word in words)][offset if words else 0 :]
        return {"asks": [_logged(ask, workspace) for ask in found[:PAGE]], "more": len(found) > PAGE}

    @router.post("/golden/pin", status_code=201)
    def pin_one(body: PinBody) -> dict[str, Any]:
        """Make a question golden; it may be one that is answered wrong as yet."""
        with refusing(), _refusing_questions(workspace):
            _demand_known(body, workspace)
            made = pin(content, body.question(), workspace.holdings().companions.shop.privacy.order_numbers)
        return {"question": golden_shown(made), "result": _result(verdicts.of(made))}

    @router.post("/golden/unpin")
    def unpin_one(body: UnpinBody) -> dict[str, Any]:
        with _refusing_questions(workspace):
            unpin(content, body.id)
        return {}


def golden_shown(golden: Golden) -> dict[str, Any]:
    question = golden.question
    expect = question.expect
    return {
        "name": golden.name, "file": golden.file, "id": question.id, "pinned": golden.pinned, "text": question.text, "lang": question.lang,
        "kind": question.kind, "as_of": question.as_of, "asker": question.asker, "turns": len(question.history), "abstain": expect.abstain,
        "all_of": expect.articles.all_of, "any_of": expect.articles.any_of, "must_include": expect.must_include,
        "must_not_include": expect.must_not_include, "disclaimers": expect.disclaimers,
    }  # fmt: skip


def _result(judgement: Judgement) -> dict[str, Any]:
    return {"right": bool(judgement.figures.get("right")), "why": reasons(judgement), "draft": judgement.draft}


def _logged(ask: Ask, workspace: Workspace) -> dict[str, Any]:
    """One line of the log."""
    sent = workspace.store.replies(answer_id=ask.id, limit=1)
    reply = sent[0] if sent else None
    answer = ask.answer
    return {
        "answer": ask.id, "at": ask.at, "question": ask.question, "turns": len(ask.history), "abstain": bool(answer.get("abstain")),
        "draft": str(answer.get("draft") or ""), "reply": reply.text if reply else None, "edited": reply.edited if reply else False,
        "articles": list(dict.fromkeys(str(one.get("article", "")) for one in answer.get("sources") or [])),
        "suggestion": suggestion(ask, reply.text if reply else None),
    }  # fmt: skip


def _searched(ask: Ask) -> str:
    return fold(f"{ask.question} {ask.answer.get('draft') or ''}".lower())


def _demand_known(body: PinBody, workspace: Workspace) -> None:
    """Articles and disclaimers that exist: a slip of the pen would make a question that can never be right."""
    holdings = workspace.holdings()
    articles = {one.id for one in holdings.files.values()} | set(workspace.services.answerer.snapshot.articles)
    for what, names, known in (
        ("article", [*body.all_of, *body.any_of], articles),
        ("disclaimer", body.disclaimers, set(holdings.companions.disclaimers)),
    ):
        unknown = next((name for name in names if name not in known), None)
        if unknown is not None:
            raise QuestionsError(f"there is no such {what}", where=unknown, fix="choose one from the list")


@contextmanager
def _refusing_questions(workspace: Workspace) -> Iterator[None]:
    """Translates what a question set refuses; where on this machine it lies is left out."""
    try:
        yield
    except QuestionsError as error:
        raise Refusal(422, str(error).replace(f"{workspace.content}/", ""), code="question") from error


__all__ = ["golden_routes"]

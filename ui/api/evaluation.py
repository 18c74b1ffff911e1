"""Score a shop's golden questions over the published snapshot."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from kb.evaluation import judge, summary
from kb.questions import Question
from ui.api.bodies import MAX_TEXT, MAX_TURNS, Body, Shown
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.services import Services

MOST_QUESTIONS: Final = 500


def _bounded(question: Question) -> Question:
    if len(question.text) > MAX_TEXT or len(question.history) > MAX_TURNS or any(len(turn.text) > MAX_TEXT for turn in question.history):
        raise ValueError(f"a message has at most {MAX_TEXT} characters, a history at most {MAX_TURNS} turns")
    return question


class EvaluationBody(Body):
    """Golden questions, as in a shop's `questions/*.yaml`."""

    questions: Annotated[list[Annotated[Question, AfterValidator(_bounded)]], Field(min_length=1, max_length=MOST_QUESTIONS)]


class JudgedShown(Shown):
    """One question's answer, judged."""

    id: str
    right: bool
    abstain: bool
    draft: str
    sources: list[str]
    """Ids of the articles that it cites."""
    misses: list[str]
    """Why it is not right, one line each."""
    figures: dict[str, float]


class EvaluationShown(Shown):
    """The figures over all questions, and each of them."""

    snapshot: str
    summary: dict[str, float]
    questions: list[JudgedShown]


def evaluation_routes(router: APIRouter, services: Services) -> None:
    busy = threading.Lock()

    @router.post("/eval", summary="Score golden questions", response_model=EvaluationShown, dependencies=[allow("eval", heavy=True)])
    def evaluate(body: EvaluationBody) -> EvaluationShown:
        """Asks each question and judges the answer by what the question expects. Nothing is recorded. One evaluation runs at a time."""
        if len({question.id for question in body.questions}) < len(body.questions):
            raise Refusal(422, "questions: two of them have the same id")
        if not busy.acquire(blocking=False):
            raise Refusal(429, "another evaluation is running", headers={"retry-after": "5"})
        try:
            return _evaluated(services, body.questions)
        finally:
            busy.release()


def _evaluated(services: Services, questions: list[Question]) -> EvaluationShown:
    answerer, judged, shown = services.answerer, [], []
    for question in questions:
        answer = answerer.answer(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker).as_json()
        judgement = judge(question, answer)
        judged.append(judgement)
        shown.append(_shown(question, answer, dict(judgement.figures), list(judgement.misses)))
    return EvaluationShown(snapshot=answerer.snapshot.id, summary=summary(judged), questions=shown)


def _shown(question: Question, answer: dict[str, Any], figures: dict[str, float], misses: list[str]) -> JudgedShown:
    cited = list(dict.fromkeys(source["article"] for source in answer["sources"]))
    return JudgedShown(
        id=question.id, right=bool(figures.get("right")), abstain=answer["abstain"], draft=answer["draft"], sources=cited, misses=misses,
        figures=figures,
    )  # fmt: skip


__all__ = ["MOST_QUESTIONS", "evaluation_routes"]

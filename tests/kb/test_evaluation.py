from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evaluation import CAUSES, COLUMNS, Judgement, judge, stands_in, summary, table
from kb.questions import Question, read_questions

DATA = Path(__file__).parents[1] / "data"
REFERENCE = json.loads((DATA / "score_reference.json").read_text(encoding="utf-8"))
QUESTIONS = {question.id: question for question in read_questions(DATA / "score_reference.yaml")}
ANSWERS = {line["question_id"]: line for line in map(json.loads, (DATA / "score_reference.jsonl").read_text(encoding="utf-8").splitlines())}


@pytest.fixture(scope="module")
def judged() -> list[Judgement]:
    return [judge(question, ANSWERS.get(question.id)) for question in QUESTIONS.values()]


# ---- the same figures as the scoring reference -----------------------------------------------------------------------


def test_the_headline_figures_are_the_references(judged: list[Judgement]) -> None:
    assert summary(judged) == REFERENCE["summary"]


def test_the_table_is_the_references(judged: list[Judgement]) -> None:
    header, *rows = table(judged)
    assert header == ["", "n", *(name for name, _ in COLUMNS)]
    columns = [
        header.index(name) for name in ("right", "sendable", "clean", "r1", "r5", "all5", "mrr", "cited", "include", "disclaimers", "abstain_ok")
    ]
    mine = [[row[0], row[1], *(row[column] for column in columns)] for row in rows]
    theirs = [[line[:30].strip(), *line[30:].split()] for line in REFERENCE["table"][1:]]
    assert mine == theirs


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_each_answers_figures_are_the_references(question_id: str) -> None:
    figures = judge(QUESTIONS[question_id], ANSWERS.get(question_id)).figures
    theirs = REFERENCE["figures"][question_id]
    assert {name: value for name, value in figures.items() if value} == {name: value for name, value in theirs.items() if value}


def test_the_reference_covers_every_rule_both_ways() -> None:
    """A reference in which a figure never varies would not tell whether ours follows it."""
    names = {name for figures in REFERENCE["figures"].values() for name in figures}
    assert names >= {name for pair in COLUMNS for name in pair} | {"confused", "unsupported", "ungrounded", "disclaimer_not_in_text", "missing"}
    constant = {name for name in names if len({figures.get(name, 0.0) for figures in REFERENCE["figures"].values()}) == 1}
    assert constant == {"n"}


# ---- what the command line prints of a miss --------------------------------------------------------------------------


def question(**expect: Any) -> Question:
    return Question.model_validate({"id": "Q", "text": "?", "expect": expect})


def answer(draft: str = "9 日內。", **changes: Any) -> dict[str, Any]:
    return {"draft": draft, "sources": [{"article": "a", "quote": draft}], **changes}


@pytest.mark.parametrize(
    ("expect", "given_answer", "misses"),
    [
        ({}, None, ("no answer",)),
        ({}, answer(), ()),
        ({"abstain": True}, answer(), ("answered what no article answers",)),
        ({"must_include": [["8 日"]]}, answer(abstain=True), ("abstained from an answerable question",)),
        ({"articles": {"all_of": ["b"], "any_of": ["c"]}}, answer(), ("cites a, not b, c",)),
        ({"articles": {"all_of": ["b"]}}, answer(sources=[]), ("cites nothing, not b",)),
        ({"must_include": [["8 日", "八日"], ["9 日"]]}, answer(), ("lacks one of 8 日, 八日",)),
        ({"disclaimers": ["wind", "ink"]}, answer(disclaimers=[{"id": "ink", "text": "x"}]), ("lacks the disclaimer wind",)),
        ({"must_not_include": ["9 日", "8 日"]}, answer(), ("also says 9 日",)),
    ],
)
def test_misses_say_why(expect: dict[str, Any], given_answer: dict[str, Any] | None, misses: tuple[str, ...]) -> None:
    assert judge(question(**expect), given_answer).misses == misses


@pytest.mark.parametrize(
    ("expect", "given_answer", "causes"),
    [
        ({}, None, ("no-answer",)),
        ({}, answer(), ()),
        ({"abstain": True}, answer("Let me ask.", abstain=True, sources=[]), ()),
        ({"abstain": True, "disclaimers": ["ink"]}, answer(), ("answered",)),
        ({"must_include": [["8 日"]]}, answer(abstain=True), ("refused",)),
        ({"articles": {"all_of": ["b"]}, "must_include": [["8 日"]]}, answer(), ("article", "value")),
        ({"disclaimers": ["ink"], "must_not_include": ["9 日"]}, answer(), ("disclaimer", "neighbour")),
        ({}, answer("9 日,共 12 件。", sources=[{"article": "a", "quote": "9 日"}]), ("ungrounded",)),
        ({}, answer("長" * 181), ("long",)),
        ({"must_include": [["短"]]}, answer("長" * 181), ("value",)),
    ],
)
def test_causes_name_what_keeps_a_draft_from_being_sent(expect: dict[str, Any], given_answer: dict[str, Any] | None, causes: tuple[str, ...]) -> None:
    assert judge(question(**expect), given_answer).causes == causes


def test_every_answer_that_is_not_right_or_not_clean_has_a_cause(judged: list[Judgement]) -> None:
    for one in judged:
        assert bool(one.causes) or (one.figures["right"] and one.figures["clean"])
        assert set(one.causes) <= CAUSES.keys()


def test_no_questions_give_no_figures() -> None:
    assert summary([])["right"] == 0.0
    assert len(table([])) == 1


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_a_wording_stands_in_a_text_that_holds_it_apart(needle: str, before: str, after: str) -> None:
    assert stands_in(needle.strip(), f"{before} | {needle.strip()} | {after}")

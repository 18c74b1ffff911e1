"""How good the answers are, with the bundled model, on questions: below these bars something general broke.

The bars lie under what was measured, so that a question or two may change sides.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.evaluation import judge, summary
from kb.questions import read_questions
from kb.settings import Settings
from ui.services import Services

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
SETS = {
    "development": (ROOT / "content", ROOT / "content" / "questions" / "development.yaml", 0.87, 0.25),
    "blind": (ROOT / "content", DATA / "blind_questions.yaml", 0.74, 0.4),
    "third-shop": (DATA / "third_shop" / "content", DATA / "third_shop" / "questions.yaml", 0.72, 0.45),
}
"""Content, questions, least share of right answers, most false answers."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Services]:
    """Services over each content folder, with the bundled model."""
    made: dict[Path, Services] = {}
    for content, *_ in SETS.values():
        if content not in made:
            own = Path(shutil.copytree(content, tmp_path_factory.mktemp("quality") / "content"))
            made[content] = Services.open(Settings(home=tmp_path_factory.mktemp("quality-home"), content=own, embedder="bundled"))
    return made


@pytest.mark.parametrize("name", SETS)
def test_answers_are_as_good_as_they_were(homes: dict[Path, Services], name: str) -> None:
    content, file, least_right, most_false = SETS[name]
    judgements = []
    for question in read_questions(file):
        answer = homes[content].ask(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)
        judgements.append(judge(question, answer.as_json()))
    found = summary(judgements)
    wrong = [judgement.question.id for judgement in judgements if not judgement.figures["right"]]
    assert found["right"] >= least_right, wrong
    assert found["false_answer"] <= most_false, wrong
    assert found["false_refusal"] <= 0.1, wrong
    assert found["r5"] >= 0.92, wrong
    assert (found["ungrounded"], found["unsupported"]) == (0, 0), wrong

"""Calibrating abstention on a question set: `kb calibrate` fits a shop's threshold, `python -m ui.calibration` the bundled regression."""

from __future__ import annotations

import argparse
import dataclasses
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.build import ingest
from kb.answerability import DATA, NAMES, unfitted
from kb.embedding import make_embedder
from kb.errors import QuestionsError
from kb.questions import Question, read_questions
from kb.settings import Settings
from kb.snapshot import load_current
from retriever.answer import Answerer

MOST_FALSE_REFUSALS = 0.05
"""Share of answerable questions that a fitted threshold may refuse."""
FEWEST = 5
"""Questions of each sort without which a threshold would be a guess."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold does on the question set."""

    threshold: float
    f1: float
    """Of abstaining."""
    false_answers: float
    """Share of unanswerable questions that get an answer."""
    false_refusals: float
    """Share of answerable questions that are refused."""


def curve(answerer: Answerer, questions: Sequence[Question]) -> list[Point]:
    """The points from threshold 0.05 to 0.95. Raises QuestionsError where either sort of question is too rare."""
    unanswerable = np.array([question.expect.abstain for question in questions])
    if min(unanswerable.sum(), (~unanswerable).sum()) < FEWEST:
        raise QuestionsError(
            f"{unanswerable.sum()} questions to abstain from and {(~unanswerable).sum()} to answer", where="kb calibrate",
            fix=f"give at least {FEWEST} of each",
        )  # fmt: skip
    refused_from = np.array([_refused_from(answerer, question) for question in questions])
    points = []
    for threshold in np.round(np.arange(0.05, 0.96, 0.01), 2):
        refused = refused_from >= threshold
        right, wrong, missed = (refused & unanswerable).sum(), (refused & ~unanswerable).sum(), (~refused & unanswerable).sum()
        f1 = 2 * right / max(1, 2 * right + wrong + missed)
        points.append(Point(float(threshold), float(f1), float(missed / unanswerable.sum()), float(wrong / (~unanswerable).sum())))
    return points


def choose(points: Sequence[Point], most_false_refusals: float = MOST_FALSE_REFUSALS) -> Point:
    """The point with the fewest false answers among those that refuse no more than allowed; the higher threshold of equals."""
    allowed = [point for point in points if point.false_refusals <= most_false_refusals]
    return min(allowed or [points[-1]], key=lambda point: (point.false_answers, -point.threshold))


def write_threshold(shop_yaml: Path, threshold: float) -> None:
    """Put the threshold into shop.yaml, the rest of the file untouched."""
    text = shop_yaml.read_text(encoding="utf-8") if shop_yaml.is_file() else ""
    line = f"thresholds: {{abstain: {threshold:.2f}}}"
    pattern = re.compile(r"^thresholds:.*(?:\n[ \t]+.*)*", re.MULTILINE)
    text = pattern.sub(line, text) if pattern.search(text) else f"{text.rstrip()}\n{line}\n".lstrip()
    shop_yaml.write_text(text, encoding="utf-8")


def _refused_from(answerer: Answerer, question: Question) -> float:
    """The highest threshold at which the message is refused: every question in it must be."""
    return min(verdict.unanswerable for verdict in answerer.judge(question.text, question.turns(), question.as_of, question.asker))


# ---- the bundled regression --------------------------------------------------------------------------------------------


def fit(rows: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """(weights, bias) of a regularised logistic regression on features as they come. Needs the training extra."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.1, max_iter=500).fit((rows - mean) / spread, labels)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def collect(answerer: Answerer, questions: Sequence[Question]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(features of every question in every message, whether its message is unanswerable)."""
    rows, labels = [], []
    for question in questions:
        for values in answerer.features(question.text, question.turns(), question.as_of, question.asker):
            rows.append(values)
            labels.append(question.expect.abstain)
    return np.array(rows, np.float64), np.array(labels)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the bundled regression on a shop that is not the sample's.")
    parser.add_argument("--content", type=Path, default=Path("tests/data/second_shop/content"))
    parser.add_argument("--questions", type=Path, default=Path("tests/data/second_shop/questions.yaml"))
    parser.add_argument("--out", type=Path, default=DATA / "answerability.npz")
    options = parser.parse_args()
    embedder = make_embedder(Settings())
    if embedder is None:
        raise SystemExit("the regression is fitted on the bundled model's vectors: set KB_EMBEDDER=bundled")
    regression = unfitted(embedder)
    with tempfile.TemporaryDirectory() as home:
        ingest(options.content, embedder, Path(home), 1)
        answerer = Answerer(load_current(Path(home)), embedder, regression=regression)
        questions = read_questions(options.questions)
        rows, labels = collect(answerer, questions)
        weights, bias = fit(rows, labels)
        fitted = dataclasses.replace(regression, weights=tuple(float(one) for one in weights), bias=bias)
        point = choose(curve(Answerer(load_current(Path(home)), embedder, regression=fitted), questions))
    fitted = dataclasses.replace(fitted, threshold=point.threshold)
    fitted.save(options.out)
    print(dict(zip(NAMES, np.round(weights, 3), strict=True)), f"bias {bias:.3f}", point)


if __name__ == "__main__":
    main()

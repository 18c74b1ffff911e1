"""Held-out topics, fold by fold: what is held out, what an interruption loses, and the tables."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.modelling import held_out
from kb.modelling.adapt import TRIAL, AdaptSettings
from kb.modelling.data import TrainingData
from kb.modelling.evaluate import Ranking
from kb.modelling.held_out import HeldOut, Recipe, file_table, language_table, limited, measure_held_out
from kb.modelling.teacher import Teacher
from kb.modelling.train import TrainSettings, general_model

SETTINGS = AdaptSettings(steps=2, batch=4)
RECIPES = (Recipe("general", None), Recipe("cosine", SETTINGS), Recipe("both", SETTINGS, late_interaction=1.0))


@pytest.fixture(scope="module")
def start(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> tuple[Any, Any]:
    return general_model(tiny_data, teacher, tiny_settings)


def test_an_interrupted_report_goes_on_where_it_stopped(
    start: tuple[Any, Any], tiny_data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = measure_held_out(*start, tiny_data.intents, RECIPES, [0, 1])
    adapt, trained = held_out.adapt_texts, []

    def power_cut(vectors: Any, texts: Any, *rest: Any) -> Any:
        trained.append(set(texts.files))
        if len(trained) == 4:
            raise KeyboardInterrupt
        return adapt(vectors, texts, *rest)

    monkeypatch.setattr(held_out, "adapt_texts", power_cut)
    with pytest.raises(KeyboardInterrupt):
        measure_held_out(*start, tiny_data.intents, RECIPES, [0, 1], folder=tmp_path)
    again = measure_held_out(*start, tiny_data.intents, RECIPES, [0, 1], folder=tmp_path)
    assert again == whole
    assert trained == [{"p2", "p3"}, {"p1", "p3"}, {"p1", "p2"}, {"p2", "p3"}, {"p2", "p3"}, {"p1", "p3"}, {"p1", "p2"}], "three were kept"
    assert measure_held_out(*start, tiny_data.intents, RECIPES, [0, 1], folder=tmp_path) == whole
    assert len(trained) == 7, "nothing is trained twice"


def test_other_settings_seeds_or_rows_are_other_folds(start: tuple[Any, Any], tiny_data: TrainingData, tmp_path: Path) -> None:
    tokenizer, vectors = start
    other = Recipe("cosine", dataclasses.replace(SETTINGS, steps=3))
    counts = []
    for rows, recipe, seed in ((vectors, RECIPES[1], 0), (vectors, RECIPES[1], 1), (vectors, other, 0), (vectors * np.float32(2), RECIPES[1], 0)):
        measure_held_out(tokenizer, rows, tiny_data.intents, [recipe], [seed], folder=tmp_path)
        counts.append(len(list(tmp_path.iterdir())))
    assert counts == [3, 6, 9, 12]


def test_groups_are_held_out_together(start: tuple[Any, Any], tiny_data: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    adapt, kept = held_out.adapt_texts, []

    def spy(vectors: Any, texts: Any, *rest: Any) -> Any:
        kept.append(set(texts.files))
        return adapt(vectors, texts, *rest)

    monkeypatch.setattr(held_out, "adapt_texts", spy)
    found = measure_held_out(*start, tiny_data.intents, RECIPES[1:2], [0], groups=2)
    assert kept == [{"p2"}, {"p1", "p3"}]
    assert sorted(found.files) == ["p1", "p2", "p3"]


def test_the_tables_say_the_mean_and_half_the_range() -> None:
    def ranking(*ranks: int) -> Ranking:
        return Ranking({"zh-Hans": list(ranks), "zh-Hant": [1], "yue": [9], "en": [2]})

    found = HeldOut({"ours": {0: {"p1": ranking(1, 1), "p2": ranking(7, 7)}, 1: {"p1": ranking(1, 1), "p2": ranking(1, 1)}}})
    head, _, line = language_table(found)
    assert head == "| held-out topics, R@1 / R@5 | zh-Hans | zh-Hant | yue | en | all |"
    assert line.startswith("| ours | 0.750 ± 0.250 / 0.750 ± 0.250 | 1.000 ± 0.000 / 1.000 ± 0.000 | 0.000 ± 0.000 / 0.000 ± 0.000 |")
    assert file_table(found)[2:] == ["| p1 | 5 | 0.600 / 0.800 |", "| p2 | 5 | 0.400 / 0.600 |"]


def test_a_quicker_report_changes_the_steps_and_nothing_else() -> None:
    general, ours, both, trial = limited([*RECIPES, Recipe("trial", TRIAL)], 7)
    assert (general.adapt, trial.adapt) == (None, TRIAL)
    assert ours.adapt == both.adapt == dataclasses.replace(SETTINGS, steps=7)
    assert both.late_interaction == 1.0
    assert limited(RECIPES, None) == RECIPES

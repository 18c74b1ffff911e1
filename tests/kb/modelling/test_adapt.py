"""The pieces of the adaptation: MaxSim, twins, and what may change."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from kb.modelling.adapt import TRIAL, AdaptSettings, adapt, average, max_sim
from kb.modelling.bags import Bags
from kb.modelling.data import TrainingData
from kb.modelling.teacher import Teacher
from kb.modelling.train import TrainSettings, general_model


def test_max_sim_is_the_weighted_mean_of_best_cosines() -> None:
    random = np.random.default_rng(0)
    weight = torch.from_numpy(random.normal(size=(9, 4)).astype(np.float32))
    token_weights = torch.from_numpy(random.random(9).astype(np.float32))
    queries, passages = [[1, 2], [3], [4, 5, 6]], [[7], [1, 8, 2]]

    def bags(texts: list[list[int]]) -> Bags:
        starts = np.cumsum([0, *map(len, texts)])[:-1]
        return Bags(torch.tensor([token for text in texts for token in text]), torch.from_numpy(starts))

    unit = functional.normalize(weight, dim=-1)
    expected = [
        [float(sum(token_weights[q] * max(unit[q] @ unit[p] for p in passage) for q in query) / token_weights[query].sum()) for passage in passages]
        for query in queries
    ]
    np.testing.assert_allclose(max_sim(weight, token_weights, bags(queries), bags(passages)), expected, atol=1e-5)


@pytest.mark.parametrize("settings", [AdaptSettings(steps=5, batch=6), TRIAL], ids=["ours", "trial"])
def test_only_tokens_of_the_intents_change(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher, settings: AdaptSettings) -> None:
    tokenizer, general = general_model(tiny_data, teacher, tiny_settings)
    short = AdaptSettings(**{name: getattr(settings, name) for name in ("single_positive", "late_share", "twin_cosine")}, steps=30, batch=6)
    adapted = adapt(general, tiny_data.intents[:2], tokenizer, short, seed=1)
    ids = tokenizer.get_vocab()
    assert (adapted.vectors[ids["refund"]] != general[ids["refund"]]).any()
    assert (adapted.vectors[ids["voucher"]] == general[ids["voucher"]]).all()
    assert (adapted.token_weights > 0).all()


def test_average_is_the_mean_of_the_runs(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    tokenizer, general = general_model(tiny_data, teacher, tiny_settings)
    runs = [adapt(general, tiny_data.intents, tokenizer, AdaptSettings(steps=3, batch=6), seed) for seed in (0, 1)]
    assert (runs[0].vectors != runs[1].vectors).any()
    np.testing.assert_allclose(average(runs).vectors, (runs[0].vectors + runs[1].vectors) / 2, atol=1e-6)

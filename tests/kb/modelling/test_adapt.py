"""The pieces of the adaptation: MaxSim, twins, and what may change."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from kb.modelling.adapt import TRIAL, AdaptSettings, IntentTexts, adapt, adapt_texts, average, max_sim
from kb.modelling.bags import Bags
from kb.modelling.data import TrainingData
from kb.modelling.rows import TrainedRows
from kb.modelling.teacher import Teacher
from kb.modelling.train import TrainSettings, general_model


def bags(texts: list[list[int]]) -> Bags:
    starts = np.cumsum([0, *map(len, texts)])[:-1]
    return Bags(torch.tensor([token for text in texts for token in text]), torch.from_numpy(starts))


def split(one: Bags) -> list[list[int]]:
    return [part.tolist() for part in torch.tensor_split(one.ids, one.offsets[1:])]


def test_max_sim_is_the_weighted_mean_of_best_cosines() -> None:
    random = np.random.default_rng(0)
    weight = torch.from_numpy(random.normal(size=(9, 4)).astype(np.float32))
    token_weights = torch.from_numpy(random.random(9).astype(np.float32))
    queries, passages = [[1, 2], [3], [4, 5, 6]], [[7], [1, 8, 2]]

    unit = functional.normalize(weight, dim=-1)
    expected = [
        [float(sum(token_weights[q] * max(unit[q] @ unit[p] for p in passage) for q in query) / token_weights[query].sum()) for passage in passages]
        for query in queries
    ]
    np.testing.assert_allclose(max_sim(weight, token_weights, bags(queries), bags(passages)), expected, atol=1e-5)


def test_max_sim_is_differentiated_as_it_is_written() -> None:
    random = np.random.default_rng(1)
    start = random.normal(size=(9, 4)).astype(np.float32)
    queries, passages = bags([[1, 2, 1], [3], [4, 5, 6]]), bags([[7, 7], [1, 8, 2]])
    wanted = torch.from_numpy(random.normal(size=(3, 2)).astype(np.float32))
    weight, plain = (torch.from_numpy(start.copy()).requires_grad_() for _ in range(2))
    token_weights = torch.from_numpy(random.random(9).astype(np.float32))
    torch.autograd.backward((max_sim(weight, token_weights, queries, passages) * wanted).sum())
    unit = functional.normalize(plain, dim=-1)
    scores = [
        [
            torch.stack([token_weights[q] * (unit[passage] @ unit[q]).max() for q in query]).sum() / token_weights[query].sum()
            for passage in split(passages)
        ]
        for query in split(queries)
    ]
    torch.autograd.backward(sum(score * wanted[row, column] for row, line in enumerate(scores) for column, score in enumerate(line)))
    np.testing.assert_allclose(weight.grad, plain.grad, atol=1e-5)


def test_rows_move_as_if_the_whole_table_had_a_gradient() -> None:
    random = np.random.default_rng(2)
    start, target = (torch.from_numpy(random.normal(size=(12, 4)).astype(np.float32)) for _ in range(2))
    rows, whole = TrainedRows(start.numpy()), nn.Parameter(start.clone())
    ours, plain = torch.optim.Adam([rows.table], lr=0.1), torch.optim.Adam([whole], lr=0.1)
    for step in range(6):
        drawn = [bags([[step, 3, 3], [5]]), bags([[(7 * step) % 12]])]
        gathered, ids, within = rows.gather(drawn)
        assert [ids[one.ids].tolist() for one in within] == [one.ids.tolist() for one in drawn]
        rows.backward(((gathered - target[ids]) ** 2)[within[0].ids].sum() + gathered[within[1].ids].sum())
        ours.step()
        plain.zero_grad()
        torch.autograd.backward(((whole - target) ** 2)[drawn[0].ids].sum() + whole[drawn[1].ids].sum())
        plain.step()
        np.testing.assert_allclose(rows.values, whole.detach(), atol=1e-6)
    assert (rows.values[10] == start[10].numpy()).all(), "never touched"


def test_intents_of_held_out_files_are_never_drawn(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    tokenizer, general = general_model(tiny_data, teacher, tiny_settings)
    settings = AdaptSettings(steps=3, batch=6)
    kept = [intent for intent in tiny_data.intents if intent.file != "p2"]
    ours = adapt_texts(general, IntentTexts(tiny_data.intents, tokenizer).without(["p2"]), settings, seed=0)
    np.testing.assert_allclose(ours.vectors, adapt(general, kept, tokenizer, settings, seed=0).vectors, atol=1e-6)


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

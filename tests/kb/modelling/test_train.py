"""A tiny model, trained from made-up rows, through every stage and both loaders."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.modelling.bags import Disturbance, TextBags
from kb.modelling.cantonese import to_cantonese
from kb.modelling.data import TrainingData
from kb.modelling.evaluate import Ranking, StaticModel, fact_chunks, first_right, rank_held_out
from kb.modelling.export import quantise
from kb.modelling.teacher import CachedTeacher, Teacher
from kb.modelling.train import TrainSettings, general_model, train
from kb.static_embedding import StaticEmbedder


def test_a_tiny_model_finds_translations_of_what_it_was_trained_on(tiny_model: Path, tiny_data: TrainingData) -> None:
    embedder = StaticEmbedder(tiny_model)
    queries = embedder.encode_queries([intent.messages["en"][0] for intent in tiny_data.intents])
    passages = embedder.encode_passages([intent.articles["kb_zh"][0] for intent in tiny_data.intents])
    assert (queries @ passages.T).argmax(axis=1).tolist() == list(range(len(tiny_data.intents)))


def test_the_directory_is_what_sentence_transformers_writes(tiny_model: Path) -> None:
    types = [module["type"].rsplit(".", 1)[1] for module in json.loads((tiny_model / "modules.json").read_text())]
    assert types == ["StaticEmbedding", "Normalize"]
    assert not list(tiny_model.parent.glob("*.new")), "nothing half-written is left beside it"


def test_both_loaders_agree(tiny_model: Path, tiny_data: TrainingData) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    texts = [text for intent in tiny_data.intents for text in (*intent.all_messages, *intent.all_articles)] + ["", "😀"]
    expected = sentence_transformers.SentenceTransformer(str(tiny_model), device="cpu").encode(texts)
    np.testing.assert_allclose(StaticEmbedder(tiny_model).encode_passages(texts), expected, atol=1e-5)


def test_the_same_seeds_give_the_same_files(
    tiny_model: Path, tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher, tmp_path: Path
) -> None:
    train(tiny_data, teacher, tmp_path / "again", tiny_settings)
    assert StaticEmbedder(tmp_path / "again").identity == StaticEmbedder(tiny_model).identity


def test_training_replaces_a_model_that_is_there(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "stale.txt").write_text("old")
    train(tiny_data, teacher, tmp_path / "model", tiny_settings)
    assert not (tmp_path / "model" / "stale.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_quantised_rows_come_back_within_half_a_step() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    rows[3] = 0
    codes, weights = quantise(rows)
    assert codes.dtype == np.int8
    np.testing.assert_allclose(codes * weights[:, None], rows, atol=float(weights.max()) / 2 + 1e-6)
    assert not codes[3].any()


def test_cached_teacher_asks_only_for_new_texts(teacher: Teacher, tmp_path: Path) -> None:
    class Counting:
        asked: list[str] = []  # noqa: RUF012

        def encode(self, texts: list[str]) -> NDArray[np.float32]:
            self.asked.extend(texts)
            return teacher.encode(texts)

    CachedTeacher(Counting(), tmp_path).encode(["a", "b", "a"])
    vectors = CachedTeacher(Counting(), tmp_path).encode(["b", "c"])
    assert Counting.asked == ["a", "b", "c"]
    np.testing.assert_allclose(vectors, teacher.encode(["b", "c"]), atol=1e-6)


def test_bags_keep_texts_apart_and_split_words_into_their_characters(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    tokenizer, _ = general_model(tiny_data, teacher, tiny_settings)
    bags = TextBags(tokenizer, ["退款", "", "address refund"])
    plain = bags.batch(np.array([2, 1, 0]))
    ids = tokenizer.get_vocab()
    assert plain.ids.tolist() == [ids["address"], ids["refund"], ids["退款"]]
    assert plain.offsets.tolist() == [0, 2, 2]
    split = bags.batch(np.array([0, 2]), np.random.default_rng(0), Disturbance(token_dropout=0, split_texts=1, split_words=1))
    assert split.ids.tolist() == [ids["退"], ids["款"], ids["address"], ids["refund"]]
    assert split.offsets.tolist() == [0, 2]


def test_cantonese_rules_swap_the_common_words() -> None:
    assert to_cantonese("這個東西是不是他的?") == "呢個嘢係咪佢嘅?"


def test_rank_counts_owners_and_not_passages() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.95], dtype=np.float32)
    owners = np.array([0, 0, 1, 2])
    assert first_right(scores, owners, {1}) == 3
    assert first_right(scores, owners, {0, 1}) == 2
    ranking = Ranking({"en": [1, 3], "yue": [6]})
    assert ranking.recall(1) == pytest.approx(1 / 3)
    assert ranking.recall(5, "en") == 1
    assert ranking.reciprocal("yue") == pytest.approx(1 / 6)


def test_held_out_ranking_knows_its_own_intents(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    tokenizer, vectors = general_model(tiny_data, teacher, tiny_settings)
    model = StaticModel(tokenizer, vectors, np.ones(len(vectors), np.float32))
    for late_interaction in (0.0, 1.0):
        (ranking,) = rank_held_out(model, tiny_data.intents, "p1", [late_interaction])
        assert len(ranking.ranks["en"]) == 4
        assert ranking.recall(5, "zh-Hant") > 0.5


def test_facts_become_one_chunk_a_fact_and_a_table_row() -> None:
    table = {"caption": "Fees", "columns": ["Region", "Fee"], "rows": [["North", "5"], ["South", "7"]]}
    facts = {"articles": [{"id": "a", "facts": ["one", "two"], "table": table}, {"id": "b", "facts": ["three"]}]}
    assert fact_chunks(facts) == [
        ("a", "one"),
        ("a", "two"),
        ("a", "Fees: Region: North; Fee: 5"),
        ("a", "Fees: Region: South; Fee: 7"),
        ("b", "three"),
    ]


def test_two_processes_give_the_same_files_as_one(
    tiny_model: Path, tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher, tmp_path: Path
) -> None:
    settings = dataclasses.replace(tiny_settings, adapt_seeds=(0, 1))
    for workers in (1, 2):
        train(tiny_data, teacher, tmp_path / str(workers), settings, workers=workers)
    one, two = (StaticEmbedder(tmp_path / str(workers)).identity for workers in (1, 2))
    assert one == two != StaticEmbedder(tiny_model).identity

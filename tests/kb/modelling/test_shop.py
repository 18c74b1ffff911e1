"""Fine-tuning on a shop's questions, with a model of two dozen words that takes the customers' word for a fee, zim, for one for a time, and zub the other way."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from kb.modelling.data import Intent
from kb.modelling.evaluate import StaticModel
from kb.modelling.shop import Example, ShopSettings, ShopTrainer, write_model
from kb.static_embedding import StaticEmbedder

TOPICS = [f"topic{letter}" for letter in "abcdefghijklmnopqrst"]
PASSAGES = [f"{topic} {detail}" for topic in TOPICS for detail in ("fee", "time")]
QUESTIONS = [f"{word} {topic}" for topic in TOPICS for word in ("zim", "zub")]
SETTINGS = ShopSettings(steps=60, batch=16, learning_rate=0.02, seeds=(0,))


@pytest.fixture(scope="module")
def model() -> StaticModel:
    words = ["[UNK]", *TOPICS, "fee", "time", "zim", "zub", "other"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(3).normal(size=(len(words), 32)).astype(np.float32) / 6
    vectors[0] = 0
    vectors[words.index("zim")] = vectors[words.index("time")]
    vectors[words.index("zub")] = vectors[words.index("fee")]
    return StaticModel(tokenizer, vectors, np.ones(len(words), np.float32))


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [Example(text, (number,)) for number, text in enumerate(QUESTIONS)]


def right(model: StaticModel, questions: range) -> float:
    """Share of the questions whose best passage is the right one."""
    scores = model.encode([QUESTIONS[number] for number in questions]) @ model.encode(PASSAGES).T
    return float((scores.argmax(axis=1) == np.array(questions)).mean())


@pytest.mark.parametrize("hard", [0, 2], ids=["negatives of the batch", "hard negatives too"])
def test_topics_never_trained_on_get_better(model: StaticModel, examples: list[Example], hard: int) -> None:
    trained_on, held_out = range(24), range(24, 40)
    trainer = ShopTrainer(model, PASSAGES, PASSAGES, examples, [], dataclasses.replace(SETTINGS, hard=hard))
    trained = trainer.train(trained_on)
    assert right(model, held_out) == 0.0, "before, every question finds its neighbour"
    assert right(trained, held_out) >= 0.9
    assert right(trained, trained_on) == 1.0


def test_the_same_seeds_give_the_same_rows_and_the_start_stays(model: StaticModel, examples: list[Example]) -> None:
    before = model.vectors.copy()
    first, second = (ShopTrainer(model, PASSAGES, PASSAGES, examples, [], SETTINGS).train(range(8)) for _ in range(2))
    np.testing.assert_array_equal(first.vectors, second.vectors)
    np.testing.assert_array_equal(model.vectors, before)


def test_only_words_that_occur_move(model: StaticModel, examples: list[Example]) -> None:
    trained = ShopTrainer(model, PASSAGES, PASSAGES, examples, [], SETTINGS).train(range(8))
    moved = {word for word, row in model.tokenizer.get_vocab().items() if not np.array_equal(trained.vectors[row], model.vectors[row])}
    assert "zim" in moved
    assert not moved & {"other", "[UNK]"}


def test_hard_negatives_are_near_and_of_other_articles_that_are_asked_about(model: StaticModel) -> None:
    examples = [Example("zim topica", (0,), frozenset({4})), Example("zim topicb", (2,)), Example("zub topicc", (5,))]
    owners = [topic for topic in TOPICS for _ in range(2)]
    trainer = ShopTrainer(model, PASSAGES, owners, examples, [], SETTINGS)
    pools = trainer._hard_pools(np.array([0, 1]))
    assert sorted(pools[0]) == [2, 3], "not its own article's, not the excused one, none of articles that nobody chosen asks about"
    assert sorted(pools[1]) == [0, 1]
    assert sorted(trainer._hard_pools(np.array([0, 1, 2]))[0]) == [2, 3, 5]


def test_the_corpus_is_not_forgotten(model: StaticModel, examples: list[Example]) -> None:
    """The corpus says that fee and other belong together; the shop's questions know nothing of it."""
    intents = [
        Intent(f"i{number}", "p1", {"en": (text,)}, {"kb_en": (article,)})
        for number, (text, article) in enumerate([("other", "fee"), ("topicx", "time"), ("topica", "topicb")])
    ]

    def likeness(one: StaticModel) -> float:
        left, right = one.encode(["other", "fee"])
        return float(left @ right)

    with_corpus = ShopTrainer(model, PASSAGES, PASSAGES, examples, intents, SETTINGS).train(range(24))
    without = ShopTrainer(model, PASSAGES, PASSAGES, examples, intents, dataclasses.replace(SETTINGS, corpus_share=0.0)).train(range(24))
    assert likeness(with_corpus) > likeness(without) + 0.2


def test_every_step_is_reported(model: StaticModel, examples: list[Example]) -> None:
    steps: list[int] = []
    settings = dataclasses.replace(SETTINGS, steps=4, seeds=(0, 1))
    ShopTrainer(model, PASSAGES, PASSAGES, examples, [], settings).train(range(8), lambda: steps.append(1))
    assert len(steps) == 8


def test_the_written_model_loads_and_gives_the_same_vectors(model: StaticModel, tmp_path: Path) -> None:
    write_model(model, tmp_path / "deep" / "model", "# card\n")
    np.testing.assert_allclose(StaticEmbedder(tmp_path / "deep" / "model").encode_passages(PASSAGES), model.encode(PASSAGES), atol=0.02)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model"]

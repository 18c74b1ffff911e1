"""The report on a shop's questions: what is asked, what counts as found, one line a recipe."""

from pathlib import Path

import numpy as np

from kb.modelling.adapt import AdaptSettings
from kb.modelling.data import TrainingData
from kb.modelling.evaluate import AskedShop, StaticModel, rank_shop
from kb.modelling.held_out import Recipe
from kb.modelling.report import shop_tables
from kb.modelling.teacher import Teacher
from kb.modelling.train import TrainSettings, general_model

QUESTIONS = """
- {id: Q1, lang: en, text: how long, history: [{role: customer, text: refund}, {role: agent, text: delivery}], expect: {articles: {all_of: [refunds]}}}
- {id: Q2, lang: zh-Hant, text: 送貨, expect: {articles: {any_of: [refunds, shipping]}}}
- {id: Q3, lang: en, text: weather, expect: {abstain: true, articles: {any_of: [refunds]}}}
- {id: Q4, lang: en, text: hello}
"""
FACTS = """
articles:
- {id: refunds, facts: [The refund takes 7 days.]}
- {id: shipping, facts: [The delivery takes 7 days., 送貨需時 7 日。]}
"""


def shop(folder: Path) -> AskedShop:
    (folder / "questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    return AskedShop.of_facts("made-up", folder / "facts.yaml", folder / "questions.yaml")


def test_only_what_an_article_answers_is_asked_with_what_the_customer_said_before(tmp_path: Path) -> None:
    assert shop(tmp_path).asked == (
        ("en", "refund how long", frozenset({"refunds"})),
        ("zh-Hant", "送貨", frozenset({"refunds", "shipping"})),
    )


def test_articles_are_ranked_by_their_best_passage(tmp_path: Path, tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    tokenizer, general = general_model(tiny_data, teacher, tiny_settings)
    model = StaticModel(tokenizer, general, np.ones(len(general), np.float32))
    cosine, both = rank_shop(model, shop(tmp_path), [0.0, 1.0])
    assert cosine.ranks == {"en": [1], "zh-Hant": [1]}
    assert set(both.ranks) == {"en", "zh-Hant"}


def test_one_line_a_recipe_and_two_for_what_ships(tmp_path: Path, tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: Teacher) -> None:
    settings = AdaptSettings(steps=2, batch=4)
    recipes = (Recipe("general", None), Recipe("cosine", settings), Recipe("both", settings, late_interaction=1.0))
    (table,) = shop_tables(*general_model(tiny_data, teacher, tiny_settings), tiny_data.intents, recipes, range(2), [shop(tmp_path)])
    head, _, *lines = table
    assert head == "| made-up, 2 questions | R@1 | R@5 | MRR | English R@1 / R@5 |"
    assert [line.split(" | ")[0] for line in lines] == ["| general", "| cosine", "| both", "| shipped, cosine", "| shipped, cosine + MaxSim"]
    assert "±" not in lines[0], "nothing is drawn"
    assert "±" in lines[1]

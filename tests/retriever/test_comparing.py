"""Questions that name several products, a sibling's value beside the one asked for, and questions that lean on the one before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.build import ingest
from kb.snapshot import load_current
from retriever.answer import Answerer
from retriever.query import wanted

ARTICLES = {
    "delta": ("Delta kite", "products: [delta]", "- The delta kite spans 140 cm.\n- The delta kite costs HKD 90.\n- The delta kite comes in red.\n"),
    "box": ("Box kite", "products: [box]", "- The box kite spans 95 cm.\n- The box kite costs HKD 120.\n- The box kite comes in blue.\n"),
    "reserve": (
        "Reserving the delta kite and the box kite", "products: [delta, box]",
        "- Reserved delta kites ship from 2026-12-01.\n- Reserved box kites ship from 2026-12-15.\n- A reservation costs HKD 10.\n",
    ),
    "lessons": ("Lessons", "", "- A lesson lasts 2 hours.\n- A lesson costs HKD 300.\n- A lesson is for at most 6 people.\n"),
}  # fmt: skip
TERMS = "terms:\n- {id: delta, names: {en: [delta kite], zh-Hant: [三角風箏]}}\n- {id: box, names: {en: [box kite], zh-Hant: [盒形風箏]}}\n"


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    content: Path = tmp_path_factory.mktemp("comparing")
    (content / "articles").mkdir()
    for name, (title, matter, body) in ARTICLES.items():
        (content / "articles" / f"{name}.md").write_text(f"---\ntitle: {title}\nlang: en\n{matter}\n---\n{body}", encoding="utf-8")
    (content / "shop.yaml").write_text("reply_language: en\n", encoding="utf-8")
    (content / "glossary.yaml").write_text(TERMS, encoding="utf-8")
    home: Path = tmp_path_factory.mktemp("comparing-home")
    ingest(content, None, home, keep=1)
    return Answerer(load_current(home), None)


def test_what_is_compared_is_answered_for_each_product(kites: Answerer) -> None:
    draft = kites.answer("Which kite is bigger, the delta kite or the box kite?").draft
    assert "140 cm" in draft
    assert "95 cm" in draft
    assert "HKD" not in draft, "nothing of another kind than was asked for"


def test_a_plural_names_the_product_and_its_sibling_comes_after_it(kites: Answerer) -> None:
    answer = kites.answer("From what day do reserved box kites ship?")
    assert answer.claims[0].text.startswith("Reserved box kites ship from 2026-12-15")
    assert "2026-12-01" not in answer.draft


def test_a_question_that_says_too_little_is_asked_with_the_one_before_it(kites: Answerer) -> None:
    answer = kites.answer("How long does a lesson last? And how many people?")
    assert "2 hours" in answer.draft
    assert "at most 6 people" in answer.draft


def test_a_question_of_its_own_is_still_left_open(kites: Answerer) -> None:
    answer = kites.answer("How long does a lesson last? Do you mend zeppelins, submarines and old balloons?")
    assert "2 hours" in answer.draft
    assert "Do you mend zeppelins" in answer.draft


def test_what_is_not_of_the_kind_asked_for_makes_room_first(kites: Answerer) -> None:
    answer = kites.answer("What does a lesson cost, what does a reservation cost, what does the delta kite cost?")
    assert {"HKD 300", "HKD 10", "HKD 90"} <= {amount for amount in ("HKD 300", "HKD 10", "HKD 90") if amount in answer.draft}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("哪個更大", "length"),
        ("邊隻重啲", "weight"),
        ("哪款更便宜", "money"),
        ("能便宜多少", "percent"),
        ("哪个放得更久", "duration"),
        ("which one is heavier", "weight"),
    ],
)
def test_a_comparative_asks_for_a_kind_of_value(message: str, kind: str) -> None:
    assert kind in wanted(message)

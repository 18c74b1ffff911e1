"""One short question back, only where the best answers differ by something that the customer did not name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.build import ingest
from kb.snapshot import load_current
from retriever.answer import Answerer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    content = tmp_path_factory.mktemp("kites")
    (content / "articles").mkdir()
    articles = {
        "taiwan": "Delivery to Taiwan costs NT$ 180 a parcel.",
        "hong-kong": "Delivery to Hong Kong costs HKD 35 a parcel.",
        "kites": "- The delta kite line is 40 m long.\n- The box kite line is 25 m long.",
        "jam": "- Sealed jars of pier jam keep for 9 months.\n- Opened jars of pier jam keep for 3 weeks.",
        "spools": "- Reels ordered before 2026-07-01 may be returned within 30 days.\n- Reels ordered from 2026-07-01 may be returned within 10 days.",
        "wrapping": "Gift wrapping of a parcel costs HKD 12.",
    }
    for name, body in articles.items():
        (content / "articles" / f"{name}.md").write_text(f"---\ntitle: {name}\nlang: en\n---\n{body}\n", encoding="utf-8")
    (content / "shop.yaml").write_text("reply_language: en\n", encoding="utf-8")
    names = "terms:\n- {id: delta, names: {en: [delta kite], zh-Hant: [三角風箏]}}\n- {id: box, names: {en: [box kite], zh-Hant: [盒形風箏]}}\n"
    (content / "glossary.yaml").write_text(names, encoding="utf-8")
    home: Path = tmp_path_factory.mktemp("kites-home")
    ingest(content, None, home, keep=1)
    return Answerer(load_current(home), None)


@pytest.mark.parametrize(
    ("message", "ask"),
    [
        ("How much does delivery of a parcel cost?", "Which region are you in (or is it being sent to)?"),
        ("How long is the kite line?", "Which one do you mean: delta kite, box kite?"),
        ("Within how many days may reels be returned?", "On which day was it bought and paid for?"),
        ("How long do jars of pier jam keep?", "Has the item been opened?"),
    ],
)
def test_asks_for_what_tells_the_best_answers_apart(shop: Answerer, message: str, ask: str) -> None:
    answer = shop.answer(message)
    assert not answer.abstain
    assert answer.ask is not None
    assert set(answer.ask) == set(ask)  # the names may come in either order
    assert answer.ask.split(":")[0] == ask.split(":")[0]


@pytest.mark.parametrize(
    "message",
    [
        "How much does delivery of a parcel to Taiwan cost?",
        "How long is the box kite line?",
        "What does gift wrapping of a parcel cost?",
        "I ordered reels on 2026-08-02. Within how many days may reels be returned?",
        "My reels were ordered yesterday. Within how many days may reels be returned?",
        "How long do opened jars of pier jam keep?",
        "My jars of pier jam are still sealed, how long do they keep?",
    ],
)
def test_asks_nothing_that_the_message_says_or_that_changes_nothing(shop: Answerer, message: str) -> None:
    assert shop.answer(message).ask is None


def test_asks_in_the_language_of_the_reply(shop: Answerer) -> None:
    answer = shop.answer("How long is the kite line?", lang="zh-Hant")
    assert answer.ask is not None
    assert answer.ask.startswith("請問是指哪款:")


def test_an_abstention_asks_nothing(shop: Answerer) -> None:
    assert shop.answer("Who won the match last night?").ask is None

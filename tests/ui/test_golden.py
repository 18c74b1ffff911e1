"""Golden questions out of the desk's log: what a pin begins with, what is refused, and that everything that reads golden questions reads it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kb.errors import QuestionsError
from kb.questions import Expectation, Question, read_questions
from kb.settings import Settings
from kb.store import Ask
from ui.golden import judged, pin, read_golden, suggestion, unpin, values
from ui.services import Services

REFUND = "未拆封的風暴傘幾天內可以退款?"


@pytest.fixture(scope="module")
def services(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Services:
    return Services.open(Settings(home=tmp_path_factory.mktemp("golden-home"), content=lantern_quay, embedder="none"))


def made(text: str = REFUND, **expect: Any) -> Question:
    return Question.model_validate({"id": "new", "text": text, "expect": expect or {"must_include": [["9 日"]]}})


def ask(services: Services, text: str) -> Ask:
    answer = services.ask(text).as_json()
    return Ask(answer["id"], dt.datetime(2031, 5, 20, tzinfo=dt.UTC), "amy", "", "", text, (), "2031-05-20", answer, "", "extractive", {})


def test_a_pin_begins_with_what_the_answer_held(services: Services) -> None:
    begun = suggestion(ask(services, REFUND), None)
    assert begun["text"] == REFUND
    assert begun["lang"] == "zh-Hant"
    assert begun["expect"]["articles"]["all_of"] == ["returns/umbrellas"]
    assert ["9 日"] in begun["expect"]["must_include"]
    assert begun["expect"]["disclaimers"] == ["wind"]
    assert not begun["expect"]["abstain"]
    assert judged(services.answerer, Question.model_validate({"id": "x", **begun})).figures["right"]


def test_a_pin_of_an_edited_reply_takes_the_article_s_wording_too(services: Services) -> None:
    begun = suggestion(ask(services, REFUND), "您好,收貨九天內可以退款。")
    assert begun["expect"]["must_include"] == [["九天", "9 日"]]


def test_a_pin_of_an_abstention_must_abstain(services: Services) -> None:
    begun = suggestion(ask(services, "Who won the chess match?"), "Sorry, we cannot say; ask again in 3 days.")
    assert begun["expect"] == {
        "articles": {"all_of": [], "any_of": []},
        "must_include": [],
        "must_not_include": [],
        "disclaimers": [],
        "abstain": True,
    }


def test_marks_and_disclaimers_are_no_values() -> None:
    assert values("退 9 日", ["9天", "HKD 5"]) == [["9 日", "9天"]]
    assert suggestion_body("Within 9 days [1]. Keep away for 3 hours.", "Keep away for 3 hours.") == [["9 days"]]


def suggestion_body(draft: str, disclaimer: str) -> list[list[str]]:
    answer = {"draft": draft, "disclaimers": [{"id": "d", "text": disclaimer}], "sources": [], "lang": "en"}
    begun = suggestion(Ask("a", dt.datetime(2031, 5, 20, tzinfo=dt.UTC), "amy", "", "", "q", (), "", answer, "", "", {}), None)
    found: list[list[str]] = begun["expect"]["must_include"]
    return found


def test_pins_are_masked_read_by_everybody_and_taken_out_again(own_lantern_quay: Path, services: Services) -> None:
    one = pin(own_lantern_quay, made(f"{REFUND} 我的電話是 9123 4567", articles={"all_of": ["returns/umbrellas"]}, must_include=[["9 日"]]))
    assert "9123" not in (own_lantern_quay / "questions" / "pinned.yaml").read_text(encoding="utf-8")
    two = pin(own_lantern_quay, made("Who won the chess match?", abstain=True))
    found = read_golden(own_lantern_quay)
    assert [golden.name for golden in found.questions] == [one.name, two.name]
    assert all(golden.pinned for golden in found.questions)
    assert [judged(services.answerer, golden.question).figures["right"] for golden in found.questions] == [1, 1]
    assert [question.id for question in read_questions(own_lantern_quay / "questions" / "pinned.yaml")] == [one.question.id, two.question.id]
    unpin(own_lantern_quay, one.question.id)
    assert [golden.name for golden in read_golden(own_lantern_quay).questions] == [two.name]
    assert pin(own_lantern_quay, one.question).name == one.name, "the same question has the same id again"


def test_what_cannot_be_pinned_is_refused(own_lantern_quay: Path) -> None:
    (own_lantern_quay / "questions").mkdir()
    (own_lantern_quay / "questions" / "by-hand.yaml").write_text(f"- {{id: 1, text: '{REFUND}'}}\n", encoding="utf-8")
    with pytest.raises(QuestionsError, match=r"by-hand\.yaml: 1: is golden already"):
        pin(own_lantern_quay, made("未拆封的风暴伞 几天内可以退款?"))
    with pytest.raises(QuestionsError, match="expects nothing"):
        pin(own_lantern_quay, made("Why?", disclaimers=["wind"]))
    with pytest.raises(QuestionsError, match="no such"):
        unpin(own_lantern_quay, "p-1")
    (own_lantern_quay / "questions" / "broken.yaml").write_text("a: [", encoding="utf-8")
    found = read_golden(own_lantern_quay)
    assert [one.name for one in found.questions] == ["by-hand/1"]
    assert found.unread[0].startswith("questions/broken.yaml: broken YAML")


@pytest.mark.parametrize("text", ["\u200b", "\x00", " "])
def test_a_question_without_a_word_is_not_pinned(own_lantern_quay: Path, text: str) -> None:
    with pytest.raises(QuestionsError, match="has no text"):
        pin(own_lantern_quay, Question(id="new", text=text, expect=Expectation(abstain=True)))

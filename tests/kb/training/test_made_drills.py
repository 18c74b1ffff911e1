from __future__ import annotations

import dataclasses
import datetime as dt

from kb.article_texts import version_of
from kb.questions import Question
from kb.store import Ask, Revision
from kb.training.drill import Drill
from kb.training.from_changes import Asked, asked_before, changed_sentences, drill_of_change
from kb.training.from_questions import drill_of_question
from kb.training.from_replies import drill_of_reply
from tests.kb.training.shop import ARTICLES

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
SOURCE = {"n": 1, "article": "returns/lamps", "version": "v1", "quote": "未拆封的檯燈可於簽收後 14 日內退換。"}
ASK = Ask(
    "a1", NOW, "mei", "chat", "", "我 ⟨phone⟩,盞燈可以退嗎?", (), "2031-05-20",
    {"lang": "zh-Hant", "abstain": False, "sources": [SOURCE], "draft": "…", "disclaimers": [{"id": "notice", "text": "以公告 7 日內為準。"}]}, "s", "extractive", {},
)  # fmt: skip
HEAD = "---\nid: returns/lamps\ntitle: 檯燈退換\n---\n"
OLD = f"{HEAD}## 期限\n\n- 未拆封的檯燈可於簽收後 7 日內退換。\n- 運費 HKD 30。\n- 單據須保留。\n\n::: reply lang=en\nWithin 7 days.\n:::\n"
NEW = f"{HEAD}## 期限\n\n- 未拆封的檯燈可於簽收後 14 日內退換。\n- 運費 HKD 30。\n- 單據不須保留。\n\n::: reply lang=en\nWithin 14 days.\n:::\n"


def revision(text: str, number: int) -> Revision:
    return Revision("returns/lamps.md", NOW, "olga", "publish", "", text, version_of(text), "", number)


# ---- golden questions ------------------------------------------------------------------------------------------------------------


def test_a_golden_question_is_a_drill() -> None:
    expect = {
        "articles": {"all_of": ["returns/lamps"]},
        "must_include": [["14 日", "14 days"]],
        "must_not_include": ["30 日"],
        "disclaimers": ["notice"],
    }
    question = Question.model_validate({"id": "Q1", "text": "燈可以退嗎?", "lang": "yue", "expect": expect})
    assert drill_of_question("golden", question, {"returns/lamps": "returns"}) == Drill(
        id="golden/golden/Q1", title="燈可以退嗎?", origin="golden", language="yue", turns=("燈可以退嗎?",), category="returns", articles=("returns/lamps",),
        must_mention=(("14 日", "14 days"),), must_not_say=("30 日",), disclaimers=("notice",),
    )  # fmt: skip
    assert drill_of_question("golden", Question.model_validate({"id": "Q2", "text": "?", "expect": {"abstain": True}}), {}).holding


# ---- replies that were rated right -----------------------------------------------------------------------------------------------


def test_a_reply_that_was_rated_right_is_a_drill_about_what_its_sources_state() -> None:
    drill = drill_of_reply(ASK, "您好,兩星期內可退,我們 3 日內回覆。以公告 7 日內為準。", ARTICLES)
    assert drill is not None
    assert (drill.id, drill.turns, drill.articles, drill.category) == ("reply/a1", (ASK.question,), ("returns/lamps",), "returns")
    assert drill.must_mention == (("14 日", "兩星期"),), "neither what no source states nor what stands in a disclaimer"
    assert drill.disclaimers == ("notice",)


def test_no_drill_comes_of_what_no_longer_holds_or_says_nothing() -> None:
    older = {**ASK.answer, "sources": [{**SOURCE, "version": "v0"}]}
    internal = {**ASK.answer, "sources": [{**SOURCE, "article": "staff/goodwill"}]}
    for answer in (older, internal, {**ASK.answer, "abstain": True}, {**ASK.answer, "sources": []}):
        assert drill_of_reply(dataclasses.replace(ASK, answer=answer), "14 日內可退。", ARTICLES) is None
    assert drill_of_reply(ASK, "可以的。", ARTICLES) is None


# ---- what changed ----------------------------------------------------------------------------------------------------------------


def test_the_sentences_that_say_something_else_are_found() -> None:
    found = changed_sentences(OLD, NEW)
    assert [(one.facts, one.outdated) for one in found] == [((("14 日",),), ("7 日",)), ((("單據不須保留。",),), ())]
    assert changed_sentences(OLD, OLD) == []
    assert changed_sentences(OLD, OLD.replace("id: returns/lamps", "id: returns/lamps\nowner: x")) == []


def test_a_question_that_the_old_text_answered_is_asked_again() -> None:
    version = version_of(OLD)
    used = dataclasses.replace(
        ASK,
        question="幾多日內可以退?",
        answer={**ASK.answer, "sources": [{**SOURCE, "version": version, "quote": "未拆封的檯燈可於簽收後 7 日內退換。"}]},
    )
    asked = asked_before([used, ASK], "returns/lamps", version)
    assert asked == [Asked("幾多日內可以退?", "zh-Hant", "未拆封的檯燈可於簽收後 7 日內退換。")]
    drill = drill_of_change(revision(OLD, 1), revision(NEW, 2), ARTICLES["returns/lamps"], asked, {"mei"})
    assert drill is not None
    assert (drill.id, drill.turns, drill.must_mention, drill.must_not_say, drill.meant_for) == (
        "change/2",
        ("幾多日內可以退?",),
        (("14 日",),),
        ("7 日",),
        ("mei",),
    )


def test_where_nobody_asked_the_drill_asks_what_changed() -> None:
    drill = drill_of_change(revision(OLD, 1), revision(NEW, 2), ARTICLES["returns/lamps"], [Asked("運費?", "yue", "HKD 30")], ())
    assert drill is not None
    assert "檯燈退換" in drill.turns[0]
    assert drill.must_mention == (("14 日",), ("單據不須保留。",))
    assert drill_of_change(revision(OLD, 1), revision(OLD + "\n", 2), ARTICLES["returns/lamps"], [], ()) is None


def test_a_value_that_the_article_still_states_is_not_forbidden() -> None:
    still = NEW.replace("- 運費", "- 已拆封的 7 日內可換。\n- 運費")
    assert changed_sentences(OLD.replace("- 運費", "- 已拆封的 7 日內可換。\n- 運費"), still)[0].outdated == ()

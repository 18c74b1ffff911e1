"""Drills that nobody wrote, how the score agrees with people, and what the command line says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.article_texts import version_of
from kb.settings import Settings
from kb.store import Ask, Feedback, Reply, Revision
from kb.training.agreement import accuracy
from kb.training.scoring import Replied
from tests.ui.conftest import CONTENT
from ui.cli_drills import agreement_of, drill_problems
from ui.drill_scoring import scored, target_of
from ui.drills import Drills
from ui.services import Services

NOW = dt.datetime.now(dt.UTC)
LABELLED = Path(__file__).parents[1] / "data" / "drill_replies"


@pytest.fixture
def quay(own_lantern_quay: Path, tmp_path: Path) -> Iterator[Services]:
    (own_lantern_quay / "questions").mkdir()
    (own_lantern_quay / "questions" / "golden.yaml").write_text(
        "questions:\n- {id: Q1, text: '風暴傘幾日內可退?', lang: yue, expect: {articles: {all_of: [returns/umbrellas]}, must_include: [[9 日]]}}\n"
        "- {id: Q2, text: 'Where is my parcel?', lang: en, expect: {abstain: true}}\n- {id: Q3, text: 內部, asker: agent}\n",
        encoding="utf-8",
    )
    services = Services.open(Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none"))
    yield services
    services.close()


def test_golden_questions_of_customers_are_drills(quay: Services) -> None:
    found = Drills(quay).all()
    assert list(found) == ["golden/golden/Q1", "golden/golden/Q2"]
    assert (found["golden/golden/Q1"].category, found["golden/golden/Q2"].holding) == ("returns", True)
    assert target_of(quay, found["golden/golden/Q1"]) == 180


def test_an_internal_article_that_a_drill_names_supports_no_sentence_to_a_customer(quay: Services) -> None:
    drill = dataclasses.replace(Drills(quay).all()["golden/golden/Q1"], articles=("returns/umbrellas", "staff/goodwill"))
    told = "您好,未拆封的風暴傘可於 9 日內退款。Agents may grant a goodwill voucher of up to EUR 17 without asking the team lead."
    points = {point.kind: point for point in scored(quay, drill, [Replied(told, 30.0)], "zh-Hant").score.points if not point.passed}
    assert "checks" in points
    assert not any(
        point.kind == "checks" and not point.passed
        for point in scored(quay, drill, [Replied(told.split("。")[0] + "。", 30.0)], "zh-Hant").score.points
    )


def test_what_changed_is_asked_of_those_who_used_the_old_text(quay: Services) -> None:
    article = quay.answerer.snapshot.articles["returns/umbrellas"]
    new = quay.answerer.snapshot.article_text(article.id)
    assert new is not None
    old = new.replace("9 日", "8 日")
    source = {"n": 1, "article": article.id, "version": version_of(old), "quote": "未拆封的風暴傘:簽收後 8 日內可退款,收 4% 手續費。"}
    answer = {"lang": "yue", "abstain": False, "sources": [source], "draft": "…"}
    quay.store.add_ask(Ask("a1", NOW - dt.timedelta(days=2), "amy", "chat", "", "把風暴傘退得未?", (), "2031-05-20", answer, "s", "extractive", {}))
    for days, text in ((3, old), (1, new)):
        quay.store.add_revision(Revision(article.file, NOW - dt.timedelta(days=days), "olga", "publish", "", text, version_of(text), ""))
    drills = Drills(quay)
    drill = next(one for one in drills.all().values() if one.origin == "change")
    assert (drill.turns, drill.must_mention, drill.must_not_say, drill.meant_for) == (("把風暴傘退得未?",), (("9 日",),), ("8 日",), ("amy",))
    assert drills.next_for("amy") == drill, "before all others"


def test_a_reply_that_was_rated_right_is_practised(quay: Services) -> None:
    answer = quay.ask("未拆封的風暴傘幾天內可以退款?")
    quay.store.add_ask(Ask(answer.id, NOW, "amy", "chat", "", answer.question, (), answer.as_of, answer.as_json(), answer.snapshot, "extractive", {}))
    quay.store.add_reply(Reply("r1", answer.id, NOW, "amy", "chat", "", "您好,九日內可退。", [], "send", answer.draft, True, 30.0, "none"))
    assert not [one for one in Drills(quay).all().values() if one.origin == "reply"]
    quay.store.add_feedback(Feedback("f1", answer.id, NOW, "tom", "right", ""))
    drill = next(one for one in Drills(quay).all().values() if one.origin == "reply")
    assert drill.must_mention == (("9 日", "九日"),)


def test_each_drill_comes_up_before_any_comes_again(quay: Services) -> None:
    from kb.store import Attempt

    drills, seen = Drills(quay), []
    for number in range(2):
        drill = drills.next_for("amy")
        assert drill is not None
        seen.append(drill.id)
        quay.store.add_attempt(Attempt(f"t{number}", NOW, "amy", drill.id, "…", 1.0, 50, False, []))
    assert sorted(seen) == ["golden/golden/Q1", "golden/golden/Q2"]
    assert drills.next_for("amy", language="zh-Hans") is None


def test_lint_of_a_content_folder_covers_its_drills(own_lantern_quay: Path) -> None:
    from ingest.build import lint

    (own_lantern_quay / "drills").mkdir()
    (own_lantern_quay / "drills" / "broken.md").write_text(
        "---\ntitle: x\nlanguage: en\narticles: [nothing]\n---\n## Customer\nhi\n", encoding="utf-8"
    )
    articles, companions, _ = lint(own_lantern_quay)
    found = drill_problems(own_lantern_quay, articles, companions)
    assert [(Path(one.file).name, one.line, one.what) for one in found if one.severity == "error"] == [("broken.md", 4, "'nothing' is no article")]


def test_the_sample_shop_s_drills_have_no_errors(services: Services) -> None:
    broken = [str(problem) for file in Drills(services).files() for problem in file.problems if problem.severity == "error"]
    assert broken == []
    assert len(list((CONTENT / "drills").glob("*.md"))) >= 40


@pytest.mark.parametrize(("name", "floor"), [("tuning", 0.95), ("tuning_2", 0.95), ("tuning_3", 0.9)])
def test_the_score_agrees_with_people_on_the_replies_that_it_was_tuned_on(services: Services, name: str, floor: float) -> None:
    found = agreement_of(services, LABELLED / f"{name}.jsonl")
    assert len(found) >= 60
    assert accuracy(found) >= floor

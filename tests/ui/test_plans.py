"""Courses and certificates over a real store and real articles: what a passed course earns, and what an article's change takes away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.settings import Settings
from kb.store import Assignment, Attempt, Certificate, Course, Override, User
from tests.ui.api.conftest import CHANNELS
from tests.ui.api.test_training import DRILL
from ui.cli import app
from ui.drills import Drills
from ui.plans import Plans
from ui.services import Services

NOW = dt.datetime.now(dt.UTC)
MEI = User("mei", "agent", NOW, False, "Mei", ("north",))
CARE = (
    DRILL.replace("title: 退風暴傘", "title: 洗筆")
    .replace("returns/umbrellas", "care/pens")
    .replace("[9 日, 4%]", "[6 个星期]")
    .replace("[5 日]", "[]")
)


@pytest.fixture(scope="module")
def content(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("plans") / "content"))
    (folder / "drills").mkdir()
    with (folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(CHANNELS)
    for name, text in (("umbrella", DRILL), ("umbrella-again", DRILL.replace("退風暴傘", "再退傘")), ("pens", CARE)):
        (folder / "drills" / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def services(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services.open(Settings(home=tmp_path_factory.mktemp("plans-home"), content=content, embedder="none"))
    services.store.add_user("mei", "agent", "a sentence that nobody guesses", "Mei", ("north",))
    yield services
    services.close()


@pytest.fixture
def plans(services: Services, content: Path) -> Iterator[Plans]:
    """Nobody has certificates that hold or open courses; the articles are as they were."""
    article = content / "articles" / "returns" / "umbrellas.md"
    before = article.read_text(encoding="utf-8")
    yield Plans(services, Drills(services))
    for one in services.store.certificates():
        services.store.revoke_certificate(one.id, dt.datetime.now(dt.UTC), by="test", reason="over")
    for course in services.store.courses():
        services.store.close_course(course.id, NOW)
    if article.read_text(encoding="utf-8") != before:
        publish(services, content, before)


def publish(services: Services, content: Path, text: str) -> None:
    (content / "articles" / "returns" / "umbrellas.md").write_text(text, encoding="utf-8")
    services.ingest()
    services.latest()


def text_of(content: Path) -> str:
    return (content / "articles" / "returns" / "umbrellas.md").read_text(encoding="utf-8")


def course(services: Services, **changes: object) -> Course:
    usual = Course("Umbrellas", ("returns",), 2, 80, None, dt.datetime.now(dt.UTC), "tim", ("returns",), 3)
    made = services.store.add_course(dataclasses.replace(usual, **changes))  # type: ignore[arg-type]
    services.store.assign([Assignment(made.id, "group", "north", dt.datetime.now(dt.UTC), "tim")])
    return made


def do(services: Services, drill: str, score: int = 90) -> str:
    number = len(services.store.results())
    services.store.add_attempt(Attempt(f"p{number}", dt.datetime.now(dt.UTC), "mei", drill, "…", 20, score, score >= 70, [], drill, "returns"))
    return f"p{number}"


def test_a_passed_course_certifies_once_and_for_the_articles_of_its_drills(services: Services, plans: Plans) -> None:
    made = course(services)
    assert [one.drill for one in plans.of(MEI).tasks] != []
    do(services, "umbrella")
    assert plans.settle("mei") == []
    do(services, "umbrella-again")
    granted = plans.settle("mei")
    assert [(one.person, one.topic, one.course, one.granted_by, list(one.articles)) for one in granted] == [
        ("mei", "returns", made.id, "", ["returns/umbrellas"])
    ]
    assert granted[0].expires_at - granted[0].granted_at > dt.timedelta(days=85)
    assert plans.settle("mei") == []
    assert plans.of(MEI).standings[0].state == "passed"
    assert plans.settle("nobody") == []


def test_a_trainer_s_last_word_passes_a_course(services: Services, plans: Plans) -> None:
    course(services)
    do(services, "umbrella")
    failed = do(services, "umbrella-again", 40)
    assert plans.settle("mei") == []
    services.store.add_override(failed, Override(dt.datetime.now(dt.UTC), "tim", 85, True, "fine"))
    assert [one.topic for one in plans.settle("mei")] == ["returns"]


@pytest.mark.parametrize(
    "change", [("\n\n", "\n\n\n"), ("## 未拆封的雨傘", "## 雨傘未拆封時"), ("review_by: 2031-12-31", "review_by: 2032-12-31"), ("9 日內", "九天內")]
)
def test_a_cosmetic_change_takes_nothing_away(services: Services, plans: Plans, content: Path, change: tuple[str, str]) -> None:
    plans.grant("mei", "returns", 6, "tim", "She wrote it.")
    publish(services, content, text_of(content).replace(*change))
    assert plans.end_outdated() == []
    assert [one.holds(dt.datetime.now(dt.UTC)) for one in plans.of(MEI).certificates[:1]] == [True]


def test_another_rule_revokes_with_the_sentence_and_only_what_rests_on_it(services: Services, plans: Plans, content: Path) -> None:
    course(services)
    do(services, "umbrella")
    do(services, "umbrella-again")
    plans.settle("mei")
    plans.grant("mei", "care", 6, "tim", "She knows pens.")
    publish(services, content, text_of(content).replace("9 日內可退款", "8 日內可退款"))
    care, returns = plans.of(MEI).certificates[:2]
    assert care.holds(dt.datetime.now(dt.UTC))
    assert (returns.topic, returns.revoked_by, returns.changed["why"], returns.changed["title"]) == ("returns", "", "changed", "雨傘退換")
    assert "9 日內可退款" in returns.changed["before"]
    assert "8 日內可退款" in returns.changed["after"]
    again = plans.of(MEI)
    assert (again.standings[0].state, again.standings[0].passed) == ("open", 0), "the course is to be passed anew"
    assert plans.settle("mei") == []
    do(services, "umbrella")
    do(services, "umbrella-again")
    assert [one.topic for one in plans.settle("mei")] == ["returns"]
    history = CliRunner().invoke(app, ["certificates", "--history", "--json"], env=environment(services, content))
    assert "returns/umbrellas says something else: " in history.stdout
    assert "8 日內可退款" in history.stdout


def test_an_article_that_is_gone_or_over_revokes(services: Services, plans: Plans, content: Path) -> None:
    for change, why in ((("status: published", "status: retired"), "gone"), (("valid_until:\n", "valid_until: 2031-05-19\n"), "over")):
        text = text_of(content)
        plans.grant("mei", "returns", 6, "tim", "She wrote it.")
        publish(services, content, text.replace(*change))
        assert [one.changed["why"] for one in plans.end_outdated()] == [why]
        publish(services, content, text)


def test_who_may_answer_what_on_the_command_line(services: Services, plans: Plans, content: Path) -> None:
    for _ in range(3):
        do(services, "umbrella")
    plans.grant("mei", "returns", 6, "tim", "She wrote it.")
    services.store.add_certificate(Certificate("mei", "care", NOW - dt.timedelta(days=9), "tim", NOW - dt.timedelta(days=1), {}, "once"))
    found = json.loads(CliRunner().invoke(app, ["certificates", "--json", "--person", "mei"], env=environment(services, content)).stdout)
    assert [(one["topic"], one["last"], one["ready"]) for one in found] == [("returns", ["pass"] * 3, True)]
    shown = CliRunner().invoke(app, ["certificates", "--topic", "returns"], env=environment(services, content))
    assert shown.exit_code == 0
    assert "pass pass pass" in shown.stdout
    assert plans.revoke("mei", "returns", "tim", "Moved to another desk.") == 1
    assert plans.revoke("mei", "returns", "tim", "Moved to another desk.") == 0
    assert not plans.ready()[0].ready


def environment(services: Services, content: Path) -> dict[str, str]:
    return {"KB_HOME": str(services.settings.home), "KB_CONTENT": str(content), "KB_EMBEDDER": "none"}

"""What the training page calls for courses, certificates and progress: who may, what is refused, and what exports hold."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.settings import Settings
from kb.store import Attempt
from tests.ui.api.conftest import PASSWORD
from tests.ui.api.test_training import API, DRILL, GOOD, attempt
from ui import pdf_text
from ui.services import Services

Person = Callable[..., TestClient]
HOSTILE = "=cmd|' /C calc'!A0"
COURSE = {
    "title": "雨傘",
    "topics": ["returns"],
    "number": 1,
    "pass_mark": 80,
    "due": "2031-05-31",
    "certifies": True,
    "months": 3,
    "people": ["pupil"],
}


@pytest.fixture(scope="module")
def pupils(services: Services) -> Iterator[None]:
    """Trainees of this module: what others did in the same store is not theirs."""
    for name in ("pupil", "other-pupil"):
        services.store.add_user(name, "agent", PASSWORD)
    yield
    for name in ("pupil", "other-pupil"):
        services.store.remove_user(name)


@pytest.fixture
def drills(shop: Settings, services: Services, pupils: None) -> Iterator[Path]:
    """One drill; afterwards no course is open and no certificate holds."""
    folder = shop.content / "drills"
    folder.mkdir(exist_ok=True)
    (folder / "course-umbrella.md").write_text(DRILL, encoding="utf-8")
    yield folder
    for path in folder.iterdir():
        path.unlink()
    now = dt.datetime.now(dt.UTC)
    for course in services.store.courses():
        services.store.close_course(course.id, now)
    for one in services.store.certificates():
        services.store.revoke_certificate(one.id, now, by="test", reason="over")


def practise(services: Services, name: str, title: str = "A title", passed: bool = False, days: int = 0) -> str:
    point = {
        "kind": "fact",
        "detail": HOSTILE,
        "passed": passed,
        "quote": "@SUM(1+1) 簽收後 9 日內可退款。",
        "where": "returns/umbrellas:21",
        "problems": [],
    }
    made = Attempt(
        uuid.uuid4().hex,
        dt.datetime.now(dt.UTC) - dt.timedelta(days=days),
        name,
        HOSTILE,
        "…",
        30,
        90 if passed else 20,
        passed,
        [point],
        title,
        "returns",
        "en",
    )
    services.store.add_attempt(made)
    return made.id


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/courses", None), ("POST", "/courses", COURSE), ("POST", "/courses/1/takers", {"people": ["pupil"]}), ("POST", "/courses/1/close", {}),
        ("POST", "/courses/1/without", {"kind": "person", "name": "pupil"}), ("POST", "/courses/1/due", {"due": None}), ("GET", "/certificates.csv", None),
        ("POST", "/certificates", {"person": "pupil", "topic": "returns", "months": 3, "reason": "because"}),
        ("POST", "/certificates/revoke", {"person": "pupil", "topic": "returns", "reason": "because"}), ("GET", "/progress.csv", None), ("GET", "/progress.pdf", None),
    ],
)  # fmt: skip
def test_only_trainers_plan_and_judge(person: Person, services: Services, drills: Path, method: str, path: str, body: Any) -> None:
    courses, certificates = services.store.courses(closed=True), services.store.certificates()
    for role in ("agent", "owner"):
        assert person(role).request(method, API + path, json=body).status_code == 403
    assert (services.store.courses(closed=True), services.store.certificates()) == (courses, certificates)


@pytest.mark.parametrize("path", ["/plan", "/certificates", "/progress"])
def test_content_owners_do_not_open_training(person: Person, path: str) -> None:
    assert person("owner").get(API + path).status_code == 403
    assert person("admin").get(API + path).status_code == 200


def test_a_course_is_built_taken_passed_and_certifies(person: Person, drills: Path) -> None:
    trainer, agent = person("trainer"), person("pupil")
    made = trainer.post(f"{API}/courses", json=COURSE)
    assert made.status_code == 201, made.text
    number = made.json()["course"]["id"]
    plan = agent.get(f"{API}/plan").json()
    assert [(one["title"], one["state"], one["passed"], one["number"]) for one in plan["courses"]] == [("雨傘", "open", 0, 1)]
    assert [(one["drill"], one["why"], one["now"]) for one in plan["tasks"]] == [("course-umbrella", "new", True)]
    assert person("other-pupil").get(f"{API}/plan").json()["courses"] == []
    assert attempt(agent, "您好,5 日內可換。", "會收費。", drill="course-umbrella").json()["granted"] == []
    failed = agent.get(f"{API}/plan").json()
    assert [(one["why"], one["now"], one["course"]) for one in failed["tasks"]] == [("failed", False, number)]
    assert attempt(agent, *GOOD, drill="course-umbrella").json()["granted"] == ["returns"]
    where = next(one for one in trainer.get(f"{API}/courses").json()["courses"] if one["id"] == number)
    assert [(one["person"], one["state"], one["passed"], one["attempts"]) for one in where["people"]] == [("pupil", "passed", 1, 2)]
    mine = agent.get(f"{API}/certificates").json()
    assert [(one["topic"], one["holds"], one["granted_by"]) for one in mine["certificates"]][:1] == [("returns", True, "")]
    assert {one["person"] for one in mine["ready"]} == {"pupil"}
    assert trainer.post(f"{API}/courses/{number}/due", json={"due": "2031-05-01"}).json()["course"]["due"] == "2031-05-01"
    trainer.post(f"{API}/courses/{number}/takers", json={"people": ["other-pupil"]})
    assert [one["state"] for one in person("other-pupil").get(f"{API}/plan").json()["courses"]] == ["overdue"]
    trainer.post(f"{API}/courses/{number}/without", json={"kind": "person", "name": "other-pupil"})
    assert person("other-pupil").get(f"{API}/plan").json()["courses"] == []
    trainer.post(f"{API}/courses/{number}/close", json={})
    assert agent.get(f"{API}/plan").json()["courses"] == []
    assert trainer.post(f"{API}/courses/999/close", json={}).status_code == 404


def test_an_attempt_says_what_it_did_for_which_course(person: Person, services: Services, drills: Path) -> None:
    trainer, agent = person("trainer"), person("pupil")
    lenient, strict = (trainer.post(f"{API}/courses", json=COURSE | {"title": title, "pass_mark": mark}).json()["course"]["id"]
                       for title, mark in (("Lenient", 70), ("Strict", 100)))  # fmt: skip
    trainer.post(f"{API}/courses/{strict}/due", json={"due": "2031-06-30"})
    slow = [{"text": text, "seconds": 999} for text in GOOD]
    asked = {"drill": "course-umbrella", "replies": slow, "lang": "en"}
    made = agent.post(f"{API}/attempts", json=asked | {"course": strict}).json()
    assert made["passed"]
    assert 70 <= made["score"] < 100
    assert [(one["title"], one["passed"], one["number"], one["counts"]) for one in made["courses"]] == [
        ("Strict", 0, 1, False),
        ("Lenient", 1, 1, True),
    ]
    kept = services.store.attempt(made["id"])
    assert kept is not None
    assert kept.course == strict
    assert trainer.get(f"{API}/attempts/{made['id']}").json()["attempt"]["course"] == "Strict"
    assert agent.get(f"{API}/attempts").json()["attempts"][0]["course"] == "Strict"
    trainer.post(f"{API}/courses/{lenient}/close", json={})
    late = agent.post(f"{API}/attempts", json=asked | {"course": lenient}).json()
    kept = services.store.attempt(late["id"])
    assert kept is not None
    assert kept.course is None, "it was closed meanwhile: what was written is kept all the same"


def test_progress_in_a_course_is_what_may_count_for_it(person: Person, services: Services, drills: Path) -> None:
    trainer, agent = person("trainer"), person("pupil")
    practise(services, "pupil", "Before the course", days=2)
    number = trainer.post(f"{API}/courses", json=COURSE | {"pass_mark": 90}).json()["course"]["id"]
    attempt(agent, *GOOD, drill="course-umbrella")
    practise(services, "other-pupil", "Not in the course")
    found = trainer.get(f"{API}/progress", params={"course": number}).json()
    assert [(one["name"], one["attempts"]) for one in found["people"]] == [("pupil", 1)]
    assert (found["course"], found["pass_mark"], [one["title"] for one in found["attempts"]]) == (number, 90, ["退風暴傘"])
    assert {(one["person"], one["topic"]) for one in found["ready"]} == {("pupil", "returns")}
    assert [one["title"] for one in agent.get(f"{API}/progress", params={"course": number}).json()["courses"]] == ["雨傘"]
    rows = trainer.get(f"{API}/progress.csv", params={"course": number}).text.splitlines()
    assert len(rows) == 2
    assert person("other-pupil").get(f"{API}/progress", params={"course": number}).status_code == 404
    assert trainer.get(f"{API}/progress", params={"course": 999}).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"topics": ["nothing"]}, 422), ({"topics": []}, 422), ({"number": 99}, 422), ({"people": ["stranger"]}, 422), ({"groups": ["nobody's"]}, 422),
        ({"pass_mark": 101}, 422), ({"title": " "}, 422), ({"months": 0}, 422), ({"due": "soon"}, 422),
    ],
)  # fmt: skip
def test_a_course_that_nobody_could_take_is_refused(person: Person, services: Services, drills: Path, change: dict[str, Any], status: int) -> None:
    before = len(services.store.courses(closed=True))
    assert person("trainer").post(f"{API}/courses", json={**COURSE, **change}).status_code == status
    assert len(services.store.courses(closed=True)) == before


def test_a_trainer_grants_and_revokes_with_a_reason_and_not_for_themselves(person: Person, drills: Path) -> None:
    trainer, grant = person("trainer"), {"person": "pupil", "topic": "returns", "months": 3, "reason": "Five years at the counter."}
    assert trainer.post(f"{API}/certificates", json={**grant, "reason": "  "}).status_code == 422
    assert trainer.post(f"{API}/certificates", json={**grant, "person": "trainer"}).status_code == 403
    assert trainer.post(f"{API}/certificates", json={**grant, "person": "owner"}).status_code == 404
    assert trainer.post(f"{API}/certificates", json={**grant, "topic": "nothing"}).status_code == 404
    assert trainer.post(f"{API}/certificates", json=grant).status_code == 201
    revoke = {"person": "pupil", "topic": "returns", "reason": "Rude in three chats."}
    assert trainer.post(f"{API}/certificates/revoke", json=revoke).status_code == 200
    assert trainer.post(f"{API}/certificates/revoke", json=revoke).status_code == 404
    seen = person("pupil").get(f"{API}/certificates").json()["certificates"][0]
    assert (seen["why"], seen["reason"], seen["revoked_by"], seen["holds"]) == (
        "Five years at the counter.",
        "Rude in three chats.",
        "trainer",
        False,
    )


def test_an_agent_sees_their_own_progress_whatever_they_ask_for(person: Person, services: Services, drills: Path) -> None:
    practise(services, "pupil", "Mine")
    practise(services, "other-pupil", "Not mine")
    asked = person("pupil").get(f"{API}/progress", params={"person": "other-pupil", "group": "north"})
    assert "Not mine" not in asked.text
    found = asked.json()
    assert (found["person"], found["group"], found["lead"], found["names"]) == ("pupil", "", False, [])
    assert {one["name"] for one in found["people"]} == {"pupil"}
    both = person("trainer").get(f"{API}/progress").json()
    assert {"pupil", "other-pupil"} <= {one["name"] for one in both["people"]}
    assert both["all"]["attempts"] == sum(one["attempts"] for one in both["people"]) == sum(one["attempts"] for one in both["days"])
    assert (both["facts"][0]["fact"], both["facts"][0]["where"]) == (HOSTILE, "returns/umbrellas:21")
    assert person("trainer").get(f"{API}/progress", params={"from": "2031-01-02", "until": "2031-01-01"}).status_code == 422
    assert person("trainer").get(f"{API}/progress", params={"until": "2001-01-01"}).json()["all"] is None


@pytest.mark.parametrize("table", ["attempts", "people", "topics", "days", "facts", "ready"])
def test_no_exported_cell_is_a_formula(person: Person, services: Services, drills: Path, table: str) -> None:
    practise(services, HOSTILE, "\t=1+1")
    practise(services, "pupil", "@title", passed=True)
    found = person("trainer").get(f"{API}/progress.csv", params={"table": table})
    assert found.headers["content-disposition"] == f'attachment; filename="youju-practice-{table}.csv"'
    rows = list(csv.reader(io.StringIO(found.text.removeprefix("\ufeff"))))
    assert len(rows) > (0 if table == "ready" else 1)
    assert all(len(row) == len(rows[0]) for row in rows)
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))] == []
    if table in ("attempts", "people", "facts"):
        assert f"'{HOSTILE}" in {cell for row in rows for cell in row}


def test_a_pdf_holds_what_people_wrote_as_text(person: Person, services: Services, drills: Path) -> None:
    for days, passed in ((0, False), (1, True), (2, True)):
        practise(services, HOSTILE, passed=passed, days=days)
    if pdf_text.find_font("zh-Hant") is None:
        pytest.skip("no font with Chinese characters")
    found = person("trainer").get(f"{API}/progress.pdf", params={"lang": "zh-Hant", "person": HOSTILE})
    assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
    assert found.content.startswith(b"%PDF-")
    assert len(found.content) < 400_000, "a subset of the font"
    assert all(word not in found.content for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction /", b"/URI"))


def test_without_a_font_the_pdf_is_refused_and_the_csv_works(
    person: Person, services: Services, drills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practise(services, "pupil")
    monkeypatch.setattr(pdf_text, "find_font", lambda lang: None)
    refused = person("trainer").get(f"{API}/progress.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-font")
    assert "fonts-noto-cjk" in refused.json()["detail"]
    assert person("trainer").get(f"{API}/progress.csv").status_code == 200

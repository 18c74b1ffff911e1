"""What the training page calls: who may, what a trainee sees before and after, and that no trainer's work is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.settings import Settings
from ui.services import Services

API = "/api/v1/training"
DRILL = """---
title: 退風暴傘
persona: 剛收到傘的客人
mood: worried
channel: chat
language: zh-Hant
articles: [returns/umbrellas]
must_mention: [9 日, 4%]
must_not_say: [5 日]
situation: [empathy]
---
## Customer
風暴傘未拆,可以退嗎?

## Customer
收不收錢?

## Notes
摺疊傘是另一回事。
"""
GOOD = ["您好,請放心,簽收後 9 日內可退。", "會收 4% 手續費。如有其他問題歡迎告訴我們。"]


@pytest.fixture
def drills(shop: Settings) -> Iterator[Path]:
    """The folder, with one drill in it."""
    folder = shop.content / "drills"
    folder.mkdir(exist_ok=True)
    (folder / "storm-umbrella.md").write_text(DRILL, encoding="utf-8")
    yield folder
    for path in folder.iterdir():
        path.unlink()


def replies(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text, "seconds": 20} for text in texts]


def attempt(client: TestClient, *texts: str, drill: str = "storm-umbrella") -> Any:
    return client.post(f"{API}/attempts", json={"drill": drill, "replies": replies(*texts), "lang": "zh-Hant"})


Person = Callable[..., TestClient]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/files", None), ("GET", "/file?name=storm-umbrella", None), ("GET", "/template", None), ("GET", "/progress.csv", None),
        ("POST", "/lint", {"name": "x", "text": DRILL}), ("POST", "/try", {"name": "x", "text": DRILL, "replies": replies(*GOOD)}),
        ("PUT", "/file", {"name": "x", "text": DRILL}), ("POST", "/attempts/x/override", {"score": 1, "passed": False, "reason": "because"}),
    ],
)  # fmt: skip
def test_only_trainers_write_and_judge(person: Person, drills: Path, method: str, path: str, body: Any) -> None:
    assert person("agent").request(method, API + path, json=body).status_code == 403
    assert person("owner").request(method, API + path, json=body).status_code == 403
    assert [one.name for one in drills.iterdir()] == ["storm-umbrella.md"]


def test_a_trainee_sees_the_drill_and_nothing_that_gives_it_away(person: Person, drills: Path) -> None:
    agent = person("agent")
    row = next(one for one in agent.get(f"{API}/drills").json()["drills"] if one["id"] == "storm-umbrella")
    assert (row["title"], row["category"], row["turns"], row["done"], row["last"]) == ("退風暴傘", "returns", 2, 0, "open")
    shown = agent.get(f"{API}/drill", params={"id": "storm-umbrella"})
    assert shown.json()["drill"]["message"] == "風暴傘未拆,可以退嗎?"
    assert shown.json()["drill"]["target_s"] == 180
    assert all(secret not in shown.text for secret in ("9 日", "4%", "5 日", "收不收錢", "摺疊傘"))
    assert agent.get(f"{API}/turn", params={"id": "storm-umbrella", "number": 1}).json() == {"message": "收不收錢?"}
    assert agent.get(f"{API}/turn", params={"id": "storm-umbrella", "number": 2}).json() == {"message": None}
    assert agent.get(f"{API}/drill", params={"id": "nothing"}).status_code == 404
    assert agent.get(f"{API}/next", params={"topic": "returns", "origin": "file"}).json()["drill"]["id"] == "storm-umbrella"
    assert agent.get(f"{API}/next", params={"topic": "nothing"}).json() == {"drill": None}


def test_an_attempt_is_scored_kept_and_shown_to_the_right_people(person: Person, services: Services, drills: Path) -> None:
    agent = person("agent")
    assert attempt(agent, GOOD[0]).status_code == 422
    assert attempt(agent, *GOOD, drill="nothing").status_code == 404
    good, bad = attempt(agent, *GOOD).json(), attempt(agent, "您好,5 日內可換。", "自己看清楚啦。").json()
    assert (good["passed"], good["score"], good["notes"]) == (True, 100, "摺疊傘是另一回事。")
    assert good["neighbours"][0]["quote"] == "未拆封的摺疊傘:簽收後 5 日內可換貨 1 次。"
    assert {point["kind"] for point in bad["points"] if not point["passed"] and point["must"]} == {"fact", "forbidden", "tone"}
    fact = next(point for point in bad["points"] if point["detail"] == "9 日")
    assert (fact["quote"], fact["where"]) == ("未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。", "returns/umbrellas:21")
    mine = agent.get(f"{API}/attempts", params={"drill": "storm-umbrella"}).json()["attempts"]
    assert [one["id"] for one in mine] == [bad["id"], good["id"]]
    assert person("another-agent").get(f"{API}/attempts/{bad['id']}").status_code == 404
    assert person("another-agent").get(f"{API}/attempts", params={"person": "agent"}).json()["attempts"] == []
    seen = person("trainer").get(f"{API}/attempts/{bad['id']}").json()
    assert [turn["customer"] for turn in seen["attempt"]["turns"]] == ["風暴傘未拆,可以退嗎?", "收不收錢?"]
    assert bad["id"] in {one["id"] for one in person("trainer").get(f"{API}/attempts", params={"person": "*"}).json()["attempts"]}


def test_a_trainer_overrides_a_score_and_the_trainee_reads_why(person: Person, services: Services, drills: Path) -> None:
    made = attempt(person("agent"), "您好,可以的。", "收一點點,歡迎再問。").json()
    path = f"{API}/attempts/{made['id']}"
    assert person("trainer").post(f"{path}/override", json={"score": 80, "passed": True, "reason": " "}).status_code == 422
    assert (
        person("trainer").post(f"{path}/override", json={"score": 80, "passed": True, "reason": "Asked back, which is fine here."}).status_code == 201
    )
    seen = person("agent").get(path).json()["attempt"]
    assert (seen["score"], seen["passed"], seen["scored"]) == (80, True, made["score"])
    assert seen["overrides"][0] | {"at": ""} == {"at": "", "by": "trainer", "score": 80, "passed": True, "reason": "Asked back, which is fine here."}
    own = attempt(person("trainer"), *GOOD).json()
    assert person("trainer").post(f"{API}/attempts/{own['id']}/override", json={"score": 0, "passed": False, "reason": "because"}).status_code == 403


def test_a_trainer_writes_tries_and_saves_a_drill(person: Person, services: Services, drills: Path) -> None:
    trainer = person("trainer")
    broken = DRILL.replace("[9 日, 4%]", "[19 日]")
    said = trainer.post(f"{API}/lint", json={"name": "new-one", "text": broken}).json()
    assert said["drill"] is None
    assert [(one["line"], one["severity"]) for one in said["problems"]] == [(8, "error")]
    assert trainer.put(f"{API}/file", json={"name": "new-one", "text": broken}).status_code == 422
    before = len(services.store.attempts())
    tried = trainer.post(f"{API}/try", json={"name": "new-one", "text": DRILL, "replies": replies(*GOOD)}).json()
    assert tried["passed"]
    assert len(services.store.attempts()) == before, "a try is not kept"
    saved = trainer.put(f"{API}/file", json={"name": "new-one", "text": DRILL})
    assert saved.status_code == 200
    assert (drills / "new-one.md").read_text(encoding="utf-8") == DRILL
    assert "new-one" in {one["id"] for one in person("agent").get(f"{API}/drills").json()["drills"]}


def test_what_somebody_else_wrote_is_not_overwritten(person: Person, drills: Path) -> None:
    trainer = person("trainer")
    opened = trainer.get(f"{API}/file", params={"name": "storm-umbrella"}).json()
    theirs = DRILL.replace("退風暴傘", "退傘")
    (drills / "storm-umbrella.md").write_text(theirs, encoding="utf-8")
    refused = trainer.put(f"{API}/file", json={"name": "storm-umbrella", "text": DRILL, "opened": opened["version"]})
    assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (409, "conflict", theirs)
    again = trainer.put(f"{API}/file", json={"name": "storm-umbrella", "text": DRILL, "opened": refused.json()["version"]})
    assert again.status_code == 200


@pytest.mark.parametrize("name", ["../evil", "a/b", "UPPER", ""])
def test_no_name_leads_out_of_the_folder(person: Person, drills: Path, name: str) -> None:
    trainer = person("trainer")
    assert trainer.put(f"{API}/file", json={"name": name, "text": DRILL}).status_code == 422
    assert trainer.get(f"{API}/file", params={"name": name}).status_code == 422
    assert [one.name for one in drills.iterdir()] == ["storm-umbrella.md"]


def test_broken_files_are_listed_with_what_is_wrong_and_nobody_gets_them(person: Person, drills: Path) -> None:
    (drills / "broken.md").write_text("no head", encoding="utf-8")
    files = {one["name"]: one for one in person("trainer").get(f"{API}/files").json()["files"]}
    assert (files["broken"]["broken"], files["broken"]["problems"][0]["what"]) == (True, "no front matter")
    assert not files["storm-umbrella"]["broken"]
    assert "broken" not in {one["id"] for one in person("agent").get(f"{API}/drills").json()["drills"]}

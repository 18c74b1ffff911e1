"""The calls of "check impact" and of golden questions: what they tell, refuse, and leave alone."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kb.store import Ask, Reply
from tests.ui.api.test_content import API, UMBRELLAS, as_, olga, opened, quay, services  # noqa: F401  (fixtures)
from ui.api import content_impact
from ui.services import Services

REFUND = "未拆封的風暴傘幾天內可以退款?"


def impact(client: TestClient, **body: Any) -> list[tuple[str, Any]]:
    response = client.post(f"{API}/impact", json=body)
    assert response.status_code == 200, response.text
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in response.text.strip().split("\n\n")]
    return [(event["event"], json.loads(event["data"])) for event in events]


def keep(services: Services, text: str, number: int, reply: str = "") -> str:  # noqa: F811
    answer, at = services.ask(text), dt.datetime(2031, 5, 20, 8, number, tzinfo=dt.UTC)
    services.store.add_ask(Ask(answer.id, at, "amy", "", "", text, (), "2031-05-20", answer.as_json(), answer.snapshot, "extractive", {}))
    if reply:
        services.store.add_reply(Reply(f"r{number}", answer.id, at, "amy", "", "", reply, [], "send", answer.draft, True, 9.0, "none"))
    return answer.id


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "store.sqlite3" not in path.name}


def test_a_typed_text_is_checked_and_nothing_is_kept(olga: TestClient, services: Services) -> None:  # noqa: F811
    assert olga.post(f"{API}/golden/pin", json={"text": REFUND, "lang": "zh-Hant", "must_include": [["9 日"]]}).status_code == 201
    keep(services, REFUND, 1)
    text = opened(olga, UMBRELLAS)["head"]["text"]
    content, home = files_of(services.settings.content), files_of(services.settings.home)
    *progress, (name, found) = impact(olga, file=UMBRELLAS, text=text.replace("9 日", "12 日"))
    assert {one for one, _ in progress} == {"progress"}
    assert name == "result"
    assert (found["changed"], found["compared"], found["real"], found["articles"]) == (2, 2, 1, ["returns/umbrellas"])
    assert found["golden"] == {"judged": 1, "right_before": 1, "right_after": 0}
    broke, asked = found["changes"]
    assert (broke["golden"], broke["sorts"][0], asked["golden"], asked["times"]) == (True, "broke", False, 1)
    assert broke["why"] == [["value", "9 日"]]
    assert ["new", "12"] in broke["difference"]
    assert ["gone", "9"] in broke["difference"]
    assert broke["before"]["sources"][0]["file"] == UMBRELLAS
    assert (files_of(services.settings.content), files_of(services.settings.home)) == (content, home)
    assert "9 日" in services.ask(REFUND).draft


def test_what_is_kept_aside_the_file_and_the_folder_are_checked_too(olga: TestClient, services: Services) -> None:  # noqa: F811
    keep(services, REFUND, 1)
    head = opened(olga, UMBRELLAS)["head"]
    assert impact(olga, file=UMBRELLAS)[-1][1]["changed"] == 0
    draft = {"file": UMBRELLAS, "text": head["text"].replace("9 日", "12 日"), "opened": head["version"], "status": "draft"}
    assert olga.post(f"{API}/save", json=draft).status_code == 200
    assert impact(olga, file=UMBRELLAS)[-1][1]["changed"] == 1
    assert impact(olga, file=UMBRELLAS, last=0)[-1][1]["compared"] == 0
    assert impact(olga, file="")[-1][1]["articles"] == [], "what is kept aside is not on disk"
    retired = impact(olga, file=UMBRELLAS, status="retired")[-1][1]
    assert retired["counts"]["lost"] == 1
    (services.settings.content / "articles" / UMBRELLAS).unlink()
    assert impact(olga, file="")[-1][1]["articles"] == ["returns/umbrellas"]


def test_what_cannot_be_checked_is_refused(olga: TestClient, services: Services) -> None:  # noqa: F811
    head = opened(olga, UMBRELLAS)["head"]["text"]
    unsound = olga.post(f"{API}/impact", json={"file": UMBRELLAS, "text": head.replace("disclaimers: [wind]", "disclaimers: [rain]")})
    assert (unsound.status_code, unsound.json()["code"]) == (422, "unsound")
    assert unsound.json()["found"][0]["line"] > 1
    for body in (
        {"file": "no/such.md"},
        {"file": "../../secret.md"},
        {"file": UMBRELLAS, "text": "no front matter"},
        {"file": "", "last": 100_000},
        {},
    ):
        assert olga.post(f"{API}/impact", json=body).status_code == 422, body
    (services.settings.content / "shop.yaml").write_text("today: [", encoding="utf-8")
    ((name, _), (error, problem)) = impact(olga, file="")
    assert (name, error, problem["status"]) == ("progress", "error", 422)
    assert "shop.yaml" in problem["detail"]


def test_one_check_at_a_time(olga: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(content_impact, "WAIT", 0.05)
    keep(services, REFUND, 1)
    asked, go_on = threading.Event(), threading.Event()
    real_check = content_impact.check

    def slow(*arguments: Any) -> Any:
        asked.set()
        go_on.wait(60)
        return real_check(*arguments)

    monkeypatch.setattr(content_impact, "check", slow)
    first: list[Any] = []
    thread = threading.Thread(target=lambda: first.append(impact(olga, file="")))
    thread.start()
    assert asked.wait(60)
    second = impact(olga, file="")
    go_on.set()
    thread.join(120)
    assert second[-1][0] == "error"
    assert second[-1][1]["status"] == 409
    assert first[0][-1][0] == "result"
    assert impact(olga, file="")[-1][0] == "result"


# ---- golden questions ---------------------------------------------------------------------------------------------------------


def test_the_desks_log_is_pinned_judged_and_unpinned(olga: TestClient, services: Services) -> None:  # noqa: F811
    keep(services, "Who won the chess match?", 1)
    keep(services, REFUND, 2, "您好,收貨九天內可以退款。")
    log = olga.get(f"{API}/golden/log").json()
    assert [one["question"] for one in log["asks"]] == [REFUND, "Who won the chess match?"]
    assert not log["more"]
    assert (log["asks"][0]["reply"], log["asks"][0]["articles"]) == ("您好,收貨九天內可以退款。", ["returns/umbrellas"])
    found = olga.get(f"{API}/golden/log", params={"q": "风暴伞 退款"}).json()["asks"]
    assert [one["question"] for one in found] == [REFUND]
    assert olga.get(f"{API}/golden/log", params={"q": "chess refund"}).json()["asks"] == []
    assert olga.get(f"{API}/golden/log", params={"offset": 1}).json()["asks"][0]["question"] == "Who won the chess match?"

    begun = log["asks"][0]["suggestion"]
    body = {
        "text": begun["text"],
        "lang": begun["lang"],
        "asker": begun["asker"],
        "history": begun["history"],
        "all_of": begun["expect"]["articles"]["all_of"],
    }
    body |= {"must_include": begun["expect"]["must_include"], "disclaimers": begun["expect"]["disclaimers"]}
    made = olga.post(f"{API}/golden/pin", json=body)
    assert (made.status_code, made.json()["result"]["right"]) == (201, True), made.text
    again = olga.post(f"{API}/golden/pin", json=body)
    assert (again.status_code, again.json()["code"]) == (422, "question")
    assert str(services.settings.content) not in again.text
    wrong = olga.post(f"{API}/golden/pin", json={"text": "風暴傘保養多久?", "lang": "zh-Hant", "must_include": [["99 個月"]]}).json()
    assert not wrong["result"]["right"]
    assert wrong["result"]["why"] == [["value", "99 個月"]]

    listed = olga.get(f"{API}/golden").json()
    assert [one["text"] for one in listed["questions"]] == [REFUND, "風暴傘保養多久?"]
    assert "returns/umbrellas" in listed["articles"]
    names = [one["name"] for one in listed["questions"]]
    results = olga.post(f"{API}/golden/results", json={"names": [*names, "no/such"]}).json()["results"]
    assert [results[name]["right"] for name in names] == [True, False]
    assert len(results) == 2
    assert olga.post(f"{API}/golden/unpin", json={"id": wrong["question"]["id"]}).status_code == 200
    assert len(olga.get(f"{API}/golden").json()["questions"]) == 1
    assert olga.post(f"{API}/golden/unpin", json={"id": "p-0"}).status_code == 422


def test_a_pin_that_could_never_be_right_is_refused(olga: TestClient, services: Services) -> None:  # noqa: F811
    fact: dict[str, Any] = {"must_include": [["9 日"]]}
    for more in (
        {}, {"must_include": [["\x1c"]]}, {"must_include": [[" "]]}, {"must_include": [[]]}, {"all_of": ["no/such"]}, {"abstain": True, "disclaimers": ["rain"]},
        fact | {"text": " "}, fact | {"lang": "fr"}, fact | {"id": "x"},
    ):  # fmt: skip
        response = olga.post(f"{API}/golden/pin", json={"text": REFUND, "lang": "zh-Hant"} | more)
        assert response.status_code == 422, (more, response.text)
    assert not (services.settings.content / "questions" / "pinned.yaml").exists()

"""Golden questions by way of the API."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from kb.evaluation import judge
from ui.api import evaluation

GOOD = {"id": "good", "text": "未拆封的風暴傘幾天內可以退款?", "expect": {"articles": {"any_of": ["returns/umbrellas"]}, "must_include": [["9 日"]]}}
BAD = GOOD | {"id": "bad", "expect": {"articles": {"any_of": ["returns/umbrellas"]}, "must_include": [["999 日"]]}}


def test_questions_are_judged_as_on_the_command_line(program: Any, services: Any) -> None:
    before = len(services.store.asks(limit=1000))
    given = program("eval").post("/api/v1/eval", json={"questions": [GOOD, BAD]}).json()
    assert [(one["id"], one["right"]) for one in given["questions"]] == [("good", True), ("bad", False)]
    assert given["summary"]["right"] == 0.5
    assert given["questions"][1]["misses"] == ["lacks one of 999 日"]
    assert services.recorder.flush()
    assert len(services.store.asks(limit=1000)) == before, "an evaluation is no customer"


def test_agents_may_not_evaluate_and_owners_may(person: Any) -> None:
    assert person("agent").post("/api/v1/eval", json={"questions": [GOOD]}).status_code == 403
    assert person("owner").post("/api/v1/eval", json={"questions": [GOOD]}).status_code == 200


def test_five_hundred_questions_are_the_most(program: Any) -> None:
    many = [GOOD | {"id": str(number)} for number in range(501)]
    assert program("eval").post("/api/v1/eval", json={"questions": many}).status_code == 413


def test_one_evaluation_runs_at_a_time(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return judge(*arguments)

    monkeypatch.setattr(evaluation, "judge", slowly)
    client, statuses = program("eval"), []
    first = threading.Thread(target=lambda: statuses.append(client.post("/api/v1/eval", json={"questions": [GOOD]}).status_code))
    first.start()
    assert begun.wait(60)
    second = program("eval")
    second_client = type(second)(client.app, headers=second.headers)
    refused = second_client.post("/api/v1/eval", json={"questions": [GOOD]})
    go_on.set()
    first.join()
    assert (refused.status_code, statuses) == (429, [200])
    assert int(refused.headers["retry-after"]) > 0

"""Verdicts on answers."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("verdict", ["right", "wrong", "missing"])
def test_a_verdict_is_kept_with_its_reason_masked(person: Any, asked: dict[str, Any], services: Any, verdict: str) -> None:
    body = {"answer_id": asked["id"], "verdict": verdict, "reason": "客人電話 6123 4567"}
    response = person("agent").post("/api/v1/feedback", json=body)
    assert response.status_code == 201
    assert services.recorder.flush()
    (kept,) = services.store.feedback(answer_id=asked["id"])
    assert (kept.id, kept.by, kept.verdict, kept.reason) == (response.json()["id"], "agent", verdict, "客人電話 ⟨phone⟩")


def test_an_answer_given_a_moment_ago_can_be_judged_before_it_is_written(person: Any, services: Any) -> None:
    client = person("agent")
    for _ in range(20):
        answer = client.post("/api/v1/answer", json={"text": "風暴傘"}).json()
        assert client.post("/api/v1/feedback", json={"answer_id": answer["id"], "verdict": "right"}).status_code == 201

"""Replies: checked, recorded once, sent with open problems only when acknowledged."""

from __future__ import annotations

from typing import Any

import pytest

from kb.models import Answer
from ui.api.bodies import ANSWER
from ui.api.replies import without_marks


def reply(client: Any, answer: dict[str, Any] | None, key: str | None = None, **changes: Any) -> Any:
    body = {"text": answer["draft"] if answer else "您好。", "action": "send", "answer_id": answer["id"] if answer else None, **changes}
    return client.post("/api/v1/replies", json=body, headers={"idempotency-key": key} if key else {})


def test_a_reply_is_kept_with_what_it_came_from(person: Any, asked: dict[str, Any], services: Any) -> None:
    response = reply(person("agent"), asked, channel="chat", conversation="c-1", seconds=11.5)
    assert response.status_code == 201
    given = response.json()["reply"]
    assert (given["edited"], given["problems"], given["delivery"], given["seconds"]) == (False, [], "none", 11.5)
    kept = services.store.reply(given["id"])
    assert (kept.by, kept.answer_id, kept.drafted, kept.channel) == ("agent", asked["id"], asked["draft"], "chat")


def test_open_problems_are_asked_about_once(person: Any, asked: dict[str, Any], services: Any) -> None:
    client, text = person("agent"), asked["draft"].replace("9 日", "8 日")
    before = len(services.store.replies(answer_id=asked["id"]))
    refused = reply(client, asked, text=text)
    assert refused.status_code == 409
    assert [problem["code"] for problem in refused.json()["problems"]] == ["unsupported"]
    assert len(services.store.replies(answer_id=asked["id"])) == before
    sent = reply(client, asked, text=text, acknowledged=True)
    assert sent.status_code == 201
    assert [problem["code"] for problem in sent.json()["reply"]["problems"]] == ["unsupported"]
    assert sent.json()["reply"]["edited"] is True


def test_a_source_that_no_article_holds_supports_nothing(person: Any, asked: dict[str, Any]) -> None:
    client = person("agent")
    hits = client.get("/api/v1/search", params={"q": "香港島送貨要幾耐"}).json()["hits"]
    hit = next(one for one in hits if one["audience"] != "agent" and one["quote"] not in {source["quote"] for source in asked["sources"]})
    added = {key: hit[key] for key in ("article", "title", "section", "lines", "quote", "version", "valid_from", "valid_until", "stale")} | {"n": 9}
    for source, status in ((added, 201), (added | {"quote": f"{hit['quote']} 888 日"}, 409), (added | {"version": "0" * 64}, 409)):
        whole = asked | {"sources": [*asked["sources"], source], "disclaimers": []}
        body = {"text": f"{asked['draft']} {source['quote']} [9]", "action": "send", "answer": whole}
        response = client.post("/api/v1/replies", json=body)
        assert response.status_code == status, response.text


def test_a_copy_is_recorded_with_its_problems(person: Any, asked: dict[str, Any]) -> None:
    copied = reply(person("agent"), asked, text=asked["draft"].replace("9 日", "8 日"), action="copy")
    assert copied.status_code == 201
    assert copied.json()["reply"]["problems"]


def test_what_the_agent_wrote_alone_is_recorded_too(person: Any) -> None:
    given = reply(person("agent"), None).json()["reply"]
    assert (given["answer_id"], given["edited"]) == (None, False)


def test_the_same_key_records_one_reply(person: Any, asked: dict[str, Any], services: Any) -> None:
    client = person("agent")
    first = reply(client, asked, "key-1", text=asked["draft"] + "電話 6123 4567", acknowledged=True)
    again = reply(client, asked, "key-1", text=asked["draft"] + "電話 6123 4567", acknowledged=True)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(services.store.replies(answer_id=asked["id"])) == 1


def test_a_key_belongs_to_one_reply_and_one_person(person: Any, asked: dict[str, Any]) -> None:
    first = reply(person("agent"), asked, "key-2").json()["reply"]
    other_text = reply(person("agent"), asked, "key-2", text=asked["draft"] + "!")
    assert other_text.status_code == 422
    assert reply(person("agent"), asked, "key-2", action="copy").status_code == 422
    somebody_else = reply(person("another-agent"), asked, "key-2").json()["reply"]
    assert somebody_else["id"] != first["id"]


@pytest.mark.parametrize("key", ["", "k" * 201, "two words"])
def test_an_unfit_key_is_refused(person: Any, asked: dict[str, Any], key: str) -> None:
    response = person("agent").post("/api/v1/replies", json={"text": "a", "action": "copy"}, headers={"idempotency-key": key})
    assert response.status_code in (413, 422)


def test_who_sees_which_replies(person: Any, program: Any, asked: dict[str, Any]) -> None:
    reply(person("agent"), asked)
    reply(person("another-agent"), asked)

    def writers(client: Any) -> set[str]:
        return {one["by"] for one in client.get("/api/v1/replies", params={"answer_id": asked["id"]}).json()["replies"]}

    assert writers(person("agent")) == {"agent"}
    for client in (person("trainer"), person("owner"), person("admin"), program("replies")):
        assert writers(client) == {"agent", "another-agent"}
    assert program("answer").get("/api/v1/replies").status_code == 403


def test_replies_are_listed_by_time(person: Any, asked: dict[str, Any]) -> None:
    client = person("agent")
    moments = [reply(client, asked).json()["reply"]["at"] for _ in range(3)]

    def listed(**query: Any) -> list[str]:
        found = client.get("/api/v1/replies", params={"answer_id": asked["id"], **query}).json()["replies"]
        return [one["at"] for one in found]

    assert listed() == moments[::-1]
    assert listed(since=moments[1]) == moments[:0:-1]
    assert listed(until=moments[1]) == moments[:1]
    assert listed(limit=1, offset=1) == [moments[1]]


def test_the_customer_gets_no_marks_and_keeps_own_brackets(asked: dict[str, Any]) -> None:
    answer = ANSWER.validate_python(asked)
    assert isinstance(answer, Answer)
    assert without_marks("九日內 [1]。見 [7] 與 [1][1]", answer) == "九日內。見 [7] 與"
    assert without_marks("第 [1] 項", None) == "第 [1] 項"

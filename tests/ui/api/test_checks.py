"""Check a text by the answer's id, by the object, or alone."""

from __future__ import annotations

from typing import Any

import pytest

from ui.api.recording import RECENT, Recording


def check(client: Any, **body: Any) -> Any:
    return client.post("/api/v1/check", json=body).json()["problems"]


def test_a_draft_as_offered_has_no_problem(person: Any, asked: dict[str, Any]) -> None:
    client = person("agent")
    assert check(client, text=asked["draft"], answer_id=asked["id"]) == []
    assert check(client, text=asked["draft"], answer=asked) == []


def test_a_changed_number_is_doubted_where_it_stands(person: Any, asked: dict[str, Any]) -> None:
    text = "😀" + asked["draft"].replace("9 日", "8 日")
    for given in ({"answer_id": asked["id"]}, {"answer": asked}):
        (problem,) = check(person("agent"), text=text, **given)
        assert text[slice(*problem["span"])].strip() == "8 日"


def test_a_lost_disclaimer_is_missed_with_its_text(person: Any, asked: dict[str, Any]) -> None:
    wording = asked["disclaimers"][0]["text"]
    (problem,) = check(person("agent"), text=asked["draft"].replace(wording, ""), answer_id=asked["id"])
    assert (problem["code"], problem["fix"]) == ("missing-disclaimer", wording)


def test_a_text_without_an_answer_rests_on_nothing(person: Any) -> None:
    text = "可於 9 日內退款。"
    problems = check(person("agent"), text=text)
    assert "9 日" in [text[slice(*problem["span"])].strip() for problem in problems]
    assert check(person("agent"), text="您好,請稍候。") == []


def test_a_source_that_the_desk_added_supports_what_it_says(person: Any, asked: dict[str, Any]) -> None:
    client = person("agent")
    hit = next(hit for hit in client.get("/api/v1/search", params={"q": "摺疊傘 維修費"}).json()["hits"] if "25" in hit["quote"])
    fields = ("article", "title", "section", "lines", "quote", "version", "valid_from", "valid_until", "stale")
    more = {**asked, "sources": [*asked["sources"], {"n": 9} | {field: hit[field] for field in fields}]}
    text = asked["draft"] + "摺疊傘的維修費為 HKD 25 [9]。"
    assert [problem["code"] for problem in check(client, text=text, answer=asked)] != []
    assert check(client, text=text, answer=more) == []


@pytest.mark.parametrize(
    "change",
    [{"sources": [{}]}, {"disclaimers": [{"id": "x"}]}, {"question": None}, {"id": "another"}, {"sources": None}],
    ids=str,
)
def test_what_is_no_answer_is_refused(person: Any, asked: dict[str, Any], change: dict[str, Any]) -> None:
    response = person("agent").post("/api/v1/check", json={"text": "a", "answer_id": asked["id"], "answer": asked | change})
    assert response.status_code == 422


def test_too_many_sources_are_refused(person: Any, asked: dict[str, Any]) -> None:
    many = asked | {"sources": asked["sources"] * 60}
    assert person("agent").post("/api/v1/check", json={"text": "a", "answer": many}).status_code == 422


def test_the_customers_own_number_is_no_news(person: Any) -> None:
    client = person("agent")
    given = client.post("/api/v1/answer", json={"text": "我買了 37 把未拆封的風暴傘,幾天內可以退款?"}).json()
    assert check(client, text=given["draft"] + "您的 37 把風暴傘都可以。", answer_id=given["id"]) == check(
        client, text=given["draft"] + "您的 37 把風暴傘都可以。", answer=given
    )


def test_memory_of_answers_is_bounded_and_the_store_stands_in(services: Any, asked: dict[str, Any], person: Any) -> None:
    from kb.models import Answer
    from ui.api.bodies import ANSWER
    from ui.session import Identity

    identity = Identity("agent", "agent", frozenset({"answer"}), "session")
    recording, one = Recording(services), ANSWER.validate_python(asked)
    assert isinstance(one, Answer)
    assert recording.answer(asked["id"], identity) == one, "from the store"
    import dataclasses

    for number in range(RECENT + 5):
        recording._remember(dataclasses.replace(one, id=str(number)), "agent")
    assert len(recording._recent) == RECENT

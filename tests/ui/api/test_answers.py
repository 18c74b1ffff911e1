"""Ask, what is kept of it, edits, receipts, sections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ui.services import Services

ROOT = Path(__file__).parents[3]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "answer.schema.json").read_text(encoding="utf-8")))
QUESTION = "未拆封的風暴傘幾天內可以退款?"


def test_the_answer_is_the_answer_object(asked: dict[str, Any]) -> None:
    SCHEMA.validate(asked)
    assert asked["question"] == QUESTION
    assert "9 日" in asked["draft"]


def test_an_answer_is_kept_masked_with_who_and_where(person: Any, services: Services) -> None:
    body = {
        "text": f"我的電話是 6123 4567,{QUESTION}", "history": [{"role": "agent", "text": "您的電郵是 amy@example.com 嗎?"}],
        "channel": "chat", "conversation": "c-77",
    }  # fmt: skip
    given = person("agent").post("/api/v1/answer", json=body).json()
    assert "6123 4567" in given["question"], "the one who asked gets it as it is"
    assert services.recorder.flush()
    kept = services.store.ask(given["id"])
    assert kept is not None
    assert (kept.by, kept.channel, kept.conversation, kept.drafter) == ("agent", "chat", "c-77", "extractive")
    assert "6123" not in json.dumps([kept.question, kept.answer], ensure_ascii=False)
    assert "amy@example.com" not in kept.history[0].text
    assert kept.answer["sources"] == given["sources"]
    assert [one.id for one in services.store.asks(conversation="c-77")] == [given["id"]]


def test_the_articles_cited_are_kept_as_they_are_now(asked: dict[str, Any], services: Services, shop: Any) -> None:
    assert services.recorder.flush()
    for source in asked["sources"]:
        version = services.store.version(source["version"])
        assert version is not None
        assert version.text.encode() == (shop.content / "articles" / f"{source['article']}.md").read_bytes()


def test_a_kept_answer_can_be_read_again(person: Any, asked: dict[str, Any]) -> None:
    kept = person("trainer").get(f"/api/v1/answers/{asked['id']}").json()
    assert (kept["id"], kept["by"], kept["channel"], kept["conversation"]) == (asked["id"], "agent", "chat", "c-1")
    assert kept["answer"] == asked


@pytest.mark.parametrize("path", ["", "/receipt"])
@pytest.mark.parametrize("answer_id", ["0" * 32, "x" * 200, "%F0%9F%98%80", "x%00y"])
def test_an_answer_that_is_not_kept_is_not_found(person: Any, answer_id: str, path: str) -> None:
    assert person("admin").get(f"/api/v1/answers/{answer_id}{path}").status_code == 404


def test_a_program_sees_its_own_answers_only(program: Any, asked: dict[str, Any]) -> None:
    one, other = program("answer", "feedback", "check", "replies"), program("answer")
    own = one.post("/api/v1/answer", json={"text": QUESTION}).json()
    assert one.get(f"/api/v1/answers/{own['id']}").status_code == 200
    assert other.get(f"/api/v1/answers/{own['id']}").status_code == 404
    for method, path, body in [
        ("GET", f"/answers/{asked['id']}", None),
        ("GET", f"/answers/{asked['id']}/receipt", None),
        ("PUT", f"/answers/{asked['id']}/edit", {"text": "a"}),
        ("POST", "/feedback", {"answer_id": asked["id"], "verdict": "right"}),
        ("POST", "/check", {"answer_id": asked["id"], "text": "a"}),
        ("POST", "/replies", {"answer_id": asked["id"], "text": "a", "action": "copy"}),
        ("POST", "/replies", {"answer": asked, "text": "a", "action": "copy"}),
    ]:
        assert one.request(method, f"/api/v1{path}", json=body).status_code == 404, path


@pytest.mark.parametrize("path", ["", "/receipt"])
def test_an_agent_reads_their_own_answers_and_learns_of_no_other(person: Any, asked: dict[str, Any], path: str) -> None:
    address = f"/api/v1/answers/{asked['id']}{path}"
    for name in ("agent", "trainer", "owner", "admin"):
        assert person(name).get(address).status_code == 200, name
    other = person("another-agent")
    refused, unknown = other.get(address), other.get(f"/api/v1/answers/{'0' * 32}{path}")
    assert refused.status_code == 404
    assert {**refused.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


def test_a_receipt_of_what_was_erased_says_so_and_keeps_the_articles(person: Any, services: Services) -> None:
    client = person("agent")
    asked = client.post("/api/v1/answer", json={"text": QUESTION, "conversation": "c-gone"}).json()
    client.post("/api/v1/replies", json={"answer_id": asked["id"], "text": asked["draft"], "action": "copy", "conversation": "c-gone"})
    assert services.recorder.flush()
    services.store.erase(services.store.held_of_conversation("c-gone"), "conversation", "a test")
    receipt = client.get(f"/api/v1/answers/{asked['id']}/receipt").json()
    assert (receipt["question"], receipt["draft"], receipt["sent"], receipt["intact"]) == ("", "", "", True)
    assert receipt["erased_at"]
    assert receipt["sources"][0]["quote"] == asked["sources"][0]["quote"]
    page = client.get(f"/receipts/{asked['id']}")
    assert page.status_code == 200
    assert QUESTION not in page.text
    assert client.get(f"/api/v1/answers/{asked['id']}").status_code == 404, "an answer object has a draft"
    assert client.put(f"/api/v1/answers/{asked['id']}/edit", json={"text": QUESTION}).status_code == 404, "nothing is written to it again"
    listed = client.get("/api/v1/replies", params={"answer_id": asked["id"]}).json()["replies"]
    assert listed == []


def test_programs_and_people_of_one_name_are_told_apart(program: Any, services: Services) -> None:
    given = program("answer", name="agent").post("/api/v1/answer", json={"text": QUESTION}).json()
    kept = services.recorder.ask(given["id"])
    assert kept is not None
    assert kept.by == "client:agent"


# ---- wording ---------------------------------------------------------------------------------------------------------


def test_tone_and_season_change_the_frame_and_not_the_facts(person: Any) -> None:
    client = person("agent")
    drafts = {
        tone: client.post("/api/v1/answer", json={"text": QUESTION, "tone": tone, "season": "harbour-day"}).json()
        for tone in ("formal", "warm", "brief")
    }
    assert len({answer["draft"] for answer in drafts.values()}) == 3
    assert len({json.dumps(answer["claims"]) for answer in drafts.values()}) == 1
    assert "海港日快樂!" in drafts["warm"]["draft"]


def test_a_greeting_speaks_the_language_of_the_reply(person: Any) -> None:
    client = person("agent")
    english = client.post("/api/v1/answer", json={"text": QUESTION, "season": "harbour-day", "lang": "en"}).json()
    assert "Happy Harbour Day!" in english["draft"]
    asked_in_english = client.post("/api/v1/answer", json={"text": "How much is delivery to the outer islands?", "season": "harbour-day"}).json()
    assert "Happy Harbour Day!" in asked_in_english["draft"]


@pytest.mark.parametrize("season", ["nowhere", "lantern-night"])
def test_a_greeting_out_of_season_is_refused(person: Any, season: str) -> None:
    response = person("agent").post("/api/v1/answer", json={"text": QUESTION, "season": season})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "season"


# ---- edits and receipts ----------------------------------------------------------------------------------------------


def test_the_latest_edit_is_kept_masked(person: Any, asked: dict[str, Any], services: Services) -> None:
    client = person("agent")
    for text in ("first", "您的電話 6123 4567"):
        assert client.put(f"/api/v1/answers/{asked['id']}/edit", json={"text": text}).status_code == 204
    assert services.recorder.flush()
    (edit,) = services.store.edits(asked["id"])
    assert (edit.by, edit.text) == ("agent", "您的電話 ⟨phone⟩")


def test_a_receipt_shows_the_articles_as_they_were(person: Any, asked: dict[str, Any]) -> None:
    client = person("agent")
    client.put(f"/api/v1/answers/{asked['id']}/edit", json={"text": "edited"})
    client.post("/api/v1/replies", json={"answer_id": asked["id"], "text": asked["draft"], "action": "copy"})
    client.post("/api/v1/feedback", json={"answer_id": asked["id"], "verdict": "right"})
    receipt = client.get(f"/api/v1/answers/{asked['id']}/receipt").json()
    assert receipt["intact"] is True
    assert receipt["sources"][0]["quote"] in receipt["sources"][0]["text"]
    assert receipt["sent"] == asked["draft"]
    assert [one["verdict"] for one in receipt["feedback"]] == ["right"]
    assert [one["text"] for one in receipt["edits"]] == ["edited"]


def test_the_section_around_a_source(person: Any, asked: dict[str, Any]) -> None:
    given = person("agent").post("/api/v1/context", json={"snapshot": asked["snapshot"], "sources": asked["sources"]}).json()["contexts"]
    assert [one["n"] for one in given] == [source["n"] for source in asked["sources"]]
    assert [piece["text"] for piece in given[0]["passages"] if piece["highlight"]] == [asked["sources"][0]["quote"]]
    assert any("摺疊傘" in piece["text"] for piece in given[0]["passages"])

"""Nothing personal is kept, whoever calls the store. The personal data below is invented."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import inspect, text

from kb.models import Turn
from kb.store import Ask, Edit, Feedback, Reply, Store
from kb.store.masking import masked_ask, masked_conversation, masked_edit, masked_feedback, masked_reply

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
MESSAGE = "我電話係 9123 4567,電郵 tai.man@example.com,幾時送到?"
PRIVATE = ("9123 4567", "tai.man@example.com", "6234 5678")
SHOPS_OWN = "熱線 2345 6789"
ANSWER = {
    "id": "a", "question": MESSAGE, "draft": f"你的電話 9123 4567 已收到 [1]。{SHOPS_OWN}。", "ask": None, "reason": None, "abstain": False,
    "claims": [{"text": "你的電話 9123 4567 已收到。", "citations": [1], "supported": True, "problems": []}], "notes": ["Open: tai.man@example.com"],
    "sources": [{"n": 1, "quote": f"{SHOPS_OWN},例:9123 4567"}], "disclaimers": [{"id": "d", "text": SHOPS_OWN}], "confidence": 0.5,
}  # fmt: skip
ASK = Ask("a", NOW, "mei", "chat", "c7", MESSAGE, (Turn("customer", "call 6234 5678"),), "2031-05-20", ANSWER, "s", "extractive", {})
REPLY = Reply(
    "r", "a", NOW, "mei", "chat", "c7", f"已收到 {PRIVATE[0]}", [{"code": "personal", "message": PRIVATE[1]}], "send", PRIVATE[2], True, 1, "none"
)


def whole_database(store: Store) -> str:
    with store._reading() as connection:
        names = inspect(connection).get_table_names()
        return repr([connection.execute(text(f"SELECT * FROM {name}")).all() for name in names])


def test_nothing_personal_reaches_the_database(store: Store) -> None:
    everywhere = " ".join(PRIVATE)
    ask = dataclasses.replace(ASK, answer={**ANSWER, "sources": []}, channel=f"whatsapp {PRIVATE[0]}")
    store.add_ask(ask)
    store.put_edit(Edit("a", "mei", NOW, everywhere))
    reply = dataclasses.replace(REPLY, channel=PRIVATE[1])
    assert store.add_reply(reply, PRIVATE[0]).id == store.add_reply(dataclasses.replace(reply, id="again"), PRIVATE[0]).id == "r"
    store.add_feedback(Feedback("f", "a", NOW, "mei", "wrong", everywhere))
    kept = whole_database(store)
    assert [one for one in PRIVATE if one in kept] == []
    assert "⟨phone⟩" in kept
    assert "⟨email⟩" in kept


def test_what_is_kept_reads_on_without_the_personal_data(store: Store) -> None:
    store.add_ask(ASK)
    kept = store.ask("a")
    assert kept is not None
    assert (kept.question, kept.history[0].text) == ("我電話係 ⟨phone⟩,電郵 ⟨email⟩,幾時送到?", "call ⟨phone⟩")
    assert kept.answer["question"] == kept.question
    assert kept.answer["draft"] == f"你的電話 ⟨phone⟩ 已收到 [1]。{SHOPS_OWN}。"
    assert kept.answer["claims"][0]["text"] == "你的電話 ⟨phone⟩ 已收到。"
    assert kept.answer["notes"] == ["Open: ⟨email⟩"]


def test_the_shops_own_words_stay_verbatim() -> None:
    masked = masked_ask(ASK)
    assert masked.answer["sources"] == ANSWER["sources"]
    assert masked.answer["disclaimers"] == ANSWER["disclaimers"]
    assert {key: masked.answer[key] for key in ("id", "confidence", "abstain", "ask")} == {
        key: ANSWER[key] for key in ("id", "confidence", "abstain", "ask")
    }


def test_a_message_without_personal_data_is_kept_as_it_is() -> None:
    plain = dataclasses.replace(ASK, question="幾時送到?", history=(), answer={**ANSWER, "question": "幾時送到?"})
    assert masked_ask(plain) == plain


def test_masking_twice_changes_nothing() -> None:
    once: list[Any] = [
        masked_ask(ASK),
        masked_reply(REPLY),
        masked_edit(Edit("a", "m", NOW, MESSAGE)),
        masked_feedback(Feedback("f", "a", NOW, "m", "wrong", MESSAGE)),
    ]
    twice = [masked_ask(once[0]), masked_reply(once[1]), masked_edit(once[2]), masked_feedback(once[3])]
    assert twice == once


def test_a_name_is_masked_as_a_word_only() -> None:
    ask = dataclasses.replace(
        ASK, question="My name is Ian", history=(), answer={"draft": "Hello Ian, a guardian keeps it.", "question": "", "sources": []}
    )
    masked = masked_ask(ask)
    if masked.question == "My name is Ian":
        pytest.skip("such a name is not masked")
    assert masked.answer["draft"] == "Hello ⟨name⟩, a guardian keeps it."


def test_an_id_of_a_conversation_that_is_a_phone_number_becomes_a_digest_that_still_groups(store: Store) -> None:
    store.add_ask(dataclasses.replace(ASK, conversation="+852 9123 4567"))
    store.add_ask(dataclasses.replace(ASK, id="b", conversation="+852 6234 5678"))
    assert "9123" not in masked_conversation("+852 9123 4567")
    assert [ask.id for ask in store.asks(conversation="+852 9123 4567")] == ["a"]
    digest = masked_conversation("+852 9123 4567")
    assert masked_conversation(digest) == digest
    assert [ask.id for ask in store.asks(conversation=digest)] == ["a"]


@pytest.mark.parametrize("plain", ["", "c7", "conversation 12", "b3f1c2d4-0000-4a5b-8c6d-aabbccddeeff"])
def test_other_ids_of_conversations_stay(plain: str) -> None:
    assert masked_conversation(plain) == plain


def test_a_shops_own_order_numbers_are_masked_where_it_names_their_pattern(store: Store) -> None:
    ask = dataclasses.replace(
        ASK, question="Where is LQ-77?", history=(), answer={"draft": "LQ-77 is open.", "question": "Where is LQ-77?", "sources": []}
    )
    assert masked_ask(ask).question == "Where is LQ-77?"
    store.order_numbers = (r"LQ-[0-9]{2}",)
    store.add_ask(ask)
    kept = store.ask("a")
    assert kept is not None
    assert (kept.question, kept.answer["draft"]) == ("Where is ⟨order⟩?", "⟨order⟩ is open.")

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from kb.errors import StoreError
from kb.models import Turn
from kb.store import ArticleVersion, Ask, Edit, Feedback, Reply, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
ASK = Ask(
    "a", NOW, "mei", "chat", "c7", "幾時送到?", (Turn("customer", "你好"), Turn("agent", "你好,請說")), "2031-05-20",
    {"question": "幾時送到?", "draft": "6 日內 [1]。", "sources": [{"n": 1}], "confidence": 0.93}, "20310501T0", "extractive",
    {"search": 1.25, "total": 4.5},
)  # fmt: skip
REPLY = Reply(
    "r", "a", NOW, "mei", "chat", "c7", "6 日內送到。", [{"code": "quantity", "span": [0, 3], "message": "m", "fix": ""}], "send", "6 日內。", True,
    7.5, "pending",
)  # fmt: skip


def at(hours: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=hours)


def together(works: list[Callable[[], object]]) -> list[object]:
    """What each gives, all begun at the same moment."""
    found: list[object] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(index: int) -> None:
        start.wait()
        found[index] = works[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def tables(store: Store, *names: str) -> list[int]:
    with store._reading() as connection:
        return [int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in names]


# ---- asks ----------------------------------------------------------------------------------------------------------------


def test_an_ask_comes_back_as_it_was(store: Store) -> None:
    store.add_ask(ASK)
    kept = store.ask("a")
    assert kept == ASK
    assert list(kept.answer) == list(ASK.answer), "the order of the answer's fields stays"
    assert store.ask("b") is None


def test_a_second_ask_with_the_same_id_changes_nothing(store: Store) -> None:
    store.add_ask(ASK)
    store.add_ask(dataclasses.replace(ASK, question="Another?"))
    assert store.asks() == [ASK]


def test_asks_are_found_by_time_person_and_conversation_newest_first(store: Store) -> None:
    for number in range(6):
        store.add_ask(dataclasses.replace(ASK, id=str(number), at=at(number), by="mei" if number % 2 else "bot", conversation=f"c{number // 2}"))

    def ids(asks: list[Ask]) -> str:
        return "".join(ask.id for ask in asks)

    assert ids(store.asks()) == "543210"
    assert ids(store.asks(since=at(1), until=at(4))) == "321"
    assert ids(store.asks(by="mei")) == "531"
    assert ids(store.asks(by="mei", until=at(5))) == "31"
    assert ids(store.asks(conversation="c1")) == "32"
    assert ids(store.asks(limit=2)) == "54"
    assert ids(store.asks(limit=2, offset=4)) == "10"
    assert store.asks(limit=0) == []


def test_asks_of_one_moment_have_an_order(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.add_ask(dataclasses.replace(ASK, id=name))
    pages = [store.asks(limit=1, offset=offset)[0].id for offset in range(3)]
    assert pages == ["c", "b", "a"]


# ---- edits ---------------------------------------------------------------------------------------------------------------


def test_an_edit_takes_the_place_of_the_same_persons_earlier_one(store: Store) -> None:
    for by, hours, words in (("mei", 0, "first"), ("ann", 1, "hers"), ("mei", 2, "second")):
        store.put_edit(Edit("a", by, at(hours), words))
    store.put_edit(Edit("b", "mei", NOW, "of another answer"))
    assert store.edits("a") == [Edit("a", "ann", at(1), "hers"), Edit("a", "mei", at(2), "second")]
    assert store.edits("c") == []


def test_an_edit_that_comes_late_does_not_undo_a_newer_one(store: Store) -> None:
    store.put_edit(Edit("a", "mei", at(2), "new"))
    store.put_edit(Edit("a", "mei", at(1), "old"))
    assert [edit.text for edit in store.edits("a")] == ["new"]


# ---- replies -------------------------------------------------------------------------------------------------------------


def test_a_reply_comes_back_as_it_was(store: Store) -> None:
    assert store.add_reply(REPLY, None) == store.reply("r") == REPLY
    alone = dataclasses.replace(REPLY, id="s", answer_id=None, seconds=None, problems=[], edited=False)
    assert store.add_reply(alone) == store.reply("s") == alone
    assert store.reply("t") is None


def test_the_same_key_gives_the_earlier_reply_and_writes_nothing(store: Store) -> None:
    store.add_reply(REPLY, "key", sealed=b"first")
    again = store.add_reply(dataclasses.replace(REPLY, id="s", text="another"), "key", sealed=b"second")
    assert again == REPLY
    assert tables(store, "replies", "deliveries") == [1, 1]


def test_the_same_reply_without_a_key_is_kept_once(store: Store) -> None:
    store.add_reply(REPLY, sealed=b"first")
    assert store.add_reply(dataclasses.replace(REPLY, text="another"), sealed=b"second") == REPLY
    assert tables(store, "replies", "deliveries") == [1, 1]


def test_replies_without_a_key_are_all_kept(store: Store) -> None:
    for name in "stu":
        store.add_reply(dataclasses.replace(REPLY, id=name))
    assert len(store.replies()) == 3


def test_a_key_is_its_persons_own(store: Store) -> None:
    store.add_reply(REPLY, "key")
    hers = dataclasses.replace(REPLY, id="s", by="ann", text="hers")
    assert store.add_reply(hers, "key") == hers
    assert len(store.replies()) == 2


def test_nobody_gets_anothers_reply_by_its_id(store: Store) -> None:
    store.add_reply(REPLY, "key")
    with pytest.raises(StoreError, match="there is a reply r already, by somebody else"):
        store.add_reply(dataclasses.replace(REPLY, by="ann"), "another key")


def test_one_key_used_by_many_at_the_same_moment_writes_one_reply(store: Store) -> None:
    def send(number: int) -> Callable[[], object]:
        return lambda: store.add_reply(dataclasses.replace(REPLY, id=f"r{number}"), "key", sealed=b"x")

    found = together([send(number) for number in range(8)])
    assert len({reply.id for reply in found if isinstance(reply, Reply)}) == 1
    assert tables(store, "replies", "deliveries") == [1, 1]


def test_replies_are_found_by_time_person_and_answer_newest_first(store: Store) -> None:
    for number in range(4):
        reply = dataclasses.replace(REPLY, id=str(number), at=at(number), by="mei" if number % 2 else "ann", answer_id=f"a{number // 2}")
        store.add_reply(reply)
    assert [reply.id for reply in store.replies()] == ["3", "2", "1", "0"]
    assert [reply.id for reply in store.replies(since=at(1), until=at(3))] == ["2", "1"]
    assert [reply.id for reply in store.replies(by="ann")] == ["2", "0"]
    assert [reply.id for reply in store.replies(answer_id="a1")] == ["3", "2"]
    assert [reply.id for reply in store.replies(limit=1, offset=1)] == ["2"]


def test_the_state_of_a_delivery_is_kept(store: Store) -> None:
    store.add_reply(REPLY)
    store.set_delivery("r", "failed")
    assert store.reply("r") == dataclasses.replace(REPLY, delivery="failed")
    with pytest.raises(StoreError, match="there is no reply s"):
        store.set_delivery("s", "failed")


@pytest.mark.parametrize(("field", "value"), [("action", "shout"), ("delivery", "lost")])
def test_an_unknown_word_is_refused(store: Store, field: str, value: str) -> None:
    with pytest.raises(StoreError, match=f"'{value}' is no {field}; take "):
        store.add_reply(dataclasses.replace(REPLY, **{field: value}))
    assert store.replies() == []


# ---- feedback ------------------------------------------------------------------------------------------------------------


def test_feedback_is_found_by_answer_and_time_newest_first(store: Store) -> None:
    given = [Feedback(str(number), f"a{number // 2}", at(number), "mei", "missing", "講漏咗") for number in range(4)]
    for one in given:
        store.add_feedback(one)
    store.add_feedback(dataclasses.replace(given[0], reason="another"))
    assert store.feedback() == given[::-1]
    assert store.feedback(answer_id="a1") == [given[3], given[2]]
    assert store.feedback(since=at(1), until=at(2)) == [given[1]]
    assert store.feedback(limit=1, offset=3) == [given[0]]
    with pytest.raises(StoreError, match="'maybe' is no verdict; take right, wrong, missing"):
        store.add_feedback(dataclasses.replace(given[0], id="x", verdict="maybe"))  # type: ignore[arg-type]


# ---- articles as they were -----------------------------------------------------------------------------------------------


def version(words: str, article: str = "delivery/islands") -> ArticleVersion:
    return ArticleVersion(hashlib.sha256(words.encode()).hexdigest(), article, words, NOW)


def test_an_articles_text_is_kept_to_the_byte(store: Store) -> None:
    whole = version("\ufeff---\r\ntitle: 送貨\r\n---\r\n6 日 😀\t\n\n")
    store.add_versions([whole, version("other")])
    assert store.version(whole.version) == whole
    assert store.version("0" * 64) is None


def test_a_known_version_is_skipped(store: Store) -> None:
    store.add_versions([version("text")])
    store.add_versions([dataclasses.replace(version("text"), first_seen=at(1), article="renamed"), version("new")])
    assert store.version(version("text").version) == version("text")
    assert tables(store, "article_versions") == [2]


@pytest.mark.parametrize("wrong", [dataclasses.replace(version("text"), text="Text"), version("a\x00b")], ids=["another text", "a NUL byte"])
def test_a_text_that_is_not_its_version_is_refused(store: Store, wrong: ArticleVersion) -> None:
    with pytest.raises(StoreError, match="delivery/islands: the text "):
        store.add_versions([version("good"), wrong])
    assert tables(store, "article_versions") == [0]


# ---- many at once --------------------------------------------------------------------------------------------------------


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    batch = [ASK, Edit("a", "mei", NOW, "text"), Feedback("f", "a", NOW, "mei", "right", ""), version("text")]
    with pytest.raises(StoreError):
        store.add_all([*batch, Edit("a", "ann", NOW, "x" * 300_000)])
    assert tables(store, "asks", "edits", "feedback", "article_versions") == [0, 0, 0, 0]
    store.add_all(batch)
    assert tables(store, "asks", "edits", "feedback", "article_versions") == [1, 1, 1, 1]
    store.add_all([])

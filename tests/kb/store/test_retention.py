"""Texts that are erased: by age, of a conversation, with given words. What is counted stays, and no byte of them is left in the file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from kb.models import Turn
from kb.store import Ask, Attempt, Edit, Feedback, Reply, Scope, Store, receipt, schema
from kb.store.retention import BATCH, GONE
from tests.kb.store.test_figures import SCOPES, fill

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SOURCE = {
    "n": 1, "article": "delivery", "title": "Delivery", "section": "", "quote": "Parcels take 6 days.", "version": "v" * 64, "lines": [1, 1],
    "valid_from": None, "valid_until": None,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "id": "", "question": "Is my LANTERN here?", "draft": "LANTERN: 6 days [1].", "abstain": False, "lang": "en", "confidence": 0.9, "reason": None,
    "claims": [{"text": "LANTERN: 6 days.", "citations": [1]}], "notes": ["LANTERN"], "sources": [SOURCE], "disclaimers": [], "a later field": "LANTERN",
}  # fmt: skip
ASK = Ask(
    "", NOW, "mei", "chat", "c7", "Is my LANTERN here?", (Turn("customer", "LANTERN!"),), "2031-05-20", ANSWER, "s", "extractive", {"total": 1.5}
)
REPLY = Reply(
    "", "", NOW, "mei", "chat", "c7", "Your LANTERN is here.", [{"code": "quantity", "span": [0, 3], "message": "LANTERN", "fix": "LANTERN"}], "send",
    "LANTERN: 6 days [1].", True, 7.5, "pending",
)  # fmt: skip
ATTEMPT = Attempt(
    "", NOW, "ka", "lamps", "I LANTERN you", 60.0, 40, False, [{"kind": "fact", "said": "LANTERN", "problems": ["LANTERN"], "quote": "6 days"}], "Lamps",
    "returns", "en", [{"customer": "LANTERN?", "reply": "I LANTERN you", "seconds": 60.0}],
)  # fmt: skip


def put(store: Store, name: str, at: dt.datetime, word: str = "LANTERN", conversation: str = "c7") -> None:
    """One of each kind of record; the word stands in all their texts."""

    def worded(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("LANTERN", word)
        if isinstance(value, dict):
            return {key: worded(one) for key, one in value.items()}
        return [worded(one) for one in value] if isinstance(value, list) else value

    question = worded(ASK.question)
    history = (Turn("customer", word),)
    store.add_ask(dataclasses.replace(ASK, id=name, at=at, question=question, history=history, answer=worded(ANSWER), conversation=conversation))
    store.put_edit(Edit(name, "mei", at, f"{word}, edited"))
    store.add_feedback(Feedback(f"f-{name}", name, at, "mei", "wrong", f"{word} is wrong"))
    sent = dataclasses.replace(
        REPLY, id=f"r-{name}", answer_id=name, at=at, text=worded(REPLY.text), drafted=worded(REPLY.drafted), problems=worded(REPLY.problems),
        conversation=conversation,
    )  # fmt: skip
    store.add_reply(sent, f"key {name}", sealed=word.encode())
    changes = {"reply": worded(ATTEMPT.reply), "points": worded(ATTEMPT.points), "turns": worded(ATTEMPT.turns)}
    store.add_attempt(dataclasses.replace(ATTEMPT, id=f"t-{name}", at=at, **changes))


def everything(store: Store) -> str:
    """All rows of all tables."""
    with store._reading() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in schema.METADATA.tables]
    return repr(rows)


def rows_by_table(store: Store) -> dict[str, int]:
    counted = store.records_by_kind()
    return {name: counted[name] for name in ("asks", "replies", "feedback", "attempts")}


# ---- by age ------------------------------------------------------------------------------------------------------------


def test_old_texts_go_and_their_rows_stay(store: Store) -> None:
    put(store, "old", NOW - 30 * DAY, "UMBRELLA")
    put(store, "new", NOW)
    before, kept = rows_by_table(store), [store.ask("new"), store.reply("r-new"), store.attempt("t-new"), store.edits("new")]
    limit = NOW - 7 * DAY
    foreseen = store.texts_before(limit)
    assert dataclasses.asdict(foreseen) == {"answers": 1, "replies": 1, "edits": 1, "reasons": 1, "drills": 1}
    assert store.erase_before(limit, "a test") == foreseen
    assert "UMBRELLA" not in everything(store)
    assert rows_by_table(store) == before
    assert [store.ask("new"), store.reply("r-new"), store.attempt("t-new"), store.edits("new")] == kept

    ask, reply, attempt = store.ask("old"), store.reply("r-old"), store.attempt("t-old")
    assert ask is not None
    assert reply is not None
    assert attempt is not None
    assert (ask.by, ask.channel, ask.conversation, ask.question, ask.history, ask.erased_at is not None) == ("mei", "chat", "c7", "", (), True)
    assert ask.answer.keys() == ANSWER.keys()
    assert (ask.answer["sources"], ask.answer["confidence"], ask.answer["draft"], ask.answer["claims"]) == ([SOURCE], 0.9, "", [])
    assert (reply.text, reply.drafted, reply.edited, reply.seconds, reply.delivery) == ("", "", True, 7.5, "failed")
    assert reply.problems == [{"code": "quantity", "span": [0, 3], "message": "", "fix": ""}]
    assert (attempt.score, attempt.reply, attempt.turns, attempt.points[0]["quote"]) == (
        40, "", [{"customer": "", "reply": "", "seconds": 60.0}], "6 days",
    )  # fmt: skip
    assert [one.reply_id for one in store.due_deliveries(NOW, 9)] == ["r-new"], "what waits for the webhook holds the text"


def test_what_is_erased_is_listed_no_more_but_its_receipt_is_there(store: Store) -> None:
    put(store, "old", NOW - 30 * DAY)
    store.erase_before(NOW, "a test")
    assert (store.asks(), store.replies()) == ([], [])
    assert ([one.id for one in store.asks(erased=True)], [one.id for one in store.replies(erased=True)]) == (["old"], ["r-old"])
    everywhen = (NOW - 90 * DAY, NOW + DAY)
    listed = [store.judged_rows(*everywhen), store.replied_rows(*everywhen), store.unsent_rows(*everywhen), store.claims_rows(*everywhen)]
    assert listed == [[], [], [], []]
    found = receipt(store, "old")
    assert (found.erased_at is not None, found.draft, [one.article for one in found.sources]) == (True, "", ["delivery"])
    assert [(one.action, one.text) for one in found.replies] == [("send", "")]
    assert "(erased)" in found.as_text()


def test_many_batches_are_erased_whole_and_a_second_time_nothing(store: Store) -> None:
    store.add_all([dataclasses.replace(ASK, id=f"{number}", at=NOW - number * DAY) for number in range(BATCH + 30)])
    assert store.erase_before(NOW - 10 * DAY, "a test").answers == BATCH + 19
    assert len(store.asks(limit=999)) == 11
    assert not store.erase_before(NOW - 10 * DAY, "a test")
    assert [(one.by, one.kind, one.counts) for one in store.erasures()] == [("a test", "age", {"answers": BATCH + 19})]


def test_whoever_stops_leaves_the_rest_for_later(store: Store) -> None:
    store.add_all([dataclasses.replace(ASK, id=f"{number}") for number in range(BATCH + 30)])
    asked = iter([False, True, True, True, True, True])
    assert store.erase_before(NOW + DAY, "a test", stopped=lambda: next(asked)).answers == BATCH
    assert store.erase_before(NOW + DAY, "a test").answers == 30


# ---- figures -----------------------------------------------------------------------------------------------------------


def figures(store: Store, scope: Scope) -> list[Any]:
    """All that is counted."""
    return [
        store.asks_by_day(scope), store.asks_by_hour(scope), store.asks_by_language(scope), store.asks_by_article(scope),
        store.abstentions_by_reason(scope), store.replies_by_day(scope), store.replies_by_hour(scope, {"chat": 180, "email": None}),
        store.seconds_at(scope, "channel"), store.replies_by_action(scope), store.drafts_by_week(scope), store.verdicts(scope),
        store.contacts(scope, 24, scope.until), store.contacts(scope, 2, scope.until), store.article_usage(scope),
    ]  # fmt: skip


def test_figures_of_past_days_stay_true(store: Store) -> None:
    fill(store, seed=1)
    before = figures(store, SCOPES["everything"])
    everything_asked = store.asks(limit=999)
    middle = sorted(ask.at for ask in everything_asked)[100]
    store.erase(store.held_of_conversation("c3"), "conversation", "a test")
    assert figures(store, SCOPES["everything"]) == before
    for limit in (middle - DAY, middle, NOW + 365 * DAY):  # day by day, as it happens: neighbours are erased at different times
        store.erase_before(limit, "a test")
        assert figures(store, SCOPES["everything"]) == before
    assert store.asks() == []


# ---- on request --------------------------------------------------------------------------------------------------------


def test_a_conversation_is_found_by_its_id_and_erased_with_it(store: Store) -> None:
    put(store, "a", NOW - DAY, conversation="9123 4567")  # a phone number: kept as a digest
    put(store, "b", NOW, "UMBRELLA", conversation="another")
    store.add_reply(dataclasses.replace(REPLY, id="alone", answer_id=None, conversation="9123 4567", at=NOW))
    held = store.held_of_conversation("9123 4567")
    assert (held.answers, held.replies) == (("a",), ("alone", "r-a"))
    assert [sample.text for sample in held.samples] == ["Your LANTERN is here.", "Is my LANTERN here?", "Your LANTERN is here."]
    erased = store.erase(held, "conversation", "root")
    assert dataclasses.asdict(erased) == {"answers": 1, "replies": 2, "edits": 1, "reasons": 1, "drills": 0}
    rest = everything(store)
    assert held.conversation not in rest
    assert rest.count("LANTERN") == repr(ATTEMPT).count("LANTERN"), "a drill that was not made of it"
    ask, other = store.ask("a"), store.ask("b")
    assert ask is not None
    assert other is not None
    assert ask.conversation.startswith(GONE)
    assert (other.conversation, other.question) == ("another", "Is my UMBRELLA here?")
    assert not store.held_of_conversation("9123 4567")
    assert not store.held_of_conversation("")
    assert [(one.by, one.kind, one.counts) for one in store.erasures()] == [
        ("root", "conversation", {"answers": 1, "replies": 2, "edits": 1, "reasons": 1})
    ]  # fmt: skip


def test_a_drill_that_was_made_of_a_chat_goes_with_it(store: Store) -> None:
    put(store, "a", NOW)
    store.add_attempt(dataclasses.replace(ATTEMPT, id="t-made", exercise="reply/a", title="Is my LANTERN here?"))
    held = store.held_of_conversation("c7")
    assert held.drills == ("t-made",)
    store.erase(held, "conversation", "root")
    made = store.attempt("t-made")
    assert made is not None
    assert (made.title, made.reply) == ("reply/a", "")


WRITTEN: list[Callable[[Store, str, str], object]] = [  # wherever people write: (store, id, text)
    lambda store, name, said: store.add_ask(dataclasses.replace(ASK, id=name, question=said)),
    lambda store, name, said: store.add_ask(dataclasses.replace(ASK, id=name, history=(Turn("customer", said),))),
    lambda store, name, said: store.add_reply(dataclasses.replace(REPLY, id=name, answer_id=f"of {name}", text=said, delivery="none")),
    lambda store, name, said: store.put_edit(Edit(name, "mei", NOW, said)),
    lambda store, name, said: store.add_feedback(Feedback(name, f"of {name}", NOW, "mei", "wrong", said)),
    lambda store, name, said: store.add_attempt(dataclasses.replace(ATTEMPT, id=name, reply=said)),
    lambda store, name, said: store.add_attempt(dataclasses.replace(ATTEMPT, id=name, turns=[{"customer": said, "reply": "", "seconds": 1.0}])),
]


def test_words_are_found_wherever_people_wrote_them(store: Store) -> None:
    put(store, "other", NOW)
    untouched = store.ask("other")
    for number, words in enumerate(["Quay 7", "100%_\\", 'say "so"', "兩盞\n燈籠", "'; --"]):
        for kind, write in enumerate(WRITTEN):
            said = f"oh, {words}!"
            write(store, f"{number}-{kind}", said)
            held = store.held_with(words)
            assert [sample.text for sample in held.samples] == [said], kind
            assert store.erase(held, "text", "root")
            assert not store.held_with(words), kind
    assert "oh, " not in everything(store)
    assert store.ask("other") == untouched


def test_an_exchange_is_found_by_any_of_its_parts_and_goes_whole(store: Store) -> None:
    put(store, "a", NOW)
    put(store, "b", NOW, "UMBRELLA")
    store.put_edit(Edit("a", "ann", NOW, "the Blue one"))
    held = store.held_with("BLUE one")
    assert (held.answers, held.replies, held.drills) == (("a",), ("r-a",), ())
    store.erase(held, "text", "root")
    assert [one.id for one in store.asks()] == ["b"]


def test_what_no_customer_and_no_agent_wrote_finds_nothing(store: Store) -> None:
    """Names of fields, the shop's own sentences, and what a database takes for any text."""
    put(store, "a", NOW)
    for words in ("customer", "role", "seconds", "Parcels take", "6 days [1]", "%", "_", "", "  ", "\x00"):
        assert not store.held_with(words), words


# ---- the file ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def on_disk(file: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{file}")
    yield store
    store.close()


def in_files(file: Path, word: str) -> int:
    """How often it stands in the database's files, byte by byte."""
    return sum(path.read_bytes().count(word.encode()) for path in file.parent.iterdir())


def fill_pages(store: Store, number: int) -> None:
    """Texts of all lengths, some longer than a page, so that the tree of pages is split and split again."""
    generator = random.Random(7)
    for start in range(0, number, 50):
        asks = [
            dataclasses.replace(ASK, id=generator.randbytes(8).hex(), at=NOW - n * DAY, question="LANTERN" * generator.randrange(1, 900))
            for n in range(start, start + 50)
        ]  # fmt: skip
        store.add_all(asks)


def test_no_byte_of_what_was_erased_is_left_in_the_file(on_disk: Store, file: Path) -> None:
    fill_pages(on_disk, 150)
    put(on_disk, "kept", NOW + DAY, "UMBRELLA")
    assert in_files(file, "LANTERN") > 50_000
    on_disk.erase_before(NOW + DAY, "a test")
    written, logged = in_files(file, "LANTERN"), (file.parent / "store.sqlite3-wal").stat().st_size
    assert min(written, logged) > 0, "the write-ahead log still holds it"
    assert on_disk.sweep()
    assert in_files(file, "LANTERN") < 50, "what the file itself held is overwritten but for corners of pages"
    assert on_disk.sweep(whole=True)
    assert in_files(file, "LANTERN") == 0
    assert in_files(file, "UMBRELLA") > 0
    assert (file.parent / "store.sqlite3-wal").stat().st_size == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_size_of_the_file(on_disk: Store, file: Path) -> None:
    fill_pages(on_disk, 50)
    assert on_disk.sweep()
    assert on_disk.size() == file.stat().st_size > 100_000


def test_what_lay_in_the_file_before_overwriting_began_goes_too(on_disk: Store, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:  # as an earlier release, or another library, deletes
        other.execute("PRAGMA secure_delete = OFF")
        other.execute("INSERT INTO edits VALUES ('x', 'mei', '2031-05-20 00:00:00', ?)", ("LANTERN" * 3000,))
        other.execute("DELETE FROM edits")
    assert on_disk.sweep()
    assert in_files(file, "LANTERN") > 0
    assert on_disk.sweep(whole=True)
    assert in_files(file, "LANTERN") == 0


def test_a_reader_keeps_the_log_from_being_emptied_and_is_not_disturbed(on_disk: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.store.database.SWEEP_TRIES", 1)
    put(on_disk, "a", NOW)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM asks").fetchone() == (1,)
        on_disk.erase_before(NOW + DAY, "a test")
        assert not on_disk.sweep()
        assert reader.execute("SELECT question FROM asks").fetchone() == ("Is my LANTERN here?",)
        put(on_disk, "b", NOW)  # writers go on
        reader.execute("ROLLBACK")
    assert on_disk.sweep()


def test_sweeping_works_on_every_kind_of_database(store: Store, address: str) -> None:
    put(store, "a", NOW)
    store.erase_before(NOW + DAY, "a test")
    assert store.sweep()
    assert store.sweep(whole=True)
    assert make_url(address).get_backend_name() in ("sqlite", "postgresql")
    put(store, "b", NOW)
    assert [one.id for one in store.asks()] == ["b"]

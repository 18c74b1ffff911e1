from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ingest.build import ingest
from kb.errors import SnapshotError, StoreError
from kb.models import Turn
from kb.questions import read_questions
from kb.snapshot import Snapshot, load_current
from kb.store import Ask, Edit, Feedback, Reply, Store, receipt
from kb.store.receipts import cited_versions
from ui.services import Services

ROOT = Path(__file__).parents[3]
NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
QUOTE = "未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。"


def answer(snapshot: Snapshot, quote: str = QUOTE) -> dict[str, Any]:
    """As the retriever would give it, over one sentence of the invented shop."""
    article = snapshot.articles["returns/umbrellas"]
    chunk = next(one for one in snapshot.chunks if one.article == article.id and QUOTE in one.quote)
    source = {
        "n": 1, "article": article.id, "title": article.title, "section": chunk.section, "lines": list(chunk.lines), "quote": quote,
        "version": article.version, "valid_from": "2031-01-01", "valid_until": None, "stale": False,
    }  # fmt: skip
    problem = {"code": "quantity", "span": [0, 3], "message": "9 日不在來源", "fix": ""}
    return {
        "id": "a", "question": "可以退嗎?", "draft": "9 日內可退 [1]。\n強風下請收起雨傘。", "sources": [source],
        "claims": [{"text": "9 日內可退。", "citations": [1], "supported": True, "problems": [problem]}],
        "disclaimers": [{"id": "wind", "text": "強風下請收起雨傘。"}],
    }  # fmt: skip


def kept(store: Store, snapshot: Snapshot, **changes: Any) -> Ask:
    """An answer, kept with the articles that it cites."""
    turns = (Turn("customer", "你好"), Turn("agent", "請說"))
    given = {"answer": answer(snapshot), **changes}
    ask = Ask(
        "a", NOW, "mei", "chat", "c7", "可以退嗎?我電話 9123 4567", turns, "2031-05-20", given["answer"], snapshot.id, "extractive", {"total": 4.25}
    )
    store.add_ask(ask)
    store.add_versions(cited_versions(ask.answer, snapshot, NOW))
    return ask


def reply(name: str, minutes: int, **changes: Any) -> Reply:
    at = NOW + dt.timedelta(minutes=minutes)
    plain = Reply(name, "a", at, "mei", "chat", "c7", f"text {name}", [], "copy", "9 日內可退。", False, None, "none")
    return dataclasses.replace(plain, **changes)


def test_a_receipt_shows_all_that_came_of_an_answer(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot)
    store.put_edit(Edit("a", "mei", NOW, "9 日內可以退。"))
    problems = [{"code": "promise", "span": [0, 2], "message": "m", "fix": ""}]
    store.add_reply(reply("second", 2, action="send", edited=True, seconds=14.5, problems=problems, delivery="delivered"))
    store.add_reply(reply("first", 1))
    store.add_reply(reply("other", 3, answer_id="b"))
    store.add_feedback(Feedback("f", "a", NOW, "mei", "wrong", "太長"))
    found = receipt(store, "a")
    source = found.sources[0]
    assert (found.id, found.at, found.by, found.channel, found.conversation, found.as_of) == ("a", NOW, "mei", "chat", "c7", "2031-05-20")
    assert found.question == "可以退嗎?我電話 ⟨phone⟩"
    assert [turn.text for turn in found.history] == ["你好", "請說"]
    assert (found.draft, found.drafter, found.snapshot) == ("9 日內可退 [1]。\n強風下請收起雨傘。", "extractive", lantern_quay_snapshot.id)
    assert (source.n, source.article, source.quote, source.intact) == (1, "returns/umbrellas", QUOTE, True)
    assert source.text == lantern_quay_snapshot.article_text("returns/umbrellas")
    assert [one["id"] for one in found.disclaimers] == ["wind"]
    assert [(one["code"], one["claim"]) for one in found.problems] == [("quantity", "9 日內可退。")]
    assert [one.text for one in found.edits] == ["9 日內可以退。"]
    assert [one.id for one in found.replies] == ["first", "second"]
    assert (found.sent, found.intact) == ("text second", True)
    assert [one.reason for one in found.feedback] == ["太長"]
    assert found.timings_ms == {"total": 4.25}


def test_a_receipt_as_json_holds_all_of_it(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot)
    store.add_reply(reply("first", 1))
    found = json.loads(json.dumps(receipt(store, "a").as_json(), ensure_ascii=False))
    assert {field.name for field in dataclasses.fields(receipt(store, "a"))} | {"sent", "intact"} == found.keys()
    assert {field.name for field in dataclasses.fields(receipt(store, "a").sources[0])} == found["sources"][0].keys()
    assert (found["at"], found["intact"], found["sent"]) == ("2031-05-20T09:30:00+00:00", True, "text first")
    assert found["sources"][0]["text"].startswith("---\nid: returns/umbrellas")


def test_a_receipt_as_text_reads_from_top_to_bottom(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot)
    problems = [{"code": "promise", "span": [0, 2], "message": "no source promises it", "fix": ""}]
    store.add_reply(reply("first", 1, action="send", edited=True, seconds=14.5, problems=problems, delivery="failed"))
    store.add_feedback(Feedback("f", "a", NOW, "mei", "wrong", "太長"))
    first, last = receipt(store, "a").sources[0].lines
    assert (
        receipt(store, "a").as_text()
        == f"""Receipt a
Asked     2031-05-20 09:30:00 UTC by mei, chat c7
Rules of  2031-05-20
Snapshot  {lantern_quay_snapshot.id}
Drafter   extractive
Timings   total 4.2 ms

Earlier turns
    customer: 你好
    agent: 請說

Question
    可以退嗎?我電話 ⟨phone⟩

Draft
    9 日內可退 [1]。
    強風下請收起雨傘。

Disclaimers
    wind: 強風下請收起雨傘。

Problems of the draft
    quantity: 9 日不在來源 (9 日內可退。)

Sources, as the articles were

[1] returns/umbrellas, 雨傘退換, lines {first}–{last}, valid 2031-01-01 to …
    version {lantern_quay_snapshot.articles["returns/umbrellas"].version} (intact)
  >  {first} - {QUOTE}

Sent 2031-05-20 09:31:00 UTC by mei (edited, after 14 s, webhook: failed)
    text first
    problem promise: no source promises it

Feedback 2031-05-20 09:30:00 UTC by mei: wrong, 太長
"""
    )


def test_the_whole_article_is_shown_on_request(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot)
    shown = receipt(store, "a").as_text(whole_articles=True)
    assert "      1 ---\n" in shown
    assert "| 風暴傘 | 18 個月 | HKD 45 |" in shown
    assert "Nothing was copied or sent." in shown


def test_an_article_that_was_not_kept_is_said_to_be_missing(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    store.add_ask(Ask("a", NOW, "mei", "", "", "?", (), "2031-05-20", answer(lantern_quay_snapshot), "s", "extractive", {}))
    found = receipt(store, "a")
    assert (found.sources[0].text, found.intact) == (None, False)
    assert "THE TEXT WAS NOT KEPT" in found.as_text()
    assert QUOTE in found.as_text()


def test_a_text_that_was_changed_in_the_database_is_noticed(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot)
    with store._writing() as connection:
        connection.execute(text("UPDATE article_versions SET text = replace(text, '9 日', '90 日')"))
    found = receipt(store, "a")
    assert not found.intact
    assert "NOT INTACT" in found.as_text()


def test_a_quote_that_does_not_stand_on_its_lines_is_noticed(store: Store, lantern_quay_snapshot: Snapshot) -> None:
    kept(store, lantern_quay_snapshot, answer=answer(lantern_quay_snapshot, quote="30 日內可退款"))
    assert not receipt(store, "a").intact


def test_an_unknown_answer_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no answer a is kept"):
        receipt(store, "a")


def test_an_answer_without_sources_has_a_receipt(store: Store) -> None:
    store.add_ask(Ask("a", NOW, "mei", "", "", "?", (), "2031-05-20", {"draft": "I'll ask."}, "s", "extractive", {}))
    found = receipt(store, "a")
    assert (found.sources, found.intact, found.sent) == ((), True, None)
    assert "Sources: none" in found.as_text()


def test_what_a_customer_writes_cannot_steer_a_terminal(store: Store) -> None:
    store.add_ask(Ask("a", NOW, "mei", "", "", "a\x1b[2Jb\x9bc\x08\r\n\td", (), "2031-05-20", {"draft": "x"}, "s", "extractive", {}))
    assert "a[2Jbc\n    \td" in receipt(store, "a").as_text()


# ---- the articles that an answer cites ---------------------------------------------------------------------------------


def test_only_cited_articles_of_that_version_are_taken(lantern_quay_snapshot: Snapshot) -> None:
    one = answer(lantern_quay_snapshot)["sources"][0]
    article, pens = lantern_quay_snapshot.articles["returns/umbrellas"], lantern_quay_snapshot.articles["care/pens"]
    others = [{**one, "article": "gone", "version": "1" * 64}, {**one, "article": pens.id, "version": "0" * 64}]
    cites = {"sources": [one, {**one, "n": 2}, *others]}
    found = cited_versions(cites, lantern_quay_snapshot, NOW)
    assert [(version.version, version.article, version.first_seen) for version in found] == [(article.version, article.id, NOW)]
    assert cited_versions(cites, lantern_quay_snapshot, NOW, known={article.version}) == []
    assert cited_versions({}, lantern_quay_snapshot, NOW) == []


def test_a_snapshot_without_texts_gives_none_and_damaged_ones_are_refused(lantern_quay_snapshot: Snapshot) -> None:
    bare = dataclasses.replace(lantern_quay_snapshot, texts={})
    assert cited_versions(answer(bare), bare, NOW) == []
    damaged = dataclasses.replace(lantern_quay_snapshot, texts={"returns/umbrellas": "changed"})
    with pytest.raises(SnapshotError, match="returns/umbrellas: the text kept of the article is not the one indexed"):
        cited_versions(answer(damaged), damaged, NOW)


def test_a_receipt_outlives_the_article_and_its_snapshot(store: Store, own_lantern_quay: Path, tmp_path: Path) -> None:
    ingest(own_lantern_quay, None, tmp_path / "kb-home", keep=1)
    snapshot = load_current(tmp_path / "kb-home")
    kept(store, snapshot)
    (own_lantern_quay / "articles" / "returns" / "umbrellas.md").unlink()
    ingest(own_lantern_quay, None, tmp_path / "kb-home", keep=1)
    assert not (tmp_path / "kb-home" / "snapshots" / snapshot.id).exists()
    assert "returns/umbrellas" not in load_current(tmp_path / "kb-home").articles
    assert receipt(store, "a").intact


def test_every_answer_to_the_sample_shops_questions_has_an_intact_receipt(tmp_path: Path, sample_services: Services) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    snapshot, cited = sample_services.answerer.snapshot, 0
    for question in read_questions(ROOT / "content" / "questions" / "development.yaml"):
        given = sample_services.ask(question.text)
        store.add_ask(
            Ask(given.id, NOW, "mei", "", "", given.question, (), given.as_of, given.as_json(), given.snapshot, "extractive", given.timings_ms)
        )
        store.add_versions(cited_versions(given.as_json(), snapshot, NOW))
        found = receipt(store, given.id)
        assert found.intact, found.as_text()
        cited += len(found.sources)
    assert cited > 30

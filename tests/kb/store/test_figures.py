from __future__ import annotations

import dataclasses
import datetime as dt

from sqlalchemy import text

from kb.store import Feedback, Store
from tests.kb.store.test_history import ASK, NOW, REPLY

DAY = dt.timedelta(days=1)


def filled(store: Store) -> None:
    answer = {
        **ASK.answer,
        "lang": "yue",
        "abstain": False,
        "sources": [{"n": 1, "article": "b"}, {"n": 2, "article": "a"}, {"n": 3, "article": "b"}],
    }
    store.add_ask(dataclasses.replace(ASK, answer=answer))
    store.add_ask(dataclasses.replace(ASK, id="b", at=NOW - dt.timedelta(hours=2), answer={**answer, "abstain": True, "sources": []}))
    store.add_ask(dataclasses.replace(ASK, id="later", at=NOW + DAY))
    store.add_reply(REPLY)
    store.add_reply(dataclasses.replace(REPLY, id="r2", at=NOW + DAY))
    store.add_feedback(Feedback("f", "a", NOW, "mei", "wrong", "外地价"))


def test_rows_hold_what_is_counted_of_the_period_alone(store: Store) -> None:
    filled(store)
    asks = store.ask_rows(NOW - DAY, NOW + DAY)
    assert [(row.id, row.abstained, row.lang, row.articles) for row in asks] == [("b", True, "yue", ()), ("a", False, "yue", ("b", "a"))]
    assert [(row.answer_id, row.by, row.edited, row.seconds) for row in store.reply_rows(NOW - DAY, NOW + DAY)] == [("a", "mei", True, 7.5)]
    assert [(row.answer_id, row.verdict) for row in store.feedback_rows(NOW, NOW + DAY)] == [("a", "wrong")]
    assert store.feedback_rows(NOW + dt.timedelta(microseconds=1), NOW + DAY) == []


def test_counts_agree_with_plain_sql(store: Store) -> None:
    filled(store)
    with store._reading() as connection:
        for table, rows in (("asks", store.ask_rows), ("replies", store.reply_rows), ("feedback", store.feedback_rows)):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == len(rows(NOW - 9 * DAY, NOW + 9 * DAY))

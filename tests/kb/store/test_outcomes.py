from __future__ import annotations

import datetime as dt

from kb.store import Edit, Feedback, Store
from tests.kb.insights.history import NOW, ask, reply, source

SINCE, UNTIL = NOW - dt.timedelta(days=7), NOW + dt.timedelta(days=1)
CLAIM = ("九日內可退款 [1]。", (1,))
FROM = source(1, "returns", "九日內可退款。", 14)


def test_weak_answers_are_abstentions_and_those_below_the_confidence(store: Store) -> None:
    store.add_all(
        [
            ask("a", reason="none", confidence=0.9, at=NOW - dt.timedelta(hours=2)),
            ask("b", confidence=0.7, claims=[CLAIM], sources=[FROM, FROM]),
            ask("c", confidence=0.8),
            ask("d", confidence=0.1, at=UNTIL),
        ]
    )
    found = store.unanswered_rows(SINCE, UNTIL, 0.75)
    assert [(one.question, one.abstained, one.reason, one.confidence) for one in found] == [("b", False, "", 0.7), ("a", True, "none", 0.9)]
    assert (found[0].lang, found[0].articles) == ("zh-Hant", ("returns",))
    assert [one.question for one in store.unanswered_rows(SINCE, UNTIL, 0.75, limit=1, offset=1)] == ["a"]


def test_verdicts_and_replies_come_with_their_answers(store: Store) -> None:
    right, wrong, refused = ask("right"), ask("wrong"), ask("refused", reason="none")
    store.add_all([right, wrong, refused])
    store.add_all([Feedback("f1", right.id, NOW, "amy", "right", ""), Feedback("f2", wrong.id, NOW, "amy", "missing", "沒有說運費")])
    assert [(one.answer.question, one.verdict, one.reason) for one in store.judged_rows(SINCE, UNTIL)] == [("wrong", "missing", "沒有說運費")]
    store.add_reply(reply(right, str(right.answer["draft"])))
    store.add_reply(reply(wrong, "別的話"))
    store.add_reply(reply(refused, str(refused.answer["draft"])))
    assert {(one.answer.question, one.text == one.drafted) for one in store.replied_rows(SINCE, UNTIL)} == {("wrong", False), ("refused", True)}


def test_drafts_that_led_to_no_reply(store: Store) -> None:
    edited, left, used, alone = ask("edited"), ask("left", conversation="c1"), ask("used", conversation="c2"), ask("alone")
    store.add_all([edited, left, used, alone, Edit(edited.id, "amy", NOW, "改過的"), Edit(used.id, "amy", NOW, "改過的")])
    store.add_reply(reply(used, "用了"))
    store.add_reply(reply(None, "自己寫的", conversation="c1", at=NOW + dt.timedelta(minutes=5)))
    store.add_reply(reply(None, "自己寫的", conversation="c2", at=NOW + dt.timedelta(minutes=5)))
    assert [(one.answer.question, one.text, one.sent) for one in store.unsent_rows(SINCE, UNTIL)] == [("edited", "改過的", False)]
    assert [(answer.question, at, text) for answer, at, text in store.passed_over_rows(SINCE, UNTIL)] == [
        ("left", NOW + dt.timedelta(minutes=5), "自己寫的")
    ]


def test_claims_stand_beside_the_reply(store: Store) -> None:
    answered, refused = ask("退款?", claims=[CLAIM], sources=[FROM]), ask("refused", reason="none")
    store.add_all([answered, refused])
    store.add_reply(reply(answered, "十日", by="bo", at=NOW + dt.timedelta(minutes=1)))
    store.add_reply(reply(refused, "十日"))
    [found] = store.claims_rows(SINCE, UNTIL)
    assert (found.answer_id, found.by, found.text, found.edited, found.claims) == (answered.id, "bo", "十日", True, (CLAIM,))
    assert found.sources[0]["quote"] == "九日內可退款。"
    assert store.claims_rows(SINCE, NOW) == []

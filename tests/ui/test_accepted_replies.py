"""Which replies of the store teach, and what of them; on a real store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.errors import QuestionsError
from kb.models import Turn
from kb.store import Ask, Feedback, Reply, Store
from ui.accepted_replies import FEWEST, accepted_replies, questions_of_replies

DRAFT = "您好,運費由顧客支付 [2]。手鐲可於簽收後 7 日內退換 [1],並須未經佩戴 [3]。"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


def keep(store: Store, number: int, question: str = "手鐲可以退嗎", **changes: Any) -> None:
    """An ask that was answered with DRAFT, and a reply to it; `changes` go to the reply, or to the ask or its answer by name."""
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number)
    sources = [{"n": n, "article": article, "quote": f"quote {n}"} for n, article in ((1, "returns"), (2, "postage"), (3, "returns"))]
    answer = {"draft": DRAFT, "sources": sources, "abstain": changes.pop("abstain", False), "asker": changes.pop("asker", "customer")}
    ask = Ask(
        f"answer-{number}", at, "wing", "chat", "", question, changes.pop("history", ()), "2026-11-01", answer, "s", "extractive", {}
    )  # fmt: skip
    store.add_ask(ask)
    text = changes.pop("text", DRAFT)
    reply = {
        "id": f"reply-{number}", "answer_id": ask.id, "at": at, "by": "wing", "channel": "chat", "conversation": "", "text": text, "problems": [],
        "action": "send", "drafted": DRAFT, "edited": text != DRAFT, "seconds": None, "delivery": "none",
    }  # fmt: skip
    store.add_reply(Reply(**(reply | changes)))


def rate(store: Store, number: int, verdict: Any) -> None:
    store.add_feedback(Feedback(f"feedback-{number}-{verdict}", f"answer-{number}", dt.datetime(2026, 11, 2, tzinfo=dt.UTC), "wing", verdict, ""))


def test_a_reply_sent_as_drafted_teaches_what_it_cites(store: Store) -> None:
    history = (Turn("customer", "我買了手鐲,電話 9123 4567"), Turn("agent", "請問有甚麼可以幫到您?"))
    keep(store, 1, "可以退嗎?我電郵係 chan@example.com", history=history, asker="agent")
    (reply,) = accepted_replies(store)
    assert reply.article == "returns", "cited twice"
    question = reply.as_question()
    assert question.text.startswith("可以退嗎?我電郵係")
    assert question.asker == "agent"
    assert question.as_of == dt.date(2026, 11, 1)
    assert question.expect.articles.all_of == ["returns"]
    assert question.expect.must_include == [["quote 2"], ["quote 1"], ["quote 3"]]
    kept = " ".join([question.text, *(turn.text for turn in question.turns())])
    assert "我買了手鐲" in kept
    for personal in ("9123", "chan", "example", "email", "phone", "⟨"):
        assert personal not in kept, "neither the data nor its mask"


@pytest.mark.parametrize(
    ("what", "accepted"),
    [
        ({"text": DRAFT.replace("您好,", "你好呀,")}, ("returns", "213")),
        ({"text": DRAFT.replace(" [1]", "").replace(" [3]", "")}, ("postage", "2")),
        ({"text": DRAFT.replace(" [3]", "")}, ("postage", "21")),
        ({"text": DRAFT.replace(" [1]", "").replace(" [2]", "").replace(" [3]", "")}, ("returns", "123")),
        ({"action": "copy"}, ("returns", "213")),
        ({"text": "抱歉,手鐲不設退換,但可以免費維修。詳情請看商店條款 [1]。"}, None),
        ({"problems": [{"code": "quantity", "span": [0, 1], "message": "?", "fix": ""}]}, None),
        ({"abstain": True}, None),
        ({"answer_id": None}, None),
        ({"answer_id": "answer-of-nobody"}, None),
        ({"question": "9123 4567"}, None),
    ],
    ids=[
        "lightly edited", "citations taken away", "as many of each article", "every mark taken away", "copied", "rewritten", "doubted", "refused", "without an answer",
        "its answer gone", "nothing but personal data",
    ],
)  # fmt: skip
def test_which_replies_are_accepted(store: Store, what: dict[str, Any], accepted: tuple[str, str] | None) -> None:
    keep(store, 1, **what)
    found = [(one.article, "".join(quote.removeprefix("quote ") for quote in one.quotes)) for one in accepted_replies(store)]
    assert found == ([accepted] if accepted else [])


@pytest.mark.parametrize(("verdicts", "count"), [((), 1), (("right",), 1), (("wrong",), 0), (("missing",), 0), (("right", "wrong"), 0)])
def test_an_answer_that_was_found_wanting_teaches_nothing(store: Store, verdicts: tuple[str, ...], count: int) -> None:
    keep(store, 1)
    for verdict in verdicts:
        rate(store, 1, verdict)
    assert len(accepted_replies(store)) == count


def test_the_last_reply_to_an_answer_counts(store: Store) -> None:
    keep(store, 1)
    at = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    store.add_reply(Reply("later", "answer-1", at, "wing", "", "", "抱歉,我們再查一下。", [], "send", DRAFT, True, None, "none"))
    assert accepted_replies(store) == []


def test_of_many_the_last_count_oldest_first(store: Store) -> None:
    for number in range(6):
        keep(store, number, f"手鐲可以退嗎,第{'一二三四五六'[number]}次問")
    assert [one.id for one in accepted_replies(store, most=4)] == ["reply-2", "reply-3", "reply-4", "reply-5"]


def test_too_few_are_refused_unless_golden_questions_stand_beside_them(store: Store) -> None:
    keep(store, 1)
    with pytest.raises(QuestionsError, match=rf"1 accepted replies are kept; that is too few .* until there are {FEWEST}"):
        questions_of_replies(store)
    assert len(questions_of_replies(store, alone=False)) == 1

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.insights.mining import Change, mine
from kb.insights.wording import likeness, replaced, words
from kb.store import Ask, Store
from tests.kb.insights.history import NOW, ask, reply, source

REFUND = "未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。"
POST = "請連同收據寄回本店。"
ENGLISH = "Delivery to the outer islands takes 6 working days and costs EUR 12."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


def umbrella(question: str = "風暴傘可以退嗎") -> Ask:
    claims = [(REFUND.replace("。", " [1]。"), (1,)), (POST.replace("。", " [2]。"), (2,))]
    return ask(question, claims=claims, sources=[source(1, "returns/umbrellas", REFUND, 20), source(2, "returns/umbrellas", POST, 22)])


def send(store: Store, edited: list[tuple[str, str]], *, of: Ask | None = None, by: str = "amy", minutes: int = 0) -> None:
    """A reply with these exchanges made in the draft."""
    answered = of or umbrella()
    text = str(answered.answer["draft"])
    for old, new in edited:
        assert old in text
        text = text.replace(old, new)
    store.add_all([answered])
    store.add_reply(reply(answered, text, by=by, at=NOW + dt.timedelta(minutes=minutes)))


def changes(store: Store, article: str = "returns/umbrellas") -> list[Change]:
    found = mine(store, NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=1))
    return list(found.changes.get(article, ()))


def test_a_figure_that_agents_correct_comes_first_with_the_article_s_sentence_mended(store: Store) -> None:
    for n in range(3):
        send(store, [("未拆封的", "沒開封的")], minutes=n)
    send(store, [("9 日", "14 日")], by="amy", minutes=10)
    send(store, [("9 日", "十四天"), (" [1]", "")], by="bo", minutes=11)
    send(store, [], minutes=12)
    value, wording = changes(store)
    assert (value.kind, value.urgent, value.count, value.people, value.of) == ("value", True, 2, 2, 6)
    assert (value.passage.lines, value.proposed) == ((20, 20), REFUND.replace("9 日", "14 日"))
    assert [seen.sent for seen in value.examples] == [REFUND.replace("9 日", "十四天"), REFUND.replace("9 日", "14 日")]
    assert (wording.kind, wording.old, wording.new, wording.count, wording.people) == ("wording", "未拆", "沒開", 3, 1)
    assert wording.proposed == REFUND.replace("未拆封的", "沒開封的")


def test_an_english_article_is_mended_in_english(store: Store) -> None:
    for n, new in enumerate(("8 working days", "8 business days")):
        asked = ask("how long?", claims=[(ENGLISH.replace(".", " [1]."), (1,))], sources=[source(1, "delivery/islands", ENGLISH)], lang="en")
        send(store, [("6 working days", new)], of=asked, minutes=n)
    [value] = changes(store, "delivery/islands")
    assert (value.count, value.proposed) == (2, ENGLISH.replace("6", "8"))


def test_sentences_left_out_and_added(store: Store) -> None:
    for n, added in enumerate(("記得保留收據正本。", "請記得保留收據正本。")):
        send(store, [(f"{POST[:-1]} [2]。", added)], minutes=n)
    found = {one.kind: one for one in changes(store)}
    assert (found["dropped"].old, found["dropped"].count, found["dropped"].passage.lines, found["dropped"].proposed) == (POST, 2, (22, 22), "")
    assert (found["added"].count, found["added"].passage.lines) == (2, (20, 20))
    assert "保留收據正本" in found["added"].new


def test_a_pleasantry_belongs_to_no_article(store: Store) -> None:
    pens = [source(1, "care/pens", "筆要平放。")]
    for n in range(4):
        wish = [("如有其他問題", "祝您有美好的一天。如有其他問題")]
        send(store, wish, minutes=n)
        send(store, wish, of=ask("筆?", claims=[("筆要平放 [1]。", (1,))], sources=pens), minutes=n)
    assert changes(store) == changes(store, "care/pens") == []


def test_a_reply_in_another_language_and_a_single_rewording_say_nothing(store: Store) -> None:
    send(store, [("未拆封的", "沒開封的")])
    answered = umbrella()
    store.add_all([answered])
    for n in range(2):
        store.add_reply(reply(answered, "An unopened storm umbrella can be returned within 14 days.", at=NOW + dt.timedelta(minutes=n)))
    assert changes(store) == []


def test_differences_are_whole_words_and_neighbours_are_one() -> None:
    assert [(one.old, one.new) for one in replaced("within 9 days of delivery", "within 14 days of receipt")] == [
        ("9 days of delivery", "14 days of receipt")
    ]
    assert [(one.old, one.new) for one in replaced("簽收後 9 日內可以申請辦理退款。", "簽收後 14 日內可以申請辦理退貨!")] == [
        ("9", "14"),
        ("款", "貨"),
    ]
    assert replaced("礼盒可以刻字。", "禮盒可以刻字!") == []


@pytest.mark.parametrize(("old", "new", "share"), [("", "", 1.0), ("a b c d", "a b c d", 1.0), ("a b", "c d", 0.0), ("a b c d", "a b x y", 0.5)])
def test_likeness_is_the_share_of_words_in_common(old: str, new: str, share: float) -> None:
    assert likeness(words(old), words(new)) == share

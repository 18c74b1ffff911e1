from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.store import DEMO, Assignment, Certificate, ConflictDecision, Course, Revision, Store
from kb.store.orders import MOST_ORDERS
from tests.kb.store.test_history import ASK, NOW, REPLY

FIRST, SECOND, THIRD = (dt.date(2031, 5, day) for day in (1, 2, 3))


def test_the_last_word_on_a_day_counts(store: Store) -> None:
    store.put_orders({THIRD: 7, FIRST: 0, SECOND: 12}, "mei", NOW)
    store.put_orders({SECOND: 15, FIRST: None}, "mei", NOW)
    assert list(store.orders(FIRST, THIRD).items()) == [(SECOND, 15), (THIRD, 7)]
    assert store.orders(THIRD, THIRD) == {THIRD: 7}
    store.put_orders({}, "mei", NOW)


@pytest.mark.parametrize("number", [-1, MOST_ORDERS + 1])
def test_a_number_that_cannot_be_is_refused_with_all_the_others(store: Store, number: int) -> None:
    with pytest.raises(StoreError, match="is no number of orders"):
        store.put_orders({FIRST: 5, SECOND: number}, "mei", NOW)
    assert store.orders(FIRST, THIRD) == {}


def test_demonstration_data_goes_without_a_trace_and_nothing_else_does(store: Store) -> None:
    def fill(prefix: str, person: str) -> None:
        store.add_ask(dataclasses.replace(ASK, id=f"{prefix}a"))
        store.add_demo_replies([dataclasses.replace(REPLY, id=f"{prefix}r", by=person)])
        store.put_orders({FIRST if prefix else SECOND: 3}, person, NOW)
        store.add_conflict_decision(ConflictDecision("c", NOW, person, "dismiss", reason="both stand"))
        course = store.add_course(Course("Umbrellas", ("returns",), 1, 70, None, NOW, person))
        store.assign([Assignment(course.id, "person", person, NOW, person)])
        store.add_certificate(Certificate(person, "returns", NOW, "", NOW + dt.timedelta(days=9), {}, course=course.id))
        text = f"# {prefix}"
        version = version_of(text)
        store.add_revision(Revision("a.md", NOW, person, "save", "", text, version, ""))

    fill("", "mei")
    [real] = store.courses()
    before = store.records_by_kind()
    assert store.demonstration() is None
    store.mark_demonstration(3, NOW, {})
    fill(DEMO, f"{DEMO}mei")
    store.mark_demonstration(3, NOW, {"asks": 1})
    made = store.demonstration()
    assert made is not None
    assert (made.seed, made.made) == (3, {"asks": 1})
    store.assign([Assignment(real.id, "person", f"{DEMO}mei", NOW, "mei")])
    assert store.records_by_kind() == {name: 2 * number for name, number in before.items()}
    assert store.remove_demonstration() == {**before, "article_versions": 1, "assignments": 2}
    assert [(one.course, one.name) for one in store.assignments()] == [(real.id, "mei")]
    assert (store.records_by_kind(), store.demonstration()) == (before, None)
    assert store.remove_demonstration() == {}
    assert [revision.by for revision in store.revisions("a.md")] == ["mei"]


def test_a_text_that_a_certificate_rests_on_stays_when_demonstration_data_goes(store: Store) -> None:
    examined, other = (version_of(text) for text in ("# examined", "# other"))
    store.mark_demonstration(3, NOW, {})
    for text, version in (("# examined", examined), ("# other", other)):
        store.add_revision(Revision("a.md", NOW, f"{DEMO}mei", "save", "", text, version, ""))
    store.add_certificate(Certificate("mei", "returns", NOW, "tim", NOW + dt.timedelta(days=9), {"returns/a": examined}))
    assert store.remove_demonstration()["article_versions"] == 1
    assert store.version(examined) is not None
    assert store.version(other) is None

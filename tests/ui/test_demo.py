"""Demonstration data: real answers, no invented facts, marked, the same for the same seed, and gone when it is taken out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.errors import QuestionsError, StoreError
from kb.settings import Settings
from kb.store import DEMO, Store, store_url
from tests.kb.store.test_history import ASK
from tests.ui.demo_shop import demo_shop
from ui.cli import app
from ui.demo import make_demonstration, refuse_unless_fresh
from ui.drills import Drills
from ui.plans import Plans
from ui.roster import DEMO_TRAINEES
from ui.services import Services

NOW = dt.datetime(2031, 5, 20, 15, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shop(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services.open(demo_shop(lantern_quay, tmp_path_factory.mktemp("demo")))
    made = make_demonstration(services, 5, NOW, scale=0.1)
    assert services.store.demonstration() is not None
    assert made["asks"] > 150
    yield services
    services.close()


def test_every_record_is_marked_and_nobody_can_sign_in(shop: Services) -> None:
    store = shop.store
    assert store.users() == []
    records = [*store.asks(limit=9999), *store.replies(limit=9999), *store.feedback(limit=9999), *store.attempts(limit=9999)]
    assert all(one.id.startswith(DEMO) and one.by.startswith(DEMO) for one in records)
    with pytest.raises(StoreError):
        store.start_session(records[0].by, 1)
    made = store.demonstration()
    assert made is not None
    kinds = {"asks", "replies", "feedback", "attempts", "courses", "certificates", "revisions"}
    assert kinds <= {name for name, number in made.made.items() if number}
    assert {name: number for name, number in store.records_by_kind().items() if name in kinds} == {name: made.made[name] for name in kinds}


def test_answers_are_the_real_ones_and_replies_add_no_figure(shop: Services) -> None:
    asks = {one.id: one for one in shop.store.asks(limit=9999)}
    for ask in {one.question: one for one in asks.values()}.values():
        assert shop.ask(ask.question, history=ask.history).draft == ask.answer["draft"]
    for reply in shop.store.replies(limit=9999):
        assert set(re.findall(r"\d+", reply.text)) <= set(re.findall(r"\d+", reply.drafted)), reply.text
        assert reply.edited == (reply.text != reply.drafted)
        assert reply.drafted == asks[reply.answer_id or ""].answer["draft"]
    assert {reply.edited for reply in shop.store.replies(limit=9999)} == {True, False}


def test_it_spans_eight_weeks_and_last_year_s_peak_and_never_the_future(shop: Services) -> None:
    days = {one.at.date() for one in shop.store.asks(limit=9999)}
    assert max(one.at for one in shop.store.asks(limit=9999)) < NOW
    assert max(one.at for one in shop.store.replies(limit=9999)) < NOW
    recent = {day for day in days if day > NOW.date() - dt.timedelta(days=60)}
    earlier = days - recent
    assert 45 <= len(recent) <= 56
    assert all(dt.timedelta(weeks=48) < NOW.date() - day < dt.timedelta(weeks=54) for day in earlier)
    assert len(earlier) >= 20
    coming = shop.store.orders(NOW.date() + dt.timedelta(days=1), NOW.date() + dt.timedelta(days=30))
    assert len(coming) == 14


def test_courses_are_partly_done_and_certify_whom_the_real_rules_certify(shop: Services) -> None:
    store, plans = shop.store, Plans(shop, Drills(shop))
    courses, certificates = store.courses(), store.certificates()
    assert len(courses) == 2
    assert {one.by.startswith(DEMO) for one in courses} == {True}
    assert sorted(one.due < shop.today() for one in courses if one.due) == [False, True]
    assert {(one.kind, one.name.startswith(DEMO)) for one in store.assignments()} == {("group", True), ("person", True)}
    where = [standing for standings in plans.everybody(courses, NOW).values() for standing in standings]
    assert len({one.state for one in where}) > 1, "not everybody is equally far"
    assert {one.name for one in plans.people()} == {"demo", *DEMO_TRAINEES}
    earned = {(one.person, one.course.id, topic) for one in where if one.state == "passed" for topic in one.course.certifies}
    assert certificates
    assert {(one.person, one.course, one.topic) for one in certificates} <= earned
    assert {(one.person, one.topic) for one in certificates} == {(person, topic) for person, _, topic in earned}
    passed = {(one.person, one.course.id): one.passed_at for one in where}
    assert all(one.granted_at == passed[one.person, one.course or 0] and not one.granted_by for one in certificates)
    assert [granted for person in DEMO_TRAINEES for granted in plans.settle(person, NOW)] == [], "nothing is left to be granted"
    assert {one.course for one in store.attempts(limit=9999)} <= {None, *(one.id for one in courses)}


def test_the_same_seed_makes_the_same_history(shop: Services, tmp_path: Path) -> None:
    again = Services.open(dataclasses.replace(shop.settings, store=f"sqlite:///{tmp_path / 'again.sqlite3'}"))
    make_demonstration(again, 5, NOW, scale=0.1)
    for name in ("asks", "replies", "feedback", "attempts"):
        first, second = (getattr(one.store, name)(limit=9999) for one in (shop, again))
        assert [(one.id, one.at, one.by) for one in first] == [(one.id, one.at, one.by) for one in second]
    assert [one.text for one in shop.store.replies(limit=9999)] == [one.text for one in again.store.replies(limit=9999)]
    again.close()


def test_a_store_with_records_is_refused_unless_told(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    refuse_unless_fresh(store, told=False)
    store.add_user("mei", "admin", "a sentence that nobody guesses")
    refuse_unless_fresh(store, told=False)  # an account is no record of what happened
    store.add_ask(ASK)
    with pytest.raises(StoreError, match="the store holds records: 1 asks"):
        refuse_unless_fresh(store, told=False)
    refuse_unless_fresh(store, told=True)
    store.mark_demonstration(1, NOW, {})
    with pytest.raises(StoreError, match="there is demonstration data since 2031-05-20"):
        refuse_unless_fresh(store, told=True)


def test_the_command_refuses_and_removes(shop: Services, tmp_path: Path) -> None:
    settings = dataclasses.replace(shop.settings, store=f"sqlite:///{tmp_path / 'own.sqlite3'}")
    environment = {"KB_HOME": str(settings.home), "KB_CONTENT": str(settings.content), "KB_STORE": settings.store, "KB_EMBEDDER": "none"}
    own = Store.open(store_url(settings))
    own.add_ask(ASK)
    refused = CliRunner().invoke(app, ["demo"], env=environment)
    assert isinstance(refused.exception, StoreError)
    own.add_ask(dataclasses.replace(ASK, id=f"{DEMO}a1"))
    removed = CliRunner().invoke(app, ["demo", "--remove"], env=environment)
    assert (removed.exit_code, removed.output) == (0, "removed: 1 asks\n")
    assert [one.id for one in own.asks()] == [ASK.id]
    assert "there is no demonstration data" in CliRunner().invoke(app, ["demo", "--remove"], env=environment).output


def test_a_shop_without_questions_is_told_so(lantern_quay: Path, tmp_path: Path) -> None:
    services = Services.open(Settings(home=tmp_path, content=lantern_quay, embedder="none"))
    with pytest.raises(QuestionsError, match="neither golden questions nor drills"):
        make_demonstration(services, 1, NOW)
    assert (services.store.records_by_kind(), services.store.demonstration()) == ({}, None)
    services.close()

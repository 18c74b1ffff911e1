"""What the insights page calls: who may, the filters, figures and files of the same numbers, orders in and a forecast out."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.store import Ask, Feedback, Reply, passwords
from retriever.phrases import phrase
from tests.kb.insights.history import source
from tests.ui.api.conftest import HOME, PASSWORD, ROLES
from tests.ui.demo_shop import demo_shop
from ui.app import create_app
from ui.services import Services
from ui.session import SESSION_COOKIE

API = "/api/v1/insights"
ZONE = ZoneInfo("Europe/Lisbon")
TODAY = dt.datetime.now(ZONE).date()
EVIL = "=cmd|' /C calc'!A0"
TABLES = (
    "days",
    "languages",
    "hours",
    "channels",
    "drafts",
    "edits",
    "abstentions",
    "feedback",
    "resolution",
    "questions",
    "unanswered",
    "articles",
    "categories",
)


def at(days_ago: int, hour: int = 10, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(hour, minute), ZONE)


def asked(
    number: int, when: dt.datetime, *, channel: str = "chat", lang: str = "en", abstain: bool = False, article: str = "delivery/islands"
) -> Ask:
    sources = [] if abstain else [source(1, article, "…")]
    reason = phrase("reason-advice", "en") if abstain else None
    answer = {
        "lang": lang,
        "abstain": abstain,
        "reason": reason,
        "sources": sources,
        "nearest": [{"article": article}],
        "draft": "It takes 6 days [1].",
    }
    return Ask(
        f"a{number}", when, EVIL, channel, f"c{number}", EVIL if abstain else f"Question {number}?", (), "2031-05-20", answer, "s", "extractive", {}
    )


def replied(number: int, when: dt.datetime, seconds: float, *, edited: bool = False, channel: str = "chat") -> Reply:
    text = "It takes 6 days. Thank you!" if edited else "It takes 6 days [1]."
    return Reply(f"r{number}", f"a{number}", when, "amy", channel, "", text, [], "send", "It takes 6 days [1].", edited, seconds, "none")


@pytest.fixture(scope="module")
def services(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services.open(demo_shop(lantern_quay, tmp_path_factory.mktemp("insights")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        for role in ROLES:
            services.store.add_user(role, role, PASSWORD)
    asks = [
        asked(1, at(3)),
        asked(2, at(3, 23, 59)),
        asked(3, at(2, 0), lang="yue", article="returns/umbrellas"),
        asked(4, at(2), channel="post", abstain=True),
    ]
    services.store.add_all([*asks, asked(5, at(40)), Feedback("f1", "a1", at(3), "amy", "wrong", "")])
    for reply in (replied(1, at(3), 60), replied(2, at(2, 0, 1), 240, edited=True), replied(3, at(2, 1), 100)):
        services.store.add_reply(reply)
    yield services
    services.close()


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    return create_app(services, services.settings)


@pytest.fixture(scope="module")
def person(services: Services, app: FastAPI) -> Callable[[str], TestClient]:
    def make(name: str) -> TestClient:
        secret, session = services.store.start_session(name, 1)
        return TestClient(app, base_url=HOME, cookies={SESSION_COOKIE: secret}, headers={"x-csrf-token": session.csrf, "origin": HOME})

    return make


@pytest.fixture
def lead(person: Callable[[str], TestClient]) -> TestClient:
    return person("trainer")


def figures(client: TestClient, **query: Any) -> dict[str, Any]:
    response = client.get(f"{API}/figures", params=query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def rows(client: TestClient, name: str, **query: Any) -> list[dict[str, str]]:
    response = client.get(f"{API}/tables/{name}.csv", params=query)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))


def test_only_those_who_lead_may_look(person: Callable[[str], TestClient], app: FastAPI) -> None:
    paths = [f"{API}/figures", f"{API}/questions", f"{API}/forecast", f"{API}/orders", f"{API}/tables/days.csv", f"{API}/tables/forecast.csv"]
    assert {role: {person(role).get(path).status_code for path in paths} for role in ROLES} == {
        "agent": {403}, "trainer": {200}, "owner": {200}, "admin": {200}
    }  # fmt: skip
    assert person("agent").put(f"{API}/orders", json={"orders": {"2031-01-01": 1}}).status_code == 403
    assert person("agent").post(f"{API}/orders/import", json={"text": "2031-01-01,1"}).status_code == 403
    assert TestClient(app, base_url=HOME).get(paths[0]).status_code == 401


def test_figures_of_the_last_four_weeks(lead: TestClient) -> None:
    found = figures(lead, lang="en")
    assert (found["from"], found["until"], found["zone"]) == ((TODAY - dt.timedelta(days=27)).isoformat(), TODAY.isoformat(), "Europe/Lisbon")
    assert (found["overview"]["asks"], found["overview"]["abstained"], found["overview"]["replies"]) == (4, 1, 3)
    assert {day["date"]: day["asks"] for day in found["overview"]["days"] if day["asks"]} == {
        at(3).date().isoformat(): 2,
        at(2).date().isoformat(): 2,
    }
    assert len(found["overview"]["days"]) == 28
    [chat, post] = found["speed"]["channels"]
    assert (chat["channel"], chat["target_s"], chat["pace"]["held"], chat["pace"]["within"], chat["pace"]["median_s"]) == ("chat", 180, 3, 2, 100.0)
    assert (post["channel"], post["target_s"], post["pace"]["asks"], post["pace"]["median_s"]) == ("post", None, 1, None)
    assert [hour["asks"] for hour in found["speed"]["hours"]] == [1] + [0] * 9 + [2] + [0] * 12 + [1]
    assert found["drafts"]["total"] == {"as_is": 2, "edited": 1, "discarded": 0}
    assert found["drafts"]["reasons"] == [["advice", 1]]
    assert found["drafts"]["verdicts"] == {"wrong": 1}
    assert found["drafts"]["contacts"] == {"contacts": 4, "open": 0, "resolved": 3, "followed": 0, "abstained": 1}
    assert found["drafts"]["sizes"]["compared"] == 1
    used = {line["article"]: line["usage"]["cited"] for line in found["articles"]["articles"]}
    assert used == {"delivery/islands": 2, "returns/umbrellas": 1, "care/pens": 0}
    assert found["articles"]["unused"] == 1
    assert (found["categories"], found["channels"]) == (["care", "delivery", "internal", "returns"], {"chat": "Chat", "post": "Post"})


@pytest.mark.parametrize(
    ("query", "asks", "replies"),
    [
        ({"channel": "chat"}, 3, 3), ({"channel": ""}, 0, 0), ({"language": "yue"}, 1, 1), ({"category": "delivery"}, 3, 2), ({"category": "nothing"}, 0, 0),
        ({"from": at(2).date(), "until": at(2).date()}, 2, 2), ({"channel": "post", "language": "en", "category": "delivery"}, 1, 0),
    ],
)  # fmt: skip
def test_filters_narrow_questions_and_replies(lead: TestClient, query: dict[str, Any], asks: int, replies: int) -> None:
    found = figures(lead, **query)
    assert (found["overview"]["asks"], found["overview"]["replies"]) == (asks, replies)
    assert sum(int(row["questions"]) for row in rows(lead, "days", **query)) == asks
    assert sum(int(row["replies"]) for row in rows(lead, "channels", **query)) == replies


@pytest.mark.parametrize(
    "query", [{"from": "2031-05-02", "until": "2031-05-01"}, {"from": "2029-01-01", "until": "2031-05-01"}, {"language": "fr"}, {"from": "x"}]
)
def test_what_cannot_be_looked_at_is_refused(lead: TestClient, query: dict[str, str]) -> None:
    assert lead.get(f"{API}/figures", params=query).status_code == 422


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_a_file_and_inert_in_a_spreadsheet(lead: TestClient, name: str) -> None:
    found = rows(lead, name)
    assert found or name == "resolution"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in found for cell in row.values())
    if name in ("questions", "unanswered"):
        assert any(row["question"] == f"'{EVIL}" for row in found)
    assert lead.get(f"{API}/tables/nothing.csv").status_code == 404


def test_questions_come_grouped_with_what_was_not_answered(lead: TestClient) -> None:
    found = lead.get(f"{API}/questions").json()
    assert (found["questions"], found["week"], found["cut"]) == (4, 4, False)
    assert sum(topic["count"] for topic in found["topics"]) == 4
    assert [row["question"] for row in found["unanswered"]] == [EVIL]
    assert found["week_from"] == (TODAY - dt.timedelta(days=6)).isoformat()


# ---- orders and the forecast ---------------------------------------------------------------------------------------------------


def test_orders_go_in_by_hand_and_by_file_and_come_out_again(lead: TestClient) -> None:
    assert lead.put(f"{API}/orders", json={"orders": {"2031-01-01": 5, "2031-01-02": 6}}).status_code == 204
    assert lead.post(f"{API}/orders/import", json={"text": "date,orders\n2031-01-02,60\n2031-01-03,70"}).json() == {
        "days": 2,
        "from": "2031-01-02",
        "until": "2031-01-03",
    }
    assert lead.put(f"{API}/orders", json={"orders": {"2031-01-01": None}}).status_code == 204
    period = {"from": "2031-01-01", "until": "2031-01-31"}
    assert lead.get(f"{API}/orders", params=period).json()["orders"] == {"2031-01-02": 60, "2031-01-03": 70}
    assert rows(lead, "orders", **period) == [{"date": "2031-01-02", "orders": "60"}, {"date": "2031-01-03", "orders": "70"}]
    bad = lead.post(f"{API}/orders/import", json={"text": "2031-01-04,80\n2031-01-05,?"})
    assert (bad.status_code, bad.json()["lines"]) == (422, [{"line": 2, "what": "number"}])
    assert len(lead.get(f"{API}/orders", params=period).json()["orders"]) == 2, "nothing of a bad file is taken in"
    for body in ({"orders": {}}, {"orders": {"2031-01-01": -1}}, {"orders": {"1031-01-01": 1}}):
        assert lead.put(f"{API}/orders", json=body).status_code == 422
    assert lead.post(f"{API}/orders/import", json={"text": "nothing"}).status_code == 422


def test_a_peak_is_forecast_from_the_year_before(lead: TestClient, services: Services) -> None:
    first, last = dt.date(2029, 3, 5), dt.date(2029, 3, 14)
    days = [first + dt.timedelta(days=n) for n in range(10)]
    services.store.add_all(
        [
            dataclasses.replace(asked(1000 + 10 * n + k, dt.datetime.combine(day, dt.time(9), ZONE)), conversation="")
            for n, day in enumerate(days)
            for k in range(4 + n % 3)
        ]
    )
    services.store.put_orders(dict.fromkeys(days, 100), "mei", at(0))
    query = {"coming_from": "2030-03-04", "coming_until": "2030-03-13", "reference_from": first, "reference_until": last}
    nothing = lead.get(f"{API}/forecast", params=query).json()
    assert (nothing["forecast"], nothing["expected"], nothing["fewest"]) == (None, None, 7)
    found = lead.get(f"{API}/forecast", params={**query, "expected": 2000}).json()
    assert found["reference"]["days"][1] == [days[1].isoformat(), 5, 100]
    asks = sum(questions for _, questions, _ in found["reference"]["days"])
    assert found["forecast"]["ratio"]["expected"] == pytest.approx(asks / 10)
    assert found["forecast"]["questions"]["expected"] == pytest.approx(2 * asks)
    assert [day["orders"] for day in found["forecast"]["days"]] == [pytest.approx(200)] * 10
    services.store.put_orders({dt.date(2030, 3, 4) + dt.timedelta(days=n): 300 for n in range(10)}, "mei", at(0))
    assert lead.get(f"{API}/forecast", params=query).json()["forecast"]["questions"]["expected"] == pytest.approx(3 * asks)
    file = rows(lead, "forecast", **query)
    assert (len(file), file[0]["questions"], file[-1]["orders"]) == (20, "4", "300")
    assert lead.get(f"{API}/forecast", params={**query, "language": "yue", "expected": 10}).json()["forecast"]["questions"]["expected"] == 0
    usual = lead.get(f"{API}/forecast").json()
    assert usual["coming"]["from"] == (TODAY + dt.timedelta(days=1)).isoformat()
    assert usual["reference"]["from"] == (TODAY + dt.timedelta(days=1) - dt.timedelta(weeks=52)).isoformat()

"""Gaps and mined edits as the owner's page asks for them, from the question nobody answered to the article that does."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ingest.authoring import Beginning
from kb.settings import Settings
from kb.store import Store, passwords
from retriever.phrases import phrase
from tests.kb.insights.history import ask, reply, source
from tests.ui.api.conftest import HOME, PASSWORD
from ui.api import RequestIds, add_problem_handlers, api_router
from ui.cli import app as command_line
from ui.guard import Gate
from ui.services import Services
from ui.session import SESSION_COOKIE, Identities, IdentityMiddleware
from ui.workspace import Workspace

API = "/api/v1/content"
UMBRELLAS = "returns/umbrellas.md"
REFUND = "未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。"
BAGS = ("有冇環保袋賣?", "请问有环保袋卖吗", "do you sell tote bags?")
NOW = dt.datetime.now(dt.UTC)


def line_of(content: Path) -> int:
    lines = (content / "articles" / UMBRELLAS).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if REFUND in line)


def seed(store: Store, version: str, line: int) -> None:
    """Three questions about bags, one about a parcel, three drafts of which two were corrected."""
    none, own = phrase("reason-none", "zh-Hans"), phrase("reason-personal", "zh-Hant")
    store.add_all([ask(text, reason=none, confidence=0.05, at=NOW - dt.timedelta(days=9 * n)) for n, text in enumerate(BAGS)])
    store.add_all([ask("我的包裹在哪裡", reason=own, confidence=0.01, at=NOW)])
    cited = {**source(1, "returns/umbrellas", REFUND, line), "version": version}
    for n, new in enumerate(("14 日", "14 天", "9 日")):
        drafted = ask("風暴傘可以退嗎", claims=[(REFUND.replace("。", " [1]。"), (1,))], sources=[cited], at=NOW - dt.timedelta(hours=n))
        store.add_all([drafted])
        store.add_reply(reply(drafted, str(drafted.answer["draft"]).replace("9 日", new), by=f"agent-{n}"))


@pytest.fixture(scope="module")
def quay(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("gaps") / "content"))
    return Settings(home=tmp_path_factory.mktemp("gaps-home"), content=content, embedder="none")


@pytest.fixture(scope="module")
def services(quay: Settings) -> Iterator[Services]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        services = Services.open(quay)
        for name, role in (("olga", "owner"), ("amy", "agent"), ("tom", "trainer")):
            services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
        seed(services.store, services.answerer.snapshot.articles["returns/umbrellas"].version, line_of(quay.content))
        yield services
        services.close()


@pytest.fixture(scope="module")
def as_(services: Services, quay: Settings) -> Callable[[str], TestClient]:
    app = FastAPI()  # the API behind its guards, without the pages, which take seconds to build
    add_problem_handlers(app)
    app.include_router(api_router(services))
    app.add_middleware(Gate)
    app.add_middleware(IdentityMiddleware, identities=Identities(services.store, quay))
    app.add_middleware(RequestIds)

    def client(name: str) -> TestClient:
        secret, session = services.store.start_session(name, 1)
        headers = {"x-csrf-token": session.csrf, "origin": HOME}
        return TestClient(app, base_url=HOME, cookies={SESSION_COOKIE: secret}, headers=headers, follow_redirects=False)

    return client


@pytest.fixture(scope="module")
def olga(as_: Callable[[str], TestClient]) -> TestClient:
    return as_("olga")


def asked(client: TestClient, path: str, **params: Any) -> Any:
    response = client.get(f"{API}/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("path", ["gaps", "gaps/now?q=x", f"mined?file={UMBRELLAS}"])
@pytest.mark.parametrize("name", ["amy", "tom"])
def test_agents_and_trainers_are_refused(as_: Callable[[str], TestClient], name: str, path: str) -> None:
    assert as_(name).get(f"{API}/{path}").status_code == 403


def test_gaps_are_grouped_and_own_orders_kept_apart(olga: TestClient) -> None:
    found = asked(olga, "gaps")
    [bags] = found["topics"]
    assert (found["total"], found["why"], found["apart"], bags["count"]) == (3, {"unanswered": 3}, {"personal": 1}, 3)
    assert {example["question"] for example in bags["examples"]} == set(BAGS)
    assert sum(count for _, count in bags["weeks"]) == 3
    assert len(bags["weeks"]) in (12, 13)
    apart = asked(olga, "gaps", apart="personal")
    assert [topic["question"] for topic in apart["topics"]] == ["我的包裹在哪裡"]
    assert asked(olga, "gaps", why="wrong")["topics"] == []
    assert asked(olga, "gaps", until=(NOW - dt.timedelta(days=15)).date().isoformat())["total"] == 1


@pytest.mark.parametrize("params", [{"from": "2031-01-02", "until": "2031-01-01"}, {"from": "2029-01-01", "until": "2031-01-01"}, {"why": "bored"}])
def test_periods_and_reasons_that_make_no_sense_are_refused(olga: TestClient, params: dict[str, str]) -> None:
    assert olga.get(f"{API}/gaps", params=params).status_code == 422


def test_what_a_question_finds_today(olga: TestClient) -> None:
    assert asked(olga, "gaps/now", q="未拆封的風暴傘幾天內可以退款?")["answered"] is True
    found = asked(olga, "gaps/now", q="zzzz")
    assert found == {"answered": False, "nearest": []}


def test_a_corrected_figure_is_proposed_at_the_line_where_the_article_says_it(olga: TestClient, services: Services) -> None:
    found = asked(olga, "mined", file=UMBRELLAS)
    [change] = found["changes"]
    assert change["line"] == line_of(services.settings.content)
    assert (change["kind"], change["urgent"], change["count"], change["people"], change["of"]) == ("value", True, 2, 2, 3)
    assert change["difference"] == [["same", "未拆封的風暴傘:簽收後 "], ["gone", "9"], ["new", "14"], ["same", " 日內可退款,收 4% 手續費。"]]
    assert (found["replies"], found["past"], found["questions"]) == (3, 0, [])
    assert asked(olga, "mined", file="care/pens.md")["changes"] == []


def test_a_sentence_that_the_article_no_longer_has_is_not_proposed(own_lantern_quay: Path, tmp_path: Path) -> None:
    from ui.gaps import Miner, standing

    services = Services.open(Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none"))
    try:
        seed(services.store, "another version", line_of(own_lantern_quay))
        changes = Miner(services).mined().changes["returns/umbrellas"]
        text = (own_lantern_quay / "articles" / UMBRELLAS).read_text(encoding="utf-8")
        [found], past = standing(changes, f"\n{text}", "now")
        assert (found.line, past) == (line_of(own_lantern_quay) + 1, 0)
        assert standing(changes, text.replace("9 日", "14 日"), "now") == ([], 1)
    finally:
        services.close()


def test_an_article_begun_from_a_gap_keeps_its_questions_out_of_the_file(services: Services, olga: TestClient) -> None:
    body = {"id": "shop/bags", "title": "環保袋", "lang": "zh-Hant", "question": BAGS[0], "questions": [*BAGS, "兩行\n問題"]}
    response = olga.post(f"{API}/begin", json=body)
    assert response.status_code == 201, response.text
    text = (services.settings.content / "articles" / "shop" / "bags.md").read_text(encoding="utf-8")
    assert f"## {BAGS[0]}" in text
    assert BAGS[1] not in text
    assert BAGS[2] not in text
    olga.post(
        f"{API}/save",
        json={
            "file": "shop/bags.md",
            "text": text + "\n更多。\n",
            "opened": asked(olga, "article", file="shop/bags.md")["head"]["version"],
            "status": "draft",
        },
    )
    assert asked(olga, "mined", file="shop/bags.md")["questions"] == [*BAGS, "兩行 問題"]
    Workspace(services).begin(Beginning("shop/other", "其他", "zh-Hant"), "olga")
    assert asked(olga, "mined", file="shop/other.md")["questions"] == []


def test_the_command_prints_groups_and_edits(services: Services, quay: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_HOME", str(quay.home))
    monkeypatch.setenv("KB_CONTENT", str(quay.content))
    monkeypatch.setenv("KB_EMBEDDER", "none")
    runner = CliRunner()
    printed = runner.invoke(command_line, ["gaps", "--why", "unanswered"])
    assert printed.exit_code == 0, printed.output
    assert "3 questions in 1 groups" in printed.output
    assert "not for articles: personal 1" in printed.output
    found = json.loads(runner.invoke(command_line, ["gaps", "--json"]).output)
    assert [topic["count"] for topic in found["topics"]] == [3]
    edits = runner.invoke(command_line, ["gaps", "--edits"]).output
    assert "value!" in edits
    assert "2 of 3" in edits
    refused = runner.invoke(command_line, ["gaps", "--why", "bored"])
    assert refused.exit_code != 0

"""What the content owner's page calls: who may, what it shows, and that no change is lost or published by the way."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.content import Shop
from kb.settings import Settings
from kb.store import Ask, Feedback, passwords
from tests.ui.api.conftest import HOME, PASSWORD
from ui import workspace
from ui.api import RequestIds, add_problem_handlers, api_router
from ui.app import create_app
from ui.guard import Gate
from ui.services import LOOK_EVERY, Services
from ui.session import SESSION_COOKIE, Identities, IdentityMiddleware

PENS, ISLANDS, UMBRELLAS = "care/pens.md", "delivery/islands.md", "returns/umbrellas.md"
API = "/api/v1/content"


@pytest.fixture
def quay(own_lantern_quay: Path, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none")


@pytest.fixture
def services(quay: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    services = Services.open(quay)
    for name, role in (("olga", "owner"), ("otto", "owner"), ("root", "admin"), ("amy", "agent"), ("tom", "trainer")):
        services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
    yield services
    services.close()


@pytest.fixture
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


@pytest.fixture
def olga(as_: Callable[[str], TestClient]) -> TestClient:
    return as_("olga")


def opened(client: TestClient, file: str) -> dict[str, Any]:
    response = client.get(f"{API}/article", params={"file": file})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def save(client: TestClient, file: str, text: str, status: str, version: str | None = None, message: str = "") -> Any:
    version = version or opened(client, file)["head"]["version"]
    return client.post(f"{API}/save", json={"file": file, "text": text, "opened": version, "status": status, "message": message})


def edit(client: TestClient, file: str, old: str, new: str, status: str) -> Any:
    head = opened(client, file)["head"]
    assert old in head["text"]
    return save(client, file, head["text"].replace(old, new), status, head["version"])


def on_disk(services: Services, file: str) -> str:
    return (services.settings.content / "articles" / file).read_text(encoding="utf-8")


def kinds(client: TestClient, file: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["by"]) for one in client.get(f"{API}/history", params={"file": file}).json()["revisions"]]


def draft_of(services: Services, question: str) -> str:
    time.sleep(LOOK_EVERY + 0.1)
    return services.ask(question).draft


# ---- who may -------------------------------------------------------------------------------------------------------------

CALLS = [
    ("GET", "articles"), ("GET", f"article?file={PENS}"), ("GET", "hits?q=pen"), ("GET", f"history?file={PENS}"), ("GET", "revision?id=1"), ("POST", "lint"),
    ("POST", "begin"), ("POST", "save"), ("POST", "discard"), ("POST", "rollback"), ("POST", "compare"), ("POST", "index"), ("GET", "choices"), ("POST", "matter"), ("POST", "succeed"), ("POST", "import"), ("POST", "import/check"), ("POST", "import/write"),
    ("POST", "impact"), ("GET", "golden"), ("POST", "golden/results"), ("GET", "golden/log"), ("POST", "golden/pin"), ("POST", "golden/unpin"),
]  # fmt: skip


def test_every_call_is_for_owners_and_administrators_alone(services: Services, quay: Settings, as_: Callable[[str], TestClient]) -> None:
    app = create_app(services, quay)
    described = {route.path for route in app.routes if getattr(route, "path", "").startswith(API)}  # type: ignore[attr-defined]
    assert {f"{API}/{path.split('?')[0]}" for _, path in CALLS} >= described
    secret, _ = services.store.add_client("program", ("articles", "search"), 1000)
    strangers = [
        TestClient(app, base_url=HOME),
        TestClient(app, base_url=HOME, headers={"authorization": f"Bearer {secret}"}),
        as_("amy"),
        as_("tom"),
    ]
    for method, path in CALLS:
        body = {} if method == "POST" else None
        assert [client.request(method, f"{API}/{path}", json=body).status_code for client in strangers] == [401, 403, 403, 403], path
        assert as_("root").request(method, f"{API}/{path}", json=body).status_code in (200, 422), path


def test_a_change_needs_the_pages_token(services: Services, olga: TestClient) -> None:
    version = opened(olga, PENS)["head"]["version"]
    del olga.headers["x-csrf-token"]
    body = {"file": PENS, "text": "x", "opened": version, "status": "draft"}
    assert olga.post(f"{API}/save", json=body).status_code == 403
    assert kinds(olga, PENS) == []


# ---- looking -------------------------------------------------------------------------------------------------------------


def test_the_list_shows_every_file_and_its_state(services: Services, olga: TestClient, write_article: Callable[..., Path]) -> None:
    content = services.settings.content
    write_article(content, "states/soon.md", "x", "title: S", "lang: en", "valid_from: 2031-01-01", "valid_until: 2031-06-19")
    write_article(content, "states/later.md", "x", "title: L", "lang: en", "valid_from: 2031-01-01", "valid_until: 2031-06-20")
    write_article(content, "states/coming.md", "x", "title: C", "lang: en", "valid_from: 2031-05-21")
    write_article(content, "states/draft.md", "x", "title: D", "lang: en", "status: draft", "valid_from: 2031-01-01")
    write_article(content, "states/review.md", "x", "title: R", "lang: en", "status: review")
    write_article(content, "states/retired.md", "x", "title: R", "lang: en", "status: retired")
    write_article(content, "states/broken.md", "x", "title: B", "lang: en", "valid_from: soon")
    (content / "articles" / ISLANDS).unlink()
    listed = olga.get(f"{API}/articles").json()
    rows = {row["file"]: row for row in listed["articles"]}
    states = {file.split("/")[1]: row["state"] for file, row in rows.items() if file.startswith("states/")}
    assert states == {
        "soon.md": "in-force", "later.md": "in-force", "coming.md": "coming", "draft.md": "draft", "review.md": "review", "retired.md": "retired", "broken.md": "broken",
    }  # fmt: skip
    assert rows["returns/umbrellas-2030.md"]["state"] == "ended"
    assert rows["states/soon.md"]["flags"] == ["expiring", "unused", "unindexed"]
    assert rows["states/later.md"]["flags"] == ["unused", "unindexed"]
    assert rows[PENS]["flags"] == ["stale", "unused"]
    assert rows["states/draft.md"]["flags"] == []
    assert (rows["states/broken.md"]["errors"], rows["states/broken.md"]["title"]) == (1, "states/broken.md")
    assert (listed["total"], listed["gone"], listed["today"]) == (len(rows), ["delivery/islands"], "2031-05-20")


def test_the_search_reads_the_text_in_either_script(olga: TestClient) -> None:
    def found(words: str) -> list[str]:
        return [row["file"] for row in olga.get(f"{API}/articles", params={"q": words}).json()["articles"]]

    assert found("蘆葦筆") == found("芦苇笔 35") == [PENS]
    assert found("no such words") == []


def test_use_and_bad_feedback_come_from_the_store(services: Services, olga: TestClient) -> None:
    now = dt.datetime.now(dt.UTC)
    source = {"article": "returns/umbrellas", "lines": [19, 19], "quote": "9 日"}
    for number in range(6):
        answer = {"sources": [source, source] if number else [{**source, "article": "care/pens"}, source]}
        services.store.add_ask(
            Ask(f"a{number}", now - dt.timedelta(minutes=number), "amy", "", "", f"q{number}", (), "2031-05-20", answer, "s", "extractive", {})
        )
    services.store.add_ask(
        Ask(
            "old",
            now - dt.timedelta(days=91),
            "amy",
            "",
            "",
            "old",
            (),
            "2031-05-20",
            {"sources": [{**source, "article": "delivery/islands"}]},
            "s",
            "x",
            {},
        )
    )
    for number, verdict in ((1, "wrong"), (2, "missing"), (3, "right")):
        services.store.add_feedback(Feedback(f"f{number}", f"a{number}", now, "amy", verdict, "too old"))  # type: ignore[arg-type]
    rows = {row["file"]: row for row in olga.get(f"{API}/articles").json()["articles"]}
    assert [rows[UMBRELLAS][name] for name in ("cited", "rated", "wrong")] == [6, 3, 2]
    assert rows[UMBRELLAS]["flags"] == ["disliked"]
    assert (rows[PENS]["cited"], rows[ISLANDS]["flags"]) == (1, ["unused"])
    shown = opened(olga, UMBRELLAS)["citations"]
    assert [(one["question"], one["verdict"]) for one in shown[:3]] == [("q1", "wrong"), ("q2", "missing"), ("q0", "")]
    assert (shown[0]["lines"], shown[0]["reason"]) == ([19, 19], "too old")


def test_an_article_is_shown_as_facts_problems_and_plain_elements(services: Services, olga: TestClient) -> None:
    path = services.settings.content / "articles" / PENS
    text = (
        path.read_text(encoding="utf-8")
        + "\n<script>alert(1)</script> ![图](https://evil.example/x.png) [去](javascript:alert(1)) [箱](../returns/gone.md)\n"
    )
    path.write_text(text, encoding="utf-8")
    shown = opened(olga, PENS)
    assert dict(map(tuple, shown["facts"]))["disclaimers"] == ["ink"]
    (problem,) = shown["problems"]
    assert (problem["line"], problem["severity"]) == (len(text.splitlines()), "warning")
    paragraph = shown["tree"][-1]
    assert paragraph["lines"] == [problem["line"], problem["line"]]
    said = "".join(child for child in paragraph["children"] if isinstance(child, str))
    assert said == "<script>alert(1)</script> 图 [去](javascript:alert(1)) ", "raw HTML and a refused link stay text"
    assert [child for child in paragraph["children"] if not isinstance(child, str)] == [
        {"tag": "a", "article": "../returns/gone.md", "children": ["箱"]}
    ]
    assert "evil.example" not in str(shown["tree"])
    assert shown["flags"] == ["stale", "unused", "warnings", "unindexed"]


def test_no_file_outside_the_articles_is_shown(services: Services, olga: TestClient) -> None:
    for file in ("../shop.yaml", "../../home/store.sqlite3", "/etc/passwd", "gone.md", "care/../care/pens.md"):
        response = olga.get(f"{API}/article", params={"file": file})
        assert (response.status_code, response.json()["code"]) == (422, "content")


def test_typing_is_linted_and_shown_without_writing(services: Services, olga: TestClient) -> None:
    text = opened(olga, PENS)["text"]
    response = olga.post(f"{API}/lint", json={"file": PENS, "text": text.replace("lang: zh-Hans", "lang: tlh")}).json()
    (problem,) = response["problems"]
    assert (problem["line"], problem["severity"], response["facts"]) == (4, "error", [])
    assert response["tree"]
    assert olga.post(f"{API}/lint", json={"file": "../x.md", "text": text}).status_code == 422
    assert on_disk(services, PENS) == text


def test_all_problems_are_told_at_once_each_with_its_code(olga: TestClient) -> None:
    text = opened(olga, UMBRELLAS)["text"]
    wrong = text.replace("valid_from: 2031-01-01", "valid_from: 2031-13-01").replace("[wind]", "[rain]").replace("| 摺疊傘 | 7 個月 |", "| 摺疊傘 |")
    found = olga.post(f"{API}/lint", json={"file": UMBRELLAS, "text": wrong + "\n[舊](../gone.md)\n"}).json()["problems"]
    lines = wrong.splitlines()
    assert [(one["code"], one["severity"], one["line"]) for one in found] == [
        ("value-no-date", "error", lines.index("valid_from: 2031-13-01") + 1),
        ("disclaimer-unknown", "error", lines.index("disclaimers: [rain]") + 1),
        ("table-row-width", "warning", lines.index("| 摺疊傘 | HKD 25 |") + 1),
        ("dead-link", "warning", len(lines) + 2),
    ]
    assert found[0]["params"] == {"key": "valid_from", "value": "'2031-13-01'"}


def test_one_value_is_changed_in_the_front_matter(olga: TestClient) -> None:
    text = opened(olga, UMBRELLAS)["text"]
    changed = olga.post(f"{API}/matter", json={"text": text, "changes": {"products": ["reed-pen"], "valid_until": "2031-06-30"}}).json()["text"]
    assert changed == text.replace("[storm-umbrella]", "[reed-pen]").replace("valid_until:", "valid_until: 2031-06-30")
    assert olga.post(f"{API}/lint", json={"file": UMBRELLAS, "text": changed}).json()["matter"]["values"]["products"] == ["reed-pen"]
    for changes in ({"colour": "red"}, {"title": ["a"]}, {"products": "a"}):
        assert olga.post(f"{API}/matter", json={"text": text, "changes": changes}).status_code == 422
    assert olga.post(f"{API}/matter", json={"text": "no front matter", "changes": {"title": "a"}}).json()["code"] == "content"


def test_the_form_is_offered_what_there_is(olga: TestClient) -> None:
    offered = olga.get(f"{API}/choices").json()
    assert offered["categories"] == ["care", "delivery", "internal", "returns"]
    assert {"退換組", "olga", "otto", "root"} <= set(offered["owners"])
    assert not {"amy", "tom"} & set(offered["owners"])
    assert {"id": "reed-pen", "names": {"zh-Hant": "蘆葦筆", "zh-Hans": "芦苇笔", "en": "reed pen"}} in offered["products"]
    assert offered["disclaimers"][1]["texts"]["en"] == "Close the umbrella in strong wind."
    assert {"id": "care/pens", "title": "芦苇笔的保养", "lang": "zh-Hans"} in offered["articles"]


def test_the_hit_test_says_what_is_found_and_whether_it_is_answered(services: Services, olga: TestClient) -> None:
    result = olga.get(f"{API}/hits", params={"q": "未拆封的風暴傘幾天內可以退款?", "lang": "en"}).json()
    (part,) = result["parts"]
    best = part["hits"][0]
    assert (best["file"], best["lexical_rank"], part["refuse"], result["answer"]["abstain"]) == (UMBRELLAS, 1, False, False)
    assert [hit["score"] for hit in part["hits"]] == sorted((hit["score"] for hit in part["hits"]), reverse=True)
    assert all(abs(hit["from_dense"] + hit["from_lexical"] + hit["from_rest"] - hit["score"]) < 0.001 for hit in part["hits"])
    refused = olga.get(f"{API}/hits", params={"q": "zzz qqq", "lang": "en"}).json()
    assert refused["answer"]["abstain"]
    assert all(one["refuse"] and one["reason"] for one in refused["parts"])
    assert services.store.asks() == []


# ---- changing ------------------------------------------------------------------------------------------------------------


def test_a_new_article_goes_from_draft_to_the_desk_and_back(services: Services, olga: TestClient) -> None:
    begun = olga.post(
        f"{API}/begin", json={"id": "care/umbrellas", "title": "Umbrella care", "lang": "en", "products": ["storm-umbrella"], "owner": "Olga"}
    )
    assert begun.status_code == 201
    file = begun.json()["file"]
    assert olga.post(f"{API}/begin", json={"id": "care/umbrellas", "title": "Again", "lang": "en"}).status_code == 409
    assert opened(olga, file)["state"] == "draft"
    sentence = "Dry a storm umbrella for 11 hours before it is folded."
    text = opened(olga, file)["head"]["text"].replace("One rule a sentence, each number with its unit.", sentence)
    assert save(olga, file, text, "review").json()["summary"] is None
    assert opened(olga, file)["state"] == "review"
    summary = save(olga, file, text, "published", message="Asked every week").json()["summary"]
    assert opened(olga, file)["flags"] == ["unused"], "what was published is what agents are answered from"
    assert (summary["articles"], summary["skipped"]) == (6, 0)
    assert "11 hours" in draft_of(services, "How long should I dry a storm umbrella before it is folded?")
    assert "status: published" in on_disk(services, file)
    assert edit(olga, file, "11 hours", "13 hours", "published").status_code == 200
    assert "13 hours" in draft_of(services, "How long should I dry a storm umbrella before it is folded?")
    history = olga.get(f"{API}/history", params={"file": file}).json()["revisions"]
    assert [one["kind"] for one in history] == ["publish", "publish", "save", "save"]
    assert (history[0]["added"], history[0]["removed"], history[1]["message"]) == (2, 2, "Asked every week")
    whole = olga.get(f"{API}/revision", params={"id": history[0]["id"], "against": history[1]["id"]}).json()
    assert [piece for piece in whole["difference"] if piece[0] != "same"] == [["gone", "11"], ["new", "13"]]
    back = {"file": file, "revision": history[1]["id"], "opened": opened(olga, file)["head"]["version"]}
    assert olga.post(f"{API}/rollback", json=back).json()["summary"]["articles"] == 6
    assert "11 hours" in draft_of(services, "How long should I dry a storm umbrella before it is folded?")
    assert kinds(olga, file)[0] == ("rollback", "olga")
    assert save(olga, file, on_disk(services, file), "retired").json()["summary"]["articles"] == 5
    assert opened(olga, file)["state"] == "retired"


def on_day(services: Services, day: str) -> str:
    """What the desk drafts with its clock on that day."""
    time.sleep(LOOK_EVERY + 0.1)
    return services.ask("未拆封的風暴傘幾天內可以退款?", as_of=dt.date.fromisoformat(day)).draft


def test_what_begins_later_is_published_now_and_used_from_its_day_on(services: Services, olga: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    text = opened(olga, UMBRELLAS)["text"].replace("9 日內", "12 日內").replace("9 days", "12 days").replace("2031-01-01", "2031-06-15")
    (gap,) = (one for one in olga.post(f"{API}/lint", json={"file": UMBRELLAS, "text": text}).json()["problems"] if one["code"] == "leaves-a-gap")
    assert (gap["line"], gap["params"]["since"]) == (text.splitlines().index("valid_from: 2031-06-15") + 1, "2031-06-15")
    assert olga.post(f"{API}/succeed", json={"file": UMBRELLAS, "text": opened(olga, UMBRELLAS)["text"]}).json()["rule"] == "no-later-day"
    file = olga.post(f"{API}/succeed", json={"file": UMBRELLAS, "text": text}).json()["file"]
    assert file == "returns/umbrellas-2031-06-15.md"
    assert olga.post(f"{API}/succeed", json={"file": UMBRELLAS, "text": text}).status_code == 409
    assert opened(olga, file)["state"] == "draft"
    saved = save(olga, file, opened(olga, file)["text"], "published").json()
    assert (saved["starts"], saved["summary"]["articles"]) == ("2031-06-15", 6)
    assert edit(olga, PENS, "35 °C", "40 °C", "published").json()["starts"] is None

    rows = {row["file"]: row for row in olga.get(f"{API}/articles").json()["articles"]}
    assert (rows[file]["state"], rows[UMBRELLAS]["state"]) == ("coming", "in-force")
    assert (rows[UMBRELLAS]["follower"]["file"], rows[UMBRELLAS]["follower"]["valid_from"]) == (file, "2031-06-15")
    assert "replaced" not in rows[UMBRELLAS]["flags"]
    assert "9 日" in on_day(services, "2031-06-14")
    assert "12 日" in on_day(services, "2031-06-15")
    assert "9 日" not in on_day(services, "2031-06-15")

    monkeypatch.setattr(Shop, "current_date", lambda _: dt.date(2031, 6, 15))
    assert "12 日" in draft_of(services, "未拆封的風暴傘幾天內可以退款?")
    rows = {row["file"]: row for row in olga.get(f"{API}/articles").json()["articles"]}
    assert (rows[file]["state"], rows[file]["flags"]) == ("in-force", ["unused"])
    assert rows[UMBRELLAS]["flags"] == ["replaced"]


def test_of_two_authors_the_second_is_told_and_shown_the_difference(services: Services, as_: Callable[[str], TestClient]) -> None:
    olga, otto = as_("olga"), as_("otto")
    version, text = (opened(otto, PENS)["head"][name] for name in ("version", "text"))
    assert edit(olga, PENS, "35 °C", "40 °C", "published").status_code == 200
    for status in ("draft", "review", "published", "retired"):
        response = save(otto, PENS, text.replace("35 °C", "25 °C"), status, version)
        problem = response.json()
        assert (response.status_code, problem["code"]) == (409, "conflict")
        assert "olga" in problem["detail"]
        assert problem["current"] == on_disk(services, PENS)
    compared = otto.post(f"{API}/compare", json={"old": problem["current"], "new": text.replace("35 °C", "25 °C")}).json()["difference"]
    assert [piece for piece in compared if piece[0] != "same"] == [["gone", "40"], ["new", "25"]]
    assert "40 °C" in on_disk(services, PENS)
    assert save(otto, PENS, text.replace("35 °C", "25 °C"), "published", problem["version"]).status_code == 200
    assert kinds(otto, PENS) == [("publish", "otto"), ("publish", "olga"), ("elsewhere", "")]


def test_a_change_of_a_published_article_is_kept_aside_until_it_is_published(services: Services, as_: Callable[[str], TestClient]) -> None:
    olga, otto = as_("olga"), as_("otto")
    before = on_disk(services, UMBRELLAS)
    assert edit(olga, UMBRELLAS, "9 日內", "12 日內", "draft").json()["summary"] is None
    assert on_disk(services, UMBRELLAS) == before
    assert "9 日" in draft_of(services, "未拆封的風暴傘幾天內可以退款?")
    shown = opened(otto, UMBRELLAS)
    assert (shown["state"], shown["flags"], shown["aside"]["by"]) == ("in-force", ["unused", "aside"], "olga")
    assert [piece for piece in shown["aside"]["difference"] if piece[0] != "same"] == [
        ["gone", "published"],
        ["new", "draft"],
        ["gone", "9"],
        ["new", "12"],
    ]
    assert save(otto, UMBRELLAS, before, "published", shown["version"]).status_code == 409, "otto must have seen the draft"
    assert edit(otto, UMBRELLAS, "4% 手續費", "5% 手續費", "review").status_code == 200
    assert edit(olga, UMBRELLAS, "status: review", "status: review", "published").status_code == 200
    assert [words in on_disk(services, UMBRELLAS) for words in ("12 日內", "5% 手續費", "status: published", "9 日內")] == [True, True, True, False]
    assert opened(olga, UMBRELLAS)["aside"] is None
    assert kinds(olga, UMBRELLAS) == [("publish", "olga"), ("draft", "otto"), ("draft", "olga"), ("elsewhere", "")]


def test_what_is_kept_aside_can_be_dropped_and_found_again(olga: TestClient) -> None:
    edit(olga, UMBRELLAS, "9 日內", "12 日內", "draft")
    assert olga.post(f"{API}/discard", json={"file": UMBRELLAS}).status_code == 200
    assert opened(olga, UMBRELLAS)["aside"] is None
    assert olga.post(f"{API}/discard", json={"file": UMBRELLAS}).status_code == 403
    history = olga.get(f"{API}/history", params={"file": UMBRELLAS}).json()["revisions"]
    assert "12 日內" in olga.get(f"{API}/revision", params={"id": history[1]["id"]}).json()["text"]


def test_a_file_edited_elsewhere_is_never_overwritten_by_what_was_kept_aside(services: Services, olga: TestClient) -> None:
    edit(olga, UMBRELLAS, "9 日內", "12 日內", "draft")
    path = services.settings.content / "articles" / UMBRELLAS
    path.write_text(on_disk(services, UMBRELLAS).replace("4% 手續費", "6% 手續費"), encoding="utf-8")
    assert opened(olga, UMBRELLAS)["aside"]["overtaken"]
    response = edit(olga, UMBRELLAS, "status: draft", "status: draft", "published")
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert "6% 手續費" in response.json()["current"]
    assert "6% 手續費" in on_disk(services, UMBRELLAS)


def test_a_text_with_errors_may_be_a_draft_but_is_not_published(services: Services, olga: TestClient) -> None:
    before = on_disk(services, PENS)
    response = edit(olga, PENS, "lang: zh-Hans", "lang: tlh", "published")
    assert (response.status_code, response.json()["code"], response.json()["found"][0]["line"]) == (422, "unsound", 4)
    assert response.json()["found"][0]["code"] == "value-not-allowed"
    assert on_disk(services, PENS) == before
    assert edit(olga, PENS, "lang: zh-Hans", "lang: tlh", "draft").status_code == 200
    assert save(olga, PENS, "no front matter", "draft").json()["code"] == "content"


def test_where_the_shop_wants_it_somebody_else_publishes(services: Services, as_: Callable[[str], TestClient]) -> None:
    with (services.settings.content / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write("review: {second_person: true}\n")
    olga, otto = as_("olga"), as_("otto")
    assert edit(olga, PENS, "35 °C", "40 °C", "published").json()["code"] == "refused"
    assert edit(olga, PENS, "35 °C", "40 °C", "review").status_code == 200
    assert edit(olga, PENS, "status: review", "status: review", "published").status_code == 403
    assert edit(otto, PENS, "40 °C", "45 °C", "published").status_code == 403, "not what was handed in"
    assert "35 °C" in on_disk(services, PENS)
    assert edit(otto, PENS, "40 °C", "45 °C", "review").status_code == 200
    assert edit(otto, PENS, "45 °C", "45 °C", "published").status_code == 403, "now otto is an author too"
    assert edit(as_("root"), PENS, "45 °C", "45 °C", "published").status_code == 200
    assert "45 °C" in on_disk(services, PENS)
    history = olga.get(f"{API}/history", params={"file": PENS}).json()["revisions"]
    version = opened(olga, PENS)["head"]["version"]
    never = next(one["id"] for one in history if one["kind"] == "draft")
    assert olga.post(f"{API}/rollback", json={"file": PENS, "revision": never, "opened": version}).status_code == 403
    once = next(one["id"] for one in history if one["kind"] == "elsewhere")
    assert olga.post(f"{API}/rollback", json={"file": PENS, "revision": once, "opened": version}).status_code == 200
    assert "35 °C" in on_disk(services, PENS)


@pytest.mark.parametrize("by_way", ["retire", "roll back", "save often"])
def test_no_detour_lets_an_author_publish_alone(
    services: Services, as_: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch, by_way: str
) -> None:
    with (services.settings.content / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write("review: {second_person: true}\n")
    monkeypatch.setattr(workspace, "MOST_REVISIONS", 4)
    olga = as_("olga")
    if by_way == "retire":
        assert edit(olga, PENS, "35 °C", "95 °C", "retired").status_code == 200
    else:
        assert edit(olga, PENS, "35 °C", "35 °C", "retired").status_code == 200
        assert edit(olga, PENS, "35 °C", "95 °C", "draft").status_code == 200
    if by_way == "roll back":
        head = opened(olga, PENS)["head"]["version"]
        mine = olga.get(f"{API}/history", params={"file": PENS}).json()["revisions"][0]["id"]
        assert olga.post(f"{API}/rollback", json={"file": PENS, "revision": mine, "opened": head}).status_code == 200
    for _ in range(5 if by_way == "save often" else 1):
        assert edit(olga, PENS, "95 °C", "95 °C", "review").status_code == 200
    assert edit(olga, PENS, "95 °C", "95 °C", "published").status_code == 403
    assert "status: review" in on_disk(services, PENS)


def test_a_revision_of_another_article_is_no_way_back(olga: TestClient) -> None:
    edit(olga, PENS, "35 °C", "40 °C", "published")
    edit(olga, UMBRELLAS, "9 日內", "12 日內", "published")
    other = olga.get(f"{API}/history", params={"file": PENS}).json()["revisions"][0]["id"]
    body = {"file": UMBRELLAS, "revision": other, "opened": opened(olga, UMBRELLAS)["head"]["version"]}
    assert olga.post(f"{API}/rollback", json=body).status_code == 422


def test_indexing_says_what_it_did_and_notes_what_was_edited_elsewhere(
    services: Services, olga: TestClient, write_article: Callable[..., Path]
) -> None:
    write_article(services.settings.content, "new/broken.md", "x", "titel: x", "lang: en")
    write_article(services.settings.content, "new/fine.md")
    summary = olga.post(f"{API}/index", json={}).json()["summary"]
    assert (summary["articles"], summary["skipped"], summary["kept"]) == (6, 1, 0)
    assert any("titel" in problem["what"] for problem in summary["problems"])
    assert kinds(olga, "new/fine.md") == [("elsewhere", "")]
    olga.post(f"{API}/index", json={})
    assert len(kinds(olga, "new/fine.md")) == 1
    write_article(services.settings.content, "new/fine.md", "Other words.")
    olga.post(f"{API}/index", json={})
    assert len(kinds(olga, "new/fine.md")) == 2

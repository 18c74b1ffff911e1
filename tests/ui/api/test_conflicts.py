"""What the content page shows of conflicts and parity, who may decide, and what is kept of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.settings import Settings
from kb.store import passwords
from tests.ui.api.conftest import HOME, PASSWORD
from ui.api import RequestIds, add_problem_handlers, api_router
from ui.guard import Gate
from ui.services import Services
from ui.session import SESSION_COOKIE, Identities, IdentityMiddleware

API = "/api/v1/content"
CONTRADICTION = """---
id: care/reeds
title: Reeds at a glance
lang: en
valid_from: 2031-01-01
status: published
---
- Delivery to the outer islands takes 9 working days.
"""
TRANSLATION = """---
id: delivery/islands-hant
title: 離島送貨
lang: zh-Hant
valid_from: 2031-01-01
status: published
translation_of: delivery/islands
---
## 運費與時間

離島送貨需時 6 個工作日,運費 EUR 15。
訂單滿 EUR 150,離島免費送貨。
"""

As = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def services(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("conflicts") / "content"))
    (content / "articles" / "care" / "reeds.md").write_text(CONTRADICTION, encoding="utf-8")
    (content / "articles" / "delivery" / "islands-hant.md").write_text(TRANSLATION, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        services = Services.open(Settings(home=tmp_path_factory.mktemp("conflicts-home"), content=content, embedder="none"))
        for name, role in (("olga", "owner"), ("root", "admin"), ("amy", "agent"), ("tom", "trainer")):
            services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
        yield services
    services.close()


@pytest.fixture(scope="module")
def as_(services: Services) -> As:
    app = FastAPI()
    add_problem_handlers(app)
    app.include_router(api_router(services))
    app.add_middleware(Gate)
    app.add_middleware(IdentityMiddleware, identities=Identities(services.store, services.settings))
    app.add_middleware(RequestIds)

    def client(name: str) -> TestClient:
        secret, session = services.store.start_session(name, 1)
        headers = {"x-csrf-token": session.csrf, "origin": HOME}
        return TestClient(app, base_url=HOME, cookies={SESSION_COOKIE: secret}, headers=headers, follow_redirects=False)

    return client


def the_conflict(client: TestClient) -> dict[str, Any]:
    response = client.get(f"{API}/conflicts")
    assert response.status_code == 200, response.text
    (found,) = response.json()["conflicts"]
    return dict(found)


def decide(client: TestClient, **body: str) -> Any:
    return client.post(f"{API}/conflicts/decide", json=body)


def flags(client: TestClient) -> dict[str, bool]:
    rows = client.get(f"{API}/articles").json()["articles"]
    return {row["id"]: "conflict" in row["flags"] for row in rows}


def test_a_conflict_shows_both_sentences_with_their_values(as_: As) -> None:
    found = the_conflict(as_("olga"))
    shown = [(side["article"], side["file"], side["lines"], side["value"]) for side in found["sides"]]
    assert shown == [
        ("care/reeds", "care/reeds.md", [8, 8], "9 working days"),
        ("delivery/islands", "delivery/islands.md", [12, 13], "6 working days"),
    ]
    side = found["sides"][0]
    assert side["before"] + side["value"] + side["after"] == "Delivery to the outer islands takes 9 working days."
    assert (found["state"], found["person"], found["history"]) == ("open", "", [])


def test_a_conflict_is_assigned_dismissed_and_opened_again(as_: As) -> None:
    olga, root = as_("olga"), as_("root")
    conflict = the_conflict(olga)["id"]
    assert olga.get(f"{API}/conflicts").json()["people"] == ["olga", "root"]
    assert flags(olga) == {**dict.fromkeys(flags(olga), False), "care/reeds": True, "delivery/islands": True}
    assert decide(olga, conflict=conflict, action="assign", person="root").json()["person"] == "root"
    assert decide(root, conflict=conflict, action="dismiss", reason="another carrier").json()["state"] == "dismissed"
    after = the_conflict(olga)
    assert (after["state"], after["person"]) == ("dismissed", "root")
    assert [(one["by"], one["action"], one["person"], one["reason"]) for one in after["history"]] == [
        ("olga", "assign", "root", ""), ("root", "dismiss", "", "another carrier"),
    ]  # fmt: skip
    assert not any(flags(olga).values())
    assert decide(olga, conflict=conflict, action="reopen").json()["state"] == "open"
    assert flags(olga)["care/reeds"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "dismiss", "reason": "  "}, 422),
        ({"action": "assign", "person": "amy"}, 422),
        ({"action": "burn"}, 422),
        ({"action": "dismiss", "reason": "because", "conflict": "0123456789abcdef"}, 422),
    ],
    ids=["no-reason", "not-an-owner", "unknown-action", "no-such-conflict"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_leaves_nothing(as_: As, body: dict[str, str], status: int) -> None:
    olga = as_("olga")
    before = the_conflict(olga)
    assert decide(olga, **{"conflict": before["id"], **body}).status_code == status
    assert the_conflict(olga) == before


@pytest.mark.parametrize("name", ["amy", "tom"])
def test_only_owners_and_administrators_see_and_decide(as_: As, name: str) -> None:
    client = as_(name)
    assert {client.get(f"{API}/{path}").status_code for path in ("conflicts", "parity")} == {403}
    assert decide(client, conflict="x", action="reopen").status_code == 403


def test_translations_are_shown_beside_their_originals(as_: As) -> None:
    (pair,) = as_("olga").get(f"{API}/parity").json()["pairs"]
    assert (pair["original"]["file"], pair["translation"]["title"]) == ("delivery/islands.md", "離島送貨")
    shown = [(one["kind"], one["original_says"], one["translation_says"]) for one in pair["disparities"]]
    assert ("quantity", "EUR 12", "EUR 15") in shown
    assert [one["original"]["section"] for one in pair["disparities"] if one["kind"] == "section"] == ["Lost parcels"]

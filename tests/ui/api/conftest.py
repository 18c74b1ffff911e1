"""The API of an invented shop, in process, over a real store. Every response is held to the published description."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kb.settings import Settings
from kb.store import Role
from ui.api.limits import RateLimits
from ui.app import create_app
from ui.services import Services
from ui.session import SESSION_COOKIE

HOME = "http://127.0.0.1"
PASSWORD = "a sentence that nobody guesses"
ROLES: tuple[Role, ...] = ("agent", "trainer", "owner", "admin")
PHRASES = """
greetings:
  - id: harbour-day
    name: {zh-Hant: 海港日, zh-Hans: 海港日, en: Harbour Day}
    text: {zh-Hant: 海港日快樂!, zh-Hans: 海港日快乐!, en: Happy Harbour Day!}
    from: 2031-05-18
    until: 2031-05-20
  - id: lantern-night
    name: {zh-Hant: 燈夜, zh-Hans: 灯夜, en: Lantern Night}
    text: {zh-Hant: 燈夜快樂!, zh-Hans: 灯夜快乐!, en: Happy Lantern Night!}
    from: 2031-11-01
    until: 2031-11-03
    article: staff/goodwill
quick:
  - id: one-moment
    text: {zh-Hant: 請稍候。, zh-Hans: 请稍候。, en: One moment please.}
"""
CHANNELS = "channels:\n  - {id: chat, name: {zh-Hant: 聊天, zh-Hans: 聊天, en: Chat}, target_seconds: 180}\n  - {id: post, name: {zh-Hant: 信, zh-Hans: 信, en: Post}}\n"


@pytest.fixture(scope="session")
def shop(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = Path(shutil.copytree(lantern_quay, tmp_path_factory.mktemp("api") / "content"))
    (content / "phrases.yaml").write_text(PHRASES, encoding="utf-8")
    with (content / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(CHANNELS)
    return Settings(home=tmp_path_factory.mktemp("api-home"), content=content, embedder="none")


@pytest.fixture(scope="session")
def services(shop: Settings) -> Iterator[Services]:
    services = Services.open(shop)
    for role in ROLES:
        services.store.add_user(role, role, PASSWORD)
    services.store.add_user("another-agent", "agent", PASSWORD)
    yield services
    services.close()


@pytest.fixture(scope="session")
def one_app(services: Services, shop: Settings) -> FastAPI:
    return create_app(services, shop)


@pytest.fixture
def app(one_app: FastAPI) -> FastAPI:
    """Nobody has asked anything this minute."""
    one_app.state.rate_limits = RateLimits()
    return one_app


class Held(TestClient):
    """Refuses responses of the API that its published description does not foresee."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        super().__init__(app, base_url=HOME, follow_redirects=False, raise_server_exceptions=False, **options)
        self.seen: set[tuple[str, str]] = set()
        """(method, path as described) of each successful call."""

    def request(self, method: str, url: Any, **options: Any) -> Any:
        response = super().request(method, url, **options)
        path = httpx.URL(str(url)).path
        if path.startswith("/api/v1/") and path not in ("/api/v1/openapi.json", "/api/v1/docs"):
            found = hold(DESCRIPTION.of(self), method.lower(), path, response)
            if found and response.status_code < 300:
                self.seen.add(found)
        return response


class Description:
    """The published one, read once through the API itself."""

    def __init__(self) -> None:
        self._read: dict[str, Any] | None = None

    def of(self, client: TestClient) -> dict[str, Any]:
        if self._read is None:
            response = TestClient.request(client, "GET", "/api/v1/openapi.json")
            if response.status_code != 200:
                return {"paths": {}}
            self._read = response.json()
        return self._read


DESCRIPTION = Description()


def hold(description: dict[str, Any], method: str, path: str, response: Any) -> tuple[str, str] | None:
    """Which operation it is; AssertionError where the response is none that the operation describes."""
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", response.headers["x-request-id"])
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
        assert response.json()["request_id"] == response.headers["x-request-id"]
    for template, operations in sorted(description["paths"].items(), key=lambda item: "{" in item[0]):
        pattern = re.sub(r"\\\{article_id\\\}", ".+", re.escape(template))
        if method in operations and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), path):
            described = operations[method]["responses"]
            assert str(response.status_code) in described, f"{method} {template} does not foresee {response.status_code}: {response.text}"
            content = described[str(response.status_code)].get("content", {})
            kind = response.headers.get("content-type", "").split(";")[0]
            assert kind in content or (not content and response.content == b""), f"{method} {template} answers {kind}"
            if kind.endswith("json"):
                validate(description, content[kind]["schema"], response.json())
            return method, template
    return None


def validate(description: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(value)


@pytest.fixture
def program(app: FastAPI, services: Services) -> Iterator[Callable[..., Held]]:
    """A client with a token of its own that may do the scopes given."""
    made: list[str] = []

    def make(*scopes: str, per_minute: int = 10_000, name: str = "") -> Held:
        name = name or f"program-{len(made)}"
        secret, _ = services.store.add_client(name, scopes, per_minute)
        made.append(name)
        return Held(app, headers={"authorization": f"Bearer {secret}"})

    yield make
    for name in made:
        services.store.revoke_client(name)


@pytest.fixture
def person(app: FastAPI, services: Services) -> Callable[[str], Held]:
    """A client with the session of someone signed in, and what their page would send along."""

    def make(name: str = "agent") -> Held:
        secret, session = services.store.start_session(name, 1)
        return Held(app, cookies={SESSION_COOKIE: secret}, headers={"x-csrf-token": session.csrf, "origin": HOME})

    return make


QUESTION = "未拆封的風暴傘幾天內可以退款?"


@pytest.fixture
def asked(person: Callable[[str], Held]) -> dict[str, Any]:
    """An answer that the agent asked for."""
    response = person("agent").post("/api/v1/answer", json={"text": QUESTION, "channel": "chat", "conversation": "c-1"})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    assert not answer["abstain"]
    return answer


@pytest.fixture(scope="session")
def validator() -> Callable[[dict[str, Any], dict[str, Any], Any], None]:
    """Holds a value to a schema of the description."""
    return validate

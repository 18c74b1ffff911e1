"""Sign-in, roles, tokens, cookies, frames: who gets in, and where."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import select
from starlette.testclient import TestClient

from kb.errors import SettingsError
from kb.settings import Settings
from kb.store.schema import sessions
from kb.store.secrets import digest
from ui.app import create_app, serve
from ui.pages import _address
from ui.services import Services
from ui.session import ROLE_FACES, SESSION_COOKIE, Identities

PASSWORD = "a sentence that nobody guesses"
HOME = "http://127.0.0.1"
PEOPLE = {"amy": "agent", "tim": "trainer", "olga": "owner", "root": "admin"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    content = tmp_path_factory.mktemp("content")
    (content / "articles").mkdir()
    (content / "shop.yaml").write_text("name: {en: Lamp Shop}\ntoday: 2026-11-21\n", encoding="utf-8")
    text = "---\nid: returns\ntitle: Returns\nlang: en\ncategory: returns\naudience: public\nowner: desk\nvalid_from: 2026-01-01\nstatus: published\n---\n## Returns\nLamps can be returned within 14 days.\n"
    (content / "articles" / "returns.md").write_text(text, encoding="utf-8")
    return Settings(home=tmp_path_factory.mktemp("kb"), content=content, embedder="none", frame_ancestors="https://help.example")


@pytest.fixture(scope="module")
def services(shop: Settings) -> Iterator[Services]:
    services = Services.open(shop)
    yield services
    services.close()


@pytest.fixture(scope="module")
def open_app(services: Services, shop: Settings) -> FastAPI:
    """Made before anybody has an account; the account is looked for at each request."""
    return create_app(services, shop)


@pytest.fixture
def app(open_app: FastAPI, services: Services) -> FastAPI:
    """With an account of each role."""
    for name, role in PEOPLE.items():
        if services.store.user(name) is None:
            services.store.add_user(name, role, PASSWORD)  # type: ignore[arg-type]
    return open_app


def browser(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=HOME, follow_redirects=False)


def sign_in(client: TestClient, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    return client.post("/login", data={"name": name, "password": password, "token": token[1], **fields}, headers={"origin": HOME})


def boot(client: TestClient, path: str = "/desk/") -> dict[str, Any]:
    import json

    found = re.search(r"window\.youjuBoot = (\{.*?\});\n", client.get(path).text)
    assert found is not None
    return json.loads(found[1])


# ---- demonstration ---------------------------------------------------------------------------------------------------


def test_without_accounts_this_machine_sees_everything_and_is_told_so(open_app: FastAPI) -> None:
    """Runs first: no account exists yet."""
    client = browser(open_app)
    assert boot(client)["demo"] is True
    assert client.post("/api/v1/answer", json={"text": "Returns?"}).status_code == 200
    asked_by_a_page = client.post("/api/v1/answer", json={"text": "Returns?"}, headers={"origin": HOME})
    assert asked_by_a_page.status_code == 403
    headers = {"origin": HOME, "x-csrf-token": boot(client)["csrf"]}
    assert client.post("/api/v1/answer", json={"text": "Returns?"}, headers=headers).status_code == 200


@pytest.mark.parametrize("change", [{"host": "0.0.0.0"}, {"hosts": "desk.example"}, {"behind_tls": True}])
def test_nobody_else_reaches_an_app_without_accounts(shop: Settings, tmp_path: Path, change: dict[str, Any]) -> None:
    reachable = dataclasses.replace(shop, home=tmp_path, port=0, **change)
    services = Services.open(reachable)
    with pytest.raises(SettingsError, match="kb users add"):
        serve(services, reachable)
    assert browser(create_app(services, reachable)).post("/api/v1/answer", json={"text": "Returns?"}).status_code == 401
    services.close()


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via"])
def test_the_demonstration_is_shown_to_no_proxy(shop: Settings, tmp_path: Path, header: str) -> None:
    """A proxy on this machine would show it to the world."""
    services = Services.open(dataclasses.replace(shop, home=tmp_path))
    identities = Identities(services.store, services.settings)
    assert identities.of({header: "203.0.113.7"}) is None
    assert identities.of({}) is not None
    services.close()


# ---- signing in ------------------------------------------------------------------------------------------------------


def test_strangers_are_led_to_the_sign_in_page_and_back(app: FastAPI) -> None:
    client = browser(app)
    page = client.get("/desk/?q=Returns%3F")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Fdesk%2F%3Fq%3DReturns%253F")
    answer = client.post("/api/v1/answer", json={"text": "Returns?"})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["www-authenticate"]) == (401, "application/problem+json", "Bearer")
    assert client.get("/desk/config").status_code == 401
    entered = sign_in(client, "amy", next="/desk/?q=Returns%3F")
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk/?q=Returns%3F")
    assert client.get("/desk/").status_code == 200
    assert boot(client)["user"] == {"name": "amy", "role": "agent", "display": "amy"}
    assert boot(client)["demo"] is False


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: FastAPI, services: Services, shop: Settings) -> None:
    cookie = sign_in(browser(app), "amy").headers["set-cookie"]
    assert SESSION_COOKIE in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    behind_tls = create_app(services, dataclasses.replace(shop, behind_tls=True))
    client = TestClient(behind_tls, base_url="https://127.0.0.1", follow_redirects=False)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    sent = {"name": "amy", "password": PASSWORD, "token": token[1]}
    entered = client.post("/login", data=sent, headers={"origin": "https://127.0.0.1"})
    assert "; Secure" in entered.headers["set-cookie"]
    assert "max-age" in entered.headers["strict-transport-security"]


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/desk/\nx", "//["])
def test_the_sign_in_page_leads_nowhere_else(app: FastAPI, address: str) -> None:
    assert sign_in(browser(app), "amy", next=address).headers["location"] == "/desk/"


def test_a_wrong_password_a_missing_form_token_and_another_site_are_refused(app: FastAPI) -> None:
    client = browser(app)
    wrong = sign_in(client, "olga", "not the password at all")
    assert wrong.status_code == 401
    assert "帳號或密碼不對" in wrong.text
    assert sign_in(client, "<img src=x>", "not the password at all").text.count("<img") == 0
    assert client.post("/login", data={"name": "olga", "password": PASSWORD}, headers={"origin": HOME}).status_code == 400
    elsewhere = client.post("/login", data={"name": "olga", "password": PASSWORD}, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert client.get("/desk/").status_code == 303


def test_a_strange_cookie_of_another_program_on_this_host_signs_nobody_out(app: FastAPI) -> None:
    client = browser(app)
    sign_in(client, "amy")
    cookies = f'theirs[a]={{"b":1}}; {SESSION_COOKIE}={client.cookies[SESSION_COOKIE]}'
    assert browser(app).get("/desk/config", headers={"cookie": cookies}).status_code == 200


def test_signing_in_again_ends_the_earlier_session(app: FastAPI, services: Services) -> None:
    client = browser(app)
    sign_in(client, "amy")
    earlier = client.cookies[SESSION_COOKIE]
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login?out=1").text)
    assert token is not None
    entered = client.post("/login", data={"name": "olga", "password": PASSWORD, "token": token[1]}, headers={"origin": HOME})
    assert entered.status_code == 303
    assert services.store.session(earlier) is None


@pytest.mark.parametrize(
    ("headers", "behind_tls", "counted"),
    [
        ([], True, "198.51.100.1"),
        (["203.0.113.7"], False, "198.51.100.1"),
        (["10.9.9.9, 203.0.113.7"], True, "203.0.113.7"),
        (["10.9.9.9", "203.0.113.7"], True, "203.0.113.7"),
        (["made up"], True, "198.51.100.1"),
        (["2001:db8:1:2:aaaa::1"], True, "2001:db8:1:2::/64"),
        (["::ffff:203.0.113.7"], True, "203.0.113.7"),
    ],
)
def test_attempts_are_counted_by_the_address_that_the_proxy_saw(shop: Settings, headers: list[str], behind_tls: bool, counted: str) -> None:
    raw = [(b"x-forwarded-for", one.encode()) for one in headers]
    request = Request({"type": "http", "headers": raw, "client": ("198.51.100.1", 5)})
    assert _address(request, dataclasses.replace(shop, behind_tls=behind_tls)) == counted


def test_too_many_attempts_must_wait_even_with_the_right_password(app: FastAPI) -> None:
    client = browser(app)
    attempts = [sign_in(client, "tim", "not the password at all") for _ in range(6)]
    assert attempts[0].status_code == 401
    assert attempts[-1].status_code == 429
    assert int(attempts[-1].headers["retry-after"]) > 0
    assert sign_in(client, "tim").status_code == 429


def test_signing_out_needs_the_page_s_token_and_ends_the_session(app: FastAPI) -> None:
    client = browser(app)
    sign_in(client, "amy")
    csrf = boot(client)["csrf"]
    assert client.post("/logout", headers={"origin": HOME}).status_code == 403
    assert client.get("/desk/").status_code == 200
    secret = client.cookies[SESSION_COOKIE]
    assert client.post("/logout", data={"csrf": csrf}, headers={"origin": HOME}).headers["location"] == "/login?out=1"
    client.cookies.set(SESSION_COOKIE, secret)
    assert client.get("/desk/").status_code == 303


# ---- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["amy", "olga", "root"])
def test_each_role_opens_its_pages_and_no_other(app: FastAPI, name: str) -> None:
    from ui.faces import BUILDERS

    client = browser(app)
    sign_in(client, name)
    opened = boot(client)["faces"]
    assert opened == [face for face in BUILDERS if face in ROLE_FACES[PEOPLE[name]]]  # type: ignore[index]
    for face in BUILDERS:
        allowed = face in opened
        assert client.get(f"/{face}/").status_code == (200 if allowed else 303)
        assert client.get(f"/{face}/config").status_code == (200 if allowed else 403)
        assert client.get(f"/{face}/gradio_api/info").status_code == (200 if allowed else 403)
    assert client.get("/forbidden").status_code == 403


def test_a_change_needs_the_session_s_own_token(app: FastAPI) -> None:
    client = browser(app)
    sign_in(client, "amy")
    mine = boot(client)["csrf"]
    other = browser(app)
    sign_in(other, "root")
    for token, status in (("", 403), (boot(other)["csrf"], 403), (mine, 200)):
        answer = client.post("/api/v1/answer", json={"text": "Returns?"}, headers={"origin": HOME, "x-csrf-token": token})
        assert answer.status_code == status


@pytest.mark.parametrize("face", ["desk", "training", "content", "insights"])
def test_gradio_takes_no_change_at_all(app: FastAPI, face: str) -> None:
    client = browser(app)
    sign_in(client, "root")
    for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/run/predict", "login"):
        assert client.post(f"/{face}/{path}", headers={"origin": HOME}, json={}).status_code == 405


def test_a_stranger_is_refused_before_the_body_is_read(app: FastAPI) -> None:
    refused = browser(app).post("/api/v1/answer", content=b"{no json", headers={"content-type": "application/json"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_an_origin_that_is_no_address_is_refused(app: FastAPI) -> None:
    assert browser(app).get("/healthz", headers={"origin": "http://["}).status_code == 403


def test_what_the_api_says_stays_in_no_cache(app: FastAPI) -> None:
    client = browser(app)
    sign_in(client, "amy")
    assert client.get("/api/v1/replies").headers["cache-control"] == "no-store"


def test_behind_tls_addresses_begin_with_https(services: Services, shop: Settings, app: FastAPI) -> None:
    client = browser(create_app(services, dataclasses.replace(shop, behind_tls=True)))
    sign_in(client, "amy")
    secret, _ = services.store.start_session("amy", 1)
    assert client.get("/desk", headers={"cookie": f"{SESSION_COOKIE}={secret}"}).headers["location"].startswith("https://")


# ---- programs --------------------------------------------------------------------------------------------------------


def test_a_token_may_do_what_its_scopes_say(app: FastAPI, services: Services) -> None:
    secret, _ = services.store.add_client("bot", ("check", "metrics"), 60)
    client = browser(app)
    headers = {"authorization": f"Bearer {secret}"}
    refused = client.post("/api/v1/answer", json={"text": "Returns?"}, headers=headers)
    assert refused.status_code == 403
    assert "'answer'" in refused.json()["detail"]
    assert client.get("/metrics", headers=headers).status_code == 200
    assert client.get("/desk/", headers=headers).status_code == 303
    assert client.get("/metrics", headers={"authorization": "Bearer made-up"}).status_code == 401
    assert client.get("/metrics").status_code == 401


def test_an_agent_opens_their_own_receipts_and_learns_of_no_other(app: FastAPI, services: Services) -> None:
    if services.store.user("ann") is None:
        services.store.add_user("ann", "agent", PASSWORD)
    asking, other, trainer = browser(app), browser(app), browser(app)
    for client, name in ((asking, "amy"), (other, "ann"), (trainer, "tim")):
        sign_in(client, name)
    headers = {"origin": HOME, "x-csrf-token": boot(asking)["csrf"]}
    answer = asking.post("/api/v1/answer", json={"text": "Returns?"}, headers=headers).json()["id"]
    assert [client.get(f"/receipts/{answer}").status_code for client in (asking, other, trainer)] == [200, 404, 200]
    assert other.get(f"/receipts/{answer}").text == other.get("/receipts/unknown").text


# ---- idle sessions ---------------------------------------------------------------------------------------------------


def test_whoever_does_nothing_is_signed_out(app: FastAPI, services: Services, shop: Settings) -> None:
    ten = create_app(services, dataclasses.replace(shop, idle_minutes=10))

    def of_minutes_ago(minutes: float) -> TestClient:
        secret, _ = services.store.start_session("amy", 12, at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes))
        client = browser(ten)
        client.cookies.set(SESSION_COOKIE, secret)
        return client

    assert of_minutes_ago(5).get("/session").status_code == 204
    left = of_minutes_ago(30)
    assert left.get("/session").status_code == 401
    assert left.get("/desk/").headers["location"].startswith("/login?next=")


def test_a_page_that_only_looks_keeps_no_session_alive(app: FastAPI, services: Services, shop: Settings) -> None:
    started = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=9)
    secret, _ = services.store.start_session("amy", 12, at=started)
    headers = {"cookie": f"{SESSION_COOKIE}={secret}"}
    identities = Identities(services.store, dataclasses.replace(shop, idle_minutes=10))
    idle, soon = dt.timedelta(minutes=10), dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    assert identities.of({**headers, "x-unattended": "1"}) is not None
    with services.store._reading() as connection:
        assert connection.execute(select(sessions.c.used_at).where(sessions.c.digest == digest(secret))).scalar_one() == started
    assert identities.of(headers) is not None, "somebody is there, though a page has just looked"
    assert services.store.session(secret, at=soon, idle=idle) is not None


def test_without_the_setting_pages_watch_nobody(app: FastAPI, services: Services, shop: Settings) -> None:
    client = browser(app)
    assert client.get("/session").status_code == 401
    sign_in(client, "amy")
    assert client.get("/session").status_code == 204
    assert boot(client)["idle"] == 0


def test_a_program_reads_no_receipt_of_others(app: FastAPI, services: Services) -> None:
    client = browser(app)
    sign_in(client, "amy")
    headers = {"origin": HOME, "x-csrf-token": boot(client)["csrf"]}
    answer = client.post("/api/v1/answer", json={"text": "Returns?"}, headers=headers).json()["id"]
    assert client.get(f"/receipts/{answer}").status_code == 200
    secret, _ = services.store.add_client("curious", ("answer",), 60)
    token = {"authorization": f"Bearer {secret}"}
    assert browser(app).get(f"/receipts/{answer}", headers=token).status_code == 403
    assert browser(app).get(f"/api/v1/answers/{answer}/receipt", headers=token).status_code == 404


def test_a_revoked_token_is_refused(services: Services, shop: Settings) -> None:
    secret, _ = services.store.add_client("short-lived", ("metrics",), 60)
    services.store.revoke_client("short-lived")
    fresh = browser(create_app(services, shop))
    assert fresh.get("/metrics", headers={"authorization": f"Bearer {secret}"}).status_code == 401


def test_figures_hold_routes_and_nothing_that_anybody_wrote(app: FastAPI, services: Services) -> None:
    secret, _ = services.store.add_client("prometheus", ("metrics", "answer"), 60)
    client = browser(app)
    headers = {"authorization": f"Bearer {secret}"}
    client.post("/api/v1/answer", json={"text": "Returns of the purple lamp?"}, headers=headers)
    client.get("/no/such/purple/page", headers=headers)
    text = client.get("/metrics", headers=headers).text
    assert 'youju_http_requests_total{method="POST",route="/api/v1/answer",status="200"}' in text
    assert "youju_snapshot_chunks 1.0" in text
    assert "purple" not in text


# ---- frames ----------------------------------------------------------------------------------------------------------


def test_a_frame_is_signed_in_by_a_token_that_works_once(app: FastAPI, services: Services) -> None:
    token = services.store.add_frame_token("amy")
    client = browser(app)
    entered = client.get(f"/embed?token={token}&q=Returns%3F")
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk/?embed=1&q=Returns%3F")
    cookie = entered.headers["set-cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=None", "Partitioned"):
        assert part in cookie
    again = browser(app).get(f"/embed?token={token}")
    assert again.status_code == 401
    assert "set-cookie" not in again.headers


def test_a_frame_is_an_agent_s_whoever_is_signed_in(app: FastAPI, services: Services) -> None:
    """A program that may only embed must not become an administrator."""
    cookie = browser(app).get(f"/embed?token={services.store.add_frame_token('root')}").headers["set-cookie"].split(";")[0]
    client = browser(app)
    for path, status in (("/desk/config", 200), ("/content/config", 403), ("/api/v1/content/articles", 403), ("/metrics", 403)):
        assert client.get(path, headers={"cookie": cookie}).status_code == status


def test_a_link_signs_nobody_in_under_another_name(app: FastAPI, services: Services) -> None:
    token = services.store.add_frame_token("amy")
    opened = browser(app).get(f"/embed?token={token}", headers={"sec-fetch-dest": "document"})
    assert (opened.status_code, "youju_frame" in opened.headers.get("set-cookie", "")) == (401, False)
    assert browser(app).get(f"/embed?token={token}", headers={"sec-fetch-dest": "iframe"}).status_code == 303


def test_a_frame_whose_session_is_over_says_so_inside_the_frame(app: FastAPI) -> None:
    client = browser(app)
    assert client.get("/desk/?embed=1", headers={"sec-fetch-dest": "iframe"}).headers["location"] == "/embed"
    assert client.get("/desk/?embed=1").headers["location"].startswith("/login?")
    notice = client.get("/embed")
    assert notice.status_code == 401
    assert "frame-ancestors 'self' https://help.example" in notice.headers["content-security-policy"]
    assert "x-frame-options" not in notice.headers


def test_only_the_desk_may_be_framed_and_only_by_the_help_desk(app: FastAPI, services: Services) -> None:
    client = browser(app)
    sign_in(client, "root")
    desk = client.get("/desk/").headers
    assert "frame-ancestors 'self' https://help.example" in desk["content-security-policy"]
    assert "x-frame-options" not in desk
    for path in ("/login?out=1", "/api/v1/openapi.json", "/forbidden", "/healthz"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert "unsafe" not in headers["content-security-policy"]


# ---- health ----------------------------------------------------------------------------------------------------------


def test_readiness_says_what_fails(app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.errors import StoreError

    client = browser(app)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "failed": []}

    def unreachable() -> None:
        raise StoreError("gone", where="store", fix="start it")

    monkeypatch.setattr(services.store, "ping", unreachable)
    failing = client.get("/readyz")
    assert (failing.status_code, failing.json()) == (503, {"status": "unavailable", "failed": ["store"]})


def test_while_the_store_is_away_the_process_lives_and_says_what_fails(app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.errors import StoreError

    def unreachable(*_: Any, **__: Any) -> Any:
        raise StoreError("gone", where="postgresql+psycopg://db.internal/x", fix="start it")

    for name in ("ping", "users", "session", "client"):
        monkeypatch.setattr(services.store, name, unreachable)
    client = browser(app)
    for headers in ({}, {"cookie": f"{SESSION_COOKIE}=not-known-yet"}, {"authorization": "Bearer not-known-yet"}):
        assert client.get("/healthz", headers=headers).status_code == 200
        assert client.get("/readyz", headers=headers).json() == {"status": "unavailable", "failed": ["store"]}
    page = client.get("/desk/", headers={"cookie": f"{SESSION_COOKIE}=not-known-yet"})
    assert (page.status_code, page.headers["content-type"]) == (503, "application/problem+json")
    assert page.json()["request_id"] == page.headers["x-request-id"]
    assert "content-security-policy" in page.headers
    assert "db.internal" not in page.text

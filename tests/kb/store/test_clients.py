from __future__ import annotations

import datetime as dt

import pytest

from kb.errors import StoreError
from kb.store import Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def test_a_client_is_found_by_its_token(store: Store) -> None:
    token, client = store.add_client("help desk", ["answer", "check"], 60)
    assert (client.name, client.scopes, client.per_minute, client.last_used_at, client.revoked_at) == (
        "help desk",
        ("answer", "check"),
        60,
        None,
        None,
    )
    assert store.client(token) == client
    assert store.client(token + "x") is None
    assert store.client("") is None


def test_its_use_is_noted_once_a_minute(store: Store) -> None:
    token, _ = store.add_client("help desk", ["answer"], 60)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        store.client(token, at=NOW + dt.timedelta(seconds=seconds))
        assert [client.last_used_at for client in store.clients()] == [NOW + dt.timedelta(seconds=noted)]


def test_a_revoked_token_stops_working_and_stays_listed(store: Store) -> None:
    token, _ = store.add_client("help desk", ["answer"], 60)
    store.revoke_client("help desk")
    assert store.client(token) is None
    assert [client.revoked_at is not None for client in store.clients()] == [True]
    with pytest.raises(StoreError, match="there is no client help desk"):
        store.revoke_client("help desk")


def test_a_name_is_taken_while_its_client_is_in_use(store: Store) -> None:
    first, _ = store.add_client("help desk", ["answer"], 60)
    with pytest.raises(StoreError, match="there is a client help desk already"):
        store.add_client("help desk", ["answer"], 60)
    store.revoke_client("help desk")
    second, _ = store.add_client("help desk", ["check"], 30)
    assert (store.client(first), [client.scopes for client in store.clients()]) == (None, [("answer",), ("check",)])
    assert store.client(second) is not None


@pytest.mark.parametrize(("name", "scopes", "per_minute"), [("", ["a"], 1), (" ", ["a"], 1), ("x" * 101, ["a"], 1), ("a", [], 1), ("a", ["a"], 0)])
def test_an_unfit_client_is_refused(store: Store, name: str, scopes: list[str], per_minute: int) -> None:
    with pytest.raises(StoreError, match="; "):
        store.add_client(name, scopes, per_minute)
    assert store.clients() == []

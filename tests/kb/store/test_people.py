from __future__ import annotations

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from kb.errors import StoreError
from kb.store import FRAMED, Role, Store, passwords
from kb.store.people import LONGEST_WAIT

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
PASSWORD = "lanterns above the quay"

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def store(store: Store) -> Store:
    store.add_user("Mei", "agent", PASSWORD, "陳美", ("早班", "returns"))
    return store


def later(**parts: float) -> dt.datetime:
    return NOW + dt.timedelta(**parts)


def whole_database(store: Store) -> str:
    with store._reading() as connection:
        tables = ("users", "sessions", "frame_tokens", "clients", "sign_in_failures")
        return repr([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])


# ---- users -------------------------------------------------------------------------------------------------------------


def test_a_user_comes_back_without_the_password(store: Store) -> None:
    user = store.user("Mei")
    assert user is not None
    assert (user.name, user.role, user.display_name, user.groups, user.disabled) == ("Mei", "agent", "陳美", ("早班", "returns"), False)
    assert abs(dt.datetime.now(dt.UTC) - user.created_at) < dt.timedelta(minutes=1)
    assert {field.name for field in dataclasses.fields(user)} == {"name", "role", "created_at", "disabled", "display_name", "groups"}
    assert PASSWORD not in whole_database(store)


@pytest.mark.parametrize("name", ["mei", "MEI", "Ｍei"])
def test_capitals_and_full_width_make_no_difference(store: Store, name: str) -> None:
    assert store.user(name) == store.user("Mei")
    assert store.sign_in(name, PASSWORD) == store.user("Mei")
    with pytest.raises(StoreError, match="there is a user .* already; take another name" if name != "Ｍei" else ".*"):
        store.add_user(name, "agent", PASSWORD)
    assert len(store.users()) == 1


@pytest.mark.parametrize("name", ["", " ", "a b", "a\n", "x" * 65, "<b>", "a/b", "'; --"])
def test_an_unfit_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="is no name for an account; take 1 to 64 letters"):
        store.add_user(name, "agent", PASSWORD)


def test_an_unknown_role_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="'king' is no role; take agent, trainer, owner, admin"):
        store.add_user("ann", "king", PASSWORD)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="'king' is no role"):
        store.set_role("mei", "king")  # type: ignore[arg-type]


def test_an_unfit_password_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="fewer than 12"):
        store.add_user("ann", "agent", "short")
    with pytest.raises(StoreError, match="fewer than 12"):
        store.set_password("mei", "short")
    assert store.user("ann") is None
    assert store.sign_in("mei", PASSWORD) is not None


def test_users_are_listed_by_name(store: Store) -> None:
    for name in ("zoe", "ann@quay.example", "美玲"):
        store.add_user(name, "owner", PASSWORD)
    assert [user.name for user in store.users()] == ["ann@quay.example", "Mei", "zoe", "美玲"]


def test_each_change_is_kept(store: Store) -> None:
    store.set_role("mei", "owner")
    store.set_groups("mei", ["night"])
    store.set_disabled("mei", True)
    store.set_password("mei", "another long sentence")
    user = store.user("mei")
    assert user is not None
    assert (user.role, user.groups, user.disabled) == ("owner", ("night",), True)
    store.set_disabled("mei", False)
    assert store.sign_in("mei", PASSWORD) is None
    assert store.sign_in("mei", "another long sentence") is not None


def test_changing_somebody_unknown_is_refused(store: Store) -> None:
    changes = [
        lambda: store.set_password("ann", PASSWORD), lambda: store.set_role("ann", "agent"), lambda: store.set_disabled("ann", True),
        lambda: store.set_groups("ann", []), lambda: store.remove_user("ann"), lambda: store.start_session("ann", 1),
        lambda: store.add_frame_token("ann"),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(StoreError, match="there is no user ann; add one"):
            change()


# ---- signing in --------------------------------------------------------------------------------------------------------


def test_only_the_right_password_of_somebody_enabled_signs_in(store: Store) -> None:
    assert store.sign_in("mei", PASSWORD) == store.user("mei")
    assert store.sign_in("mei", PASSWORD.upper()) is None
    assert store.sign_in("ann", PASSWORD) is None
    assert store.sign_in("mei\x00\ud800", PASSWORD) is None
    store.set_disabled("mei", True)
    assert store.sign_in("mei", PASSWORD) is None


def test_a_name_that_nobody_has_costs_a_verification_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    against: list[str | None] = []
    verified = passwords.verified

    def counted(password: str, kept: str | None) -> bool:
        against.append(kept)
        return verified(password, kept)

    monkeypatch.setattr(passwords, "verified", counted)
    store.sign_in("nobody", PASSWORD)
    assert against == [None]


def test_a_password_is_hashed_again_when_the_parameters_have_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert "m=8,t=1,p=1" in whole_database(store)
    assert store.sign_in("mei", "wrong") is None
    assert "m=8,t=1,p=1" in whole_database(store)
    assert store.sign_in("mei", PASSWORD) is not None
    assert "m=16,t=2,p=1" in whole_database(store)
    assert store.sign_in("mei", PASSWORD) is not None


# ---- the throttle ------------------------------------------------------------------------------------------------------


def fail(store: Store, times: int, name: str = "mei", address: str = "10.0.0.1", at: dt.datetime = NOW) -> None:
    for _ in range(times):
        store.note_sign_in(name, address, False, at=at)


def test_four_failures_are_free_and_then_the_wait_doubles(store: Store) -> None:
    waits = []
    for _ in range(9):
        fail(store, 1)
        waits.append(store.sign_in_wait("mei", "10.0.0.1", at=NOW))
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32]
    fail(store, 20)
    assert store.sign_in_wait("mei", "10.0.0.1", at=NOW) == LONGEST_WAIT


def test_the_wait_runs_from_the_last_failure_and_ends_after_a_quarter_of_an_hour(store: Store) -> None:
    fail(store, 7)
    assert store.sign_in_wait("mei", "10.0.0.1", at=later(seconds=3)) == 5
    assert store.sign_in_wait("mei", "10.0.0.1", at=later(seconds=8)) == 0
    fail(store, 1, at=later(minutes=14))
    assert store.sign_in_wait("mei", "10.0.0.1", at=later(minutes=14)) == 16
    assert store.sign_in_wait("mei", "10.0.0.1", at=later(minutes=15)) == 0


def test_others_do_not_wait(store: Store) -> None:
    fail(store, 8)
    assert store.sign_in_wait("ann", "10.0.0.1", at=NOW) == 0
    assert store.sign_in_wait("mei", "10.0.0.2", at=NOW) == 0
    assert store.sign_in_wait("MEI", "10.0.0.1", at=NOW) > 0


def test_an_address_that_tries_many_names_waits_too(store: Store) -> None:
    for number in range(49):
        fail(store, 1, name=f"name-{number}")
    assert store.sign_in_wait("ann", "10.0.0.1", at=NOW) == 0
    fail(store, 2, name="another")
    assert store.sign_in_wait("ann", "10.0.0.1", at=NOW) == 4


def test_a_success_forgets_this_name_and_not_the_address(store: Store) -> None:
    for number in range(50):
        fail(store, 1, name=f"name-{number}")
    fail(store, 6)
    store.note_sign_in("mei", "10.0.0.1", True, at=NOW)
    assert store.sign_in_wait("mei", "10.0.0.1", at=NOW) == 2, "somebody with an account cannot make room for guesses"


def test_the_throttle_outlives_a_restart_and_keeps_no_name(store: Store, address: str) -> None:
    fail(store, 6, name="a password typed into the wrong field")
    store.close()
    again = Store.open(address)
    assert again.sign_in_wait("a password typed into the wrong field", "10.0.0.1", at=NOW) == 4
    assert "wrong field" not in whole_database(again)


def test_of_many_who_try_at_one_moment_only_the_free_ones_pass(store: Store) -> None:
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: store.try_sign_in("mei", "10.0.0.1", at=NOW), range(16)))
    assert sum(wait == 0 for wait in waits) == 5
    store.note_sign_in("mei", "10.0.0.1", True, at=NOW)
    assert store.try_sign_in("mei", "10.0.0.1", at=NOW) == 0


def test_old_failures_are_deleted(store: Store) -> None:
    fail(store, 30)
    fail(store, 1, at=later(minutes=16))
    with store._reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sign_in_failures")).scalar() == 1


# ---- sessions ----------------------------------------------------------------------------------------------------------


def test_a_session_is_found_by_its_secret_until_it_ends(store: Store) -> None:
    secret, session = store.start_session("MEI", 12, at=NOW)
    assert session == store.session(secret, at=NOW)
    assert (session.user, session.created_at, session.expires_at) == (store.user("mei"), NOW, later(hours=12))
    assert store.session(secret, at=later(hours=12, microseconds=-1)) == session
    assert store.session(secret, at=later(hours=12)) is None
    assert store.session(secret + "x", at=NOW) is None
    assert store.session("", at=NOW) is None
    assert store.session("\ud800\x00", at=NOW) is None


def test_a_session_expires_by_itself(store: Store) -> None:
    secret, _ = store.start_session("mei", 0.001)
    assert store.session(secret) is not None
    secret, _ = store.start_session("mei", 0)
    assert store.session(secret) is None


def test_the_store_keeps_neither_the_secret_nor_the_csrf_token(store: Store) -> None:
    secret, session = store.start_session("mei", 12)
    frame, (token, _) = store.add_frame_token("mei"), store.add_client("bot", ["answer"], 60)
    kept = whole_database(store)
    assert [one for one in (secret, session.csrf, frame, token) if one in kept] == []
    other, second = store.start_session("mei", 12)
    assert len({secret, other, session.csrf, second.csrf}) == 4


def test_signing_out_ends_one_session_or_all_of_one_person(store: Store) -> None:
    store.add_user("ann", "agent", PASSWORD)
    first, second, others = (store.start_session(name, 12)[0] for name in ("mei", "mei", "ann"))
    store.end_session(first)
    assert [store.session(secret) is not None for secret in (first, second, others)] == [False, True, True]
    store.end_sessions("MEI")
    assert [store.session(secret) is not None for secret in (first, second, others)] == [False, False, True]


@pytest.mark.parametrize("change", ["password", "role", "disabled", "removed"])
def test_what_makes_an_account_another_ends_its_sessions(store: Store, change: str) -> None:
    secret, _ = store.start_session("mei", 12)
    frame = store.add_frame_token("mei")
    {
        "password": lambda: store.set_password("mei", "another long sentence"), "role": lambda: store.set_role("mei", "owner"),
        "disabled": lambda: store.set_disabled("mei", True), "removed": lambda: store.remove_user("mei"),
    }[change]()  # fmt: skip
    assert store.session(secret) is None
    assert store.use_frame_token(frame) is None


def test_a_change_of_groups_leaves_people_signed_in_and_shows_at_once(store: Store) -> None:
    secret, _ = store.start_session("mei", 12)
    store.set_groups("mei", ("night",))
    session = store.session(secret)
    assert session is not None
    assert session.user.groups == ("night",)


def test_enabling_does_not_bring_old_sessions_back(store: Store) -> None:
    secret, _ = store.start_session("mei", 12)
    store.set_disabled("mei", True)
    store.set_disabled("mei", False)
    assert store.session(secret) is None


def test_somebody_disabled_gets_neither_session_nor_frame(store: Store) -> None:
    store.set_disabled("mei", True)
    with pytest.raises(StoreError, match="Mei is disabled"):
        store.start_session("mei", 12)
    with pytest.raises(StoreError, match="Mei is disabled"):
        store.add_frame_token("mei")


def test_sessions_that_are_over_are_deleted(store: Store) -> None:
    for hours in (1, 2, 30):
        store.start_session("mei", hours, at=NOW)
    store.start_session("mei", 1, at=later(hours=3))
    with store._reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 2


# ---- idle sessions -----------------------------------------------------------------------------------------------------

IDLE = dt.timedelta(minutes=10)


def test_a_session_that_nobody_uses_is_gone_and_one_in_use_lives_on(store: Store) -> None:
    left, used = (store.start_session("mei", 12, at=NOW)[0] for _ in range(2))
    for minutes in range(0, 60, 9):
        assert store.session(used, at=later(minutes=minutes), idle=IDLE) is not None
    assert store.session(left, at=later(minutes=9), idle=IDLE, used=False) is not None
    assert store.session(left, at=later(minutes=11, seconds=1), idle=IDLE, used=False) is None, "looking at it is no use of it"
    with store._reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 1
    assert store.session(used, at=later(minutes=54 + 12), idle=IDLE) is None
    assert store.session(used, at=later(minutes=54)) is None, "it does not come back"


def test_a_use_just_before_it_counts_though_it_went_unnoticed(store: Store) -> None:
    """A use is written at most once a minute: whoever did something within the ten minutes is still here."""
    secret, _ = store.start_session("mei", 12, at=NOW)
    assert store.session(secret, at=later(seconds=59), idle=IDLE) is not None
    assert store.session(secret, at=later(minutes=10, seconds=58), idle=IDLE) is not None


def test_without_the_setting_nobody_is_idle_and_nothing_is_written(store: Store) -> None:
    secret, _ = store.start_session("mei", 12, at=NOW)
    assert store.session(secret, at=later(hours=11)) is not None
    assert store.session(secret, at=later(minutes=1), idle=IDLE) is not None


def test_a_session_of_an_earlier_release_counts_from_its_beginning(store: Store) -> None:
    secret, _ = store.start_session("mei", 12, at=NOW)
    with store._writing() as connection:
        connection.execute(text("UPDATE sessions SET used_at = NULL"))
    assert store.session(secret, at=later(minutes=5), idle=IDLE) is not None
    assert store.session(secret, at=later(minutes=15), idle=IDLE) is not None
    assert store.session(secret, at=later(minutes=30), idle=IDLE) is None


def test_a_removed_user_may_be_added_again(store: Store) -> None:
    store.remove_user("mei")
    assert store.users() == []
    roles: tuple[Role, ...] = ("trainer",)
    assert store.add_user("mei", roles[0], PASSWORD).role == "trainer"


# ---- frames ------------------------------------------------------------------------------------------------------------


def test_the_secret_of_a_frame_s_session_says_so(store: Store) -> None:
    framed, plain = (store.start_session("mei", 1, framed=one)[0] for one in (True, False))
    assert (framed.startswith(FRAMED), plain.startswith(FRAMED)) == (True, False)
    assert store.session(framed) is not None
    assert store.session(framed.removeprefix(FRAMED)) is None


def test_a_frame_token_is_good_once_and_in_time(store: Store) -> None:
    token, late = store.add_frame_token("mei", 60, at=NOW), store.add_frame_token("mei", 60, at=NOW)
    assert store.use_frame_token(token, at=later(seconds=59)) == "Mei"
    assert store.use_frame_token(token, at=later(seconds=59)) is None
    assert store.use_frame_token(late, at=later(seconds=60)) is None
    assert store.use_frame_token("x", at=NOW) is None

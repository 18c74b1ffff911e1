from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from kb.errors import StoreError
from kb.store import passwords
from kb.store.secrets import derived, digest, new_secret


def test_passwords_are_kept_by_argon2id_with_the_second_recommended_parameters_of_rfc_9106() -> None:
    kept = passwords.hashed("lanterns above the quay")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    parameters = extract_parameters(kept)
    assert (parameters.type, parameters.salt_len, parameters.hash_len) == (Type.ID, 16, 32)
    assert "lanterns" not in kept
    assert kept != passwords.hashed("lanterns above the quay"), "each has a salt of its own"


def test_only_the_password_is_verified() -> None:
    kept = passwords.hashed("lanterns above the quay")
    assert passwords.verified("lanterns above the quay", kept)
    assert not passwords.verified("lanterns above the quay ", kept)
    assert not passwords.verified("", kept)
    assert not passwords.verified("lanterns above the quay", "no hash")
    assert not passwords.verified("x" * 100_000, kept)
    assert not passwords.verified("nobody has this password", None)


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(("typed", "kept"), [("12345", "１２３４５"), ("é à ü", "é à ü"), ("ﬁnd", "find")])
def test_the_same_password_of_another_keyboard_is_the_same(typed: str, kept: str) -> None:
    assert passwords.verified(typed + " lantern", passwords.hashed(kept + " lantern"))


def test_a_name_that_nobody_has_costs_a_verification_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What took no time would tell which names exist."""
    passwords.verified("x", None)  # makes the hash that it is compared with
    compared: list[str] = []
    hasher = passwords._HASHER

    class Counting:
        def verify(self, kept: str, typed: str) -> bool:
            compared.append(kept.rsplit("$", 2)[0])
            return hasher.verify(kept, typed)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not passwords.verified("a wrong password", None)
    monkeypatch.undo()
    assert compared == [passwords.hashed("lanterns above the quay").rsplit("$", 2)[0]], "with the same parameters"


def test_a_hash_with_other_parameters_is_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("short", "fewer than 12 characters"),
        ("elevenchars", "fewer than 12 characters"),
        ("x" * 1025, "more than 1024 characters"),
        ("aaaaaaaaaaaaaaaa", "little more than the name"),
        ("Lighthouse1234", "little more than the name"),
        ("LIGHTHOUSELIGHTHOUSE", "little more than the name"),
    ],
)
def test_an_unfit_password_is_refused_without_being_repeated(password: str, what: str) -> None:
    with pytest.raises(StoreError, match=f"lighthouse: the password has {what}|lighthouse: the password is {what}") as caught:
        passwords.check_fit(password, "lighthouse")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["twelve chars", "十二個字以上的密碼一定要很長", "x8$Kq0!pZr2_", "lighthouse and harbour"])
def test_a_fit_password_passes(password: str) -> None:
    passwords.check_fit(password, "lighthouse")


@pytest.mark.usefixtures("cheap_passwords")
def test_a_crowd_that_signs_in_waits_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, at_once, most = passwords.hashed("lantern"), 0, 0
    counting = threading.Lock()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            nonlocal at_once, most
            with counting:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.01)
            with counting:
                at_once -= 1
            return super().verify(hash, password)  # type: ignore[return-value]

    monkeypatch.setattr(passwords, "_HASHER", Slow(time_cost=1, memory_cost=8, parallelism=1))
    threads = [threading.Thread(target=passwords.verified, args=("lantern", kept)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 < most <= 4


def test_secrets_are_long_url_safe_and_never_the_same() -> None:
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(secret) == 43 and secret.replace("-", "").replace("_", "").isalnum() for secret in made)


def test_what_is_derived_of_a_secret_tells_nothing_else() -> None:
    secret = new_secret()
    assert derived(secret, "csrf") == derived(secret, "csrf")
    assert len({secret, digest(secret), derived(secret, "csrf"), derived(secret, "other"), derived(new_secret(), "csrf")}) == 5
    assert len(digest(secret)) == 64
    assert digest("\ud800") == digest("?"), "a cookie may hold anything"

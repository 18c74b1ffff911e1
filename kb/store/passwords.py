"""Passwords: what makes one fit, and argon2id for keeping them."""

from __future__ import annotations

import functools
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from kb.errors import StoreError

SHORTEST = 12
LONGEST = 1024
FEWEST_DIFFERENT = 5
"""Characters; fewer is a key held down."""

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_AT_ONCE = threading.BoundedSemaphore(4)
"""Each computation takes 64 MiB: a crowd that signs in waits in line instead of filling the memory."""


def check_fit(password: str, name: str) -> None:
    """Raise StoreError for a password that is too short, too long or easily guessed."""
    password, name = _normal(password), _normal(name).casefold()
    if len(password) < SHORTEST:
        raise StoreError(f"the password has fewer than {SHORTEST} characters", where=name, fix="take a longer one; a sentence is fine")
    if len(password) > LONGEST:
        raise StoreError(f"the password has more than {LONGEST} characters", where=name, fix="take a shorter one")
    rest = password.casefold().replace(name, "") if name else password
    if len(set(rest)) < FEWEST_DIFFERENT:
        raise StoreError(
            "the password is little more than the name, or one character again and again", where=name, fix="take one that is hard to guess"
        )


def hashed(password: str) -> str:
    """The password by argon2id, with its parameters and a salt of its own."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def verified(password: str, kept: str | None) -> bool:
    """Whether it is the password that was hashed. Without a hash it takes as long and says no, so that time does not tell who has an account."""
    against = _nobodys() if kept is None else kept
    with _AT_ONCE:
        try:
            _HASHER.verify(against, _normal(password)[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether it was hashed with parameters other than today's."""
    return _HASHER.check_needs_rehash(kept)


def _normal(text: str) -> str:
    """NFKC, as passwords typed on different keyboards and input methods should be (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", text).encode(errors="replace").decode()


@functools.cache
def _nobodys() -> str:
    return hashed("nobody has this password")


__all__ = ["check_fit", "hashed", "outdated", "verified"]

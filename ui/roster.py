"""Who practises: people with accounts, and, as long as the store holds demonstration data, its trainees, who have none."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kb.store import DEMO, Role, Store, User

TRAINED: Final = ("agent", "trainer", "admin")
"""Roles that open the training page."""
DEMO_TRAINEES: Final = tuple(f"{DEMO}{name}" for name in ("yan", "chun", "priya", "wai"))
DEMO_GROUP: Final = f"{DEMO}newcomers"
"""All of them belong to it."""


def roster(store: Store) -> list[User]:
    """Everybody who can be given a course; where nobody has an account yet, the demonstration mode's own user."""
    users = store.users()
    own = [one for one in users if one.role in TRAINED and not one.disabled] if users else [_somebody("demo", "admin")]
    return own if store.demonstration() is None else [*own, *demo_trainees()]


def demo_trainees() -> list[User]:
    return [_somebody(name, "agent", DEMO_GROUP) for name in DEMO_TRAINEES]


def _somebody(name: str, role: Role, *groups: str) -> User:
    return User(name, role, dt.datetime.now(dt.UTC), False, "", groups)


__all__ = ["DEMO_GROUP", "DEMO_TRAINEES", "TRAINED", "demo_trainees", "roster"]

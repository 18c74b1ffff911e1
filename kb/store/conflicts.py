"""What people decided about facts in conflict: whom each was given to, which were dismissed and why, which opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import insert, select

from kb.errors import StoreError
from kb.store import schema
from kb.store.history import History

ConflictAction = Literal["assign", "dismiss", "reopen"]
_NEEDS_REASON: frozenset[ConflictAction] = frozenset({"dismiss"})


@dataclass(frozen=True, slots=True)
class ConflictDecision:
    """One thing that somebody did with a conflict."""

    conflict: str
    """Id of the conflict."""
    at: dt.datetime
    by: str
    action: ConflictAction
    person: str = ""
    """Of `assign`: who is to settle it; '' takes it back from whoever had it."""
    reason: str = ""
    """Of `dismiss`: why both may stand."""


@dataclass(frozen=True, slots=True)
class ConflictState:
    """What all decisions on one conflict come to."""

    dismissed: bool
    person: str
    """Who is to settle it; '': nobody."""
    history: tuple[ConflictDecision, ...]
    """Oldest first."""


UNDECIDED = ConflictState(dismissed=False, person="", history=())


class Conflicts(History):
    """Decisions are added, never changed: who did what and when stays on record."""

    def add_conflict_decision(self, decision: ConflictDecision) -> None:
        """Raises StoreError for an unknown action and for a dismissal without a reason."""
        if decision.action not in get_args(ConflictAction):
            raise StoreError(
                f"{decision.action!r} is nothing to do with a conflict", where="conflicts", fix=f"take {', '.join(get_args(ConflictAction))}"
            )
        if decision.action in _NEEDS_REASON and not decision.reason.strip():
            raise StoreError("a conflict is dismissed with a reason", where="conflicts", fix="say why both may stand")
        values = {
            "conflict": decision.conflict, "at": decision.at, "by_name": decision.by, "action": decision.action,
            "person": decision.person.strip(), "reason": decision.reason.strip(),
        }  # fmt: skip
        with self._writing() as connection:
            connection.execute(insert(schema.conflict_decisions).values(values))

    def conflict_states(self, ids: Iterable[str] | None = None) -> dict[str, ConflictState]:
        """What was decided of each conflict that anybody decided something of, by id. ids: of these only."""
        wanted = None if ids is None else frozenset(ids)
        table = schema.conflict_decisions
        columns = (table.c.conflict, table.c.at, table.c.by_name, table.c.action, table.c.person, table.c.reason)
        found: dict[str, list[ConflictDecision]] = {}
        with self._reading() as connection:
            for row in connection.execute(select(*columns).order_by(table.c.id)):
                if wanted is None or row.conflict in wanted:
                    found.setdefault(row.conflict, []).append(ConflictDecision(*row))
        return {conflict: _state(history) for conflict, history in found.items()}


def _state(history: list[ConflictDecision]) -> ConflictState:
    """A dismissal holds until it is opened again; the person stays until another one is named."""
    dismissed, person = False, ""
    for one in history:
        if one.action == "assign":
            person = one.person
        else:
            dismissed = one.action == "dismiss"
    return ConflictState(dismissed, person, tuple(history))


__all__ = ["UNDECIDED", "ConflictAction", "ConflictDecision", "ConflictState", "Conflicts"]

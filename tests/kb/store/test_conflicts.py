from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from kb.errors import StoreError
from kb.store import UNDECIDED, ConflictDecision, ConflictState, Store

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)
GIVEN = ConflictDecision("c1", NOW, "mei", "assign", person="ka")
DISMISSED = ConflictDecision("c1", NOW + dt.timedelta(hours=1), "ka", "dismiss", reason="另一隻筆")
REOPENED = ConflictDecision("c1", NOW + dt.timedelta(hours=2), "mei", "reopen")


def decide(store: Store, *decisions: ConflictDecision) -> ConflictState:
    for one in decisions:
        store.add_conflict_decision(one)
    return store.conflict_states().get("c1", UNDECIDED)


def test_nothing_is_decided_at_first(store: Store) -> None:
    assert store.conflict_states() == {}
    assert decide(store) == ConflictState(dismissed=False, person="", history=())


def test_a_conflict_is_given_away_dismissed_and_opened_again(store: Store) -> None:
    assert decide(store, GIVEN) == ConflictState(False, "ka", (GIVEN,))
    assert decide(store, DISMISSED) == ConflictState(True, "ka", (GIVEN, DISMISSED))
    assert decide(store, REOPENED) == ConflictState(False, "ka", (GIVEN, DISMISSED, REOPENED))
    back = dataclasses.replace(GIVEN, person="", at=NOW + dt.timedelta(hours=3))
    assert decide(store, back).person == ""


def test_each_conflict_has_its_own_state(store: Store) -> None:
    decide(store, GIVEN, dataclasses.replace(DISMISSED, conflict="c2"))
    assert {conflict: state.dismissed for conflict, state in store.conflict_states().items()} == {"c1": False, "c2": True}
    assert store.conflict_states(["c2", "c3"]).keys() == {"c2"}


def test_decisions_outlive_a_restart(store: Store, address: str) -> None:
    decide(store, GIVEN, DISMISSED)
    again = Store.open(address)
    assert again.conflict_states()["c1"].history == (GIVEN, DISMISSED)
    again.close()


def test_a_dismissal_needs_a_reason_and_an_action_a_name_that_is_known(store: Store) -> None:
    with pytest.raises(StoreError, match="with a reason"):
        decide(store, dataclasses.replace(DISMISSED, reason="  "))
    with pytest.raises(StoreError, match="nothing to do"):
        decide(store, dataclasses.replace(GIVEN, action="burn"))  # type: ignore[arg-type]
    assert store.conflict_states() == {}

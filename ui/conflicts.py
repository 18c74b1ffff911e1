"""Facts in conflict and language parity of what agents are answered from: found once a snapshot, behind those who look at other things."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from dataclasses import dataclass
from functools import cache

from ingest.conflicts import Conflict, ConflictFinder
from ingest.parity import Parity, parities
from kb.embedding import Embedder
from kb.errors import ContentError
from kb.snapshot import Snapshot
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from kb.store import UNDECIDED, ConflictDecision, ConflictState, Store
from ui.services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one snapshot on one day."""

    snapshot: Snapshot
    day: dt.date
    conflicts: tuple[Conflict, ...]

    @property
    def key(self) -> tuple[str, dt.date]:
        return (self.snapshot.id, self.day)


class ConflictBoard:
    """One for the app. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._finder: ConflictFinder | None = None
        self._found: Found | None = None
        self._parities: tuple[str, list[Parity]] | None = None
        self._finding = threading.Lock()
        self._behind: threading.Thread | None = None

    def found(self) -> Found:
        """Conflicts of the published snapshot today; waits where they are still looked for."""
        with self._finding:
            snapshot, day = self._services.answerer.snapshot, self._services.today()
            if self._found is None or self._found.key != (snapshot.id, day):
                if self._finder is None:
                    self._finder = ConflictFinder(bundled_embedder())
                self._found = Found(snapshot, day, tuple(self._finder.find(snapshot.articles, snapshot.chunks, snapshot.companions, day)))
            return self._found

    def articles_in_conflict(self, patience: float) -> frozenset[str]:
        """Ids of articles with a conflict that is not dismissed. Where they are not known within so many seconds, those of before."""
        worker = self._behind
        if worker is None or not worker.is_alive():
            worker = self._behind = threading.Thread(target=self._look, name="conflicts", daemon=True)
            worker.start()
        worker.join(patience)
        found = self._found
        if found is None:
            return frozenset()
        states = self.states()
        return frozenset(side.article for one in found.conflicts if not states.get(one.id, UNDECIDED).dismissed for side in one.sides)

    def states(self) -> dict[str, ConflictState]:
        return self._services.store.conflict_states()

    def decide(self, decision: ConflictDecision) -> ConflictState:
        """Raises ContentError for a conflict that is there no longer, a person who may not settle it, and a dismissal without a reason."""
        if not any(one.id == decision.conflict for one in self.found().conflicts):
            raise ContentError("there is no such conflict any more", where=decision.conflict, fix="look at the list again")
        if decision.person and decision.person not in people(self._services.store, decision.by):
            raise ContentError("nobody of this name may edit articles", where=decision.person, fix="choose an owner or an administrator")
        if decision.action == "dismiss" and not decision.reason.strip():
            raise ContentError("a conflict is dismissed with a reason", where=decision.conflict, fix="say why both may stand")
        self._services.store.add_conflict_decision(decision)
        return self._services.store.conflict_states([decision.conflict])[decision.conflict]

    def parities(self) -> list[Parity]:
        """Of the published snapshot."""
        with self._finding:
            snapshot = self._services.answerer.snapshot
            if self._parities is None or self._parities[0] != snapshot.id:
                self._parities = (snapshot.id, parities(snapshot.articles, snapshot.chunks, bundled_embedder()))
            return self._parities[1]

    def _look(self) -> None:
        try:
            self.found()
        except Exception:  # nobody waits for this thread: whoever opens the list gets the error
            log.exception("conflicts cannot be looked for")


def people(store: Store, asking: str) -> list[str]:
    """Who may be given a conflict: owners and administrators, and whoever asks."""
    able = [user.name for user in store.users() if user.role in ("owner", "admin") and not user.disabled]
    return sorted({*able, asking})


@cache
def bundled_embedder() -> Embedder:
    """The model whose likenesses the thresholds were chosen with, whatever the shop searches with."""
    return StaticEmbedder(bundled_model_directory())


__all__ = ["ConflictBoard", "Found", "bundled_embedder", "people"]

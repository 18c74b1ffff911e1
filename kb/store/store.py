"""The store: one object for everything that is kept between restarts, over SQLite or PostgreSQL."""

from __future__ import annotations

from kb.store.attempts import Attempts
from kb.store.changes import Changes
from kb.store.clients import Clients
from kb.store.conflicts import Conflicts
from kb.store.demonstration import Demonstrations
from kb.store.figures import Figures
from kb.store.orders import Orders
from kb.store.outbox import Outbox
from kb.store.outcomes import Outcomes
from kb.store.people import People
from kb.store.plans import Plans
from kb.store.results import Results
from kb.store.retention import Retention


class Store(People, Clients, Changes, Conflicts, Attempts, Figures, Orders, Outcomes, Demonstrations, Plans, Results, Retention, Outbox):
    """Open it with `Store.open(store_url(settings))`. Thread-safe; every error is a StoreError."""


__all__ = ["Store"]

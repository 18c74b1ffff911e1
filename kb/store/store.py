"""The store: one object for everything that is kept between restarts, over SQLite or PostgreSQL."""

from __future__ import annotations

from kb.store.attempts import Attempts
from kb.store.clients import Clients
from kb.store.figures import Figures
from kb.store.outbox import Outbox
from kb.store.people import People
from kb.store.revisions import Revisions


class Store(People, Clients, Revisions, Attempts, Figures, Outbox):
    """Open it with `Store.open(store_url(settings))`. Thread-safe; every error is a StoreError."""


__all__ = ["Store"]

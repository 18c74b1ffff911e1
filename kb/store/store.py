"""The store: one object for everything that is kept between restarts, over SQLite or PostgreSQL."""

from __future__ import annotations

from kb.store.clients import Clients
from kb.store.history import History
from kb.store.outbox import Outbox
from kb.store.people import People


class Store(People, Clients, History, Outbox):
    """Open it with `Store.open(store_url(settings))`. Thread-safe; every error is a StoreError."""


__all__ = ["Store"]

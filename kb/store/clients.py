"""API clients and their tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from kb.errors import StoreError
from kb.store.database import Database
from kb.store.records import Client
from kb.store.schema import clients
from kb.store.secrets import digest, new_secret

NOTICE_USE_EVERY = dt.timedelta(minutes=1)
"""So that a busy client does not cost a write a request."""

_CLIENT = select(clients).where(clients.c.digest == bindparam("digest"), clients.c.revoked_at.is_(None))  # asked with every request


class Clients(Database):
    """Programs that may use the API."""

    def add_client(self, name: str, scopes: Sequence[str], per_minute: int) -> tuple[str, Client]:
        """The token, shown this once, and the client. Raises StoreError where a client in use has the name, or what is given is unfit."""
        if not name.strip() or len(name) > 100:
            raise StoreError(f"{name!r} is no name for a client", where="clients", fix="take 1 to 100 characters")
        if not scopes or per_minute < 1:
            raise StoreError("a client needs a scope and at least one request a minute", where=name, fix="give both")
        secret = new_secret()
        values = {
            "name": name, "digest": digest(secret), "scopes": list(scopes), "per_minute": per_minute, "created_at": dt.datetime.now(dt.UTC),
            "last_used_at": None, "revoked_at": None,
        }  # fmt: skip
        with self._writing() as connection:
            try:
                row = connection.execute(insert(clients).values(values).returning(clients)).one()
            except IntegrityError:
                raise StoreError(f"there is a client {name} already", where="clients", fix="take another name, or revoke it first") from None
        return secret, _client(row)

    def clients(self) -> list[Client]:
        """All, the revoked ones too, oldest first."""
        with self._reading() as connection:
            return [_client(row) for row in connection.execute(select(clients).order_by(clients.c.id))]

    def client(self, secret: str, *, at: dt.datetime | None = None) -> Client | None:
        """The owner of a token; None where it is unknown or revoked. Notes that it was used."""
        at = at or dt.datetime.now(dt.UTC)
        with self._reading() as connection:
            row = connection.execute(_CLIENT, {"digest": digest(secret)}).one_or_none()
        if row is None:
            return None
        if row.last_used_at is None or row.last_used_at <= at - NOTICE_USE_EVERY:
            unnoticed = or_(clients.c.last_used_at.is_(None), clients.c.last_used_at <= at - NOTICE_USE_EVERY)
            with self._writing() as connection:
                connection.execute(update(clients).where(clients.c.id == row.id, unnoticed).values(last_used_at=at))
        return _client(row)

    def revoke_client(self, name: str) -> None:
        """Its token stops working at once. Raises StoreError where no client in use has the name."""
        revoked = update(clients).where(clients.c.name == name, clients.c.revoked_at.is_(None)).values(revoked_at=dt.datetime.now(dt.UTC))
        with self._writing() as connection:
            if not connection.execute(revoked).rowcount:
                raise StoreError(f"there is no client {name}", where="clients", fix="look at `kb clients`")


def _client(row: Row[Any]) -> Client:
    return Client(row.id, row.name, tuple(row.scopes), row.per_minute, row.created_at, row.last_used_at, row.revoked_at)


__all__ = ["Clients"]

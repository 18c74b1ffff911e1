"""Replies that wait to be posted to the webhook."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from kb.store.database import Database
from kb.store.records import Delivery, DeliveryState
from kb.store.schema import deliveries, replies

LEASE = dt.timedelta(minutes=2)
"""How long whoever took a delivery has to report on it, before it is handed out again: their process may have died."""


class Outbox(Database):
    """Safe with several processes: a delivery is handed out to one of them at a time."""

    def add_delivery(self, reply_id: str, sealed: bytes, at: dt.datetime) -> None:
        """Wait from `at` on. The bytes are sealed by the caller and deleted once they are delivered or given up."""
        with self._writing() as connection:
            put_delivery(connection, reply_id, sealed, at)

    def due_deliveries(self, at: dt.datetime, limit: int = 20) -> list[Delivery]:
        """Take what is due, longest waiting first; each is handed out again after two minutes unless it is reported done or failed."""
        due = select(deliveries).where(deliveries.c.next_at <= at).order_by(deliveries.c.next_at, deliveries.c.id).limit(limit)
        with self._writing() as connection:
            rows = connection.execute(due.with_for_update(skip_locked=True)).all()  # of SQLite's writers there is only one
            if rows:
                taken = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
                connection.execute(taken.values(attempts=deliveries.c.attempts + 1, next_at=at + LEASE))
        return [Delivery(row.id, row.reply_id, row.sealed, row.attempts + 1, (at + LEASE).astimezone(dt.UTC)) for row in rows]

    def delivery_done(self, delivery_id: int) -> None:
        """It arrived: the sealed bytes go, the reply is marked delivered."""
        with self._writing() as connection:
            _finish(connection, delivery_id, "delivered")

    def delivery_failed(self, delivery_id: int, next_at: dt.datetime | None) -> None:
        """Try again at `next_at`, or give up where it is None: the sealed bytes go, the reply is marked failed."""
        with self._writing() as connection:
            if next_at is None:
                _finish(connection, delivery_id, "failed")
            else:
                connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(next_at=next_at))


def put_delivery(connection: Connection, reply_id: str, sealed: bytes, at: dt.datetime) -> None:
    """Inside somebody's transaction."""
    values: dict[str, Any] = {"reply_id": reply_id, "sealed": sealed, "attempts": 0, "next_at": at}
    connection.execute(insert(deliveries).values(values))


def _finish(connection: Connection, delivery_id: int, state: DeliveryState) -> None:
    reply_id = connection.execute(delete(deliveries).where(deliveries.c.id == delivery_id).returning(deliveries.c.reply_id)).scalar_one_or_none()
    if reply_id is not None:
        connection.execute(update(replies).where(replies.c.id == reply_id).values(delivery=state))


__all__ = ["Outbox"]

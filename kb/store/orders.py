"""How many orders the shop had, or expects, on each day: people enter or import them, since no chat tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, insert, select

from kb.errors import StoreError
from kb.store import schema
from kb.store.database import Database

MOST_ORDERS: Final = 100_000_000
"""Of a day."""


class Orders(Database):
    """Days of the shop's calendar."""

    def orders(self, first: dt.date, last: dt.date) -> dict[dt.date, int]:
        """By day, in order; both days belong to it. Days of which nothing is known are left out."""
        table = schema.daily_orders
        found = select(table.c.day, table.c.orders).where(table.c.day >= first.isoformat(), table.c.day <= last.isoformat()).order_by(table.c.day)
        with self._reading() as connection:
            return {dt.date.fromisoformat(row.day): row.orders for row in connection.execute(found)}

    def put_orders(self, orders: Mapping[dt.date, int | None], by: str, at: dt.datetime) -> None:
        """In the place of what was known of those days; None: nothing is known. All of them or, with StoreError, none."""
        for day, number in orders.items():
            if number is not None and not 0 <= number <= MOST_ORDERS:
                raise StoreError(f"{number} is no number of orders", where=day.isoformat(), fix=f"give 0 to {MOST_ORDERS:,}")
        table = schema.daily_orders
        values = [{"day": day.isoformat(), "orders": number, "at": at, "by_name": by} for day, number in orders.items() if number is not None]
        with self._writing() as connection:
            connection.execute(delete(table).where(table.c.day.in_([day.isoformat() for day in orders])))
            if values:
                connection.execute(insert(table), values)


__all__ = ["MOST_ORDERS", "Orders"]

"""Orders a day, and what a coming peak may bring."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from kb.insights.forecast import FEWEST_DAYS
from kb.insights.order_csv import read_orders
from kb.store.orders import MOST_ORDERS
from ui.api.bodies import AsOf, Body
from ui.api.insights_looks import LONGEST, look_of, reference_of
from ui.api.problems import Refusal
from ui.insights import Look, Peak, peak
from ui.services import Services
from ui.session import Identity, identified
from ui.tables import csv_response

MOST_CHARACTERS: Final = 400_000
Expected = Annotated[int | None, Query(ge=1, le=MOST_ORDERS, description="Orders of the coming days together; default: as they were entered.")]


class OrdersBody(Body):
    """Orders by day; null: nothing is known of the day."""

    orders: Annotated[dict[AsOf, Annotated[int, Field(ge=0, le=MOST_ORDERS)] | None], Field(min_length=1, max_length=LONGEST)]


class CsvBody(Body):
    """A CSV file: date, orders."""

    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]


def forecast_routes(router: APIRouter, services: Services) -> None:
    looking, days = look_of(services), reference_of(services)

    @router.get("/forecast")
    def coming(days: tuple[Look, list[dt.date]] = days, expected: Expected = None) -> dict[str, Any]:
        """Questions that the coming days may bring."""
        reference, coming = days
        found = peak(services, reference, coming, expected)
        return {
            **dataclasses.asdict(found), "coming": {"from": coming[0], "until": coming[-1]},
            "reference": {"from": reference.first, "until": reference.last, "days": found.reference}, "fewest": FEWEST_DAYS,
        }  # fmt: skip

    @router.get("/tables/forecast.csv")
    def coming_table(days: tuple[Look, list[dt.date]] = days, expected: Expected = None) -> Response:
        """The reference days, then the coming ones."""
        reference, coming = days
        head = ["date", "orders", "questions", "expected_questions", "low_95", "high_95"]
        return csv_response(f"youju-forecast-{coming[0]}-{coming[-1]}", head, _rows(peak(services, reference, coming, expected)))

    @router.get("/orders")
    def orders(look: Look = looking) -> dict[str, Any]:
        """Orders of a period's days, where they are known."""
        return {"from": look.first, "until": look.last, "orders": services.store.orders(look.first, look.last)}

    @router.get("/tables/orders.csv")
    def orders_table(look: Look = looking) -> Response:
        """The same as a file that can be taken in again."""
        known = services.store.orders(look.first, look.last)
        return csv_response(f"youju-orders-{look.first}-{look.last}", ["date", "orders"], [[day, number] for day, number in known.items()])

    @router.put("/orders", status_code=204)
    def put_orders(body: OrdersBody, identity: Annotated[Identity, identified]) -> None:
        """Enter them, in the place of what was known of those days."""
        services.store.put_orders(body.orders, identity.name, dt.datetime.now(dt.UTC))

    @router.post("/orders/import", status_code=201)
    def import_orders(body: CsvBody, identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """Take in a CSV file, whole or, where a line cannot be read, not at all."""
        found = read_orders(body.text)
        if found.bad:
            raise Refusal(422, "some lines cannot be read; nothing was taken in", lines=[dataclasses.asdict(one) for one in found.bad[:20]])
        if not found.orders:
            raise Refusal(422, "the file holds no orders: each line has a date and a number")
        services.store.put_orders(found.orders, identity.name, dt.datetime.now(dt.UTC))
        return {"days": len(found.orders), "from": min(found.orders), "until": max(found.orders)}


def _rows(found: Peak) -> list[list[object]]:
    known: list[list[object]] = [[day, orders, questions, None, None, None] for day, questions, orders in found.reference]
    coming = found.forecast.days if found.forecast else ()
    return known + [
        [one.date, round(one.orders), None, round(one.questions.expected, 1), round(one.questions.low), round(one.questions.high)] for one in coming
    ]  # fmt: skip


__all__ = ["forecast_routes"]

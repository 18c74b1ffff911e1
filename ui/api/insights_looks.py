"""The filters of the insights page, as the query of each of its routes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import Depends, Query

from kb.models import Language
from ui.api.bodies import AsOf
from ui.api.problems import Refusal
from ui.insights import COMING_DAYS, USUAL_DAYS, YEAR, Look, today, zone_of
from ui.services import Services

LONGEST: Final = 400
"""Days of one look."""

First = Annotated[AsOf | None, Query(alias="from", description="First day; default: four weeks before the last.")]
Last = Annotated[AsOf | None, Query(alias="until", description="Last day; default: today by the clock.")]
Channel = Annotated[str | None, Query(max_length=200, description="One channel; empty: questions of which none was named; default: all.")]
Spoken = Annotated[Language | None, Query(alias="language", description="Of the customer; default: all.")]
Category = Annotated[str | None, Query(max_length=200, description="Of the article that an answer rests on first; default: all.")]
Day = Annotated[AsOf | None, Query()]


def look_of(services: Services) -> Any:
    """A FastAPI dependency: the period and the filters."""

    def look(first: First = None, last: Last = None, channel: Channel = None, lang: Spoken = None, category: Category = None) -> Look:
        end = last or today(services)
        return Look(*_period(first or end - dt.timedelta(days=USUAL_DAYS - 1), end), zone_of(services), channel, lang, category)

    return Depends(look)


def reference_of(services: Services) -> Any:
    """A FastAPI dependency: (the days to forecast from, with the filters; the coming days)."""

    def days(
        coming_from: Day = None, coming_until: Day = None, reference_from: Day = None, reference_until: Day = None,
        channel: Channel = None, lang: Spoken = None, category: Category = None,
    ) -> tuple[Look, list[dt.date]]:  # fmt: skip
        start = coming_from or today(services) + dt.timedelta(days=1)
        coming = _period(start, coming_until or start + dt.timedelta(days=COMING_DAYS - 1))
        first = reference_from or coming[0] - YEAR
        reference = _period(first, reference_until or (coming[1] - YEAR if reference_from is None else first + (coming[1] - coming[0])))
        look = Look(*reference, zone_of(services), channel, lang, category)
        return look, [coming[0] + dt.timedelta(days=n) for n in range((coming[1] - coming[0]).days + 1)]

    return Depends(days)


def _period(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    if first > last:
        raise Refusal(422, "the first day is after the last")
    if (last - first).days >= LONGEST:
        raise Refusal(422, f"at most {LONGEST} days at a time")
    return first, last


__all__ = ["LONGEST", "look_of", "reference_of"]

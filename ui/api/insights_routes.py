"""What the insights page calls, below ``/api/v1/insights``: for trainers, owners and administrators who are signed in."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import Response

from kb.insights.summary import Summary, summarise
from kb.models import ReplyLanguage
from ui.api.bodies import AsOf
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.services import Services
from ui.session import roles

LONGEST: Final = 400
"""Days of one look."""
USUAL: Final = 14

First = Annotated[AsOf | None, Query(alias="from", description="First day; default: two weeks before the last.")]
Last = Annotated[AsOf | None, Query(alias="until", description="Last day; default: today by the clock.")]
Channel = Annotated[str | None, Query(max_length=200, description="One channel; default: all.")]


def insights_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/insights", include_in_schema=False, dependencies=[roles("trainer", "owner", "admin"), allow("articles")])

    @own.get("/summary")
    def summary(first: First = None, last: Last = None, channel: Channel = None, lang: ReplyLanguage = "zh-Hant") -> dict[str, Any]:
        """The figures of a period."""
        start, end = _period(services, first, last)
        titles = {article.id: article.title for article in services.answerer.snapshot.articles.values()}
        figures = _summary(services, start, end, channel)
        names = {one["id"]: one["name"] for one in services.channels(lang)}
        return {
            "from": start, "until": end, "figures": dataclasses.asdict(figures), "titles": {id: titles.get(id, id) for id, _ in figures.articles},
            "channels": names,
        }  # fmt: skip

    @own.get("/days.csv")
    def days(first: First = None, last: Last = None, channel: Channel = None) -> Response:
        """The days of a period as CSV."""
        start, end = _period(services, first, last)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["date", "questions", "abstained", "replies"])
        writer.writerows([day.date.isoformat(), day.asks, day.abstained, day.replies] for day in _summary(services, start, end, channel).days)
        headers = {"content-disposition": f'attachment; filename="youju-{start}-{end}.csv"'}
        return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    router.include_router(own)


def _period(services: Services, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """Both days belong to it. Records are dated by the clock, whatever day the shop's demonstration stands at."""
    end = last or dt.datetime.now(_zone(services)).date()
    start = first or end - dt.timedelta(days=USUAL - 1)
    if start > end:
        raise Refusal(422, "the first day is after the last")
    if (end - start).days >= LONGEST:
        raise Refusal(422, f"at most {LONGEST} days at a time")
    return start, end


def _summary(services: Services, first: dt.date, last: dt.date, channel: str | None) -> Summary:
    services.recorder.flush()
    zone = _zone(services)
    since, until = (dt.datetime.combine(day, dt.time(), zone) for day in (first, last + dt.timedelta(days=1)))
    asks, replies = services.store.ask_rows(since, until), services.store.reply_rows(since, until)
    if channel is not None:
        asks, replies = [one for one in asks if one.channel == channel], [one for one in replies if one.channel == channel]
    of_these = {ask.id for ask in asks}
    feedback = [one for one in services.store.feedback_rows(since, until) if channel is None or one.answer_id in of_these]
    targets = {one.id: one.target_seconds for one in services.answerer.snapshot.companions.shop.channels}
    return summarise(asks, replies, feedback, first, last, zone, targets)


def _zone(services: Services) -> ZoneInfo:
    return ZoneInfo(services.answerer.snapshot.companions.shop.time_zone)


__all__ = ["insights_routes"]

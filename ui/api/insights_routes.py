"""What the insights page calls, below ``/api/v1/insights``: for trainers, owners and administrators who are signed in."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from kb.insights.drafts import EDGES, FOLLOWED_WITHIN
from kb.insights.overview import unanswered
from kb.insights.rising import FEWEST, Topic
from kb.models import ReplyLanguage
from ui.api.insights_forecast import forecast_routes
from ui.api.insights_looks import look_of
from ui.api.insights_tables import table
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.insights import Grouper, Look, categories, figures, scope_of
from ui.services import Services
from ui.session import roles
from ui.tables import csv_response

MOST_ARTICLES: Final = 40
MOST_TOPICS: Final = 25
"""Lines that the page shows; the CSV files hold all."""


def insights_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/insights", include_in_schema=False, dependencies=[roles("trainer", "owner", "admin"), allow("articles")])
    looking, grouper = look_of(services), Grouper(services)

    @own.get("/figures")
    def all_figures(look: Look = looking, lang: ReplyLanguage = "zh-Hant") -> dict[str, Any]:
        """Everything that is counted of a period; names in the language `lang`."""
        found = figures(services, look)
        shown = dataclasses.asdict(found)
        shown["articles"]["all"] = len(found.articles.articles)
        shown["articles"]["articles"] = shown["articles"]["articles"][:MOST_ARTICLES]
        return {
            "from": look.first, "until": look.last, "zone": look.zone.key, "categories": categories(services), "edges": EDGES,
            "hours": FOLLOWED_WITHIN, "channels": {one["id"]: one["name"] for one in services.channels(lang)}, **shown,
        }  # fmt: skip

    @own.get("/questions")
    def questions(look: Look = looking) -> dict[str, Any]:
        """What is asked most, what rises, and what was not answered last."""
        found = grouper.topics(look)
        return {
            "from": look.first, "until": look.last, "questions": found.questions, "week": found.week, "before": found.before, "cut": found.cut,
            "week_from": found.week_from.astimezone(look.zone).date(), "groups": len(found.topics), "fewest": FEWEST,
            "topics": [_topic(one) for one in found.topics[:MOST_TOPICS]], "rising": [_topic(one) for one in found.rising[:MOST_TOPICS]],
            "unanswered": [dataclasses.asdict(row) for row in unanswered(services.store, scope_of(services, look))],
        }  # fmt: skip

    forecast_routes(own, services)

    @own.get("/tables/{name}.csv")
    def one_table(name: str, look: Look = looking) -> Response:
        """A table of the page, whole, as a file."""
        found = table(services, grouper, look, name)
        if found is None:
            raise Refusal(404, "there is no such table")
        return csv_response(f"youju-{name}-{look.first}-{look.last}", *found)

    router.include_router(own)


def _topic(topic: Topic) -> dict[str, Any]:
    return {**dataclasses.asdict(topic), "rising": topic.rising}


__all__ = ["insights_routes"]

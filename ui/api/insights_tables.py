"""Every table of the insights page as CSV, with the page's own figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

from kb.insights.drafts import EDGES
from kb.insights.overview import unanswered
from kb.insights.speed import Pace
from kb.store.figures import Contacts, Made
from ui.insights import Figures, Grouper, Look, figures, scope_of
from ui.services import Services

Table = tuple[list[str], Iterable[list[object]]]
"""Head and rows."""
_PACE: Final = ["questions", "abstained", "replies", "timed", "with_target", "within_target", "median_seconds", "p90_seconds"]
_MADE: Final = ["as_is", "edited", "discarded"]
_CONTACTS: Final = ["first_questions", "open", "resolved", "asked_further", "abstained"]


def table(services: Services, grouper: Grouper, look: Look, name: str) -> Table | None:
    """None where there is no such table."""
    if name in _OF_FIGURES:
        return _OF_FIGURES[name](figures(services, look))
    if name == "questions":
        return _questions(grouper, look)
    if name == "unanswered":
        services.recorder.flush()
        rows = unanswered(services.store, scope_of(services, look))
        return ["at", "channel", "language", "question"], [[_moment(row.at, look), row.channel, row.lang, row.question] for row in rows]
    return None


def _days(found: Figures) -> Table:
    return ["date", "questions", "abstained", "replies"], [[day.date, day.asks, day.abstained, day.replies] for day in found.overview.days]


def _languages(found: Figures) -> Table:
    return ["language", "questions", "abstained"], [[lang, count.asks, count.abstained] for lang, count in found.overview.languages]


def _hours(found: Figures) -> Table:
    return ["hour", *_PACE], [[hour, *_pace(pace)] for hour, pace in enumerate(found.speed.hours)]


def _channels(found: Figures) -> Table:
    return ["channel", "target_seconds", *_PACE], [[line.channel, line.target_s, *_pace(line.pace)] for line in found.speed.channels]


def _drafts(found: Figures) -> Table:
    return ["week_from", *_MADE], [[monday, *_made(made)] for monday, made in found.drafts.weeks]


def _edits(found: Figures) -> Table:
    edges = [0.0, *EDGES, 1.0]
    return ["changed_over", "changed_up_to", "replies"], [
        [low, high, n] for low, high, n in zip(edges, edges[1:], found.drafts.sizes.groups, strict=False)
    ]


def _abstentions(found: Figures) -> Table:
    return ["reason", "questions"], [[reason, number] for reason, number in found.drafts.reasons]


def _feedback(found: Figures) -> Table:
    return ["verdict", "answers"], [[verdict, number] for verdict, number in sorted(found.drafts.verdicts.items())]


def _resolution(found: Figures) -> Table:
    return ["channel", *_CONTACTS], [[channel, *_contacts(one)] for channel, one in found.drafts.by_channel]


def _articles(found: Figures) -> Table:
    head = ["article", "title", "category", "cited", *_MADE, "wrong_or_missing"]
    return head, [[one.article, one.title, one.category, one.usage.cited, *_made(one.usage.made), one.usage.wrong] for one in found.articles.articles]


def _categories(found: Figures) -> Table:
    return ["category", "questions", "abstained"], [[category, count.asks, count.abstained] for category, count in found.articles.categories]


_OF_FIGURES: Final[dict[str, Callable[[Figures], Table]]] = {
    "days": _days, "languages": _languages, "hours": _hours, "channels": _channels, "drafts": _drafts, "edits": _edits, "abstentions": _abstentions,
    "feedback": _feedback, "resolution": _resolution, "articles": _articles, "categories": _categories,
}  # fmt: skip


def _questions(grouper: Grouper, look: Look) -> Table:
    head = ["question", "questions", "abstained", "this_week", "four_weeks_before", "rate_ratio", "ratio_low_95", "ratio_high_95", "rising"]
    rows: list[list[object]] = []
    for topic in grouper.topics(look).topics:
        change: list[Any] = [topic.change.ratio, topic.change.low, topic.change.high] if topic.change else [None, None, None]
        rows.append([topic.question, topic.count, topic.abstained, topic.week, topic.before, *(_rounded(one) for one in change), int(topic.rising)])
    return head, rows


def _pace(pace: Pace) -> list[object]:
    return [pace.asks, pace.abstained, pace.replies, pace.timed, pace.held, pace.within, pace.median_s, pace.p90_s]


def _made(made: Made) -> list[object]:
    return [made.as_is, made.edited, made.discarded]


def _contacts(one: Contacts) -> list[object]:
    return [one.contacts, one.open, one.resolved, one.followed, one.abstained]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _moment(at: dt.datetime, look: Look) -> str:
    return at.astimezone(look.zone).strftime("%Y-%m-%d %H:%M:%S")


__all__ = ["Table", "table"]

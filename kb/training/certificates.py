"""Who may answer what: what a passed course earns, from when one has to show it anew, and who is ready."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.models import Article
from kb.store import Certificate, Course, Result
from kb.training.courses import Standing

READY_PASSES: Final = 3
"""Ready is who has a certificate that holds, and passed so many drills of the topic last."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether somebody may be given a topic's customers."""

    person: str
    topic: str
    certificate: Certificate | None
    """That holds now."""
    recent: tuple[bool, ...]
    """Whether the latest drills of the topic were passed, oldest first, at most READY_PASSES."""
    ready: bool


def readiness(person: str, topic: str, certificates: Iterable[Certificate], results: Iterable[Result], now: dt.datetime) -> Readiness:
    """certificates and results: the person's; results oldest first."""
    held = holding(certificates, topic, now)
    recent = tuple(one.passed for one in results if one.topic == topic)[-READY_PASSES:]
    return Readiness(person, topic, held, recent, held is not None and len(recent) == READY_PASSES and all(recent))


def holding(certificates: Iterable[Certificate], topic: str, now: dt.datetime) -> Certificate | None:
    """The certificate of a topic that holds the longest; None where none holds."""
    return max((one for one in certificates if one.topic == topic and one.holds(now)), key=lambda one: one.expires_at, default=None)


def counts_since(course: Course, assigned: dt.datetime, certificates: Sequence[Certificate], now: dt.datetime) -> dict[str, dt.datetime]:
    """From when drills of each topic count: since the course was assigned; where a certificate of it has ended since, from then on."""
    found = dict.fromkeys(course.topics, assigned)
    for topic in course.certifies:
        ended = [one.ended_at for one in certificates if one.topic == topic]
        if ended and holding(certificates, topic, now) is None:
            found[topic] = max(assigned, *ended)
    return found


def earned(standing: Standing, certificates: Sequence[Certificate], now: dt.datetime) -> list[str]:
    """Topics for which a passed course certifies, that were examined, and for which no certificate holds."""
    examined = {part.topic for part in standing.topics if part.met_at is not None} if standing.state == "passed" else set()
    return [topic for topic in standing.course.certifies if topic in examined and holding(certificates, topic, now) is None]


def ended_by(certificate: Certificate, articles: Mapping[str, Article], today: dt.date) -> tuple[str, str] | None:
    """(id of an article that was examined, gone | over) where one holds no more; None where all do."""
    for article in certificate.articles:
        if article not in articles:
            return article, "gone"
        if not articles[article].in_force(today):
            return article, "over"
    return None


def months_after(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day so many months later; the month's last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


__all__ = ["READY_PASSES", "Readiness", "counts_since", "earned", "ended_by", "holding", "months_after", "readiness"]

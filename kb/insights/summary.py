"""A period at a glance: how much was asked, answered and sent, how fast, and what the articles did not answer."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kb.store import AskRow, FeedbackRow, ReplyRow

MOST_ARTICLES = 12
MOST_UNANSWERED = 25


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop's calendar."""

    date: dt.date
    asks: int
    abstained: int
    replies: int


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel."""

    channel: str
    """'' where none was named."""
    asks: int
    replies: int
    median_s: float | None
    """Half of the replies took at most so many seconds; None where no reply says how long it took."""
    p90_s: float | None
    target_s: int | None
    within: float | None
    """Share of the timed replies within the target, 0..1; None without a target or a timed reply."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a period."""

    asks: int
    abstained: int
    copied: int
    sent: int
    as_drafted: int
    """Replies that left as they were drafted."""
    edited: int
    own: int
    """Replies that began without a draft."""
    discarded: int
    """Answers from which no reply was copied or sent."""
    right: int
    wrong: int
    missing: int
    median_s: float | None
    p90_s: float | None
    days: tuple[Day, ...]
    """Every day of the period, the empty ones too."""
    channels: tuple[ChannelLine, ...]
    """The busiest first."""
    articles: tuple[tuple[str, int], ...]
    """(article, answers that cite it), the most used first."""
    unanswered: tuple[tuple[dt.datetime, str], ...]
    """(when, masked question) of abstentions, newest first."""


def summarise(
    asks: Sequence[AskRow], replies: Sequence[ReplyRow], feedback: Sequence[FeedbackRow], first: dt.date, last: dt.date, zone: ZoneInfo,
    targets: Mapping[str, int | None],
) -> Summary:  # fmt: skip
    """Count. Both days belong to the period; zone: the shop's, whose days these are; targets: seconds by channel."""
    replied = {reply.answer_id for reply in replies}
    verdicts = Counter(one.verdict for one in feedback)
    seconds = _seconds(replies)
    articles = Counter(article for ask in asks for article in ask.articles)
    unanswered = sorted(((ask.at, ask.question) for ask in asks if ask.abstained), key=lambda one: one[0], reverse=True)
    drafted = [reply for reply in replies if reply.answer_id is not None]
    return Summary(
        asks=len(asks), abstained=sum(ask.abstained for ask in asks),
        copied=sum(reply.action == "copy" for reply in replies), sent=sum(reply.action == "send" for reply in replies),
        as_drafted=sum(not reply.edited for reply in drafted), edited=sum(reply.edited for reply in drafted), own=len(replies) - len(drafted),
        discarded=sum(ask.id not in replied for ask in asks),
        right=verdicts["right"], wrong=verdicts["wrong"], missing=verdicts["missing"],
        median_s=percentile(seconds, 0.5), p90_s=percentile(seconds, 0.9),
        days=_days(asks, replies, first, last, zone), channels=_channels(asks, replies, targets),
        articles=tuple(sorted(articles.items(), key=lambda one: (-one[1], one[0]))[:MOST_ARTICLES]), unanswered=tuple(unanswered[:MOST_UNANSWERED]),
    )  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); None without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _seconds(replies: Sequence[ReplyRow]) -> list[float]:
    return [reply.seconds for reply in replies if reply.seconds is not None]


def _days(asks: Sequence[AskRow], replies: Sequence[ReplyRow], first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[Day, ...]:
    asked = Counter(ask.at.astimezone(zone).date() for ask in asks)
    abstained = Counter(ask.at.astimezone(zone).date() for ask in asks if ask.abstained)
    sent = Counter(reply.at.astimezone(zone).date() for reply in replies)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(Day(date, asked[date], abstained[date], sent[date]) for date in dates)


def _channels(asks: Sequence[AskRow], replies: Sequence[ReplyRow], targets: Mapping[str, int | None]) -> tuple[ChannelLine, ...]:
    asked, lines = Counter(ask.channel for ask in asks), []
    for channel in {*asked, *(reply.channel for reply in replies)}:
        mine = [reply for reply in replies if reply.channel == channel]
        seconds, target = _seconds(mine), targets.get(channel)
        within = sum(one <= target for one in seconds) / len(seconds) if target is not None and seconds else None
        lines.append(ChannelLine(channel, asked[channel], len(mine), percentile(seconds, 0.5), percentile(seconds, 0.9), target, within))
    return tuple(sorted(lines, key=lambda line: (-line.asks, -line.replies, line.channel)))


__all__ = ["ChannelLine", "Day", "Summary", "percentile", "summarise"]

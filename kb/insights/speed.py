"""How fast replies left, by channel and by hour of the day, against each channel's own target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from kb.store import Scope, Store
from kb.store.figures import Asked, Replied

Counted = TypeVar("Counted", Asked, Replied)


@dataclass(frozen=True, slots=True)
class Pace:
    """Questions and replies of one group."""

    asks: int
    abstained: int
    replies: int
    timed: int
    """Replies that say how long they took."""
    held: int
    """Timed ones whose channel has a target."""
    within: int
    """Of those: within it."""
    median_s: float | None
    """Half of the timed replies took at most so many seconds; None without any."""
    p90_s: float | None

    @classmethod
    def of(cls, asked: Asked, replied: Replied, seconds: tuple[float, float] | None) -> Pace:
        median_s, p90_s = seconds if seconds is not None else (None, None)
        return cls(asked.asks, asked.abstained, replied.replies, replied.timed, replied.held, replied.within, median_s, p90_s)


@dataclass(frozen=True, slots=True)
class ChannelPace:
    """One channel."""

    channel: str
    """'' where none was named."""
    target_s: int | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class Speed:
    """A period's pace."""

    total: Pace
    channels: tuple[ChannelPace, ...]
    """The busiest first."""
    hours: tuple[Pace, ...]
    """24, from midnight by the shop's own clock."""


def speed(store: Store, scope: Scope, targets: Mapping[str, int | None]) -> Speed:
    """targets: seconds within which each channel's replies are due; None where it has no target."""
    asked, replied = store.asks_by_hour(scope), store.replies_by_hour(scope, targets)
    asked_in = _sums(asked, 0, Asked()), _sums(asked, 1, Asked())
    replied_in = _sums(replied, 0, Replied()), _sums(replied, 1, Replied())
    by_channel, by_hour, by_all = (store.seconds_at(scope, by) for by in ("channel", "hour", "all"))

    def pace(kind: int, of: str | int, seconds: Mapping[str | int, tuple[float, float]]) -> Pace:
        return Pace.of(asked_in[kind].get(of, Asked()), replied_in[kind].get(of, Replied()), seconds.get(of))

    channels = [ChannelPace(name, targets.get(name), pace(0, name, by_channel)) for name in {*asked_in[0], *replied_in[0]} if isinstance(name, str)]
    channels.sort(key=lambda line: (-line.pace.asks, -line.pace.replies, line.channel))
    total = Pace.of(sum(asked.values(), Asked()), sum(replied.values(), Replied()), by_all.get(0))
    return Speed(total, tuple(channels), tuple(pace(1, hour, by_hour) for hour in range(24)))


def _sums(counts: Mapping[tuple[str, int], Counted], part: int, nothing: Counted) -> dict[str | int, Counted]:
    """By channel (part 0) or by hour (part 1)."""
    found: dict[str | int, Counted] = {}
    for key, count in counts.items():
        found[key[part]] = found.get(key[part], nothing) + count
    return found


__all__ = ["ChannelPace", "Pace", "Speed", "speed"]

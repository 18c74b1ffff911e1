"""The shop's own day and hour of a moment, worked out by the database: neither SQLite nor every server knows the shop's time zone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600
_EPOCH: Final = dt.date(1970, 1, 1)
_STEP: Final = dt.timedelta(hours=6)
"""No clock was ever put forward and back again within so short a time."""


class epoch(FunctionElement[int]):  # the name of an SQL function
    """Whole seconds since 1970 of a moment; what is left of a second is dropped."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    """By its first 19 characters: with its fraction a moment would be rounded, and midnight's last microsecond be the next day's."""
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(epoch, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


def local_seconds(moment: ColumnElement[dt.datetime], zone: ZoneInfo, since: dt.datetime, until: dt.datetime) -> ColumnElement[int]:
    """Seconds since 1970 by the clock on the shop's wall. Exact between since and until, where summer time begins or ends there too."""
    offsets = offsets_between(zone, since, until)
    last = literal(offsets[-1][1], BigInteger())
    earlier = [(moment < after, literal(offset, BigInteger())) for (after, _), (_, offset) in zip(offsets[1:], offsets, strict=False)]
    return epoch(moment) + (case(*earlier, else_=last) if earlier else last)


def local_day(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """A number that `as_date` reads."""
    return seconds // literal(DAY_SECONDS, BigInteger())


def local_hour(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """0..23."""
    return (seconds % literal(DAY_SECONDS, BigInteger())) // literal(HOUR_SECONDS, BigInteger())


def as_date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)


def offsets_between(zone: ZoneInfo, since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """(from when on, seconds ahead of UTC), in order; the first one holds from `since` on."""
    since, until = since.astimezone(dt.UTC), until.astimezone(dt.UTC)
    found, at = [(since, _offset(zone, since))], since
    while at < until:
        after = min(at + _STEP, until)
        if (offset := _offset(zone, after)) != found[-1][1]:
            found.append((_change(zone, at, after), offset))
        at = after
    return found


def _change(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The first whole second at which the offset is that of `after`."""
    first, last = int(before.timestamp()), int(after.timestamp())
    offset = _offset(zone, after)
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(zone, dt.datetime.fromtimestamp(middle, dt.UTC)) == offset:
            last = middle
        else:
            first = middle
    return dt.datetime.fromtimestamp(last, dt.UTC)


def _offset(zone: ZoneInfo, at: dt.datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


__all__ = ["as_date", "epoch", "local_day", "local_hour", "local_seconds", "offsets_between"]

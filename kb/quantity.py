"""What a quantity is: a value, or a range of values, in the unit of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a quantity measures; values of different kinds are never equal."""

    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    MONEY = "money"
    PERCENT = "percent"
    WEIGHT = "weight"
    LENGTH = "length"
    VOLUME = "volume"
    TEMPERATURE = "temperature"
    OPTICAL = "optical"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, or a range low..high, in the unit of its kind."""

    kind: Kind
    low: float
    high: float
    unit: str
    """DURATION: second, day, working_day, month. MONEY: ISO code or '' (just 'dollars'). WEIGHT: g. LENGTH: mm. VOLUME: ml.
    TEMPERATURE: C. OPTICAL: D (dioptres, signed) or '' (hundredths without a sign, as in 300 度). PERCENT: ''. DATE: 'ymd' (low = yyyymmdd),
    'md' (mmdd), 'ym'. TIME: minute of the day. COUNT: the folded classifier."""
    span: tuple[int, int]
    """Start and end in the text it was read from."""

    @property
    def value(self) -> tuple[Kind, float, float, str]:
        return (self.kind, self.low, self.high, self.unit)


__all__ = ["Kind", "Quantity"]

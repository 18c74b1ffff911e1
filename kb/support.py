"""Whether one quantity is stated by others: the same value in whatever words, or an end of a stated range."""

from __future__ import annotations

from collections.abc import Iterable

from kb.quantity import Kind, Quantity


def supported(claim: Quantity, evidence: Iterable[Quantity]) -> bool:
    """Whether the evidence states the claim's value: the same value, an end of a stated range, or, for a bare number, any quantity of that size."""
    return any(_matches(claim, one) for one in evidence)


def _matches(claim: Quantity, stated: Quantity) -> bool:
    if Kind.DATE in (claim.kind, stated.kind):
        return _same_day(claim, stated) if claim.kind is stated.kind else _is_its_year(claim, stated)
    if claim.kind is stated.kind is Kind.TEMPERATURE or (claim.unit == stated.unit == "D"):
        return {round(claim.low, 6), round(claim.high, 6)} <= {round(stated.low, 6), round(stated.high, 6)}
    ends = {round(abs(stated.low), 6), round(abs(stated.high), 6)}
    within = {round(abs(claim.low), 6), round(abs(claim.high), 6)} <= ends
    if Kind.NUMBER in (claim.kind, stated.kind):
        return within
    if claim.kind is not stated.kind:
        return _same_share(claim, stated)
    if claim.kind is Kind.COUNT:
        return within and counted(claim) == counted(stated)
    if claim.kind in (Kind.DURATION, Kind.MONEY) and claim.unit != stated.unit:
        return within and "" in (claim.unit, stated.unit)
    return within


def _same_share(claim: Quantity, stated: Quantity) -> bool:
    """Whether one says as a multiple what the other says as a percentage: 1.1 times and 110%. Up to the whole, a percentage is as often a discount."""
    shares = {_share(claim), _share(stated)}
    return len(shares) == 1 and {claim.kind, stated.kind} == {Kind.PERCENT, Kind.COUNT} and None not in shares


def _share(quantity: Quantity) -> tuple[float, float] | None:
    """Both ends in percent, where they are more than the whole."""
    if quantity.kind is Kind.COUNT and quantity.unit != "倍":
        return None
    scale = 100 if quantity.kind is Kind.COUNT else 1
    low, high = round(quantity.low * scale, 6), round(quantity.high * scale, 6)
    return (low, high) if low > 100 else None


_PEOPLE = frozenset("人名位")
_NOT_THINGS = frozenset("次岁期倍分字级层号档步年级")


def counted(quantity: Quantity) -> str:
    """What a COUNT counts: people, times, years of age, … or '' for things, whose classifiers differ between languages."""
    if quantity.unit in _PEOPLE:
        return "人"
    return quantity.unit if quantity.unit in _NOT_THINGS else ""


def _is_its_year(claim: Quantity, stated: Quantity) -> bool:
    """Whether a bare number is the year of a stated day."""
    return (
        claim.kind is Kind.NUMBER
        and stated.unit in ("ymd", "ym")
        and claim.low in {end // (10000 if stated.unit == "ymd" else 100) for end in (stated.low, stated.high)}
    )


def _same_day(claim: Quantity, stated: Quantity) -> bool:
    """Whether the claim's day, or both ends of its period, are ends of the stated one; a year counts only where both name one."""
    return all(any(_agrees(one, other) for other in _calendar(stated)) for one in _calendar(claim))


def _calendar(quantity: Quantity) -> set[tuple[int, int, int]]:
    """(year, month, day) of both ends; 0 for what is not named."""
    scale = {"ymd": 1, "ym": 100, "md": 1, "m": 100}[quantity.unit]
    ends = (int(end) * scale for end in (quantity.low, quantity.high))
    return {(end // 10000, end // 100 % 100, end % 100) for end in ends}


def _agrees(claim: tuple[int, int, int], stated: tuple[int, int, int]) -> bool:
    (year, month, day), (stated_year, stated_month, stated_day) = claim, stated
    return month == stated_month and day in (0, stated_day) and (year == stated_year or 0 in (year, stated_year))


__all__ = ["counted", "supported"]

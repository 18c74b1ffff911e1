"""Which doubts of the checks count against a trainee: not those about ordinary speech, the customer's own story, or values that follow from right ones."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from kb.characters import level, lowered
from kb.models import Doubt
from kb.quantities import Kind, Quantity, supported
from kb.text import sentences
from kb.training.derived import follows, worked_out
from kb.training.facts import clauses, denies, said_in
from kb.training.spoken import numeral, spoken

_ABOUT_NUMBERS = frozenset({"unsupported", "uncited", "other-row"})
_ABOUT_WORDING = "forbidden-wording"
_ABOUT_INTERNAL = "internal"
_UNITS = frozenset({Kind.WEIGHT, Kind.LENGTH, Kind.VOLUME})
SMALL = 10
"""A count in words up to which it is speech: 三個選擇, 兩位, both."""
AT_ONCE = 10
"""Characters after a list within which it is counted."""
_NOT_IT = re.compile(r"(?:不是|唔系|并非|而非|并不是|不等于|\bnot|\brather than|\binstead of)[^,。()!?]{0,4}$")
_WAITED = re.compile(
    r"(?:答应|应承|说好|讲好|本来|原本|原定|promised|等了|等咗|等足|等候了|已等|遲了|遲咗|迟了|過了|waited|waiting|been|late by)[^,。!?]{0,6}$"
)
_THESE = re.compile(r"(?:[这那呢嗰该]|\bthese|\bthose|\bboth)\s?$")
_BETWEEN_LISTED = re.compile(r"\s?(?:[、/和与及跟同或至到&-]|and|or|to)\s?|, (?:and |or )?")
_LIST_SIGNS = re.compile("[①-⑳]")
_SMALL_TALK = re.compile(
    r"(?:请|記得|记得|麻烦|务必)您?你?一定|一定(?=[很好非真都]|会好|是|系|觉得|感到|令|让|心|着急|担心|失望|急)"
    r"|\b(?:seven|7) days a week\b|又一年|一年一度|年年|[一二三四五六七八九十\d]{1,3}周年(?:快乐|纪念|志庆|生日)?|第一[次时个]|(?<![\u4e00-\u9fff])第[一二三四五六](?=[,:、])|一时|一天比一天|一日比一日"
    r"|(?<![\d.(])(?<=[\s:,;、(])(?<!\d:)\d{1,2}[).、](?=\s?\D)|^\d{1,2}[).、](?=\s?\D)|\([1-9]\)",
    re.MULTILINE,
)
"""A guess at feelings, a request, an idiom with a number, the number of a list's entry: they state nothing. Levelled, in lower case."""


def stating(text: str) -> str:
    """The text with its small talk blanked out, every letter where it was."""
    text = _LIST_SIGNS.sub(" ", text)
    return _blank(_SMALL_TALK, lowered(level(text)), text)


def _blank(pattern: re.Pattern[str], plain: str, text: str) -> str:
    for match in pattern.finditer(plain):
        text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return text


def counting(
    text: str, doubts: Iterable[Doubt], evidence: Sequence[Quantity], own: Sequence[Quantity] = (), *, declining: bool = False
) -> list[Doubt]:  # fmt: skip
    """The doubts about a reply that count.

    evidence: what the articles state. own: the customer's numbers. declining: whether the reply is to refuse: that something must not be
    done is what articles for colleagues say too.
    """
    said = spoken(text)
    right = [one for one in said if supported(one, evidence) or said_in(one, evidence) or supported(one, own)]
    return [
        doubt
        for doubt in doubts
        if not (doubt.code in _ABOUT_NUMBERS and _is_speech(text, said, right, doubt, evidence, own))
        and not (doubt.code == _ABOUT_WORDING and _is_denied(text, doubt))
        and not (doubt.code == _ABOUT_INTERNAL and declining and _is_mere_refusal(text, doubt))
    ]


def _is_speech(
    text: str, said: Sequence[Quantity], right: Sequence[Quantity], doubt: Doubt, evidence: Sequence[Quantity], own: Sequence[Quantity]
) -> bool:  # fmt: skip
    """right: those of what is said that the articles or the customer state."""
    quantity = next((one for one in said if one.span[0] <= doubt.span[0] < one.span[1]), None)
    if quantity is None:
        return False
    start, end = _sentence(text, doubt)
    return (
        _is_small(quantity, text[slice(*doubt.span)])
        or _is_set_apart(quantity, text[: quantity.span[0]])
        or _is_tally(quantity, text, said)
        or supported(quantity, own)
        or said_in(quantity, evidence)
        or follows(quantity, own, evidence)
        or worked_out(quantity, text[start:end], [one for one in right if start <= one.span[0] < end], right, own)
    )


def _is_small(quantity: Quantity, written: str) -> bool:
    """A small count in words, or one of a unit: $68 一克."""
    if any(char.isdigit() for char in written):
        return False
    return (quantity.kind is Kind.COUNT and quantity.high <= SMALL) or (quantity.kind in _UNITS and written.startswith(("一", "one ")))


def _is_set_apart(quantity: Quantity, before: str) -> bool:
    """How long the customer has waited or was promised; and a value that is named to say that it is not it: 唔係 14 日."""
    plain = lowered(level(before))
    return _NOT_IT.search(plain) is not None or (quantity.kind is Kind.DURATION and _WAITED.search(plain) is not None)


def _is_tally(quantity: Quantity, text: str, said: Sequence[Quantity]) -> bool:
    """How many were just listed: 16、17 歲這兩年."""
    count = numeral(text[slice(*quantity.span)])
    if count is None or not 2 <= count <= SMALL or not _THESE.search(lowered(level(text[: quantity.span[0]]))):
        return False
    before = [one for one in said if one.span[1] <= quantity.span[0]]
    if not before or quantity.span[0] - before[-1].span[1] > AT_ONCE:
        return False
    gaps = (text[one.span[1] : other.span[0]] for one, other in itertools.pairwise(before[-int(count) :]))
    listed = len(before) >= count and all(_BETWEEN_LISTED.fullmatch(lowered(level(gap))) for gap in gaps)
    return listed or before[-1].high - before[-1].low + 1 == count


def _is_mere_refusal(text: str, doubt: Doubt) -> bool:
    """Whether the sentence says no, and no value with a unit beside it."""
    said = text[slice(*doubt.span)]
    return any(denies(clause) for clause in clauses(said)) and not any(one.kind is not Kind.NUMBER for one in spoken(said))


def _is_denied(text: str, doubt: Doubt) -> bool:
    """Whether the clause says that it may not be said: 'we cannot say that it cures'."""
    wording, (start, end) = text[slice(*doubt.span)], _sentence(text, doubt)
    return any(denies(clause) for clause in clauses(text[start:end]) if wording in clause)


def _sentence(text: str, doubt: Doubt) -> tuple[int, int]:
    """Where the sentence of a doubt begins and ends."""
    return next(((start, end) for start, end in sentences(text) if start <= doubt.span[0] < end), (0, len(text)))


__all__ = ["counting", "stating"]

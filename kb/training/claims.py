"""Which doubts of the checks count against a trainee: not those about ordinary speech, the customer's own story, or what follows from the customer's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.characters import level, lowered
from kb.models import Doubt
from kb.quantities import Kind, Quantity, supported
from kb.text import sentences
from kb.training.facts import clauses, denies, said_in
from kb.training.spoken import follows, spoken

_ABOUT_NUMBERS = frozenset({"unsupported", "uncited", "other-row"})
_ABOUT_WORDING = "forbidden-wording"
_UNITS = frozenset({Kind.WEIGHT, Kind.LENGTH, Kind.VOLUME})
SMALL = 10
"""A count in words up to which it is speech: 三個選擇, 兩位, both."""
_NOT_IT = re.compile(r"(?:不是|唔系|并非|而非|并不是|不等于|\bnot|\brather than|\binstead of)[^,。()!?]{0,4}$")
_WAITED = re.compile(
    r"(?:答应|应承|说好|讲好|本来|原本|原定|promised|等了|等咗|等足|等候了|已等|遲了|遲咗|迟了|過了|waited|waiting|been|late by)[^,。!?]{0,6}$"
)
_LIST_SIGNS = re.compile("[①-⑳]")
_SMALL_TALK = re.compile(
    r"(?:请|記得|记得|麻烦|务必)您?你?一定|一定(?=[很好非真都]|会好|是|系|觉得|感到|令|让|心|着急|担心|失望|急)"
    r"|\b(?:seven|7) days a week\b|又一年|一年一度|年年|[一二三四五六七八九十\d]{1,3}周年(?:快乐|纪念|志庆|生日)?|第一[次时个]|(?<![\u4e00-\u9fff])第[一二三四五六](?=[,:、])|一时|一天比一天|一日比一日"
    r"|(?<![\d.(])(?<=[\s:,;、(])\d{1,2}[).、](?=\s?\D)|^\d{1,2}[).、](?=\s?\D)|\([1-9]\)",
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


def counting(text: str, doubts: Iterable[Doubt], evidence: Sequence[Quantity], own: Sequence[Quantity] = ()) -> list[Doubt]:
    """The doubts about a reply that count. evidence: what the articles state. own: the customer's numbers."""
    said = spoken(text)
    return [
        doubt
        for doubt in doubts
        if not (doubt.code in _ABOUT_NUMBERS and _is_speech(text, said, doubt, evidence, own))
        and not (doubt.code == _ABOUT_WORDING and _is_denied(text, doubt))
    ]


def _is_speech(text: str, said: Sequence[Quantity], doubt: Doubt, evidence: Sequence[Quantity], own: Sequence[Quantity]) -> bool:
    quantity = next((one for one in said if one.span[0] == doubt.span[0]), None)
    if quantity is None:
        return False
    return (
        _is_small(quantity, text[slice(*doubt.span)])
        or _is_set_apart(quantity, text[: quantity.span[0]])
        or supported(quantity, own)
        or said_in(quantity, evidence)
        or follows(quantity, own, evidence)
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


def _is_denied(text: str, doubt: Doubt) -> bool:
    """Whether the clause says that it may not be said: 'we cannot say that it cures'."""
    wording = text[slice(*doubt.span)]
    return any(denies(clause) for clause in clauses(_sentence(text, doubt)) if wording in clause)


def _sentence(text: str, doubt: Doubt) -> str:
    return next((text[start:end] for start, end in sentences(text) if start <= doubt.span[0] < end), text)


__all__ = ["counting", "stating"]

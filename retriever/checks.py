"""Checks on any reply text, drafted or edited: every quantity against its cited source, citations, disclaimers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kb.models import Doubt, Source
from kb.quantities import Kind, Quantity, read, supported
from kb.text import normalise, sentences

CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_CITATIONS = re.compile(r"(?:[^\S\n]*\[\d{1,2}\])+")
_CITED_STOP = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])(?:[^\S\n]*\[\d{1,2}\])+\s+")
_UI = {
    "unsupported": "{value} is not stated by {sources}",
    "uncited": "{value} has no source",
    "unknown-source": "[{n}] points at no source",
    "missing-disclaimer": "the required text '{id}' is not in the reply",
}


def check(text: str, sources: Sequence[Source], required: Mapping[str, str], known: str = "") -> tuple[Doubt, ...]:
    """Problems of a reply, in text order.

    sources: what [n] points at. required: disclaimer id → text that must stand in the reply. known: what the customer
    wrote; its own numbers may be repeated. A sentence with citations is held to the sources cited, one without to all of them.
    """
    doubts: list[Doubt] = []
    by_number = {source.n: source for source in sources}
    ignored = _spans_of(text, required.values())
    said = read(known)
    for start, end in _cited_sentences(text):
        if any(start >= a and end <= b for a, b in ignored):
            continue
        cited = [int(match[1]) for match in CITATION.finditer(text, start, end)]
        doubts += [
            Doubt("unknown-source", (start, end), _UI["unknown-source"].format(n=n), "cite one of the sources") for n in cited if n not in by_number
        ]
        stated = [by_number[n] for n in cited if n in by_number] or list(sources)
        evidence = [quantity for source in stated for quantity in read(_stated(source))]
        blanked = CITATION.sub(lambda match: " " * len(match[0]), text[start:end])
        for quantity in read(blanked):
            if supported(quantity, evidence) or supported(quantity, said) or _trivial(quantity, blanked):
                continue
            value = blanked[slice(*quantity.span)].strip()
            span = (start + quantity.span[0], start + quantity.span[1])
            if any(a <= span[0] and span[1] <= b for a, b in ignored):
                continue
            names = ", ".join(f"[{source.n}] {source.title}" for source in stated)
            message = _UI["unsupported"].format(value=value, sources=names) if names else _UI["uncited"].format(value=value)
            doubts.append(Doubt("unsupported" if names else "uncited", span, message, _nearest_value(quantity, evidence, stated)))
    folded = normalise(text)
    for identifier, disclaimer in required.items():
        if normalise(disclaimer) not in folded:
            doubts.append(Doubt("missing-disclaimer", (len(text), len(text)), _UI["missing-disclaimer"].format(id=identifier), disclaimer))
    return tuple(doubts)


def _stated(source: Source) -> str:
    return "; ".join(part for part in (source.quote, source.section, source.title, source.valid_from or "", source.valid_until or "") if part)


def _spans_of(text: str, parts: Iterable[str]) -> list[tuple[int, int]]:
    """Where the parts stand in the text, each at its first place."""
    spans = []
    for part in parts:
        at = text.find(part)
        if at >= 0:
            spans.append((at, at + len(part)))
    return spans


def _cited_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; citations after its full stop belong to it, not to the one that follows."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        lead = _CITATIONS.match(text, start, end) if spans and "\n" not in text[spans[-1][1] : start] else None
        if lead:
            spans[-1] = (spans[-1][0], lead.end())
            start = lead.end()
        for match in _CITED_STOP.finditer(text, start, end):
            spans.append((start, match.end()))
            start = match.end()
        if text[start:end].strip():
            spans.append((start, end))
    return spans


def _trivial(quantity: Quantity, text: str) -> bool:
    """A 'one' in words is as often a pronoun or an article as a number."""
    value = text[slice(*quantity.span)]
    return quantity.low == quantity.high == 1 and not any(c.isdigit() for c in value) and quantity.kind in (Kind.COUNT, Kind.NUMBER)


def _nearest_value(quantity: Quantity, evidence: Sequence[Quantity], stated: Sequence[Source]) -> str:
    """What the source says of the same kind, as it is written there; '' where it says nothing of the kind."""
    for source in stated:
        text = _stated(source)
        for one in read(text):
            if one.kind is quantity.kind:
                return text[slice(*one.span)].strip()
    return ""


__all__ = ["CITATION", "check"]

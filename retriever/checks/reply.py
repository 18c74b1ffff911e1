"""A reply as its checks read it: sentences with what each cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.characters import level, lowered
from kb.models import Source
from kb.quantities import Quantity, read
from kb.text import sentences

CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_CITATIONS = re.compile(r"(?:[^\S\n]*\[\d{1,2}\])+")
_CITED_STOP = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])(?:[^\S\n]*\[\d{1,2}\])+\s+")


@dataclass(frozen=True)
class Statement:
    """One sentence of a reply. Not slotted: what is read of it is read once."""

    start: int
    """Where it begins in the reply, in characters."""
    text: str
    """As it stands in the reply, citations blanked out."""
    numbers: tuple[tuple[int, tuple[int, int]], ...]
    """(n, span in the reply) of each citation [n], in order."""
    cited: tuple[Source, ...]
    """The sources that it cites, those that exist."""

    @cached_property
    def plain(self) -> str:
        """The text levelled and in lower case, of the same length."""
        return lowered(level(self.text))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return read(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the sentence stands in the reply."""
        return self.start + start, self.start + end


def statements(text: str, sources: Sequence[Source], ignored: Sequence[tuple[int, int]]) -> list[Statement]:
    """The sentences of a reply, but those that lie in a span to be ignored."""
    by_number = {source.n: source for source in sources}
    found = []
    for start, end in _cited_sentences(text):
        if any(a <= start and end <= b for a, b in ignored):
            continue
        numbers = tuple((int(match[1]), (match.start(1) - 1, match.end())) for match in CITATION.finditer(text, start, end))
        blanked = CITATION.sub(lambda match: " " * len(match[0]), text[start:end]) if numbers else text[start:end]
        cited = tuple(by_number[n] for n in dict.fromkeys(n for n, _ in numbers) if n in by_number)
        found.append(Statement(start, blanked, numbers, cited))
    return found


def places_of(text: str, parts: Iterable[str]) -> list[tuple[int, int]]:
    """Where the parts stand in the text, each at its first place."""
    spans = []
    for part in parts:
        at = text.find(part)
        if at >= 0:
            spans.append((at, at + len(part)))
    return spans


def parts_of(source: Source) -> list[str]:
    """All that a source states: its quote, headings, title and dates, each to be read and remembered by itself."""
    return [part for part in (source.quote, source.section, source.title, source.valid_from, source.valid_until) if part]


def stated_by(source: Source) -> str:
    """The same in one text."""
    return "; ".join(parts_of(source))


def quantities_of(source: Source) -> list[Quantity]:
    """The quantities that a source states; their spans lie in its parts."""
    return [quantity for part in parts_of(source) for quantity in read(part)]


def _cited_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence. Citations after its full stop belong to it, not to the one that follows; clauses between semicolons
    that end in one citation stay together."""
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
            if spans and _goes_on(text, spans[-1], start):
                start = spans.pop()[0]
            spans.append((start, end))
    return spans


def _goes_on(text: str, span: tuple[int, int], start: int) -> bool:
    """Whether a clause without a citation of its own ends in a semicolon, and what begins at `start` goes on in the same line."""
    clause = text[slice(*span)]
    return clause.endswith((";", "\uff1b")) and not CITATION.search(clause) and "\n" not in text[span[1] : start]


__all__ = ["CITATION", "Statement", "parts_of", "places_of", "quantities_of", "stated_by", "statements"]

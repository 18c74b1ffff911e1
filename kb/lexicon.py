"""Names found in text: a shop's glossary terms and the places of the gazetteer, longest name first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml

from kb.characters import level, lowered
from kb.content import Term
from kb.text import normalise

SHORTEST_PLURAL = 3
"""Characters of a Latin name from which its plural is it too."""
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Lexicon:
    """Finds which ids are named in a text. A longer name wins its characters; Latin names match whole words only."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._ids: dict[str, set[str]] = {}
        for identifier, spellings in names.items():
            for spelling in spellings:
                folded = normalise(spelling)
                if folded:
                    self._ids.setdefault(folded, set()).add(identifier)
        self._starting: dict[str, list[str]] = {}
        for name in sorted(self._ids, key=len, reverse=True):
            self._starting.setdefault(name[0], []).append(name)
        self._found = lru_cache(maxsize=16384)(self._find)

    def find(self, text: str) -> frozenset[str]:
        """Ids named in the text."""
        return self._found(text)

    def spans(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """(start, end, ids) of each name in the text, in order."""
        return [(at, at + len(name), frozenset(self._ids[name])) for at, name in self._names(lowered(level(text)))]

    def _find(self, text: str) -> frozenset[str]:
        return frozenset(identifier for _, name in self._names(normalise(text)) for identifier in self._ids[name])

    def _names(self, text: str) -> Iterator[tuple[int, str]]:
        """(start, name) of each, in order."""
        end = 0
        for at, character in enumerate(text):  # most characters begin no name: several times as fast as one alternation of all names
            if character in self._starting and at >= end:
                name = self._name_at(text, at)
                end = at + len(name)
                if name:
                    yield at, name

    def _name_at(self, text: str, at: int) -> str:
        """The longest name that begins there; '' where none does."""
        for name in self._starting[text[at]]:
            if text.startswith(name, at) and _stands_alone(name, text, at):
                return name
        return ""


def _stands_alone(name: str, text: str, at: int) -> bool:
    """Whether no Latin letter or digit goes on where the name begins or ends with one; a plural's s may."""
    end = at + len(name)
    if len(name) >= SHORTEST_PLURAL and name[-1] in _LETTERS and text.startswith("s", end):
        end += 1
    begins_inside = at > 0 and name[0] in _LATIN and text[at - 1] in _LATIN
    return not begins_inside and not (end < len(text) and name[-1] in _LATIN and text[end] in _LATIN)


def glossary_lexicon(glossary: Iterable[Term]) -> Lexicon:
    """The shop's own terms."""
    return Lexicon({term.id: term.all_names() for term in glossary})


@cache
def _gazetteer() -> dict[str, dict[str, list[str] | str]]:
    data: dict[str, dict[str, list[str] | str]] = yaml.safe_load((Path(__file__).parent / "data" / "places.yaml").read_text(encoding="utf-8"))
    return data


@cache
def place_lexicon() -> Lexicon:
    """The bundled gazetteer."""
    return Lexicon({identifier: [str(name) for name in entry["names"]] for identifier, entry in _gazetteer().items()})


@cache
def _generic_words() -> tuple[dict[str, str], Lexicon]:
    data: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "data" / "names.yaml").read_text(encoding="utf-8"))
    return {str(number): words for number, words in enumerate(data)}, Lexicon({str(number): names for number, names in enumerate(data.values())})


def generic_words(text: str) -> str:
    """What the well-known names in a text are, in the words that articles use: 'e-wallet' for a brand of it; '' without one."""
    words, lexicon = _generic_words()
    return " ".join(words[found] for found in sorted(lexicon.find(text)))


def places_in(text: str) -> list[tuple[int, int, frozenset[str]]]:
    """(start, end, ids) of each place that a text names; a name of two Latin letters is one in capitals only: 'us' is no country."""
    return [(start, end, ids) for start, end, ids in place_lexicon().spans(text) if end - start > 2 or not text[start:end].islower()]


@lru_cache(maxsize=4096)
def with_wider(places: frozenset[str]) -> frozenset[str]:
    """The places and all wider regions that they lie in."""
    found, waiting = set(places), list(places)
    while waiting:
        wider = _gazetteer().get(waiting.pop(), {}).get("within")
        if wider and wider not in found:
            found.add(str(wider))
            waiting.append(str(wider))
    return frozenset(found)


def same_ground(places: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a place of the one lies in, or is, or holds a place of the other: what is said of one tells something of the other."""
    return not places.isdisjoint(with_wider(others)) or not others.isdisjoint(with_wider(places))


__all__ = ["Lexicon", "generic_words", "glossary_lexicon", "place_lexicon", "places_in", "same_ground", "with_wider"]

"""Names found in text: a shop's glossary terms and the places of the gazetteer, longest name first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml

from kb.content import Term
from kb.text import normalise


class Lexicon:
    """Finds which ids are named in a text. A longer name wins its characters; Latin names match whole words only."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._ids: dict[str, set[str]] = {}
        for identifier, spellings in names.items():
            for spelling in spellings:
                folded = normalise(spelling)
                if folded:
                    self._ids.setdefault(folded, set()).add(identifier)
        ordered = sorted(self._ids, key=len, reverse=True)
        self._pattern = re.compile("|".join(_bounded(name) for name in ordered)) if ordered else None
        self._found = lru_cache(maxsize=16384)(self._find)

    def find(self, text: str) -> frozenset[str]:
        """Ids named in the text."""
        return self._found(text)

    def _find(self, text: str) -> frozenset[str]:
        if self._pattern is None:
            return frozenset()
        return frozenset(identifier for match in self._pattern.finditer(normalise(text)) for identifier in self._ids[match.group()])


def _bounded(name: str) -> str:
    escaped = re.escape(name)
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", name) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", name) else ""
    return before + escaped + after


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


def with_wider(places: frozenset[str]) -> frozenset[str]:
    """The places and the wider regions that they lie in."""
    wider = {str(_gazetteer()[place]["within"]) for place in places if place in _gazetteer() and "within" in _gazetteer()[place]}
    return places | wider


__all__ = ["Lexicon", "glossary_lexicon", "place_lexicon", "with_wider"]

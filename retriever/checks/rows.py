"""The rows and sections beside the cited ones: which of them states a value, and which a sentence means by what it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from kb.lexicon import Lexicon, place_lexicon, same_ground
from kb.models import Article, Chunk
from kb.quantities import Quantity, read, supported
from kb.snapshot import Snapshot
from kb.succession import Succession
from kb.text import normalise, tokenise
from retriever.checks.reply import Statement

_CANDIDATES = 12
"""Chunks of other articles, best lexical match first, in which a value is looked for."""
_COMMON = 3
"""Tokens that a chunk of another article must share with the sentence to be named as where the value stands."""
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Row:
    """A row or sentence that a sentence means."""

    text: str
    named: str
    """What the sentence names it by."""


class Rows:
    """The chunks of a snapshot, looked at one article at a time."""

    def __init__(self, snapshot: Snapshot, terms: Lexicon, before: Rows | None = None, succession: Succession | None = None) -> None:
        """before: those of an earlier snapshot, from which `succession` leads to this one."""
        self._snapshot, self._terms = snapshot, terms
        self._names = {term.id: term.all_names() for term in snapshot.companions.glossary}
        self._by_article: dict[str, list[Chunk]] = {}
        fresh = snapshot.chunks
        if before is not None and succession is not None:
            known = before._by_article
            kept = (name for name, place in zip(snapshot.articles, succession.articles.tolist(), strict=True) if place >= 0 and name in known)
            self._by_article = {name: known[name] for name in kept}
            fresh = tuple(snapshot.chunks[row] for row in succession.fresh.tolist())
        for chunk in fresh:
            self._by_article.setdefault(chunk.article, []).append(chunk)
        self._labels = lru_cache(maxsize=512)(partial(_labels_of, self._by_article))
        self._split = lru_cache(maxsize=4096)(partial(_split_article, self._by_article))

    def stating(self, quantity: Quantity, statement: Statement) -> str | None:
        """Which other row of the cited articles, or else which passage on the same matter, states the value."""
        cited = {source.article for source in statement.cited}
        for article in dict.fromkeys(source.article for source in statement.cited):
            cited_lines = [source.lines for source in statement.cited if source.article == article]
            for chunk in self._by_article.get(article, ()):
                cited_here = any(chunk.lines[0] <= last and first <= chunk.lines[1] for first, last in cited_lines)
                if not cited_here and supported(quantity, read(chunk.text)):
                    return _described(chunk, self._snapshot.articles[article].title)
        tokens = {token for token in tokenise(statement.text) if len(token) > 1 and not token[0].isdigit()}
        index = self._snapshot.bm25
        known = [token for token in tokens if index is not None and token in index.vocab_dict]
        if index is None or len(known) < _COMMON:
            return None
        scores = index.get_scores(known)
        for at in np.argsort(-scores)[:_CANDIDATES]:
            chunk = self._snapshot.chunks[int(at)]
            article_of = self._snapshot.articles[chunk.article]
            if chunk.article in cited or article_of.audience == "agent" or len(tokens & set(tokenise(chunk.text))) < _COMMON:
                continue
            if supported(quantity, read(chunk.text)):
                return _described(chunk, article_of.title)
        return None

    def named_beside(self, statement: Statement) -> list[Row]:
        """The other rows of the cited articles that the sentence names, where it names none of the cited ones."""
        found = []
        for source in statement.cited:
            own, siblings = self._split(source.article, source.lines)
            if own:
                found += self._named(statement, own, siblings, self._snapshot.articles[source.article])
        if len(statement.cited) > 1:  # what one source is about may be what the other's neighbour is about
            own_texts = {chunk.text for source in statement.cited for chunk in self._split(source.article, source.lines)[0]}
            found = [row for row in found if row.text not in own_texts]
        return found

    def _named(self, statement: Statement, own: Sequence[Chunk], siblings: Sequence[Chunk], article: Article) -> list[Row]:
        """Siblings that the sentence names and not the cited ones: by term, by place, or by the label of row or section."""
        sentence = statement.text
        found: list[Row] = []
        for lexicon, apart in ((self._terms, frozenset.isdisjoint), (place_lexicon(), _elsewhere)):
            asked = lexicon.find(sentence)
            if not asked:
                continue
            held = frozenset().union(lexicon.find(article.title), *(lexicon.find(f"{chunk.section} {chunk.text}") for chunk in own))
            if held and apart(asked, held):
                near = ((chunk, lexicon.find(chunk.text)) for chunk in siblings)
                found += [
                    Row(chunk.text, self._name(asked & names, chunk, sentence))
                    for chunk, names in near
                    if not apart(names, asked) and apart(names, held)
                ]
        asked = self._labels(article.id).find(sentence)
        if asked and not asked & frozenset().union(*map(_labels_of_chunk, own)):
            tables = {chunk.table for chunk in own if chunk.table >= 0}
            for chunk in siblings:
                label = next(iter(_labels_of_chunk(chunk) & asked), None)
                if label is not None and (chunk.table in tables or any(_contrast(chunk.heading, one.heading) for one in own)):
                    found.append(Row(chunk.text, _written_label(chunk)))
        return found

    def _name(self, ids: frozenset[str], chunk: Chunk, sentence: str) -> str:
        """The words of the sentence that name one of these; where the glossary has none of them, the row's own label."""
        plain = normalise(sentence)
        spoken = (name for one in sorted(ids) for name in self._names.get(one, ()) if normalise(name) in plain)
        return next(spoken, _written_label(chunk))


def _elsewhere(places: frozenset[str], others: frozenset[str]) -> bool:
    return not same_ground(places, others)


def _split_article(
    by_article: Mapping[str, Sequence[Chunk]], article: str, lines: tuple[int, int]
) -> tuple[tuple[Chunk, ...], tuple[Chunk, ...]]:  # fmt: skip
    """The chunks of an article that lie in these lines, and the others."""
    own: list[Chunk] = []
    others: list[Chunk] = []
    for chunk in by_article.get(article, ()):
        (own if chunk.lines[0] <= lines[1] and lines[0] <= chunk.lines[1] else others).append(chunk)
    return tuple(own), tuple(others)


def _labels_of(by_article: Mapping[str, Sequence[Chunk]], article: str) -> Lexicon:
    return Lexicon({label: [label] for chunk in by_article.get(article, ()) for label in _labels_of_chunk(chunk)})


def _labels_of_chunk(chunk: Chunk) -> frozenset[str]:
    """What a sentence names the chunk by: the first cell of a row, the heading of its section."""
    labels = [normalise(chunk.heading)]
    if len(chunk.cells) > 1:
        labels = [normalise(chunk.cells[0][1])]
    return frozenset(label for label in labels if 2 <= len(label) <= 20 and _WORD.search(label) and not label.isdigit())


def _written_label(chunk: Chunk) -> str:
    return chunk.cells[0][1] if len(chunk.cells) > 1 else chunk.heading


def _contrast(heading: str, other: str) -> bool:
    """Whether two headings name two cases of one matter: of one length or nearly, with the same end or beginning (已開封, 未開封)."""
    one, two = normalise(heading), normalise(other)
    if one == two or min(len(one), len(two)) < 2 or abs(len(one) - len(two)) > 1:
        return False
    return one[-2:] == two[-2:] or one[:2] == two[:2]


def _described(chunk: Chunk, title: str) -> str:
    place = f"{title} › {chunk.heading}" if chunk.heading else title
    text = " ".join(chunk.text.split())
    return f"{place}: {text if len(text) <= 40 else text[:40] + '…'}"


__all__ = ["Row", "Rows"]

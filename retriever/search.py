"""Query → hits: two searches, one fusion, what agrees or disagrees with the question, the rules of audience and time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder, TokenEmbedder, require_same
from kb.lexicon import Lexicon, glossary_lexicon, place_lexicon, with_wider
from kb.models import Article, Chunk, Hit, Query
from kb.quantities import read
from kb.snapshot import Snapshot
from retriever import lexical
from retriever.dense import LateInteraction, nearest, query_vector
from retriever.fusion import Weights, fuse

CANDIDATES = 120
"""Chunks that each search hands to the fusion."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one question of a message found."""

    part: str
    hits: tuple[Hit, ...]
    """Best first, at most CANDIDATES of each search, only what the asker may read and what is not replaced."""
    internal: tuple[Hit, ...]
    """Hits that only colleagues may read, best first; empty when a colleague asks."""


class Searcher:
    """Search over one snapshot. Immutable in effect: what it remembers is derived."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder | None, weights: Weights | None = None) -> None:
        require_same(embedder, snapshot.embedder)
        self.snapshot, self.embedder = snapshot, embedder if snapshot.embedder else None
        self.weights = weights or Weights()
        self.terms: Lexicon = glossary_lexicon(snapshot.companions.glossary)
        texts = [chunk.text for chunk in snapshot.chunks]
        self._late = LateInteraction(self.embedder, texts) if isinstance(self.embedder, TokenEmbedder) else None
        self._kinds = lru_cache(maxsize=50_000)(self._kinds_of)
        self._replaced = lru_cache(maxsize=64)(self._replaced_on)

    def search(self, query: Query) -> list[Found]:
        """What each question of the message finds."""
        return [self._search_part(query, part) for part in query.parts]

    def article(self, hit: Hit) -> Article:
        return self.snapshot.articles[self.snapshot.chunks[hit.index].article]

    def chunk(self, hit: Hit) -> Chunk:
        return self.snapshot.chunks[hit.index]

    def _search_part(self, query: Query, part: str) -> Found:
        bm25 = lexical.scores(self.snapshot, part, query.text, query.context)
        rows = np.argpartition(-bm25, min(CANDIDATES, len(bm25) - 1))[:CANDIDATES] if len(bm25) else np.zeros(0, np.int64)
        rows = rows[bm25[rows] > 0]
        dense = np.zeros(len(rows), np.float32)
        late = np.zeros(len(rows), np.float32)
        if self.embedder is not None:
            vector = query_vector(self.embedder, part, query.text, query.context)
            near, _ = nearest(self.snapshot, vector, CANDIDATES)
            rows = np.union1d(rows, near)
            dense = self.snapshot.vectors[rows] @ vector
            if self._late is not None:
                late = self._late.scores(part if not query.context else f"{part} {query.context}", rows)
        fused = fuse(dense, late, bm25[rows], self.weights) + self._agreement(query, part, rows)
        order = np.argsort(-fused, kind="stable")
        hits, internal = [], []
        replaced = self._replaced(query.as_of, query.about_past, query.about_future)
        for position in order:
            hit = Hit(int(rows[position]), float(fused[position]), float(dense[position]), float(bm25[rows[position]]))
            article = self.article(hit)
            if article.id in replaced:
                continue
            (internal if article.audience == "agent" and query.asker == "customer" else hits).append(hit)
        return Found(part, tuple(hits), tuple(internal))

    def _agreement(self, query: Query, part: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the kind of value, the terms, the places and the date asked about add to each row's score."""
        w = self.weights
        terms = self.terms.find(part) or query.terms
        places = with_wider(place_lexicon().find(part) or query.places)
        extra = np.zeros(len(rows), np.float32)
        for position, row in enumerate(rows):
            chunk = self.snapshot.chunks[row]
            article = self.snapshot.articles[chunk.article]
            if query.wants and query.wants & self._kinds(int(row)):
                extra[position] += w.kind
            if terms:
                own = self.terms.find(f"{chunk.section} {chunk.text}")
                if own & terms:
                    extra[position] += w.term * len(own & terms) / len(terms)
                elif own and not self.terms.find(article.title) & terms:
                    extra[position] -= w.other_term
            if places:
                near = place_lexicon().find(chunk.text) or place_lexicon().find(f"{chunk.section} {article.title}")
                if near & places:
                    extra[position] += w.place
                elif near:
                    extra[position] -= w.other_place
            if not article.in_force(query.as_of):
                extra[position] -= w.out_of_force
        return extra

    def _kinds_of(self, row: int) -> frozenset[str]:
        return frozenset(quantity.kind.value for quantity in read(self.snapshot.chunks[row].text))

    def _replaced_on(self, as_of: dt.date, past: bool, future: bool) -> frozenset[str]:
        """Articles out of force beside another version in force, unless the question speaks of the past or of what is to come."""
        articles = self.snapshot.articles
        gone = set()
        for article in articles.values():
            older = articles.get(article.supersedes or "")
            if older is None:
                continue
            if article.in_force(as_of) and not past:
                gone.add(older.id)
            elif older.in_force(as_of) and not future:
                gone.add(article.id)
        return frozenset(gone)


def ranked_articles(found: list[Found], searcher: Searcher, most: int = 10) -> tuple[str, ...]:
    """Article ids over all questions of the message, best chunk first."""
    best: dict[str, float] = {}
    for one in found:
        for hit in one.hits:
            article = searcher.chunk(hit).article
            best[article] = max(best.get(article, -9.0), hit.score)
    return tuple(sorted(best, key=lambda article: -best[article])[:most])


__all__ = ["CANDIDATES", "Found", "Searcher", "ranked_articles"]

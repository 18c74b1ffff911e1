"""Query → hits: two searches, one fusion, what agrees or disagrees with the question, the rules of audience and time."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from kb.content import Term
from kb.embedding import Embedder, TokenEmbedder, require_same, unit_rows
from kb.late import LateInteraction
from kb.lexicon import Lexicon, generic_words, glossary_lexicon, place_lexicon, same_ground
from kb.models import Article, Asker, Chunk, Hit, Query, ReplyLanguage, Turn
from kb.quantities import Kind, read
from kb.snapshot import Snapshot
from kb.succession import Succession, carried, carried_values
from kb.text import normalise
from retriever import lexical
from retriever.conditions import agreement, codes, condition_of, numbers
from retriever.dense import Remembered, nearest, query_vector
from retriever.fusion import Weights, fuse
from retriever.query import understand, weight

_ABOUT_ITSELF = re.compile(
    r"^(?:本|[這这][篇份個个])?(?:文|頁|页|篇|政策|守則|守则|指引|規則|规则|說明|说明|表)(?:說明|说明|説明|列出|列明|介紹|介绍|適用|适用|記載|记载)|本[文頁页篇]|[這这]篇|\b[Tt]his (?:article|page|document|policy|guide)\b"
)
"""Sentences that say what their article is about, and so answer nothing."""
_EXCLUSIVE = re.compile(r"只(?!有一)|仅|限于|除.{0,12}外|以外|不[寄送]|\b(?:only|except|excluding)\b|\bnot (?:ship|sen[dt]|deliver)")
"""Of a rule that holds in some places alone."""
CANDIDATES = 120
"""Chunks that each search hands to the fusion."""
RARE_NUMBER = 0.1
"""Share of the chunks up to which a number that they hold tells them apart; one may always."""
REMEMBERED = 50_000
"""Chunks whose facts are remembered; then all are forgotten, since the next question finds most of its own again at once."""
LEANING = 10
"""Weight of a question (`retriever.query.weight`) below which it leans on the one before it in the message."""
NEIGHBOURS = 5
"""Best chunks that must all be about other places before a question about one is left open."""
RERANKED = 40
"""Of those, how many are scored token by token."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a question is compared with in a chunk; read once a chunk."""

    kinds: frozenset[str]
    """Kinds of quantity that it states."""
    values: frozenset[tuple[Kind, float, float, str]]
    """The quantities that it states."""
    numbers: frozenset[float]
    codes: frozenset[str]
    terms: frozenset[str]
    """Glossary terms in its text and headings."""
    products: frozenset[str]
    """Those of the terms that are products of its article."""
    title_terms: frozenset[str]
    """Glossary terms in its article's title."""
    places: frozenset[str]
    """Places in its text, else in its headings and its article's title."""
    exclusive: bool
    """It says where, or for what, alone something holds, or where it does not."""
    about_itself: bool
    condition: str
    """Where it may state a condition: a row's label and ranges, else its text."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one question of a message found."""

    part: str
    hits: tuple[Hit, ...]
    """Best first, at most CANDIDATES of each search, only what the asker may read and what is not replaced."""
    vector: NDArray[np.float32]
    """(dimension,) of the question; all zero in lexical-only search."""
    internal: tuple[Hit, ...]
    """Hits that only colleagues may read, best first; empty when a colleague asks."""


class Searcher:
    """Search over one snapshot. Immutable in effect: what it remembers is derived.

    Nothing in it points back at it: one whose snapshot is replaced is gone, arrays and all, when its last question is answered.
    """

    def __init__(self, snapshot: Snapshot, embedder: Embedder | None, weights: Weights | None = None, before: Searcher | None = None) -> None:
        """before: a searcher over an earlier snapshot, from which everything derived of what stands in both is taken over."""
        require_same(embedder, snapshot.embedder)
        self.snapshot, self.embedder = snapshot, embedder if snapshot.embedder else None
        self.weights = weights or Weights()
        if before is not None and (before.embedder is not self.embedder or before.snapshot.embedder != snapshot.embedder):
            before = None
        self.succession = Succession.of(before.snapshot, snapshot) if before is not None else None
        """What stood in the earlier snapshot; None where nothing was taken over."""
        same_terms = before is not None and before.snapshot.companions.glossary == snapshot.companions.glossary
        self.terms: Lexicon = before.terms if before is not None and same_terms else glossary_lexicon(snapshot.companions.glossary)
        number_of = {article: number for number, article in enumerate(snapshot.articles)}
        self._article_numbers = np.fromiter((number_of[chunk.article] for chunk in snapshot.chunks), np.int64, len(snapshot.chunks))
        self._out_of_force = lru_cache(maxsize=64)(partial(_out_of_force_on, snapshot))
        self._replaced = lru_cache(maxsize=64)(partial(_replaced_on, snapshot))
        self._facts_of_row: dict[int, Facts] = {}
        if before is None or self.succession is None:
            texts = [chunk.text for chunk in snapshot.chunks]
            self.remembered = Remembered(self.embedder) if self.embedder else None
            self.late = LateInteraction(self.embedder, texts) if isinstance(self.embedder, TokenEmbedder) else None
            self._contrast = _contrasts(snapshot, range(len(texts)))
            self._titles = self._title_vectors(range(len(snapshot.articles)))
            self._frequency = Counter(number for text in texts for number in numbers(text))
            self._named = [self._named_in_title(article) for article in snapshot.articles.values()]
        else:
            self._take_over(before, self.succession, same_terms)
        self._families = _families(snapshot, self._named)
        self._products = frozenset(product for article in snapshot.articles.values() for product in article.products)
        self._places = _place_terms(snapshot.companions.glossary)

    def _take_over(self, before: Searcher, succession: Succession, same_terms: bool) -> None:
        """What the earlier searcher derived of the chunks and articles that stand in both; of the others it is derived now."""
        snapshot, fresh = self.snapshot, succession.fresh
        texts = [snapshot.chunks[row].text for row in fresh.tolist()]
        self.remembered = before.remembered
        self.late = before.late.following(succession.chunks, texts) if before.late is not None else None
        self._contrast = carried(succession.chunks, before._contrast, lambda rows: _contrasts(snapshot, rows.tolist()))
        self._titles = carried(succession.articles, before._titles, lambda numbers: self._title_vectors(numbers.tolist()))
        self._frequency = before._frequency.copy()
        self._frequency.subtract(number for row in succession.gone.tolist() for number in numbers(before.snapshot.chunks[row].text))
        self._frequency.update(number for text in texts for number in numbers(text))
        articles = tuple(snapshot.articles.values())
        kept = succession.articles if same_terms else np.full(len(articles), -1, np.int64)
        self._named = carried_values(kept, before._named, lambda number: self._named_in_title(articles[number]))
        if same_terms:
            known = before._facts_of_row.copy()
            self._facts_of_row = {row: known[old] for row, old in enumerate(succession.chunks.tolist()) if old in known}

    def understand(
        self, text: str, *, history: Sequence[Turn] = (), as_of: dt.date | None = None, asker: Asker = "customer", lang: ReplyLanguage | None = None
    ) -> Query:  # fmt: skip
        """The query of a message to this shop: its terms, its default language, its own date where none is given."""
        shop = self.snapshot.companions.shop
        return understand(
            text, history=history, as_of=as_of or shop.current_date(), asker=asker, lang=lang, default=shop.reply_language, terms=self.terms
        )  # fmt: skip

    def search(self, query: Query) -> list[Found]:
        """What each question of the message finds."""
        return [
            self._search_part(self._in_context(query, number), part, f"{part} {generic_words(part)}".rstrip())
            for number, part in enumerate(query.parts)
        ]

    def _in_context(self, query: Query, number: int) -> Query:
        """The query as one of its questions is understood: one that says little by itself leans on the question before it."""
        part = query.parts[number]
        if number == 0 or weight(part) >= LEANING or self.terms.find(part):
            return query
        return replace(query, context=query.parts[number - 1])

    def is_neighbour(self, hit: Hit, query: Query, part: str) -> bool:
        """Whether the chunk is about other products or places than those that the question names: a neighbour's value."""
        chunk = self.chunk(hit)
        terms, own = self._with_families(self.terms.find(part) or query.terms), self.terms.find(f"{chunk.section} {chunk.text}")
        if terms and own and not own & terms:
            return True
        places, near = place_lexicon().find(part) or query.places, place_lexicon().find(chunk.text)
        return bool(places and near and not same_ground(places, near))

    def is_elsewhere(self, query: Query, found: Found) -> bool:
        """Whether the question names a place and each of the best chunks tells of other places only: what holds there need not hold here."""
        places = place_lexicon().find(found.part) or query.places
        if not places:
            return False
        best = [self._facts(hit.index) for hit in found.hits[:NEIGHBOURS]]
        return all(facts.places and not facts.exclusive and not same_ground(places, facts.places) for facts in best)

    def products(self, text: str) -> frozenset[str]:
        """The shop's products that a text names."""
        return self.terms.find(text) & self._products

    def _with_families(self, terms: frozenset[str]) -> frozenset[str]:
        """The terms and the families that they belong to."""
        return terms.union(*(self._families.get(term, frozenset()) for term in terms))

    def article(self, hit: Hit) -> Article:
        return self.snapshot.articles[self.snapshot.chunks[hit.index].article]

    def chunk(self, hit: Hit) -> Chunk:
        return self.snapshot.chunks[hit.index]

    def _search_part(self, query: Query, asked: str, part: str) -> Found:
        """`asked`: the question as the customer put it. `part`: with what the names in it are."""
        bm25 = lexical.scores(self.snapshot, part, query.text, query.context)
        rows = np.argpartition(-bm25, min(CANDIDATES, len(bm25) - 1))[:CANDIDATES] if len(bm25) else np.zeros(0, np.int64)
        rows = rows[bm25[rows] > 0]
        dense = np.zeros(len(rows), np.float32)
        late = np.zeros(len(rows), np.float32)
        contrast = np.zeros(len(rows), np.float32)
        title = np.zeros(len(rows), np.float32)
        vector = np.zeros(self.snapshot.vectors.shape[1], np.float32)
        if self.remembered is not None:
            vector = query_vector(self.remembered, part, query.text, query.context)
            near, _ = nearest(self.snapshot, vector, CANDIDATES)
            rows = _union(rows, near, len(bm25))
            late = np.zeros(len(rows), np.float32)
            dense = self.snapshot.vectors[rows] @ vector
            title = self._titles[self._article_numbers[rows]] @ vector
            if self.late is not None:
                rough = np.argsort(-(dense + self.weights.lexical * bm25[rows] + self.weights.title * title))
                rows, dense, title = (array[rough[:RERANKED]] for array in (rows, dense, title))
                late = self.late.scores(part if not query.context else f"{part} {query.context}", rows)
            contrast = self._contrast[rows] @ vector
        fused = fuse(dense, late, bm25[rows], self.weights) + self._agreement(query, part, rows)
        fused += self.weights.contrast * contrast + self.weights.title * title
        order = np.argsort(-fused, kind="stable")
        hits: list[Hit] = []
        internal: list[Hit] = []
        replaced = self._replaced(query.as_of, query.about_past, query.about_future)
        rows = rows[order]
        for row, *scores in zip(rows.tolist(), fused[order].tolist(), dense[order].tolist(), bm25[rows].tolist(), strict=True):
            article = self.snapshot.articles[self.snapshot.chunks[row].article]
            if article.id not in replaced:
                (internal if article.audience == "agent" and query.asker == "customer" else hits).append(Hit(row, *scores))
        return Found(asked, tuple(hits), vector, tuple(internal))

    def _agreement(self, query: Query, part: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the kind of value, the terms, the places and the date asked about add to each row's score."""
        w = self.weights
        asked = (self.terms.find(part) or query.terms) - self._places
        terms = self._with_families(asked)
        places = place_lexicon().find(part) or query.places
        few = max(1.0, RARE_NUMBER * len(self.snapshot.chunks))
        named = frozenset(number for number in numbers(part) if self._frequency.get(number, 0) <= few)
        coded = codes(part)
        answered = {quantity.value for quantity in read(query.answered)}
        stated = read(part)
        facts = [self._facts(row) for row in rows.tolist()]
        extra = np.zeros(len(rows), np.float32)
        if query.wants:
            extra += _weights(w.kind if one.kinds & query.wants else 0.0 for one in facts)
        if terms:
            extra += _weights(self._about_terms(one, terms, asked) for one in facts)
        if places:
            extra += _weights(self._about_places(one, places, terms) for one in facts)
        extra -= (
            np.float32(w.out_of_force)
            * self._out_of_force(query.as_of, query.about_past or query.about_ended, query.about_future)[self._article_numbers[rows]]
        )
        if named:
            extra += _weights(w.number if one.numbers & named else 0.0 for one in facts)
        if coded:
            extra += _weights(w.code if one.codes & coded else 0.0 for one in facts)
        if answered:
            extra -= _weights(w.answered if one.values and one.values <= answered else 0.0 for one in facts)
        extra -= _weights(w.about_itself if one.about_itself else 0.0 for one in facts)
        if not stated:
            return extra
        verdicts = [agreement(stated, one.condition) for one in facts]
        extra += _weights(w.condition * verdict for verdict, _ in verdicts)
        return extra - self._lower_threshold(rows, [threshold for _, threshold in verdicts])

    def _about_terms(self, facts: Facts, terms: frozenset[str], asked: frozenset[str]) -> float:
        """What a chunk's own terms add where the question names some; a chunk that names none is neither better nor worse.

        terms: what is asked for with the families that it belongs to. A sibling of the family is not what is asked for.
        """
        if facts.products and facts.products.isdisjoint(asked) and asked & self._products:
            return -self.weights.other_term
        if facts.terms & terms:
            return self.weights.term * min(1.0, len(facts.terms & terms) / len(asked))
        return -self.weights.other_term if facts.terms and not facts.title_terms & terms else 0.0

    def _about_places(self, facts: Facts, places: frozenset[str], terms: frozenset[str]) -> float:
        """What a chunk's own places add where the question names some; one that says where alone the thing asked about holds is no neighbour's."""
        if not facts.places:
            return 0.0
        if same_ground(places, facts.places):
            return self.weights.place
        return 0.0 if facts.exclusive and facts.terms & terms else -self.weights.other_place

    def _lower_threshold(self, rows: NDArray[np.int64], reached: Sequence[float]) -> NDArray[np.float32]:
        """What is taken off chunks whose threshold is reached while a sibling's higher one is reached too."""
        highest: dict[tuple[str, str], float] = {}
        keys = [(self.snapshot.chunks[row].article, self.snapshot.chunks[row].section) for row in rows]
        for key, threshold in zip(keys, reached, strict=True):
            highest[key] = max(highest.get(key, 0.0), threshold)
        lower = [0 < threshold < highest[key] for key, threshold in zip(keys, reached, strict=True)]
        return np.asarray(lower, np.float32) * self.weights.condition

    def _title_vectors(self, numbers_of: Sequence[int]) -> NDArray[np.float32]:
        """(articles, dimension): the vectors of the titles of articles, by their numbers in the snapshot's order."""
        if self.embedder is None or not len(numbers_of):
            return np.zeros((len(numbers_of), self.embedder.dimension if self.embedder else 0), np.float32)
        articles = tuple(self.snapshot.articles.values())
        return self.embedder.encode_passages([articles[number].title for number in numbers_of])

    def _named_in_title(self, article: Article) -> frozenset[str]:
        """The terms in the title of an article about a few products; empty of any other."""
        return self.terms.find(article.title) if 1 < len(article.products) <= LARGEST_FAMILY else frozenset()

    def _facts(self, row: int) -> Facts:
        known = self._facts_of_row.get(row)
        if known is None:
            known = self._facts_of(row)
            if len(self._facts_of_row) >= REMEMBERED:
                self._facts_of_row = {}
            self._facts_of_row[row] = known
        return known

    def _facts_of(self, row: int) -> Facts:
        chunk = self.snapshot.chunks[row]
        title = self.snapshot.articles[chunk.article].title
        terms = self.terms.find(f"{chunk.section} {chunk.text}")
        return Facts(
            kinds=frozenset(quantity.kind.value for quantity in read(chunk.text)),
            values=frozenset(quantity.value for quantity in read(chunk.text)),
            numbers=numbers(chunk.text),
            codes=codes(chunk.text),
            terms=terms,
            products=terms.intersection(self.snapshot.articles[chunk.article].products),
            title_terms=self.terms.find(title),
            places=place_lexicon().find(chunk.text) or place_lexicon().find(f"{chunk.section} {title}"),
            exclusive=bool(_EXCLUSIVE.search(normalise(chunk.text))),
            about_itself=chunk.kind == "paragraph" and bool(_ABOUT_ITSELF.search(chunk.text)),
            condition=condition_of(chunk.cells) if chunk.cells else chunk.text,
        )


def _out_of_force_on(snapshot: Snapshot, as_of: dt.date, past: bool, future: bool) -> NDArray[np.bool_]:
    """(articles,) which are over or to come though the question speaks neither of the past nor of what is coming, in the snapshot's order."""
    articles = snapshot.articles.values()
    out = ((article.is_over(as_of) and not past) or (article.is_coming(as_of) and not future) for article in articles)
    return np.fromiter(out, np.bool_, len(articles))


def _replaced_on(snapshot: Snapshot, as_of: dt.date, past: bool, future: bool) -> frozenset[str]:
    """Articles out of force beside another version in force, unless the question speaks of the past or of what is to come."""
    articles = snapshot.articles
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


def _place_terms(glossary: Iterable[Term]) -> frozenset[str]:
    """The shop's terms that name places, which the gazetteer finds already: counted twice they would outweigh what is asked about them."""
    return frozenset(term.id for term in glossary if 2 * sum(bool(place_lexicon().find(name)) for name in term.all_names()) >= len(term.all_names()))


LARGEST_FAMILY = 6
"""Products of one article up to which a term in its title names them all."""


def _families(snapshot: Snapshot, named: Sequence[frozenset[str]]) -> dict[str, frozenset[str]]:
    """Which terms name a family of which products. named: the terms in the title of each article about a few products."""
    families: dict[str, frozenset[str]] = {}
    for article, terms in zip(snapshot.articles.values(), named, strict=True):
        if terms:
            for product in article.products:
                families[product] = families.get(product, frozenset()) | terms.difference(article.products)
    return families


def _contrasts(snapshot: Snapshot, rows: Sequence[int]) -> NDArray[np.float32]:
    """(rows, dimension): the direction in which each row or item differs from its siblings, shifted so that siblings average zero.

    Rows of a table and items of a section often say the same of different things; what tells them apart is drowned in what they share.
    rows: of whole articles.
    """
    groups: dict[tuple[str, str, int], list[int]] = {}
    for at, row in enumerate(rows):
        chunk = snapshot.chunks[row]
        if chunk.kind != "paragraph":
            groups.setdefault((chunk.article, chunk.section, chunk.table), []).append(at)
    vectors = snapshot.vectors[rows] if len(rows) < len(snapshot.chunks) else snapshot.vectors
    contrasts = np.zeros_like(vectors)
    for members in groups.values():
        if len(members) > 1 and vectors.shape[1]:
            directions = unit_rows(vectors[members] - vectors[members].mean(axis=0))
            contrasts[members] = directions - directions.mean(axis=0)
    return contrasts


def _union(rows: NDArray[np.int64], others: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Rows below `total` that stand in either, ascending."""
    stands = np.zeros(total, np.bool_)
    stands[rows] = True
    stands[others] = True
    return np.flatnonzero(stands)


def _weights(values: Iterable[float]) -> NDArray[np.float32]:
    return np.array(list(values), np.float32)


def ranked_articles(found: Sequence[Found], searcher: Searcher, most: int = 10) -> tuple[str, ...]:
    """Article ids over all questions of the message, best chunk first."""
    best: dict[str, float] = {}
    for one in found:
        for hit in one.hits:
            article = searcher.snapshot.chunks[hit.index].article
            if hit.score > best.get(article, -9.0):
                best[article] = hit.score
    return tuple(sorted(best, key=lambda article: -best[article])[:most])


__all__ = ["CANDIDATES", "Found", "Searcher", "ranked_articles"]

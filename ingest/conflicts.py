"""Facts in conflict: two articles in force that give one product and attribute different values. Found without a language model."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.statements import Names, Statement, names_of, statements
from kb.aspects import DIMENSIONS, bits, strict_bits
from kb.content import Companions
from kb.embedding import Embedder, Vectors
from kb.lexicon import same_ground
from kb.models import Article, Chunk
from kb.text import tokenise

SAME = 0.6
"""Likeness from which two statements with the same subject speak of the same attribute."""
SAME_WITHOUT_NAME = 0.8
"""The same where neither names what it is about."""
SHARED = 0.25
"""By how much less they need be alike for each of TELLING in which both say the same, up to two."""
TELLING = ("money", "deed", "opened", "channel", "pace")
"""Dimensions of kb.aspects that tell what a statement is about."""
SHARED_WITHOUT_NAME = 0.1
"""The same where neither names what it is about."""
AS_NEAR = 0.05
"""Likenesses that differ by no more tell nothing."""
_TILE = 2048
"""Statements compared at once with all others: keeps the table of likenesses small."""
_PRICE = bits({"money": frozenset({"price"})})[DIMENSIONS.index("money")]
"""A price that both name is all that need be said of a product: it counts twice."""
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that cannot both hold."""

    id: str
    """Stays while both sentences, their values and their articles do, wherever they stand."""
    sides: tuple[Statement, Statement]
    """By article id."""
    likeness: float
    """Of what is said, -1..1."""


@dataclass(frozen=True, slots=True)
class _Read:
    """An article's statements, and all that it names."""

    statements: tuple[Statement, ...]
    names: frozenset[str]


class ConflictFinder:
    """Finds conflicts again and again; of articles that stay as they were, nothing is read twice.

    The likenesses above were chosen with the bundled model: give that one, whatever the shop searches with.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._read: dict[tuple[str, str], _Read] = {}
        self._vocabulary: tuple[object, ...] = ()
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def find(self, articles: Mapping[str, Article], chunks: Iterable[Chunk], companions: Companions, day: dt.date) -> list[Conflict]:
        """Conflicts of the articles in force on that day, the most alike first."""
        found = self._statements(articles, chunks, companions, day)
        everything = [one for read in found.values() for one in read.statements]
        if not everything:
            return []
        names = {article: read.names for article, read in found.items()}
        return _Pairs(everything, names, articles, self._embedded(everything)).conflicts()

    def _statements(self, articles: Mapping[str, Article], chunks: Iterable[Chunk], companions: Companions, day: dt.date) -> dict[str, _Read]:
        by_article: dict[str, list[Chunk]] = {}
        for chunk in chunks:
            by_article.setdefault(chunk.article, []).append(chunk)
        vocabulary = (companions.glossary, frozenset(product for article in articles.values() for product in article.products))
        if vocabulary != self._vocabulary:
            self._vocabulary, self._read = vocabulary, {}
        names = Names.of(articles.values(), companions.glossary)
        found = {}
        for name, own in by_article.items():
            article = articles[name]
            if article.in_force(day):
                key = (name, article.version)
                found[name] = self._read.get(key) or _Read(tuple(statements(article, own, names)), names_of(article, own, names))
        self._read = {(name, articles[name].version): read for name, read in found.items()}
        return found

    def _embedded(self, everything: Sequence[Statement]) -> Vectors:
        texts = list(dict.fromkeys(one.about for one in everything))
        self._vectors = {text: self._vectors[text] for text in texts if text in self._vectors}
        fresh = [text for text in texts if text not in self._vectors]
        vectors = self._embedder.encode_passages(fresh)
        self._vectors.update(zip(fresh, vectors, strict=True))
        return np.stack([self._vectors[one.about] for one in everything])


class _Pairs:
    """Pairs of statements: those alike enough are found by matrix products within groups of one kind and subject, then looked at one by one."""

    def __init__(
        self, everything: Sequence[Statement], names: Mapping[str, frozenset[str]], articles: Mapping[str, Article], vectors: Vectors
    ) -> None:
        self._all = everything
        self._names = names
        self._vectors = vectors
        numbers = {name: number for number, name in enumerate(dict.fromkeys(one.article for one in everything))}
        self._article = np.array([numbers[one.article] for one in everything], np.int32)
        self._low = np.array([one.value.low for one in everything])
        self._high = np.array([one.value.high for one in everything])
        self._aspects = np.array([bits(one.aspects) for one in everything], np.uint32)
        self._related = _related(articles)
        self._of: dict[tuple[str, str], list[int]] = {}
        for row, one in enumerate(everything):
            self._of.setdefault((one.article, one.value.family), []).append(row)

    def conflicts(self) -> list[Conflict]:
        likeness: dict[tuple[int, int], float] = {}
        for one, other, alike in self._candidates():
            pair = (min(one, other), max(one, other))
            if pair not in likeness and self._contradict(*pair):
                likeness[pair] = alike
        found = [(pair, alike) for pair, alike in likeness.items() if self._counterparts(*pair, alike)]
        made = [_conflict(self._all[one], self._all[other], alike) for (one, other), alike in found]
        return sorted({one.id: one for one in made}.values(), key=lambda one: (-round(one.likeness, 6), one.id))

    def _candidates(self) -> Iterator[tuple[int, int, float]]:
        groups: dict[tuple[str, str], list[int]] = {}
        for row, one in enumerate(self._all):
            for name in {name for subject in one.subjects for name in subject} or (one.places if one.local else {""}):
                groups.setdefault((one.value.family, name), []).append(row)
        for (_, name), rows in groups.items():
            own = np.array(rows)
            base, worth = (SAME, SHARED) if name else (SAME_WITHOUT_NAME, SHARED_WITHOUT_NAME)
            yield from self._alike(own, own, base, worth)
        kinds: dict[str, list[int]] = {}
        for row, one in enumerate(self._all):
            kinds.setdefault(one.value.family, []).append(row)
        for rows in kinds.values():
            universal = np.array([row for row in rows if self._all[row].universal], np.int64)
            if len(universal):
                yield from self._alike(universal, np.array(rows), SAME, SHARED)

    def _alike(self, first: Rows, second: Rows, least: float, worth: float) -> Iterator[tuple[int, int, float]]:
        """Pairs of different articles and values that are alike enough."""
        for start in range(0, len(first), _TILE):
            rows = first[start : start + _TILE]
            cosines = self._vectors[rows] @ self._vectors[second].T
            different = self._article[rows][:, None] != self._article[second][None, :]
            apart = (self._low[rows][:, None] != self._low[second][None, :]) | (self._high[rows][:, None] != self._high[second][None, :])
            at, beside = np.nonzero((cosines >= least - 2 * worth) & different & apart)
            alike, one, other = cosines[at, beside], rows[at], second[beside]
            kept = self._speak_of_the_same(one, other, least - alike, worth)
            yield from zip(one[kept].tolist(), other[kept].tolist(), alike[kept].tolist(), strict=True)

    def _speak_of_the_same(self, one: Rows, other: Rows, lacking: Vectors, worth: float) -> NDArray[np.bool_]:
        """Whether in no dimension do they say different things, and the dimensions in which both say the same make up for what likeness lacks."""
        agreeing, shared = np.ones(len(one), np.bool_), np.zeros(len(one), np.int8)
        for number, (dimension, strict) in enumerate(zip(DIMENSIONS, strict_bits(), strict=True)):
            mine, theirs = self._aspects[one, number], self._aspects[other, number]
            common = (mine & theirs) != 0
            agreeing &= (mine == 0) | (theirs == 0) | common
            agreeing &= (mine & strict) == (theirs & strict)
            agreeing &= (mine == 0) | (theirs == 0) | (mine == theirs) if dimension == "money" else True
            shared += common if dimension in TELLING else 0
            shared += ((mine == _PRICE) & (theirs == _PRICE)) if dimension == "money" else 0
        return np.asarray(agreeing & (lacking <= worth * np.minimum(shared, 2)), np.bool_)

    def _contradict(self, first: int, second: int) -> bool:
        one, other = self._all[first], self._all[second]
        return (
            one.value.comparable(other.value)
            and one.value.differs(other.value)
            and frozenset((one.article, other.article)) not in self._related
            and self._same_subject(one, other)
            and _same_place(one, other)
            and one.seasons == other.seasons
            and _same_conditions(one, other)
        )

    def _same_subject(self, one: Statement, other: Statement) -> bool:
        if not set(one.subjects).isdisjoint(other.subjects):
            return True
        return self._covers(one, other) or self._covers(other, one)

    def _covers(self, general: Statement, special: Statement) -> bool:
        """Whether a statement about everything of a kind is about what the other one is about, whose article says that it is of that kind."""
        return general.universal and any(subject and subject <= self._names[special.article] for subject in general.subjects)

    def _counterparts(self, first: int, second: int, alike: float) -> bool:
        """Whether each is what the other's article says of the matter. It is not where that article says something nearer, or something
        as near with the same value: then it tells cases apart that the other article does not name."""
        return not self._nearer(first, second, alike) and not self._nearer(second, first, alike)

    def _nearer(self, row: int, than: int, alike: float) -> bool:
        """Whether the article of `than` has a better match for the statement `row`."""
        mine, theirs = self._all[row], self._all[than]
        for other in self._of[theirs.article, mine.value.family]:
            one = self._all[other]
            if other == than or set(one.subjects).isdisjoint(theirs.subjects) or not _same_place(one, mine):
                continue
            likeness = float(self._vectors[other] @ self._vectors[row])
            if likeness > alike + AS_NEAR or (likeness >= alike - AS_NEAR and not one.value.differs(mine.value)):
                return True
        return False


def _same_place(one: Statement, other: Statement) -> bool:
    """Whether both hold at the same place. A parcel that goes back to one place from two others tells of those two."""
    if one.titled and other.titled and not same_ground(one.titled, other.titled):
        return False
    return not one.places.isdisjoint(other.places) if one.places and other.places else one.places == other.places


def _same_conditions(one: Statement, other: Statement) -> bool:
    """Whether the other quantities of both clauses may be the same: of each kind that both state, one at least is."""
    for value in one.others:
        rivals = [rival for rival in other.others if rival.comparable(value)]
        if rivals and all(rival.differs(value) for rival in rivals):
            return False
    if any(value.comparable(other.value) and not value.differs(other.value) for value in one.others):
        return False
    return not any(value.comparable(one.value) and not value.differs(one.value) for value in other.others)


def _related(articles: Mapping[str, Article]) -> frozenset[frozenset[str]]:
    """Pairs of articles of which one replaces or translates the other, over any number of steps."""
    pairs: set[frozenset[str]] = set()
    for key in ("supersedes", "translation_of"):
        roots: dict[str, list[str]] = {}
        for name in articles:
            roots.setdefault(_root(name, articles, key), []).append(name)
        pairs |= {frozenset((one, other)) for same in roots.values() for one in same for other in same if one < other}
    return frozenset(pairs)


def _root(name: str, articles: Mapping[str, Article], key: str) -> str:
    seen = {name}
    while (nearer := getattr(articles[name], key)) and nearer in articles and nearer not in seen:
        name = nearer
        seen.add(name)
    return name


def _conflict(one: Statement, other: Statement, alike: float) -> Conflict:
    first, second = sorted((one, other), key=lambda side: (side.article, side.said))
    parts = [
        part
        for side in (first, second)
        for part in (side.article, side.value.family, f"{side.value.low:g}-{side.value.high:g}", " ".join(tokenise(side.said)))
    ]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
    return Conflict(digest, (first, second), alike)


__all__ = ["Conflict", "ConflictFinder"]

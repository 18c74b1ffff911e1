"""Language parity: an article and its translations held side by side; what one of them says and the other does not is named with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ingest.statements import places_named, value_of
from kb.aspects import aspects
from kb.embedding import Embedder
from kb.models import Article, Chunk
from kb.quantities import Kind, Quantity, read, supported

DisparityKind = Literal["section", "passage", "quantity", "condition", "place"]
KEPT = ("opened", "used", "cold", "bound", "limit", "day")
"""Dimensions of kb.aspects of which a translation says as much as the original."""
_SAME_LIMIT = frozenset({"most", "only"})
"""Said one for the other: 'only one', 'at most one'."""
_UNTOLD = frozenset({"every"})
"""What names hold as well: a daily lens."""
NOT_TURNED = ("moment", "payer")
"""Dimensions that one language may leave unsaid, but of which neither says the contrary."""
ALIGNED = 0.3
"""What two passages must score to be taken for each other's translation."""
SAME_QUANTITIES = 0.5
"""What it adds to the score of two passages that they state the same quantities."""
SAME_SECTION = 0.4
"""Cosine from which two headings may be each other's translation."""
_DOLLARS = re.compile(r"(?:Hong Kong|Singapore|US|Canadian|Australian|New Taiwan) dollars?", re.I)
MOST_PASSAGES = 2000
"""Of one article; aligning is quadratic, and no article for people is so long."""
_SINGLE = {("second", 60.0), ("second", 3600.0), ("day", 1.0), ("day", 7.0), ("month", 1.0), ("month", 12.0)}
"""Durations that a language also names without a number: daily, a year, weekly."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Where one of the two articles says it."""

    article: str
    section: str
    lines: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Disparity:
    """Something that one of two articles says otherwise, or alone."""

    kind: DisparityKind
    """section, passage: a whole one stands in one article only. quantity, condition, place: within two passages that say the same."""
    original: Passage | None
    """None where the original has nothing of the kind."""
    translation: Passage | None
    original_says: str
    """The quantity or the place as written, the conditions as kb.aspects calls them; '' where it says none."""
    translation_says: str


@dataclass(frozen=True, slots=True)
class Parity:
    """Two articles, one of which translates the other."""

    original: str
    translation: str
    compared: int
    """Passages found on both sides."""
    disparities: tuple[Disparity, ...]


def parities(articles: Mapping[str, Article], chunks: Iterable[Chunk], embedder: Embedder) -> list[Parity]:
    """Every article that names what it translates, beside that one; by id."""
    by_article: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        by_article.setdefault(chunk.article, []).append(chunk)
    return [
        compare(by_article.get(article.translation_of, []), by_article.get(name, []), article.translation_of, name, embedder)
        for name, article in sorted(articles.items())
        if article.translation_of and article.translation_of in articles
    ]


def compare(original: Sequence[Chunk], translation: Sequence[Chunk], original_id: str, translation_id: str, embedder: Embedder) -> Parity:
    """Align the passages, then hold each pair's quantities, conditions and places against each other."""
    mine, theirs = original[:MOST_PASSAGES], translation[:MOST_PASSAGES]
    pairs = _align(_scores(mine, theirs, embedder))
    alone = _alone(mine, theirs, pairs, embedder)
    found = [disparity for i, j in pairs for disparity in _within(mine[i], theirs[j])]
    ordered = sorted([*found, *alone], key=lambda one: (one.original or one.translation or _NOWHERE).lines)
    return Parity(original_id, translation_id, len(pairs), tuple(ordered))


# ---- which passages belong together --------------------------------------------------------------------------------


def _scores(mine: Sequence[Chunk], theirs: Sequence[Chunk], embedder: Embedder) -> NDArray[np.float64]:
    """(mine, theirs): how likely each is the other's translation."""
    if not mine or not theirs:
        return np.zeros((len(mine), len(theirs)))
    scores = np.asarray(embedder.encode_passages([one.text for one in mine]) @ embedder.encode_passages([one.text for one in theirs]).T, np.float64)
    read_mine, read_theirs = [_quantities(one) for one in mine], [_quantities(one) for one in theirs]
    for i, one in enumerate(mine):
        for j, other in enumerate(theirs):
            scores[i, j] += SAME_QUANTITIES * _share(read_mine[i], read_theirs[j]) - (0.3 if one.kind != other.kind else 0.0)
    return scores


def _share(one: Sequence[Quantity], other: Sequence[Quantity]) -> float:
    """Share of both sides' quantities that the other one supports, 0..1; 0 where neither states any."""
    held = sum(supported(quantity, other) for quantity in one) + sum(supported(quantity, one) for quantity in other)
    return held / max(1, len(one) + len(other))


def _align(scores: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs in the order of both articles with the largest sum (Needleman and Wunsch, 1970, without a cost for gaps)."""
    rows, columns = scores.shape
    gains = np.where(scores >= ALIGNED, scores, -np.inf)
    best = np.zeros((rows + 1, columns + 1))
    for i in range(rows):
        paired = best[i, :-1] + gains[i]
        best[i + 1, 1:] = np.maximum.accumulate(np.maximum(best[i, 1:], paired))
    pairs: list[tuple[int, int]] = []
    i, j = rows, columns
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _alone(mine: Sequence[Chunk], theirs: Sequence[Chunk], pairs: Sequence[tuple[int, int]], embedder: Embedder) -> list[Disparity]:
    """Passages without a counterpart; a section all of whose passages are so is named once."""
    found: list[Disparity] = []
    left = [one for i, one in enumerate(mine) if i not in {i for i, _ in pairs}]
    right = [one for j, one in enumerate(theirs) if j not in {j for _, j in pairs}]
    for lonely, own, partners, is_original in ((left, mine, theirs, True), (right, theirs, mine, False)):
        for section in dict.fromkeys(one.section for one in lonely):
            members = [one for one in lonely if one.section == section]
            whole = len(members) == sum(one.section == section for one in own) and not _heading_stands(section, partners, embedder)
            for one in members[:1] if whole else members:
                place = Passage(one.article, section, one.lines, "" if whole else one.text)
                kind: DisparityKind = "section" if whole else "passage"
                found.append(Disparity(kind, place if is_original else None, None if is_original else place, "", ""))
    return found


def _heading_stands(section: str, others: Sequence[Chunk], embedder: Embedder) -> bool:
    headings = list(dict.fromkeys(one.section for one in others))
    if not section or not headings:
        return not section and bool(others)
    return bool((embedder.encode_passages([section]) @ embedder.encode_passages(headings).T).max() >= SAME_SECTION)


# ---- what two passages say ------------------------------------------------------------------------------------------


def _within(one: Chunk, other: Chunk) -> list[Disparity]:
    sides = (_passage(one), _passage(other))
    return [*_unequal_quantities(one, other, sides), *_unequal_conditions(one, other, sides)]


def _unequal_quantities(one: Chunk, other: Chunk, sides: tuple[Passage, Passage]) -> list[Disparity]:
    missing = [quantity for quantity in _quantities(one) if not _stated(quantity, read(other.text))]
    added = [quantity for quantity in _quantities(other) if not _stated(quantity, read(one.text))]
    found = []
    for quantity in missing:
        rival = next((rival for rival in added if _rivals(quantity, rival)), None)
        if rival is not None:
            added.remove(rival)
        if rival is not None or not _goes_without_saying(quantity):
            found.append(Disparity("quantity", *sides, _written(quantity, one), _written(rival, other) if rival else ""))
    return found + [Disparity("quantity", *sides, "", _written(quantity, other)) for quantity in added if not _goes_without_saying(quantity)]


def _stated(quantity: Quantity, others: Sequence[Quantity]) -> bool:
    """Whether the other side says it: languages count with other words."""
    counts = {one.low for one in others if one.kind is Kind.COUNT} if quantity.kind is Kind.COUNT else ()
    return quantity.low in counts or supported(quantity, others)


def _rivals(one: Quantity, other: Quantity) -> bool:
    """Whether one may stand where the other should."""
    first, second = value_of(one), value_of(other)
    if first is None or second is None:
        return first is second
    return first.family.split()[0] == second.family.split()[0] or one.kind is other.kind


def _unequal_conditions(one: Chunk, other: Chunk, sides: tuple[Passage, Passage]) -> list[Disparity]:
    mine, theirs = aspects(one.text), aspects(other.text)
    found = []
    for dimension in (*KEPT, *NOT_TURNED):
        here, there = mine.get(dimension, frozenset()) - _UNTOLD, theirs.get(dimension, frozenset()) - _UNTOLD
        if _limits(mine) and _limits(theirs):
            here, there = here - _SAME_LIMIT, there - _SAME_LIMIT
        if (here != there and dimension in KEPT) or (here and there and here.isdisjoint(there)):
            found.append(Disparity("condition", *sides, " ".join(sorted(here - there)), " ".join(sorted(there - here))))
    named, translated = _places(one), _places(other)
    if named.keys() != translated.keys():
        mine_only, theirs_only = (_joined(own, others) for own, others in ((named, translated), (translated, named)))
        found.append(Disparity("place", *sides, mine_only, theirs_only))
    return found


def _limits(said: Mapping[str, frozenset[str]]) -> bool:
    return not _SAME_LIMIT.isdisjoint(said.get("bound", frozenset()) | said.get("limit", frozenset()))


def _places(chunk: Chunk) -> dict[str, str]:
    """Those that it names and how, wherever money is not called after them."""
    text = _DOLLARS.sub("", chunk.text)
    return {place: text[start:end] for start, end, ids in places_named(text) for place in ids}


def _joined(own: Mapping[str, str], others: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(written for place, written in own.items() if place not in others))


def _quantities(chunk: Chunk) -> tuple[Quantity, ...]:
    """Those that both languages write: a number in words without a unit (the two, both) is none."""
    return tuple(one for one in read(chunk.text) if one.kind is not Kind.NUMBER or any(c.isdigit() for c in chunk.text[one.span[0] : one.span[1]]))


def _goes_without_saying(quantity: Quantity) -> bool:
    """Whether the other language may say it without a number: one coupon, a year."""
    if quantity.kind in (Kind.COUNT, Kind.NUMBER):
        return quantity.low == quantity.high == 1
    return quantity.kind is Kind.DURATION and quantity.low == quantity.high and (quantity.unit, quantity.low) in _SINGLE


def _written(quantity: Quantity, chunk: Chunk) -> str:
    return chunk.text[quantity.span[0] : quantity.span[1]].strip()


def _passage(chunk: Chunk) -> Passage:
    return Passage(chunk.article, chunk.section, chunk.lines, chunk.text)


_NOWHERE = Passage("", "", (0, 0), "")

__all__ = ["Disparity", "DisparityKind", "Parity", "Passage", "compare", "parities"]

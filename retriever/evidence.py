"""Hits → evidence: the one to four spans that answer, out of their chunks, within what a customer reads in a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.models import Article, Chunk, Evidence, Hit, Query, ReplyLanguage
from kb.quantities import read
from kb.text import HAN, sentences, tokenise
from retriever.search import Found, Searcher

MOST_EVIDENCE = 4
MARGIN = 0.22
"""How far behind the best chunk of its question another may score and still be shown."""
ROW_MARGIN = 0.08
"""The same for rows of a table that already gave one."""
SPAN_BUDGET = {"zh": 90, "en": 240}
"""Characters of one evidence: a longer paragraph is narrowed to its sentences that answer."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Evidence chosen for one question of the message."""

    part: int
    evidence: Evidence
    conflicts_with: int | None = None
    """Index of the pick that states another value for the same thing."""


def select(found: Sequence[Found], searcher: Searcher, query: Query) -> list[Pick]:
    """At most MOST_EVIDENCE picks, the best of each question first. Every question keeps its best one."""
    picks: list[Pick] = []
    taken: set[int] = set()
    for number, one in enumerate(found):
        first = next((hit for hit in one.hits if hit.index not in taken), None)
        if first is None:
            continue
        picks.append(Pick(number, _evidence(first, searcher, one.part)))
        taken.add(first.index)
        rival = conflicting(first, one, searcher, query)
        if rival is not None and rival.index not in taken:
            picks.append(Pick(number, _evidence(rival, searcher, one.part), conflicts_with=len(picks) - 1))
            taken.add(rival.index)
    more = sorted(
        ((hit.score - one.hits[0].score, number, hit) for number, one in enumerate(found) for hit in one.hits[1:12]),
        key=lambda entry: -entry[0],
    )
    for gap, number, hit in more:
        if len(picks) >= MOST_EVIDENCE or hit.index in taken:
            continue
        if -gap > _margin(hit, picks, searcher) or _repeats(hit, picks, searcher):
            continue
        picks.append(Pick(number, _evidence(hit, searcher, found[number].part)))
        taken.add(hit.index)
    return picks


def conflicting(best: Hit, found: Found, searcher: Searcher, query: Query) -> Hit | None:
    """A hit of another article in force that says the same of the same thing with another value."""
    one = searcher.chunk(best)
    article = searcher.article(best)
    if not article.in_force(query.as_of):
        return None
    for hit in found.hits[1:8]:
        other = searcher.chunk(hit)
        if other.article == one.article or best.score - hit.score > MARGIN or not searcher.article(hit).in_force(query.as_of):
            continue
        if _contradict(one, other, searcher, query):
            return hit
    return None


def _contradict(one: Chunk, other: Chunk, searcher: Searcher, query: Query) -> bool:
    """Same terms, one value of the same kind and unit each, not equal, in sentences that otherwise say the same."""
    mine, theirs = read(one.text), read(other.text)
    kinds = {(q.kind, q.unit) for q in mine} & {(q.kind, q.unit) for q in theirs}
    kinds = {(kind, unit) for kind, unit in kinds if not query.wants or kind.value in query.wants}
    differs = any(
        {(q.low, q.high) for q in mine if (q.kind, q.unit) == key}.isdisjoint({(q.low, q.high) for q in theirs if (q.kind, q.unit) == key})
        for key in kinds
    )  # fmt: skip
    if not differs:
        return False
    named, other_named = searcher.terms.find(one.text), searcher.terms.find(other.text)
    if named != other_named and not (named and other_named and (named >= other_named or other_named >= named)):
        return False
    return _alike(one.text, other.text) >= 0.55


def _alike(first: str, second: str) -> float:
    """Dice coefficient of the two texts' words without their numbers."""
    a, b = ({token for token in tokenise(text) if not token[0].isdigit()} for text in (first, second))
    return 2 * len(a & b) / max(1, len(a) + len(b))


def _margin(hit: Hit, picks: Sequence[Pick], searcher: Searcher) -> float:
    chunk = searcher.chunk(hit)
    same_table = any(chunk.kind == "row" and p.evidence.chunk.article == chunk.article and p.evidence.chunk.table == chunk.table for p in picks)
    return ROW_MARGIN if same_table else MARGIN


def _repeats(hit: Hit, picks: Sequence[Pick], searcher: Searcher) -> bool:
    """Whether an earlier pick already says this: the same values in much the same words."""
    text = searcher.chunk(hit).text
    values = {quantity.value for quantity in read(text)}
    return any(
        values <= {quantity.value for quantity in read(pick.evidence.text)} and _alike(text, pick.evidence.text) > 0.5 for pick in picks
    )  # fmt: skip


def _evidence(hit: Hit, searcher: Searcher, part: str) -> Evidence:
    chunk = searcher.chunk(hit)
    budget = SPAN_BUDGET["zh" if re.search(f"[{HAN}]", chunk.text) else "en"]
    whole = Evidence(chunk, hit.score, chunk.quote, chunk.text, chunk.lines)
    if chunk.kind != "paragraph" or len(chunk.text) <= budget:
        return whole
    spans = sentences(chunk.text)
    if len(spans) < 2:
        return whole
    texts = [chunk.text[start:end] for start, end in spans]
    scores = _sentence_scores(texts, part, searcher)
    first = last = max(range(len(texts)), key=lambda i: scores[i])
    while True:
        neighbours = [i for i in (first - 1, last + 1) if 0 <= i < len(texts) and scores[i] > 0.6 * scores[first]]
        fitting = [i for i in neighbours if spans[max(i, last)][1] - spans[min(i, first)][0] <= budget]
        if not fitting:
            break
        chosen = max(fitting, key=lambda i: scores[i])
        first, last = min(first, chosen), max(last, chosen)
    text = chunk.text[spans[first][0] : spans[last][1]]
    return replace(whole, text=text, quote=text if text in chunk.quote else chunk.quote)


def _sentence_scores(texts: Sequence[str], part: str, searcher: Searcher) -> list[float]:
    asked = set(tokenise(part))
    shared = [len(asked & set(tokenise(text))) / max(1, len(asked)) for text in texts]
    if searcher.embedder is None:
        return shared
    vector = searcher.embedder.encode_queries([part])[0]
    cosines = searcher.embedder.encode_passages(list(texts)) @ vector
    return [0.3 * share + float(cosine) for share, cosine in zip(shared, cosines, strict=True)]


def row_sentence(chunk: Chunk, lang: ReplyLanguage) -> str:
    """A table row as a sentence: its label, then each column with its cell."""
    label, rest = chunk.cells[0][1], [(header, cell) for header, cell in chunk.cells[1:] if cell]
    if not rest:
        return label
    if lang == "en":
        return f"{label}: " + ", ".join(f"{_header(header)} {cell}".strip() for header, cell in rest)
    return f"{label}:" + "、".join(f"{_header(header)} {cell}".strip() for header, cell in rest)


def _header(header: str) -> str:
    """A column's name, without digits that a reader would take for a value."""
    return "" if re.search(r"\d", header) else header


def article_of(pick: Pick, searcher: Searcher) -> Article:
    return searcher.snapshot.articles[pick.evidence.chunk.article]


__all__ = ["MOST_EVIDENCE", "Pick", "article_of", "conflicting", "row_sentence", "select"]

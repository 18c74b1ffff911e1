"""Hits → evidence: the one to four spans that answer, out of their chunks, within what a customer reads in a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.lexicon import place_lexicon, same_ground
from kb.models import Chunk, Evidence, Hit, Query, ReplyLanguage
from kb.quantities import Kind, read
from kb.text import HAN, sentences, tokenise
from retriever.direction import asks_permission, denies
from retriever.search import Found, Searcher

MOST_EVIDENCE = 5
MARGIN = 0.2
"""How far behind the best chunk of its question another may score and still be shown."""
CLAUSE_MARGIN = 0.1
"""The same for a clause of a sentence that lists values."""
SAME_MATTER = 0.8
"""Likeness, quantities aside, from which two sentences on the same glossary terms with different values contradict each other."""
DISPUTED = 0.5
"""The same where the customer says that they were told different things."""
SECTION_MARGIN = 0.35
"""The same for a chunk of a section that already gave one: what stands together is often needed together."""
SIBLING_MARGIN = 0.04
"""The same for a chunk that says of another thing what a chosen one says: a neighbour's value."""
COMPARED_HITS = 40
"""Hits among which what a question compares is looked for."""
SHORT = {"zh": 36, "en": 90}
"""Characters up to which a chunk is quoted whole."""
SENTENCE_MARGIN = 0.12
"""How far behind the best sentence of a chunk another may score and still be quoted."""
BEST_CHUNK_MARGIN = 0.3
"""The same for a whole sentence of a question's best chunk, whose conditions and exceptions belong to the answer; not for the pieces of a list."""
OTHER_PLACE = 0.2
"""What a sentence gains that names the place asked about, and loses that names another: the two are never within a margin of each other."""
SURE = 0.9
"""Score from which a sentence that denies answers a question whether something may be done with no."""
_ADDING = re.compile(r"\s*(?:plus|with|and|including|另|再加|加上|連同|连同|及|並|并|包括)", re.IGNORECASE)
"""What comes on top of the clause before it, and is no alternative to it."""
_LISTING = (";", "\uff1b")


@dataclass(frozen=True, slots=True)
class Pick:
    """Evidence chosen for one question of the message."""

    part: int
    evidence: Evidence
    denies: bool = False
    """The question asks whether something may be done, and this says no."""
    conflicts_with: int | None = None
    """Index of the pick that states another value for the same thing."""
    shorter: Evidence | None = None
    """The same without what is beside the question, where room is short."""


def select(found: Sequence[Found], searcher: Searcher, query: Query) -> list[Pick]:
    """At most MOST_EVIDENCE picks, the best of each question first. Every question keeps its best one."""
    picks: list[Pick] = []
    taken: set[int] = set()
    for number, one in enumerate(found):
        first = next((hit for hit in one.hits if hit.index not in taken), None)
        if first is None:
            continue
        shorter = _evidence(first, searcher, one.part)
        evidence = shorter if searcher.embedder is None else _evidence(first, searcher, one.part, BEST_CHUNK_MARGIN)
        sure = searcher.embedder is not None and first.score >= SURE
        picks.append(Pick(number, evidence, denies=sure and asks_permission(one.part) and denies(shorter.text), shorter=shorter))
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
        if len(picks) >= MOST_EVIDENCE or hit.index in taken or _out_of_time(hit, picks, searcher, query):
            continue
        if -gap > _margin(hit, picks, searcher) or _repeats(hit, picks, searcher):
            continue
        if _has_parallel(searcher.chunk(hit), picks) and searcher.is_neighbour(hit, query, found[number].part):
            continue
        picks.append(Pick(number, _evidence(hit, searcher, found[number].part)))
        taken.add(hit.index)
    return _compared(picks, found, searcher, query)


def _compared(picks: Sequence[Pick], found: Sequence[Found], searcher: Searcher, query: Query) -> list[Pick]:
    """The picks, and where a question names several products, beside what is said of one of them the same of the others.

    There what says nothing of the kind asked for makes room.
    """
    compared = [searcher.products(one.part) for one in found]
    if all(len(products) < 2 for products in compared) or any(pick.conflicts_with is not None for pick in picks):
        return list(picks)
    result: list[Pick] = []
    for pick in picks:
        products, telling = compared[pick.part], not query.wants or bool(query.wants & kind_names(pick.evidence.text))
        if len(products) > 1 and not telling:
            continue
        added = [pick, *(_of_other_products(pick, products, found[pick.part], searcher) if len(products) > 1 else ())]
        result += [one for one in added if all(one.evidence.chunk is not other.evidence.chunk for other in result)]
    return result[:MOST_EVIDENCE] or list(picks)


def _of_other_products(pick: Pick, products: frozenset[str], found: Found, searcher: Searcher) -> list[Pick]:
    """What is said of each other product in the words that most resemble the pick's, which says it of one of them."""
    own = searcher.products(pick.evidence.chunk.text)
    if own.isdisjoint(products):
        return []
    others: list[Pick] = []
    for product in sorted(products - own):
        chunks = [(hit, searcher.chunk(hit)) for hit in found.hits[:COMPARED_HITS]]
        same = [(hit, chunk) for hit, chunk in chunks if product in searcher.products(chunk.text) and parallel(chunk, pick.evidence.chunk)]
        if same:
            likest = max(same, key=lambda entry: _alike(entry[1].text, pick.evidence.chunk.text))[0]
            others.append(Pick(pick.part, _evidence(likest, searcher, found.part)))
    return others


def kind_names(text: str) -> frozenset[str]:
    """Kinds of quantity that a text states."""
    return frozenset(kind.value for kind in _kinds(text))


def conflicting(best: Hit, found: Found, searcher: Searcher, query: Query) -> Hit | None:
    """A hit of another article in force that says the same of the same thing with another value."""
    one = searcher.chunk(best)
    article = searcher.article(best)
    if not article.in_force(query.as_of):
        return None
    rivals: list[tuple[float, Hit]] = []
    for hit in found.hits[1:8]:
        other = searcher.chunk(hit)
        if other.article == one.article or best.score - hit.score > MARGIN or not searcher.article(hit).in_force(query.as_of):
            continue
        likeness = _contradiction(one, other, searcher, query)
        if likeness > (rivals[0][0] if rivals else 0.0):
            rivals = [(likeness, hit)]
    return rivals[0][1] if rivals else None


def _contradiction(one: Chunk, other: Chunk, searcher: Searcher, query: Query) -> float:
    """How alike two sentences are that state different values of one kind for the same terms; 0 where they don't contradict."""
    mine, theirs = read(one.text), read(other.text)
    kinds = {(q.kind, q.unit) for q in mine} & {(q.kind, q.unit) for q in theirs}
    kinds = {(kind, unit) for kind, unit in kinds if not query.wants or kind.value in query.wants}
    differs = any(
        {(q.low, q.high) for q in mine if (q.kind, q.unit) == key}.isdisjoint({(q.low, q.high) for q in theirs if (q.kind, q.unit) == key})
        for key in kinds
    )  # fmt: skip
    if not differs:
        return 0.0
    named, other_named = searcher.terms.find(one.text), searcher.terms.find(other.text)
    if not query.about_disagreement and not (named and named == other_named):
        return 0.0
    likeness = _same_matter(one.text, other.text, searcher)
    return likeness if likeness >= (DISPUTED if query.about_disagreement else SAME_MATTER) else 0.0


def _same_matter(first: str, second: str, searcher: Searcher) -> float:
    """How alike two sentences are without their quantities: cosine, or the words' Dice coefficient without an embedder."""
    if searcher.remembered is None:
        return _alike(first, second)
    a, b = searcher.remembered.encode_passages([_without_quantities(first), _without_quantities(second)])
    return float(a @ b)


def _without_quantities(text: str) -> str:
    for quantity in reversed(read(text)):
        text = text[: quantity.span[0]] + " " + text[quantity.span[1] :]
    return text


def _alike(first: str, second: str) -> float:
    """Dice coefficient of the two texts' words without their numbers."""
    a, b = _words(first), _words(second)
    return 2 * len(a & b) / max(1, len(a) + len(b))


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    return frozenset(token for token in tokenise(text) if not token[0].isdigit())


def _margin(hit: Hit, picks: Sequence[Pick], searcher: Searcher) -> float:
    chunk = searcher.chunk(hit)
    if _has_parallel(chunk, picks):
        return SIBLING_MARGIN
    together = any((chunk.article, chunk.section) == (pick.evidence.chunk.article, pick.evidence.chunk.section) for pick in picks)
    return SECTION_MARGIN if together else MARGIN


def _out_of_time(hit: Hit, picks: Sequence[Pick], searcher: Searcher, query: Query) -> bool:
    """Whether the chunk's article is over or still to come, and neither the question nor what was chosen first is about that."""
    article = searcher.article(hit)
    asked = query.about_past or query.about_ended or query.about_future
    return not (asked or article.in_force(query.as_of) or any(pick.evidence.chunk.article == article.id for pick in picks))


def _has_parallel(chunk: Chunk, picks: Sequence[Pick]) -> bool:
    return any(parallel(chunk, pick.evidence.chunk) for pick in picks)


def parallel(chunk: Chunk, other: Chunk) -> bool:
    """Whether two chunks say the same of different things: rows of one table, or sentences that differ in little more than a name."""
    if chunk.kind == other.kind == "row" and (chunk.article, chunk.table) == (other.article, other.table):
        return True
    values, others = _values(chunk.text), _values(other.text)
    kinds, other_kinds = ({kind for kind, *_ in apart} for apart in (values - others, others - values))
    return (kinds == other_kinds or bool(kinds & other_kinds)) and _alike(chunk.text, other.text) >= 0.5


@lru_cache(maxsize=16_384)
def _values(text: str) -> frozenset[tuple[Kind, float, float, str]]:
    return frozenset(quantity.value for quantity in read(text))


@lru_cache(maxsize=16_384)
def _kinds(text: str) -> frozenset[Kind]:
    return frozenset(quantity.kind for quantity in read(text))


def _repeats(hit: Hit, picks: Sequence[Pick], searcher: Searcher) -> bool:
    """Whether an earlier pick already says this: the same values in much the same words."""
    text = searcher.chunk(hit).text
    values = {quantity.value for quantity in read(text)}
    return any(
        values <= {quantity.value for quantity in read(pick.evidence.text)} and _alike(text, pick.evidence.text) > 0.5 for pick in picks
    )  # fmt: skip


def _evidence(hit: Hit, searcher: Searcher, part: str, margin: float = SENTENCE_MARGIN) -> Evidence:
    """The chunk, narrowed to its sentences that answer, and a sentence that lists values to those that answer."""
    chunk = searcher.chunk(hit)
    whole = Evidence(chunk, hit.score, chunk.quote, chunk.text, chunk.lines)
    if chunk.kind == "row" or len(chunk.text) <= SHORT["zh" if re.search(f"[{HAN}]", chunk.text) else "en"]:
        return whole
    texts = [chunk.text[start:end] for start, end in sentences(chunk.text)]
    kept = _narrowed(texts, part, searcher, margin)
    if len(kept) == 1:
        clauses = [clause for clause in re.split(r"(?<=[,\uff0c、])(?!\d{3})\s*", kept[0]) if clause.strip()]
        if _lists_values(clauses):
            kept = _narrowed(clauses, part, searcher, CLAUSE_MARGIN)
            kept[-1] = kept[-1].rstrip(",\uff0c、 ")
    gap = "" if re.search(f"[{HAN}]", chunk.text) else " "
    text = gap.join(kept)
    if len(text) >= len(chunk.text) - 2:
        return whole
    label = re.match(r"[^:\uff1a。.;\uff1b,\uff0c]{1,14}[:\uff1a]", texts[0])
    if label and not text.startswith(label[0]) and not re.search(r"\d", label[0]):
        text = label[0] + text
    return replace(whole, text=text)


def _narrowed(texts: Sequence[str], part: str, searcher: Searcher, margin: float) -> list[str]:
    """The texts that score within the margin of the best one, in their order; pieces of a list within that of a sentence at most."""
    if len(texts) < 2:
        return list(texts)
    scores = _sentence_scores(texts, part, searcher)
    listed = [piece.rstrip().endswith(_LISTING) or (at > 0 and texts[at - 1].rstrip().endswith(_LISTING)) for at, piece in enumerate(texts)]
    margins = [min(margin, SENTENCE_MARGIN) if in_list else margin for in_list in listed]
    return [text for text, score, most in zip(texts, scores, margins, strict=True) if score >= max(scores) - most]


def _lists_values(clauses: Sequence[str]) -> bool:
    """Whether the clauses give values of one kind for different things: each names something and states a value of the kind."""
    stating = [clause for clause in clauses if read(clause) and re.match(rf"\s*[{HAN}A-Za-z]", clause)]
    if any(_ADDING.match(clause) for clause in stating) or len(stating) < 2 or len(stating) < len(clauses) - 1:
        return False
    kinds = [{(quantity.kind, quantity.unit) for quantity in read(clause)} for clause in stating]
    return bool(set.intersection(*kinds))


def _sentence_scores(texts: Sequence[str], part: str, searcher: Searcher) -> list[float]:
    """How well each sentence answers: shared words, and with an embedder its cosine; a sentence about another place falls behind."""
    asked = set(tokenise(part))
    places = place_lexicon().find(part)
    scores = [0.3 * len(asked & set(tokenise(text))) / max(1, len(asked)) for text in texts]
    for i, text in enumerate(texts):
        near = place_lexicon().find(text)
        scores[i] += (OTHER_PLACE if same_ground(places, near) else -OTHER_PLACE) if near and places else 0.0
    if searcher.remembered is None:
        return scores
    cosines = searcher.remembered.encode_passages(texts) @ searcher.remembered.encode_queries([part])[0]
    return [score + float(cosine) for score, cosine in zip(scores, cosines, strict=True)]


def row_sentence(chunk: Chunk, lang: ReplyLanguage) -> str:
    """A table row as a sentence: its label, then each column with its cell."""
    label, rest = chunk.cells[0][1], [(header, cell) for header, cell in chunk.cells[1:] if cell]
    if not rest:
        return label
    if lang == "en":
        return f"{label}: " + ", ".join(f"{header} {cell}".strip() for header, cell in rest)
    return f"{label}:" + "、".join(f"{header} {cell}".strip() for header, cell in rest)


__all__ = ["MOST_EVIDENCE", "Pick", "conflicting", "kind_names", "parallel", "row_sentence", "select"]

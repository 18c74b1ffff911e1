"""One short question for the customer, where the answer depends on a place or product that they did not name."""

from __future__ import annotations

from collections.abc import Sequence

from kb.lexicon import place_lexicon
from kb.models import Hit, Query
from kb.quantities import Kind, read
from retriever.evidence import parallel
from retriever.phrases import phrase
from retriever.search import Found, Searcher

CLOSE = 0.15
"""How far behind the best hit of its question another may score and still be as likely meant."""
MOST_NAMES = 4


def question_back(found: Sequence[Found], searcher: Searcher, query: Query) -> str | None:
    """The question, in the reply's language; None where the best answers agree or the message names what tells them apart."""
    for one in found:
        close = [hit for hit in one.hits[:8] if hit.score >= one.hits[0].score - CLOSE]
        rivals = [hit for hit in close if _states_another_value(hit, close[0], searcher)]
        if not rivals:
            continue
        if not query.places and _apart([_places(hit, searcher) for hit in (close[0], *rivals)]):
            return phrase("ask-place", query.reply_lang)
        alike = [hit for hit in rivals if parallel(searcher.chunk(hit), searcher.chunk(close[0]))]
        named = [searcher.terms.find(searcher.chunk(hit).text) for hit in (close[0], *alike)]
        if not query.terms and _apart(named):
            names = _names([term for terms in named for term in sorted(terms)], searcher, query)
            if len(names) >= 2:
                return phrase("ask-product", query.reply_lang, names=_joined(names, query))
    return None


def _states_another_value(hit: Hit, best: Hit, searcher: Searcher) -> bool:
    """Whether two chunks state different values of the same kind; two currencies are one kind, two units of time are not."""
    mine, theirs = _values(searcher.chunk(best).text), _values(searcher.chunk(hit).text)
    return any(mine[key].isdisjoint(theirs[key]) for key in mine.keys() & theirs.keys())


def _values(text: str) -> dict[tuple[Kind, str], set[tuple[float, float]]]:
    values: dict[tuple[Kind, str], set[tuple[float, float]]] = {}
    for one in read(text):
        key = (one.kind, "" if one.kind is Kind.MONEY else one.unit)
        values.setdefault(key, set()).add((one.low, one.high))
    return values


def _places(hit: Hit, searcher: Searcher) -> frozenset[str]:
    chunk = searcher.chunk(hit)
    return place_lexicon().find(chunk.text) or place_lexicon().find(searcher.article(hit).title)


def _apart(sets: Sequence[frozenset[str]]) -> bool:
    """Whether the best one names something and another names something else only."""
    return bool(sets) and bool(sets[0]) and any(other and not other & sets[0] for other in sets[1:])


def _names(ids: Sequence[str], searcher: Searcher, query: Query) -> list[str]:
    """What the terms are called in the reply's language, each once."""
    glossary = {term.id: term for term in searcher.snapshot.companions.glossary}
    names = [glossary[identifier].names.get(query.reply_lang, []) for identifier in dict.fromkeys(ids) if identifier in glossary]
    return [spellings[0] for spellings in names if spellings][:MOST_NAMES]


def _joined(names: Sequence[str], query: Query) -> str:
    return ", ".join(names) if query.reply_lang == "en" else "、".join(names)


__all__ = ["question_back"]

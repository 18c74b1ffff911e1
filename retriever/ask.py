"""One short question for the customer, where the answer depends on a place, a product, a state or a day that they did not name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.lexicon import place_lexicon
from kb.models import Hit, Query
from kb.quantities import Kind, read
from kb.text import normalise
from retriever.evidence import parallel
from retriever.phrases import phrase
from retriever.search import Found, Searcher

CLOSE = 0.15
"""How far behind the best hit of its question another may score and still be as likely meant."""
MOST_NAMES = 4
_UNOPENED = re.compile(r"未(?:开|拆)|没(?:开|有?拆)|冇(?:开|拆)|密封|原封|封条完整|\b(?:unopened|sealed|unused)\b|\b(?:before|not) open")
_OPENED = re.compile(r"(?:已|后|即)?(?:开|拆)(?:封|罐|瓶|盖|盒|咗|了|箱)|打开|用过|\b(?:opened|after opening|open(?:ed)? (?:jar|bottle|pack))")
_BOUGHT_BEFORE = re.compile(r"前(?:购买|买入|买的|下[单订]|落单|付款)|\b(?:order\w*|bought|paid|purchas\w+) (?:before|until|up to|by)\b")
_BOUGHT_AFTER = re.compile(
    r"(?:后|起|\d)\s?(?:购买|买入|买的|下[单订]|落单|付款)|\b(?:order\w*|bought|paid|purchas\w+) (?:after|from|since|between|on)\b"
)
_DEADLINE = re.compile(r"须|请|最[迟晚]|截|\b(?:must|cut-?off|deadline|latest)\b")
_SAYS_WHEN = re.compile(
    r"今[日天早晚朝]|[昨寻][日天晚]|前[日天晚]|上(?:个|一)?(?:周|星期|礼拜|月|季)|[去旧上今]年|刚[刚才]?|啱啱|\b(?:today|yesterday|last (?:week|month|year)|this (?:morning|week|month)|just (?:bought|ordered|paid))\b"
)


def question_back(found: Sequence[Found], searcher: Searcher, query: Query) -> str | None:
    """The question, in the reply's language; None where the best answers agree or the message names what tells them apart."""
    for one in found:
        close = [hit for hit in one.hits[:8] if hit.score >= one.hits[0].score - CLOSE]
        if _opened_or_not(close, searcher, query):
            return phrase("ask-opened", query.reply_lang)
        rivals = [hit for hit in close if _states_another_value(hit, close[0], searcher)]
        if not rivals:
            continue
        if _bought_when([searcher.chunk(hit).text for hit in (close[0], *rivals)], query):
            return phrase("ask-bought", query.reply_lang)
        if not query.places and _apart([_places(hit, searcher) for hit in (close[0], *rivals)]):
            return phrase("ask-place", query.reply_lang)
        alike = [hit for hit in rivals if parallel(searcher.chunk(hit), searcher.chunk(close[0]))]
        named = [searcher.terms.find(searcher.chunk(hit).text) for hit in (close[0], *alike)]
        if not query.terms and _apart(named):
            names = _names([term for terms in named for term in sorted(terms)], searcher, query)
            if len(names) >= 2:
                return phrase("ask-product", query.reply_lang, names=_joined(names, query))
    return None


def _opened_or_not(close: Sequence[Hit], searcher: Searcher, query: Query) -> bool:
    """Whether the best hit holds for what is opened and another one of its kind of value for what is not, and the message says neither."""
    if not close or _state(f"{query.context} {query.text}"):
        return False
    texts = [searcher.chunk(hit).text for hit in close]
    kinds = {one.kind for one in read(texts[0])}
    return _apart([_state(text) for text in texts if kinds & {one.kind for one in read(text)}])


def _bought_when(texts: Sequence[str], query: Query) -> bool:
    """Whether texts that state different values hold for what was bought on different days, and the message does not say when."""
    said = f"{query.context} {query.text}"
    if _SAYS_WHEN.search(normalise(said)) or _days(said):
        return False
    return _apart([_period(text) for text in texts]) or (not _period(texts[0]) and any(map(_period, texts[1:])))


def _period(text: str) -> frozenset[str]:
    """The days, and the side of them, of a purchase that a text holds for; empty where it holds for any, or says until when one may buy."""
    folded = normalise(text)
    sides = [name for name, pattern in (("before", _BOUGHT_BEFORE), ("after", _BOUGHT_AFTER)) if pattern.search(folded)]
    days = _days(text)
    return frozenset(f"{side} {day}" for side in sides for day in days) if days and not _DEADLINE.search(folded) else frozenset()


def _days(text: str) -> frozenset[tuple[float, float]]:
    """The dates in a text."""
    return frozenset((one.low, one.high) for one in read(text) if one.kind is Kind.DATE)


def _state(text: str) -> frozenset[str]:
    """Whether a text speaks of what is still closed or of what has been opened; of both, where it does."""
    folded = normalise(text)
    unopened = _UNOPENED.search(folded)
    opened = _OPENED.search(_UNOPENED.sub(" ", folded))
    return frozenset(name for name, said in (("unopened", unopened), ("opened", opened)) if said)


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

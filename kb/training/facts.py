"""Whether replies state a fact: its quantities by value, in whatever words; a statement word for word, or by meaning with the same yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.characters import level, lowered
from kb.evaluation import stands_in
from kb.models import Chunk
from kb.quantities import Kind, Quantity, read, supported
from kb.text import sentences
from kb.training.bounds import turned_round
from kb.training.derived import follows
from kb.training.drill import Fact
from kb.training.meaning import coverage
from kb.training.spoken import loosely, measured, spoken
from kb.training.synonyms import in_other_words, said_freely

_CLAUSE = re.compile(r"[,，、;；。!！?？()（）\n]|——")
_POLITE = re.compile(
    r"不好意思|唔好意思|不便|不少|不同|不過|不过|不但|不僅|不仅|不論|不论|不用擔心|不用担心|唔使擔心|非常|無論|无论|是不是|可不可以|能不能|有沒有|有没有|係咪|可唔可以|得唔得|有冇|分別|分别|特別|特别|別的|别的"
    r"|not only|no matter|no problem|no worries|don't worry|do not worry|don't hesitate|not hesitate"
)
_NEGATION = re.compile(
    r"[不沒没未無无非唔冇莫]|別(?!人)|别(?!人)|\bnot\b|n't\b|n’t\b|\bno\b|\bnever\b|\bwithout\b|\bcannot\b|\bunable\b|\bneither\b|\bnor\b|\bnon-|\bun(?=opened|used|sealed|able)"
)

_SECONDS = {"second": 1.0, "day": 86_400.0}
"""Units of time that are told apart in articles and not in speech. Working days and months are no number of days."""
_SAME_NO = 1.05
"""Likeness of a clause to the article's sentence, both ways, and its coverage of the fact's words, together, from which it denies the same."""
_SAME_WORDING = 0.4
"""That coverage, at least."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Where a fact stands."""

    said: str
    """The sentence of the replies that states it; '' where none does."""
    quote: str
    """The article's sentence; '' where none of them says it."""
    where: str
    """Article and line of the quote."""


def look_for(fact: Fact, replies: Sequence[str], chunks: Sequence[Chunk], near: float, own: Sequence[Quantity] = ()) -> Stated:
    """A fact in the replies and in the articles.

    near: coverage from which a statement in other words counts. own: the customer's numbers; what a rate makes of them states the rate.
    """
    chunk = best_chunk(fact, chunks)
    stated = (found for reply in replies for wording in in_other_words(fact) if (found := said_as(wording, reply, near, own)))
    said = next((found for found in stated if chunk is None or not turned_round(measured(fact[0]), found, chunk.quote)), "")
    if not said:
        said = next((reply[start:end] for reply in replies for start, end in sentences(reply) if said_freely(fact, reply[start:end])), "")
    if not said and chunk is not None:
        said = next((found for reply in replies for wording in fact if (found := _denied_as(wording, chunk.quote, reply))), "")
    return Stated(said, chunk.quote, f"{chunk.article}:{chunk.lines[0]}") if chunk else Stated(said, "", "")


def said_as(wording: str, reply: str, near: float, own: Sequence[Quantity] = ()) -> str:
    """The sentence of the reply that says what the wording does; '' where none does."""
    said = [reply[start:end] for start, end in sentences(reply)]
    for sentence in said:
        if any(stands_in(one, sentence) for one in _numbered(wording)):
            return sentence
    wanted = measured(wording)
    if wanted:
        return _with_quantities(wanted, reply, own)
    return next((sentence for sentence in said if any(_means(clause, wording, near) for clause in clauses(sentence))), "")


def _numbered(wording: str) -> tuple[str, ...]:
    """An English wording in the singular and the plural."""
    return (wording, f"{wording}s", f"{wording}es") if wording[-1:].isascii() and wording[-1:].isalpha() else (wording,)


def said_in(wanted: Quantity, said: Iterable[Quantity]) -> bool:
    """Whether one of them is the same value: also 48 小時 for 兩日."""
    return any(supported(wanted, [one]) or _same_time(wanted, one) for one in said)


def _same_time(one: Quantity, other: Quantity) -> bool:
    return one.kind is other.kind is Kind.DURATION and one.unit != other.unit and _seconds(one) == _seconds(other) is not None


def _seconds(one: Quantity) -> tuple[float, float] | None:
    scale = _SECONDS.get(one.unit)
    return (one.low * scale, one.high * scale) if scale is not None else None


def _with_quantities(wanted: Sequence[Quantity], reply: str, own: Sequence[Quantity]) -> str:
    """The sentence that states them; else, where the reply as a whole does, the one with the first."""
    everything = sorted((*spoken(reply), *loosely(reply)), key=lambda one: one.span)
    parts = [(reply[start:end], [one for one in everything if start <= one.span[0] < end]) for start, end in sentences(reply)]
    for sentence, said in parts:
        if all(_told(one, said, own) for one in wanted):
            return sentence
    if all(_told(one, everything, own) for one in wanted):
        return next(sentence for sentence, said in parts if _told(wanted[0], said, own))
    return ""


def _told(wanted: Quantity, said: Sequence[Quantity], own: Sequence[Quantity]) -> bool:
    """Whether the value is said, or what it makes of the customer's own number: 110% of 15 g as 16.5 g."""
    return said_in(wanted, said) or (
        wanted.kind in (Kind.PERCENT, Kind.MONEY) and any(follows(one, own, [wanted]) and not supported(one, own) for one in said)
    )


def _denied_as(wording: str, quote: str, reply: str) -> str:
    """The sentence of the reply that denies what the article's sentence denies, where the fact is a no: 退不了 for 不適用."""
    if not denies(wording) or measured(wording):
        return ""
    for start, end in sentences(reply):
        for part in (reply[start:end], *clauses(reply[start:end])):
            if denies(part) and _likeness(part, quote) + coverage(wording, part) >= _SAME_NO and coverage(wording, part) >= _SAME_WORDING:
                return reply[start:end]
    return ""


def _likeness(one: str, other: str) -> float:
    return (coverage(one, other) + coverage(other, one)) / 2


def clauses(sentence: str) -> list[str]:
    return [part.strip() for part in _CLAUSE.split(sentence) if part.strip()]


def _means(clause: str, wording: str, near: float) -> bool:
    return denies(clause) == denies(wording) and coverage(wording, clause) >= near


def denies(text: str) -> bool:
    """Whether the text says no: an odd number of negations."""
    plain = _POLITE.sub(" ", lowered(level(text)))
    return len(_NEGATION.findall(plain)) % 2 == 1


def best_chunk(fact: Iterable[str], chunks: Sequence[Chunk]) -> Chunk | None:
    """The passage that states the fact: with one of its wordings, with its quantities, or nearest in meaning."""
    fact = tuple(fact)
    for wording in fact:
        found = next((chunk for chunk in chunks if stands_in(wording, chunk.quote) or stands_in(wording, chunk.text)), None)
        if found is not None:
            return found
    for wording in fact:
        wanted = measured(wording)
        found = next((chunk for chunk in chunks if wanted and all(supported(one, read(chunk.quote)) for one in wanted)), None)
        if found is not None:
            return found
    ranked = sorted(((max(coverage(wording, chunk.text) for wording in fact), -at) for at, chunk in enumerate(chunks)), reverse=True)
    return chunks[-ranked[0][1]] if ranked and ranked[0][0] > 0.5 else None


__all__ = ["Stated", "best_chunk", "clauses", "denies", "look_for", "said_as", "said_in"]

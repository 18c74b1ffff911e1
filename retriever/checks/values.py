"""Numbers and citations of a sentence: what no source states, and what another row states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.models import Doubt, ReplyLanguage, Source
from kb.quantities import Kind, Quantity, counted, read, supported
from kb.text import normalise, script
from kb.worded import in_language
from retriever.check_phrases import message
from retriever.checks.reply import Statement, parts_of, quantities_of
from retriever.checks.rows import Row
from retriever.checks.rules import CheckRules

UNSUPPORTED = frozenset({"unsupported", "uncited", "other-row"})
"""Codes of doubts about a number that the sources cited do not state for what the sentence says."""
_NAMED = 3
"""Articles that a message names."""
_LISTED = 40
"""Characters of a row that a message quotes."""


def unknown_sources(statement: Statement, sources: Sequence[Source], lang: ReplyLanguage) -> list[Doubt]:
    """Citations that point at nothing; mended by the only source where there is but one."""
    known = {source.n for source in sources}
    fix = f"[{sources[0].n}]" if len(sources) == 1 else ""
    return [Doubt("unknown-source", span, message("unknown-source", lang, n=n), fix) for n, span in statement.numbers if n not in known]


def wrong_values(
    statement: Statement, sources: Sequence[Source], known: Sequence[Quantity], rules: CheckRules | None, lang: ReplyLanguage
) -> list[Doubt]:
    """Quantities of the sentence that its sources do not state, or state of something else."""
    stated = statement.cited or tuple(sources)
    texts = [part for source in stated for part in parts_of(source)]
    evidence = [quantity for text in texts for quantity in read(text)]
    beside: list[Row] | None = None
    doubts = []
    for quantity in statement.quantities:
        if _trivial(quantity, statement.text, evidence):
            continue
        if supported(quantity, evidence) or (rules is not None and rules.festivals.supports(quantity, texts, evidence)):
            if rules is not None and statement.cited:
                beside = rules.rows.named_beside(statement) if beside is None else beside
                doubts += _of_another_row(quantity, statement, beside, lang)
        elif not supported(quantity, known):
            doubts.append(_unsupported(quantity, statement, stated, sources, rules, lang))
    if rules is not None and statement.cited:
        doubts += [
            Doubt(
                "unsupported",
                statement.span(*day.span),
                message("festival", lang, name=_part(statement, day.span), day=day.written, sources=_names(stated)),
                "",
            )
            for day in rules.festivals.contradicted(statement.text, texts, evidence)
        ]
    return doubts


def _unsupported(
    quantity: Quantity, statement: Statement, stated: Sequence[Source], sources: Sequence[Source], rules: CheckRules | None, lang: ReplyLanguage
) -> Doubt:  # fmt: skip
    value, span = _part(statement, quantity.span), statement.span(*quantity.span)
    if not stated:
        return Doubt("uncited", span, message("uncited", lang, value=value), "")
    nearest = nearest_value(quantity, statement.text, [part for source in stated for part in parts_of(source)])
    said = message("source-says", lang, stated=nearest) if nearest else ""
    fix = _fitting(nearest, statement, lang)
    elsewhere = _elsewhere(quantity, statement, sources, rules)
    if elsewhere is None:
        return Doubt("unsupported", span, message("unsupported", lang, value=value, sources=_names(stated)) + said, fix)
    return Doubt("other-row", span, message("elsewhere", lang, value=value, sources=_names(stated), row=elsewhere) + said, fix)


def _elsewhere(quantity: Quantity, statement: Statement, sources: Sequence[Source], rules: CheckRules | None) -> str | None:
    """Which other source or row states the value, in a few words; None where none does."""
    if not statement.cited:
        return None
    for source in sources:
        if source not in statement.cited and supported(quantity, quantities_of(source)):
            return f"[{source.n}] {_short(source.quote)}"
    return rules.rows.stating(quantity, statement) if rules is not None else None


def _of_another_row(quantity: Quantity, statement: Statement, beside: Sequence[Row], lang: ReplyLanguage) -> list[Doubt]:
    """A value that the cited row states, in a sentence that names another row, which states another one."""
    for row in beside:
        others = [one for one in read(row.text) if one.kind is quantity.kind]
        if others and not supported(quantity, others):
            value, own = _part(statement, quantity.span), statement.cited[0]
            text = message("other-row", lang, value=value, n=own.n, own=_short(own.quote), named=row.named, row=_short(row.text))
            fix = _fitting(nearest_value(quantity, statement.text, [row.text]), statement, lang)
            return [Doubt("other-row", statement.span(*quantity.span), text, fix)]
    return []


def _trivial(quantity: Quantity, text: str, evidence: Iterable[Quantity]) -> bool:
    """A 'one' in words is as often a pronoun or an article as a number, unless its source counts the same."""
    if not quantity.low == quantity.high == 1 or quantity.kind not in (Kind.COUNT, Kind.NUMBER):
        return False
    if any(c.isdigit() for c in text[slice(*quantity.span)]):
        return False
    if quantity.kind is Kind.NUMBER or not quantity.unit:
        return True
    return not any(one.kind is Kind.COUNT and one.unit == quantity.unit for one in evidence)


def nearest_value(quantity: Quantity, sentence: str, texts: Iterable[str]) -> str:
    """What the texts say of the same kind, as it is written there, in the words most like the sentence's; '' where they say nothing of the kind."""
    around = _pairs(sentence, quantity.span)
    best, score = "", -1.0
    for text in texts:
        for one in read(text):
            if one.kind is quantity.kind and (one.kind is not Kind.COUNT or counted(one) == counted(quantity)):
                likeness = len(around & _pairs(text, one.span)) + (0.5 if one.unit == quantity.unit else 0)
                if likeness > score:
                    best, score = text[slice(*one.span)].strip(), likeness
    return best


def _pairs(text: str, span: tuple[int, int]) -> set[str]:
    """Pairs of characters within a dozen of the span, on both sides."""
    before, after = normalise(text[max(0, span[0] - 12) : span[0]]), normalise(text[span[1] : span[1] + 12])
    return {piece[at : at + 2] for piece in (before, after) for at in range(len(piece) - 1)}


def _fitting(value: str, statement: Statement, lang: ReplyLanguage) -> str:
    """The value in the language of the sentence that it is put into; '' where that cannot be said with certainty."""
    written = script(statement.text) or lang
    return in_language(value, written) if value else ""


def _part(statement: Statement, span: tuple[int, int]) -> str:
    return statement.text[slice(*span)].strip()


def _names(sources: Sequence[Source]) -> str:
    """The first few articles, each once, with the number that cites it."""
    by_title: dict[str, int] = {}
    for source in sources:
        by_title.setdefault(source.title, source.n)
    names = [f"[{n}] {title}" for title, n in by_title.items()]
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LISTED else text[:_LISTED] + "…"


__all__ = ["UNSUPPORTED", "nearest_value", "unknown_sources", "wrong_values"]

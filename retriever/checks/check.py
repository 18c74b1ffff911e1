"""The checks in their order: citations and numbers sentence by sentence, then wording, disclosure and promises, disclaimers last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.models import Doubt, ReplyLanguage, Source
from kb.quantities import read
from kb.text import normalise
from retriever.check_phrases import message
from retriever.checks.personal import personal_data
from retriever.checks.promises import promises
from retriever.checks.reply import places_of, statements
from retriever.checks.rules import CheckRules
from retriever.checks.values import unknown_sources, wrong_values


def check(
    text: str, sources: Sequence[Source], required: Mapping[str, str], known: str = "", rules: CheckRules | None = None, lang: ReplyLanguage = "zh-Hant",
) -> tuple[Doubt, ...]:  # fmt: skip
    """Problems of a reply, in text order; missing disclaimers last.

    sources: what [n] points at. required: disclaimer id → text that must stand in the reply. known: what the customer wrote; its own
    numbers and data may be repeated. rules: the shop's; without them only citations, numbers, disclaimers and promises are checked.
    lang: of the messages. A sentence with citations is held to the sources cited, one without to all of them.
    """
    ignored = places_of(text, required.values())
    said, own = statements(text, sources, ignored), read(known)
    doubts: list[Doubt] = []
    for statement in said:
        doubts += unknown_sources(statement, sources, lang)
        doubts += (doubt for doubt in wrong_values(statement, sources, own, rules, lang) if not _within(doubt.span, ignored))
        doubts += promises(statement, sources, lang)
    if rules is not None:
        doubts += rules.wordings.check(said, sources, lang)
        doubts += rules.internal.check(said, sources, lang)
        doubts += (doubt for doubt in personal_data(said, sources, known, rules.order_numbers, lang) if not _within(doubt.span, ignored))
    doubts.sort(key=lambda doubt: doubt.span)
    return (*doubts, *_missing(text, required, lang))


def _missing(text: str, required: Mapping[str, str], lang: ReplyLanguage) -> list[Doubt]:
    """The required texts that the reply lacks; each one's fix is the text to append."""
    folded = normalise(text)
    end = (len(text), len(text))
    return [
        Doubt("missing-disclaimer", end, message("missing-disclaimer", lang, id=identifier), wording)
        for identifier, wording in required.items()
        if normalise(wording) not in folded
    ]


def _within(span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


__all__ = ["check"]

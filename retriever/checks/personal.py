"""Personal data in a reply that neither the customer wrote nor a source states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kb.characters import level, lowered
from kb.models import Doubt, ReplyLanguage, Source
from kb.privacy import Personal, PersonalKind, find_personal
from retriever.check_phrases import KINDS, message
from retriever.checks.reply import Statement, stated_by

_GREETED = 24
"""Characters at the beginning of a reply in which the customer may be called by name."""


def personal_data(
    statements: Sequence[Statement], sources: Sequence[Source], known: str, order_numbers: tuple[str, ...], lang: ReplyLanguage
) -> list[Doubt]:  # fmt: skip
    """What the reply discloses of a person."""
    given: str | None = None
    doubts = []
    for statement in statements:
        for one in _found(statement.text, order_numbers):
            span = statement.span(*one.span)
            if one.kind is PersonalKind.NAME and span[0] < _GREETED:
                continue
            given = _bare(" ".join([known, *map(stated_by, sources)])) if given is None else given
            if _bare(statement.text[slice(*one.span)]) not in given:
                doubts.append(Doubt("personal", span, message("personal", lang, kind=KINDS[one.kind.value][lang]), ""))
    return doubts


@lru_cache(maxsize=4096)
def _found(text: str, order_numbers: tuple[str, ...]) -> tuple[Personal, ...]:
    return find_personal(text, order_numbers)


def _bare(text: str) -> str:
    """Letters and digits alone, in one script and case."""
    return re.sub(r"[\W_]+", "", lowered(level(text)))


__all__ = ["personal_data"]

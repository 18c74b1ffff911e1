"""Why an approved reply words no text of its section, so that no draft uses it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.problems import problem
from kb.models import ApprovedReply, Article, Block, Problem, Section
from kb.quantities import Kind, Quantity, read, supported


def stated_in(block: Block, section: Section, article: Article) -> tuple[Quantity, ...]:
    """The quantities that a text states, with those of the headings above it."""
    return read("; ".join((block.text, *section.path, article.title)))


def unused(article: Article, section: Section, texts: Sequence[Block], reply: ApprovedReply) -> Problem:
    """The reason, from the plainest: no text, a quantity that stands nowhere, in another section, in several texts; else another reply was first.

    texts: of the section, as they are indexed.
    """

    def warn(code: str, /, **params: str | int) -> Problem:
        return problem(code, article.file, reply.line, "warning", **params)

    needed, own = read(reply.text), [(text.lines[0], stated_in(text, section, article)) for text in texts]
    if not own:
        return warn("reply-no-text")
    if missing := _without(needed, own):
        quantities = named(reply.text, missing)
        elsewhere = [(block.lines[0], stated_in(block, other, article)) for other in article.sections for block in other.blocks]
        if _without(missing, elsewhere):
            return warn("reply-quantity", quantities=quantities)
        return warn("reply-elsewhere", quantities=quantities, lines=_joined(_lines_that_state(missing, elsewhere)))
    lines = _lines_that_state(needed, own)
    if len(lines) > 1:
        return warn("reply-apart", quantities=named(reply.text, needed), lines=_joined(lines))
    return warn("reply-taken")


_Stated = tuple[int, tuple[Quantity, ...]]
"""A text's first line in the file, and what it states."""


def _without(needed: Iterable[Quantity], texts: Sequence[_Stated]) -> list[Quantity]:
    """Those that none of the texts states."""
    return [quantity for quantity in needed if not any(supported(quantity, stated) for _, stated in texts)]


def _lines_that_state(needed: Iterable[Quantity], texts: Sequence[_Stated]) -> list[int]:
    """The lines of a few texts that state them all together, one for each text: always of the one that states most of what is left."""
    left, lines = list(needed), []
    while left:
        line, stated = max(texts, key=lambda text: sum(supported(quantity, text[1]) for quantity in left))
        lines.append(line)
        left = [quantity for quantity in left if not supported(quantity, stated)]
    return lines


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in sorted(set(numbers)))


def named(text: str, quantities: Iterable[Quantity]) -> str:
    """Quantities as they stand in their text, each once; a number within a code or a compound with the whole of it."""
    return ", ".join(dict.fromkeys(_word(text, quantity) for quantity in quantities))


def _word(text: str, quantity: Quantity) -> str:
    start, end = quantity.span
    if quantity.kind is Kind.NUMBER:
        before, after = re.search(r"(?:[A-Za-z0-9]-?)*$", text[:start]), re.match(r"(?:-?[A-Za-z0-9])*", text[end:])
        start, end = before.start() if before else start, end + (after.end() if after else 0)
    return text[start:end].strip()


__all__ = ["named", "stated_in", "unused"]

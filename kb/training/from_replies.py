"""A real question whose reply was rated right as a drill: its facts are those of the reply that its sources state. All of it masked, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kb.models import Article
from kb.quantities import Kind, Quantity, read, supported
from kb.store import Ask
from kb.training.drill import LANGUAGES, Drill, Fact
from kb.training.from_questions import short

MOST_FACTS = 5
LONGEST_STATEMENT = 90
"""Characters of a sentence that is a fact as a whole."""


def drill_of_reply(ask: Ask, reply: str, articles: Mapping[str, Article]) -> Drill | None:
    """None where the answer cites nothing that still stands, or states nothing that can be looked for.

    reply: the text that went out, masked. articles: those published now, by id.
    """
    sources = [source for source in ask.answer.get("sources") or [] if isinstance(source, dict)]
    cited = list(dict.fromkeys(str(source.get("article", "")) for source in sources))
    language = next((one for one in LANGUAGES if one == ask.answer.get("lang")), None)
    if ask.answer.get("abstain") or not sources or language is None or not all(_still_stands(source, articles) for source in sources):
        return None
    disclaimers = [one for one in ask.answer.get("disclaimers") or [] if isinstance(one, dict)]
    for one in disclaimers:
        reply = reply.replace(str(one.get("text", "")), " ")
    facts = _facts(reply, ask.question, [str(source.get("quote", "")) for source in sources])
    if not facts:
        return None
    return Drill(
        id=f"reply/{ask.id}", title=short(ask.question), origin="reply", language=language, turns=(ask.question,), channel=ask.channel,
        category=articles[cited[0]].category, articles=tuple(cited), must_mention=facts, disclaimers=tuple(str(one.get("id", "")) for one in disclaimers),
        history=ask.history,
    )  # fmt: skip


def _still_stands(source: Mapping[str, Any], articles: Mapping[str, Article]) -> bool:
    article = articles.get(str(source.get("article", "")))
    return article is not None and article.version == source.get("version") and article.audience == "public"


def _facts(reply: str, question: str, quotes: Sequence[str]) -> tuple[Fact, ...]:
    """The quantities that the reply states from a source and the customer did not; without any, the sentences cited."""
    asked, found = read(question), {}
    for quantity in read(reply):
        if quantity.kind is Kind.NUMBER or supported(quantity, asked):
            continue
        stated = next((one for quote in quotes for one in _stated(quantity, quote)), None)
        if stated is not None and quantity.value not in found:
            found[quantity.value] = tuple(dict.fromkeys([stated, reply[slice(*quantity.span)].strip()]))
    if found:
        return tuple(found.values())[:MOST_FACTS]
    return tuple((quote,) for quote in dict.fromkeys(quotes) if 4 <= len(quote) <= LONGEST_STATEMENT and not read(quote))[:2]


def _stated(quantity: Quantity, quote: str) -> list[str]:
    """As the source writes it."""
    return [quote[slice(*one.span)].strip() for one in read(quote) if supported(quantity, [one])]


__all__ = ["drill_of_reply"]

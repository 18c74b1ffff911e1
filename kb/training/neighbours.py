"""What is easily taken for the right value: the sentences, near those that a drill is about, that state what its replies must not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.evaluation import stands_in
from kb.models import Article, Chunk
from kb.quantities import Kind, read, supported
from kb.training.drill import Drill
from kb.training.facts import best_chunk
from kb.training.meaning import coverage


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence that says it of something else."""

    wording: str
    quote: str
    where: str
    """Article and line."""
    title: str
    """Of the article."""

    def as_json(self) -> dict[str, Any]:
        return {"wording": self.wording, "quote": self.quote, "where": self.where, "title": self.title}


def neighbours(drill: Drill, chunks: Iterable[Chunk], articles: Mapping[str, Article]) -> list[Neighbour]:
    """One for each forbidden wording that a public article of the same topic states."""
    near = [one for one in chunks if articles[one.article].audience == "public" and _is_near(one, drill, articles)]
    own = [one for one in near if one.article in drill.articles]
    about = [chunk for fact in drill.must_mention for chunk in [best_chunk(fact, own)] if chunk is not None]
    found = []
    for wording in drill.must_not_say:
        stating = [one for one in near if one not in about and _states(one, wording)]
        if stating:
            best = max(stating, key=lambda one: max((coverage(one.text, other.text) for other in about), default=0.0))
            found.append(Neighbour(wording, best.quote, f"{best.article}:{best.lines[0]}", articles[best.article].title))
    return found


def _is_near(chunk: Chunk, drill: Drill, articles: Mapping[str, Article]) -> bool:
    return chunk.article in drill.articles or (bool(drill.category) and articles[chunk.article].category == drill.category)


def _states(chunk: Chunk, wording: str) -> bool:
    wanted: Sequence[Any] = [one for one in read(wording) if one.kind is not Kind.NUMBER]
    return stands_in(wording, chunk.quote) or (bool(wanted) and all(supported(one, read(chunk.quote)) for one in wanted))


__all__ = ["Neighbour", "neighbours"]

"""Wires the scoring of drills to the shop: the articles' passages, the checks, the disclaimers, the channel's target; and keeps what was done."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kb.models import Answer, Chunk, Doubt, ReplyLanguage, Source
from kb.store import Attempt
from kb.training.drill import Drill
from kb.training.neighbours import Neighbour, neighbours
from kb.training.scoring import Material, Replied, Score, score
from ui.services import Services

USUAL_TARGET: Final = 180
"""Seconds, where the shop names no channel's target."""
MISSING: Final = "missing-disclaimer"
"""A doubt that has a point of its own."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How a drill went, and what to learn from it."""

    score: Score
    draft: str
    """What the desk would have suggested for the first message."""


def scored(services: Services, drill: Drill, replies: Sequence[Replied], lang: ReplyLanguage) -> Scored:
    """Score the replies; doubts are worded in `lang`."""
    answer = services.ask(drill.turns[0], history=drill.history, as_of=drill.as_of)
    snapshot = services.answerer.snapshot
    chunks = _passages(services, drill)
    material = Material(
        chunks=chunks,
        disclaimers=_disclaimers(services, drill, answer.reply_lang),
        check=_check(services, drill, answer, chunks, lang),
        target_s=target_of(services, drill),
        greetings=tuple(text for one in snapshot.companions.phrases.greetings for text in one.text.values()),
        today=answer.as_of,
    )
    return Scored(score(drill, replies, material), answer.draft)


def mixed_up(services: Services, drill: Drill) -> list[Neighbour]:
    """What is easily taken for the right value."""
    snapshot = services.answerer.snapshot
    return neighbours(drill, snapshot.chunks, snapshot.articles)


def kept(services: Services, name: str, drill: Drill, replies: Sequence[Replied], result: Score, course: int | None = None) -> Attempt:
    """Keep what somebody wrote and how it went."""
    turns = [{"customer": asked, "reply": one.text, "seconds": one.seconds} for asked, one in zip(drill.turns, replies, strict=False)]
    attempt = Attempt(
        uuid.uuid4().hex, dt.datetime.now(dt.UTC), name, drill.id, "\n\n".join(one.text for one in replies), sum(one.seconds for one in replies),
        result.score, result.passed, [point.as_json() for point in result.points], drill.title, drill.category, drill.language, turns, course,
    )  # fmt: skip
    return services.store.add_attempt(attempt)


def target_of(services: Services, drill: Drill) -> int:
    """Seconds in which a reply is due: the drill's own limit, else its channel's target, else the first channel's."""
    if drill.time_limit_s is not None:
        return drill.time_limit_s
    channels = services.answerer.snapshot.companions.shop.channels
    own = next((one.target_seconds for one in channels if one.id == drill.channel and one.target_seconds), None)
    return own or next((one.target_seconds for one in channels if one.target_seconds), None) or USUAL_TARGET


def _passages(services: Services, drill: Drill) -> list[Chunk]:
    return [chunk for chunk in services.answerer.snapshot.chunks if chunk.article in drill.articles]


def _disclaimers(services: Services, drill: Drill, lang: ReplyLanguage) -> dict[str, str]:
    known = services.answerer.snapshot.companions.disclaimers
    return {one: known[one][lang] for one in drill.disclaimers if one in known}


def _check(services: Services, drill: Drill, answer: Answer, chunks: Sequence[Chunk], lang: ReplyLanguage) -> Callable[[str], Sequence[Doubt]]:
    """The desk's checks, held to the drill's articles and to what the desk found. What the customer wrote may be repeated."""
    snapshot, today = services.answerer.snapshot, services.today()
    sources: list[Source] = list(answer.sources)
    for chunk in chunks:
        if snapshot.articles[chunk.article].audience == "agent":
            continue  # what only colleagues may read supports no sentence to a customer
        sources.append(snapshot.articles[chunk.article].source(len(sources) + 1, chunk.section, chunk.lines, chunk.quote, today))
    known = " ".join([*(turn.text for turn in drill.history), *drill.turns, answer.as_of])
    fixed = [{"id": name, "text": texts[one]} for name, texts in snapshot.companions.disclaimers.items() for one in texts]

    def check(text: str) -> list[Doubt]:
        found = services.answerer.check(text, sources, known, [one for one in fixed if one["text"] in text], lang)
        return [doubt for doubt in found if doubt.code != MISSING]

    return check


__all__ = ["Scored", "kept", "mixed_up", "scored", "target_of"]

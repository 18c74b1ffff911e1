"""The demonstration's practice: new agents who do drills for three weeks and get better, scored as anybody's are."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Final

from kb.models import ReplyLanguage
from kb.store import DEMO, Attempt
from kb.text import convert, script
from kb.training.drill import Drill
from kb.training.scoring import Replied, Score
from kb.training.service_wording import wordings
from retriever.checks import CITATION
from retriever.phrases import phrase
from ui.demo.edits import bare, shortened
from ui.drill_scoring import scored, target_of
from ui.drills import Drills
from ui.services import Services

TRAINEES: Final = tuple(f"{DEMO}{name}" for name in ("yan", "chun", "priya", "wai"))
DAYS: Final = 21
EACH: Final = 12
"""Drills that everybody does."""
MOST_DRILLS: Final = 16
"""Different ones: scoring each takes a moment."""


def practice(services: Services, now: dt.datetime, generator: random.Random) -> list[Attempt]:
    """What trainees wrote: all that the drill looks for, a part of what the desk would say, or nothing of substance."""
    written = [one.drill for one in Drills(services).files() if one.drill is not None]
    drills = generator.sample(written, min(MOST_DRILLS, len(written)))
    known: dict[tuple[str, int], tuple[list[str], Score]] = {}
    found: list[Attempt] = []
    for person in TRAINEES if drills else ():
        skill = generator.uniform(0.2, 0.6)
        for number in range(EACH):
            drill, level = generator.choice(drills), _level(skill + 0.45 * number / EACH, generator)
            if (drill.id, level) not in known:
                known[drill.id, level] = _done(services, drill, level)
            replies, result = known[drill.id, level]
            at = now - dt.timedelta(days=DAYS * (1 - (number + 0.5) / EACH), minutes=generator.randrange(600))
            found.append(
                _attempt(f"{DEMO}p{len(found):04}", person, at, drill, replies, result, target_of(services, drill) * generator.uniform(0.3, 1.1))
            )
    return sorted(found, key=lambda one: one.at)


def _level(skill: float, generator: random.Random) -> int:
    """0: nothing of substance, 1: a part, 2: all of it."""
    return 2 if generator.random() < skill else 1 if generator.random() < 0.7 else 0


def _done(services: Services, drill: Drill, level: int) -> tuple[list[str], Score]:
    seconds = target_of(services, drill) * 0.6 / len(drill.turns)
    if level == 2:
        missing = scored(services, drill, [Replied("…", seconds) for _ in drill.turns], "zh-Hant").score
        replies = [_whole(services, drill, missing), *(_AND_THEN[_language(drill)] for _ in drill.turns[1:])]
    else:
        drafts = [services.ask(turn, history=drill.history, as_of=drill.as_of).draft for turn in drill.turns]
        replies = [CITATION.sub("", shortened(draft) if level == 1 else bare(draft)) for draft in drafts]
    return replies, scored(services, drill, [Replied(text, seconds) for text in replies], "zh-Hant").score


_AND_THEN: Final[dict[ReplyLanguage, str]] = {
    "zh-Hant": "您好!對的,多謝您再確認。如有其他問題,歡迎告訴我們。",
    "zh-Hans": "您好!对的,谢谢您再确认。如有其他问题,欢迎告诉我们。",
    "en": "Hello! Yes, that is right, thank you for asking. Please let us know if you need anything else.",
}


def _whole(services: Services, drill: Drill, missing: Score) -> str:
    """What the drill looks for: the tone it asks for, the articles' own sentences, the disclaimers."""
    lang = _language(drill)
    tone = [example for what in drill.situation for example in wordings()[what].examples if (script(example) == "en") == (lang == "en")][:2]
    said = [_worded(services, point.quote, lang) or point.detail for point in missing.points if point.kind == "fact"]
    required = [point.detail for point in missing.points if point.kind == "disclaimer"]
    gap, stop = (" ", ".") if lang == "en" else ("", "。")
    sentences = [convert(one, lang).rstrip(".。 ") + stop for one in dict.fromkeys([*tone, *said])]
    opening, closing = phrase("greeting-warm", lang), phrase("closing-warm", lang)
    return "\n\n".join([f"{opening}{gap.join([*sentences, closing])}", *required])


def _worded(services: Services, quote: str, lang: ReplyLanguage) -> str:
    """An article's sentence in the language: as approved in it, or its own; '' where there is neither."""
    chunk = next((one for one in services.answerer.snapshot.chunks if quote and one.quote == quote), None)
    approved = next((reply.text for reply in chunk.replies if reply.lang == lang), "") if chunk else ""
    own = quote if quote and (script(quote) == "en") == (lang == "en") and "|" not in quote else ""
    return approved or own


def _language(drill: Drill) -> ReplyLanguage:
    return "zh-Hant" if drill.language == "yue" else drill.language


def _attempt(id: str, person: str, at: dt.datetime, drill: Drill, replies: Sequence[str], result: Score, seconds: float) -> Attempt:
    each = round(seconds / len(replies), 1)
    turns = [{"customer": asked, "reply": text, "seconds": each} for asked, text in zip(drill.turns, replies, strict=False)]
    return Attempt(
        id, at, person, drill.id, "\n\n".join(replies), round(seconds, 1), result.score, result.passed, [point.as_json() for point in result.points],
        drill.title, drill.category, drill.language, turns,
    )  # fmt: skip


__all__ = ["TRAINEES", "practice"]

"""A drill: a customer's messages, one after the other, and what a good reply to them holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from kb.models import Language, Turn

Mood = Literal["calm", "worried", "impatient", "angry", "rude", "friendly"]
Situation = Literal["empathy", "apology", "refusal", "handover", "greeting-season"]
"""What the wording of a reply must show."""
Origin = Literal["file", "golden", "reply", "change"]
"""file: somebody wrote it under content/drills. The others are made: of a golden question, of a real question whose reply was rated right, of
an article's change."""

MOODS: tuple[Mood, ...] = ("calm", "worried", "impatient", "angry", "rude", "friendly")
SITUATIONS: tuple[Situation, ...] = ("empathy", "apology", "refusal", "handover", "greeting-season")
LANGUAGES: tuple[Language, ...] = ("zh-Hant", "zh-Hans", "yue", "en")

Fact = tuple[str, ...]
"""What a reply must state, in any of these wordings; the first is shown."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One exercise."""

    id: str
    """Of a file: its name without .md."""
    title: str
    origin: Origin
    language: Language
    """That the customer writes."""
    turns: tuple[str, ...]
    """The customer's messages, in order; at least one."""
    persona: str = ""
    mood: Mood = "calm"
    channel: str = ""
    """Id of one of the shop's channels; empty: none in particular."""
    category: str = ""
    """The topic that it trains: a category of articles."""
    articles: tuple[str, ...] = ()
    """Ids of the articles whose sentences the replies must rest on."""
    must_mention: tuple[Fact, ...] = ()
    must_not_say: tuple[str, ...] = ()
    """Wordings that make a reply fail: a neighbouring rule's value, a promise that nobody may make."""
    disclaimers: tuple[str, ...] = ()
    """Ids of those that must be in the replies."""
    situation: tuple[Situation, ...] = ()
    time_limit_s: int | None = None
    """For each reply; None: the channel's target."""
    notes: str = ""
    """What a trainer looks at; shown once the drill is done."""
    history: tuple[Turn, ...] = ()
    """What was said before the first message."""
    as_of: dt.date | None = None
    """The day whose rules apply; None: today's."""
    holding: bool = False
    """No article answers it: a reply states no fact, and declines or hands over."""
    meant_for: tuple[str, ...] = ()
    """People who get it before others: they used a text that has changed since."""


__all__ = ["LANGUAGES", "MOODS", "SITUATIONS", "Drill", "Fact", "Mood", "Origin", "Situation"]

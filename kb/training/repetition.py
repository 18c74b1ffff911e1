"""When a drill comes back: spaced repetition by FSRS (py-fsrs), worked out from how the drill went each time.

Nothing is kept beside the attempts themselves, so a score that a trainer overrides moves the day on which the drill comes back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from fsrs import Card, Rating, Scheduler

from kb.store import Result
from kb.training.scoring import RULES

BARELY: Final = 10
"""Points above the pass mark up to which a drill was passed barely."""
QUICK: Final = 0.5
"""Share of the target within which full marks were easy."""
_SCHEDULER = Scheduler(
    desired_retention=0.9, learning_steps=(dt.timedelta(minutes=10), dt.timedelta(days=1)), relearning_steps=(dt.timedelta(minutes=10),),
    maximum_interval=90, enable_fuzzing=False,
)  # fmt: skip
"""Steps of a working day: what failed comes back the same hour, what was passed the next day and then ever later."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """One drill, as one person did it so far."""

    drill: str
    due: dt.datetime
    """When it should be done again."""
    last: Result
    times: int
    stability: float
    """Days until it is remembered nine times of ten."""


def rating(result: Result, target_s: float) -> Rating:
    """How well it went, in the four grades that FSRS knows. target_s: seconds in which a reply was due."""
    if not result.passed:
        return Rating.Again
    if result.score < RULES.pass_mark + BARELY:
        return Rating.Hard
    return Rating.Easy if result.score == 100 and result.seconds <= QUICK * target_s else Rating.Good


def repetitions(results: Iterable[Result], target: Callable[[str], float]) -> dict[str, Repetition]:
    """Of one person's results, oldest first, by drill. target: seconds in which a reply to a drill is due."""
    cards: dict[str, Card] = {}
    times: dict[str, int] = {}
    last: dict[str, Result] = {}
    for one in results:
        card = cards.get(one.drill) or Card(card_id=1, due=one.at)
        cards[one.drill], _ = _SCHEDULER.review_card(card, rating(one, target(one.drill)), one.at)
        times[one.drill] = times.get(one.drill, 0) + 1
        last[one.drill] = one
    return {drill: Repetition(drill, card.due, last[drill], times[drill], card.stability or 0.0) for drill, card in cards.items()}


__all__ = ["BARELY", "QUICK", "Repetition", "rating", "repetitions"]

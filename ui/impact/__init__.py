"""What a publish would change before it is made: the same questions asked of what agents are answered from and of a candidate beside it."""

from __future__ import annotations

from ui.impact.asked import Asked, golden_asked, real_asked
from ui.impact.changes import SORTS, Change, Sort, compare
from ui.impact.check import Impact, LiveAnswers, Make, check, days_to_ask
from ui.impact.facts import Disagreement, Find, disagreements, finder
from ui.impact.shown import impact_shown

__all__ = [
    "SORTS", "Asked", "Change", "Disagreement", "Find", "Impact", "LiveAnswers", "Make", "Sort", "check", "compare", "days_to_ask", "disagreements",
    "finder", "golden_asked", "impact_shown", "real_asked",
]  # fmt: skip

"""Demonstration data: a plausible history of questions, replies, practice and orders, clearly marked, so that every page can be seen with data.

Questions are the shop's own golden ones and those of its drills, a little reworded; the answers are the real ones of the published articles.
Nobody of it has an account.
"""

from ui.demo.make import make_demonstration
from ui.demo.refusal import refuse_unless_fresh

__all__ = ["make_demonstration", "refuse_unless_fresh"]

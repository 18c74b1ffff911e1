"""Customers' questions that an article was begun from. They stand in its history, as the reason of the first revision.

They do not go into the article's file, where they would be indexed, published and kept in the shop's git. Only the typical one begins as title
and heading, for the owner to reword.
"""

from __future__ import annotations

from typing import Final

from kb.store import Store

ASKED: Final = "? "
"""Begins each line that is a question."""


def reason_with(questions: tuple[str, ...]) -> str:
    """The first revision's reason; empty where an article is not begun from a gap."""
    return "\n".join(f"{ASKED}{' '.join(question.split())}" for question in questions if question.strip())


def questions_of(store: Store, file: str) -> tuple[str, ...]:
    """What customers asked when the article was begun."""
    oldest = store.revisions(file, limit=500)[-1:]
    return tuple(line.removeprefix(ASKED) for one in oldest for line in one.message.splitlines() if line.startswith(ASKED))


__all__ = ["questions_of", "reason_with"]

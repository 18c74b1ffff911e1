"""A golden question as a drill."""

from __future__ import annotations

from collections.abc import Mapping

from kb.questions import Question
from kb.training.drill import Drill

LONGEST_TITLE = 40


def drill_of_question(group: str, question: Question, categories: Mapping[str, str]) -> Drill:
    """What a right draft holds is what a trainee's reply should hold. group: the question set's name. categories: by article."""
    expect = question.expect
    articles = tuple(dict.fromkeys([*expect.articles.all_of, *expect.articles.any_of]))
    return Drill(
        id=f"golden/{group}/{question.id}",
        title=short(question.text),
        origin="golden",
        language=question.lang,
        turns=(question.text,),
        category=next((categories[article] for article in articles if article in categories), ""),
        articles=articles,
        must_mention=tuple(tuple(alternatives) for alternatives in expect.must_include if alternatives),
        must_not_say=tuple(expect.must_not_include),
        disclaimers=tuple(expect.disclaimers),
        history=question.turns(),
        as_of=question.as_of,
        holding=expect.abstain,
    )


def short(text: str) -> str:
    """A message as a title."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


__all__ = ["drill_of_question", "short"]

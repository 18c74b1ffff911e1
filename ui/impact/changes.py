"""One question's two answers, and in what they differ. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from kb.comparison import cited
from kb.evaluation import Judgement, judge
from kb.models import Answer, Article
from kb.quantities import Quantity, read
from kb.snapshot import Snapshot
from ui.impact.asked import Asked

Sort = Literal["broke", "mended", "abstains", "lost", "conflict", "answers", "settled", "numbers", "reworded", "sources", "moved"]
"""broke, mended: a golden question is no longer right, or is right now. abstains, answers: it did the other before. lost: an article that it
cited is gone, or not in force that day. conflict, settled: sources that disagree are named, or no longer. numbers: the draft states other
values. reworded: another draft. sources: it rests on other sentences. moved: the same sentences in other lines."""
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
"""What matters most first."""


@dataclass(frozen=True, slots=True)
class Change:
    """A question that would be answered otherwise."""

    asked: Asked
    day: dt.date
    """Whose rules applied."""
    before: Answer
    after: Answer
    sorts: tuple[Sort, ...]
    """In the order of SORTS; at least one."""
    judgement: Judgement | None
    """On the new answer; None where no golden question judges it."""
    gone: tuple[str, ...]
    """Values that only the old draft states, as it writes them."""
    new: tuple[str, ...]

    @property
    def misses(self) -> tuple[str, ...]:
        """Why the new answer is not right, one line each."""
        return self.judgement.misses if self.judgement else ()

    @property
    def counts(self) -> bool:
        """Whether the customer, or the agent, would see another answer: a sentence that only stands elsewhere is none."""
        return self.sorts != ("moved",)

    @property
    def rank(self) -> tuple[int, int]:
        """What matters most first; of equals what is asked most often."""
        return SORTS.index(self.sorts[0]), -self.asked.times


def compare(asked: Asked, day: dt.date, before: Answer, after: Answer, candidate: Snapshot) -> Change | None:
    """None where nothing differs. candidate: what the new answer was made from."""
    was, now = _judgement(asked, day, before), _judgement(asked, day, after)
    gone, new = _values(before, after) if not (before.abstain or after.abstain) else ((), ())
    sorts = _sorts(before, after, lost=_lost(before, after, candidate, day), numbers=bool(gone or new), was=was, now=now)
    if not sorts:
        return None
    return Change(asked, day, before, after, sorts, now, gone, new)


def is_judged(asked: Asked, day: dt.date) -> bool:
    """Whether the question's expectations hold on that day: those of a question with a day of its own hold on that day alone."""
    return asked.golden is not None and asked.as_of in (None, day)


def is_right(asked: Asked, day: dt.date, answer: Answer) -> bool:
    """Of a question that is judged on that day."""
    judgement = _judgement(asked, day, answer)
    return judgement is not None and bool(judgement.figures.get("right"))


def _judgement(asked: Asked, day: dt.date, answer: Answer) -> Judgement | None:
    return judge(asked.golden, answer.as_json()) if asked.golden is not None and is_judged(asked, day) else None


def _sorts(before: Answer, after: Answer, *, lost: bool, numbers: bool, was: Judgement | None, now: Judgement | None) -> tuple[Sort, ...]:
    right, right_now = (bool(one.figures.get("right")) if one else None for one in (was, now))
    old, fresh = cited(before.as_json()), cited(after.as_json())
    sentences, sentences_now = ({(one.article, one.quote) for one in sources} for sources in (old, fresh))
    disputed, disputed_now = _conflicts(before), _conflicts(after)
    answered = not before.abstain and not after.abstain
    holds: dict[Sort, bool] = {
        "broke": right is True and right_now is False, "mended": right is False and right_now is True,
        "abstains": after.abstain and not before.abstain, "lost": lost, "conflict": bool(disputed_now - disputed),
        "answers": before.abstain and not after.abstain, "settled": bool(disputed - disputed_now), "numbers": numbers,
        "reworded": answered and before.draft != after.draft, "sources": answered and sentences != sentences_now,
        "moved": answered and sentences == sentences_now and set(old) != set(fresh),
    }  # fmt: skip
    return tuple(sort for sort in SORTS if holds[sort])


def _lost(before: Answer, after: Answer, candidate: Snapshot, day: dt.date) -> bool:
    """Whether an article that the old answer cites can no longer be: it is gone, or out of force that day, and the new answer cites it no more."""
    still = {one.article for one in after.sources}

    def usable(article: Article | None) -> bool:
        return article is not None and article.in_force(day)

    return any(one.article not in still and not usable(candidate.articles.get(one.article)) for one in before.sources)


def _conflicts(answer: Answer) -> set[tuple[str, ...]]:
    """The articles of each disagreement that the answer names; sections may be renamed, sources renumbered."""
    article_of = {one.n: one.article for one in answer.sources}
    return {tuple(sorted(article_of.get(n, "") for n in one.get("sources", ()))) for one in answer.conflicts}


def _values(before: Answer, after: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values that only one of the drafts states, each as it is written there."""
    old, fresh = read(before.draft), read(after.draft)
    return _only(before.draft, old, fresh), _only(after.draft, fresh, old)


def _only(text: str, mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> tuple[str, ...]:
    known = {one.value for one in theirs}
    return tuple(dict.fromkeys(text[slice(*one.span)].strip() for one in mine if one.value not in known))


__all__ = ["SORTS", "Change", "Sort", "compare", "is_judged", "is_right"]

"""Replies that agents sent much as they were drafted, as questions to learn from: `kb adapt --from-log`.

Such a reply says that the article which most of it cites answers the message, by the passages that are quoted. It says nothing about what search
missed, so it teaches wordings of topics that are found already. The store keeps its texts masked; what stands in a mask's place is left out here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kb.errors import QuestionsError
from kb.insights.wording import likeness, without_marks, words
from kb.models import Turn
from kb.questions import Question
from kb.store import Ask, Reply, Store

FEWEST = 40
"""Accepted replies below which there is nothing to learn, unless golden questions stand beside them."""
MOST = 1000
"""Accepted replies that count, the last ones: scoring more would take longer than two minutes."""
MOST_LOOKED_AT = 5 * MOST
"""Replies that are read to find them."""
LIGHTLY_EDITED = 0.8
"""Share of the words that draft and reply have in common, from which on the reply still is the draft."""
PAGE = 500
_CITED = re.compile(r"\[(\d{1,2})\]")
_MASK = re.compile(r"⟨[a-z]+⟩")


@dataclass(frozen=True, slots=True)
class AcceptedReply:
    """What a customer asked, and what the agent's reply rests on."""

    id: str
    """Of the reply."""
    text: str
    """The message, without personal data."""
    history: tuple[Turn, ...]
    as_of: str
    """The day whose rules applied, YYYY-MM-DD."""
    asker: str
    article: str
    """Cited most often in what was sent; of several, the one cited first."""
    quotes: tuple[str, ...]
    """Every cited passage, those of other articles included."""

    def as_question(self) -> Question:
        """The article's chunks that hold a quote will count as the answer; those of other articles that do, as no wrong one."""
        return Question.model_validate(
            {
                "id": f"reply-{self.id}", "text": self.text, "as_of": dt.date.fromisoformat(self.as_of), "asker": self.asker,
                "history": [{"role": turn.role, "text": turn.text} for turn in self.history],
                "expect": {"articles": {"all_of": [self.article]}, "must_include": [[quote] for quote in self.quotes]},
            }
        )  # fmt: skip


def questions_of_replies(store: Store, *, alone: bool = True) -> list[Question]:
    """The last accepted replies as questions, oldest first. Raises QuestionsError where they stand `alone` and are too few to learn from."""
    found = accepted_replies(store)
    if alone and len(found) < FEWEST:
        raise QuestionsError(
            f"{len(found)} accepted replies are kept; that is too few to learn from", where="--from-log",
            fix=f"give question sets beside it, or wait until there are {FEWEST}",
        )  # fmt: skip
    return [one.as_question() for one in found]


def accepted_replies(store: Store, most: int = MOST) -> list[AcceptedReply]:
    """Oldest first. Of an answer that was replied with several times, the last reply counts."""
    found: list[AcceptedReply] = []
    judged: set[str] = set()
    for reply in _replies(store):
        if reply.answer_id is None or reply.answer_id in judged:
            continue
        judged.add(reply.answer_id)
        ask = store.ask(reply.answer_id)
        if ask is not None and (accepted := _accepted(reply, ask)) and not _found_wanting(store, ask):
            found.append(accepted)
        if len(found) == most:
            break
    return found[::-1]


def _replies(store: Store) -> Iterator[Reply]:
    """Newest first, at most MOST_LOOKED_AT."""
    for offset in range(0, MOST_LOOKED_AT, PAGE):
        page = store.replies(limit=PAGE, offset=offset)
        yield from page
        if len(page) < PAGE:
            return


def _accepted(reply: Reply, ask: Ask) -> AcceptedReply | None:
    """None where the draft was refused, doubted, or rewritten, or where nothing is cited any more."""
    text = _MASK.sub(" ", ask.question).strip()
    if not text or ask.answer.get("abstain") or reply.problems or not _still_the_draft(reply):
        return None
    cited = _cited(reply.text, ask.answer.get("sources") or ())
    if not cited:
        return None
    times = Counter(str(one["article"]) for one in cited)  # in the order of the reply, which decides between equals
    quotes = tuple(dict.fromkeys(quote for one in cited if (quote := str(one.get("quote", "")).strip())))
    history = tuple(Turn(turn.role, _MASK.sub(" ", turn.text)) for turn in ask.history)
    return AcceptedReply(
        reply.id, text, history, ask.as_of, str(ask.answer.get("asker", "customer")), max(times, key=times.__getitem__), quotes
    )  # fmt: skip


def _still_the_draft(reply: Reply) -> bool:
    old, new = (words(without_marks(text)) for text in (reply.drafted, reply.text))
    return not reply.edited or likeness(old, new, least=LIGHTLY_EDITED) >= LIGHTLY_EDITED


def _cited(text: str, sources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The source of each mark in the text, in turn; every source where an agent took all marks away."""
    by_number = {one["n"]: one for one in sources}
    marks = [int(mark) for mark in _CITED.findall(text)]
    return [by_number[mark] for mark in marks if mark in by_number] if marks else list(sources)


def _found_wanting(store: Store, ask: Ask) -> bool:
    """Whether anybody said of the answer that it is wrong or lacks something."""
    return any(one.verdict != "right" for one in store.feedback(answer_id=ask.id))


__all__ = ["AcceptedReply", "accepted_replies", "questions_of_replies"]

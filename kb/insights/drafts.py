"""What became of drafts: sent as they were, changed and how much, left alone; why there was none; and whether the first answer was enough."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.insights.wording import likeness, without_marks, words
from kb.store import Scope, Store, Verdict
from kb.store.figures import Contacts, Made

MOST_COMPARED: Final = 2_000
"""Changed replies of a period, the newest, that are laid beside their drafts."""
EDGES: Final = (0.1, 0.25, 0.5)
"""Shares of changed words at which the groups of edits part; each belongs to the lower one."""
FOLLOWED_WITHIN: Final = 24
"""Hours in which another question in the same conversation says that the first answer was not enough."""


@dataclass(frozen=True, slots=True)
class EditSizes:
    """How much of a changed draft is changed: the share of the words of draft and reply that the two do not have in common, 0..1.

    Citation marks and punctuation do not count; a Chinese character is a word.
    """

    compared: int
    edited: int
    """How many there were in all."""
    median: float | None
    p90: float | None
    groups: tuple[int, ...]
    """Replies in each group between the EDGES."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """A period's drafts."""

    total: Made
    weeks: tuple[tuple[dt.date, Made], ...]
    """(Monday, drafts asked for in that week), every week of the period."""
    copied: int
    """Replies."""
    sent: int
    own: int
    """Replies that began without a draft."""
    sizes: EditSizes
    reasons: tuple[tuple[str, int], ...]
    """(why, abstentions), the most frequent first."""
    verdicts: Mapping[Verdict, int]
    contacts: Contacts
    by_channel: tuple[tuple[str, Contacts], ...]


def drafts(store: Store, scope: Scope, first: dt.date, last: dt.date, now: dt.datetime, kinds: Mapping[str, str]) -> Drafts:
    """first, last: the days of the scope. kinds: the wording of an abstention's reason → its short name; any other counts as 'other'."""
    weeks = store.drafts_by_week(scope)
    actions = store.replies_by_action(scope)
    reasons: Counter[str] = Counter()
    for wording, number in store.abstentions_by_reason(scope).items():
        reasons[kinds.get(wording, "other")] += number
    contacts = store.contacts(scope, FOLLOWED_WITHIN, now)
    return Drafts(
        total=sum(weeks.values(), Made()), weeks=tuple((monday, weeks.get(monday, Made())) for monday in _mondays(first, last)),
        copied=actions.get("copy", 0), sent=actions.get("send", 0), own=actions["own"], sizes=edit_sizes(store, scope),
        reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))), verdicts=store.verdicts(scope), contacts=_total(contacts),
        by_channel=tuple(sorted(contacts.items(), key=lambda one: (-one[1].contacts, one[0]))),
    )  # fmt: skip


def edit_sizes(store: Store, scope: Scope) -> EditSizes:
    shares = [share_changed(drafted, text) for drafted, text in store.edited_texts(scope, MOST_COMPARED)]
    groups = Counter(sum(share > edge for edge in EDGES) for share in shares)
    counts = tuple(groups[group] for group in range(len(EDGES) + 1))
    edited = len(shares) if len(shares) < MOST_COMPARED else store.edited_replies(scope)
    return EditSizes(len(shares), edited, percentile(shares, 0.5), percentile(shares, 0.9), counts)


def share_changed(drafted: str, text: str) -> float:
    return 1 - likeness(words(without_marks(drafted)), words(without_marks(text)))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); None without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _total(contacts: Mapping[str, Contacts]) -> Contacts:
    each = list(contacts.values())
    return Contacts(
        sum(one.contacts for one in each), sum(one.open for one in each), sum(one.resolved for one in each), sum(one.followed for one in each),
        sum(one.abstained for one in each),
    )  # fmt: skip


def _mondays(first: dt.date, last: dt.date) -> list[dt.date]:
    monday = first - dt.timedelta(days=first.weekday())
    return [monday + dt.timedelta(weeks=week) for week in range((last - monday).days // 7 + 1)]


__all__ = ["EDGES", "FOLLOWED_WITHIN", "MOST_COMPARED", "Drafts", "EditSizes", "drafts", "edit_sizes", "percentile", "share_changed"]

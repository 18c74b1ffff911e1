"""Whether any article answers: a probability, and why not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.answerability import NAMES, Exemplar, Landscape, Probe, Regression, bundled_regression, exemplars, features, ordinary
from kb.models import Query
from kb.privacy import names_an_order
from retriever import lexical
from retriever.evidence import kind_names
from retriever.measures import asked_measures, states
from retriever.query import wanted
from retriever.search import Found, Searcher

LEXICAL_THRESHOLD = 0.15
"""Coverage of the question's terms below which lexical-only search abstains."""
CERTAIN = 0.9
"""Probability at least where a rule decides: the number of an order beside the wording of a boundary, nothing but other places' values, or a physical
measure that nothing near states."""
MEASURED_HITS = 10
"""Best chunks among which one must state the measure that is asked for."""
FEWEST_NEAR = 3
"""Of those, how many must be about the question's own matter for their silence to tell."""
CLEAR_MARGIN = 0.02
"""How much nearer to a boundary than to ordinary messages a question with an order's number is when it asks for that order's state."""
REASONS = {
    "personal": "reason-personal", "live": "reason-personal", "others": "reason-others", "inject": "reason-inject", "haggle": "reason-haggle",
    "advice": "reason-advice", "evade": "reason-inject", "oos": "reason-outside", "smalltalk": "reason-outside", "opinion": "reason-outside",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to abstain from one question of a message."""

    refuse: bool
    unanswerable: float
    """Probability that no article answers, 0..1."""
    reason: str
    """Name of a phrase."""


def scores_of(found: Found) -> NDArray[np.float32]:
    """The scores of the hits that a draft may use, best first."""
    return np.fromiter((hit.score for hit in found.hits), np.float32, len(found.hits))


MEASURED_AT_ONCE = 2_000
"""Chunks up to which a snapshot that follows another is measured before it answers; beyond, where it differs by at most FEW of them, the measure of the
earlier one stands in until somebody calls `measure`: one article among so many moves it by next to nothing."""
FEW = 0.05
"""Share of the chunks."""


class Abstainer:
    """Judges questions against one snapshot."""

    def __init__(self, searcher: Searcher, regression: Regression | None = None, before: Abstainer | None = None) -> None:
        """before: one over an earlier snapshot and the same model, whose landscape, and for the time being whose measure, is taken over."""
        self._searcher = searcher
        self._regression = regression or bundled_regression()
        own = searcher.snapshot.companions.shop.thresholds.abstain
        self._threshold = own if own is not None else self._regression.threshold if self._regression else 0.5
        self._landscape: Landscape | None = None
        self._probe: Probe | None = None
        self._boundaries: list[Exemplar] = []
        self.measured = True
        """Whether the snapshot itself was measured."""
        if searcher.embedder is not None and searcher.snapshot.chunks:
            boundaries = [Exemplar("oos", text) for text in searcher.snapshot.companions.boundaries]
            follows = before is not None and searcher.succession is not None and before._boundaries == boundaries
            known = before._landscape if before is not None and follows else None
            self._landscape = known or Landscape(searcher.embedder, [*exemplars(), *boundaries], [message for message, _ in ordinary()])
            if before is not None and known is not None and _differs_little(searcher):
                self._probe, self.measured = before._probe, False
            else:
                self._probe = Probe(self._landscape, self._probe_scores)
            self._boundaries = boundaries

    def measure(self) -> None:
        """Measure the snapshot where the measure of an earlier one stands in for it. Rests half of the time: nobody waits for it."""
        if not self.measured and self._landscape is not None:
            self._probe = Probe(self._landscape, self._probe_scores_at_leisure)
            self.measured = True

    def lean_on(self, other: Abstainer) -> None:
        """Take over the measure of a snapshot nearer to this one, until this one is measured."""
        if not self.measured:
            self._probe = other._probe

    def judge(self, query: Query, found: Sequence[Found]) -> list[Verdict]:
        """One verdict a question."""
        return [self._judge_part(query, one) for one in found]

    def features(self, query: Query, found: Found) -> NDArray[np.float32] | None:
        """What the regression reads of one question; None in lexical-only search."""
        if self._landscape is None or self._probe is None or self._regression is None:
            return None
        return features(self._landscape, self._probe, self._regression, _asked(query, found), found.vector, scores_of(found))

    def _judge_part(self, query: Query, found: Found) -> Verdict:
        if not found.hits:
            return Verdict(True, 1.0, "reason-none")
        values = self.features(query, found)
        if values is None or self._landscape is None or self._regression is None:
            covered = lexical.coverage(self._searcher.snapshot, _asked(query, found), found.hits[0].index)
            return Verdict(covered < LEXICAL_THRESHOLD, 1 - covered, "reason-none")
        unanswerable = self._regression.probability(values)
        reason = "reason-none"
        margin = values[NAMES.index("margin")]
        if margin > 0:
            reason = REASONS.get(self._landscape.margin(found.vector)[1].kind, reason)
        if margin > CLEAR_MARGIN and names_an_order(found.part, self._searcher.snapshot.companions.shop.privacy.order_numbers):
            return Verdict(True, max(unanswerable, CERTAIN), "reason-personal")
        if self._searcher.is_elsewhere(query, found) or self._is_unmeasured(query, found):
            return Verdict(True, max(unanswerable, CERTAIN), reason)
        return Verdict(unanswerable >= self._threshold, unanswerable, reason)

    def _is_unmeasured(self, query: Query, found: Found) -> bool:
        """Whether the question asks for a physical measure of which nothing that was found about its matter states any."""
        measures = asked_measures(found.part)
        if not measures:
            return False
        near = [hit for hit in found.hits[:MEASURED_HITS] if not self._searcher.is_neighbour(hit, query, found.part)]
        if len(near) < FEWEST_NEAR:
            return False
        texts = [self._searcher.chunk(hit).text for hit in near]
        return not any(states(measure, text, kind_names(text)) for measure in measures for text in texts)

    def _probe_scores(self, text: str) -> NDArray[np.float32]:
        """Scores of an ordinary message, which no customer asked: no date, place or term steers it."""
        query = Query(
            text=text, asker="customer", lang="zh-Hant", reply_lang="zh-Hant", as_of=self._searcher.snapshot.companions.shop.current_date(),
            parts=(text,), context="", wants=wanted(text), places=frozenset(), terms=frozenset(),
        )  # fmt: skip
        return scores_of(self._searcher.search(query)[0])

    def _probe_scores_at_leisure(self, text: str) -> NDArray[np.float32]:
        started = time.perf_counter()
        scores = self._probe_scores(text)
        time.sleep(time.perf_counter() - started)
        return scores


def _differs_little(searcher: Searcher) -> bool:
    """Whether the snapshot is large and most of it stood in the one before."""
    chunks, succession = len(searcher.snapshot.chunks), searcher.succession
    return succession is not None and chunks > MEASURED_AT_ONCE and len(succession.fresh) + len(succession.gone) <= FEW * chunks


def _asked(query: Query, found: Found) -> str:
    return f"{query.context} {found.part}".strip()


__all__ = ["Abstainer", "Verdict", "scores_of"]

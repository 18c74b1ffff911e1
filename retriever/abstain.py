"""Whether any article answers: a probability, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder
from kb.models import Query
from retriever import lexical
from retriever.search import Found, Searcher

LEXICAL_THRESHOLD = 0.35
"""Coverage of the question's terms below which lexical-only search abstains."""
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


@cache
def exemplars() -> tuple[tuple[str, str], ...]:
    """(class, message) of the bundled boundary exemplars."""
    rows: list[tuple[str, str]] = []
    kind = ""
    for line in (Path(__file__).parent / "data" / "boundaries.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line.split()[1]
        elif line.strip() and not line.startswith("#"):
            rows.append((kind, line.strip()))
    return tuple(rows)


class Abstainer:
    """Judges questions against one snapshot."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._embedder: Embedder | None = searcher.embedder
        extra = searcher.snapshot.companions.boundaries
        self._classes = [kind for kind, _ in exemplars()] + ["oos"] * len(extra)
        self._vectors: NDArray[np.float32] | None = None
        if self._embedder is not None:
            self._vectors = self._embedder.encode_queries([text for _, text in exemplars()] + list(extra))

    def judge(self, query: Query, found: Sequence[Found]) -> list[Verdict]:
        """One verdict a question."""
        return [self._judge_part(query, one) for one in found]

    def _judge_part(self, query: Query, found: Found) -> Verdict:
        if not found.hits:
            return Verdict(True, 1.0, "reason-none")
        best = found.hits[0]
        if self._embedder is None or self._vectors is None:
            covered = lexical.coverage(self._searcher.snapshot, f"{found.part} {query.context}", best.index)
            return Verdict(covered < LEXICAL_THRESHOLD, 1 - covered, "reason-none")
        vector = self._embedder.encode_queries([query.text])[0]
        cosines = self._vectors @ vector
        nearest = int(np.argmax(cosines))
        kind = self._classes[nearest]
        unanswerable = float(1 / (1 + np.exp(-12 * (0.35 - best.dense + 0.5 * max(0.0, float(cosines[nearest]) - 0.5)))))
        refuse = unanswerable > 0.5
        return Verdict(refuse, unanswerable, REASONS.get(kind, "reason-none") if float(cosines[nearest]) > 0.55 else "reason-none")


__all__ = ["Abstainer", "Verdict", "exemplars"]

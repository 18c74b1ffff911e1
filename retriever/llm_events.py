"""What an answer in the making tells its reader, in order: evidence, claims one by one, notes, and at last the whole object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kb.models import Answer, Claim, Source

EXTRACTIVE = "extractive"
"""Name of the drafter that says what stands in the articles, in their words."""


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """First: the sources, and the extractive draft that stands whatever a language model does."""

    sources: tuple[Source, ...]
    draft: str
    """The extractive draft; '' where nothing is answered."""
    disclaimers: tuple[dict[str, str], ...] = ()
    """Whose texts stand in it."""
    name: Literal["evidence"] = "evidence"

    def as_json(self) -> dict[str, Any]:
        return {"sources": [source.as_json() for source in self.sources], "draft": self.draft, "disclaimers": list(self.disclaimers)}


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A claim that has passed its checks, in the order in which claims stand in the draft."""

    index: int
    """Place among the claims, from 0."""
    claim: Claim
    drafter: str
    """Who worded it: 'extractive' or the language model's name."""
    name: Literal["claim"] = "claim"

    def as_json(self) -> dict[str, Any]:
        return {"index": self.index, "claim": self.claim.as_json(), "drafter": self.drafter}


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """A note for the agent; also among the notes of the answer."""

    text: str
    name: Literal["note"] = "note"

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class FinalEvent:
    """Last: the answer object. It replaces whatever was shown before: a model that fails half-way leaves the extractive draft."""

    answer: Answer
    drafter: str
    """Who worded at least one claim of it: a language model's name, else 'extractive'."""
    worded: tuple[bool, ...]
    """Of each claim, whether the language model worded it."""
    failure: str | None
    """Why a language model that was asked wrote nothing of it: timeout, refused, malformed …; None where it did, or was not asked."""
    name: Literal["final"] = "final"

    def as_json(self) -> dict[str, Any]:
        return {"answer": self.answer.as_json(), "drafter": self.drafter, "worded": list(self.worded), "failure": self.failure}


Event = EvidenceEvent | ClaimEvent | NoteEvent | FinalEvent

__all__ = ["EXTRACTIVE", "ClaimEvent", "Event", "EvidenceEvent", "FinalEvent", "NoteEvent"]

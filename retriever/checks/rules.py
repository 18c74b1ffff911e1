"""What the checks know of a shop beside the sources of a reply; made once for each snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from kb.festivals import Festivals
from kb.lexicon import Lexicon, glossary_lexicon
from kb.snapshot import Snapshot
from retriever.checks.internal import InternalText
from retriever.checks.rows import Rows
from retriever.checks.wording import ForbiddenWordings


@dataclass(frozen=True, slots=True)
class CheckRules:
    """The rules that hold for replies of one shop."""

    rows: Rows
    """Rows and sections beside the cited ones."""
    wordings: ForbiddenWordings
    internal: InternalText
    festivals: Festivals
    """On which days its articles put the festivals."""
    order_numbers: tuple[str, ...]
    """The shop's own patterns of order numbers."""

    @classmethod
    def of(cls, snapshot: Snapshot, terms: Lexicon | None = None) -> CheckRules:
        """The rules of a shop as published. terms: its glossary, where the caller has it read already."""
        return cls(
            rows=Rows(snapshot, terms or glossary_lexicon(snapshot.companions.glossary)),
            wordings=ForbiddenWordings.of(snapshot),
            internal=InternalText(snapshot),
            festivals=Festivals.of(chunk.text for chunk in snapshot.chunks),
            order_numbers=snapshot.companions.shop.privacy.order_numbers,
        )


__all__ = ["CheckRules"]

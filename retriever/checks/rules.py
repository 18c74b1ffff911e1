"""What the checks know of a shop beside the sources of a reply; made once for each snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from kb.festivals import Festivals, festivals_in
from kb.lexicon import Lexicon, glossary_lexicon
from kb.snapshot import Snapshot
from kb.succession import Succession, carried_values
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
    names_festival: list[bool]
    """Of each chunk, whether it names any."""
    order_numbers: tuple[str, ...]
    """The shop's own patterns of order numbers."""

    @classmethod
    def of(
        cls, snapshot: Snapshot, terms: Lexicon | None = None, before: CheckRules | None = None, succession: Succession | None = None
    ) -> CheckRules:  # fmt: skip
        """The rules of a shop as published. terms: its glossary, where the caller has it read already.

        before: the rules of an earlier snapshot, from which `succession` leads to this one; what stands in both is not read again.
        """
        if before is None or succession is None:
            named = [bool(festivals_in(chunk.text)) for chunk in snapshot.chunks]
        else:
            named = carried_values(succession.chunks, before.names_festival, lambda row: bool(festivals_in(snapshot.chunks[row].text)))
        return cls(
            rows=Rows(snapshot, terms or glossary_lexicon(snapshot.companions.glossary), before.rows if before else None, succession),
            wordings=ForbiddenWordings.of(snapshot),
            internal=InternalText(snapshot, before.internal if before else None),
            festivals=Festivals.of(chunk.text for chunk, names_one in zip(snapshot.chunks, named, strict=True) if names_one),
            names_festival=named,
            order_numbers=snapshot.companions.shop.privacy.order_numbers,
        )


__all__ = ["CheckRules"]

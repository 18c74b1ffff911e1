"""What the wording of a reply shows: empathy, an apology, a refusal, a handover, a greeting, a closing, rudeness. From examples kept as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from kb.content import read_yaml
from kb.text import normalise, sentences
from kb.training.meaning import nearest

SHORT_CUE = 4
"""Letters up to which an English cue must be a whole word."""
GAP = "…"
"""In a cue: a few letters, whatever they are."""
END = "|"
"""At the end of a cue: nothing of its clause follows. The 咩 of 唔識睇咩 asks, that of 有咩功效 is a pronoun."""
WIDEST = 12
"""How many, in Chinese; twice as many in English."""
Shows = Literal["empathy", "apology", "refusal", "handover", "courtesy", "greeting", "closing", "greeting-season", "rude"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How one of them is worded."""

    cues: tuple[str, ...]
    """Normalised; one of them in a reply is enough. In English they stand at the beginning of a word. … stands for a few letters of the same sentence."""
    examples: tuple[str, ...]
    but_not: tuple[str, ...] = ()
    """Compounds in which a cue means something else: 請 in 申請."""


@cache
def wordings() -> dict[Shows, Wording]:
    data = read_yaml(Path(__file__).parents[1] / "data" / "service_wording.yaml")
    return {name: Wording(_listed(one["cues"]), tuple(map(str, one["examples"])), _listed(one.get("but_not", ""))) for name, one in data.items()}


def _listed(text: object) -> tuple[str, ...]:
    return tuple(GAP.join(normalise(part) for part in one.split(GAP)) for one in str(text).split(",") if one.strip())


def shown(what: Shows, reply: str, near: float, also: Sequence[str] = ()) -> str:
    """The sentence of the reply that shows it; '' where none does.

    near: cosine to an example from which a sentence counts. also: further wordings, the shop's own.
    """
    wording = wordings()[what]
    said = [reply[start:end] for start, end in sentences(reply)]
    for sentence in said:
        plain = f" {normalise(sentence)}"
        for compound in wording.but_not:
            plain = plain.replace(compound, " " * len(compound))
        if any(_stands(cue, plain) for cue in (*wording.cues, *map(normalise, also))):
            return sentence
    return next((sentence for sentence in said if nearest([sentence], wording.examples) >= near), "")


def _stands(cue: str, plain: str) -> bool:
    """English cues begin a word, and short ones are whole words: 'hi' stands neither in 'this' nor in 'high'."""
    return cue in plain if not cue[:1].isascii() and GAP not in cue and not cue.endswith(END) else _pattern(cue).search(plain) is not None


@cache
def _pattern(cue: str) -> re.Pattern[str]:
    english, cue, last = cue[:1].isascii(), cue.removesuffix(END), cue.endswith(END)
    parts = rf"[^.。!?]{{0,{WIDEST * (2 if english else 1)}}}".join(map(re.escape, cue.split(GAP)))
    after = r"(?![\u4e00-\u9fffa-z])" if last else "(?![a-z])" if english and len(cue) <= SHORT_CUE else ""
    return re.compile((r"(?<![a-z])" if english else "") + parts + after)


__all__ = ["Shows", "Wording", "shown", "wordings"]

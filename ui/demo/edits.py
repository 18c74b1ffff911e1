"""How agents of the demonstration change drafts: they leave sentences out and add a kind word, and never put a fact in."""

from __future__ import annotations

import random
import re
from typing import Final

from kb.models import ReplyLanguage
from kb.text import sentences

_KIND: Final[dict[ReplyLanguage, tuple[str, ...]]] = {
    "zh-Hant": ("多謝您的耐心等候。", "如果還有不清楚的地方,隨時找我。", "希望這樣可以幫到您。"),
    "zh-Hans": ("多谢您的耐心等候。", "如果还有不清楚的地方,随时找我。", "希望这样能帮到您。"),
    "en": ("Thank you for your patience.", "Do write again if anything is unclear.", "I hope this helps."),
}
_HANDED_ON: Final[dict[ReplyLanguage, tuple[str, ...]]] = {
    "zh-Hant": ("您好!我已把您的問題轉交負責的同事,查清楚後會回覆您。", "您好!請稍等,我先向同事查證再答覆您。"),
    "zh-Hans": ("您好!我已把您的问题转交负责的同事,查清楚后会回复您。", "您好!请稍等,我先向同事查证再答复您。"),
    "en": ("Hello! I have passed your question on to a colleague and will get back to you.", "Hello! Let me check this with a colleague first."),
}  # fmt: skip
_CITED: Final = re.compile(r"\[\d{1,2}\]")


def edited(draft: str, lang: ReplyLanguage, generator: random.Random) -> str:
    """A changed draft: a little most of the time, sometimes much."""
    kind = generator.random()
    if kind < 0.35:
        return f"{draft.rstrip()} {generator.choice(_KIND[lang])}"
    if kind < 0.65:
        return _without(draft, 0)
    if kind < 0.85:
        return f"{_without(draft, -1)} {generator.choice(_KIND[lang])}"
    return shortened(draft)


def shortened(draft: str) -> str:
    """Its first cited sentence alone."""
    cited = [draft[start:end] for start, end in sentences(draft) if _CITED.search(draft[start:end])]
    return cited[0] if cited else draft


def bare(draft: str) -> str:
    """What is left without any cited sentence: polite, and says nothing."""
    spans = sentences(draft)
    return " ".join(draft[start:end] for start, end in spans if not _CITED.search(draft[start:end])) or draft


def handed_on(lang: ReplyLanguage, generator: random.Random) -> str:
    return generator.choice(_HANDED_ON[lang])


def _without(draft: str, number: int) -> str:
    """Without its first or last sentence, where that cites nothing and another one stays."""
    spans = sentences(draft)
    if len(spans) < 2 or _CITED.search(draft[slice(*spans[number])]):
        return draft
    start, end = spans[number]
    return (draft[:start] + draft[end:]).strip()


__all__ = ["bare", "edited", "handed_on", "shortened"]

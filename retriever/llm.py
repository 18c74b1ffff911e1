"""A language model words the extractive draft: claim by claim, each held to its evidence; whatever fails leaves the articles' own words."""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.lexicon import Lexicon, glossary_lexicon, place_lexicon
from kb.models import USUAL_STYLE, Claim, Doubt, Query, ReplyLanguage, Source, Style
from kb.settings import Settings
from kb.snapshot import Snapshot
from kb.text import convert, normalise, sentences
from retriever.checks import CITATION
from retriever.draft import BUDGET, LONGER, Draft
from retriever.llm_breaker import Breaker
from retriever.llm_events import EXTRACTIVE, ClaimEvent
from retriever.llm_gate import Grounds, objection, tidied
from retriever.llm_model import ModelFailure, open_model, pieces
from retriever.llm_parse import ClaimReader, MalformedOutput, Wording
from retriever.llm_phrases import llm_phrase
from retriever.llm_prompt import Offered, messages
from retriever.llm_words import flat, word_reader
from retriever.phrases import PHRASES

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|above|previous|prior)\b"
    r"|\b(?:system prompt|you are now|developer mode|as an ai|language model|assistant:|system:)"
    r"|(?:忽略|无视|忘记|不要理会|绕过).{0,12}(?:指令|指示|规则|规定|以上|之前|先前|上文)|系统提示|提示词|语言模型|开发者模式|你现在是|你而家系"
)
"""Evidence that gives orders to a machine is never handed to one: it is said in its own words, if at all."""

MANY_PLACES = 3
"""Evidence that names as many is a list of who gets what where: easily confused, so it is said as it stands."""

Check = Callable[[str, Sequence[Source]], Sequence[Doubt]]
"""The checks on any reply text, with the sources that its [n] point at."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What became of a draft."""

    draft: Draft
    worded: tuple[bool, ...]
    """Of each claim, whether the language model worded it."""
    drafter: str = EXTRACTIVE
    """Who worded at least one claim: the model's name, else 'extractive'."""
    failure: str | None = None
    """Why the extractive draft stands although a model was to word it; None where it does not."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Claims of the extractive draft that belong together: what one source says, or something that only we word."""

    claims: tuple[Claim, ...]
    source: Source | None
    """What the model may word; None where it may not."""
    text: str
    """The evidence in the extractive draft's words, without frame, citation and full stop."""


class LanguageModelDrafter:
    """Words drafts with a LangChain chat model. Thread-safe; holds no conversation."""

    def __init__(self, model: BaseChatModel, name: str, timeout_s: float, breaker: Breaker | None = None) -> None:
        self._model, self.name, self._timeout_s = model, name, timeout_s
        self._breaker = breaker or Breaker()
        word_reader()  # read from disk now rather than while the first agent waits

    @classmethod
    def open(cls, settings: Settings) -> LanguageModelDrafter | None:
        """The drafter that KB_LLM names, None where it names none. Raises SettingsError."""
        return cls(open_model(settings), settings.llm, float(settings.llm_timeout_s)) if settings.llm else None

    def word(
        self, draft: Draft, query: Query, snapshot: Snapshot, check: Check, style: Style = USUAL_STYLE, channel: str = ""
    ) -> Generator[ClaimEvent, None, Worded]:  # fmt: skip
        """Claims as they pass, then what became of the draft. The greeting, what ended, conflicts, open parts and disclaimers stay as they are."""
        blocks = _blocks(draft, query, snapshot)
        if not any(block.source for block in blocks):
            return (yield from as_it_stands(draft))
        note_lang = snapshot.companions.shop.reply_language
        if not self._breaker.allows():
            return self._fallen_back(draft, "paused", note_lang)
        companions = snapshot.companions
        room = BUDGET[query.reply_lang] * (LONGER if style.length == "long" else 1) - _length(draft)
        gathering = _Gathering(blocks, query.reply_lang, glossary_lexicon(companions.glossary), check, max(0, room))
        offered = _offered(blocks, query.reply_lang)
        prompt = messages(query.text, offered, query.reply_lang, style, channel, companions.shop.privacy.order_numbers)
        settled = False
        try:
            yield from self._hear(gathering, prompt)
            self._breaker.succeeded()
            settled = True
        except ModelFailure as failure:
            (self._breaker.succeeded if failure.reason == "refused" else self._breaker.failed)()
            settled = True
            return self._fallen_back(draft, failure.reason, note_lang)
        finally:
            if not settled:  # the reader went away
                self._breaker.abandoned()
        yield from self._named(gathering.rest())
        return self._worded(draft, gathering, note_lang)

    def _hear(self, gathering: _Gathering, prompt: Sequence[tuple[str, str]]) -> Generator[ClaimEvent, None, None]:
        """Listens until the model has closed its list. Raises ModelFailure."""
        reader = ClaimReader()
        try:
            with closing(pieces(self._model, prompt, self._timeout_s)) as heard:
                for piece in heard:
                    for wording in reader.feed(piece):
                        yield from self._named(gathering.take(wording))
                    if reader.done:
                        return
        except MalformedOutput:
            raise ModelFailure("malformed") from None
        raise ModelFailure("refused" if reader.looks_like_refusal else "malformed")

    def _named(self, claims: Sequence[tuple[int, Claim, bool]]) -> Generator[ClaimEvent, None, None]:
        for index, claim, worded in claims:
            yield ClaimEvent(index, claim, self.name if worded else EXTRACTIVE)

    def _worded(self, draft: Draft, gathering: _Gathering, note_lang: ReplyLanguage) -> Worded:
        text = _with_claims(draft, gathering.claims)
        count = sum(gathering.worded)
        if not count or text is None or _new_doubts(text, draft, gathering.check):
            return self._fallen_back(draft, "rejected", note_lang)
        note = llm_phrase(
            "worded" if count == len(gathering.worded) else "partly", note_lang, model=self.name, worded=count, all=len(gathering.worded)
        )
        changed = dataclasses.replace(draft, text=text, claims=tuple(gathering.claims), notes=(*draft.notes, note))
        return Worded(changed, tuple(gathering.worded), self.name)

    def _fallen_back(self, draft: Draft, reason: str, note_lang: ReplyLanguage) -> Worded:
        note = llm_phrase(reason, note_lang, seconds=f"{self._timeout_s:g}")
        return Worded(dataclasses.replace(draft, notes=(*draft.notes, note)), (False,) * len(draft.claims), failure=reason)


class _Gathering:
    """The draft being put together: the model's claims where they pass, the extractive ones where they do not, in the extractive order."""

    def __init__(self, blocks: Sequence[_Block], lang: ReplyLanguage, terms: Lexicon, check: Check, room: int) -> None:
        self._blocks, self._lang, self._terms, self.check = blocks, lang, terms, check
        self._said = [False] * len(blocks)
        self._room = room
        """Characters that the draft may still grow by."""
        self.claims: list[Claim] = []
        self.worded: list[bool] = []

    def take(self, wording: Wording) -> list[tuple[int, Claim, bool]]:
        """The claims that now stand: none where the wording is refused."""
        cited = list(dict.fromkeys(wording.citations))
        places = [i for i, block in enumerate(self._blocks) if block.source and block.source.n in cited]
        if len(places) != len(cited) or any(self._said[i] for i in places):
            log.info("language model: claim dropped (citations)")
            return []
        blocks = [self._blocks[i] for i in places]
        text = tidied(wording.text, cited, self._lang)
        claims = _claims(text, cited, self._lang)
        reason = self._reason_against(text, claims, blocks)
        if reason is not None:
            log.info("language model: claim dropped (%s)", reason)
            return []
        self._room -= sum(len(claim.text) for claim in claims) - sum(len(claim.text) for block in blocks for claim in block.claims)
        new = self._extractive_before(places[0])
        for i in places:
            self._said[i] = True
        return new + [self._add(claim, True) for claim in claims]

    def _reason_against(self, text: str, claims: Sequence[Claim], blocks: Sequence[_Block]) -> str | None:
        grown = sum(len(claim.text) for claim in claims) - sum(len(claim.text) for block in blocks for claim in block.claims)
        if not claims or grown > self._room:
            return "length"
        sources = [block.source for block in blocks if block.source]
        grounds = Grounds("。".join(block.text for block in blocks), " ".join(f"{source.title} {source.section}" for source in sources))
        reason = objection(text, grounds, self._lang, self._terms)
        if reason is None and any(self.check(claim.text, sources) for claim in claims):
            return "checks"
        return reason

    def rest(self) -> list[tuple[int, Claim, bool]]:
        """What the model left unsaid, in the articles' words."""
        return self._extractive_before(len(self._blocks))

    def _extractive_before(self, end: int) -> list[tuple[int, Claim, bool]]:
        new = []
        for i in range(end):
            if not self._said[i]:
                self._said[i] = True
                new += [self._add(claim, False) for claim in self._blocks[i].claims]
        return new

    def _add(self, claim: Claim, worded: bool) -> tuple[int, Claim, bool]:
        self.claims.append(claim)
        self.worded.append(worded)
        return len(self.claims) - 1, claim, worded


# ---- the extractive draft, taken apart ---------------------------------------------------------------------------------


def _blocks(draft: Draft, query: Query, snapshot: Snapshot) -> list[_Block]:
    """The draft's claims by source. What ended or is to come, what is disputed or internal, and wording that an owner approved stay ours."""
    disputed = {number for conflict in draft.conflicts for number in _numbers(conflict)}
    by_number = {source.n: source for source in draft.sources}
    groups: list[list[Claim]] = []
    for claim in draft.claims:
        if groups and groups[-1][0].citations == claim.citations:
            groups[-1].append(claim)
        else:
            groups.append([claim])
    cited_often = {n for n in by_number if sum(n in group[0].citations for group in groups) > 1}
    blocks = []
    for group in groups:
        citations = group[0].citations
        source = by_number.get(citations[0]) if len(citations) == 1 and len(group) == 1 else None
        text = _evidence_text(group[0], query.reply_lang)
        if source and (source.n in disputed | cited_often or _ours(source, text, query, snapshot)):
            source = None
        blocks.append(_Block(tuple(group), source, text))
    return blocks


def _numbers(conflict: dict[str, object]) -> list[int]:
    sources = conflict.get("sources")
    return [int(one) for one in sources] if isinstance(sources, list | tuple) else []


def _ours(source: Source, text: str, query: Query, snapshot: Snapshot) -> bool:
    article = snapshot.articles.get(source.article)
    if article is None or not article.in_force(query.as_of) or article.audience == "agent" or _ORDERS.search(flat(text)):
        return True
    if len(place_lexicon().find(text)) >= MANY_PLACES:
        return True
    approved = {
        normalise(convert(_bare(reply.text), query.reply_lang))
        for chunk in snapshot.chunks if chunk.article == source.article and chunk.replies for reply in chunk.replies
    }  # fmt: skip
    return normalise(text) in approved


def _evidence_text(claim: Claim, lang: ReplyLanguage) -> str:
    """What the claim says, without its citation and without the frame of a quote in another language."""
    text = _bare(CITATION.sub("", claim.text))
    before, _, after = PHRASES["verbatim"][lang].partition("{text}")
    if text.startswith(before) and text.endswith(after):
        text = text[len(before) : len(text) - len(after)]
    return text


def _bare(text: str) -> str:
    return text.strip().rstrip("。.;,\uff1b\uff0c ")


def _offered(blocks: Sequence[_Block], lang: ReplyLanguage) -> list[Offered]:
    return [
        Offered(block.source.n, block.text, convert(block.source.title, lang), convert(block.source.section, lang)) for block in blocks if block.source
    ]  # fmt: skip


# ---- and put together again --------------------------------------------------------------------------------------------


def as_it_stands(draft: Draft) -> Generator[ClaimEvent, None, Worded]:
    """The extractive draft, claim by claim."""
    for index, claim in enumerate(draft.claims):
        yield ClaimEvent(index, claim, EXTRACTIVE)
    return Worded(draft, (False,) * len(draft.claims))


def _claims(text: str, cited: Sequence[int], lang: ReplyLanguage) -> list[Claim]:
    """The wording sentence by sentence, each with its citations before its full stop."""
    marks = "".join(f"[{n}]" for n in cited)
    stop = "." if lang == "en" else "。"
    return [
        Claim(f"{bare} {marks}{stop}", tuple(cited))
        for start, end in sentences(text)
        if (bare := text[start:end].strip().rstrip("。.;,!\uff1b\uff0c\uff01 "))
    ]


def _length(draft: Draft) -> int:
    """Characters that the customer reads, disclaimers aside."""
    body = draft.text
    for disclaimer in draft.disclaimers:
        body = body.replace(disclaimer["text"], "")
    return len(body.strip())


def _with_claims(draft: Draft, claims: Sequence[Claim]) -> str | None:
    """The draft's text with other claims in the place of its own; None where its own do not stand in it one after the other."""
    start = draft.text.find(draft.claims[0].text)
    at = start
    for claim in draft.claims:
        found = draft.text.find(claim.text, at)
        if found < 0 or draft.text[at:found].strip():
            return None
        at = found + len(claim.text)
    if start < 0 or {n for claim in claims for n in claim.citations} != {source.n for source in draft.sources}:
        return None
    gap = " " if draft.claims[0].text.endswith(".") else ""
    return draft.text[:start] + gap.join(claim.text for claim in claims) + draft.text[at:]


def _new_doubts(text: str, draft: Draft, check: Check) -> bool:
    """Whether the whole draft has a problem that the extractive one has not."""
    known = {doubt.code for doubt in check(draft.text, draft.sources)}
    return any(doubt.code not in known for doubt in check(text, draft.sources))


__all__ = ["Check", "LanguageModelDrafter", "Worded", "as_it_stands"]

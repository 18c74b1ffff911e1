"""Evidence → draft: greeting, one claim an evidence with its citation, required disclaimers, closing; in the customer's language."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kb.models import USUAL_STYLE, Article, Chunk, Claim, Evidence, Query, ReplyLanguage, Source, Style
from kb.text import convert
from retriever.checks import CITATION, UNSUPPORTED, check
from retriever.evidence import Pick, kind_names, row_sentence
from retriever.phrases import phrase

LONGER = 2
"""How many times the budget a long draft may take."""
BUDGET = {"zh-Hant": 165, "zh-Hans": 165, "en": 465}
"""Characters that a customer reads in a chat, disclaimers aside, with room for a comma more."""
_CUT_NUMBER = re.compile(r"[\d零〇一二两兩三四五六七八九十百千万萬半.,:/~\u2010-\u2015-]+$")


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply and what it rests on."""

    text: str
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    disclaimers: tuple[dict[str, str], ...]
    notes: tuple[str, ...]
    conflicts: tuple[dict[str, object], ...]


def write(
    picks: Sequence[Pick], open_parts: Sequence[str], query: Query, articles: Mapping[str, Article], disclaimers: Mapping[str, Mapping[str, str]], note_lang: ReplyLanguage,
    style: Style = USUAL_STYLE,
) -> Draft:  # fmt: skip
    """The extractive draft. Evidence that no longer fits the budget is left out, the best of each question last of all.

    A claim of the last evidence that is left may still be unsupported; such a draft is not to be sent.
    """
    lang = query.reply_lang
    kept = _best_only(picks) if style.length == "short" else list(picks)
    budget = BUDGET[lang] * (LONGER if style.length == "long" else 1) + len(style.season)
    held = cache(_claim)  # the draft is put together again each time that a piece makes room
    while True:
        draft = _compose(kept, open_parts, query, articles, disclaimers, note_lang, style, held)
        body = draft.text
        for disclaimer in draft.disclaimers:
            body = body.replace(disclaimer["text"], "")
        unsupported = {i for i, claim in enumerate(draft.claims) if not claim.supported}
        if len(body.strip()) <= budget and not unsupported:
            return draft
        if unsupported and (len(kept) > 1 or kept[0].evidence.chunk.replies):
            kept = _mended(kept, draft, unsupported)
            continue
        droppable = _droppable(kept, query.wants)
        if droppable is not None:
            kept = _drop(kept, droppable)
        elif any(pick.shorter for pick in kept):
            kept = [dataclasses.replace(pick, evidence=pick.shorter or pick.evidence, shorter=None) for pick in kept]
        else:
            return draft


def _best_only(picks: Sequence[Pick]) -> list[Pick]:
    """The best evidence of each question, and what disagrees with it."""
    kept = list(picks)
    while (index := _droppable(kept)) is not None:
        kept = _drop(kept, index)
    return kept


def _droppable(picks: Sequence[Pick], wants: frozenset[str] = frozenset()) -> int | None:
    """The last pick that is not the best of its question and not one side of a conflict; rather one that states nothing of the kind asked for."""
    first = {pick.part: i for i, pick in reversed(list(enumerate(picks)))}
    in_conflict = {pick.conflicts_with for pick in picks} | {i for i, pick in enumerate(picks) if pick.conflicts_with is not None}
    loose = [i for i in range(len(picks) - 1, -1, -1) if first[picks[i].part] != i and i not in in_conflict]
    beside = [i for i in loose if wants and wants.isdisjoint(kind_names(picks[i].evidence.text))]
    return next(iter([*beside, *loose]), None)


def _drop(picks: Sequence[Pick], index: int) -> list[Pick]:
    def moved(other: int | None) -> int | None:
        return None if other is None or other == index else other - (other > index)

    return [dataclasses.replace(pick, conflicts_with=moved(pick.conflicts_with)) for i, pick in enumerate(picks) if i != index]


def _mended(picks: list[Pick], draft: Draft, unsupported: set[int]) -> list[Pick]:
    """Without a claim that states what its source does not: approved wording gives way to the article's own, other evidence is left out."""
    in_order = _in_order(picks)
    index = max(in_order[n - 1] for i in unsupported for n in draft.claims[i].citations)
    evidence = picks[index].evidence
    if not evidence.chunk.replies:
        return _drop(picks, index)
    own = dataclasses.replace(evidence, chunk=dataclasses.replace(evidence.chunk, replies=()))
    return [dataclasses.replace(pick, evidence=own) if i == index else pick for i, pick in enumerate(picks)]


def _in_order(picks: Sequence[Pick]) -> list[int]:
    """Indices of the picks in the order in which their sources are numbered: question by question."""
    return sorted(range(len(picks)), key=lambda i: picks[i].part)


def _compose(
    picks: Sequence[Pick], open_parts: Sequence[str], query: Query, articles: Mapping[str, Article], disclaimers: Mapping[str, Mapping[str, str]], note_lang: ReplyLanguage,
    style: Style, held: Callable[[str, Source], Claim],
) -> Draft:  # fmt: skip
    lang = query.reply_lang
    sources: list[Source] = []
    sentences: list[tuple[str, int]] = []
    notes: list[str] = []
    conflicts: list[dict[str, object]] = []
    said_period: set[str] = set()
    number_of: dict[int, int] = {}
    for index in _in_order(picks):
        pick = picks[index]
        article = articles[pick.evidence.chunk.article]
        source = article.source(len(sources) + 1, pick.evidence.chunk.section, pick.evidence.lines, pick.evidence.quote, query.as_of)
        sources.append(source)
        number_of[index] = source.n
        period = _period(article, query, lang)
        if period and article.id not in said_period:
            sentences.append((period, source.n))
            said_period.add(article.id)
        text, foreign = _worded(pick.evidence, article, lang)
        if pick.denies:
            text = phrase("no", lang, text=text)
        if pick.conflicts_with is not None:
            text = phrase("conflict", lang, text=text)
        sentences.append((text, source.n))
        if foreign:
            notes.append(phrase("note-verbatim", note_lang, n=source.n))
        if source.stale:
            notes.append(phrase("note-stale", note_lang, n=source.n, date=article.review_by))
    for index, pick in enumerate(picks):
        if pick.conflicts_with is not None:
            other = picks[pick.conflicts_with]
            pair = sorted((number_of[pick.conflicts_with], number_of[index]))
            owners = ", ".join(dict.fromkeys(articles[p.evidence.chunk.article].owner for p in (other, pick)))
            conflicts.append({"topic": other.evidence.chunk.section or articles[other.evidence.chunk.article].title, "sources": pair})
            notes.append(phrase("note-conflict", note_lang, first=pair[0], second=pair[1], owners=owners))
    required = _required(sources, articles, disclaimers, lang)
    return _assemble(sentences, sources, required, open_parts, query, tuple(notes), tuple(conflicts), style, held)


def _assemble(
    sentences: Sequence[tuple[str, int]], sources: Sequence[Source], required: Mapping[str, str], open_parts: Sequence[str], query: Query,
    notes: tuple[str, ...], conflicts: tuple[dict[str, object], ...], style: Style, held: Callable[[str, Source], Claim],
) -> Draft:  # fmt: skip
    lang = query.reply_lang
    gap = " " if lang == "en" else ""
    claims = []
    for text, number in sentences:
        written = f"{_bare(text)} [{number}]" + ("." if lang == "en" else "。")
        claims.append(held(written, next(one for one in sources if one.n == number)))
    body = phrase(f"greeting-{style.tone}", lang) + gap.join(claim.text for claim in claims)
    for part in filter(None, map(_short, open_parts)):
        body += gap + phrase("open", lang, part=part)
    body += "".join(gap + one for one in (style.season, phrase(f"closing-{style.tone}", lang)) if one)
    text = "\n\n".join([body, *required.values()])
    listed = tuple({"id": identifier, "text": wording} for identifier, wording in required.items())
    return Draft(text, tuple(claims), tuple(sources), listed, notes, conflicts)


def _claim(written: str, source: Source) -> Claim:
    """A sentence with its citation, held to the source cited."""
    doubts = tuple(doubt for doubt in check(written, [source], {}) if doubt.code in UNSUPPORTED)
    return Claim(written, (source.n,), supported=not doubts, problems=doubts)


def _bare(text: str) -> str:
    """The sentence without its full stop: the citation comes before it."""
    return CITATION.sub("", text).strip().rstrip("。.;,\uff1b\uff0c ")


def _short(part: str) -> str:
    """A question of the customer's as a name for itself: no citation mark of theirs, no number cut in two."""
    part = re.sub(r"\s+", " ", CITATION.sub("", part)).strip().rstrip("?\uff1f")
    return part if len(part) <= 24 else _CUT_NUMBER.sub("", part[:23]) + "…"


def _period(article: Article, query: Query, lang: ReplyLanguage) -> str:
    title = convert(article.title, lang)
    if article.is_over(query.as_of):
        return phrase("ended", lang, title=title, date=article.valid_until)
    if article.is_coming(query.as_of):
        return phrase("begins", lang, title=title, date=article.valid_from)
    return ""


def _worded(evidence: Evidence, article: Article, lang: ReplyLanguage) -> tuple[str, bool]:
    """(the evidence in the reply's language, whether it is quoted in a foreign one). Approved wording first."""
    whole = evidence.text == evidence.chunk.text
    approved = {reply.lang: reply.text for reply in evidence.chunk.replies} if whole else {}
    if lang in approved:
        return approved[lang], False
    if lang != "en":
        other = next((approved[one] for one in ("zh-Hant", "zh-Hans") if one in approved), None)
        if other:
            return convert(other, lang), False
    text = row_sentence(evidence.chunk, article.lang) if _is_row(evidence.chunk) else evidence.text
    if (article.lang == "en") == (lang == "en"):
        return convert(text, lang), False
    return phrase("verbatim", lang, text=_bare(text)), True


def _is_row(chunk: Chunk) -> bool:
    return chunk.kind == "row" and bool(chunk.cells)


def _required(
    sources: Sequence[Source], articles: Mapping[str, Article], disclaimers: Mapping[str, Mapping[str, str]], lang: ReplyLanguage
) -> dict[str, str]:
    ids = dict.fromkeys(identifier for source in sources for identifier in articles[source.article].disclaimers)
    return {identifier: disclaimers[identifier][lang] for identifier in ids if identifier in disclaimers}


__all__ = ["BUDGET", "Draft", "write"]

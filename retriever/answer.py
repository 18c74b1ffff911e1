"""The way out, from top to bottom: understand, search, judge, select, draft, check."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import uuid
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.answerability import Regression
from kb.embedding import Embedder
from kb.models import USUAL_STYLE, Answer, Asker, Doubt, Query, ReplyLanguage, Source, Style, Turn
from kb.snapshot import Snapshot
from kb.text import convert
from retriever import checks
from retriever.abstain import Abstainer, Verdict
from retriever.ask import question_back
from retriever.draft import Draft, write
from retriever.evidence import select
from retriever.llm import LanguageModelDrafter, as_it_stands
from retriever.llm_events import EXTRACTIVE, Event, EvidenceEvent, FinalEvent, NoteEvent
from retriever.phrases import phrase
from retriever.query import weight
from retriever.search import LEANING, Found, Searcher, ranked_articles

ESCALATION = "escalation"
"""Category of the articles that say who takes which case."""


ESCALATION_MARGIN = 0.15
"""How far behind the best hit a row of such an article may score and still name who takes the case."""


class Answerer:
    """Answers over one snapshot. Thread-safe: nothing changes but memory of what was derived."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder | None, regression: Regression | None = None, before: Answerer | None = None
    ) -> None:  # fmt: skip
        """before: one over an earlier snapshot, from which everything derived of what stands in both is taken over."""
        self.snapshot = snapshot
        self.searcher: Searcher = Searcher(snapshot, embedder, before=before.searcher if before else None)
        self.abstainer: Abstainer = Abstainer(self.searcher, regression, before.abstainer if before else None)
        self.rules: checks.CheckRules = checks.CheckRules.of(
            snapshot, self.searcher.terms, before.rules if before else None, self.searcher.succession
        )

    def answer(
        self, text: str, *, history: Sequence[Turn] = (), as_of: dt.date | None = None, asker: Asker = "customer", lang: ReplyLanguage | None = None,
        style: Style = USUAL_STYLE, drafter: LanguageModelDrafter | None = None,
    ) -> Answer:  # fmt: skip
        """The answer object of a message. Never raises for what a customer wrote, nor for what a language model does."""
        events = self.stream(text, history=history, as_of=as_of, asker=asker, lang=lang, style=style, drafter=drafter)
        return next(event.answer for event in events if isinstance(event, FinalEvent))

    def stream(
        self, text: str, *, history: Sequence[Turn] = (), as_of: dt.date | None = None, asker: Asker = "customer", lang: ReplyLanguage | None = None,
        style: Style = USUAL_STYLE, drafter: LanguageModelDrafter | None = None, channel: str = "",
    ) -> Generator[Event, None, None]:  # fmt: skip
        """The answer as it comes: evidence, each claim that passed its checks, notes, the whole object. Without a drafter all at once."""
        clock = _Clock()
        query = self.searcher.understand(text, history=history, as_of=as_of, asker=asker, lang=lang)
        clock.lap("query")
        found = self.searcher.search(query)
        clock.lap("search")
        found, verdicts = self._leaning(query, found, self.abstainer.judge(query, found))
        draft = self._draft(query, found, verdicts, style)
        clock.lap("draft")
        yield EvidenceEvent(draft.sources, draft.text, draft.disclaimers) if draft else EvidenceEvent((), "")
        worded = None
        if draft is not None:
            worded = yield from (drafter.word(draft, query, self.snapshot, self.check, style, channel) if drafter else as_it_stands(draft))
            draft = worded.draft
        if drafter is not None:
            clock.lap("llm")
        doubts = () if draft is None else self._check(draft, query)
        clock.lap("checks")
        answer = self._object(query, found, verdicts, draft, doubts, clock)
        yield from map(NoteEvent, answer.notes)
        yield FinalEvent(answer, worded.drafter if worded else EXTRACTIVE, worded.worded if worded else (), worded.failure if worded else None)

    def check(
        self, text: str, sources: Sequence[Source], question: str = "", required: Sequence[dict[str, str]] = (), lang: ReplyLanguage | None = None
    ) -> tuple[Doubt, ...]:  # fmt: skip
        """The checks on an edited reply. `required`: the disclaimers of the answer that it was made from. `lang`: of the messages."""
        texts = {one["id"]: one["text"] for one in required}
        return checks.check(text, sources, texts, question, self.rules, lang or self.snapshot.companions.shop.reply_language)

    def judge(self, text: str, history: Sequence[Turn], as_of: dt.date | None, asker: Asker) -> list[Verdict]:
        """The verdict on each question of a message, without a draft."""
        query = self.searcher.understand(text, history=history, as_of=as_of, asker=asker)
        return self.abstainer.judge(query, self.searcher.search(query))

    def features(self, text: str, history: Sequence[Turn], as_of: dt.date | None, asker: Asker) -> list[NDArray[np.float32]]:
        """What the abstention regression reads of each question of a message; empty in lexical-only search."""
        query = self.searcher.understand(text, history=history, as_of=as_of, asker=asker)
        values = [self.abstainer.features(query, one) for one in self.searcher.search(query)]
        return [one for one in values if one is not None]

    def _draft(self, query: Query, found: Sequence[Found], verdicts: Sequence[Verdict], style: Style) -> Draft | None:
        """The draft; None where no question is answered, or nothing can be said that its source supports."""
        answered = [one for one, verdict in zip(found, verdicts, strict=True) if not verdict.refuse]
        if not answered:
            return None
        left_open = [one.part for one, verdict in zip(found, verdicts, strict=True) if verdict.refuse]
        picks = select(answered, self.searcher, query)
        companions = self.snapshot.companions
        draft = write(picks, left_open, query, self.snapshot.articles, companions.disclaimers, companions.shop.reply_language, style)
        return draft if all(claim.supported for claim in draft.claims) else None

    def _leaning(self, query: Query, found: Sequence[Found], verdicts: Sequence[Verdict]) -> tuple[list[Found], list[Verdict]]:
        """With each question that says too little by itself ("and how many?") asked again together with the one before it, where that one is answered."""
        searched, judged = list(found[:1]), list(verdicts[:1])
        for one, verdict, before in zip(found[1:], verdicts[1:], query.parts, strict=False):
            if verdict.refuse and not judged[-1].refuse and weight(one.part) < LEANING and not self.searcher.terms.find(one.part):
                whole = dataclasses.replace(query, parts=(f"{before} {one.part}",))
                again = self.searcher.search(whole)
                verdict_again = self.abstainer.judge(whole, again)[0]
                if not verdict_again.refuse:
                    one, verdict = again[0], verdict_again
            searched.append(one)
            judged.append(verdict)
        return searched, judged

    def _check(self, draft: Draft, query: Query) -> tuple[Doubt, ...]:
        return self.check(draft.text, draft.sources, f"{query.text} {query.as_of.isoformat()}", draft.disclaimers)

    def _object(
        self, query: Query, found: Sequence[Found], verdicts: Sequence[Verdict], draft: Draft | None, doubts: Sequence[Doubt], clock: _Clock
    ) -> Answer:  # fmt: skip
        note_lang = self.snapshot.companions.shop.reply_language
        ranked = ranked_articles(found, self.searcher)
        unanswerable = max((verdict.unanswerable for verdict in verdicts), default=1.0)
        confidence = 1 - (min(verdict.unanswerable for verdict in verdicts) if draft else unanswerable)
        ask = question_back(found, self.searcher, query) if draft else None
        reason = None if draft else phrase(verdicts[0].reason if verdicts else "reason-none", note_lang)
        notes = list(draft.notes) if draft else []
        if self.searcher.embedder is None:
            notes.append(phrase("note-lexical", note_lang))
        if draft is not None:
            notes += [f"{doubt.message}" for doubt in doubts]
        notes += self._internal_note(query, found, note_lang)
        return Answer(
            id=uuid.uuid4().hex, question=query.text, as_of=query.as_of.isoformat(), asker=query.asker, lang=query.lang,
            reply_lang=query.reply_lang, snapshot=self.snapshot.id, abstain=draft is None, reason=reason, ask=ask,
            escalate_to=self._escalate_to(query, found) if draft is None else None, confidence=max(0.0, min(1.0, confidence)),
            draft=draft.text if draft else phrase("holding", query.reply_lang),
            claims=draft.claims if draft else (), notes=tuple(dict.fromkeys(notes)), conflicts=draft.conflicts if draft else (),
            nearest=() if draft else self._nearest(ranked), sources=draft.sources if draft else (),
            disclaimers=draft.disclaimers if draft else (), retrieved=ranked,
            timings_ms=clock.timings(),
        )  # fmt: skip

    def _nearest(self, ranked: Sequence[str]) -> tuple[dict[str, str], ...]:
        articles = [self.snapshot.articles[one] for one in ranked[:3]]
        return tuple({"article": article.id, "title": article.title} for article in articles)

    def _internal_note(self, query: Query, found: Sequence[Found], lang: ReplyLanguage) -> list[str]:
        """What only colleagues may know, where it beats everything that the customer may be told."""
        notes = []
        for one in found:
            if one.internal and (not one.hits or one.internal[0].score > one.hits[0].score):
                hit = one.internal[0]
                if self.searcher.article(hit).in_force(query.as_of):
                    text = convert(self.searcher.chunk(hit).text, lang)
                    notes.append(phrase("note-internal", lang, title=convert(self.searcher.article(hit).title, lang), text=text))
        return notes

    def _escalate_to(self, query: Query, found: Sequence[Found]) -> str | None:
        """Who takes such a case: from the best row of an escalation article in force, else the owner of the nearest article."""
        hits = sorted((hit for one in found for hit in (*one.hits, *one.internal)), key=lambda hit: -hit.score)
        usable = [hit for hit in hits if self.searcher.article(hit).in_force(query.as_of)]
        for hit in usable:
            if hit.score < usable[0].score - ESCALATION_MARGIN:
                break
            chunk = self.searcher.chunk(hit)
            if self.searcher.article(hit).category == ESCALATION and len(chunk.cells) >= 2:
                return chunk.cells[1][1]
        return (self.searcher.article(usable[0]).owner or None) if usable else None


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = (now - self._last) * 1000
        self._last = now

    def timings(self) -> dict[str, float]:
        return {**self._laps, "total": (time.perf_counter() - self._start) * 1000}


__all__ = ["Answerer"]

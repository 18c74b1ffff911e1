"""The hit test: what a question finds, with each score, whether it would be answered, and why not."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Query

from kb.models import REPLY_LANGUAGES, Asker, Hit, ReplyLanguage
from kb.text import convert, tokenise
from retriever.abstain import Verdict
from retriever.answer import Answerer
from retriever.phrases import phrase
from retriever.search import Found
from ui.api.articles import state_of
from ui.api.bodies import MAX_TEXT, AsOf
from ui.api.content_articles import refusing
from ui.workspace import Workspace

SHOWN: Final = 12
"""Passages of a question."""


def search_routes(router: APIRouter, workspace: Workspace) -> None:
    @router.get("/hits")
    def hits(
        q: Annotated[str, Query(max_length=MAX_TEXT, pattern=r"\S")],
        as_of: AsOf | None = None,
        asker: Asker = "customer",
        lang: ReplyLanguage | None = None,
    ) -> dict[str, Any]:
        """As an answer is made, but nothing is recorded."""
        with refusing():
            files = {one.id: one.file for one in workspace.holdings().files.values()}
        return hit_test(workspace.services.answerer, q, as_of, asker, lang or REPLY_LANGUAGES[0], files)


def hit_test(
    answerer: Answerer, text: str, as_of: dt.date | None, asker: Asker, lang: ReplyLanguage, files: dict[str, str]
) -> dict[str, Any]:  # fmt: skip
    """Each question of the message with its passages and its verdict, and the draft that comes of it. lang: of the reasons."""
    query = answerer.searcher.understand(text, as_of=as_of, asker=asker)
    found = answerer.searcher.search(query)
    verdicts = answerer.abstainer.judge(query, found)
    answer = answerer.answer(text, as_of=as_of, asker=asker)
    return {
        "as_of": query.as_of, "asker": asker, "lang": query.lang, "dense": answerer.searcher.embedder is not None,
        "parts": [_part(answerer, one, verdict, query.as_of, lang, files) for one, verdict in zip(found, verdicts, strict=True)],
        "answer": {
            "abstain": answer.abstain, "reason": convert(answer.reason, lang) if answer.reason else None, "confidence": answer.confidence,
            "draft": answer.draft, "sources": [{"n": one.n, "article": one.article, "title": one.title, "lines": list(one.lines)} for one in answer.sources],
            "escalate_to": answer.escalate_to, "notes": list(answer.notes),
        },
    }  # fmt: skip


def _part(answerer: Answerer, found: Found, verdict: Verdict, day: dt.date, lang: ReplyLanguage, files: dict[str, str]) -> dict[str, Any]:
    best = found.hits[:SHOWN]
    ranks = {name: _ranks(found.hits, name) for name in ("dense", "lexical")}
    asked = set(tokenise(found.part))
    return {
        "text": found.part, "found": len(found.hits), "refuse": verdict.refuse, "unanswerable": round(verdict.unanswerable, 4),
        "reason": phrase(verdict.reason, lang) if verdict.refuse else None,
        "hits": [_hit(answerer, hit, ranks, asked, day, files) for hit in best],
        "internal": [_hit(answerer, hit, ranks, asked, day, files) for hit in found.internal[:2]],
    }  # fmt: skip


def _hit(answerer: Answerer, hit: Hit, ranks: dict[str, dict[int, int]], asked: set[str], day: dt.date, files: dict[str, str]) -> dict[str, Any]:
    searcher = answerer.searcher
    chunk, article, weights = searcher.chunk(hit), searcher.article(hit), searcher.weights
    dense, lexical = (weights.dense * hit.dense, weights.lexical * hit.lexical) if searcher.embedder is not None else (0.0, hit.score)
    words = [word for word in dict.fromkeys(tokenise(chunk.text)) if word in asked and len(word) > 1]
    return {
        "article": article.id, "file": files.get(article.id), "title": article.title, "section": chunk.section, "text": chunk.text,
        "lines": list(chunk.lines), "state": state_of(article, day), "audience": article.audience,
        "score": round(hit.score, 4), "dense": round(hit.dense, 4), "lexical": round(hit.lexical, 4),
        "from_dense": round(dense, 4), "from_lexical": round(lexical, 4), "from_rest": round(hit.score - dense - lexical, 4),
        "dense_rank": ranks["dense"].get(hit.index), "lexical_rank": ranks["lexical"].get(hit.index), "words": words[:12],
    }  # fmt: skip


def _ranks(hits: tuple[Hit, ...], name: str) -> dict[int, int]:
    """Row of a chunk → its place, from 1, by one of the scores; none where it has no such score."""
    scores = np.array([getattr(hit, name) for hit in hits], np.float32)
    order = np.argsort(-scores, kind="stable")
    return {hits[int(at)].index: place for place, at in enumerate(order, 1) if scores[at] > 0}


__all__ = ["hit_test", "search_routes"]

"""Look up the knowledge base: search its passages, list and read its articles."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kb.models import Article, Asker, Audience, Hit, ReplyLanguage
from kb.text import fold
from retriever.answer import Answerer
from ui.api.bodies import MAX_TEXT, AsOf, Name, Shown, State
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.services import Services
from ui.session import Identity


class HitShown(Shown):
    """A passage that a search found."""

    article: str
    """Id of its article."""
    title: str
    section: str
    """Heading path joined by ' > '; empty before the first heading."""
    text: str
    """For a reader: inline Markdown removed, a table row as a sentence."""
    quote: str
    """Verbatim."""
    lines: Annotated[list[int], Field(min_length=2, max_length=2)]
    """First and last line in the article's file, from 1."""
    score: float
    """The larger the better; comparable within one search only."""
    dense: float
    """Cosine to the query, -1..1; 0 without an embedding model."""
    lexical: float
    """Share of the query's words that it holds, 0..1."""
    state: State
    audience: Audience
    """`agent`: not to be told to customers."""
    lang: ReplyLanguage
    version: str
    """sha256 of the article's file."""
    valid_from: dt.date | None
    valid_until: dt.date | None
    stale: bool


class HitsShown(Shown):
    """What a search found, best first."""

    snapshot: str
    as_of: dt.date
    hits: list[HitShown]


class ArticleShown(Shown):
    """What an article says of itself."""

    id: str
    title: str
    lang: ReplyLanguage
    category: str
    products: list[str]
    audience: Audience
    owner: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    review_by: dt.date | None
    supersedes: str | None
    translation_of: str | None
    disclaimers: list[str]
    file: str
    version: str
    """sha256 of the file."""
    state: State

    @classmethod
    def fields_of(cls, article: Article, as_of: dt.date) -> dict[str, object]:
        return {
            "id": article.id, "title": article.title, "lang": article.lang, "category": article.category, "products": list(article.products),
            "audience": article.audience, "owner": article.owner, "valid_from": article.valid_from, "valid_until": article.valid_until,
            "review_by": article.review_by, "supersedes": article.supersedes, "translation_of": article.translation_of,
            "disclaimers": list(article.disclaimers), "file": article.file, "version": article.version, "state": state_of(article, as_of),
        }  # fmt: skip


class ArticlesShown(Shown):
    """Articles by id."""

    snapshot: str
    as_of: dt.date
    total: int
    """How many match, beyond the limit too."""
    articles: list[ArticleShown]


class WholeArticleShown(ArticleShown):
    """An article with its text."""

    snapshot: str
    markdown: str
    """The whole file, as it was published."""


def article_routes(router: APIRouter, services: Services) -> None:
    @router.get("/search", summary="Search the articles", response_model=HitsShown)
    def search(
        identity: Annotated[Identity, allow("search")],
        q: Annotated[str, Query(max_length=MAX_TEXT, pattern=r"\S", description="What to look for, in any of the languages.")],
        as_of: Annotated[AsOf | None, Query(description="The day whose rules apply; default: the shop's today.")] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 10,
        asker: Annotated[
            Asker | None, Query(description="`agent` finds internal articles too. Default: `agent` for people, `customer` for programs.")
        ] = None,
    ) -> HitsShown:
        """The passages that a draft would be made from, best first: hybrid search over the published snapshot."""
        answerer = services.answerer
        query = answerer.searcher.understand(q, as_of=as_of, asker=asker or ("customer" if identity.via == "token" else "agent"))
        hits = {hit.index: hit for found in reversed(answerer.searcher.search(query)) for hit in found.hits}
        best = sorted(hits.values(), key=lambda hit: -hit.score)[:limit]
        return HitsShown(snapshot=answerer.snapshot.id, as_of=query.as_of, hits=[_hit(answerer, hit, query.as_of) for hit in best])

    @router.get("/articles", summary="List the articles", response_model=ArticlesShown, dependencies=[allow("articles")])
    def articles(
        category: Annotated[Name | None, Query(description="Only this category.")] = None,
        lang: Annotated[ReplyLanguage | None, Query(description="Only articles in this language.")] = None,
        state: Annotated[State | None, Query(description="Only articles in this state on the day.")] = None,
        q: Annotated[Name, Query(description="Words that id or title hold, in either script.")] = "",
        as_of: Annotated[AsOf | None, Query(description="The day that `state` is meant for; default: the shop's today.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> ArticlesShown:
        """What is published, by id, without the texts."""
        day, snapshot, words = as_of or services.today(), services.answerer.snapshot, fold(q.lower()).split()
        found = [
            article
            for article in snapshot.articles.values()
            if (category is None or article.category == category)
            and (lang is None or article.lang == lang)
            and (state is None or state_of(article, day) == state)
            and all(word in fold(f"{article.id} {article.title}".lower()) for word in words)
        ]
        found.sort(key=lambda article: article.id)
        shown = [ArticleShown.model_validate(ArticleShown.fields_of(article, day)) for article in found[offset : offset + limit]]
        return ArticlesShown(snapshot=snapshot.id, as_of=day, total=len(found), articles=shown)

    @router.get("/articles/{article_id:path}", summary="Read an article", response_model=WholeArticleShown, dependencies=[allow("articles")])
    def article(article_id: str) -> WholeArticleShown:
        """An article as it was published, with its whole Markdown. The id holds slashes, unescaped: `/articles/returns/general`."""
        snapshot = services.answerer.snapshot
        one = snapshot.articles.get(article_id)
        if one is None:
            raise Refusal(404, "no such article is published")
        text = snapshot.article_text(article_id)
        if text is None:
            raise Refusal(404, "the published snapshot was made without the articles' texts: run `kb ingest`")
        fields = ArticleShown.fields_of(one, services.today())
        return WholeArticleShown.model_validate({**fields, "snapshot": snapshot.id, "markdown": text})


def state_of(article: Article, day: dt.date) -> State:
    """Whether the article's rules hold on a day."""
    if article.is_coming(day):
        return "coming"
    if article.is_over(day):
        return "ended"
    return "stale" if article.is_stale(day) else "in-force"


def _hit(answerer: Answerer, hit: Hit, day: dt.date) -> HitShown:
    chunk, article = answerer.searcher.chunk(hit), answerer.searcher.article(hit)
    return HitShown(
        article=article.id, title=article.title, section=chunk.section, text=chunk.text, quote=chunk.quote, lines=list(chunk.lines),
        score=round(hit.score, 4), dense=round(hit.dense, 4), lexical=round(hit.lexical, 4), state=state_of(article, day),
        audience=article.audience, lang=article.lang, version=article.version, valid_from=article.valid_from, valid_until=article.valid_until,
        stale=article.is_stale(day),
    )  # fmt: skip


__all__ = ["article_routes", "state_of"]

"""Which articles answers rest on, how their drafts fared, and which were not used at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.store import Scope, Store
from kb.store.figures import Asked, Made, Usage


@dataclass(frozen=True, slots=True)
class Told:
    """An article as it is published now."""

    title: str
    category: str
    usable: bool
    """In force and for customers: that it is not used says something."""


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One article."""

    article: str
    title: str
    """The id where it is published no longer."""
    category: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class ArticleUsage:
    """A period's articles."""

    articles: tuple[ArticleLine, ...]
    """The most cited first; those in force that nothing cited last."""
    unused: int
    """Of the articles in force."""
    categories: tuple[tuple[str, Asked], ...]
    """Questions by the category of the article that the answer rests on first, the most frequent first; '' where there is none."""


def article_usage(store: Store, scope: Scope, known: Mapping[str, Told], category: str | None = None) -> ArticleUsage:
    """known: the articles of the served snapshot, by id. category: only the articles of this one."""
    usage = store.article_usage(scope)
    nothing = Usage(0, Made(), 0)
    shown = {*usage, *(article for article, told in known.items() if told.usable)}
    lines = []
    for article in shown:
        told = known.get(article, Told(article, "", False))
        if category in (None, told.category):
            lines.append(ArticleLine(article, told.title, told.category, usage.get(article, nothing)))
    lines.sort(key=lambda line: (-line.usage.cited, line.article))
    asked: dict[str, Asked] = {}
    for article, count in store.asks_by_article(scope).items():
        name = known[article].category if article in known else ""
        asked[name] = asked.get(name, Asked()) + count
    categories = sorted(asked.items(), key=lambda one: (-one[1].asks, one[0]))
    return ArticleUsage(tuple(lines), sum(line.usage.cited == 0 for line in lines), tuple(categories))


__all__ = ["ArticleLine", "ArticleUsage", "Told", "article_usage"]

"""What is wrong with a drill beside the shop's articles: references that lead nowhere, facts that no article states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.content import Companions
from kb.evaluation import stands_in
from kb.models import Article, Chunk, Problem
from kb.quantities import Kind, read, supported
from kb.training.drill import Drill
from kb.training.drill_parse import DrillText
from kb.training.drill_problems import problem

FEWEST_SECONDS = 20
"""In which nobody reads a message and answers it."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What drills are held to."""

    articles: Mapping[str, Article]
    """By id."""
    passages: Mapping[str, tuple[str, ...]]
    """By article: what each paragraph, item and row says, its heading before it."""
    companions: Companions

    @classmethod
    def of_articles(cls, articles: Iterable[Article], companions: Companions) -> Shop:
        """Of articles as their files were read."""
        found = {article.id: article for article in articles}
        passages = {
            article.id: tuple(" ".join([*section.path, block.quote, block.text]) for section in article.sections for block in section.blocks)
            for article in found.values()
        }
        return cls(found, passages, companions)

    @classmethod
    def of_chunks(cls, articles: Mapping[str, Article], chunks: Iterable[Chunk], companions: Companions) -> Shop:
        """Of articles as they were published."""
        passages: dict[str, list[str]] = {}
        for chunk in chunks:
            passages.setdefault(chunk.article, []).append(f"{chunk.section} {chunk.quote} {chunk.text}")
        return cls(articles, {article: tuple(texts) for article, texts in passages.items()}, companions)

    def texts_of(self, drill: Drill) -> list[str]:
        """All that the drill's articles say, their titles too."""
        found = [text for article in drill.articles for text in self.passages.get(article, ())]
        return [*found, *(self.articles[article].title for article in drill.articles if article in self.articles)]


def check_drill(text: DrillText, shop: Shop, today: dt.date) -> list[Problem]:
    """All findings on one drill, in the order of its keys."""
    problems = [*_references(text, shop), *_articles(text, shop, today), *_facts(text, shop), *_forbidden(text, shop), *_time(text)]
    return sorted(problems, key=lambda one: one.line)


def _references(text: DrillText, shop: Shop) -> Iterator[Problem]:
    drill, channels = text.drill, {one.id for one in shop.companions.shop.channels}
    if drill.channel and drill.channel not in channels:
        known = ", ".join(sorted(channels)) or "none"
        yield problem("channel-unknown", text.shown, text.line_of("channel"), channel=drill.channel, known=known)
    for at, disclaimer in enumerate(drill.disclaimers):
        if disclaimer not in shop.companions.disclaimers:
            yield problem("disclaimer-unknown", text.shown, text.line_of("disclaimers", at), disclaimer=disclaimer)
    categories = {article.category for article in shop.articles.values()}
    if drill.category and drill.category not in categories:
        yield problem("category-unknown", text.shown, text.line_of("category"), "warning", category=drill.category)
    if "greeting-season" in drill.situation and not shop.companions.phrases.greetings:
        yield problem("no-season", text.shown, text.line_of("situation"), "warning")


def _articles(text: DrillText, shop: Shop, today: dt.date) -> Iterator[Problem]:
    for at, name in enumerate(text.drill.articles):
        article, line = shop.articles.get(name), text.line_of("articles", at)
        if article is None:
            yield problem("article-unknown", text.shown, line, article=name)
        elif article.audience == "agent":
            yield problem("article-internal", text.shown, line, "warning", article=name)
        elif not article.in_force(today):
            code = "article-coming" if article.is_coming(today) else "article-over"
            yield problem(code, text.shown, line, "warning", article=name)
    if text.drill.must_mention and not text.drill.articles:
        yield problem("facts-without-article", text.shown, text.line_of("must_mention"))
    if not text.drill.must_mention and not text.drill.situation:
        yield problem("nothing-looked-for", text.shown, 2, "warning")


def _facts(text: DrillText, shop: Shop) -> Iterator[Problem]:
    """Each wording's quantities stand in one of the articles, in one passage where it has several."""
    drill = text.drill
    if not drill.articles or any(name not in shop.articles for name in drill.articles):
        return
    passages = shop.texts_of(drill)
    for at, fact in enumerate(drill.must_mention):
        for wording in fact:
            if not stated(wording, passages):
                yield problem("fact-not-stated", text.shown, text.line_of("must_mention", at), wording=wording)


def stated(wording: str, passages: Iterable[str]) -> bool:
    """Whether a passage states all quantities of the wording; a wording without any may be worded otherwise."""
    wanted = [one for one in read(wording) if one.kind is not Kind.NUMBER or any(char.isdigit() for char in wording[slice(*one.span)])]
    if not wanted:
        return True
    return any(stands_in(wording, passage) or all(supported(one, read(passage)) for one in wanted) for passage in passages)


def _forbidden(text: DrillText, shop: Shop) -> Iterator[Problem]:
    """What must be said and what must not are not the same."""
    for at, wording in enumerate(text.drill.must_not_say):
        line = text.line_of("must_not_say", at)
        if any(stands_in(wording, one) for fact in text.drill.must_mention for one in fact):
            yield problem("forbidden-and-required", text.shown, line, wording=wording)
        elif any(stands_in(wording, shop.companions.disclaimers[one][lang]) for one in text.drill.disclaimers if one in shop.companions.disclaimers
                 for lang in shop.companions.disclaimers[one]):  # fmt: skip
            yield problem("forbidden-in-disclaimer", text.shown, line, "warning", wording=wording)


def _time(text: DrillText) -> Iterator[Problem]:
    limit = text.drill.time_limit_s
    if limit is not None and limit < FEWEST_SECONDS:
        yield problem("too-quick", text.shown, text.line_of("time_limit_s"), "warning", seconds=limit)


__all__ = ["Shop", "check_drill", "stated"]

"""Knowledge bases with questions whose right articles are known: a shop's own, and small ones simulated from the paraphrase corpus."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ingest.build import embedded_text
from kb.embedding import Embedder, TokenEmbedder
from kb.late import LateInteraction
from kb.questions import Question
from kb.snapshot import Snapshot
from retriever.dense import query_vector

if TYPE_CHECKING:
    from kb.modelling.data import Intent

Floats = NDArray[np.float32]
Family = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Case:
    """A message and the articles that answer it."""

    text: str
    context: str
    """The customer's earlier message, '' without."""
    lang: str
    topic: str
    """What is drawn together in the bootstrap: messages of one intent, or one question."""
    fold: str
    """What is held out together in the fit."""
    wanted: frozenset[int]
    """Numbers of right articles."""
    target: Family
    """Language of the right articles; the question's own where both are right."""

    @property
    def family(self) -> Family:
        return "en" if self.lang == "en" else "zh"


@dataclass(frozen=True, slots=True)
class Base:
    """A knowledge base with its messages, scored by everything that tokenising doesn't change."""

    name: str
    """What it is reported with."""
    texts: tuple[str, ...]
    """What BM25 reads of each chunk; chunks of an article stand together."""
    owners: NDArray[np.int64]
    """(chunks,) number of each chunk's article, ascending without gaps."""
    english: NDArray[np.bool_]
    """(chunks,)"""
    cases: tuple[Case, ...]
    dense: Floats
    """(cases, chunks) cosine."""
    late: Floats
    """(cases, chunks) MaxSim; zero for an embedder without token vectors."""


def shop_base(name: str, snapshot: Snapshot, questions: Iterable[Question], embedder: Embedder) -> Base:
    """A shop's public articles and what customers asked of them; what its articles don't answer is left out."""
    public = [article for article in snapshot.articles.values() if article.audience == "public"]
    numbers = {article.id: number for number, article in enumerate(public)}
    chunks = sorted((chunk for chunk in snapshot.chunks if chunk.article in numbers), key=lambda chunk: numbers[chunk.article])
    cases = []
    for question in questions:
        expected = [*question.expect.articles.all_of, *question.expect.articles.any_of]
        wanted = frozenset(numbers[one] for one in expected if one in numbers)
        if not wanted or question.expect.abstain or question.asker != "customer":
            continue
        first = public[min(wanted)]
        family: Family = "en" if question.lang == "en" else "zh"
        targets: set[Family] = {"en" if public[one].lang == "en" else "zh" for one in wanted}
        context = next((turn.text for turn in reversed(question.history) if turn.role == "customer"), "")
        target = family if family in targets else next(iter(targets))
        cases.append(Case(question.text, context, question.lang, question.id, f"{name} {first.category}", wanted, target))
    titles = {article.id: article.title for article in public}
    return score(
        name, [chunk.indexed_text(titles[chunk.article]) for chunk in chunks], [embedded_text(chunk, titles[chunk.article]) for chunk in chunks],
        [numbers[chunk.article] for chunk in chunks], [public[numbers[chunk.article]].lang == "en" for chunk in chunks], cases, embedder,
    )  # fmt: skip


def simulated_bases(
    intents: Sequence[Intent], embedder: Embedder, fold: str, *, bases: int = 6, size: int = 120, seed: int = 0
) -> list[Base]:  # fmt: skip
    """Small knowledge bases drawn from the paraphrase corpus: an intent is an article in one language, of one or two of its sentences.

    Of each intent two messages a language ask for it. Bases hold half, four fifths or only Chinese articles, in turn.
    """
    random = np.random.default_rng(seed)
    by_slug = {intent.slug: intent for intent in intents}  # an intent with a namesake would have a right answer elsewhere
    slugs = list(by_slug)
    made = []
    for number in range(bases):
        chinese = (0.5, 0.8, 1.0)[number % 3]
        chosen = [by_slug[slugs[one]] for one in random.permutation(len(slugs))[:size]]
        texts: list[str] = []
        owners: list[int] = []
        english: list[bool] = []
        cases: list[Case] = []
        for article, intent in enumerate(chosen):
            target: Family = "zh" if random.random() < chinese else "en"
            sentences = intent.articles[f"kb_{target}"]
            kept = random.permutation(len(sentences))[: random.integers(1, 3)]
            texts += [sentences[one] for one in kept]
            owners += [article] * len(kept)
            english += [target == "en"] * len(kept)
            for lang, messages in intent.messages.items():
                drawn = random.permutation(len(messages))[:2]
                cases += [Case(messages[one], "", lang, intent.slug, fold, frozenset({article}), target) for one in drawn]
        made.append(score("simulated", texts, texts, owners, english, cases, embedder))
    return made


def score(
    name: str, texts: Sequence[str], embedded: Sequence[str], owners: Sequence[int], english: Sequence[bool], cases: Sequence[Case], embedder: Embedder
) -> Base:  # fmt: skip
    """The base with its cosines and MaxSim, as search takes them."""
    used = {owner: number for number, owner in enumerate(dict.fromkeys(owners))}
    cases = [dataclasses.replace(case, wanted=frozenset(used[one] for one in case.wanted if one in used)) for case in cases]
    cases = [case for case in cases if case.wanted]
    passages = embedder.encode_passages(embedded)
    queries = np.array([query_vector(embedder, case.text, case.text, case.context) for case in cases], np.float32).reshape(len(cases), -1)
    late = np.zeros((len(cases), len(texts)), np.float32)
    if isinstance(embedder, TokenEmbedder):
        interaction, rows = LateInteraction(embedder, embedded), np.arange(len(texts))
        for number, case in enumerate(cases):
            late[number] = interaction.scores(f"{case.text} {case.context}".strip(), rows)
    numbers = np.array([used[owner] for owner in owners], np.int64)
    return Base(name, tuple(texts), numbers, np.array(english, bool), tuple(cases), queries @ passages.T, late)


__all__ = ["Base", "Case", "Family", "Floats", "score", "shop_base", "simulated_bases"]

"""Which fusion, which tokens: `python -m ui.fusion_report --second-shop tests/data/second_shop --half-models A B` prints docs/fusion.md's tables.

Weights are fitted and tokens chosen on topics, and scored on other topics: a category of the second shop's articles is left out at a time,
and of the simulated knowledge bases one half, whose topics neither the weights nor the half model's rows have seen. The sample shop is only
checked (`--check`), never fitted on. The half models: `--data FOLDER` trains those that are missing.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ingest.build import embedded_text, ingest
from kb.embedding import Embedder, TokenEmbedder
from kb.late import LateInteraction
from kb.questions import Question, read_questions
from kb.snapshot import Snapshot, load_current
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from kb.text import HAN, normalise, tokenise
from retriever.dense import query_vector
from retriever.fusion import Weights
from retriever.lexical import CONTEXT_SHARE
from retriever.search import CANDIDATES, Searcher, ranked_articles

if TYPE_CHECKING:
    from kb.modelling.data import Intent

Floats = NDArray[np.float32]
Ranks = NDArray[np.float64]
"""(cases,) place of the first right article, from 1; between two places where scores tie."""
Family = Literal["zh", "en"]
Split = Callable[[str], list[str]]

WEIGHTS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Weights of the lexical score among which a fit chooses."""
PAIRED_WEIGHTS = (0.0, 0.06, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
"""The same where chunks in the question's language and in the other one have a weight each."""
FEW_WEIGHTS = (0.06, 0.1, 0.15, 0.3)
"""Those near the shipped one."""
CREDITS = tuple(product((0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4), (0.0, 0.3, 0.5, 0.7, 0.9, 1.1)))
"""(weight, share of the largest BM25 that the best chunk in the other language is credited with)."""
PARAMETERS = tuple(product((0.6, 0.9, 1.2, 1.6, 2.0), (0.0, 0.25, 0.5, 0.75)))
"""(k1, b) of BM25."""
SHIPPED = (1.2, 0.5)
RRF_K = 60.0
RESAMPLES = 2000


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


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 of every case and chunk of a base."""

    scores: Floats
    """(cases, chunks), at least 0, with the share of the context."""
    bound: Floats
    """(cases, 1) the sum of the inverse document frequencies of the message's terms, those that stand nowhere included: no score is higher."""


# ---- knowledge bases -----------------------------------------------------------------------------------------------------


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


# ---- tokens --------------------------------------------------------------------------------------------------------------


def han_runs(text: str) -> list[str]:
    return re.findall(f"[{HAN}]+", normalise(text))


def other_tokens(text: str, stem: bool) -> list[str]:
    """What `tokenise` makes of everything but Chinese; with `stem` off, words as they are written."""
    if stem:
        return [token for token in tokenise(text) if not re.match(f"[{HAN}]", token)]
    return [token for token in re.findall(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?", normalise(text)) if tokenise(token)]


def splitter(words: Split | None, *, characters: bool = True, stem: bool = True) -> Split:
    """A tokeniser: single characters of each run of Chinese, what `words` makes of the run, and the other tokens."""

    @lru_cache(maxsize=200_000)
    def split(text: str) -> tuple[str, ...]:
        tokens = other_tokens(text, stem)
        for run in han_runs(text):
            tokens += run if characters else ()
            tokens += [word for word in words(run) if len(word) > 1 or not characters] if words else ()
        return tuple(tokens)

    return lambda text: list(split(text))


def bigrams(run: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(run)]


def model_words(tokenizer: Any) -> Split:
    """Words of a static model's tokenizer."""
    return lambda run: [str(token).lstrip("▁") for token in tokenizer.encode(run, add_special_tokens=False).tokens]


def jieba_words(run: str) -> list[str]:
    """Words of jieba, those inside longer ones included. Needs the training extra."""
    import jieba

    return [str(word) for word in jieba.cut_for_search(run)]


def splitters() -> dict[str, Split]:
    """The tokenisations compared; jieba's only where it is installed."""
    from importlib.util import find_spec

    from tokenizers import Tokenizer

    learnt = model_words(Tokenizer.from_file(str(bundled_model_directory() / "tokenizer.json")))
    found = {
        "characters + bigrams": splitter(bigrams),
        "characters": splitter(None),
        "bigrams (and lone characters)": splitter(lambda run: bigrams(run) or [run], characters=False),
        "characters + the model's words": splitter(learnt),
        "characters + bigrams + the model's words": splitter(lambda run: [*bigrams(run), *(word for word in learnt(run) if len(word) > 2)]),
        "characters + bigrams, no stemming": splitter(bigrams, stem=False),
    }
    if find_spec("jieba"):
        found["characters + jieba's words"] = splitter(jieba_words)
        found["jieba's words"] = splitter(jieba_words, characters=False)
    return found


def lexical(base: Base, split: Split, k1: float = SHIPPED[0], b: float = SHIPPED[1]) -> Lexical:
    """BM25 in Lucene's form, over each distinct term of the message, and CONTEXT_SHARE of the same of the context."""
    import bm25s

    corpus = [split(text) or ["\x00"] for text in base.texts]
    index = bm25s.BM25(method="lucene", k1=k1, b=b)
    index.index(corpus, show_progress=False)
    frequencies = Counter(token for tokens in corpus for token in set(tokens))
    total = np.zeros((len(base.cases), len(corpus)), np.float32)
    bound = np.zeros((len(base.cases), 1), np.float32)
    for row, case in enumerate(base.cases):
        for text, share in ((case.text, 1.0), (case.context, CONTEXT_SHARE)):
            tokens = list(dict.fromkeys(split(text)))
            known = [token for token in tokens if token in frequencies]
            if known:
                total[row] += share * index.get_scores(known)
            counts = np.array([frequencies[token] for token in tokens])
            bound[row] += share * np.log((len(corpus) - counts + 0.5) / (counts + 0.5) + 1).sum()
    return Lexical(total, bound)


# ---- fusions -------------------------------------------------------------------------------------------------------------

LARGEST = 0.1
"""Weight of BM25 over its largest that the fits choose."""
Fusion = Callable[[Floats, Lexical, float | Floats], Floats]
"""(cases, chunks) of the dense side, the lexical side, the weight of the latter (a number, or one for each case and chunk)."""


def by_largest(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """As search does: BM25 over the largest of the message."""
    largest = bm25.scores.max(axis=1, keepdims=True)
    return np.asarray(dense + weight * bm25.scores / np.where(largest > 0, largest, 1), np.float32)


def by_bound(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """BM25 over what the message's terms could reach at most: low where the shop knows few of its words."""
    return np.asarray(dense + weight * bm25.scores / np.maximum(bm25.bound, 1e-6), np.float32)


def by_z_scores(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    return np.asarray(_z_scores(dense) + weight * _z_scores(bm25.scores), np.float32)


def by_ranks(dense: Floats, bm25: Lexical, weight: float | Floats) -> Floats:
    """Reciprocal-rank fusion of each side's CANDIDATES best chunks."""
    fused = _reciprocal(dense, np.ones_like(dense, bool)) + weight * _reciprocal(bm25.scores, bm25.scores > 0)
    return np.asarray(fused, np.float32)


def by_credit(base: Base, dense: Floats, bm25: Lexical, weight: float, share: float) -> Floats:
    """BM25 over the largest, chunks in the other language credited."""
    own = by_largest(np.zeros_like(dense), bm25, 1.0)
    return np.asarray(dense + weight * credit(own, dense, ~same_language(base), share), np.float32)


def credit(lexical: Floats, semantic: Floats, foreign: NDArray[np.bool_], share: float) -> Floats:
    """A chunk in another language shares no word with the message, however well it answers: it counts at least as its meaning lets expect.

    `share` of the largest lexical score, times its semantic score over the best. Chunks are the last axis. Tried, and not shipped.
    """
    best = semantic.max(axis=-1, keepdims=True, initial=0.0)
    expected = share * lexical.max(axis=-1, keepdims=True, initial=0.0) * np.maximum(semantic, 0) / np.where(best > 0, best, 1)
    return np.asarray(np.where(foreign, np.maximum(lexical, expected), lexical), np.float32)


def same_language(base: Base) -> NDArray[np.bool_]:
    """(cases, chunks): whether the chunk is in the message's language; all Chinese counts as one."""
    english = np.array([case.family == "en" for case in base.cases], bool)
    return np.asarray(english[:, None] == base.english[None, :], np.bool_)


def _z_scores(scores: Floats) -> Floats:
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1), np.float32)


def _reciprocal(scores: Floats, listed: NDArray[np.bool_]) -> Floats:
    order = np.argsort(-scores, axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, scores.shape[1] + 1)[None, :], axis=1)
    return np.where(listed & (places <= CANDIDATES), 1 / (RRF_K + places), 0).astype(np.float32)


FUSIONS: Mapping[str, Fusion] = {
    "reciprocal ranks": by_ranks,
    "z-scores": by_z_scores,
    "BM25 / largest": by_largest,
    "BM25 / Σ idf": by_bound,
}


def as_shipped(base: Base, bm25: Lexical) -> Floats:
    """The fusion of `retriever.search` under its own weights, its other terms aside."""
    return by_bound(dense_side(base, True), bm25, Weights().lexical)


def ranks(base: Base, scores: Floats) -> Ranks:
    """Place of each case's first right article, articles ordered by their best chunk."""
    starts = np.flatnonzero(np.diff(base.owners, prepend=-1))
    best = np.maximum.reduceat(scores, starts, axis=1)
    right = np.zeros(best.shape, bool)
    for row, case in enumerate(base.cases):
        right[row, list(case.wanted)] = True
    top = np.where(right, best, -np.inf).max(axis=1, keepdims=True)
    better, equal = (best > top).sum(axis=1), ((best == top) & ~right).sum(axis=1)
    return np.asarray(1 + better + equal / 2, np.float64)


# ---- held-out topics -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of all bases in a row, for fits and figures."""

    bases: tuple[Base, ...]

    def array(self, of: Callable[[Case], str]) -> NDArray[np.str_]:
        return np.array([of(case) for base in self.bases for case in base.cases])

    @property
    def names(self) -> NDArray[np.str_]:
        return np.array([base.name for base in self.bases for _ in base.cases])

    def ranks(self, scores: Callable[[int, Base], Floats]) -> Ranks:
        """Ranks by the scores that each base, by its number, gets."""
        return np.concatenate([ranks(base, scores(number, base)) for number, base in enumerate(self.bases)])


def dense_side(base: Base, late: bool) -> Floats:
    """Cosine, with MaxSim at the weight that search gives it."""
    weights = Weights()
    return np.asarray(weights.dense * base.dense + (weights.late * base.late if late else 0), np.float32)


def weighed(cases: Cases, bm25: Sequence[Lexical], fusion: Fusion, late: bool = True) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each weight."""
    return {(weight,): cases.ranks(lambda number, base, w=weight: fusion(dense_side(base, late), bm25[number], w)) for weight in WEIGHTS}  # type: ignore[misc]


def weighed_in_pairs(cases: Cases, bm25: Sequence[Lexical], fusion: Fusion) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each pair of weights, for chunks in the question's language and in the other one."""

    def scores(number: int, base: Base, same: float, other: float) -> Floats:
        weight = np.where(same_language(base), np.float32(same), np.float32(other))
        return fusion(dense_side(base, True), bm25[number], weight)

    return {(same, other): cases.ranks(partial(scores, same=same, other=other)) for same, other in product(PAIRED_WEIGHTS, PAIRED_WEIGHTS)}


def weighed_with_credit(cases: Cases, bm25: Sequence[Lexical]) -> dict[tuple[float, ...], Ranks]:
    """Ranks under each weight and share credited to the other language."""

    def scores(number: int, base: Base, weight: float, share: float) -> Floats:
        return by_credit(base, dense_side(base, True), bm25[number], weight, share)

    return {(weight, share): cases.ranks(partial(scores, weight=weight, share=share)) for weight, share in CREDITS}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Ranks of each case under what was best on the other folds."""

    ranks: Ranks
    chosen: Mapping[str, Counter[tuple[float, ...]]]
    """By group of questions, or 'all': what the folds chose, how often."""
    final: Mapping[str, tuple[float, ...]]
    """What all folds together choose."""


def together(_: Case) -> str:
    """One weight for all questions."""
    return "all"


def by_family(case: Case) -> str:
    return case.family


def by_language(case: Case) -> str:
    return case.lang


def cross_validate(cases: Cases, options: Mapping[tuple[float, ...], Ranks], by: Callable[[Case], str] = together) -> Fitted:
    """For each fold, and each group of questions, the option with the highest mean reciprocal rank on all other folds.

    Shop and simulated bases count the same.
    """
    folds, names, groups = cases.array(lambda case: case.fold), cases.names, cases.array(by)
    found = np.zeros(len(folds))
    chosen: dict[str, Counter[tuple[float, ...]]] = {}
    final: dict[str, tuple[float, ...]] = {}
    for group in sorted(set(groups)):
        within = groups == group
        chosen[group] = Counter()
        for fold in sorted(set(folds[within])):
            best = _best(options, names, within & (folds != fold))
            chosen[group][best] += 1
            out = within & (folds == fold)
            found[out] = options[best][out]
        final[group] = _best(options, names, within)
    return Fitted(found, chosen, final)


def _best(options: Mapping[tuple[float, ...], Ranks], names: NDArray[np.str_], among: NDArray[np.bool_]) -> tuple[float, ...]:
    parts = [among & (names == name) for name in sorted(set(names[among]))]
    return max(options, key=lambda option: sum(float((1 / options[option][part]).mean()) for part in parts))


# ---- figures -------------------------------------------------------------------------------------------------------------


def interval(values: Ranks, topics: NDArray[np.str_], seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of the mean, topics drawn with all their cases."""
    _, places = np.unique(topics, return_inverse=True)
    sums, counts = np.bincount(places, values), np.bincount(places)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def figures(found: Ranks, topics: NDArray[np.str_]) -> str:
    """Cells: MRR with its interval, R@1, R@5."""
    if not len(found):
        return "– | – | –"
    low, high = interval(1 / found, topics)
    return f"{(1 / found).mean():.3f} ({low:.3f}–{high:.3f}) | {(found < 1.5).mean():.3f} | {(found < 5.5).mean():.3f}"


def difference(found: Ranks, other: Ranks, topics: NDArray[np.str_]) -> str:
    """Cell: how much higher the first's MRR is, with the paired interval."""
    gains = 1 / found - 1 / other
    low, high = interval(gains, topics)
    return f"{gains.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def described(fitted: Fitted) -> str:
    """Cell: what all folds together choose, and between what the folds differ."""
    parts = []
    for group, final in fitted.final.items():
        numbers = " / ".join(f"{one:g}" for one in final)
        others = sorted({option for option in fitted.chosen[group] if option != final})
        spread = f" (folds: {', '.join(' / '.join(f'{one:g}' for one in option) for option in others)})" if others else ""
        parts.append(f"{'' if group == 'all' else group + ' '}{numbers}{spread}")
    return "; ".join(parts)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


FAMILIES = tuple(product(("zh", "en"), ("zh", "en")))
"""(question, article)."""


class Report:
    """The tables over one set of bases."""

    def __init__(self, bases: Sequence[Base], tokenisations: Mapping[str, Split], current: str = "characters + bigrams") -> None:
        self.cases = Cases(tuple(bases))
        self.tokenisations, self.current = tokenisations, current
        self.bm25 = [lexical(base, tokenisations[current]) for base in bases]
        self.names = self.cases.names
        self.topics = self.cases.array(lambda case: case.topic)
        self.pairs = self.cases.array(lambda case: f"{case.family} {case.target}")
        self.shown = sorted(set(self.names))
        self.shipped = self.cases.ranks(lambda number, base: as_shipped(base, self.bm25[number]))

    def methods(self) -> dict[str, tuple[str, Ranks]]:
        """Name → (weight, ranks on held-out topics)."""
        cases, bm25 = self.cases, self.bm25
        rows: dict[str, tuple[str, Ranks]] = {
            "BM25 alone": ("–", cases.ranks(lambda number, _: bm25[number].scores)),
            "cosine alone": ("–", cases.ranks(lambda _, base: base.dense)),
            "cosine + MaxSim": ("–", cases.ranks(lambda _, base: dense_side(base, True))),
            "BM25 / Σ idf, as shipped": (f"{Weights().lexical:g}", self.shipped),
            "BM25 / largest": (f"{LARGEST:g}", cases.ranks(lambda number, base: by_largest(dense_side(base, True), bm25[number], LARGEST))),
            "credited": (f"{LARGEST:g} / 0.7", cases.ranks(lambda number, base: by_credit(base, dense_side(base, True), bm25[number], LARGEST, 0.7))),
            "reciprocal ranks": ("1", cases.ranks(lambda number, base: by_ranks(dense_side(base, True), bm25[number], 1.0))),
            "z-scores": ("1", cases.ranks(lambda number, base: by_z_scores(dense_side(base, True), bm25[number], 1.0))),
        }
        for name, fusion in FUSIONS.items():
            options = weighed(cases, bm25, fusion)
            for suffix, by in ((", fitted", together), (", fitted by question's language", by_family)):
                fitted = cross_validate(cases, options, by)
                rows[name + suffix] = (described(fitted), fitted.ranks)
        credited = weighed_with_credit(cases, bm25)
        for suffix, by in ((", fitted", together), (", fitted by question's language", by_family)):
            fitted = cross_validate(cases, credited, by)
            rows[f"credited{suffix}"] = (described(fitted), fitted.ranks)
        for name in ("BM25 / largest", "BM25 / Σ idf"):
            fitted = cross_validate(cases, weighed_in_pairs(cases, bm25, FUSIONS[name]), by_family)
            rows[f"{name}, fitted by both languages"] = (described(fitted), fitted.ranks)
            fitted = cross_validate(cases, weighed(cases, bm25, FUSIONS[name], late=False))
            rows[f"{name} without MaxSim, fitted"] = (described(fitted), fitted.ranks)
        return rows

    def fusion_tables(self) -> list[str]:
        methods = self.methods()
        made = []
        for name in self.shown:
            within = self.names == name
            rows = [
                [method, weight, figures(found[within], self.topics[within]), difference(found[within], self.shipped[within], self.topics[within])]
                for method, (weight, found) in methods.items()
            ]
            heading = f"{name}, {within.sum()} messages"
            made.append(table([heading, "weight", "MRR", "R@1", "R@5", "MRR against shipped"], rows))
        return [*made, *(self._by_family(name, {method: found for method, (_, found) in methods.items()}) for name in self.shown)]

    def curves(self) -> str:
        """MRR under each weight, nothing fitted."""
        rows = []
        fusions: dict[str, Fusion] = {"BM25 / largest": by_largest, "BM25 / Σ idf": by_bound}
        for name, fusion in fusions.items():
            options = weighed(self.cases, self.bm25, fusion)
            for shown, (question, article) in product(self.shown, (("", ""), *FAMILIES)):
                within = (self.names == shown) & ((self.pairs == f"{question} {article}") | (question == ""))
                if within.any():
                    label = f"{question} → {article}" if question else "all"
                    rows.append([name, shown, label, *(f"{(1 / options[(weight,)][within]).mean():.3f}" for weight in WEIGHTS)])
        return table(["", "", "question → article", *(f"{weight:g}" for weight in WEIGHTS)], rows)

    def language_table(self) -> str:
        """MRR of the dense side by the question's written language, and what BM25 over its bound adds under each weight, fitted for each language too."""
        options = weighed(self.cases, self.bm25, by_bound)
        fitted = {"one weight": cross_validate(self.cases, options), "one a language": cross_validate(self.cases, options, by_language)}
        langs, dense = self.cases.array(by_language), options[(0.0,)]
        rows = []
        for shown, lang in product(self.shown, sorted(set(langs))):
            within = (self.names == shown) & (langs == lang)
            if within.any():
                found = [options[(weight,)] for weight in FEW_WEIGHTS] + [one.ranks for one in fitted.values()]
                cells = [difference(values[within], dense[within], self.topics[within]) for values in found]
                rows.append([shown, f"{lang} ({within.sum()})", f"{(1 / dense[within]).mean():.3f}", *cells])
        chosen = [f"fitted, {name}: {described(one)}" for name, one in fitted.items()]
        return table(["", "question", "cosine + MaxSim", *(f"{weight:g}" for weight in FEW_WEIGHTS), *chosen], rows)

    def credit_table(self) -> str:
        """MRR under each share credited to the other language, weight LARGEST, nothing fitted."""
        options, weight = weighed_with_credit(self.cases, self.bm25), LARGEST
        shares = [share for one, share in CREDITS if one == weight]
        rows = []
        for shown, (question, article) in product(self.shown, (("", ""), *FAMILIES)):
            within = (self.names == shown) & ((self.pairs == f"{question} {article}") | (question == ""))
            if within.any():
                label = f"{question} → {article}" if question else "all"
                rows.append([shown, label, *(f"{(1 / options[(weight, share)][within]).mean():.3f}" for share in shares)])
        return table([f"credited, weight {weight:g}", "question → article", *(f"{share:g}" for share in shares)], rows)

    def tokenisation_tables(self) -> list[str]:
        alone: dict[str, Ranks] = {}
        fused: dict[str, Ranks] = {}
        for name, split in self.tokenisations.items():
            bm25 = [lexical(base, split) for base in self.cases.bases]
            alone[name] = self.cases.ranks(lambda number, _, bm25=bm25: bm25[number].scores)  # type: ignore[misc]
            fused[name] = cross_validate(self.cases, weighed(self.cases, bm25, by_bound)).ranks
        made = []
        for shown in self.shown:
            within = self.names == shown
            rows = [
                [
                    name,
                    figures(alone[name][within], self.topics[within]),
                    difference(alone[name][within], alone[self.current][within], self.topics[within]),
                    f"{(1 / fused[name][within]).mean():.3f}",
                    difference(fused[name][within], fused[self.current][within], self.topics[within]),
                ]
                for name in self.tokenisations
            ]
            made.append(table([f"{shown}: BM25 alone", "MRR", "R@1", "R@5", f"against {self.current}", "MRR fused", f"against {self.current}"], rows))
        return [*made, *(self._by_family(f"{shown}", alone) for shown in self.shown)]

    def parameter_table(self) -> str:
        """k1 and b: MRR of BM25 alone and fused."""
        rows = []
        for k1, b in PARAMETERS:
            bm25 = [lexical(base, self.tokenisations[self.current], k1, b) for base in self.cases.bases]
            alone = self.cases.ranks(lambda number, _, bm25=bm25: bm25[number].scores)  # type: ignore[misc]
            fused = cross_validate(self.cases, weighed(self.cases, bm25, by_bound)).ranks
            cells = [f"{(1 / found[self.names == name]).mean():.3f}" for name in self.shown for found in (alone, fused)]
            rows.append([f"{k1:g}", f"{b:g}", *cells])
        return table(["k1", "b", *(f"{name}, {what}" for name in self.shown for what in ("alone", "fused"))], rows)

    def _by_family(self, name: str, found: Mapping[str, Ranks]) -> str:
        within = self.names == name
        columns = [(f"{question} → {article}", within & (self.pairs == f"{question} {article}")) for question, article in FAMILIES]
        columns = [(label, mask) for label, mask in columns if mask.any()]
        rows = [[method, *(f"{(1 / values[mask]).mean():.3f}" for _, mask in columns)] for method, values in found.items()]
        return table([f"{name}: MRR", *(f"{label} ({mask.sum()})" for label, mask in columns)], rows)


# ---- the sample shop, only checked ---------------------------------------------------------------------------------------

COMPARED = (("hybrid", "dense only"), ("as shipped", "cosine + MaxSim"))
"""Fusion as shipped, and the dense side of it."""


def check_table(base: Base, split: Split) -> str:
    """MRR and R@1 by the question's language: each part alone, and fusions under weights near those fitted elsewhere."""
    cases, bm25 = Cases((base,)), lexical(base, split)
    dense = dense_side(base, True)
    found = {"BM25 alone": ranks(base, bm25.scores), "cosine alone": ranks(base, base.dense), "cosine + MaxSim": ranks(base, dense)}
    found |= {f"BM25 / largest, {weight:g}": ranks(base, by_largest(dense, bm25, weight)) for weight in (0.06, 0.1, 0.2, 0.5)}
    found |= {f"BM25 / Σ idf, {weight:g}": ranks(base, by_bound(dense, bm25, weight)) for weight in (0.06, 0.3, 0.7, 1.5)}
    found |= {f"credited, 0.1 / {share:g}": ranks(base, by_credit(base, dense, bm25, 0.1, share)) for share in (0.5, 0.9)}
    found["as shipped"] = ranks(base, as_shipped(base, bm25))
    return _by_language(found, cases.array(lambda case: case.lang))


def whole_search_table(searchers: Mapping[str, Searcher], questions: Sequence[Question]) -> str:
    """The same through all of search: parts of a message, title, places, kinds, validity."""
    asked = [question for question in questions if _wanted(question)]
    found = {}
    for name, searcher in searchers.items():
        places = []
        for question in asked:
            query = searcher.understand(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)
            ranked = ranked_articles(searcher.search(query), searcher)
            places.append(next((place for place, article in enumerate(ranked, 1) if article in _wanted(question)), np.inf))
        found[name] = np.array(places, np.float64)
    return _by_language(found, np.array([question.lang for question in asked]))


def _wanted(question: Question) -> set[str]:
    articles = question.expect.articles
    return set() if question.expect.abstain else {*articles.all_of, *articles.any_of}


def _by_language(found: Mapping[str, Ranks], langs: NDArray[np.str_]) -> str:
    """MRR / R@1 of each, and in a last line the MRR that fusion as shipped adds to the dense side, with its interval."""
    shown = [*sorted(set(langs)), "all"]
    masks = [langs == lang if lang != "all" else np.ones(len(langs), bool) for lang in shown]
    rows = [[name, *(f"{(1 / values[mask]).mean():.3f} / {(values[mask] < 1.5).mean():.3f}" for mask in masks)] for name, values in found.items()]
    fused, dense = next((pair for pair in COMPARED if set(pair) <= set(found)), (None, None))
    if fused and dense:
        alone = np.arange(len(langs)).astype(str)
        rows.append([f"{fused} − {dense}", *(difference(found[fused][mask], found[dense][mask], alone[mask]) for mask in masks)])
    return table(["MRR / R@1", *(f"{lang} ({mask.sum()})" for lang, mask in zip(shown, masks, strict=True))], rows)


# ---- command line --------------------------------------------------------------------------------------------------------


def half_of(intent: Intent) -> int:
    """0 for the files with an odd number, whose topics the first half model learns; 1 for the others."""
    digits = re.sub(r"\D", "", intent.file)
    return (int(digits or 0) + 1) % 2


def train_halves(directories: Sequence[Path], data: Path, cache: Path | None) -> None:
    """Adapt the general vectors on each half of the paraphrase files. Needs the training extra; minutes a half, more without a cache."""
    from kb.modelling.adapt import AdaptSettings, adapt
    from kb.modelling.data import read_training_data
    from kb.modelling.export import export_model
    from kb.modelling.teacher import CachedTeacher, MiniLMTeacher
    from kb.modelling.train import TrainSettings, general_model

    training = read_training_data(data)
    teacher = CachedTeacher(MiniLMTeacher(), cache) if cache else MiniLMTeacher()
    tokenizer, general = general_model(training, teacher, TrainSettings(), cache)
    for half, directory in enumerate(directories):
        if not directory.exists():
            kept = [intent for intent in training.intents if half_of(intent) == half]
            adapted = adapt(general, kept, tokenizer, AdaptSettings(steps=300), seed=0)
            export_model(directory, tokenizer, adapted.vectors, adapted.token_weights, "Adapted on half of the topics, for evaluation.\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--second-shop", type=Path, required=True, help="folder with content/ and questions.yaml")
    parser.add_argument("--half-models", type=Path, nargs=2, metavar=("A", "B"), help="models that learnt the odd and the even paraphrase files")
    parser.add_argument("--data", type=Path, help="training data folder: train the half models that are missing")
    parser.add_argument("--cache", type=Path, help="folder that keeps the teacher's vectors and the general model")
    parser.add_argument("--check", type=Path, help="content folder with questions/*.yaml, the sample shop's: checked, not fitted on")
    options = parser.parse_args()
    embedder = StaticEmbedder(bundled_model_directory())
    tokenisations = splitters()
    with tempfile.TemporaryDirectory() as folder:
        ingest(options.second_shop / "content", embedder, Path(folder), 1)
        bases = [shop_base("second shop", load_current(Path(folder)), read_questions(options.second_shop / "questions.yaml"), embedder)]
    if options.half_models:
        from kb.modelling.data import PARAPHRASES, read_intents

        if options.data:
            train_halves(options.half_models, options.data, options.cache)
        intents = read_intents(PARAPHRASES)
        for half, directory in enumerate(options.half_models):
            unseen = [intent for intent in intents if half_of(intent) != half]
            bases += simulated_bases(unseen, StaticEmbedder(directory), f"half {half}", seed=half)
    report = Report(bases, tokenisations)
    for part in (
        *report.fusion_tables(),
        report.curves(),
        report.language_table(),
        report.credit_table(),
        *report.tokenisation_tables(),
        report.parameter_table(),
    ):
        print(part, flush=True)
    if options.check:
        print(_check(options.check, embedder, tokenisations[report.current]))


def _check(content: Path, embedder: StaticEmbedder, split: Split) -> str:
    questions = [question for path in sorted((content / "questions").glob("*.yaml")) for question in read_questions(path)]
    with tempfile.TemporaryDirectory() as folder:
        ingest(content, embedder, Path(folder), 1)
        snapshot = load_current(Path(folder))
    bare = check_table(shop_base("sample shop", snapshot, questions, embedder), split)
    searchers = {
        "lexical only": Searcher(snapshot, None),
        "dense only": Searcher(snapshot, embedder, Weights(lexical=0.0)),
        "hybrid": Searcher(snapshot, embedder),
    }
    return f"{bare}\n{whole_search_table(searchers, questions)}"


if __name__ == "__main__":
    main()

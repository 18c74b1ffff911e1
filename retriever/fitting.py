"""Fit the regression that tells messages which no article answers: `python -m retriever.fitting --general FOLDER`. Training only.

Knowledge bases are simulated from the paraphrase corpus: 35 to 80 % of the topics of one half of its files, one or two article-style
sentences each, searched with a model adapted on the other half only. Messages on topics that were kept are answerable, on topics left out
they are not (leaving aside those whose topic has a near twin among the kept), and the boundary exemplars never are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from tqdm import tqdm

from kb.answerability import BUCKETS, DATA, NAMES, Exemplar, Landscape, Probe, Regression, exemplars, features, grams, ordinary
from kb.content import Companions
from kb.modelling.adapt import AdaptSettings, adapt
from kb.modelling.data import PARAPHRASES, Intent, read_intents
from kb.modelling.export import export_model
from kb.models import Article, Chunk
from kb.snapshot import Snapshot, make
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from retriever.abstain import scores_of
from retriever.query import understand
from retriever.search import Searcher

SIMULATIONS = 40
TODAY = dt.date(2026, 1, 1)
TWINS = 0.6
"""Cosine of two topics' mean messages from which one answers for the other."""
PRIOR = 0.2
"""Share of unanswerable messages that the regression assumes."""
EXEMPLAR_SHARE = 0.5
"""Of the unanswerable ones: how many are of the exemplars' kinds, the others being topics that the articles lack."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Messages of one simulation: features, and whether no article answers."""

    rows: NDArray[np.float32]
    unanswerable: NDArray[np.bool_]
    exemplar: NDArray[np.bool_]


def fit_message(messages: Sequence[str], boundaries: Sequence[Exemplar], embedder: StaticEmbedder) -> Regression:
    """The classifier on the message alone: hashed character n-grams and the message's vector."""
    texts = [*messages, *(one.text for one in boundaries)]
    labels = np.array([0] * len(messages) + [1] * len(boundaries))
    found = [grams(text) for text in texts]
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    values = np.concatenate([np.full(len(one), 1 / math.sqrt(max(1, len(one))), np.float32) for one in found])
    lexical = sparse.csr_matrix((values, np.concatenate(found), indptr), shape=(len(texts), BUCKETS))
    vectors = embedder.encode_queries(texts)
    words = LogisticRegression(C=30.0, class_weight="balanced", max_iter=400).fit(lexical, labels)
    meaning = LogisticRegression(C=3.0, class_weight="balanced", max_iter=300).fit(vectors, labels)
    return Regression(
        names=NAMES, weights=(0.0,) * len(NAMES), bias=0.0, message_bias=float(words.intercept_[0] + meaning.intercept_[0]) / 2,
        message_grams=(words.coef_[0] / 2).astype(np.float32), message_vector=(meaning.coef_[0] / 2).astype(np.float32), embedder=embedder.identity,
    )  # fmt: skip


def simulate(
    intents: Sequence[Intent], seen: Sequence[Intent], embedder: StaticEmbedder, boundaries: Sequence[Sequence[Exemplar]], random: np.random.Generator
) -> Sample:  # fmt: skip
    """One knowledge base of `intents`, asked by their messages and by exemplars; `seen` are the topics that the model was adapted on."""
    landscape = Landscape(embedder, boundaries[0], [(str(random.choice(i.all_messages)), str(random.choice(i.all_articles))) for i in seen for _ in range(2)])
    regression = fit_message(landscape.texts, boundaries[0], embedder)
    kept = random.random(len(intents)) < random.uniform(0.35, 0.8)
    sentences = [str(text) for intent, keep in zip(intents, kept, strict=True) if keep for text in random.choice(intent.all_articles, random.integers(1, 3), replace=False)]
    searcher = Searcher(_snapshot(sentences, embedder), embedder)

    def scores(text: str, _: NDArray[np.float32]) -> NDArray[np.float32]:
        query = understand(text, history=(), as_of=TODAY, asker="customer", lang=None, default="zh-Hant", terms=searcher.terms)
        return scores_of(searcher.search(replace(query, parts=(text,)))[0])

    probe = Probe(searcher.snapshot.vectors, landscape, scores)
    centroids = np.stack([embedder.encode_queries(intent.all_messages).mean(axis=0) for intent in intents])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    near_kept = (centroids @ centroids[kept].T).max(axis=1) >= TWINS
    asked = [(str(random.choice(intent.all_messages)), not keep, False) for intent, keep, twin in zip(intents, kept, near_kept, strict=True) if keep or not twin]
    asked += [(one.text, True, True) for one in boundaries[1]]
    vectors = embedder.encode_queries([text for text, _, _ in asked])
    rows = np.stack([features(landscape, probe, regression, text, vector, scores(text, vector)) for (text, _, _), vector in zip(asked, vectors, strict=True)])
    return Sample(rows, np.array([label for _, label, _ in asked]), np.array([boundary for _, _, boundary in asked]))


def _snapshot(sentences: Sequence[str], embedder: StaticEmbedder) -> Snapshot:
    """A knowledge base with one article a sentence."""
    articles = [
        Article(
            id=f"a{i}", file=f"a{i}.md", title="", lang="zh-Hant", category="", products=(), audience="public", owner="", valid_from=None, valid_until=None,
            review_by=None, supersedes=None, translation_of=None, status="published", disclaimers=(), version="", sections=(),
        )
        for i in range(len(sentences))
    ]  # fmt: skip
    chunks = [Chunk(f"a{i}#0", f"a{i}", 0, "paragraph", text, text, "", (1, 1)) for i, text in enumerate(sentences)]
    return make(articles, chunks, embedder.encode_passages(sentences), embedder.identity, Companions())


def weights(sample: Sample) -> NDArray[np.float64]:
    """Weights that make PRIOR of the messages unanswerable, EXEMPLAR_SHARE of those by exemplars."""
    result = np.zeros(len(sample.unanswerable))
    groups = ((~sample.unanswerable, 1 - PRIOR), (sample.exemplar, PRIOR * EXEMPLAR_SHARE), (sample.unanswerable & ~sample.exemplar, PRIOR * (1 - EXEMPLAR_SHARE)))
    for group, share in groups:
        result[group] = share / max(1, group.sum())
    return result * len(result)


def fit(samples: Sequence[Sample]) -> tuple[NDArray[np.float64], float]:
    """(weights, bias) of a logistic regression over the features as they come."""
    rows = np.concatenate([one.rows for one in samples])
    labels = np.concatenate([one.unanswerable for one in samples])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.05, max_iter=500).fit((rows - mean) / spread, labels, sample_weight=np.concatenate([weights(one) for one in samples]))
    coefficients = model.coef_[0] / spread
    return coefficients, float(model.intercept_[0] - coefficients @ mean)


def report(samples: Sequence[Sample], groups: Sequence[int]) -> str:
    """Leave-one-half-out figures: fitted on one half's simulations, measured on the other's."""
    lines = ["half  AUC    AUC(left-out topics)  AUC(exemplars)  | P>=  false refusals  false answers(topics)  false answers(exemplars)"]
    for half in sorted(set(groups)):
        coefficients, bias = fit([one for one, group in zip(samples, groups, strict=True) if group != half])
        test = [one for one, group in zip(samples, groups, strict=True) if group == half]
        rows = np.concatenate([one.rows for one in test])
        labels, boundary = np.concatenate([one.unanswerable for one in test]), np.concatenate([one.exemplar for one in test])
        share = 1 / (1 + np.exp(-(rows @ coefficients + bias)))
        auc = [roc_auc_score(labels[part], share[part]) for part in (np.ones_like(labels), ~boundary, boundary | ~labels)]
        for threshold in (0.3, 0.4, 0.5, 0.6):
            refused = share >= threshold
            lines.append(
                f"{half}     {auc[0]:.3f}  {auc[1]:.3f}                 {auc[2]:.3f}           | {threshold:.1f}  {refused[~labels].mean():.3f}           "
                f"{1 - refused[labels & ~boundary].mean():.3f}                  {1 - refused[boundary].mean():.3f}"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--general", type=Path, required=True, help="folder with the general model (steps 1 to 4): base.npz, base.json")
    parser.add_argument("--out", type=Path, default=DATA / "answerability.npz")
    parser.add_argument("--simulations", type=int, default=SIMULATIONS)
    options = parser.parse_args()
    random = np.random.default_rng(20261121)
    vectors, tokenizer = np.load(options.general / "base.npz")["vectors"], Tokenizer.from_file(str(options.general / "base.json"))
    intents = read_intents(PARAPHRASES)
    files = sorted({intent.file for intent in intents})
    halves = [[intent for intent in intents if files.index(intent.file) % 2 == half] for half in (0, 1)]
    samples: list[Sample] = []
    groups: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        for half in (0, 1):
            out = Path(folder) / f"half{half}"
            adapted = adapt(vectors, halves[half], tokenizer, AdaptSettings(), half)
            export_model(out, tokenizer, adapted, np.linalg.norm(adapted, axis=1), card="")
            embedder = StaticEmbedder(out)
            for _ in tqdm(range(options.simulations // 2), desc=f"knowledge bases searched with half {half}"):
                shuffled = list(random.permutation(np.array(exemplars(), dtype=object)))
                middle = len(shuffled) // 2
                samples.append(simulate(halves[1 - half], halves[half], embedder, (shuffled[:middle], shuffled[middle:]), random))
                groups.append(half)
    print(report(samples, groups))
    coefficients, bias = fit(samples)
    embedder = StaticEmbedder(bundled_model_directory())
    message = fit_message([text for text, _ in ordinary()], exemplars(), embedder)
    fitted = replace(message, weights=tuple(float(one) for one in coefficients), bias=bias)
    fitted.save(options.out)
    print(dict(zip(NAMES, np.round(coefficients, 3), strict=True)), round(bias, 3))


if __name__ == "__main__":
    main()

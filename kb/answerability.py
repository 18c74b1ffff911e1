"""Does any chunk answer this message? Features of the message, of the knowledge base, and of both; a logistic regression over them.

The message classifier is trained on the boundary exemplars against ordinary messages of the paraphrase corpus; the regression is fitted by
`ui.calibration` on the questions of an invented shop that is not the sample's. The features of the knowledge base are z-scores over ordinary
messages run against the same knowledge base, so that one fit serves shops of any size.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder
from kb.text import normalise

Floats = NDArray[np.float32]
DATA = Path(__file__).parent / "data"
PROBES = 100
"""Ordinary messages that measure a knowledge base."""
NEIGHBOURS = 5
BUCKETS = 1 << 14
"""Hashed character n-grams of the message classifier."""
NAMES = ("score", "gap", "margin", "message")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A message that no article answers."""

    kind: str
    text: str


@cache
def exemplars() -> tuple[Exemplar, ...]:
    """The bundled boundary exemplars."""
    rows: list[Exemplar] = []
    kind = ""
    for line in (DATA / "boundaries.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line.split()[1]
        elif line.strip() and not line.startswith("#"):
            rows.append(Exemplar(kind, line.strip()))
    return tuple(rows)


@cache
def ordinary() -> tuple[tuple[str, str], ...]:
    """(message, article-style sentence on its topic) pairs of the bundled corpus."""
    lines = (DATA / "ordinary.tsv").read_text(encoding="utf-8").splitlines()
    return tuple((line.split("\t")[0], line.split("\t")[1]) for line in lines if "\t" in line and not line.startswith("#"))


def grams(text: str) -> NDArray[np.int64]:
    """Buckets of the message's character 1- to 3-grams, each once."""
    text = f" {normalise(text)} "[:600]
    found = {text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1)}
    return np.fromiter((zlib.crc32(gram.encode()) % BUCKETS for gram in found), np.int64, len(found))


class Landscape:
    """Exemplars and ordinary messages as vectors: where messages that articles answer live, and where the others do."""

    def __init__(self, embedder: Embedder, boundaries: Sequence[Exemplar], messages: Sequence[str]) -> None:
        self.boundaries = tuple(boundaries)
        self.refused = embedder.encode_queries([one.text for one in boundaries])
        self.texts = tuple(messages)
        self.messages = embedder.encode_queries(self.texts)

    def margin(self, vector: Floats) -> tuple[float, Exemplar, float]:
        """(mean of the five best cosines to exemplars minus the same to ordinary messages, the nearest exemplar, its cosine)."""
        refused, usual = self.refused @ vector, self.messages @ vector
        nearest = int(np.argmax(refused))
        return _top(refused) - _top(usual), self.boundaries[nearest], float(refused[nearest])


Scores = Callable[[str], Floats]
"""Message → the fused scores of a knowledge base's chunks for it, best first."""


class Probe:
    """One knowledge base, measured: how high ordinary messages score in it."""

    def __init__(self, landscape: Landscape, scores: Scores, probes: int = PROBES) -> None:
        rows = np.unique(np.linspace(0, len(landscape.messages) - 1, probes).astype(int))
        raw = np.array([self._raw(scores(landscape.texts[row])) for row in rows])
        self._mean, self._spread = raw.mean(axis=0), raw.std(axis=0) + 1e-6

    def features(self, scores: Floats) -> Floats:
        """(score, gap) of a message whose chunks score `scores`, best first, as z-scores over ordinary messages."""
        return np.asarray((self._raw(scores) - self._mean) / self._spread, np.float32)

    def _raw(self, scores: Floats) -> Floats:
        """The best score, and how far the fifth is behind it."""
        if not len(scores):
            return np.zeros(2, np.float32)
        return np.array([scores[0], scores[0] - scores[min(NEIGHBOURS - 1, len(scores) - 1)]], np.float32)


@dataclass(frozen=True, slots=True)
class Regression:
    """Fitted weights: P(no article answers) = sigmoid(bias + weights · features), and the message classifier that gives the last feature."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    message_bias: float
    message_grams: NDArray[np.float32]
    """(BUCKETS,) weight of each hashed n-gram."""
    message_vector: NDArray[np.float32]
    """(dimension,) weight of each coordinate of the message's vector."""
    embedder: str
    """Identity of the model whose vectors it was fitted on."""
    threshold: float = 0.5
    """Probability from which a draft abstains, unless the shop's own is set."""

    def message(self, text: str, vector: Floats) -> float:
        """Log-odds, from the message alone, that it is of a kind that no article answers."""
        found = grams(text)
        lexical = float(self.message_grams[found].sum()) / math.sqrt(max(1, len(found)))
        semantic = float(self.message_vector @ vector) if len(self.message_vector) == len(vector) else 0.0
        return self.message_bias + lexical + semantic

    def probability(self, features: Floats) -> float:
        """P(no article answers) of features in the order of NAMES."""
        logit = self.bias + float(np.dot(np.asarray(self.weights), features))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def save(self, path: Path) -> None:
        meta = {"names": self.names, "weights": self.weights, "bias": self.bias, "message_bias": self.message_bias, "embedder": self.embedder,
                "threshold": self.threshold}  # fmt: skip
        np.savez_compressed(
            path, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8), grams=self.message_grams.astype(np.float16),
            vector=self.message_vector.astype(np.float32),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Regression:
        with np.load(path, allow_pickle=False) as data:
            meta = json.loads(data["meta"].tobytes())
            return cls(
                tuple(meta["names"]), tuple(meta["weights"]), meta["bias"], meta["message_bias"], data["grams"].astype(np.float32),
                data["vector"], meta["embedder"], meta["threshold"],
            )  # fmt: skip


def fit_message(messages: Sequence[str], boundaries: Sequence[Exemplar], embedder: Embedder) -> Regression:
    """The classifier on the message alone, half on hashed character n-grams, half on the message's vector. Needs the training extra.

    The regression around it is still to be fitted: its weights are zero.
    """
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    texts = [*messages, *(one.text for one in boundaries)]
    labels = np.array([0] * len(messages) + [1] * len(boundaries))
    found = [grams(text) for text in texts]
    ends = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    values = np.concatenate([np.full(len(one), 1 / math.sqrt(max(1, len(one))), np.float32) for one in found])
    lexical = sparse.csr_matrix((values, np.concatenate(found), ends), shape=(len(texts), BUCKETS))
    words = LogisticRegression(C=30.0, class_weight="balanced", max_iter=400).fit(lexical, labels)
    meaning = LogisticRegression(C=3.0, class_weight="balanced", max_iter=400).fit(embedder.encode_queries(texts), labels)
    return Regression(
        names=NAMES, weights=(0.0,) * len(NAMES), bias=0.0, message_bias=float(words.intercept_[0] + meaning.intercept_[0]) / 2,
        message_grams=(words.coef_[0] / 2).astype(np.float32), message_vector=(meaning.coef_[0] / 2).astype(np.float32), embedder=embedder.identity,
    )  # fmt: skip


@cache
def bundled_regression() -> Regression | None:
    """The regression that ships with Youju; None before it is fitted."""
    path = DATA / "answerability.npz"
    return Regression.load(path) if path.is_file() else None


def features(landscape: Landscape, probe: Probe, regression: Regression, text: str, vector: Floats, scores: Floats) -> Floats:
    """The features of a message against a knowledge base, in the order of NAMES."""
    own = [landscape.margin(vector)[0], regression.message(text, vector)]
    return np.concatenate([probe.features(scores), np.asarray(own, np.float32)])


def _top(values: Floats) -> float:
    most = min(NEIGHBOURS, len(values))
    return float(np.sort(values)[-most:].mean()) if most else 0.0


__all__ = ["NAMES", "Exemplar", "Landscape", "Probe", "Regression", "bundled_regression", "exemplars", "features", "fit_message", "grams", "ordinary"]

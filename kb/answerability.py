"""Does any chunk answer this message? Features of the message, of the knowledge base, and of both; a logistic regression over them.

Two classifiers read the message alone. One knows messages that no article should answer (boundary exemplars), the other questions about
details that shops seldom write down; both are trained against ordinary messages of the paraphrase corpus. The regression is fitted by
`ui.calibration` on the questions of an invented shop that is not the sample's. The features of the knowledge base are z-scores over ordinary
messages run against the same knowledge base, so that one fit serves shops of any size.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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
"""Hashed character n-grams of a message classifier."""
NAMES = ("score", "gap", "margin", "message", "detail")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A message that no article answers."""

    kind: str
    text: str


@cache
def exemplars() -> tuple[Exemplar, ...]:
    """The bundled boundary exemplars: what no article should answer."""
    return _read(DATA / "boundaries.txt")


@cache
def details() -> tuple[Exemplar, ...]:
    """Bundled questions about details that shops seldom write down; an article may answer one all the same."""
    return _read(DATA / "details.txt")


def _read(path: Path) -> tuple[Exemplar, ...]:
    rows: list[Exemplar] = []
    kind = ""
    for line in path.read_text(encoding="utf-8").splitlines():
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


@lru_cache(maxsize=256)
@lru_cache(maxsize=256)
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
class MessageClassifier:
    """Log-odds from the message alone: half of it hashed character n-grams, half the message's vector."""

    bias: float
    grams: NDArray[np.float32]
    """(BUCKETS,) weight of each hashed n-gram."""
    vector: NDArray[np.float32]
    """(dimension,) weight of each coordinate of the message's vector."""

    def log_odds(self, text: str, vector: Floats) -> float:
        """Positive where the message is rather of the classifier's kind than an ordinary one."""
        found = grams(text)
        lexical = float(self.grams[found].sum()) / math.sqrt(max(1, len(found)))
        semantic = float(self.vector @ vector) if len(self.vector) == len(vector) else 0.0
        return self.bias + lexical + semantic


@dataclass(frozen=True, slots=True)
class Regression:
    """Fitted weights: P(no article answers) = sigmoid(bias + weights · features), and the two classifiers that give the last features."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    message: MessageClassifier
    """Of what no article should answer."""
    detail: MessageClassifier
    """Of details that shops seldom write down."""
    embedder: str
    """Identity of the model whose vectors it was fitted on."""
    threshold: float = 0.5
    """Probability from which a draft abstains, unless the shop's own is set."""

    def probability(self, features: Floats) -> float:
        """P(no article answers) of features in the order of NAMES."""
        logit = self.bias + float(np.dot(np.asarray(self.weights), features))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def save(self, path: Path) -> None:
        meta = {"names": self.names, "weights": self.weights, "bias": self.bias, "message_bias": self.message.bias, "detail_bias": self.detail.bias,
                "embedder": self.embedder, "threshold": self.threshold}  # fmt: skip
        np.savez_compressed(
            path, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8),
            message_grams=self.message.grams.astype(np.float16), message_vector=self.message.vector.astype(np.float32),
            detail_grams=self.detail.grams.astype(np.float16), detail_vector=self.detail.vector.astype(np.float32),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Regression:
        with np.load(path, allow_pickle=False) as data:
            meta = json.loads(data["meta"].tobytes())
            message, detail = (
                MessageClassifier(meta[f"{name}_bias"], data[f"{name}_grams"].astype(np.float32), data[f"{name}_vector"])
                for name in ("message", "detail")
            )
            return cls(tuple(meta["names"]), tuple(meta["weights"]), meta["bias"], message, detail, meta["embedder"], meta["threshold"])


def unfitted(embedder: Embedder) -> Regression:
    """The two classifiers, trained on the bundled data, with a regression around them whose weights are zero. Needs the training extra."""
    messages = [text for text, _ in ordinary()]
    return Regression(
        names=NAMES, weights=(0.0,) * len(NAMES), bias=0.0, message=fit_message(messages, exemplars(), embedder),
        detail=fit_message(messages, details(), embedder), embedder=embedder.identity,
    )  # fmt: skip


def fit_message(messages: Sequence[str], other: Sequence[Exemplar], embedder: Embedder) -> MessageClassifier:
    """A classifier of exemplars against ordinary messages. Needs the training extra."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    texts = [*messages, *(one.text for one in other)]
    labels = np.array([0] * len(messages) + [1] * len(other))
    found = [grams(text) for text in texts]
    ends = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    values = np.concatenate([np.full(len(one), 1 / math.sqrt(max(1, len(one))), np.float32) for one in found])
    lexical = sparse.csr_matrix((values, np.concatenate(found), ends), shape=(len(texts), BUCKETS))
    words = LogisticRegression(C=30.0, class_weight="balanced", max_iter=400).fit(lexical, labels)
    meaning = LogisticRegression(C=3.0, class_weight="balanced", max_iter=400).fit(embedder.encode_queries(texts), labels)
    return MessageClassifier(
        float(words.intercept_[0] + meaning.intercept_[0]) / 2, (words.coef_[0] / 2).astype(np.float32), (meaning.coef_[0] / 2).astype(np.float32)
    )  # fmt: skip


@cache
def bundled_regression() -> Regression | None:
    """The regression that ships with Youju; None before it is fitted."""
    path = DATA / "answerability.npz"
    return Regression.load(path) if path.is_file() else None


def features(landscape: Landscape, probe: Probe, regression: Regression, text: str, vector: Floats, scores: Floats) -> Floats:
    """The features of a message against a knowledge base, in the order of NAMES."""
    margin = landscape.margin(vector)[0]
    own = [margin, regression.message.log_odds(text, vector), regression.detail.log_odds(text, vector)]
    return np.concatenate([probe.features(scores), np.asarray(own, np.float32)])


def _top(values: Floats) -> float:
    most = min(NEIGHBOURS, len(values))
    return float(np.partition(values, len(values) - most)[-most:].mean()) if most else 0.0


__all__ = [
    "NAMES", "Exemplar", "Landscape", "MessageClassifier", "Probe", "Regression", "bundled_regression", "details", "exemplars", "features", "fit_message",
    "grams", "ordinary", "unfitted",
]  # fmt: skip

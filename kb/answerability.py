"""Does any chunk answer this message? Features of the message, of the knowledge base, and of both; a logistic regression over them.

The regression is fitted by `retriever.fitting` on knowledge bases simulated from the paraphrase corpus: topics put in
are answerable, topics left out are not, and the boundary exemplars never are. No shop is known to it. The features of the knowledge base
are z-scores over ordinary messages run against the same knowledge base, so that one fit serves shops of any size.
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

from kb.embedding import Embedder, unit_rows
from kb.text import normalise

Floats = NDArray[np.float32]
DATA = Path(__file__).parent / "data"
PROBES = 100
"""Ordinary messages that measure a knowledge base."""
NEIGHBOURS = 5
BRIDGES = 40
BRIDGE_SHARPNESS = 12.0
BUCKETS = 1 << 14
"""Hashed character n-grams of the message classifier."""
NAMES = ("score", "mean score", "gap", "bridge", "length", "margin", "message")


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

    def __init__(self, embedder: Embedder, boundaries: Sequence[Exemplar], pairs: Sequence[tuple[str, str]]) -> None:
        self.boundaries = tuple(boundaries)
        self.refused = embedder.encode_queries([one.text for one in boundaries])
        self.texts = tuple(message for message, _ in pairs)
        self.messages = embedder.encode_queries(self.texts)
        self.sentences = embedder.encode_passages([sentence for _, sentence in pairs])

    def margin(self, vector: Floats) -> tuple[float, Exemplar, float]:
        """(mean of the five best cosines to exemplars minus the same to ordinary messages, the nearest exemplar, its cosine)."""
        refused, usual = self.refused @ vector, self.messages @ vector
        nearest = int(np.argmax(refused))
        return _top(refused) - _top(usual), self.boundaries[nearest], float(refused[nearest])

    def bridge(self, vector: Floats) -> Floats:
        """Unit vector of the article-style sentences of the nearest ordinary messages: how an article would put it."""
        cosines = self.messages @ vector
        rows = np.argpartition(-cosines, min(BRIDGES, len(cosines) - 1))[:BRIDGES]
        weights = np.exp(BRIDGE_SHARPNESS * cosines[rows])
        return unit_rows((self.sentences[rows] * weights[:, None]).sum(axis=0, keepdims=True))[0]


Scores = Callable[[str, Floats], Floats]
"""(message, its vector) → the fused scores of a knowledge base's chunks for it, best first."""


class Probe:
    """One knowledge base, measured: how high ordinary messages score in it."""

    def __init__(self, chunks: Floats, landscape: Landscape, scores: Scores, probes: int = PROBES) -> None:
        self._chunks, self._landscape, self._scores = chunks, landscape, scores
        rows = np.unique(np.linspace(0, len(landscape.messages) - 1, probes).astype(int))
        raw = np.array([self._raw(landscape.messages[row], scores(landscape.texts[row], landscape.messages[row])) for row in rows])
        self._mean, self._spread = raw.mean(axis=0), raw.std(axis=0) + 1e-6

    def features(self, vector: Floats, scores: Floats) -> Floats:
        """(score, mean score, gap, bridge) of a message whose chunks score `scores`, best first, as z-scores over ordinary messages."""
        return np.asarray((self._raw(vector, scores) - self._mean) / self._spread, np.float32)

    def _raw(self, vector: Floats, scores: Floats) -> Floats:
        if not len(scores):
            return np.zeros(4, np.float32)
        bridge = float((self._chunks @ self._landscape.bridge(vector)).max())
        return np.array([scores[0], scores[:NEIGHBOURS].mean(), scores[0] - scores[min(NEIGHBOURS - 1, len(scores) - 1)], bridge], np.float32)


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
        meta = {"names": self.names, "weights": self.weights, "bias": self.bias, "message_bias": self.message_bias, "embedder": self.embedder}
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
                data["vector"], meta["embedder"],
            )  # fmt: skip


@cache
def bundled_regression() -> Regression | None:
    """The regression that ships with Youju; None before it is fitted."""
    path = DATA / "answerability.npz"
    return Regression.load(path) if path.is_file() else None


def features(landscape: Landscape, probe: Probe, regression: Regression, text: str, vector: Floats, scores: Floats) -> Floats:
    """The features of a message against a knowledge base, in the order of NAMES."""
    own = [math.log(max(2, len(normalise(text)))), landscape.margin(vector)[0], regression.message(text, vector)]
    return np.concatenate([probe.features(vector, scores), np.asarray(own, np.float32)])


def _top(values: Floats) -> float:
    most = min(NEIGHBOURS, len(values))
    return float(np.sort(values)[-most:].mean()) if most else 0.0


__all__ = ["NAMES", "Exemplar", "Landscape", "Probe", "Regression", "bundled_regression", "exemplars", "features", "grams", "ordinary"]

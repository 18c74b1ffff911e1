"""Does any chunk answer this message? Features of the message, of the knowledge base, and of both; a logistic regression over them.

The regression is fitted by `kb.modelling.answerability` on knowledge bases simulated from the paraphrase corpus: topics put in
are answerable, topics left out are not, and the boundary exemplars never are. No shop is known to it. The features of the knowledge base
are z-scores over ordinary messages run against the same knowledge base, so that one fit serves shops of any size.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embedding import Embedder, unit_rows
from kb.late import LateInteraction
from kb.text import normalise

Floats = NDArray[np.float32]
DATA = Path(__file__).parent / "data"
PROBES = 200
"""Ordinary messages that measure a knowledge base."""
HUB_NEIGHBOURS = 20
NEIGHBOURS = 5
BRIDGES = 40
BRIDGE_SHARPNESS = 12.0
LATE_CANDIDATES = 40
BUCKETS = 1 << 14
"""Hashed character n-grams of the message classifier."""
NAMES = ("best", "late", "gap", "bridge", "length", "margin", "message")


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


class Probe:
    """One knowledge base, measured: how near ordinary messages come to it, and which chunks are near to everything."""

    def __init__(self, chunks: Floats, landscape: Landscape, late: LateInteraction | None, probes: int = PROBES) -> None:
        self._chunks, self._landscape, self._late = chunks, landscape, late
        rows = np.unique(np.linspace(0, len(landscape.messages) - 1, probes).astype(int))
        cosines = landscape.messages[rows] @ chunks.T
        most = min(HUB_NEIGHBOURS, len(rows))
        self._hubs = np.sort(cosines, axis=0)[-most:].mean(axis=0)
        raw = np.array([self._raw(landscape.messages[row], landscape.texts[row]) for row in rows])
        self._mean, self._spread = raw.mean(axis=0), raw.std(axis=0) + 1e-6

    def features(self, vector: Floats, text: str) -> Floats:
        """(best, late, gap, bridge) of a message, as z-scores over the ordinary messages."""
        return np.asarray((self._raw(vector, text) - self._mean) / self._spread, np.float32)

    def _raw(self, vector: Floats, text: str) -> Floats:
        cosines = self._chunks @ vector
        order = np.argpartition(-cosines, min(LATE_CANDIDATES, len(cosines) - 1))[:LATE_CANDIDATES]
        top = np.sort(cosines[order])[::-1]
        late = _top(self._late.scores(text, order)) if self._late else float(top[0])
        best = float((cosines - self._hubs).max())
        bridge = float((self._chunks @ self._landscape.bridge(vector)).max())
        return np.array([best, late, float(top[0] - top[min(4, len(top) - 1)]), bridge], np.float32)


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


def features(landscape: Landscape, probe: Probe, regression: Regression, text: str, vector: Floats) -> Floats:
    """The features of a message against a knowledge base, in the order of NAMES."""
    margin = landscape.margin(vector)[0]
    own = [math.log(max(2, len(normalise(text)))), margin, regression.message(text, vector)]
    return np.concatenate([probe.features(vector, text), np.asarray(own, np.float32)])


def _top(values: Floats) -> float:
    most = min(NEIGHBOURS, len(values))
    return float(np.sort(values)[-most:].mean()) if most else 0.0


__all__ = ["NAMES", "Exemplar", "Landscape", "Probe", "Regression", "bundled_regression", "exemplars", "features", "grams", "ordinary"]

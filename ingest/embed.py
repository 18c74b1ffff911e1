"""Chunks → vectors. A text that the same model has embedded before is taken from the cache."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from kb.embedding import Embedder, Vectors

logger = logging.getLogger(__name__)

BATCH = 512
Progress = Callable[[int, int], None]
"""(done, total), called after each batch."""


def embed(texts: Sequence[str], embedder: Embedder | None, home: Path, progress: Progress | None = None) -> tuple[Vectors, int]:
    """((texts, dimension) unit rows, number of texts that the model had to embed). Without an embedder (texts, 0) and 0."""
    if embedder is None or not texts:
        return np.zeros((len(texts), 0 if embedder is None else embedder.dimension), np.float32), 0
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    with closing(_open(home)) as cache:
        known = _lookup(cache, embedder, keys)
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        text_of = dict(zip(keys, texts, strict=True))
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors = embedder.encode_passages([text_of[key] for key in batch])
            rows = dict(zip(batch, vectors, strict=True))
            cache.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(embedder.identity, key, vector.astype(np.float32).tobytes()) for key, vector in rows.items()],
            )
            cache.commit()
            known |= rows
            if progress:
                progress(start + len(batch), len(missing))
    return np.stack([known[key] for key in keys]).astype(np.float32), len(missing)


def _open(home: Path) -> sqlite3.Connection:
    """The cache; a damaged one is thrown away, since it can be made again."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "embeddings.sqlite3"
    try:
        return _connect(path)
    except sqlite3.OperationalError:  # locked, no space: not damaged
        raise
    except sqlite3.DatabaseError:
        logger.warning("%s is damaged; every text is embedded again", path)
        for one in home.glob(f"{path.name}*"):
            one.unlink()
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    cache = sqlite3.connect(path, timeout=30)
    try:
        cache.execute("PRAGMA journal_mode=WAL")
        cache.execute("CREATE TABLE IF NOT EXISTS vectors (model TEXT, text TEXT, vector BLOB, PRIMARY KEY (model, text)) WITHOUT ROWID")
    except BaseException:
        cache.close()
        raise
    return cache


def _lookup(cache: sqlite3.Connection, embedder: Embedder, keys: Sequence[str]) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        marks = ",".join("?" * len(some))
        rows = cache.execute(f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})", (embedder.identity, *some))
        for key, blob in rows:
            vector = np.frombuffer(blob, np.float32)
            if len(vector) == embedder.dimension:
                found[key] = vector
    return found


__all__ = ["embed"]

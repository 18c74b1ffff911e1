"""One generation of the index as it is held in memory: the snapshot, what a change makes of it, and a fresh one out of its parts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from kb.article_texts import ChangedTexts, version_of
from kb.bm25 import Bm25
from kb.content import Companions
from kb.embedding import Vectors
from kb.errors import SnapshotError
from kb.models import Article, Chunk
from kb.text import tokenise

REINGEST = "run `kb ingest`"
"""What mends a snapshot that cannot be read."""


@dataclass(frozen=True)
class Snapshot:
    """What one generation of the index knows. Not slotted: the two indexes are made once, when first used."""

    id: str
    created: str
    embedder: str
    """Identity of the model that made the vectors; '' without vectors."""
    articles: dict[str, Article]
    """By id. Sections are empty: the chunks carry the text."""
    chunks: tuple[Chunk, ...]
    vectors: Vectors
    """(chunks, dimension), unit rows; (chunks, 0) without an embedder."""
    companions: Companions
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """By article id, the file's whole Markdown to the byte; empty in snapshots of before texts were kept."""

    @cached_property
    def faiss(self) -> Any:
        """Inner-product index over the vectors in half precision, which is read twice as fast; None without vectors. Callers score its rows exactly."""
        if self.vectors.shape[1] == 0 or not len(self.vectors):
            return None
        import faiss

        index = faiss.IndexScalarQuantizer(self.vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.add(np.ascontiguousarray(self.vectors))
        return index

    @cached_property
    def bm25(self) -> Bm25 | None:
        """BM25 over title, headings and text; None without chunks."""
        return Bm25.of([self._tokens(chunk) for chunk in self.chunks]) if self.chunks else None

    def changed(self, change: Change, snapshot_id: str, created: str) -> Snapshot:
        """This one with the change: what the other chunks gave is taken over."""
        gone = change.gone
        articles = {name: one for name, one in self.articles.items() if name not in gone} | {one.id: one for one in change.articles}
        rows = np.fromiter((row for row, one in enumerate(self.chunks) if one.article not in gone), np.int64)
        chunks = (*(self.chunks[row] for row in rows.tolist()), *change.chunks)
        vectors = np.empty((len(chunks), change.vectors.shape[1]), np.float32)
        if len(rows):
            np.take(self.vectors, rows, axis=0, out=vectors[: len(rows)], mode="clip")  # one copy, where joining what was selected makes two
        vectors[len(rows) :] = change.vectors
        texts = ChangedTexts(self.texts, gone, change.texts)
        companions = self.companions if change.companions == self.companions else change.companions
        later = Snapshot(snapshot_id, created, self.embedder, articles, chunks, vectors, companions, texts)
        if self.__dict__.get("bm25") is not None and chunks:
            places = np.concatenate([rows, np.full(len(change.chunks), -1, np.int64)])
            later.__dict__["bm25"] = self.__dict__["bm25"].following(places, [later._tokens(chunk) for chunk in change.chunks])
        return later

    def _tokens(self, chunk: Chunk) -> list[str]:
        return tokenise(chunk.indexed_text(self.articles[chunk.article].title))

    def article_text(self, article_id: str) -> str | None:
        """The article's whole Markdown as it was indexed; None where the snapshot does not hold it. Raises SnapshotError where it is damaged."""
        text = self.texts.get(article_id)
        if text is not None and article_id in self.articles and version_of(text) != self.articles[article_id].version:
            raise SnapshotError("the text kept of the article is not the one indexed", where=article_id, fix=REINGEST)
        return text

    def superseded_by(self, article_id: str, as_of: dt.date) -> Article | None:
        """The article in force that replaces this one."""
        return next((a for a in self.articles.values() if a.supersedes == article_id and a.in_force(as_of)), None)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the snapshot before."""

    removed: frozenset[str]
    """Articles that go."""
    articles: tuple[Article, ...]
    """Those that come, or come again as they are now."""
    chunks: tuple[Chunk, ...]
    """Of the articles that come."""
    vectors: Vectors
    """(chunks, dimension), unit rows."""
    companions: Companions
    """All of them, as they are now."""
    texts: Mapping[str, str]
    """Of the articles that come."""

    @property
    def gone(self) -> frozenset[str]:
        """Articles of which nothing earlier counts any more."""
        return self.removed | {one.id for one in self.articles}

    def then(self, later: Change) -> Change:
        """Both in one."""
        gone = later.gone
        rows = [row for row, one in enumerate(self.chunks) if one.article not in gone]
        return Change(
            removed=(self.gone | later.gone) - {one.id for one in later.articles},
            articles=(*(one for one in self.articles if one.id not in gone), *later.articles),
            chunks=(*(self.chunks[row] for row in rows), *later.chunks),
            vectors=np.concatenate([self.vectors[rows], later.vectors]),
            companions=later.companions,
            texts=ChangedTexts(self.texts, gone, later.texts),
        )


def new_id(content: bytes) -> str:
    """Sortable by time, told apart by content."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    return f"{now}-{hashlib.sha256(content).hexdigest()[:8]}"


def make(
    articles: Sequence[Article],
    chunks: Sequence[Chunk],
    vectors: Vectors,
    embedder: str,
    companions: Companions,
    texts: Mapping[str, str] | None = None,
) -> Snapshot:
    """A snapshot of these parts with a fresh id."""
    bare = {article.id: dataclasses.replace(article, sections=()) for article in articles}
    digest = json.dumps([[article.id, article.version] for article in articles] + [embedder]).encode()
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Snapshot(new_id(digest), created, embedder, bare, tuple(chunks), np.asarray(vectors, np.float32), companions, texts or {})


def again(snapshot: Snapshot, snapshot_id: str, created: str, texts: Mapping[str, str]) -> Snapshot:
    """The same under another id, with the indexes that it has."""
    other = dataclasses.replace(snapshot, id=snapshot_id, created=created, texts=texts)
    other.__dict__.update({name: snapshot.__dict__[name] for name in ("bm25", "faiss") if name in snapshot.__dict__})
    return other


__all__ = ["REINGEST", "Change", "Snapshot", "again", "make", "new_id"]

"""What is to be published: articles out of files, and articles that stay as they are published. And what a snapshot lacks of it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.chunk import chunk
from ingest.embed import Progress, embed
from kb.content import Companions
from kb.embedding import Embedder, Vectors
from kb.errors import ContentError, SnapshotError
from kb.models import Article, Chunk
from kb.snapshot import Change, Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the index is to hold."""

    fresh: Mapping[str, Article]
    """By id, articles as their files say."""
    texts: Mapping[str, str]
    """By file, to the byte; of the fresh ones at least."""
    staying: Mapping[str, Article]
    """By id, articles as they are in `published`."""
    published: Snapshot | None
    """None where nothing stays."""
    companions: Companions

    @property
    def articles(self) -> dict[str, Article]:
        return {**self.fresh, **self.staying}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a snapshot is made of, or a change."""

    articles: tuple[Article, ...]
    chunks: tuple[Chunk, ...]
    vectors: Vectors
    """(chunks, dimension), unit rows."""
    texts: dict[str, str]
    """By article."""
    embedded: int
    """Texts that the model had to embed; the others came from the cache."""


def wanted_of(
    sound: Sequence[Article], texts: Mapping[str, str], broken: Set[str], published: Snapshot | None, companions: Companions
) -> Wanted:  # fmt: skip
    """What a folder wants: its sound articles that are `published`, and those whose files are broken now, as they were published before.

    sound: whatever their status. texts, broken: by file. published: the snapshot in force; needed where a file is broken.
    """
    fresh, ids = {one.id: one for one in sound if one.status == "published"}, {one.id for one in sound}
    before = published.articles.values() if published else ()
    return with_staying(fresh, texts, {one.id: one for one in before if one.file in broken and one.id not in ids}, published, companions)


def with_staying(
    fresh: Mapping[str, Article], texts: Mapping[str, str], staying: Mapping[str, Article], published: Snapshot | None, companions: Companions
) -> Wanted:  # fmt: skip
    """Fresh articles, and some that stay as they are in `published`."""
    return Wanted(fresh, texts, staying, published, with_required(companions, (*fresh.values(), *staying.values()), published))


def with_required(companions: Companions, articles: Iterable[Article], published: Snapshot | None) -> Companions:
    """With the published disclaimers that an article still requires, though the folder has them no longer."""
    needed = {name for one in articles for name in one.disclaimers}
    kept = {name: said for name, said in published.companions.disclaimers.items() if name in needed} if published else {}
    return dataclasses.replace(companions, disclaimers={**kept, **companions.disclaimers})


def parts_of(wanted: Wanted, ids: Set[str], embedder: Embedder | None, home: Path, progress: Progress | None = None) -> Parts:
    """Chunks, vectors and texts of these articles."""
    fresh = [one for name, one in wanted.fresh.items() if name in ids]
    staying = [one for name, one in wanted.staying.items() if name in ids]
    names = {one.id for one in staying}
    chunks = [*chunks_of(fresh, embedder), *(one for one in (wanted.published.chunks if wanted.published and names else ()) if one.article in names)]
    titles = {one.id: one.title for one in (*fresh, *staying)}
    vectors, embedded = embed([embedded_text(one, titles[one.article]) for one in chunks], embedder, home, progress)
    texts = {**_texts_of(staying, wanted.published), **{one.id: wanted.texts[one.file] for one in fresh}}
    return Parts(tuple(dataclasses.replace(one, sections=()) for one in (*fresh, *staying)), tuple(chunks), vectors, texts, embedded)


def differing(base: Snapshot, wanted: Wanted) -> tuple[frozenset[str], frozenset[str]]:
    """(articles that `base` has and are not wanted, those that are wanted and that it has not, or not so)."""
    articles = wanted.articles
    come = frozenset(name for name, one in articles.items() if not same(base.articles.get(name), one))
    return frozenset(base.articles.keys() - articles.keys()), come


def change_to(base: Snapshot, wanted: Wanted, embedder: Embedder | None, home: Path) -> tuple[Change, int] | None:
    """(what makes of `base` what is wanted, how many texts the model had to embed for it); None where nothing does not say it already.

    Raises ContentError where nothing would be left.
    """
    if not wanted.fresh and not wanted.staying:
        raise ContentError("nothing would be left to answer from", where="articles", fix="publish another article first")
    gone, come = differing(base, wanted)
    if not gone and not come and wanted.companions == base.companions:
        return None
    parts = parts_of(wanted, come, embedder, home)
    return Change(gone, parts.articles, parts.chunks, parts.vectors, wanted.companions, parts.texts), parts.embedded


def same(one: Article | None, other: Article) -> bool:
    """Whether both are what the same file said at the same time."""
    return one is other or (one is not None and (one.version, one.file) == (other.version, other.file))


def embedded_text(chunk_: Chunk, title: str) -> str:
    """What the embedder reads of a chunk: its own words, with the nearest heading where the chunk is too short to stand alone."""
    return f"{chunk_.heading or title}: {chunk_.text}" if len(chunk_.text) < 24 else chunk_.text


def chunks_of(articles: Iterable[Article], embedder: Embedder | None) -> list[Chunk]:
    """The chunks of all the articles; with an embedder approved replies go to what they resemble."""

    def similarity(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float32]:
        assert embedder is not None
        return np.asarray(embedder.encode_passages(first) @ embedder.encode_passages(second).T, np.float32)

    return [one for article in articles for one in chunk(article, similarity if embedder else None)[0]]


def _texts_of(articles: Sequence[Article], published: Snapshot | None) -> dict[str, str]:
    """Their whole texts; none where the snapshot has lost them, which is no reason to publish nothing."""
    if published is None:
        return {}
    try:
        texts = {one.id: published.article_text(one.id) for one in articles}
    except SnapshotError as error:
        log.warning("articles that stay as they were published are kept without their whole texts: %s", error)
        return {}
    return {name: text for name, text in texts.items() if text is not None}


__all__ = [
    "Parts",
    "Wanted",
    "change_to",
    "chunks_of",
    "differing",
    "embedded_text",
    "parts_of",
    "same",
    "wanted_of",
    "with_required",
    "with_staying",
]

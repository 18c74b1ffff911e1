"""An immutable index generation: articles, chunks, FAISS, BM25, companions. Saved beside, verified, swapped, loaded, pruned."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.article_texts import TextsOnDisk, version_of, write_texts
from kb.content import Companions
from kb.embedding import Vectors
from kb.errors import SnapshotError
from kb.models import ApprovedReply, Article, Chunk, Section
from kb.text import tokenise

FORMAT = 1
TEXTS = "texts.zip"
_REINGEST = "run `kb ingest`"


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
        """Exact inner-product index over the vectors; None without vectors."""
        if self.vectors.shape[1] == 0 or not len(self.vectors):
            return None
        import faiss

        index = faiss.IndexFlatIP(self.vectors.shape[1])
        index.add(np.ascontiguousarray(self.vectors))
        return index

    @cached_property
    def bm25(self) -> Any:
        """BM25 (Lucene's variant, k1 1.2, b 0.5: short lines) over title, headings and text; None without chunks."""
        bm25s = _bm25s()
        corpus = [tokenise(chunk.indexed_text(self.articles[chunk.article].title)) or ["\x00"] for chunk in self.chunks]
        if not corpus:
            return None
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.5)
        index.index(corpus, show_progress=False)
        return index

    def article_text(self, article_id: str) -> str | None:
        """The article's whole Markdown as it was indexed; None where the snapshot does not hold it. Raises SnapshotError where it is damaged."""
        text = self.texts.get(article_id)
        if text is not None and article_id in self.articles and version_of(text) != self.articles[article_id].version:
            raise SnapshotError("the text kept of the article is not the one indexed", where=article_id, fix=_REINGEST)
        return text

    def superseded_by(self, article_id: str, as_of: dt.date) -> Article | None:
        """The article in force that replaces this one."""
        return next((a for a in self.articles.values() if a.supersedes == article_id and a.in_force(as_of)), None)


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


# ---- on disk ---------------------------------------------------------------------------------------------------------


def publish(snapshot: Snapshot, home: Path, keep: int) -> None:
    """Write beside, verify by loading, swap CURRENT atomically, prune. A kill at any moment leaves the old or the new one."""
    root = home / "snapshots"
    root.mkdir(parents=True, exist_ok=True)
    beside = root / f".writing-{uuid.uuid4().hex}"
    try:
        _write(snapshot, beside)
        verified = _read(beside, snapshot.id)
        if len(verified.chunks) != len(snapshot.chunks) or verified.texts != snapshot.texts:
            raise SnapshotError("the snapshot written is not the one built", where=str(beside), fix="check the disk and run `kb ingest` again")
        os.replace(beside, root / snapshot.id)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    _sync(root)
    _set_current(home, snapshot.id)
    _prune(home, keep)


def current_id(home: Path) -> str | None:
    """Id of the published snapshot, None before the first."""
    try:
        return (home / "CURRENT").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def load_current(home: Path) -> Snapshot:
    """The published snapshot. Raises SnapshotError where there is none or it is damaged."""
    for _ in range(3):  # a publish may prune the one whose id was just read
        snapshot_id = current_id(home)
        if snapshot_id is None:
            raise SnapshotError("nothing is published yet", where=str(home), fix=_REINGEST)
        try:
            return _read(home / "snapshots" / snapshot_id, snapshot_id)
        except SnapshotError:
            if current_id(home) == snapshot_id:
                raise
    raise SnapshotError("the published snapshot keeps changing", where=str(home), fix="try again")


def _write(snapshot: Snapshot, folder: Path) -> None:
    folder.mkdir()
    files = {
        "articles.json": _dump({key: _article_json(article) for key, article in snapshot.articles.items()}),
        "chunks.json": _dump([dataclasses.asdict(chunk) for chunk in snapshot.chunks]),
        "companions.json": _dump(snapshot.companions.as_json()),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    np.save(folder / "vectors.npy", snapshot.vectors)
    if snapshot.faiss is not None:
        import faiss

        faiss.write_index(snapshot.faiss, str(folder / "dense.faiss"))
    if snapshot.bm25 is not None:
        snapshot.bm25.save(str(folder / "bm25"), show_progress=False)
    manifest = {
        "format": FORMAT, "id": snapshot.id, "created": snapshot.created, "embedder": snapshot.embedder,
        "chunks": len(snapshot.chunks), "dimension": int(snapshot.vectors.shape[1]),
        "sha256": {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()},
    }  # fmt: skip
    if snapshot.texts:  # not among the digests, so that loading need not read it: each text is held against its article's version when it is read
        write_texts(snapshot.texts, folder / TEXTS)
        manifest["texts"] = (folder / TEXTS).stat().st_size
    (folder / "manifest.json").write_bytes(_dump(manifest))
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _read(folder: Path, snapshot_id: str) -> Snapshot:
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        if manifest["format"] != FORMAT:
            raise SnapshotError(f"format {manifest['format']} is not {FORMAT}", where=str(folder), fix=_REINGEST)
        for name, digest in manifest["sha256"].items():
            if _digest(folder / name) != digest:
                raise SnapshotError(f"{name} is damaged", where=str(folder), fix=_REINGEST)
        articles = {key: _article(data) for key, data in json.loads((folder / "articles.json").read_bytes()).items()}
        chunks = tuple(_chunk(data) for data in json.loads((folder / "chunks.json").read_bytes()))
        companions = Companions.from_json(json.loads((folder / "companions.json").read_bytes()))
        vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
        if manifest.get("texts", 0) and (folder / TEXTS).stat().st_size != manifest["texts"]:
            raise SnapshotError(f"{TEXTS} is damaged", where=str(folder), fix=_REINGEST)
        texts: Mapping[str, str] = TextsOnDisk(folder / TEXTS) if manifest.get("texts", 0) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotError(f"cannot be read: {error}", where=str(folder), fix=_REINGEST) from error
    snapshot = Snapshot(snapshot_id, manifest["created"], manifest["embedder"], articles, chunks, vectors, companions, texts)
    _load_indexes(snapshot, folder)
    return snapshot


def _load_indexes(snapshot: Snapshot, folder: Path) -> None:
    """Fill the cached properties from disk, so that loading does not build them again."""
    if (folder / "dense.faiss").is_file():
        import faiss

        snapshot.__dict__["faiss"] = faiss.read_index(str(folder / "dense.faiss"))
    if (folder / "bm25").is_dir():
        bm25s = _bm25s()
        snapshot.__dict__["bm25"] = bm25s.BM25.load(str(folder / "bm25"), load_corpus=False)


def _bm25s() -> Any:
    """The library, quiet: it sets its logger to DEBUG when it is imported."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


def _set_current(home: Path, snapshot_id: str) -> None:
    beside = home / f".CURRENT-{uuid.uuid4().hex}"
    beside.write_text(snapshot_id + "\n", encoding="utf-8")
    _sync(beside)
    os.replace(beside, home / "CURRENT")
    _sync(home)


def _prune(home: Path, keep: int) -> None:
    root, current = home / "snapshots", current_id(home)
    published = sorted((path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")), reverse=True)
    for path in published[keep:]:
        if path.name != current:
            shutil.rmtree(path, ignore_errors=True)
    hour_ago = dt.datetime.now().timestamp() - 3600
    for path in root.glob(".writing-*"):  # left by a process that was killed
        if path.stat().st_mtime < hour_ago:
            shutil.rmtree(path, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _dump(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, default=str).encode()


def _article_json(article: Article) -> dict[str, Any]:
    return {f.name: getattr(article, f.name) for f in dataclasses.fields(article) if f.name != "sections"}


def _article(data: dict[str, Any]) -> Article:
    for key in ("valid_from", "valid_until", "review_by"):
        data[key] = dt.date.fromisoformat(data[key]) if data[key] else None
    sections: tuple[Section, ...] = ()
    return Article(**{**data, "products": tuple(data["products"]), "disclaimers": tuple(data["disclaimers"]), "sections": sections})


def _chunk(data: dict[str, Any]) -> Chunk:
    data["lines"] = tuple(data["lines"])
    data["cells"] = tuple((header, cell) for header, cell in data["cells"])
    data["replies"] = tuple(ApprovedReply(**reply) for reply in data["replies"])
    return Chunk(**data)


__all__ = ["Snapshot", "current_id", "load_current", "make", "publish"]

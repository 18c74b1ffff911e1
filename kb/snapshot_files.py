"""A snapshot's folder: what lies in it, how it is written and put onto the disk, how it is read and held against its checksums."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.article_texts import TextsOnDisk, write_texts
from kb.bm25 import Bm25
from kb.content import Companions
from kb.embedding import Vectors
from kb.errors import SnapshotError
from kb.generation import REINGEST, Change, Snapshot
from kb.models import ApprovedReply, Article, Chunk, Section

WHOLE = 1
"""Format of a whole snapshot."""
CHANGE = 2
"""Format of a change."""
TEXTS = "texts.zip"


# ---- writing ----------------------------------------------------------------------------------------------------------


def write_whole(snapshot: Snapshot, folder: Path, repeats: Sequence[str]) -> None:
    """Into a new folder. repeats: the change that it makes whole, behind what that one rests on."""
    folder.mkdir()
    _write_parts(folder, snapshot.articles.values(), snapshot.chunks, snapshot.companions, snapshot.vectors)
    if snapshot.faiss is not None:
        import faiss

        faiss.write_index(snapshot.faiss, str(folder / "dense.faiss"))
    if snapshot.bm25 is not None:
        snapshot.bm25.save(folder / "lexical")
    manifest = {"format": WHOLE, "id": snapshot.id, "created": snapshot.created, "embedder": snapshot.embedder, "lineage": list(repeats)}
    _finish(folder, manifest, snapshot.vectors, snapshot.texts)


def write_change(change: Change, snapshot_id: str, embedder: str, lineage: Sequence[str], folder: Path) -> None:
    """Into a new folder. lineage: the whole snapshot and the changes that it rests on."""
    folder.mkdir()
    _write_parts(folder, change.articles, change.chunks, change.companions, change.vectors)
    manifest = {
        "format": CHANGE, "id": snapshot_id, "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "embedder": embedder,
        "lineage": list(lineage), "removed": sorted(change.removed),
    }  # fmt: skip
    _finish(folder, manifest, change.vectors, change.texts)


def _write_parts(folder: Path, articles: Iterable[Article], chunks: Sequence[Chunk], companions: Companions, vectors: Vectors) -> None:
    files = {
        "articles.json": _dump({article.id: _article_json(article) for article in articles}),
        "chunks.json": _dump([_chunk_json(chunk) for chunk in chunks]),
        "companions.json": _dump(companions.as_json()),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    np.save(folder / "vectors.npy", vectors)


def _finish(folder: Path, manifest: dict[str, Any], vectors: Vectors, texts: Mapping[str, str]) -> None:
    """The texts, the manifest over all of it, and everything onto the disk."""
    manifest |= {
        "chunks": len(vectors), "dimension": int(vectors.shape[1]),
        "sha256": {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()},
    }  # fmt: skip
    if texts:  # not among the digests, so that loading need not read it: each text is held against its article's version when it is read
        write_texts(texts, folder / TEXTS)
        manifest["texts"] = (folder / TEXTS).stat().st_size
    (folder / "manifest.json").write_bytes(_dump(manifest))
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def check_whole(snapshot: Snapshot, folder: Path) -> None:
    """Raises SnapshotError where what lies in the folder is not the snapshot."""
    written = read_whole(folder, snapshot.id)
    if len(written.chunks) != len(snapshot.chunks) or written.texts != snapshot.texts:
        raise SnapshotError("the snapshot written is not the one built", where=str(folder), fix="check the disk and run `kb ingest` again")


def check_change(change: Change, folder: Path) -> None:
    """Raises SnapshotError where what lies in the folder is not the change."""
    written, _ = read_change(folder)
    if (written.gone, written.chunks) != (change.gone, change.chunks) or written.texts != change.texts:
        raise SnapshotError("the change written is not the one made", where=str(folder), fix="check the disk and run `kb ingest` again")


# ---- reading ----------------------------------------------------------------------------------------------------------


def resting_on(root: Path, snapshot_id: str) -> list[str]:
    """The whole snapshot and the changes of which this one is made, itself at the end. Raises SnapshotError."""
    manifest = manifest_of(root / snapshot_id)
    return [*manifest["lineage"], snapshot_id] if manifest["format"] == CHANGE else [snapshot_id]


def manifest_of(folder: Path) -> dict[str, Any]:
    """Raises SnapshotError where it cannot be read, or is of a format of another time."""
    manifest: dict[str, Any] = {}
    with _readable(folder):
        manifest = json.loads((folder / "manifest.json").read_bytes())
        if manifest["format"] not in (WHOLE, CHANGE):
            raise SnapshotError(f"format {manifest['format']} is not {WHOLE} or {CHANGE}", where=str(folder), fix=REINGEST)
    return manifest


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Raises SnapshotError for whatever goes wrong in reading a folder."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotError(f"cannot be read: {error}", where=str(folder), fix=REINGEST) from error


def read_whole(folder: Path, snapshot_id: str) -> Snapshot:
    """A whole snapshot. Raises SnapshotError where it is damaged."""
    manifest = manifest_of(folder)
    with _readable(folder):
        articles, chunks, companions, vectors = _read_parts(folder, manifest)
        snapshot = Snapshot(
            snapshot_id, manifest["created"], manifest["embedder"], articles, chunks, vectors, companions, texts_in(folder, manifest)
        )  # fmt: skip
        _load_indexes(snapshot, folder)
    return snapshot


def read_change(folder: Path) -> tuple[Change, dict[str, Any]]:
    """(the change, its manifest). Raises SnapshotError where it is damaged."""
    manifest = manifest_of(folder)
    with _readable(folder):
        articles, chunks, companions, vectors = _read_parts(folder, manifest)
        change = Change(
            frozenset(manifest["removed"]), tuple(articles.values()), chunks, vectors, companions, texts_in(folder, manifest)
        )  # fmt: skip
    return change, manifest


def _read_parts(folder: Path, manifest: dict[str, Any]) -> tuple[dict[str, Article], tuple[Chunk, ...], Companions, Vectors]:
    for name, digest in manifest["sha256"].items():
        if _digest(folder / name) != digest:
            raise SnapshotError(f"{name} is damaged", where=str(folder), fix=REINGEST)
    articles = {key: _article(data) for key, data in json.loads((folder / "articles.json").read_bytes()).items()}
    chunks = tuple(_chunk(data) for data in json.loads((folder / "chunks.json").read_bytes()))
    companions = Companions.from_json(json.loads((folder / "companions.json").read_bytes()))
    vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
    return articles, chunks, companions, vectors


def texts_in(folder: Path, manifest: dict[str, Any]) -> Mapping[str, str]:
    """The articles' texts, unread; none in a folder of before they were kept."""
    size = manifest.get("texts", 0)
    if not size:
        return {}
    if (folder / TEXTS).stat().st_size != size:
        raise SnapshotError(f"{TEXTS} is damaged", where=str(folder), fix=REINGEST)
    return TextsOnDisk(folder / TEXTS)


def _load_indexes(snapshot: Snapshot, folder: Path) -> None:
    """Fill the cached properties from disk, so that loading does not build them again."""
    if (folder / "dense.faiss").is_file():
        import faiss

        snapshot.__dict__["faiss"] = faiss.read_index(str(folder / "dense.faiss"))
    if (folder / "lexical").is_dir():  # a snapshot of an earlier version of Youju keeps BM25 otherwise: it is counted again
        snapshot.__dict__["bm25"] = Bm25.load(folder / "lexical")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _dump(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, default=str).encode()


def _article_json(article: Article) -> dict[str, Any]:
    return {f.name: getattr(article, f.name) for f in dataclasses.fields(article) if f.name != "sections"}


def _chunk_json(chunk: Chunk) -> dict[str, Any]:
    own = {f.name: getattr(chunk, f.name) for f in dataclasses.fields(chunk)}
    return {**own, "replies": [dataclasses.asdict(reply) for reply in chunk.replies]}


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


__all__ = [
    "CHANGE", "WHOLE", "check_change", "check_whole", "manifest_of", "read_change", "read_whole", "resting_on", "sync", "texts_in", "write_change",
    "write_whole",
]  # fmt: skip

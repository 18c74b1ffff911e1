"""An immutable index generation: articles, chunks, FAISS, BM25, companions. Saved beside, verified, swapped, loaded, pruned.

A snapshot lies on disk whole, or as a change: what is different from the one before it, and the names of those that it rests on, the first of
which is whole. Who holds an earlier one in memory takes over the changes since; what nobody touched is neither read nor computed again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.article_texts import ChangedTexts, TextsOnDisk, version_of, write_texts
from kb.bm25 import Bm25
from kb.content import Companions
from kb.embedding import Vectors
from kb.errors import SnapshotError
from kb.models import ApprovedReply, Article, Chunk, Section
from kb.text import tokenise

FORMAT = 1
"""Of a whole snapshot."""
CHANGE = 2
"""Format of a change."""
MOST_CHANGES = 64
"""That a snapshot rests on before it is worth writing whole again: what starts reads them all."""
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
            raise SnapshotError("the text kept of the article is not the one indexed", where=article_id, fix=_REINGEST)
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


# ---- on disk ---------------------------------------------------------------------------------------------------------


class Overtaken(SnapshotError):
    """Another snapshot was published meanwhile: the change must be made to that one."""


def publish(snapshot: Snapshot, home: Path, keep: int) -> None:
    """Write it whole beside, verify by loading, swap CURRENT atomically, prune. A kill at any moment leaves the old or the new one."""
    with _beside(home) as beside:
        _write(snapshot, beside, ())
        _verify(snapshot, beside)
        with _alone(home):
            _swap(beside, snapshot.id, home, keep)


def publish_change(change: Change, before: Snapshot, home: Path, keep: int) -> str:
    """The same with what is different from `before`, the published snapshot; gives back the new one's id. Raises Overtaken."""
    root = home / "snapshots"
    snapshot_id = new_id(json.dumps([before.id, sorted(change.removed), [one.version for one in change.articles]]).encode())
    with _beside(home) as beside:
        try:
            lineage = _resting_on(root, before.id)
        except SnapshotError as error:
            if current_id(home) != before.id:  # and pruned: others publish faster than this change was made
                raise Overtaken("another snapshot was published meanwhile", where=str(home), fix="publish again") from error
            raise
        _write_change(change, snapshot_id, before.embedder, lineage, beside)
        written, _ = _read_change(beside)
        if (written.gone, written.chunks) != (change.gone, change.chunks) or written.texts != change.texts:
            raise SnapshotError("the change written is not the one made", where=str(beside), fix="check the disk and run `kb ingest` again")
        with _alone(home):
            if current_id(home) != before.id:
                raise Overtaken("another snapshot was published meanwhile", where=str(home), fix="publish again")
            _swap(beside, snapshot_id, home, keep)
    return snapshot_id


def make_whole(snapshot: Snapshot, home: Path, keep: int) -> str | None:
    """Publish once more, whole, what is published as changes; its id. None where another one was published meanwhile, or it is whole already."""
    try:
        rests_on = _resting_on(home / "snapshots", snapshot.id)
    except SnapshotError:
        if current_id(home) != snapshot.id:
            return None
        raise
    if len(rests_on) == 1:
        return None
    whole = again(snapshot, new_id(snapshot.id.encode()), dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), snapshot.texts)
    with _beside(home) as beside:
        _write(whole, beside, rests_on)
        _verify(whole, beside)
        with _alone(home):
            if current_id(home) != snapshot.id:
                return None
            _swap(beside, whole.id, home, keep)
    return whole.id


def again(snapshot: Snapshot, snapshot_id: str, created: str, texts: Mapping[str, str]) -> Snapshot:
    """The same under another id, with the indexes that it has."""
    other = dataclasses.replace(snapshot, id=snapshot_id, created=created, texts=texts)
    other.__dict__.update({name: snapshot.__dict__[name] for name in ("bm25", "faiss") if name in snapshot.__dict__})
    return other


def changes_behind(home: Path) -> int:
    """On how many changes the published snapshot rests."""
    snapshot_id = current_id(home)
    return len(_resting_on(home / "snapshots", snapshot_id)) - 1 if snapshot_id else 0


def current_id(home: Path) -> str | None:
    """Id of the published snapshot, None before the first. Raises SnapshotError where CURRENT cannot be read."""
    try:
        return (home / "CURRENT").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"CURRENT cannot be read: {error}", where=str(home), fix=_REINGEST) from error


def load_current(home: Path, held: Snapshot | None = None) -> Snapshot:
    """The published snapshot, from the one held in memory where it follows from that. Raises SnapshotError where there is none or it is damaged."""
    for _ in range(3):  # a publish may prune the one whose id was just read
        snapshot_id = current_id(home)
        if snapshot_id is None:
            raise SnapshotError("nothing is published yet", where=str(home), fix=_REINGEST)
        if held is not None and held.id == snapshot_id:
            return held
        try:
            root = home / "snapshots"
            return (_follow(root, held, snapshot_id) if held is not None else None) or _read(root, snapshot_id)
        except SnapshotError:
            if current_id(home) == snapshot_id:
                raise
    raise SnapshotError("the published snapshot keeps changing", where=str(home), fix="try again")


# ---- writing ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _beside(home: Path) -> Iterator[Path]:
    """A new folder to write into; gone where the writing fails, or what was written is not taken."""
    root = home / "snapshots"
    root.mkdir(parents=True, exist_ok=True)
    beside = root / f".writing-{uuid.uuid4().hex}"
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """No other thread or process swaps or prunes meanwhile."""
    descriptor = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # and with it the lock


def _swap(beside: Path, snapshot_id: str, home: Path, keep: int) -> None:
    root = home / "snapshots"
    os.replace(beside, root / snapshot_id)
    _sync(root)
    _set_current(home, snapshot_id)
    _prune(home, keep)


def _write(snapshot: Snapshot, folder: Path, repeats: Sequence[str]) -> None:
    """repeats: the change that it makes whole, behind what that one rests on."""
    folder.mkdir()
    _write_parts(folder, snapshot.articles.values(), snapshot.chunks, snapshot.companions, snapshot.vectors)
    if snapshot.faiss is not None:
        import faiss

        faiss.write_index(snapshot.faiss, str(folder / "dense.faiss"))
    if snapshot.bm25 is not None:
        snapshot.bm25.save(folder / "lexical")
    manifest = {"format": FORMAT, "id": snapshot.id, "created": snapshot.created, "embedder": snapshot.embedder, "lineage": list(repeats)}
    _finish(folder, manifest, snapshot.vectors, snapshot.texts)


def _write_change(change: Change, snapshot_id: str, embedder: str, lineage: Sequence[str], folder: Path) -> None:
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
        _sync(path)


def _verify(snapshot: Snapshot, folder: Path) -> None:
    """Raises SnapshotError where what lies in the folder is not the snapshot."""
    written = _read_whole(folder, snapshot.id)
    if len(written.chunks) != len(snapshot.chunks) or written.texts != snapshot.texts:
        raise SnapshotError("the snapshot written is not the one built", where=str(folder), fix="check the disk and run `kb ingest` again")


# ---- reading ----------------------------------------------------------------------------------------------------------


def _follow(root: Path, held: Snapshot, snapshot_id: str) -> Snapshot | None:
    """The snapshot out of an earlier one and the changes since; None where it does not follow from that, or they are gone."""
    try:
        snapshot, pending = held, None
        for name in _names_since(root, held.id, snapshot_id):
            manifest = _manifest(root / name)
            if manifest["format"] == FORMAT:  # what came before it, written whole
                snapshot = _with_pending(snapshot, pending, snapshot.id, snapshot.created)
                snapshot, pending = again(snapshot, name, manifest["created"], _texts(root / name, manifest)), None
                continue
            change, manifest = _read_change(root / name)
            pending = change if pending is None else pending.then(change)
        return _with_pending(snapshot, pending, snapshot_id, manifest["created"])
    except (SnapshotError, OSError, LookupError):
        return None


def _names_since(root: Path, held: str, snapshot_id: str) -> list[str]:
    """Of the snapshots after `held`, up to this one. Raises LookupError where it does not follow from that."""
    names = _resting_on(root, snapshot_id)
    if held not in names:
        names = [*_manifest(root / names[0]).get("lineage", ()), *names]
    if held not in names or names[-1] == held:
        raise LookupError(held)
    return names[names.index(held) + 1 :]


def _with_pending(snapshot: Snapshot, pending: Change | None, snapshot_id: str, created: str) -> Snapshot:
    return snapshot if pending is None else snapshot.changed(pending, snapshot_id, created)


def _resting_on(root: Path, snapshot_id: str) -> list[str]:
    """The whole snapshot and the changes of which this one is made, itself at the end. Raises SnapshotError."""
    manifest = _manifest(root / snapshot_id)
    return [*manifest["lineage"], snapshot_id] if manifest["format"] == CHANGE else [snapshot_id]


def _read(root: Path, snapshot_id: str) -> Snapshot:
    whole, *changes = _resting_on(root, snapshot_id)
    snapshot, pending, created = _read_whole(root / whole, whole), None, ""
    for name in changes:
        change, manifest = _read_change(root / name)
        pending, created = change if pending is None else pending.then(change), manifest["created"]
    return _with_pending(snapshot, pending, snapshot_id, created)


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = {}
    with _readable(folder):
        manifest = json.loads((folder / "manifest.json").read_bytes())
        if manifest["format"] not in (FORMAT, CHANGE):
            raise SnapshotError(f"format {manifest['format']} is not {FORMAT} or {CHANGE}", where=str(folder), fix=_REINGEST)
    return manifest


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Raises SnapshotError for whatever goes wrong in reading a folder."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotError(f"cannot be read: {error}", where=str(folder), fix=_REINGEST) from error


def _read_whole(folder: Path, snapshot_id: str) -> Snapshot:
    manifest = _manifest(folder)
    with _readable(folder):
        articles, chunks, companions, vectors = _read_parts(folder, manifest)
        snapshot = Snapshot(
            snapshot_id, manifest["created"], manifest["embedder"], articles, chunks, vectors, companions, _texts(folder, manifest)
        )  # fmt: skip
        _load_indexes(snapshot, folder)
    return snapshot


def _read_change(folder: Path) -> tuple[Change, dict[str, Any]]:
    """(the change, its manifest)."""
    manifest = _manifest(folder)
    with _readable(folder):
        articles, chunks, companions, vectors = _read_parts(folder, manifest)
        change = Change(
            frozenset(manifest["removed"]), tuple(articles.values()), chunks, vectors, companions, _texts(folder, manifest)
        )  # fmt: skip
    return change, manifest


def _read_parts(folder: Path, manifest: dict[str, Any]) -> tuple[dict[str, Article], tuple[Chunk, ...], Companions, Vectors]:
    for name, digest in manifest["sha256"].items():
        if _digest(folder / name) != digest:
            raise SnapshotError(f"{name} is damaged", where=str(folder), fix=_REINGEST)
    articles = {key: _article(data) for key, data in json.loads((folder / "articles.json").read_bytes()).items()}
    chunks = tuple(_chunk(data) for data in json.loads((folder / "chunks.json").read_bytes()))
    companions = Companions.from_json(json.loads((folder / "companions.json").read_bytes()))
    vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
    return articles, chunks, companions, vectors


def _texts(folder: Path, manifest: dict[str, Any]) -> Mapping[str, str]:
    size = manifest.get("texts", 0)
    if not size:
        return {}
    if (folder / TEXTS).stat().st_size != size:
        raise SnapshotError(f"{TEXTS} is damaged", where=str(folder), fix=_REINGEST)
    return TextsOnDisk(folder / TEXTS)


def _load_indexes(snapshot: Snapshot, folder: Path) -> None:
    """Fill the cached properties from disk, so that loading does not build them again."""
    if (folder / "dense.faiss").is_file():
        import faiss

        snapshot.__dict__["faiss"] = faiss.read_index(str(folder / "dense.faiss"))
    if (folder / "lexical").is_dir():  # a snapshot of an earlier version of Youju keeps BM25 otherwise: it is counted again
        snapshot.__dict__["bm25"] = Bm25.load(folder / "lexical")


def _set_current(home: Path, snapshot_id: str) -> None:
    beside = home / f".CURRENT-{uuid.uuid4().hex}"
    beside.write_text(snapshot_id + "\n", encoding="utf-8")
    _sync(beside)
    os.replace(beside, home / "CURRENT")
    _sync(home)


def _prune(home: Path, keep: int) -> None:
    """Leave the newest, the current one, and what these rest on."""
    root, current = home / "snapshots", current_id(home)
    published = sorted((path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")), reverse=True)
    needed: set[str] = set()
    for name in {*published[:keep], *([current] if current else [])}:
        needed.add(name)
        with contextlib.suppress(SnapshotError):  # one that cannot be read rests on nothing that helps it
            needed.update(_resting_on(root, name))
    for name in published:
        if name not in needed:
            shutil.rmtree(root / name, ignore_errors=True)
    hour_ago = dt.datetime.now().timestamp() - 3600
    for path in root.glob(".writing-*"):  # left by a process that was killed
        if path.stat().st_mtime < hour_ago:
            shutil.rmtree(path, ignore_errors=True)
    for path in home.glob(".CURRENT-*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < hour_ago:
                path.unlink()


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
    "MOST_CHANGES", "Change", "Overtaken", "Snapshot", "changes_behind", "current_id", "load_current", "make", "make_whole", "publish", "publish_change",
]  # fmt: skip

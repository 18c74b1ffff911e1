"""Generations of the index on disk: published atomically, whole or as a change, followed by who holds an earlier one, pruned.

A snapshot lies on disk whole, or as a change: what is different from the one before it, and the names of those that it rests on, the first of
which is whole. Who holds an earlier one in memory takes over the changes since; what nobody touched is neither read nor computed again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kb.errors import SnapshotError
from kb.generation import REINGEST, Change, Snapshot, again, make, new_id
from kb.snapshot_files import (
    WHOLE,
    check_change,
    check_whole,
    manifest_of,
    read_change,
    read_whole,
    resting_on,
    sync,
    texts_in,
    write_change,
    write_whole,
)

MOST_CHANGES = 64
"""That a snapshot rests on before it is worth writing whole again: what starts reads them all."""
MOST_ROUNDS = 10
"""How often a snapshot catches up with what others publish meanwhile. A round takes about as long as publishing one article."""
CatchUp = Callable[[], Change | None]
"""What a snapshot lacks of what others have published since its making began; None: nothing."""


class Overtaken(SnapshotError):
    """Another snapshot was published meanwhile: the change must be made to that one."""


# ---- publishing -------------------------------------------------------------------------------------------------------


def publish(snapshot: Snapshot, home: Path, keep: int, begun: str | None = None, catch_up: CatchUp | None = None) -> str:
    """Write it whole beside, verify by loading, swap CURRENT atomically, prune; the id published. A kill at any moment leaves the old or the new one.

    begun: id of what was published when its making began. catch_up: asked where that is another one by now; what it gives is published with the
    snapshot, as a change of it, so that neither is lost. Without it the snapshot takes the place of whatever is published. Raises Overtaken where
    others publish faster than it can catch up with.
    """
    with _beside(home) as whole, _beside(home) as added:
        write_whole(snapshot, whole, ())
        check_whole(snapshot, whole)
        parts, seen = {snapshot.id: whole}, begun
        for _ in range(MOST_ROUNDS):
            with _alone(home):
                now = standing_id(home)
                if catch_up is None or now == seen:
                    return _swap(parts, home, keep)
            parts, seen = {snapshot.id: whole}, now
            shutil.rmtree(added, ignore_errors=True)
            if (change := catch_up()) is not None:
                parts[_write_beside(change, snapshot, [snapshot.id], added)] = added
    raise Overtaken("others publish without a pause", where=str(home), fix="try again")


def publish_change(change: Change, before: Snapshot, home: Path, keep: int) -> str:
    """The same with what is different from `before`, the published snapshot; gives back the new one's id. Raises Overtaken."""
    with _beside(home) as beside:
        try:
            lineage = resting_on(home / "snapshots", before.id)
        except SnapshotError as error:
            if current_id(home) != before.id:  # and pruned: others publish faster than this change was made
                raise Overtaken("another snapshot was published meanwhile", where=str(home), fix="publish again") from error
            raise
        snapshot_id = _write_beside(change, before, lineage, beside)
        with _alone(home):
            if current_id(home) != before.id:
                raise Overtaken("another snapshot was published meanwhile", where=str(home), fix="publish again")
            return _swap({snapshot_id: beside}, home, keep)


def make_whole(snapshot: Snapshot, home: Path, keep: int) -> str | None:
    """Publish once more, whole, what is published as changes; its id. None where another one was published meanwhile, or it is whole already."""
    try:
        rests_on = resting_on(home / "snapshots", snapshot.id)
    except SnapshotError:
        if current_id(home) != snapshot.id:
            return None
        raise
    if len(rests_on) == 1:
        return None
    whole = again(snapshot, new_id(snapshot.id.encode()), dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), snapshot.texts)
    with _beside(home) as beside:
        write_whole(whole, beside, rests_on)
        check_whole(whole, beside)
        with _alone(home):
            if current_id(home) != snapshot.id:
                return None
            return _swap({whole.id: beside}, home, keep)


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


def _write_beside(change: Change, before: Snapshot, lineage: Sequence[str], beside: Path) -> str:
    """Write and verify a change of `before`, which rests on `lineage`; its id."""
    snapshot_id = new_id(json.dumps([before.id, sorted(change.removed), [one.version for one in change.articles]]).encode())
    write_change(change, snapshot_id, before.embedder, lineage, beside)
    check_change(change, beside)
    return snapshot_id


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """No other thread or process swaps or prunes meanwhile."""
    descriptor = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # and with it the lock


def _swap(parts: Mapping[str, Path], home: Path, keep: int) -> str:
    """Put what was written beside in its place, by id, and the last of it in force; its id."""
    root = home / "snapshots"
    for snapshot_id, beside in parts.items():
        os.replace(beside, root / snapshot_id)
    sync(root)
    _set_current(home, snapshot_id)
    _prune(home, keep)
    return snapshot_id


def _set_current(home: Path, snapshot_id: str) -> None:
    beside = home / f".CURRENT-{uuid.uuid4().hex}"
    beside.write_text(snapshot_id + "\n", encoding="utf-8")
    sync(beside)
    os.replace(beside, home / "CURRENT")
    sync(home)


def _prune(home: Path, keep: int) -> None:
    """Leave the newest, the current one, and what these rest on."""
    root, current = home / "snapshots", current_id(home)
    published = sorted((path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")), reverse=True)
    needed: set[str] = set()
    for name in {*published[:keep], *([current] if current else [])}:
        needed.add(name)
        with contextlib.suppress(SnapshotError):  # one that cannot be read rests on nothing that helps it
            needed.update(resting_on(root, name))
    for name in published:
        if name not in needed:
            shutil.rmtree(root / name, ignore_errors=True)
    hour_ago = dt.datetime.now().timestamp() - 3600
    for path in root.glob(".writing-*"):  # left by a process that was killed
        with contextlib.suppress(OSError):  # another process may take its own away meanwhile
            if path.stat().st_mtime < hour_ago:
                shutil.rmtree(path, ignore_errors=True)
    for path in home.glob(".CURRENT-*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < hour_ago:
                path.unlink()


# ---- what is published ------------------------------------------------------------------------------------------------


def current_id(home: Path) -> str | None:
    """Id of the published snapshot, None before the first. Raises SnapshotError where CURRENT cannot be read."""
    try:
        return (home / "CURRENT").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"CURRENT cannot be read: {error}", where=str(home), fix=REINGEST) from error


def standing_id(home: Path) -> str | None:
    """The same; None also where CURRENT cannot be read, which a whole snapshot mends."""
    try:
        return current_id(home)
    except SnapshotError:
        return None


def standing_embedder(home: Path) -> str | None:
    """Identity of the model of the published snapshot, '' without one; None where nothing is published or it cannot be read."""
    try:
        snapshot_id = current_id(home)
        return str(manifest_of(home / "snapshots" / snapshot_id)["embedder"]) if snapshot_id else None
    except (SnapshotError, LookupError):
        return None


def changes_behind(home: Path) -> int:
    """On how many changes the published snapshot rests."""
    snapshot_id = current_id(home)
    return len(resting_on(home / "snapshots", snapshot_id)) - 1 if snapshot_id else 0


def load_current(home: Path, held: Snapshot | None = None) -> Snapshot:
    """The published snapshot, from the one held in memory where it follows from that. Raises SnapshotError where there is none or it is damaged."""
    for _ in range(3):  # a publish may prune the one whose id was just read
        snapshot_id = current_id(home)
        if snapshot_id is None:
            raise SnapshotError("nothing is published yet", where=str(home), fix=REINGEST)
        if held is not None and held.id == snapshot_id:
            return held
        try:
            root = home / "snapshots"
            return (_follow(root, held, snapshot_id) if held is not None else None) or _read(root, snapshot_id)
        except SnapshotError:
            if current_id(home) == snapshot_id:
                raise
    raise SnapshotError("the published snapshot keeps changing", where=str(home), fix="try again")


def _read(root: Path, snapshot_id: str) -> Snapshot:
    whole, *changes = resting_on(root, snapshot_id)
    snapshot, pending, created = read_whole(root / whole, whole), None, ""
    for name in changes:
        change, manifest = read_change(root / name)
        pending, created = change if pending is None else pending.then(change), manifest["created"]
    return _with_pending(snapshot, pending, snapshot_id, created)


def _follow(root: Path, held: Snapshot, snapshot_id: str) -> Snapshot | None:
    """The snapshot out of an earlier one and the changes since; None where it does not follow from that, or they are gone."""
    try:
        snapshot, pending = held, None
        for name in _names_since(root, held.id, snapshot_id):
            manifest = manifest_of(root / name)
            if manifest["format"] == WHOLE:  # what came before it, written whole
                snapshot = _with_pending(snapshot, pending, snapshot.id, snapshot.created)
                snapshot, pending = again(snapshot, name, manifest["created"], texts_in(root / name, manifest)), None
                continue
            change, manifest = read_change(root / name)
            pending = change if pending is None else pending.then(change)
        return _with_pending(snapshot, pending, snapshot_id, manifest["created"])
    except (SnapshotError, OSError, LookupError):
        return None


def _names_since(root: Path, held: str, snapshot_id: str) -> list[str]:
    """Of the snapshots after `held`, up to this one. Raises LookupError where it does not follow from that."""
    names = resting_on(root, snapshot_id)
    if held not in names:
        names = [*manifest_of(root / names[0]).get("lineage", ()), *names]
    if held not in names or names[-1] == held:
        raise LookupError(held)
    return names[names.index(held) + 1 :]


def _with_pending(snapshot: Snapshot, pending: Change | None, snapshot_id: str, created: str) -> Snapshot:
    return snapshot if pending is None else snapshot.changed(pending, snapshot_id, created)


__all__ = [
    "MOST_CHANGES", "MOST_ROUNDS", "CatchUp", "Change", "Overtaken", "Snapshot", "changes_behind", "current_id", "load_current", "make", "make_whole",
    "publish", "publish_change", "standing_embedder", "standing_id",
]  # fmt: skip

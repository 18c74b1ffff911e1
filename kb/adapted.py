"""Which adapted model a home uses: `models/<identity-hash>/` hold the models, the file `ADAPTED` names them, the one in use first."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from kb.errors import EmbedderError

_NAME = re.compile(r"[0-9a-f]{16}")
UNDO = "run `kb adapt --undo`"


def models_folder(home: Path) -> Path:
    """Where a home's adapted models lie."""
    return home / "models"


def adapted_names(home: Path) -> list[str]:
    """Names of the adapted models, the one in use first, then those that `kb adapt --undo` goes back to. Empty: the bundled model is in use.

    Raises EmbedderError where the file holds anything but names.
    """
    try:
        names = (home / "ADAPTED").read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise EmbedderError(f"cannot be read: {error}", where=str(home / "ADAPTED"), fix=UNDO) from error
    if wrong := next((name for name in names if not _NAME.fullmatch(name)), None):
        raise EmbedderError(f"{wrong!r} is no name of an adapted model", where=str(home / "ADAPTED"), fix="delete the file and run `kb ingest`")
    return names


def set_adapted(home: Path, names: Sequence[str]) -> None:
    """Replace the file in one step; without names remove it."""
    place = home / "ADAPTED"
    if not names:
        place.unlink(missing_ok=True)
        return
    beside = home / f".ADAPTED-{uuid.uuid4().hex}"
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write("\n".join(names) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
    finally:
        beside.unlink(missing_ok=True)


def adapted_directory(home: Path) -> Path | None:
    """The adapted model in use; None for the bundled one. Raises EmbedderError where it is gone."""
    names = adapted_names(home)
    if not names:
        return None
    directory = models_folder(home) / names[0]
    if not (directory / "model.safetensors").is_file():
        raise EmbedderError("the adapted model is gone", where=str(directory), fix=f"{UNDO} to go back to the model before it")
    return directory


def prune(home: Path) -> None:
    """Remove the models that the file no longer names, and what a process that was killed left half-written."""
    kept = set(adapted_names(home))
    folder = models_folder(home)
    hour_ago = time.time() - 3600
    for directory in folder.iterdir() if folder.is_dir() else ():
        abandoned = directory.stat().st_mtime < hour_ago if directory.name.startswith(".") else directory.name not in kept
        if abandoned:
            shutil.rmtree(directory, ignore_errors=True)


__all__ = ["adapted_directory", "adapted_names", "models_folder", "prune", "set_adapted"]

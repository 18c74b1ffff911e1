"""Which embedding models there are: the bundled one, those adapted to the shop, those in the local hub cache, the one in use."""

from __future__ import annotations

import os
from pathlib import Path

from kb.adapted import adapted_names, models_folder
from kb.embedding import make_embedder
from kb.errors import EmbedderError, SnapshotError
from kb.settings import Settings
from kb.snapshot import load_current
from kb.static_embedding import StaticEmbedder, bundled_model_directory


def list_models(settings: Settings) -> list[str]:
    """One line a model. Looks at local folders only."""
    lines = [f"bundled   {_described(bundled_model_directory())}"]
    lines += [f"adapted   {line}" for line in _adapted(settings.home)]
    lines += [f"cached    {name}" for name in _cached()]
    try:
        embedder = make_embedder(settings)
        lines.append(f"in use    {settings.embedder}: {embedder.identity if embedder else 'lexical search only'}")
    except EmbedderError as error:
        lines.append(f"in use    {error}")
    try:
        lines.append(f"snapshot  {load_current(settings.home).embedder or 'lexical only'}")
    except SnapshotError:
        lines.append("snapshot  none published yet")
    return lines


def _adapted(home: Path) -> list[str]:
    """The home's adapted models, the one in use first."""
    try:
        names = adapted_names(home)
    except EmbedderError as error:
        return [str(error)]
    lines = []
    for name in names:
        folder = models_folder(home) / name
        try:
            lines.append(f"{_described(folder)} {folder}")
        except Exception as error:  # a damaged file fails in many ways; the list goes on
            lines.append(f"{folder}: cannot be loaded: {error}")
    return lines


def _described(folder: Path) -> str:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    embedder = StaticEmbedder(folder)
    return f"{embedder.identity} ({size / 1e6:.1f} MB, {embedder.dimension} dimensions)"


def _cached() -> list[str]:
    """Names of sentence-transformers models in the local hub cache."""
    default = Path.home() / ".cache" / "huggingface" / "hub"
    cache = Path(os.environ.get("HF_HUB_CACHE") or (Path(os.environ["HF_HOME"]) / "hub" if "HF_HOME" in os.environ else default))
    if not cache.is_dir():
        return []
    return sorted(folder.name.removeprefix("models--").replace("--", "/") for folder in cache.glob("models--*") if any(folder.rglob("modules.json")))


__all__ = ["list_models"]

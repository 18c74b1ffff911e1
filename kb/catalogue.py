"""Which embedding models there are: the bundled one, those in the local hub cache, the one in use."""

from __future__ import annotations

import os
from pathlib import Path

from kb.embedding import make_embedder
from kb.errors import EmbedderError, SnapshotError
from kb.settings import Settings
from kb.snapshot import load_current


def list_models(settings: Settings) -> list[str]:
    """One line a model. Looks at local folders only."""
    lines = [f"bundled   {_bundled()}"]
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


def _bundled() -> str:
    from kb.static_embedding import StaticEmbedder, bundled_model_directory

    folder = bundled_model_directory()
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

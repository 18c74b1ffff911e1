"""Steps 3 and 4: general training on dictionary, parallel sentences and the teacher, before any shop's words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from kb.modelling.bags import Bags, Disturbance, TextBags
from kb.modelling.cantonese import to_cantonese
from kb.modelling.data import TrainingData
from kb.modelling.rows import TrainedRows
from kb.modelling.side_by_side import side_by_side
from kb.modelling.teacher import Teacher
from kb.modelling.tokenizer import character_ids

__all__ = ["GeneralSets", "GeneralSettings", "embed", "general_sets", "train_general", "with_characters"]


@dataclass(frozen=True, slots=True)
class GeneralSettings:
    steps: int = 700
    batch: int = 1024
    learning_rate: float = 2e-3
    warm_up: int = 100
    scale: float = 20.0
    """Inverse temperature of the InfoNCE losses."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """One run each; the runs start from the same rows and are averaged."""
    disturbance: Disturbance = field(default_factory=Disturbance)
    parallel: float = 0.28
    dictionary: float = 0.26
    teacher: float = 0.34
    cantonese: float = 0.07
    paraphrase: float = 0.05


@dataclass(frozen=True, slots=True)
class GeneralSets:
    """All texts of the general training in one bag store, and which of them belong together."""

    texts: TextBags
    pairs: dict[str, NDArray[np.int64]]
    """Positions of text pairs, (pairs, 2), by name of the share in `GeneralSettings`."""
    taught: NDArray[np.int64]
    """Positions of texts that have a teacher's vector."""
    taught_row: NDArray[np.int64]
    """Row of `teacher_vectors` for each of `taught`."""
    teacher_vectors: NDArray[np.float32]


def general_sets(data: TrainingData, tokenizer: Tokenizer, teacher: Teacher) -> GeneralSets:
    texts: list[str] = []
    position: dict[str, int] = {}

    def place(text: str) -> int:
        if text not in position:
            position[text] = len(texts)
            texts.append(text)
        return position[text]

    pairs: dict[str, list[tuple[int, int]]] = {"parallel": [], "dictionary": [], "cantonese": [], "paraphrase": []}
    english: dict[str, int] = {}
    taught: list[tuple[int, int]] = []
    translations: dict[str, list[int]] = {}
    for pair in data.parallel:
        left, right = place(pair.english), place(pair.chinese)
        pairs["parallel"].append((left, right))
        pairs["cantonese"].append((left, place(to_cantonese(pair.chinese))))
        row = english.setdefault(pair.english, len(english))
        taught.extend(((left, row), (right, row)))
        translations.setdefault(pair.english, []).append(right)
    for group in translations.values():
        pairs["paraphrase"].extend(pairwise(group))
    for entry in data.dictionary:
        for gloss in entry.gloss.split("; ")[:3]:
            pairs["dictionary"].append((place(entry.traditional), place(gloss)))
    return GeneralSets(
        texts=TextBags(tokenizer, texts),
        pairs={name: np.array(rows or np.empty((0, 2)), dtype=np.int64) for name, rows in pairs.items()},
        taught=np.array([text for text, _ in taught], dtype=np.int64),
        taught_row=np.array([row for _, row in taught], dtype=np.int64),
        teacher_vectors=teacher.encode(list(english)),
    )


def train_general(start: NDArray[np.float32], sets: GeneralSets, settings: GeneralSettings, workers: int = 1) -> NDArray[np.float32]:
    """Train from the start rows once for each seed and average the runs; so many of them at a time."""
    runs = side_by_side(_run, [(start, sets, settings, seed) for seed in settings.seeds], workers, "general training")
    return np.asarray(np.mean(runs, axis=0), dtype=np.float32)


def embed(weight: Tensor, bags: Bags) -> Tensor:
    """Unit vectors of bags: mean of rows, normalised, as the exported model does it."""
    return functional.normalize(functional.embedding_bag(bags.ids, weight, bags.offsets, mode="mean"), dim=-1)


def with_characters(vectors: NDArray[np.float32], tokenizer: Tokenizer, tokens: Sequence[str], share: float = 0.4) -> NDArray[np.float32]:
    """Add to each Chinese word's row a share of the mean of its characters' rows (step 4)."""
    mixed = vectors.copy()
    for index, parts in enumerate(character_ids(tokenizer, tokens)):
        if parts:
            mixed[index] += share * vectors[parts].mean(axis=0)
    return mixed


def schedule(step: int, steps: int, warm_up: int) -> float:
    """Linear warm-up, then linear decay to zero."""
    return min(1.0, (step + 1) / max(warm_up, 1)) * (1.0 - step / steps)


def _run(start: NDArray[np.float32], sets: GeneralSets, settings: GeneralSettings, seed: int) -> NDArray[np.float32]:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    rows = TrainedRows(start)
    head = nn.Linear(start.shape[1], sets.teacher_vectors.shape[1], bias=False)
    optimizer = torch.optim.Adam([rows.table, *head.parameters()], lr=settings.learning_rate, fused=True)
    shares = {name: round(getattr(settings, name) * settings.batch) for name in sets.pairs if len(sets.pairs[name])}
    taught_count = round(settings.teacher * settings.batch) if len(sets.taught) else 0
    for step in tqdm(range(settings.steps), desc=f"general, seed {seed}", unit="step"):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * schedule(step, settings.steps, settings.warm_up)
        drawn = np.concatenate([sets.pairs[name][random.integers(0, len(sets.pairs[name]), count)] for name, count in shares.items()])
        chosen = random.integers(0, len(sets.taught), taught_count) if taught_count else np.zeros(0, np.int64)
        positions = np.concatenate([drawn[:, 0], drawn[:, 1], sets.taught[chosen]])
        gathered, _, (bags,) = rows.gather([sets.texts.batch(positions, random, settings.disturbance)])
        left, right, student = torch.split(embed(gathered, bags), [len(drawn), len(drawn), taught_count])
        loss = _contrast(left, right, drawn, settings.scale)
        if taught_count:
            target = torch.from_numpy(sets.teacher_vectors[sets.taught_row[chosen]])
            taught_loss = _distil(head(student), target, sets.taught_row[chosen], settings.scale)
            loss = (1 - settings.teacher) * loss + settings.teacher * taught_loss
        head.zero_grad()
        rows.backward(loss)
        optimizer.step()
    return rows.values


def _distil(student: Tensor, target: Tensor, rows: NDArray[np.int64], scale: float) -> Tensor:
    """InfoNCE of the student's projected vectors against the teacher's; equal texts are no negatives."""
    same = torch.from_numpy((rows[:, None] == rows[None, :]) & ~np.eye(len(rows), dtype=bool))
    scores = (scale * functional.normalize(student, dim=-1) @ target.T).masked_fill(same, -1e4)
    return functional.cross_entropy(scores, torch.arange(len(rows)))


def _contrast(left: Tensor, right: Tensor, drawn: NDArray[np.int64], scale: float) -> Tensor:
    """Symmetric InfoNCE; a pair that shares a text with another is no negative of it."""
    same = (drawn[:, 0][:, None] == drawn[:, 0][None, :]) | (drawn[:, 1][:, None] == drawn[:, 1][None, :])
    masked = torch.from_numpy(same & ~np.eye(len(drawn), dtype=bool))
    scores = (scale * left @ right.T).masked_fill(masked, -1e4)
    target = torch.arange(len(drawn))
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2

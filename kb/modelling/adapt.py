"""Step 5: adapt the general vectors to how customers ask and how articles answer.

Each step draws many intents, and of each a message, another message and an article-style sentence. The message is
contrasted with the other messages and with the article sentences of all drawn intents (InfoNCE on cosines), and for a part
of the batch token by token (MaxSim with one learnt weight a token). Rows and token weights are trained together, so one
table serves both scores.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from kb.modelling.bags import Bags, Disturbance, TextBags
from kb.modelling.data import Intent
from kb.modelling.pretrain import embed, schedule
from kb.modelling.rows import TrainedRows

__all__ = ["TRIAL", "AdaptSettings", "Adapted", "IntentTexts", "adapt", "adapt_texts", "average"]

Positions = NDArray[np.int64]
"""Of texts in a bag store."""
MASKED = -1e4
"""A score that takes a pair out of a softmax."""


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    steps: int = 400
    batch: int = 512
    """Intents a step."""
    learning_rate: float = 2e-3
    scale: float = 20.0
    """Inverse temperature of the InfoNCE losses."""
    disturbance: Disturbance = field(default_factory=Disturbance)
    article_share: float = 0.5
    """Weight of message ↔ article sentence against message ↔ message; with `single_positive` the chance of each."""
    single_positive: bool = False
    """One positive an intent and step, of either kind, as the trial had it."""
    late_share: float = 0.3
    """Weight of the MaxSim loss; 0 leaves the token weights at their start."""
    late_batch: int = 128
    """Intents of the batch that the MaxSim loss sees."""
    token_weight_rate: float = 0.02
    """Learning rate of the token weights' logits."""
    twin_cosine: float = 0.9
    """Intents of different files whose messages' centroids are this near after a third of the steps mean the same and are
    no negatives of each other from then on; above 1 turns it off."""


TRIAL = AdaptSettings(single_positive=True, late_share=0.0, twin_cosine=2.0)
"""The recipe of the first trial, for comparison."""


@dataclass(frozen=True, slots=True)
class Adapted:
    vectors: NDArray[np.float32]
    """(tokens, dimension)."""
    token_weights: NDArray[np.float32]
    """(tokens,), positive: importance of each query token in MaxSim."""


def adapt(
    vectors: NDArray[np.float32],
    intents: Sequence[Intent],
    tokenizer: Tokenizer,
    settings: AdaptSettings,
    seed: int,
) -> Adapted:
    """Train copies of the rows on the intents. Only tokens that occur in them change."""
    return adapt_texts(vectors, IntentTexts(intents, tokenizer), settings, seed)


def adapt_texts(vectors: NDArray[np.float32], texts: "IntentTexts", settings: AdaptSettings, seed: int) -> Adapted:
    """`adapt` on intents that are tokenised already."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    lengths = np.linalg.norm(vectors, axis=1)
    start_weights = np.clip(lengths / np.median(lengths[lengths > 0]), 1e-3, 20).astype(np.float32)
    rows = TrainedRows(vectors[texts.used])
    logits = nn.Parameter(torch.from_numpy(np.log(np.expm1(start_weights[texts.used]))))  # softplus undone
    optimizer = torch.optim.Adam(
        [{"params": [rows.table], "rate": settings.learning_rate}, {"params": [logits], "rate": settings.token_weight_rate}],
        fused=True,
    )
    twins = texts.same_slug()
    for step in tqdm(range(settings.steps), desc=f"adapt, seed {seed}", unit="step"):
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * schedule(step, settings.steps, 0)
        if step == settings.steps // 3 and settings.twin_cosine <= 1:
            twins = twins | texts.twins(rows.table, settings.twin_cosine)
        chosen = random.permutation(len(texts))[: settings.batch]
        masked = torch.from_numpy(twins[np.ix_(chosen, chosen)])
        logits.grad = None
        rows.backward(_loss(rows, logits, texts.draw(chosen, random), texts.bags, masked, settings, random))
        optimizer.step()
    adapted, token_weights = vectors.copy(), start_weights
    adapted[texts.used] = rows.values
    token_weights[texts.used] = functional.softplus(logits).detach().numpy()
    return Adapted(adapted, token_weights)


def average(runs: Sequence[Adapted]) -> Adapted:
    """The mean of several seeds' runs from the same start."""
    return Adapted(
        np.asarray(np.mean([run.vectors for run in runs], axis=0), dtype=np.float32),
        np.asarray(np.mean([run.token_weights for run in runs], axis=0), dtype=np.float32),
    )


def _loss(
    rows: TrainedRows,
    logits: Tensor,
    drawn: tuple[Positions, Positions, Positions],
    bags: TextBags,
    masked: Tensor,
    settings: AdaptSettings,
    random: np.random.Generator,
) -> Tensor:
    """Loss of the drawn messages, other messages and article sentences, one of each an intent."""
    messages, others, articles = drawn
    if settings.single_positive:
        columns = [messages, np.where(random.random(len(messages)) < settings.article_share, articles, others)]
    else:
        columns = [messages, others, articles]
    part = slice(0, settings.late_batch)
    late = [messages[part], articles[part]] if settings.late_share and not settings.single_positive else []
    gathered, ids, (whole, *late_bags) = rows.gather(
        [bags.batch(texts, random, settings.disturbance) for texts in (np.concatenate(columns), *late)]
    )  # fmt: skip
    left, *rights = torch.split(embed(gathered, whole), len(messages))
    losses = [_info_nce(left @ right.T, masked, settings.scale) for right in rights]
    loss = losses[0] if len(losses) == 1 else (1 - settings.article_share) * losses[0] + settings.article_share * losses[1]
    if late_bags:
        scores = max_sim(gathered, functional.softplus(logits[ids]), *late_bags)
        loss = loss + settings.late_share * _info_nce(scores, masked[part, part], settings.scale)
    return loss


def _info_nce(scores: Tensor, masked: Tensor, scale: float) -> Tensor:
    """Symmetric InfoNCE of a square of scores whose diagonal holds the right pairs."""
    scaled = (scale * scores).masked_fill(masked, MASKED)
    target = torch.arange(len(scaled))
    return (functional.cross_entropy(scaled, target) + functional.cross_entropy(scaled.T, target)) / 2


def max_sim(weight: Tensor, token_weights: Tensor, queries: Bags, passages: Bags) -> Tensor:
    """Weighted mean over a query's tokens of each one's best cosine in a passage, (queries, passages).

    Cosines are taken once for each pair of different tokens: in a batch, most tokens stand several times.
    """
    asked, asked_places = torch.unique(queries.ids, return_inverse=True)
    told, told_places = torch.unique(passages.ids, return_inverse=True)
    cosines = functional.normalize(weight[told], dim=-1) @ functional.normalize(weight[asked], dim=-1).T
    best = cast(Tensor, _SegmentMax.apply(functional.embedding(told_places, cosines), _lengths(passages)))  # type: ignore[no-untyped-call]
    counts = _lengths(queries)
    rows = torch.repeat_interleave(torch.arange(len(counts)), counts)
    importance = torch.zeros(len(counts), len(asked)).index_put((rows, asked_places), token_weights[queries.ids], accumulate=True)
    return importance @ best.T / importance.sum(dim=1, keepdim=True).clamp_min(1e-6)


def _lengths(bags: Bags) -> Tensor:
    return torch.diff(bags.offsets, append=torch.tensor([len(bags.ids)]))


class _SegmentMax(torch.autograd.Function):
    """Largest value of each run of rows, column by column; -1 for a run without rows. Equal largest values share the gradient.

    Several times quicker than padding the runs to one length, which was most of the adaptation's time.
    """

    @staticmethod
    def forward(context: Any, values: Tensor, lengths: Tensor) -> Tensor:
        filled = lengths > 0
        counts = lengths[filled].numpy()
        starts = np.cumsum(counts) - counts
        best = torch.full((len(lengths), values.shape[1]), -1.0)
        best[filled] = torch.from_numpy(np.maximum.reduceat(values.detach().numpy(), starts, axis=0))
        context.save_for_backward(values, best, lengths, filled, torch.from_numpy(starts))
        return best

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        values, best, lengths, filled, starts = context.saved_tensors
        largest = (values == best.repeat_interleave(lengths, dim=0)).float()
        ties = torch.from_numpy(np.add.reduceat(largest.numpy(), starts.numpy(), axis=0))
        shared = torch.zeros_like(best)
        shared[filled] = gradients[0][filled] / ties
        return largest.mul_(shared.repeat_interleave(lengths, dim=0)), None


class IntentTexts:
    """All texts of the intents in one bag store, and the positions of each intent's messages and article sentences."""

    def __init__(self, intents: Sequence[Intent], tokenizer: Tokenizer) -> None:
        texts: list[str] = []
        slugs: dict[str, int] = {}
        self._slug = np.array([slugs.setdefault(intent.slug, len(slugs)) for intent in intents])
        self.files = np.array([intent.file for intent in intents])
        """The file that each intent stands in."""
        rows: list[list[NDArray[np.int64]]] = []  # by intent: positions of the messages of each language, then of the article sentences
        for intent in intents:
            rows.append([])
            for written in (*intent.messages.values(), intent.all_articles):
                rows[-1].append(np.arange(len(texts), len(texts) + len(written)))
                texts.extend(written)
        self._counts = np.array([[len(part) for part in row] for row in rows])
        self._positions = np.zeros((*self._counts.shape, int(self._counts.max())), dtype=np.int64)
        for number, row in enumerate(rows):
            for column, part in enumerate(row):
                self._positions[number, column, : len(part)] = part
        self.bags = TextBags(tokenizer, texts)
        self.used = self.bags.compact()
        """Ids of the tokens that occur; the bags count within these."""

    def __len__(self) -> int:
        return len(self._slug)

    def without(self, files: Sequence[str]) -> "IntentTexts":
        """The intents of all other files, tokenised no second time."""
        others = copy(self)
        kept = ~np.isin(self.files, files)
        others._slug, others.files, others._counts, others._positions = (
            array[kept] for array in (self._slug, self.files, self._counts, self._positions)
        )  # fmt: skip
        return others

    def draw(self, intents: Positions, random: np.random.Generator) -> tuple[Positions, Positions, Positions]:
        """For each intent the positions of a message, another message and an article sentence; languages are drawn evenly."""
        languages = self._counts.shape[1] - 1
        messages = self._draw(intents, random.integers(0, languages, len(intents)), random)
        others = messages.copy()
        while (same := others == messages).any():
            others[same] = self._draw(intents[same], random.integers(0, languages, int(same.sum())), random)
        return messages, others, self._draw(intents, np.full(len(intents), languages), random)

    def same_slug(self) -> NDArray[np.bool_]:
        return _off_diagonal(self._slug[:, None] == self._slug[None, :])

    def twins(self, weight: Tensor, least_cosine: float) -> NDArray[np.bool_]:
        """Pairs of intents from different files whose messages' centroids are at least this near."""
        counts = self._counts[:, :-1]
        present = np.arange(self._positions.shape[2]) < counts[:, :, None]
        owners = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
        with torch.no_grad():
            vectors = embed(weight, self.bags.batch(self._positions[:, :-1][present]))
            sums = torch.zeros(len(counts), vectors.shape[1]).index_add(0, torch.from_numpy(owners), vectors)
            centroids = functional.normalize(sums, dim=-1)
            near = (centroids @ centroids.T).numpy() >= least_cosine
        return _off_diagonal(near & (self.files[:, None] != self.files[None, :]))

    def _draw(self, intents: NDArray[np.int64], columns: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        places = (random.random(len(intents)) * self._counts[intents, columns]).astype(np.int64)
        return np.asarray(self._positions[intents, columns, places], dtype=np.int64)


def _off_diagonal(square: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return square & ~np.eye(len(square), dtype=bool)

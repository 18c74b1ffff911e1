"""A shop's own words: fine-tune a trained model on pairs of a shop's questions and the chunks that answer them.

Needs torch, not the training extra. Half of the loss is the shop's: a question against the chunks that answer other questions of
the batch and against chunks that the model so far puts near it (InfoNCE on cosines). The other half is the bundled paraphrase corpus, so
that the model does not forget. Only rows of tokens that occur move, and not far: few steps, a small rate. The weights of the tokens stay:
training them, or the rows token by token, made held-out questions no better.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from kb.modelling.adapt import MASKED
from kb.modelling.bags import Disturbance, TextBags
from kb.modelling.data import Intent
from kb.modelling.evaluate import StaticModel
from kb.modelling.export import export_model
from kb.modelling.pretrain import embed, schedule
from kb.modelling.rows import TrainedRows

__all__ = ["Example", "ShopSettings", "ShopTrainer", "write_model"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the passages that answer it."""

    text: str
    positives: tuple[int, ...]
    """Positions of passages that answer it; at least one."""
    excused: frozenset[int] = frozenset()
    """Positions of passages that may answer it too; never its negatives."""


@dataclass(frozen=True, slots=True)
class ShopSettings:
    steps: int = 40
    batch: int = 64
    """Questions a step."""
    corpus_batch: int = 128
    """Intents of the paraphrase corpus a step."""
    corpus_share: float = 0.5
    """Weight of the corpus's loss against the shop's."""
    learning_rate: float = 1e-3
    scale: float = 20.0
    """Inverse temperature of the InfoNCE losses."""
    hard: int = 1
    """Hard negatives of each question and step, beside those of the batch…"""
    hard_pool: int = 16
    """…drawn from this many passages, those nearest to the question before training."""
    disturbance: Disturbance = field(default_factory=Disturbance)
    seeds: tuple[int, ...] = (0, 1)
    """One run each; the rows are averaged."""


class ShopTrainer:
    """A model, a shop's passages and questions, and the corpus, made ready once; `train` may be called for several parts of the questions."""

    def __init__(
        self,
        model: StaticModel,
        passages: Sequence[str],
        owners: Sequence[str],
        examples: Sequence[Example],
        intents: Sequence[Intent],
        settings: ShopSettings,
    ) -> None:
        """`owners`: the article of each passage. An article's passages are no negatives of a question that it answers."""
        self._model, self._examples, self._settings = model, examples, settings
        numbers = {name: number for number, name in enumerate(dict.fromkeys(owners))}
        self._owner = np.array([numbers[name] for name in owners], dtype=np.int64)
        corpus = [text for intent in intents for text in (*intent.all_messages, *intent.all_articles)]
        self._bags = TextBags(model.tokenizer, [*passages, *(one.text for one in examples), *corpus])
        self._used = self._bags.compact()
        self._corpus = _CorpusTexts(intents, len(passages) + len(examples))
        self._questions = np.arange(len(examples)) + len(passages)
        self._never = np.stack([self._never_negative(one) for one in examples])
        self._cosines = model.encode([one.text for one in examples]) @ model.encode(passages).T

    def train(self, chosen: Sequence[int], progress: Callable[[], None] = lambda: None) -> StaticModel:
        """The model after training on the examples at these positions; `progress` is called after each step.

        Hard negatives come only from articles that answer a chosen question: an article that no question asks about would only be pushed away.
        """
        places = np.array(chosen, dtype=np.int64)
        runs = [self._run(places, seed, progress) for seed in self._settings.seeds]
        vectors = self._model.vectors.copy()
        vectors[self._used] = np.mean(runs, axis=0)
        return StaticModel(self._model.tokenizer, vectors, self._model.token_weights)

    def _never_negative(self, example: Example) -> NDArray[np.bool_]:
        never = np.isin(self._owner, self._owner[list(example.positives)])
        never[list(example.excused)] = True
        return never

    def _hard_pools(self, chosen: Rows) -> list[Rows]:
        """For each chosen question the passages that the model so far puts near it, though other articles hold them."""
        asked = np.unique(np.concatenate([self._owner[list(self._examples[one].positives)] for one in chosen]))
        allowed = np.isin(self._owner, asked)
        pools = []
        for one in chosen:
            rows = np.flatnonzero(allowed & ~self._never[one])
            pools.append(rows[np.argsort(-self._cosines[one, rows], kind="stable")[: self._settings.hard_pool]])
        return pools

    def _run(self, chosen: Rows, seed: int, progress: Callable[[], None]) -> NDArray[np.float32]:
        settings = self._settings
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        pools = self._hard_pools(chosen)
        rows = TrainedRows(self._model.vectors[self._used])
        optimizer = torch.optim.Adam([rows.table], lr=settings.learning_rate, fused=True)
        for step in range(settings.steps):
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * schedule(step, settings.steps, 0)
            drawn = random.permutation(len(chosen))[: settings.batch]
            rows.backward(self._loss(rows, chosen[drawn], [pools[one] for one in drawn], random))
            optimizer.step()
            progress()
        return rows.values

    def _loss(self, rows: TrainedRows, questions: Rows, pools: Sequence[Rows], random: np.random.Generator) -> Tensor:
        """The shop's loss, and the corpus's where it has a share."""
        settings = self._settings
        with_corpus = bool(settings.corpus_share) and len(self._corpus) > 0
        shop, masked = self._draw_shop(questions, pools, random)
        bags = [self._bags.batch(shop, random, settings.disturbance)]
        if with_corpus:
            messages, articles, slugs = self._corpus.draw(settings.corpus_batch, random)
            bags.append(self._bags.batch(np.concatenate([messages, articles]), random, settings.disturbance))
        gathered, _, bags = rows.gather(bags)
        left, candidates = torch.split(embed(gathered, bags[0]), [len(questions), len(shop) - len(questions)])
        loss = (1 - settings.corpus_share) * _info_nce(left @ candidates.T, masked, settings.scale)
        if with_corpus:
            left, right = torch.split(embed(gathered, bags[1]), len(messages))
            same = torch.from_numpy(_but_own(slugs[:, None] == slugs[None, :]))
            loss = loss + settings.corpus_share * _info_nce(left @ right.T, same, settings.scale)
        return loss

    def _draw_shop(self, questions: Rows, pools: Sequence[Rows], random: np.random.Generator) -> tuple[Rows, Tensor]:
        """Positions of the questions, of a right passage of each and of hard negatives, in turn; and which pairs are no negatives."""
        right = np.array([random.choice(self._examples[one].positives) for one in questions], dtype=np.int64)
        hard = [random.permutation(pool)[: self._settings.hard] for pool in pools]
        passages = np.concatenate([right, *hard])
        masked = torch.from_numpy(_but_own(self._never[questions][:, passages]))
        return np.concatenate([self._questions[questions], passages]), masked


class _CorpusTexts:
    """Positions of each intent's messages and article sentences in the bag store."""

    def __init__(self, intents: Sequence[Intent], first: int) -> None:
        slugs: dict[str, int] = {}
        self._slug = np.array([slugs.setdefault(intent.slug, len(slugs)) for intent in intents], dtype=np.int64)
        self._messages = np.array([len(intent.all_messages) for intent in intents], dtype=np.int64)
        self._articles = np.array([len(intent.all_articles) for intent in intents], dtype=np.int64)
        counts = self._messages + self._articles
        self._starts = first + np.cumsum(counts) - counts

    def __len__(self) -> int:
        return len(self._slug)

    def draw(self, count: int, random: np.random.Generator) -> tuple[Rows, Rows, Rows]:
        """(positions of a message, positions of an article sentence, slug numbers) of as many intents."""
        drawn = random.permutation(len(self))[:count]
        messages = self._starts[drawn] + (random.random(len(drawn)) * self._messages[drawn]).astype(np.int64)
        articles = self._starts[drawn] + self._messages[drawn] + (random.random(len(drawn)) * self._articles[drawn]).astype(np.int64)
        return messages, articles, self._slug[drawn]


def _but_own(same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without its diagonal, on which the right pairs stand."""
    others = same.copy()
    np.fill_diagonal(others, False)
    return others


def _info_nce(scores: Tensor, masked: Tensor, scale: float) -> Tensor:
    """Symmetric InfoNCE: row i's right passage is column i; further columns are negatives only."""
    scaled = (scale * scores).masked_fill(masked, MASKED)
    target = torch.arange(len(scaled))
    back = scaled[:, : len(scaled)].T
    return (functional.cross_entropy(scaled, target) + functional.cross_entropy(back, target)) / 2


def write_model(model: StaticModel, directory: Path, card: str) -> None:
    """Write the model as a directory like the bundled one, beside its place first."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    export_model(directory, model.tokenizer, model.vectors, model.token_weights, card)

"""How well vectors retrieve: held-out topics of the paraphrase corpus, and questions on the sample shop's facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from kb.modelling.data import MESSAGE_LANGUAGES, Intent

__all__ = ["Ranking", "StaticModel", "fact_chunks", "rank_facts", "rank_held_out"]


@dataclass(frozen=True, slots=True)
class StaticModel:
    """A model in memory, before or after quantising."""

    tokenizer: Tokenizer
    vectors: NDArray[np.float32]
    token_weights: NDArray[np.float32]

    @classmethod
    def load(cls, directory: Path) -> "StaticModel":
        """Read an exported directory back."""
        tensors = load_file(directory / "model.safetensors")
        rows = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
        return cls(Tokenizer.from_file(str(directory / "tokenizer.json")), rows, tensors["token_weights"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ids = self._ids(texts)
        lengths = np.array([len(part) for part in ids])
        encoded = np.add.reduceat(self.vectors[np.concatenate(ids)], np.cumsum(lengths) - lengths, axis=0)
        return np.asarray(encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), 1e-9), np.float32)

    def scores(self, queries: Sequence[str], passages: Sequence[str], late_weight: float = 0.0, reranked: int = 100) -> NDArray[np.float32]:
        """Cosines (queries, passages); with a `late_weight`, that much MaxSim is added to each query's best passages.

        Passages behind the reranked ones stay behind them.
        """
        scores = self.encode(queries) @ self.encode(passages).T
        if not late_weight:
            return scores
        unit = self.vectors / np.maximum(np.linalg.norm(self.vectors, axis=1, keepdims=True), 1e-9)
        passage_ids = self._ids(passages)
        for row, ids in zip(scores, self._ids(queries), strict=True):
            weights = self.token_weights[ids]
            if weights.sum() <= 0:
                continue
            best = np.argpartition(-row, min(reranked, len(row)) - 1)[:reranked]
            lengths = np.array([len(passage_ids[passage]) for passage in best])
            tokens = unit[np.concatenate([passage_ids[passage] for passage in best])]
            highest = np.maximum.reduceat(unit[ids] @ tokens.T, np.cumsum(lengths) - lengths, axis=1)
            late = weights @ highest / weights.sum()
            kept = row[best] + late_weight * late
            row -= 2.0 + late_weight  # below whatever a reranked passage can score
            row[best] = kept
        return scores

    def _ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Token ids of each text; the unknown token stands for an empty one."""
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(encoding.ids or [0], dtype=np.int64) for encoding in encodings]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranks of the first right answer, from 1, by language of the question."""

    ranks: dict[str, list[int]]

    def recall(self, at: int, language: str | None = None) -> float:
        ranks = self._of(language)
        return sum(rank <= at for rank in ranks) / max(len(ranks), 1)

    def reciprocal(self, language: str | None = None) -> float:
        """Mean reciprocal rank."""
        ranks = self._of(language)
        return sum(1 / rank for rank in ranks) / max(len(ranks), 1)

    def _of(self, language: str | None) -> list[int]:
        return [rank for name, ranks in self.ranks.items() if language in (None, name) for rank in ranks]


def first_right(scores: NDArray[np.float32], owners: NDArray[np.int64], wanted: set[int]) -> int:
    """Rank of the first wanted owner when owners are ordered by their best passage."""
    best = np.full(int(owners.max()) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(best, owners, scores)
    top = max(best[owner] for owner in wanted)
    return 1 + int((best > top).sum())


def rank_held_out(model: StaticModel, intents: Sequence[Intent], file: str, late_interaction: float = 0.0) -> Ranking:
    """Messages of one file's intents against the article-style sentences of all intents, ranked by intent.

    Score = cosine + `late_interaction` * MaxSim. Intents that share a slug count as one.
    """
    slugs = {slug: index for index, slug in enumerate(dict.fromkeys(intent.slug for intent in intents))}
    passages = [text for intent in intents for text in intent.all_articles]
    owners = np.array([slugs[intent.slug] for intent in intents for _ in intent.all_articles])
    asked = [
        (language, text, slugs[intent.slug])
        for intent in intents
        if intent.file == file
        for language in MESSAGE_LANGUAGES
        for text in intent.messages[language]
    ]
    scores = model.scores([text for _, text, _ in asked], passages, late_interaction)
    ranks: dict[str, list[int]] = {language: [] for language in MESSAGE_LANGUAGES}
    for row, (language, _, slug) in zip(scores, asked, strict=True):
        ranks[language].append(first_right(row, owners, {slug}))
    return Ranking(ranks)


def fact_chunks(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(article id, text) of each fact and each table row; rows are written `column: cell`, joined by semicolons."""
    chunks: list[tuple[str, str]] = []
    for article in facts["articles"]:
        chunks.extend((article["id"], str(fact)) for fact in article.get("facts") or [])
        if table := article.get("table"):
            for row in table["rows"]:
                cells = "; ".join(f"{name}: {cell}" for name, cell in zip(table["columns"], row, strict=True))
                chunks.append((article["id"], f"{table['caption']}: {cells}"))
    return chunks


def rank_facts(model: StaticModel, facts: Path, questions: Path, late_interaction: float = 0.0) -> Ranking:
    """Development questions that have an article, against the facts' chunks, ranked by article."""
    import yaml

    chunks = fact_chunks(yaml.safe_load(facts.read_text(encoding="utf-8")))
    ids = {name: index for index, name in enumerate(dict.fromkeys(name for name, _ in chunks))}
    passages = [text for _, text in chunks]
    owners = np.array([ids[name] for name, _ in chunks])
    asked: list[tuple[str, str, set[int]]] = []
    for question in yaml.safe_load(questions.read_text(encoding="utf-8"))["questions"]:
        articles = question["expect"].get("articles") or {}
        wanted = {ids[name] for name in [*(articles.get("all_of") or []), *(articles.get("any_of") or [])]}
        if not wanted or question["expect"].get("abstain"):
            continue
        turns = [turn["text"] for turn in question.get("history") or [] if turn["role"] == "customer"]
        text = " ".join([*turns, question["text"]])
        asked.append((question["lang"], text, wanted))
    scores = model.scores([text for _, text, _ in asked], passages, late_interaction, reranked=len(passages))
    ranks: dict[str, list[int]] = {}
    for row, (language, _, wanted) in zip(scores, asked, strict=True):
        ranks.setdefault(language, []).append(first_right(row, owners, wanted))
    return Ranking(ranks)

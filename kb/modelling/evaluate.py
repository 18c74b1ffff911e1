"""How well vectors retrieve: held-out topics of the paraphrase corpus, and questions on the sample shop's facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from kb.modelling.data import MESSAGE_LANGUAGES, Intent
from kb.questions import Question, read_questions

__all__ = ["AskedShop", "Ranking", "StaticModel", "asked_questions", "fact_chunks", "rank_held_out", "rank_shop"]

IDs = NDArray[np.int64]


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
        return self._means(self._ids(texts))

    def scores(self, queries: Sequence[str], passages: Sequence[str], late_weight: float = 0.0, reranked: int = 100) -> NDArray[np.float32]:
        """Cosines (queries, passages); with a `late_weight`, that much MaxSim is added to each query's best passages.

        Passages behind the reranked ones stay behind them.
        """
        return next(self.all_scores(queries, passages, [late_weight], reranked))

    def all_scores(
        self, queries: Sequence[str], passages: Sequence[str], late_weights: Sequence[float], reranked: int = 100
    ) -> Iterator[NDArray[np.float32]]:
        """The scores for several weights, tokenised once."""
        query_ids, passage_ids = self._ids(queries), self._ids(passages)
        cosines = self._means(query_ids) @ self._means(passage_ids).T
        for late_weight in late_weights:
            scores = cosines.copy()
            if late_weight:
                self._add_late(scores, query_ids, passage_ids, late_weight, min(reranked, len(passages)))
            yield scores

    def _add_late(self, scores: NDArray[np.float32], queries: Sequence[IDs], passages: Sequence[IDs], late_weight: float, reranked: int) -> None:
        """In place. Cosines are taken once for each pair of different tokens."""
        (asked, query_places), (told, passage_places) = _places(queries), _places(passages)
        cosines = self._unit_rows(asked) @ self._unit_rows(told).T
        for row, ids, places in zip(scores, queries, query_places, strict=True):
            weights = self.token_weights[ids]
            if weights.sum() <= 0:
                continue
            best = np.argpartition(-row, reranked - 1)[:reranked]
            lengths = np.array([len(passages[passage]) for passage in best])
            tokens = np.concatenate([passage_places[passage] for passage in best])
            highest = np.maximum.reduceat(cosines[places[:, None], tokens], np.cumsum(lengths) - lengths, axis=1)
            late = weights @ highest / weights.sum()
            kept = row[best] + late_weight * late
            row -= 2.0 + late_weight  # below whatever a reranked passage can score
            row[best] = kept

    def _unit_rows(self, ids: IDs) -> NDArray[np.float32]:
        rows = self.vectors[ids]
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)

    def _means(self, ids: Sequence[IDs]) -> NDArray[np.float32]:
        """Unit vectors of tokenised texts."""
        lengths = np.array([len(part) for part in ids])
        encoded = np.add.reduceat(self.vectors[np.concatenate(ids)], np.cumsum(lengths) - lengths, axis=0)
        return np.asarray(encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), 1e-9), np.float32)

    def _ids(self, texts: Sequence[str]) -> list[IDs]:
        """Token ids of each text; the unknown token stands for an empty one."""
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(encoding.ids or [0], dtype=np.int64) for encoding in encodings]


def _places(texts: Sequence[IDs]) -> tuple[IDs, list[IDs]]:
    """(the different ids of all texts, each text's ids as places among these)."""
    different, places = np.unique(np.concatenate(texts), return_inverse=True)
    return different, np.split(places, np.cumsum([len(text) for text in texts])[:-1])


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


def rank_held_out(model: StaticModel, intents: Sequence[Intent], file: str, late_weights: Sequence[float] = (0.0,)) -> list[Ranking]:
    """Messages of one file's intents against the article-style sentences of all intents, ranked by intent; one ranking a weight of MaxSim.

    Score = cosine + weight * MaxSim. Intents that share a slug count as one.
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
    found = []
    for scores in model.all_scores([text for _, text, _ in asked], passages, late_weights):
        ranks: dict[str, list[int]] = {language: [] for language in MESSAGE_LANGUAGES}
        for row, (language, _, slug) in zip(scores, asked, strict=True):
            ranks[language].append(first_right(row, owners, {slug}))
        found.append(Ranking(ranks))
    return found


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


@dataclass(frozen=True, slots=True)
class AskedShop:
    """A shop's passages, and what was asked of them."""

    name: str
    passages: tuple[str, ...]
    owners: tuple[str, ...]
    """Id of each passage's article."""
    asked: tuple[tuple[str, str, frozenset[str]], ...]
    """(language, text, ids of right articles) of each question; a customer's earlier messages stand before the text."""

    @classmethod
    def of_facts(cls, name: str, facts: Path, questions: Path) -> "AskedShop":
        """A fact or table row a passage, and the questions that have an article."""
        import yaml

        chunks = fact_chunks(yaml.safe_load(facts.read_text(encoding="utf-8")))
        return cls(name, tuple(text for _, text in chunks), tuple(owner for owner, _ in chunks), asked_questions(read_questions(questions)))


def asked_questions(questions: Iterable[Question]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """The questions that an article answers, as `AskedShop` holds them."""
    found = []
    for one in questions:
        wanted = frozenset((*one.expect.articles.all_of, *one.expect.articles.any_of))
        if wanted and not one.expect.abstain:
            said = [turn.text for turn in one.history if turn.role == "customer"]
            found.append((one.lang, " ".join([*said, one.text]), wanted))
    return tuple(found)


def rank_shop(model: StaticModel, shop: AskedShop, late_weights: Sequence[float] = (0.0,)) -> list[Ranking]:
    """The questions against all passages, ranked by article, nothing but search; one ranking a weight of MaxSim."""
    ids = {name: index for index, name in enumerate(dict.fromkeys(shop.owners))}
    owners = np.array([ids[name] for name in shop.owners])
    found = []
    for scores in model.all_scores([text for _, text, _ in shop.asked], shop.passages, late_weights, reranked=len(shop.passages)):
        ranks: dict[str, list[int]] = {}
        for row, (language, _, wanted) in zip(scores, shop.asked, strict=True):
            ranks.setdefault(language, []).append(first_right(row, owners, {ids[name] for name in wanted}))
        found.append(Ranking(ranks))
    return found

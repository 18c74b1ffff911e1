"""Train the bundled model: `python -m kb.modelling.train --data DIR --out kb/bundled/youju-static`."""

import argparse
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kb.modelling.adapt import AdaptSettings, IntentTexts, adapt_texts, average
from kb.modelling.data import TrainingData, read_training_data
from kb.modelling.export import export_model, model_card
from kb.modelling.pretrain import GeneralSettings, general_sets, train_general, with_characters
from kb.modelling.side_by_side import side_by_side
from kb.modelling.start import start_vectors
from kb.modelling.teacher import CachedTeacher, MiniLMTeacher, Teacher
from kb.modelling.tokenizer import (
    VocabularySizes,
    build_vocabulary,
    character_map,
    fold_function,
    fold_text_with,
    make_tokenizer,
)

FIGURES = Path(__file__).parent / "data" / "figures.md"
"""What the report measured last; goes into the model card."""

__all__ = ["TrainSettings", "general_model", "main", "train"]


@dataclass(frozen=True, slots=True)
class TrainSettings:
    dimension: int = 256
    sizes: VocabularySizes = field(default_factory=VocabularySizes)
    general: GeneralSettings = field(default_factory=GeneralSettings)
    adapt: AdaptSettings = field(default_factory=AdaptSettings)
    adapt_seeds: tuple[int, ...] = (0, 1, 2)
    """One adaptation each; the rows are averaged."""


def train(
    data: TrainingData,
    teacher: Teacher,
    out: Path,
    settings: TrainSettings,
    figures: str = "",
    cache: Path | None = None,
    workers: int = 1,
) -> None:
    """From data to a model directory; `figures` is Markdown for the model card. So many `workers` processes train at a time."""
    tokenizer, general = general_model(data, teacher, settings, cache, workers)
    texts = IntentTexts(data.intents, tokenizer)
    runs = [(general, texts, settings.adapt, seed) for seed in settings.adapt_seeds]
    adapted = average(side_by_side(adapt_texts, runs, workers, "adaptation"))
    card = model_card(tokenizer.get_vocab_size(), settings.dimension, len(data.intents), figures)
    export_model(out, tokenizer, adapted.vectors, adapted.token_weights, card)


def general_model(
    data: TrainingData, teacher: Teacher, settings: TrainSettings, cache: Path | None = None, workers: int = 1
) -> tuple[Tokenizer, NDArray[np.float32]]:  # fmt: skip
    """Steps 1 to 4: a tokenizer and rows that know the languages but no shop.

    With a cache folder, what the same data and settings gave before is read back.
    """
    stored = None if cache is None else cache / f"general-{_digest(data, settings)}.npz"
    if stored is not None and stored.exists():
        with np.load(stored) as arrays:
            return Tokenizer.from_str(str(arrays["tokenizer"])), np.asarray(arrays["vectors"], dtype=np.float32)
    fold = fold_function()
    fold_text = fold_text_with(fold)
    vocabulary = build_vocabulary(data, fold_text, settings.sizes)
    tokenizer = make_tokenizer(vocabulary, character_map(fold))
    start = start_vectors(vocabulary, data, fold_text, teacher, settings.dimension)
    vectors = train_general(start, general_sets(data, tokenizer, teacher), settings.general, workers)
    vectors = with_characters(vectors, tokenizer, vocabulary.tokens)
    if stored is not None:
        np.savez(stored, tokenizer=tokenizer.to_str(), vectors=vectors)
    return tokenizer, vectors


def _digest(data: TrainingData, settings: TrainSettings) -> str:
    """Of everything that decides the general model, the code aside."""
    content = repr((data, settings.dimension, settings.sizes, settings.general))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with dictionary.tsv.gz and parallel-zh-en.tsv.gz")
    parser.add_argument("--out", type=Path, required=True, help="model directory to write")
    parser.add_argument("--cache", type=Path, help="folder that keeps the teacher's vectors and the general model")
    parser.add_argument("--workers", type=int, default=2, help="processes that train at a time, one thread each")
    options = parser.parse_args()
    teacher: Teacher = MiniLMTeacher(options.workers)
    if options.cache:
        teacher = CachedTeacher(teacher, options.cache)
    figures = FIGURES.read_text(encoding="utf-8")
    train(read_training_data(options.data), teacher, options.out, TrainSettings(), figures, options.cache, options.workers)


if __name__ == "__main__":
    main()

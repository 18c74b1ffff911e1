"""Two models that each learnt half of the paraphrase files, so that the other half's topics are new to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.modelling.data import Intent


def half_of(intent: Intent) -> int:
    """0 for the files with an odd number, whose topics the first half model learns; 1 for the others."""
    digits = re.sub(r"\D", "", intent.file)
    return (int(digits or 0) + 1) % 2


def train_halves(directories: Sequence[Path], data: Path, cache: Path | None) -> None:
    """Adapt the general vectors on each half of the paraphrase files. Needs the training extra; minutes a half, more without a cache."""
    from kb.modelling.adapt import AdaptSettings, adapt
    from kb.modelling.data import read_training_data
    from kb.modelling.export import export_model
    from kb.modelling.teacher import CachedTeacher, MiniLMTeacher
    from kb.modelling.train import TrainSettings, general_model

    training = read_training_data(data)
    teacher = CachedTeacher(MiniLMTeacher(), cache) if cache else MiniLMTeacher()
    tokenizer, general = general_model(training, teacher, TrainSettings(), cache)
    for half, directory in enumerate(directories):
        if not directory.exists():
            kept = [intent for intent in training.intents if half_of(intent) == half]
            adapted = adapt(general, kept, tokenizer, AdaptSettings(steps=300), seed=0)
            export_model(directory, tokenizer, adapted.vectors, adapted.token_weights, "Adapted on half of the topics, for evaluation.\n")


__all__ = ["half_of", "train_halves"]

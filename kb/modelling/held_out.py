"""Held-out topics: adapt without one paraphrase file, then let its messages find their own article-style sentences among all.

A fold is one recipe, one seed and the files that are held out together. What a fold found is kept in a folder as one small file, so that
an interrupted report goes on where it stopped. The general vectors (steps 1 to 4) never saw a message, though the vocabulary was
chosen with all files in view.
"""

import dataclasses
import hashlib
import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kb.modelling.adapt import TRIAL, AdaptSettings, IntentTexts, adapt_texts
from kb.modelling.data import MESSAGE_LANGUAGES, Intent
from kb.modelling.evaluate import Ranking, StaticModel, rank_held_out
from kb.modelling.side_by_side import side_by_side

__all__ = ["RECIPES", "HeldOut", "Recipe", "by_adaptation", "file_table", "language_table", "limited", "make_model", "measure_held_out", "spread"]


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    adapt: AdaptSettings | None
    """None: the general vectors as they are."""
    late_interaction: float = 0.0
    """Weight of MaxSim beside the cosine."""


RECIPES = (
    Recipe("steps 1–4 (general)", None),
    Recipe("trial's steps 1–5", TRIAL),
    Recipe("ours, cosine", AdaptSettings()),
    Recipe("ours, cosine + MaxSim", AdaptSettings(), late_interaction=1.0),
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What each recipe found on files that it was not adapted on."""

    runs: dict[str, dict[int, dict[str, Ranking]]]
    """Ranking by recipe, seed and file; one seed for what is not adapted."""

    def rankings(self, recipe: str, file: str | None = None) -> list[Ranking]:
        """One ranking a seed, over one file or all."""
        return [
            Ranking(
                {
                    language: [rank for name, run in files.items() if file in (None, name) for rank in run.ranks[language]]
                    for language in MESSAGE_LANGUAGES
                }
            )
            for files in self.runs[recipe].values()
        ]

    @property
    def files(self) -> list[str]:
        return list(next(iter(next(iter(self.runs.values())).values())))


def limited(recipes: Sequence[Recipe], steps: int | None) -> tuple[Recipe, ...]:
    """The recipes with other numbers of adaptation steps, for a quicker report; the trial's, quick as it is, keeps its own."""
    if steps is None:
        return tuple(recipes)
    return tuple(
        one if one.adapt in (None, TRIAL) else dataclasses.replace(one, adapt=dataclasses.replace(one.adapt, steps=steps)) for one in recipes
    )  # fmt: skip


def by_adaptation(recipes: Sequence[Recipe]) -> dict[AdaptSettings | None, list[Recipe]]:
    """Recipes that share an adaptation, which is then trained once."""
    groups: dict[AdaptSettings | None, list[Recipe]] = {}
    for recipe in recipes:
        groups.setdefault(recipe.adapt, []).append(recipe)
    return groups


def make_model(tokenizer: Tokenizer, general: NDArray[np.float32], texts: IntentTexts, settings: AdaptSettings | None, seed: int) -> StaticModel:
    """The general vectors, adapted where there are settings for it."""
    if settings is None:
        return StaticModel(tokenizer, general, np.ones(len(general), dtype=np.float32))
    adapted = adapt_texts(general, texts, settings, seed)
    return StaticModel(tokenizer, adapted.vectors, adapted.token_weights)


def measure_held_out(
    tokenizer: Tokenizer,
    general: NDArray[np.float32],
    intents: Sequence[Intent],
    recipes: Sequence[Recipe],
    seeds: Sequence[int],
    groups: int | None = None,
    folder: Path | None = None,
    workers: int = 1,
) -> HeldOut:
    """Every recipe on every fold, so many `workers` processes at a time; folds that the folder holds are read back.

    Files are held out one at a time, or dealt into so many groups that are held out at once: harder, and quicker. The seeds
    are the outer loop, so that an early stop leaves whole seeds.
    """
    files = list(dict.fromkeys(intent.file for intent in intents))
    parts = [files[first :: groups or len(files)] for first in range(groups or len(files))]
    start = _digest(tokenizer.to_str(), hashlib.sha256(general.tobytes()).hexdigest(), repr(intents))
    texts = IntentTexts(intents, tokenizer)
    folds = [
        (seed, part, settings, group)
        for seed in seeds for part in parts for settings, group in by_adaptation(recipes).items()
        if settings or seed == seeds[0]  # without an adaptation nothing is drawn
    ]  # fmt: skip
    arguments: list[tuple[object, ...]] = []
    for seed, part, settings, group in folds:
        weights = [recipe.late_interaction for recipe in group]
        stored = folder / f"fold-{_digest(start, repr(settings), repr(weights), str(seed), ' '.join(part))}.json" if folder else None
        arguments.append((tokenizer, general, intents, texts, settings, seed, part, weights, stored))
    measured = side_by_side(_fold, arguments, workers, "held-out folds")
    runs: dict[str, dict[int, dict[str, Ranking]]] = {recipe.name: {} for recipe in recipes}
    for (seed, _, _, group), found in zip(folds, measured, strict=True):
        for recipe, by_file in zip(group, found, strict=True):
            runs[recipe.name].setdefault(seed, {}).update(by_file)
    return HeldOut(runs)


def _fold(
    tokenizer: Tokenizer,
    general: NDArray[np.float32],
    intents: Sequence[Intent],
    texts: IntentTexts,
    settings: AdaptSettings | None,
    seed: int,
    part: Sequence[str],
    weights: Sequence[float],
    stored: Path | None,
) -> list[dict[str, Ranking]]:
    """Rankings by file for each weight of late interaction."""
    found = _read_fold(stored)
    if found is None:
        model = make_model(tokenizer, general, texts.without(part), settings, seed)
        ranked = {file: rank_held_out(model, intents, file, weights) for file in part}
        found = [{file: rankings[place] for file, rankings in ranked.items()} for place in range(len(weights))]
        _write_fold(stored, found)
    return found


def _read_fold(path: Path | None) -> list[dict[str, Ranking]] | None:
    if path is None or not path.exists():
        return None
    return [{file: Ranking(ranks) for file, ranks in by_file.items()} for by_file in json.loads(path.read_text(encoding="utf-8"))]


def _write_fold(path: Path | None, found: Sequence[dict[str, Ranking]]) -> None:
    """Beside its place first: a half-written fold would be read back."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps([{file: one.ranks for file, one in by_file.items()} for by_file in found]), encoding="utf-8")
    os.replace(beside, path)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


# ---- tables --------------------------------------------------------------------------------------------------------------


def language_table(found: HeldOut) -> list[str]:
    """One line a recipe: R@1 / R@5 by language and over all, mean ± half the range over seeds."""
    lines = [f"| held-out topics, R@1 / R@5 | {' | '.join(MESSAGE_LANGUAGES)} | all |", "|---" * 6 + "|"]
    for name in found.runs:
        runs = found.rankings(name)
        lines.append(f"| {name} | {' | '.join(_recalls(runs, language) for language in (*MESSAGE_LANGUAGES, None))} |")
    return lines


def file_table(found: HeldOut) -> list[str]:
    """One line a held-out file, all languages together: R@1 / R@5 of every recipe, means over seeds."""
    lines = [f"| held-out file | messages | {' | '.join(found.runs)} |", "|---" * (2 + len(found.runs)) + "|"]
    for file in found.files:
        cells = [_means(found.rankings(name, file)) for name in found.runs]
        count = sum(map(len, found.rankings(next(iter(found.runs)), file)[0].ranks.values()))
        lines.append(f"| {file} | {count} | {' | '.join(cells)} |")
    return lines


def _recalls(runs: Sequence[Ranking], language: str | None) -> str:
    return " / ".join(spread([run.recall(at, language) for run in runs]) for at in (1, 5))


def _means(runs: Sequence[Ranking]) -> str:
    return " / ".join(f"{statistics.fmean(run.recall(at) for run in runs):.3f}" for at in (1, 5))


def spread(values: Sequence[float]) -> str:
    """Mean, and half the range where there are several."""
    mean = statistics.fmean(values)
    return f"{mean:.3f}" if len(values) == 1 else f"{mean:.3f} ± {(max(values) - min(values)) / 2:.3f}"

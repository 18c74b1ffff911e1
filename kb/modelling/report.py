"""All figures of the bundled model: `python -m kb.modelling.report --data DIR`.

Held-out topics: a whole paraphrase file is left out of the adaptation, and its messages must find their own
article-style sentences among all; by language, with the spread over seeds. The general vectors (steps 1 to 4) never saw
a message, though the vocabulary was chosen with all files in view. Then the sample shop's development questions over its
facts, and the speeds. Printed as Markdown.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm

from kb.modelling.adapt import TRIAL, AdaptSettings, adapt
from kb.modelling.data import MESSAGE_LANGUAGES, Intent, read_training_data
from kb.modelling.evaluate import Ranking, StaticModel, rank_facts, rank_held_out
from kb.modelling.teacher import CachedTeacher, MiniLMTeacher, Teacher
from kb.modelling.train import TrainSettings, general_model
from kb.static_embedding import StaticEmbedder, bundled_model_directory

__all__ = ["main", "measure_speed"]


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
class Speed:
    load: float
    """Seconds to load the model."""
    query: float
    """Milliseconds for one short query."""
    throughput: float
    """Short texts a second in one call."""


def measure_speed(directory: Path, texts: Sequence[str]) -> Speed:
    """Best of three for each figure; run with RAYON_NUM_THREADS=1 for one core."""
    loads, queries, throughputs = [], [], []
    for _ in range(3):
        begin = time.perf_counter()
        embedder = StaticEmbedder(directory)
        loads.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        for text in texts[:1000]:
            embedder.encode_queries([text])
        queries.append((time.perf_counter() - begin) / len(texts[:1000]) * 1000)
        begin = time.perf_counter()
        embedder.encode_passages(texts)
        throughputs.append(len(texts) / (time.perf_counter() - begin))
    return Speed(min(loads), min(queries), max(throughputs))


def held_out_table(
    tokenizer: Tokenizer, general: NDArray[np.float32], intents: Sequence[Intent], seeds: Sequence[int], groups: int | None
) -> list[str]:
    """One line a recipe: R@1 / R@5 by language and over all, mean ± spread (half the range) over seeds.

    Files are held out one at a time, or dealt into so many groups that are held out at once: harder, and quicker.
    """
    rankings: dict[str, list[Ranking]] = {recipe.name: [] for recipe in RECIPES}
    files = list(dict.fromkeys(intent.file for intent in intents))
    for seed in seeds:
        ranks: dict[str, dict[str, list[int]]] = {recipe.name: {language: [] for language in MESSAGE_LANGUAGES} for recipe in RECIPES}
        for first in tqdm(range(groups or len(files)), desc=f"held-out files, seed {seed}"):
            held_out = files[first :: groups or len(files)]
            kept = [intent for intent in intents if intent.file not in held_out]
            for settings, recipes in _by_adaptation().items():
                model = _model(tokenizer, general, kept, settings, seed)
                for recipe in recipes:
                    for file in held_out:
                        ranking = rank_held_out(model, intents, file, recipe.late_interaction)
                        for language, found in ranking.ranks.items():
                            ranks[recipe.name][language].extend(found)
        for name, by_language in ranks.items():
            rankings[name].append(Ranking(by_language))
    lines = [f"| held-out topics, R@1 / R@5 | {' | '.join(MESSAGE_LANGUAGES)} | all |", "|---" * 6 + "|"]
    for name, runs in rankings.items():
        cells = [_recalls(runs, language) for language in (*MESSAGE_LANGUAGES, None)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def facts_table(
    tokenizer: Tokenizer,
    general: NDArray[np.float32],
    intents: Sequence[Intent],
    seeds: Sequence[int],
    facts: Path,
    questions: Path,
) -> list[str]:
    """One line a recipe on the development questions, adapted on all intents, by seed and as shipped (seeds averaged)."""
    lines = ["| development questions | R@1 | R@5 | MRR | English R@1 / R@5 |", "|---" * 5 + "|"]
    for settings, recipes in _by_adaptation().items():
        models = [_model(tokenizer, general, intents, settings, seed) for seed in seeds]
        for recipe in recipes:
            runs = [rank_facts(model, facts, questions, recipe.late_interaction) for model in models]
            lines.append(_facts_line(recipe.name, runs))
    shipped = StaticModel.load(bundled_model_directory())
    for weight, name in ((0.0, "shipped, cosine"), (1.0, "shipped, cosine + MaxSim")):
        lines.append(_facts_line(name, [rank_facts(shipped, facts, questions, weight)]))
    return lines


def _by_adaptation() -> dict[AdaptSettings | None, list[Recipe]]:
    groups: dict[AdaptSettings | None, list[Recipe]] = {}
    for recipe in RECIPES:
        groups.setdefault(recipe.adapt, []).append(recipe)
    return groups


def _model(
    tokenizer: Tokenizer,
    general: NDArray[np.float32],
    intents: Sequence[Intent],
    settings: AdaptSettings | None,
    seed: int,
) -> StaticModel:
    if settings is None:
        return StaticModel(tokenizer, general, np.ones(len(general), dtype=np.float32))
    adapted = adapt(general, intents, tokenizer, settings, seed)
    return StaticModel(tokenizer, adapted.vectors, adapted.token_weights)


def _recalls(runs: Sequence[Ranking], language: str | None) -> str:
    return " / ".join(_spread([run.recall(at, language) for run in runs]) for at in (1, 5))


def _facts_line(name: str, runs: Sequence[Ranking]) -> str:
    figures = [[run.recall(1) for run in runs], [run.recall(5) for run in runs], [run.reciprocal() for run in runs]]
    return f"| {name} | {' | '.join(map(_spread, figures))} | {_recalls(runs, 'en')} |"


def _spread(values: Sequence[float]) -> str:
    mean = statistics.fmean(values)
    return f"{mean:.3f}" if len(values) == 1 else f"{mean:.3f} ± {(max(values) - min(values)) / 2:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with dictionary.tsv.gz and parallel-zh-en.tsv.gz")
    parser.add_argument("--facts", type=Path, default=Path("tests/data/sample_facts.yaml"), help="the sample shop's facts")
    parser.add_argument("--questions", type=Path, default=Path("content/questions/development.yaml"), help="questions on them")
    parser.add_argument("--cache", type=Path, help="folder that keeps the teacher's vectors and the general model")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds of the adaptation")
    parser.add_argument("--groups", type=int, help="hold out this many groups of files instead of one file at a time")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    parser.add_argument("--skip-held-out", action="store_true", help="leave out the held-out topics, the long part")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = read_training_data(options.data)
    speed = measure_speed(bundled_model_directory(), [text for i in data.intents for text in i.all_messages][:20_000])
    print(f"load {speed.load:.2f} s, one query {speed.query:.2f} ms, {speed.throughput:,.0f} short texts/s\n")

    teacher: Teacher = MiniLMTeacher()
    if options.cache:
        teacher = CachedTeacher(teacher, options.cache)
    tokenizer, general = general_model(data, teacher, TrainSettings(), options.cache)
    seeds = range(options.seeds)
    if options.facts.exists() and options.questions.exists():
        table = facts_table(tokenizer, general, data.intents, seeds, options.facts, options.questions)
        print("\n".join(table) + "\n", flush=True)
    if not options.skip_held_out:
        print("\n".join(held_out_table(tokenizer, general, data.intents, seeds, options.groups)))


if __name__ == "__main__":
    main()

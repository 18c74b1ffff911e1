"""All figures of the bundled model: `python -m ui.model_report --data DIR`, or without the articles' chunks `python -m kb.modelling.report`.

The speeds, the sample shop's development questions over its facts, then held-out topics (see `kb.modelling.held_out`) by language
and by file. Printed as Markdown. What was measured is kept in the cache folder: run again after an interruption, it goes on where it
stopped. The folder's keys hold data and settings but not the code: delete it after a change of the code.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kb.modelling.adapt import IntentTexts
from kb.modelling.data import Intent, read_training_data
from kb.modelling.evaluate import AskedShop, Ranking, StaticModel, rank_shop
from kb.modelling.held_out import RECIPES, Recipe, by_adaptation, file_table, language_table, limited, make_model, measure_held_out, spread
from kb.modelling.side_by_side import one_thread
from kb.modelling.teacher import CachedTeacher, MiniLMTeacher, Teacher
from kb.modelling.train import TrainSettings, general_model
from kb.static_embedding import StaticEmbedder, bundled_model_directory

__all__ = ["main", "measure_speed"]


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


def shop_tables(
    tokenizer: Tokenizer, general: NDArray[np.float32], intents: Sequence[Intent], recipes: Sequence[Recipe], seeds: Sequence[int], shops: Sequence[AskedShop]
) -> list[list[str]]:  # fmt: skip
    """A table a shop, one line a recipe: adapted on all intents, by seed and as shipped (seeds averaged)."""
    texts = IntentTexts(intents, tokenizer)
    tables = [
        [f"| {shop.name}, {len(shop.asked)} questions | R@1 | R@5 | MRR | English R@1 / R@5 |", "|---" * 5 + "|"] for shop in shops
    ]  # fmt: skip
    for settings, group in by_adaptation(recipes).items():
        models = [make_model(tokenizer, general, texts, settings, seed) for seed in (seeds if settings else seeds[:1])]
        _add_lines(tables, shops, models, {recipe.name: recipe.late_interaction for recipe in group})
    _add_lines(tables, shops, [StaticModel.load(bundled_model_directory())], {"shipped, cosine": 0.0, "shipped, cosine + MaxSim": 1.0})
    return tables


def _add_lines(tables: Sequence[list[str]], shops: Sequence[AskedShop], models: Sequence[StaticModel], weights: Mapping[str, float]) -> None:
    """One line a name and weight of MaxSim: mean and spread over the models."""
    for table, shop in zip(tables, shops, strict=True):
        found = [rank_shop(model, shop, list(weights.values())) for model in models]
        table.extend(_shop_line(name, runs) for name, *runs in zip(weights, *found, strict=True))


def _shop_line(name: str, runs: Sequence[Ranking]) -> str:
    figures = [[run.recall(1) for run in runs], [run.recall(5) for run in runs], [run.reciprocal() for run in runs]]
    english = " / ".join(spread([run.recall(at, "en") for run in runs]) for at in (1, 5))
    return f"| {name} | {' | '.join(map(spread, figures))} | {english} |"


def main(shops: Sequence[AskedShop] = ()) -> None:
    """The command line; `shops` are measured beside the sample shop's facts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with dictionary.tsv.gz and parallel-zh-en.tsv.gz")
    parser.add_argument("--facts", type=Path, default=Path("tests/data/sample_facts.yaml"), help="the sample shop's facts")
    parser.add_argument("--questions", type=Path, default=Path("content/questions/development.yaml"), help="questions on them")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/model-cache"), help="folder that keeps the teacher's vectors, the general model and finished folds"
    )  # fmt: skip
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds of the adaptation")
    parser.add_argument("--steps", type=int, help="adaptation steps of our recipe, for a quicker report")
    parser.add_argument("--groups", type=int, help="hold out this many groups of files instead of one file at a time")
    parser.add_argument("--workers", type=int, default=2, help="processes that train at a time, one thread each")
    parser.add_argument("--skip-held-out", action="store_true", help="leave out the held-out topics, the long part")
    options = parser.parse_args()
    one_thread()
    data = read_training_data(options.data)
    speed = measure_speed(bundled_model_directory(), [text for i in data.intents for text in i.all_messages][:20_000])
    print(f"load {speed.load:.2f} s, one query {speed.query:.2f} ms, {speed.throughput:,.0f} short texts/s\n")

    teacher: Teacher = CachedTeacher(MiniLMTeacher(options.workers), options.cache)
    tokenizer, general = general_model(data, teacher, TrainSettings(), options.cache, options.workers)
    recipes, seeds = limited(RECIPES, options.steps), range(options.seeds)
    if options.facts.exists() and options.questions.exists():
        shops = [AskedShop.of_facts("development questions over facts", options.facts, options.questions), *shops]
    for table in shop_tables(tokenizer, general, data.intents, recipes, seeds, shops) if shops else ():
        print("\n".join(table) + "\n", flush=True)
    if not options.skip_held_out:
        found = measure_held_out(tokenizer, general, data.intents, recipes, seeds, options.groups, options.cache, options.workers)
        print("\n".join([*language_table(found), "", *file_table(found)]))


if __name__ == "__main__":
    main()

"""Which fusion, which tokens: `python -m ui.fusion_report --second-shop tests/data/second_shop --half-models A B` prints docs/fusion.md's tables.

Weights are fitted and tokens chosen on topics, and scored on other topics: a category of the second shop's articles is left out at a time,
and of the simulated knowledge bases one half, whose topics neither the weights nor the half model's rows have seen. The sample shop is only
checked (`--check`), never fitted on. The half models: `--data FOLDER` trains those that are missing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kb.questions import read_questions
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from ui.fusion_report.bases import shop_base, simulated_bases
from ui.fusion_report.check import check_content, check_sets, snapshot_of
from ui.fusion_report.halves import half_of, train_halves
from ui.fusion_report.report import Report
from ui.fusion_report.tokens import splitters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--second-shop", type=Path, required=True, help="folder with content/ and questions.yaml")
    parser.add_argument("--half-models", type=Path, nargs=2, metavar=("A", "B"), help="models that learnt the odd and the even paraphrase files")
    parser.add_argument("--data", type=Path, help="training data folder: train the half models that are missing")
    parser.add_argument("--cache", type=Path, help="folder that keeps the teacher's vectors and the general model")
    parser.add_argument("--check", type=Path, help="content folder with questions/*.yaml, the sample shop's: checked, not fitted on")
    options = parser.parse_args()
    embedder = StaticEmbedder(bundled_model_directory())
    tokenisations = splitters()
    second, questions = snapshot_of(options.second_shop / "content", embedder), read_questions(options.second_shop / "questions.yaml")
    bases = [shop_base("second shop", second, questions, embedder)]
    if options.half_models:
        from kb.modelling.data import PARAPHRASES, read_intents

        if options.data:
            train_halves(options.half_models, options.data, options.cache)
        intents = read_intents(PARAPHRASES)
        for half, directory in enumerate(options.half_models):
            unseen = [intent for intent in intents if half_of(intent) != half]
            bases += simulated_bases(unseen, StaticEmbedder(directory), f"half {half}", seed=half)
    report = Report(bases, tokenisations)
    for part in (
        *report.fusion_tables(),
        report.curves(),
        report.language_table(),
        report.credit_table(),
        *report.tokenisation_tables(),
        report.parameter_table(),
    ):
        print(part, flush=True)
    split = tokenisations[report.current]
    print("\n".join(check_sets(second, {"second shop": questions}, embedder, split)), flush=True)
    if options.check:
        print("\n".join(check_content(options.check, embedder, split)))


if __name__ == "__main__":
    main()

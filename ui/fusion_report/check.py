"""What fusion does for a shop that it was not fitted on, bare and in all of search."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.build import ingest
from kb.embedding import Embedder
from kb.questions import Question, read_questions
from kb.snapshot import Snapshot, load_current
from retriever.fusion import Weights
from retriever.search import Searcher, ranked_articles
from ui.fusion_report.bases import Base, shop_base
from ui.fusion_report.figures import difference, figures, table
from ui.fusion_report.fits import Cases, Ranks, ranks
from ui.fusion_report.fusions import as_shipped, by_bound, by_credit, by_largest, dense_side, lexical
from ui.fusion_report.tokens import Split

PARTS = {"hybrid": ("dense only", "lexical only"), "as shipped": ("cosine + MaxSim", "BM25 alone")}
"""A fusion, and its parts."""


def check_content(content: Path, embedder: Embedder, split: Split) -> list[str]:
    """The tables over a content folder and its question sets: recall of each set, bare fusion, all of search."""
    sets = {path.stem: read_questions(path) for path in sorted((content / "questions").glob("*.yaml"))}
    return check_sets(snapshot_of(content, embedder), sets, embedder, split)


def check_sets(snapshot: Snapshot, sets: Mapping[str, Sequence[Question]], embedder: Embedder, split: Split) -> list[str]:
    """The tables over a snapshot and named sets of questions on it."""
    questions = [question for one in sets.values() for question in one]
    searchers = {
        "lexical only": Searcher(snapshot, None),
        "dense only": Searcher(snapshot, embedder, Weights(lexical=0.0)),
        "hybrid": Searcher(snapshot, embedder),
    }
    bases = {name: shop_base(name, snapshot, one, embedder) for name, one in sets.items()}
    return [recall_table(bases), check_table(shop_base("all", snapshot, questions, embedder), split), whole_search_table(searchers, questions)]


def snapshot_of(content: Path, embedder: Embedder) -> Snapshot:
    """A content folder, indexed for this once."""
    with tempfile.TemporaryDirectory() as folder:
        ingest(content, embedder, Path(folder), 1)
        return load_current(Path(folder))


def recall_table(bases: Mapping[str, Base]) -> str:
    """How well vectors alone find the articles by their chunks, one line a set of questions and score."""
    rows = []
    for name, base in bases.items():
        topics = np.array([case.topic for case in base.cases])
        for score, dense in (("cosine", base.dense), ("cosine + MaxSim", dense_side(base, True))):
            found = ranks(base, dense)
            english = found[np.array([case.lang == "en" for case in base.cases], bool)]
            share = f"{(english < 1.5).mean():.3f} / {(english < 5.5).mean():.3f}" if len(english) else "–"
            rows.append([f"{name} ({len(found)})", score, figures(found, topics), share])
    return table(["vectors alone", "", "MRR", "R@1", "R@5", "English R@1 / R@5"], rows)


def check_table(base: Base, split: Split) -> str:
    """MRR and R@1 by the question's language: each part alone, and fusions under weights near those fitted elsewhere."""
    cases, bm25 = Cases((base,)), lexical(base, split)
    dense = dense_side(base, True)
    found = {"BM25 alone": ranks(base, bm25.scores), "cosine alone": ranks(base, base.dense), "cosine + MaxSim": ranks(base, dense)}
    found |= {f"BM25 / largest, {weight:g}": ranks(base, by_largest(dense, bm25, weight)) for weight in (0.06, 0.1, 0.2, 0.5)}
    found |= {f"BM25 / Σ idf, {weight:g}": ranks(base, by_bound(dense, bm25, weight)) for weight in (0.06, 0.3, 0.7, 1.5)}
    found |= {f"credited, 0.1 / {share:g}": ranks(base, by_credit(base, dense, bm25, 0.1, share)) for share in (0.5, 0.9)}
    found["as shipped"] = ranks(base, as_shipped(base, bm25))
    return _by_language(found, cases.array(lambda case: case.lang))


def whole_search_table(searchers: Mapping[str, Searcher], questions: Sequence[Question]) -> str:
    """The same through all of search: parts of a message, title, places, kinds, validity."""
    asked = [question for question in questions if _wanted(question)]
    found = {}
    for name, searcher in searchers.items():
        places = []
        for question in asked:
            query = searcher.understand(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)
            ranked = ranked_articles(searcher.search(query), searcher)
            places.append(next((place for place, article in enumerate(ranked, 1) if article in _wanted(question)), np.inf))
        found[name] = np.array(places, np.float64)
    return _by_language(found, np.array([question.lang for question in asked]))


def _wanted(question: Question) -> set[str]:
    articles = question.expect.articles
    return set() if question.expect.abstain else {*articles.all_of, *articles.any_of}


def _by_language(found: Mapping[str, Ranks], langs: NDArray[np.str_]) -> str:
    """MRR / R@1 of each, and in a last line what the fusion adds to the MRR of its better part in that language."""
    shown = [*sorted(set(langs)), "all"]
    masks = [langs == lang if lang != "all" else np.ones(len(langs), bool) for lang in shown]
    rows = [[name, *(f"{(1 / values[mask]).mean():.3f} / {(values[mask] < 1.5).mean():.3f}" for mask in masks)] for name, values in found.items()]
    fused = next(name for name in PARTS if name in found)
    rows.append([f"{fused} − its better part", *(_gain(found[fused][mask], [found[part][mask] for part in PARTS[fused]]) for mask in masks)])
    return table(["MRR / R@1", *(f"{lang} ({mask.sum()})" for lang, mask in zip(shown, masks, strict=True))], rows)


def _gain(fused: Ranks, parts: Sequence[Ranks]) -> str:
    """Cell: the difference with its paired interval, and how many questions moved."""
    best = max(parts, key=lambda part: float((1 / part).mean()))
    return f"{difference(fused, best, np.arange(len(fused)).astype(str))}; {(fused < best).sum()} up, {(fused > best).sum()} down"


__all__ = ["check_content", "check_sets", "check_table", "recall_table", "snapshot_of", "whole_search_table"]

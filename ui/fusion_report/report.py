"""The tables over the second shop and the simulated bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from retriever.fusion import Weights
from ui.fusion_report.bases import Base
from ui.fusion_report.figures import described, difference, figures, table
from ui.fusion_report.fits import (
    CREDITS,
    FEW_WEIGHTS,
    PARAMETERS,
    WEIGHTS,
    Cases,
    Ranks,
    by_family,
    by_language,
    cross_validate,
    together,
    weighed,
    weighed_in_pairs,
    weighed_with_credit,
)
from ui.fusion_report.fusions import FUSIONS, LARGEST, Fusion, as_shipped, by_bound, by_credit, by_largest, by_ranks, by_z_scores, dense_side, lexical
from ui.fusion_report.tokens import Split

FAMILIES = tuple(product(("zh", "en"), ("zh", "en")))
"""(question, article)."""


class Report:
    """The tables over one set of bases."""

    def __init__(self, bases: Sequence[Base], tokenisations: Mapping[str, Split], current: str = "characters + bigrams") -> None:
        self.cases = Cases(tuple(bases))
        self.tokenisations, self.current = tokenisations, current
        self.bm25 = [lexical(base, tokenisations[current]) for base in bases]
        self.names = self.cases.names
        self.topics = self.cases.array(lambda case: case.topic)
        self.pairs = self.cases.array(lambda case: f"{case.family} {case.target}")
        self.shown = sorted(set(self.names))
        self.shipped = self.cases.ranks(lambda number, base: as_shipped(base, self.bm25[number]))

    def methods(self) -> dict[str, tuple[str, Ranks]]:
        """Name → (weight, ranks on held-out topics)."""
        cases, bm25 = self.cases, self.bm25
        rows: dict[str, tuple[str, Ranks]] = {
            "BM25 alone": ("–", cases.ranks(lambda number, _: bm25[number].scores)),
            "cosine alone": ("–", cases.ranks(lambda _, base: base.dense)),
            "cosine + MaxSim": ("–", cases.ranks(lambda _, base: dense_side(base, True))),
            "BM25 / Σ idf, as shipped": (f"{Weights().lexical:g}", self.shipped),
            "BM25 / largest": (f"{LARGEST:g}", cases.ranks(lambda number, base: by_largest(dense_side(base, True), bm25[number], LARGEST))),
            "credited": (f"{LARGEST:g} / 0.7", cases.ranks(lambda number, base: by_credit(base, dense_side(base, True), bm25[number], LARGEST, 0.7))),
            "reciprocal ranks": ("1", cases.ranks(lambda number, base: by_ranks(dense_side(base, True), bm25[number], 1.0))),
            "z-scores": ("1", cases.ranks(lambda number, base: by_z_scores(dense_side(base, True), bm25[number], 1.0))),
        }
        for name, fusion in FUSIONS.items():
            options = weighed(cases, bm25, fusion)
            for suffix, by in ((", fitted", together), (", fitted by question's language", by_family)):
                fitted = cross_validate(cases, options, by)
                rows[name + suffix] = (described(fitted), fitted.ranks)
        credited = weighed_with_credit(cases, bm25)
        for suffix, by in ((", fitted", together), (", fitted by question's language", by_family)):
            fitted = cross_validate(cases, credited, by)
            rows[f"credited{suffix}"] = (described(fitted), fitted.ranks)
        for name in ("BM25 / largest", "BM25 / Σ idf"):
            fitted = cross_validate(cases, weighed_in_pairs(cases, bm25, FUSIONS[name]), by_family)
            rows[f"{name}, fitted by both languages"] = (described(fitted), fitted.ranks)
            fitted = cross_validate(cases, weighed(cases, bm25, FUSIONS[name], late=False))
            rows[f"{name} without MaxSim, fitted"] = (described(fitted), fitted.ranks)
        return rows

    def fusion_tables(self) -> list[str]:
        methods = self.methods()
        made = []
        for name in self.shown:
            within = self.names == name
            rows = [
                [method, weight, figures(found[within], self.topics[within]), difference(found[within], self.shipped[within], self.topics[within])]
                for method, (weight, found) in methods.items()
            ]
            heading = f"{name}, {within.sum()} messages"
            made.append(table([heading, "weight", "MRR", "R@1", "R@5", "MRR against shipped"], rows))
        return [*made, *(self._by_family(name, {method: found for method, (_, found) in methods.items()}) for name in self.shown)]

    def curves(self) -> str:
        """MRR under each weight, nothing fitted."""
        rows = []
        fusions: dict[str, Fusion] = {"BM25 / largest": by_largest, "BM25 / Σ idf": by_bound}
        for name, fusion in fusions.items():
            options = weighed(self.cases, self.bm25, fusion)
            for shown, (question, article) in product(self.shown, (("", ""), *FAMILIES)):
                within = (self.names == shown) & ((self.pairs == f"{question} {article}") | (question == ""))
                if within.any():
                    label = f"{question} → {article}" if question else "all"
                    rows.append([name, shown, label, *(f"{(1 / options[(weight,)][within]).mean():.3f}" for weight in WEIGHTS)])
        return table(["", "", "question → article", *(f"{weight:g}" for weight in WEIGHTS)], rows)

    def language_table(self) -> str:
        """MRR of the dense side by the question's written language, and what BM25 over its bound adds under each weight, fitted for each language too."""
        options = weighed(self.cases, self.bm25, by_bound)
        fitted = {"one weight": cross_validate(self.cases, options), "one a language": cross_validate(self.cases, options, by_language)}
        langs, dense = self.cases.array(by_language), options[(0.0,)]
        rows = []
        for shown, lang in product(self.shown, sorted(set(langs))):
            within = (self.names == shown) & (langs == lang)
            if within.any():
                found = [options[(weight,)] for weight in FEW_WEIGHTS] + [one.ranks for one in fitted.values()]
                cells = [difference(values[within], dense[within], self.topics[within]) for values in found]
                rows.append([shown, f"{lang} ({within.sum()})", f"{(1 / dense[within]).mean():.3f}", *cells])
        chosen = [f"fitted, {name}: {described(one)}" for name, one in fitted.items()]
        return table(["", "question", "cosine + MaxSim", *(f"{weight:g}" for weight in FEW_WEIGHTS), *chosen], rows)

    def credit_table(self) -> str:
        """MRR under each share credited to the other language, weight LARGEST, nothing fitted."""
        options, weight = weighed_with_credit(self.cases, self.bm25), LARGEST
        shares = [share for one, share in CREDITS if one == weight]
        rows = []
        for shown, (question, article) in product(self.shown, (("", ""), *FAMILIES)):
            within = (self.names == shown) & ((self.pairs == f"{question} {article}") | (question == ""))
            if within.any():
                label = f"{question} → {article}" if question else "all"
                rows.append([shown, label, *(f"{(1 / options[(weight, share)][within]).mean():.3f}" for share in shares)])
        return table([f"credited, weight {weight:g}", "question → article", *(f"{share:g}" for share in shares)], rows)

    def tokenisation_tables(self) -> list[str]:
        alone: dict[str, Ranks] = {}
        fused: dict[str, Ranks] = {}
        for name, split in self.tokenisations.items():
            bm25 = [lexical(base, split) for base in self.cases.bases]
            alone[name] = self.cases.ranks(lambda number, _, bm25=bm25: bm25[number].scores)  # type: ignore[misc]
            fused[name] = cross_validate(self.cases, weighed(self.cases, bm25, by_bound)).ranks
        made = []
        for shown in self.shown:
            within = self.names == shown
            rows = [
                [
                    name,
                    figures(alone[name][within], self.topics[within]),
                    difference(alone[name][within], alone[self.current][within], self.topics[within]),
                    f"{(1 / fused[name][within]).mean():.3f}",
                    difference(fused[name][within], fused[self.current][within], self.topics[within]),
                ]
                for name in self.tokenisations
            ]
            made.append(table([f"{shown}: BM25 alone", "MRR", "R@1", "R@5", f"against {self.current}", "MRR fused", f"against {self.current}"], rows))
        return [*made, *(self._by_family(f"{shown}", alone) for shown in self.shown)]

    def parameter_table(self) -> str:
        """k1 and b: MRR of BM25 alone and fused."""
        rows = []
        for k1, b in PARAMETERS:
            bm25 = [lexical(base, self.tokenisations[self.current], k1, b) for base in self.cases.bases]
            alone = self.cases.ranks(lambda number, _, bm25=bm25: bm25[number].scores)  # type: ignore[misc]
            fused = cross_validate(self.cases, weighed(self.cases, bm25, by_bound)).ranks
            cells = [f"{(1 / found[self.names == name]).mean():.3f}" for name in self.shown for found in (alone, fused)]
            rows.append([f"{k1:g}", f"{b:g}", *cells])
        return table(["k1", "b", *(f"{name}, {what}" for name in self.shown for what in ("alone", "fused"))], rows)

    def _by_family(self, name: str, found: Mapping[str, Ranks]) -> str:
        within = self.names == name
        columns = [(f"{question} → {article}", within & (self.pairs == f"{question} {article}")) for question, article in FAMILIES]
        columns = [(label, mask) for label, mask in columns if mask.any()]
        rows = [[method, *(f"{(1 / values[mask]).mean():.3f}" for _, mask in columns)] for method, values in found.items()]
        return table([f"{name}: MRR", *(f"{label} ({mask.sum()})" for label, mask in columns)], rows)


__all__ = ["Report"]

"""ui/fusion_report.py: ranks, fusions, fits on other topics, on a made-up knowledge base."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.embedding import Embedder
from kb.questions import read_questions
from kb.snapshot import Snapshot
from ui import fusion_report
from ui.fusion_report.bases import Base, Case, score, shop_base, simulated_bases
from ui.fusion_report.check import check_sets, check_table
from ui.fusion_report.figures import difference, figures, interval
from ui.fusion_report.fits import Cases, by_family, cross_validate, ranks
from ui.fusion_report.fusions import Fusion, Lexical, by_bound, by_credit, by_largest, by_ranks, by_z_scores, lexical
from ui.fusion_report.halves import half_of
from ui.fusion_report.report import Report
from ui.fusion_report.tokens import Split, bigrams, splitter

CHUNKS = ("風鈴保養期 18 個月", "風鈴每周擦拭一次", "Brass bells ring for 40 seconds", "Paper kites fly in light wind")
OWNERS = (0, 0, 1, 2)
ENGLISH = (False, False, True, True)


def case(text: str, wanted: int, fold: str = "a", lang: str = "zh-Hans", context: str = "") -> Case:
    return Case(text, context, lang, f"{fold} {text}", fold, frozenset({wanted}), "zh" if wanted == 0 else "en")


CASES = (case("风铃保养期多久", 0), case("how do bells ring", 1, "b", "en"), case("kites in wind", 2, "c", "en"), case("brass 风筝", 1, "b"))


@pytest.fixture(scope="module")
def base(hash_embedder: type) -> Base:
    return score("made up", CHUNKS, CHUNKS, OWNERS, ENGLISH, CASES, hash_embedder())


def made(scores: Sequence[Sequence[float]], wanted: Sequence[int], owners: Sequence[int]) -> tuple[Base, np.ndarray]:
    zeros = np.zeros((len(scores), len(owners)), np.float32)
    cases = tuple(case(str(number), one) for number, one in enumerate(wanted))
    return Base("made", ("",) * len(owners), np.array(owners), np.zeros(len(owners), bool), cases, zeros, zeros), np.array(scores, np.float32)


def test_articles_are_ranked_by_their_best_chunk_and_ties_fall_between() -> None:
    base, scores = made([[0.1, 0.9, 0.5, 0.2], [0.1, 0.9, 0.5, 0.2], [0, 0, 0, 0]], [0, 2, 1], [0, 0, 1, 2])
    np.testing.assert_array_equal(ranks(base, scores), [1, 3, 2])


def test_bm25_finds_what_shares_words_and_never_passes_its_bound(base: Base) -> None:
    bm25 = lexical(base, splitter(bigrams))
    np.testing.assert_array_equal(bm25.scores.argmax(axis=1), [0, 2, 3, 2])
    assert (bm25.scores <= bm25.bound).all()


def test_the_context_counts_less_than_the_message(hash_embedder: type) -> None:
    base = score("made up", CHUNKS, CHUNKS, OWNERS, ENGLISH, [case("kites", 2, context="bells"), case("kites", 2)], hash_embedder())
    with_context, alone = lexical(base, splitter(bigrams)).scores
    assert with_context[3] == alone[3] > with_context[2] > alone[2] == 0


@pytest.mark.parametrize(
    ("split", "tokens"),
    [
        (splitter(bigrams), ["return", "2", "退", "换", "货", "退换", "换货"]),
        (splitter(None), ["return", "2", "退", "换", "货"]),
        (splitter(bigrams, characters=False), ["return", "2", "退换", "换货"]),
        (splitter(bigrams, stem=False), ["returned", "2", "退", "换", "货", "退换", "换货"]),
    ],
)
def test_tokenisations_differ_only_in_what_they_say(split: Split, tokens: list[str]) -> None:
    assert split("the 退換貨 returned 2") == tokens


@pytest.mark.parametrize("fusion", [by_largest, by_bound, by_z_scores, by_ranks])
def test_every_fusion_works_with_either_side_absent(fusion: Fusion) -> None:
    dense = np.array([[0.1, 0.7, 0.3]], np.float32)
    bm25 = Lexical(np.array([[2.0, 0.0, 1.0]], np.float32), np.array([[4.0]], np.float32))
    nothing = Lexical(np.zeros((1, 3), np.float32), np.zeros((1, 1), np.float32))
    np.testing.assert_array_equal(np.argsort(-fusion(dense, nothing, 1.0)), [[1, 2, 0]])
    np.testing.assert_array_equal(np.argsort(-fusion(dense, bm25, 0.0)), [[1, 2, 0]])
    assert fusion(np.zeros_like(dense), bm25, 5.0).argmax() == 0


def test_credit_raises_only_chunks_in_the_other_language(base: Base) -> None:
    dense = np.full((len(CASES), len(CHUNKS)), 0.5, np.float32)
    bm25 = lexical(base, splitter(bigrams))
    plain, credited = by_largest(dense, bm25, 0.1), by_credit(base, dense, bm25, 0.1, 0.7)
    gains = credited - plain
    assert (gains[0] > 0).tolist() == [False, False, True, True]
    assert (gains[1] > 0).tolist() == [True, True, False, False]
    np.testing.assert_allclose(gains[1, :2], 0.07, rtol=1e-5)


def test_a_fold_is_scored_with_what_the_other_folds_chose(base: Base) -> None:
    right, wrong = np.ones(4), np.full(4, 4.0)
    favours_a, others = np.where(np.arange(4) == 0, right, wrong), np.where(np.arange(4) == 0, wrong, right)
    fitted = cross_validate(Cases((base,)), {(0.0,): favours_a, (1.0,): others})
    assert fitted.ranks[0] == 4, "its own fold must not vote"
    assert fitted.final == {"all": (1.0,)}
    families = cross_validate(Cases((base,)), {(0.0,): favours_a, (1.0,): others}, by_family)
    assert set(families.final) == {"en", "zh"}
    assert families.final["en"] == (1.0,)


def test_intervals_hold_the_mean_and_draw_topics_whole() -> None:
    values = np.array([1.0, 0.0] * 50)
    low, high = interval(values, np.arange(100).astype(str))
    assert 0.38 < low < 0.5 < high < 0.62
    assert interval(values, np.repeat(np.arange(50), 2).astype(str)) == (0.5, 0.5)
    assert difference(values + 1, values + 1, np.arange(100).astype(str)) == "+0.000 (+0.000 to +0.000)"
    assert figures(np.array([1.0, 2.0]), np.array(["a", "a"])) == "0.750 (0.750–0.750) | 0.500 | 1.000"


def test_the_halves_share_no_file_and_simulated_bases_hold_their_answers(hash_embedder: type) -> None:
    from kb.modelling.data import PARAPHRASES, read_intents

    intents = read_intents(PARAPHRASES)
    odd = [intent for intent in intents if half_of(intent) == 0]
    assert {intent.file for intent in odd} == {f"p{number}" for number in range(1, 14, 2)}
    first, second = simulated_bases(odd, hash_embedder(), "half 1", bases=2, size=6)
    for made_up in (first, second):
        assert len(made_up.cases) == 6 * 4 * 2
        assert all(bool(made_up.english[made_up.owners == article].all()) == (one.target == "en") for one in made_up.cases for article in one.wanted)
    assert first.texts != second.texts


def test_a_shop_gives_public_articles_and_answerable_questions(
    lantern_quay_snapshot: Snapshot, hash_embedder: type[Embedder], tmp_path: Path
) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(
        "questions:\n"
        "- {id: Q1, lang: yue, text: 風暴傘保養幾耐, expect: {articles: {all_of: [returns/umbrellas]}}}\n"
        "- {id: Q2, lang: en, text: goodwill voucher limit, expect: {articles: {all_of: [staff/goodwill]}}}\n"
        "- {id: Q3, lang: en, text: weather, expect: {abstain: true}}\n"
        "- {id: Q4, lang: en, text: how long to the islands, expect: {articles: {any_of: [delivery/islands]}}}\n",
        encoding="utf-8",
    )
    base = shop_base("quay", lantern_quay_snapshot, read_questions(path), hash_embedder())
    assert [(one.topic, one.target, one.fold) for one in base.cases] == [("Q1", "zh", "quay returns"), ("Q4", "en", "quay delivery")]
    assert not any("voucher" in text for text in base.texts)
    assert "BM25 alone | 1.000 / 1.000 | 1.000 / 1.000" in check_table(base, splitter(bigrams))


def test_the_report_prints_every_table(base: Base) -> None:
    report = Report([base], {"characters + bigrams": splitter(bigrams), "characters": splitter(None)})
    tables = [
        *report.fusion_tables(),
        report.curves(),
        report.language_table(),
        report.credit_table(),
        *report.tokenisation_tables(),
        report.parameter_table(),
    ]
    assert all(line.startswith("|") for one in tables for line in one.strip().splitlines())
    assert "as shipped | 0.15 |" in tables[0]
    assert "| quay | en (" in report.language_table().replace(base.name, "quay")
    assert "nan" not in "".join(tables)


def test_the_check_says_what_fusion_adds_to_its_better_part(lantern_quay_snapshot: Snapshot, hash_embedder: type[Embedder], tmp_path: Path) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(
        "- {id: Q1, lang: yue, text: 風暴傘保養幾耐, expect: {articles: {all_of: [returns/umbrellas]}}}\n"
        "- {id: Q2, lang: en, text: how long to the islands, expect: {articles: {any_of: [delivery/islands]}}}\n",
        encoding="utf-8",
    )
    recall, bare, search = check_sets(lantern_quay_snapshot, {"quay": read_questions(path)}, hash_embedder(), splitter(bigrams))
    assert [line.split(" | ")[0] for line in recall.splitlines()[2:]] == ["| quay (2)", "| quay (2)"]
    assert bare.splitlines()[-1].startswith("| as shipped − its better part | ")
    assert search.splitlines()[-1].startswith("| hybrid − its better part | ")
    assert search.splitlines()[-1].count(" down") == 3, "two languages and all"


def test_nothing_heavy_is_imported_with_the_package() -> None:
    for path in Path(fusion_report.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        names |= {(node.module or "").split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert not names & {"torch", "sklearn", "scipy", "jieba", "tokenizers", "bm25s", "sentence_transformers"}, path.name

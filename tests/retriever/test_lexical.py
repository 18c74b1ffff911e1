"""retriever/lexical.py: BM25 over normalised text, and how much of a question a chunk covers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kb.models import Article, Chunk
from kb.snapshot import Snapshot
from retriever.lexical import coverage, inverse_document_frequency, scores

Shop = Callable[..., Snapshot]


@pytest.fixture(scope="module")
def shop(new_shop: Shop) -> Snapshot:
    return new_shop(["黃銅風鈴保養期 18 個月", "黄铜风铃每周擦拭一次", "Brass bells ring for 40 seconds", "Paper kites fly in light wind"])


def best(snapshot: Snapshot, question: str) -> int:
    return int(scores(snapshot, question, question, "").argmax())


def test_scores_lie_between_nought_and_one_and_fall_with_words_that_stand_nowhere(shop: Snapshot) -> None:
    found = scores(shop, "風鈴的保養期", "風鈴的保養期", "")
    assert found.shape == (4,)
    assert 0 < found[1] < found[0] == found.max() <= 1
    assert found[2] == found[3] == 0
    assert 0 < scores(shop, "風鈴的保養期 zeppelin", "風鈴的保養期 zeppelin", "")[0] < found[0]


@pytest.mark.parametrize(
    ("question", "row"), [("風鈴擦拭", 1), ("风铃擦拭", 1), ("风铃保养期", 0), ("風鈴保養期", 0), ("ＢＲＡＳＳ ＢＥＬＬ", 2), ("a kite flies", 3)]
)
def test_any_script_width_case_and_ending_finds_any_other(shop: Snapshot, question: str, row: int) -> None:
    assert best(shop, question) == row


def test_both_scripts_score_the_same(shop: Snapshot) -> None:
    np.testing.assert_array_equal(scores(shop, "風鈴保養期", "風鈴保養期", ""), scores(shop, "风铃保养期", "风铃保养期", ""))


@pytest.mark.parametrize("question", ["", "?!", "👍", "zeppelin", "the of and", "\x00"])
def test_what_stands_nowhere_scores_nothing(shop: Snapshot, question: str) -> None:
    assert not scores(shop, question, question, "").any()


def test_a_shop_without_chunks_scores_nothing(new_shop: Shop) -> None:
    assert scores(new_shop([]), "風鈴", "風鈴", "").shape == (0,)


def test_earlier_and_other_words_count_but_less_than_the_questions_own(shop: Snapshot) -> None:
    alone = scores(shop, "brass bells", "brass bells", "")
    with_context = scores(shop, "brass bells", "brass bells", "kites")
    with_whole = scores(shop, "brass bells", "brass bells, kites", "")
    assert alone[3] == 0
    for more in (with_context, with_whole):
        assert more.argmax() == 2
        assert 0 < more[3] < 0.5
    assert scores(shop, "", "", "kites").argmax() == 3


def test_title_and_headings_are_searched(new_shop: Shop, new_chunk: Callable[..., Chunk], new_article: Callable[..., Article]) -> None:
    chunks = [new_chunk("a", "It takes 3 days.", section="Repairs > Bells"), new_chunk("b", "It takes 5 days.")]
    shop = new_shop(chunks, [new_article("a"), new_article("b", title="Kites")])
    assert [best(shop, "bells"), best(shop, "kites")] == [0, 1]


def test_coverage_is_the_share_of_the_question_that_stands_in_the_chunk(shop: Snapshot) -> None:
    assert coverage(shop, "Brass bells ring", 2) == pytest.approx(1)
    assert coverage(shop, "風鈴", 1) == pytest.approx(1), "in any script"
    assert coverage(shop, "Brass bells ring", 3) == 0
    assert 0 < coverage(shop, "Brass zeppelins hum", 2) < 1
    assert coverage(shop, "", 2) == 0


def test_rare_words_weigh_more_in_coverage(shop: Snapshot) -> None:
    assert inverse_document_frequency(shop, "风铃") < inverse_document_frequency(shop, "擦拭") < inverse_document_frequency(shop, "zeppelin")
    assert coverage(shop, "風鈴,擦拭", 0) < 0.5, "what stands in two chunks says less than what stands in one"

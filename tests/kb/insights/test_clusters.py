"""Grouping by meaning: the same as merging by hand, no number of groups given, and the languages together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kb.embedding import Vectors, unit_rows
from kb.insights.clusters import average_link, by_meaning, clusters


def by_hand(rows: Vectors, alike: float) -> set[frozenset[int]]:
    """Merge the two likest groups until none are alike."""
    near, groups = rows.astype(np.float64) @ rows.T, [frozenset([row]) for row in range(len(rows))]
    while len(groups) > 1:
        means = {(a, b): float(np.mean([near[i, j] for i in a for j in b])) for a, b in itertools.combinations(groups, 2)}
        a, b = max(means, key=means.__getitem__)
        if means[a, b] < alike:
            break
        groups = [group for group in groups if group not in (a, b)] + [a | b]
    return set(groups)


def grouped(found: list[NDArray[np.int64]]) -> set[frozenset[int]]:
    return {frozenset(int(row) for row in group) for group in found}


@given(st.integers(0, 10_000), st.integers(1, 14), st.sampled_from([-0.2, 0.0, 0.3, 0.6]))
def test_groups_are_those_of_merging_one_after_the_other(seed: int, size: int, alike: float) -> None:
    rows = unit_rows(np.random.default_rng(seed).standard_normal((size, 5)))
    assert grouped(average_link(rows, np.ones(size, np.int64), alike)) == by_hand(rows, alike)


def test_a_text_that_came_often_weighs_as_often() -> None:
    rows = unit_rows(np.random.default_rng(3).standard_normal((9, 4)))
    often = np.repeat(rows, [4, 1, 1, 2, 1, 3, 1, 1, 1], axis=0)
    texts = [f"text {int(np.flatnonzero((rows == row).all(axis=1))[0])}" for row in often]
    assert {frozenset(one.members) for one in clusters(texts, often, alike=0.3).clusters} == by_hand(often, 0.3)


def test_one_question_in_four_wordings_is_one_group_whose_typical_question_is_one_of_them() -> None:
    same = ["有冇環保袋賣?", "请问有环保袋卖吗", "你哋有無得買環保袋", "do you sell tote bags?"]
    other = ["點樣申請退款", "how do I get a refund", "怎么申请退款"]
    found = by_meaning([*same, *other, "zzzz qqqq"]).clusters
    assert [set(one.members) for one in found] == [{0, 1, 2, 3}, {4, 5, 6}, {7}]
    assert found[0].typical in range(4)


def test_script_and_width_make_no_other_text() -> None:
    found = by_meaning(["禮盒可以刻字嗎", "礼盒可以刻字吗", "禮盒可以刻字嗎"])
    assert (found.compared, [len(one) for one in found.clusters]) == (1, [3])


@pytest.mark.parametrize("most", [20, 200])
def test_texts_beyond_the_bound_join_their_group(most: int) -> None:
    centres = np.eye(4, 16, dtype=np.float32)
    rows = unit_rows(np.repeat(centres, 25, axis=0) + 0.02 * np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32))
    found = clusters([f"text {n}" for n in range(100)], rows, alike=0.5, most=most)
    assert sorted(sorted(one.members) for one in found.clusters) == [list(range(n, n + 25)) for n in range(0, 100, 25)]
    assert (found.compared, found.joined) == (min(most, 100), max(0, 100 - most))


def test_nothing_is_no_group() -> None:
    assert by_meaning([]).clusters == ()

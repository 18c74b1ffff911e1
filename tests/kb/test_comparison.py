"""kb/comparison.py: what became of each answer, and intervals against sums done by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.comparison import Cited, Comparison, cited, compare, differences, mcnemar
from kb.evaluation import judge
from kb.questions import Question

WANTED = {"articles": {"all_of": ["kites/line"]}, "must_include": [["40 m"]], "must_not_include": ["60 m"]}


def question(identifier: str = "K1", text: str = "How long is the line?", **expect: Any) -> Question:
    return Question.model_validate({"id": identifier, "lang": "en", "text": text, "expect": expect or WANTED})


def answer(
    draft: str = "The line is 40 m [1].", article: str = "kites/line", lines: tuple[int, int] = (3, 3), quote: str = "", **changes: Any
) -> dict[str, Any]:
    return {
        "question": "How long is the line?", "draft": draft, "abstain": False,
        "sources": [{"n": 1, "article": article, "lines": list(lines), "quote": quote or "The line is 40 m, its strap 60 m."}],
    } | changes  # fmt: skip


RIGHT, WRONG, UNCLEAN = answer(), answer("The strap [1]."), answer("The line is 40 m, its strap 60 m [1].")


def became(before: dict[str, Any], now: dict[str, Any]) -> Comparison:
    return compare([question()], {"K1": before}, {"K1": now})


@pytest.mark.parametrize(
    ("before", "now", "list_name"),
    [
        (RIGHT, WRONG, "broken"),
        (RIGHT, UNCLEAN, "broken"),
        (WRONG, RIGHT, "mended"),
        (UNCLEAN, RIGHT, "mended"),
        (RIGHT, answer("It has 40 m [1]."), "reworded"),
        (RIGHT, answer(quote="40 m of line"), "reworded"),
        (RIGHT, answer(lines=(9, 10)), "moved"),
        (RIGHT, RIGHT, ""),
        (WRONG, WRONG, ""),
    ],
)
def test_an_answer_is_in_the_list_of_what_became_of_it(before: dict[str, Any], now: dict[str, Any], list_name: str) -> None:
    result = became(before, now)
    found = {name: len(getattr(result, name)) for name in ("broken", "mended", "reworded", "moved")}
    assert found == {name: int(name == list_name) for name in found}


def test_what_is_no_longer_right_comes_before_what_is_no_longer_clean() -> None:
    asked = [question("K1"), question("K2")]
    result = compare(asked, {"K1": RIGHT, "K2": RIGHT}, {"K1": UNCLEAN, "K2": WRONG})
    assert [one.question.id for one in result.broken] == ["K2", "K1"]
    assert (result.broken[0].now.misses, result.broken[1].now.misses) == (("lacks one of 40 m",), ("also says 60 m",))


def test_both_runs_are_scored_with_todays_expectations() -> None:
    mended_question = question(articles={"all_of": ["kites/line"]}, must_include=[["strap"]])
    result = compare([mended_question], {"K1": WRONG}, {"K1": WRONG})
    assert not result.broken
    assert not result.mended
    assert result.differences[0].before == result.differences[0].now == 1.0


def test_a_question_that_is_new_or_reworded_is_left_out() -> None:
    asked = [question("K1"), question("K2", "How long is the cord?"), question("K3")]
    result = compare(asked, {"K1": RIGHT, "K2": RIGHT}, {"K1": RIGHT, "K2": WRONG, "K3": WRONG})
    assert (result.compared, result.left_out, result.broken) == (1, ("K2", "K3"), ())


def test_nothing_in_common_is_no_difference() -> None:
    assert compare([question()], {}, {"K1": RIGHT}).differences == ()


def test_sources_without_lines_are_cited_by_article_alone() -> None:
    assert [str(one) for one in cited({"sources": [{"article": "a"}, {"article": "b", "lines": [4, 4]}, {"article": "c", "lines": [4, 6]}]})] == [
        "a", "b:4", "c:4-6",
    ]  # fmt: skip
    assert cited({}) == ()
    assert cited({"sources": [{"article": "a", "lines": [1, 2], "quote": "q"}]}) == (Cited("a", (1, 2), "q"),)


# ---- figures ---------------------------------------------------------------------------------------------------------


def run(*right: bool) -> list[Any]:
    return [judge(question(f"K{number}"), RIGHT if one else WRONG) for number, one in enumerate(right)]


def test_a_difference_counts_what_was_gained_and_lost() -> None:
    found = {one.name: one for one in differences(run(True, True, False, False, False), run(True, False, True, True, False))}
    right = found["right"]
    assert (right.before, right.now, right.gained, right.lost) == (0.4, 0.6, 2, 1)
    assert right.change == pytest.approx(0.2)
    assert right.low < 0.2 < right.high
    assert right.better is None
    assert "false_answer" not in found  # nothing was to be refused


def test_a_clear_change_lies_beyond_chance_in_its_direction() -> None:
    better = {one.name: one for one in differences(run(*[False] * 30), run(*[True] * 25, *[False] * 5))}["right"]
    assert better.low > 0.6
    assert better.better is True
    refuse = [question(f"K{number}", abstain=True) for number in range(30)]
    before, now = ([judge(one, answer(abstain=abstains, sources=[])) for one in refuse] for abstains in (True, False))
    worse = {one.name: one for one in differences(before, now)}["false_answer"]
    assert (worse.before, worse.now, worse.better) == (0.0, 1.0, False)


def test_the_same_runs_give_the_same_interval() -> None:
    runs = run(True, False, True), run(False, True, True)
    assert differences(*runs) == differences(*runs)


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(0, 0, 1.0), (1, 0, 1.0), (0, 5, 0.0625), (5, 0, 0.0625), (3, 1, 0.625), (2, 2, 1.0), (10, 2, 158 / 4096)]
)
def test_mcnemars_exact_p(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)


@given(st.integers(0, 400), st.integers(0, 400))
def test_p_is_a_probability_whichever_side_gained(gained: int, lost: int) -> None:
    assert 0 <= mcnemar(gained, lost) == mcnemar(lost, gained) <= 1

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.chunk import LONGEST_CHUNK, chunk
from ingest.parse import parse
from ingest.read import RawArticle
from kb.models import Article, Chunk


def article(body: str, title: str = "T") -> Article:
    parsed, problems = parse(RawArticle("a.md", "a.md", f"---\ntitle: {title}\nlang: en\n---\n{body}\n", "v"))
    assert parsed is not None, problems
    return parsed


def chunks(body: str) -> list[Chunk]:
    return chunk(article(body))[0]


def replies(body: str) -> dict[str, list[str]]:
    """Approved wordings by the chunk that they went to."""
    return {one.text: [reply.text for reply in one.replies] for one in chunks(body) if one.replies}


def test_a_chunk_for_each_paragraph_item_and_row_with_path_and_lines() -> None:
    found = chunks("Intro.\n\n# One\n## Two\n- item\n- item 2\n\n| A | B |\n|---|---|\n| 1 | 2 |")
    assert [(one.id, one.ordinal, one.kind, one.section, one.lines) for one in found] == [
        ("a#0", 0, "paragraph", "", (5, 5)),
        ("a#1", 1, "item", "One > Two", (9, 9)),
        ("a#2", 2, "item", "One > Two", (10, 10)),
        ("a#3", 3, "row", "One > Two", (14, 14)),
    ]
    assert (found[3].cells, found[3].table, found[3].heading, found[0].heading) == ((("A", "1"), ("B", "2")), 0, "Two", "")
    assert found[3].indexed_text("Title") == "Title One Two A: 1; B: 2"
    assert found[0].indexed_text("Title") == "Title Intro."


def test_tables_are_numbered_within_the_article() -> None:
    table = "| A |\n|---|\n| 1 |\n\n"
    assert [one.table for one in chunks(f"{table}text\n\n## Next\n{table}")] == [0, -1, 1]


# ---- long paragraphs -------------------------------------------------------------------------------------------------


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentences = [f"Sentence number {i} says something about the matter." for i in range(40)]
    found = chunks(" ".join(sentences))
    assert len(found) > 2
    assert all(len(one.text) <= LONGEST_CHUNK for one in found)
    assert " ".join(one.text for one in found) == " ".join(sentences), "sentences keep the space between them"
    assert {one.lines for one in found} == {(5, 5)}
    assert len({one.id for one in found}) == len(found)


def test_pieces_of_a_long_paragraph_are_quoted_verbatim() -> None:
    body = " ".join(f"Sentence number {i} says something." for i in range(40))
    assert all(one.quote == one.text and one.quote in body for one in chunks(body))


def test_pieces_that_do_not_stand_in_the_file_as_they_are_quote_the_whole_paragraph() -> None:
    body = "\n".join(f"Sentence *number* {i} says something." for i in range(40))
    assert {one.quote for one in chunks(body)} == {body}


@given(st.lists(st.text(st.sampled_from("甲乙丙。ab"), min_size=1, max_size=900), min_size=1, max_size=4))
def test_no_paragraph_is_too_long_and_no_character_is_lost(sentences: list[str]) -> None:
    body = "x" + "。".join(sentences) + "。"
    found = chunks(body)
    assert all(len(one.text) <= LONGEST_CHUNK for one in found)
    assert "".join(one.text for one in found) == body


# ---- approved replies ------------------------------------------------------------------------------------------------


def test_each_approved_line_goes_to_the_block_whose_quantities_it_states() -> None:
    body = (
        "## Returns\n- 風暴傘:9 日內可退,收 4% 手續費。\n- 摺疊傘:5 日內可換 1 次。\n\n"
        "::: reply lang=en\nA folding umbrella can be exchanged 1 time within 5 days.\nA storm umbrella can be refunded within 9 days, less 4%.\n:::\n"
        "::: reply lang=zh-Hant\n風暴傘 9 日內可退,收取 4% 手續費。\n:::"
    )
    assert replies(body) == {
        "風暴傘:9 日內可退,收 4% 手續費。": ["A storm umbrella can be refunded within 9 days, less 4%.", "風暴傘 9 日內可退,收取 4% 手續費。"],
        "摺疊傘:5 日內可換 1 次。": ["A folding umbrella can be exchanged 1 time within 5 days."],
    }


def test_a_block_takes_one_approved_line_a_language() -> None:
    body = "- 雨傘不退。\n- 雨衣不退。\n\n::: reply lang=en\nUmbrellas are final sale.\nRaincoats are final sale.\nHats are final sale.\n:::"
    found, problems = chunk(article(body))
    assert [[reply.text for reply in one.replies] for one in found] == [["Umbrellas are final sale."], ["Raincoats are final sale."]]
    assert [(problem.line, problem.severity, problem.code) for problem in problems] == [(11, "warning", "reply-taken")]


def test_an_approved_line_with_a_quantity_that_its_section_lacks_is_reported_and_left_out() -> None:
    found, problems = chunk(article("## Fee\nThe fee is HKD 45.\n\n::: reply lang=en\nThe fee is HKD 54.\n:::"))
    assert found[0].replies == ()
    assert [(problem.line, problem.severity) for problem in problems] == [(9, "warning")]
    assert problems[0].what == "the approved reply states HKD 54, and nothing in the article does"


SHIPPING = """\
## 運費

| 地區 | 滿 | 運費 (HK$) |
|---|---|---|
| 九龍 | $600 | 50 |
| 新界 | $1,000 | 110 |

每單最低訂購額 $280,派送 16:00–19:00。BL-2 傘不送。

::: reply lang=zh-Hans
{reply}
:::

## 退貨

可於 9 日內退貨。"""


@pytest.mark.parametrize(
    ("reply", "code", "params"),
    [
        ("九龙满 $600,运费 HK$50。", "", {}),
        ("最低 HK$280,下午 4 點至晚上 7 點送,BL-2 除外。", "", {}),
        ("满 $600 收 $50,满 $1,000 收 $110。", "reply-apart", {"quantities": "$600, $50, $1,000, $110", "lines": "9, 10"}),
        ("满 $600 收 $110。", "reply-apart", {"quantities": "$600, $110", "lines": "9, 10"}),
        ("九龙满 $600,除了 BL-2,下午收货。", "reply-apart", {"quantities": "$600, BL-2", "lines": "9, 12"}),
        ("九龙满 $600,9 天内可退。", "reply-elsewhere", {"quantities": "9 天", "lines": "20"}),
        ("九龙满 $650,运费 $50,5 天内可退,BL-7 除外。", "reply-quantity", {"quantities": "$650, 5 天, BL-7"}),
    ],
)  # fmt: skip
def test_why_an_approved_line_is_left_out_is_said_with_the_quantities_and_where_they_stand(reply: str, code: str, params: dict[str, str]) -> None:
    _, problems = chunk(article(SHIPPING.format(reply=reply)))
    assert [(problem.code, dict(problem.params)) for problem in problems] == ([(code, params)] if code else [])


def test_an_approved_line_that_spans_the_pieces_of_a_long_paragraph_names_its_line_once() -> None:
    paragraph = "The fee is HKD 45. " + "An umbrella keeps the rain off whoever carries it. " * 20 + "Returns take 9 days."
    _, problems = chunk(article(f"{paragraph}\n\n::: reply lang=en\nThe fee is HKD 45; returns take 9 days.\n:::"))
    assert [(problem.code, problem.params["lines"]) for problem in problems] == [("reply-apart", "5")]


def test_a_quantity_of_the_heading_or_title_counts_as_stated() -> None:
    assert replies("## Within 9 days\nUmbrellas can be refunded.\n\n::: reply lang=en\nRefunds within 9 days.\n:::") != {}
    found, problems = chunk(article("Umbrellas.\n\n::: reply lang=en\nThe 2031 sale.\n:::", title="Sale of 2031"))
    assert (len(found[0].replies), problems) == (1, [])


def test_approved_lines_of_a_section_without_text_are_reported() -> None:
    found, problems = chunk(article("Text.\n\n## Empty\n::: reply lang=en\nHello.\n:::"))
    assert [one.replies for one in found] == [()]
    assert [(problem.line, problem.code) for problem in problems] == [(9, "reply-no-text")]


@pytest.mark.parametrize("swapped", [False, True])
def test_with_an_embedder_likeness_decides_where_quantities_do_not(swapped: bool) -> None:
    def similarity(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float32]:
        same = np.array([[("rain" in reply) == ("雨" in text) for text in second] for reply in first])
        return np.asarray(same != swapped, np.float32)

    body = "- 陽傘不退。\n- 雨傘不退。\n\n::: reply lang=en\nOnes for rain are final sale.\nOnes for sun are final sale.\n:::"
    found, _ = chunk(article(body), similarity)
    words = ["sun", "rain"] if not swapped else ["rain", "sun"]
    assert [one.replies[0].text.split()[2] for one in found] == words

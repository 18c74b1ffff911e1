"""Language parity: what a translation says otherwise, lacks or adds, with the lines of both sides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.library import Library
from ingest.parity import Disparity, parities
from kb.embedding import Embedder
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from tests.conftest import ROOT

CHINESE = """## 退貨

- 未開封的風箏,收貨後 14 日內可退,運費由客人承擔。
- 香港訂單退款需 5 個工作日。

## 保養

| 部件 | 更換 |
| --- | --- |
| 線 | 6 個月 |
| 骨架 | 2 年 |
"""
ENGLISH = """## Returns

- An unopened kite can be returned within 14 days of delivery; the customer pays the postage.
- Refunds of Hong Kong orders take 5 working days.

## Care

| Part | Replace |
| --- | --- |
| Line | 6 months |
| Frame | 2 years |
"""

Compare = Callable[[str, str], list[Disparity]]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return StaticEmbedder(bundled_model_directory())


@pytest.fixture
def differences(tmp_path: Path, embedder: Embedder, write_article: Callable[..., Path]) -> Compare:
    def compare(original: str, translation: str) -> list[Disparity]:
        write_article(tmp_path, "kites.md", original, "title: 風箏", "lang: zh-Hant")
        write_article(tmp_path, "kites-en.md", translation, "title: Kites", "lang: en", "translation_of: kites")
        files = [one for one in Library(tmp_path).read().files.values() if one.article]
        found = parities({one.article.id: one.article for one in files if one.article}, [chunk for one in files for chunk in one.chunks], embedder)
        assert [(one.original, one.translation) for one in found] == [("kites", "kites-en")]
        return list(found[0].disparities)

    return compare


def said(found: list[Disparity]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.original_says, one.translation_says) for one in found]


def test_a_faithful_translation_differs_in_nothing(differences: Compare) -> None:
    assert said(differences(CHINESE, ENGLISH)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("within 14 days", "within 10 days", ("quantity", "14 日", "10 days")),
        ("within 14 days of delivery", "soon after delivery", ("quantity", "14 日", "")),
        ("6 months", "9 months", ("quantity", "6 個月", "9 months")),
        ("An unopened kite", "A kite", ("condition", "unopened", "")),
        ("An unopened kite", "An opened kite", ("condition", "unopened", "opened")),
        ("the customer pays the postage", "we pay the postage", ("condition", "customer", "shop")),
        ("Hong Kong orders", "orders", ("place", "香港", "")),
        ("Hong Kong orders", "Macau orders", ("place", "香港", "Macau")),
        ("take 5 working days", "take 5 working days and cost HKD 20", ("quantity", "", "HKD 20")),
    ],
    ids=["unequal", "missing", "in-a-row", "condition-missing", "condition-turned", "payer", "place-missing", "place-other", "added"],
)  # fmt: skip
def test_what_is_said_otherwise_is_named(differences: Compare, old: str, new: str, expected: tuple[str, str, str]) -> None:
    assert old in ENGLISH
    found = differences(CHINESE, ENGLISH.replace(old, new))
    assert said(found) == [expected]
    assert found[0].original is not None
    assert found[0].translation is not None
    shown = found[0].original.text
    assert shown.split(":")[0] in CHINESE.replace("| ", "") or expected[1] in shown


def test_both_sides_name_their_lines(differences: Compare) -> None:
    found = differences(CHINESE, ENGLISH.replace("5 working days", "8 working days"))[0]
    assert found.original is not None
    assert found.translation is not None
    assert (found.original.lines, found.original.section) == ((8, 8), "退貨")
    assert (found.translation.lines, found.translation.section) == ((9, 9), "Returns")


def test_a_row_that_is_missing_is_named(differences: Compare) -> None:
    found = differences(CHINESE, ENGLISH.replace("| Frame | 2 years |\n", ""))
    assert [(one.kind, one.translation) for one in found] == [("passage", None)]
    assert found[0].original is not None
    assert (found[0].original.section, found[0].original.lines) == ("保養", (15, 15))
    assert "骨架" in found[0].original.text


def test_a_section_that_is_missing_is_named_once_by_its_heading(differences: Compare) -> None:
    found = differences(CHINESE, ENGLISH.split("## Care")[0])
    assert [(one.kind, one.original.section if one.original else "", one.translation) for one in found] == [("section", "保養", None)]
    added = differences(CHINESE.split("## 保養")[0], ENGLISH)
    assert [(one.kind, one.original, one.translation.section if one.translation else "") for one in added] == [("section", None, "Care")]


def test_the_second_shops_translation_agrees(embedder: Embedder) -> None:
    files = [one for one in Library(ROOT / "tests" / "data" / "second_shop" / "content").read().files.values() if one.article]
    found = parities({one.article.id: one.article for one in files if one.article}, [chunk for one in files for chunk in one.chunks], embedder)
    assert [(one.original, one.translation, len(one.disparities)) for one in found] == [("returns/taiwan", "returns/taiwan-en", 0)]

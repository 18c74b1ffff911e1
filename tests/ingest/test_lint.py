from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.build import lint
from ingest.library import parsed
from ingest.lint import RULES, Known, check_article, cross_check, files_not_read, keep_one_of_each_id, near_duplicates
from ingest.read import RawArticle
from kb.content import FILES, Companions, Term
from kb.embedding import unit_rows
from kb.models import Article

COMPANIONS = Companions(disclaimers={"wind": {"zh-Hant": "a", "zh-Hans": "b", "en": "c"}})
PLAIN = Article(
    id="a", file="a.md", title="T", lang="en", category="", products=(), audience="public", owner="", valid_from=None, valid_until=None,
    review_by=None, supersedes=None, translation_of=None, status="published", disclaimers=(), version="", sections=(),
)  # fmt: skip


def article(name: str, **changes: Any) -> Article:
    return dataclasses.replace(PLAIN, **{"id": name, "file": f"{name}.md", **changes})


def found(*articles: Article) -> list[tuple[str, str, str]]:
    return [(problem.file, problem.severity, problem.what) for problem in cross_check(articles, COMPANIONS)]


def test_articles_that_refer_to_what_there_is_are_fine() -> None:
    assert found(article("a", supersedes="b", translation_of="c", disclaimers=("wind",)), article("b"), article("c")) == []


@pytest.mark.parametrize("key", ["supersedes", "translation_of"])
def test_a_reference_that_leads_nowhere_is_a_warning(key: str) -> None:
    assert found(article("a", **{key: "gone"})) == [("a.md", "warning", f"{key} names 'gone', which is no article")]


@pytest.mark.parametrize("key", ["supersedes", "translation_of"])
def test_a_reference_to_oneself_is_an_error(key: str) -> None:
    assert found(article("a", **{key: "a"})) == [("a.md", "error", f"{key} names the article itself")]


def test_supersession_in_a_circle_is_an_error_of_those_in_it() -> None:
    """Each would hide the other from every search."""
    circle = [article("a", supersedes="b"), article("b", supersedes="c"), article("c", supersedes="a")]
    outside = [article("d", supersedes="a"), article("e", supersedes="f"), article("f")]
    what = "supersedes leads back to the article itself"
    assert found(*circle, *outside) == [("a.md", "error", what), ("b.md", "error", what), ("c.md", "error", what)]


def test_a_disclaimer_without_a_text_is_an_error() -> None:
    assert found(article("a", disclaimers=("wind", "rain"))) == [("a.md", "error", "disclaimer 'rain' is not in disclaimers.yaml")]


def test_of_articles_with_one_id_the_one_at_its_path_stays() -> None:
    first, proper, last = article("x", file="a.md"), article("x"), article("x", file="z.md")
    kept, problems = keep_one_of_each_id([first, article("y"), proper, last])
    assert [one.file for one in kept] == ["x.md", "y.md"]
    assert [(problem.file, problem.severity, problem.what) for problem in problems] == [
        ("a.md", "error", "id 'x' is also the id of x.md"), ("z.md", "error", "id 'x' is also the id of x.md"),
    ]  # fmt: skip


def test_of_articles_with_one_id_else_the_first_stays() -> None:
    kept, problems = keep_one_of_each_id([article("x", file="b.md"), article("x", file="c.md")])
    assert [one.file for one in kept] == ["b.md"]
    assert [problem.file for problem in problems] == ["c.md"]


# ---- how one article is written ------------------------------------------------------------------------------------------

SHOP = Companions(glossary=(Term(id="reed-pen", names={"en": ["reed pen"]}), Term(id="pens", names={})))


def warned(body: str, *lines: str, lang: str = "en", companions: Companions = SHOP) -> list[tuple[int, str]]:
    """(line of the body, what) of every warning of an article in care/."""
    matter = [
        line for line in ("title: T", f"lang: {lang}", "valid_from: 2031-01-01") if line.split(":")[0] not in {one.split(":")[0] for one in lines}
    ]
    text = "\n".join(["---", *matter, *lines, "---", body])
    found = parsed(RawArticle("care/pens.md", "care/pens.md", text, "", text)).article
    assert found is not None
    known = Known(
        frozenset({"care/pens", "returns/umbrellas"}), frozenset({"care/pens.md", "returns/umbrellas.md", "care/Ink bottles.md"}), companions
    )
    problems = check_article(found, text, known)
    assert all(problem.severity == "warning" and problem.file == "care/pens.md" for problem in problems)
    return [(problem.line - len(matter) - len(lines) - 2, problem.what) for problem in problems]


def test_a_well_written_article_is_fine() -> None:
    body = "Clean [umbrellas](../returns/umbrellas.md) within 7 days.\n\n| a | b |\n|---|:-:|\n| 1 cm | x \\| y |\n| 2 cm | |\n"
    assert warned(body, "products: [reed-pen, pens]") == []
    assert len(RULES) == len({rule.__name__ for rule in RULES})


@pytest.mark.parametrize("status", ["published", "review", "draft"])
def test_an_article_without_a_first_day_is_doubted_before_it_is_published(status: str) -> None:
    assert [what.split(":")[0] for _, what in warned("x", "valid_from:", f"status: {status}")] == ["valid_from is missing"]
    assert warned("x", "valid_from:", "status: retired") == []


@pytest.mark.parametrize(
    ("review_by", "said"),
    [
        ("2031-05-20", []), ("2030-12-31", []), ("", []), ("2031-05-21", ["review_by lies after valid_until"]),
    ],
)  # fmt: skip
def test_a_review_after_the_end_is_doubted(review_by: str, said: list[str]) -> None:
    found = warned("x", "valid_until: 2031-05-20", f"review_by: {review_by}")
    assert found == [(-1, what) for what in said]


def test_an_unknown_product_is_doubted_where_there_is_a_glossary() -> None:
    assert [what for _, what in warned("x", "products: [reed-pen, reed-pan]")] == ["product 'reed-pan' is not in glossary.yaml"]
    assert warned("x", "products: [reed-pan]", companions=Companions()) == []


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", []),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", [(3, "the row has 3 cells, the header has 2")]),
        ("| a | b |\n|---|---|\n| 1 |", [(3, "the row has 1 cells, the header has 2")]),
        ("| a | b |\n|---|\n| 1 | 2 |", [(2, "this is no table: 1 columns are ruled, the header has 2")]),
        ("| a | b |\n| 1 | 2 |", [(1, "this is no table: the line below its header is not |---|---|")]),
        ("| a | b |\n\n|---|---|", [(1, "this is no table: the line below its header is not |---|---|"), (3, "this is no table: the line below its header is not |---|---|")]),
        ("```\n| a | b |\n```", []),
        ("x\n\n~~~\n| a |\n```\n| b |\n~~~", []),
    ],
)  # fmt: skip
def test_a_broken_table_is_doubted_at_its_line(table: str, found: list[tuple[int, str]]) -> None:
    assert warned(f"Text.\n\n{table}\n") == [(line + 2, what) for line, what in found]


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("[a](../returns/umbrellas.md)", False), ("[a](../returns/umbrellas.md#fees)", False), ("[a](/returns/umbrellas)", False),
        ("[a](returns/umbrellas)", False), ("[a](pens.md)", False), ("[a](<Ink%20bottles.md>)", False), ("[a](https://shop.example/x)", False),
        ("[a](mailto:a@shop.example)", False), ("[a](#here)", False), ("![a](picture.png)", False), ("`[a](gone.md)`", False),
        ("[a](gone.md)", True), ("[a](../umbrellas.md)", True), ('[a](umbrellas.md "title")', True), ("[a]: ../gone.md", True),
    ],
)  # fmt: skip
def test_a_link_to_no_article_is_doubted(link: str, dead: bool) -> None:
    assert [line for line, _ in warned(f"Text.\n\n{link}\n")] == ([3] if dead else [])


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("Returned within 7.", True), ("Returned within 7 days.", False), ("at least 20, or more", True), ("Call 2345 6789.", False), ("Model 618 is sold.", False),
        ("退貨須在簽收後至少 7。", True), ("最多 3 次。", False), ("不少於 150 毫升。", False), ("不超過 500,可退。", True), ("第 3 條列明 2031 年的規則。", False),
    ],
)  # fmt: skip
def test_a_number_without_its_unit_is_doubted(line: str, bare: bool) -> None:
    assert [number for number, _ in warned(f"{line}\n", lang="zh-Hant" if "。" in line else "en")] == ([1] if bare else [])


def test_a_bare_number_in_a_column_of_quantities_is_doubted() -> None:
    table = "| type | length | pieces |\n|---|---|---|\n| a | 20 cm | 1 |\n| b | 25 | 2 |\n| c | 30 cm | 3 |\n"
    assert warned(table) == [(4, "'25' in column 'length' has no unit, other rows have one")]


@pytest.mark.parametrize(
    ("lang", "line", "characters"),
    [
        ("zh-Hant", "這裡可退款,台北門市里程后面只余表面。", ""),
        ("zh-Hant", "這個订单可退。", "订单"),
        ("zh-Hans", "这里可以退款,于后天发货。", ""),
        ("zh-Hans", "这个訂單可退。", "訂單"),
        ("en", "Orders (訂單, 订单) ship.", ""),
    ],
)
def test_the_other_script_is_doubted(lang: str, line: str, characters: str) -> None:
    found = warned(f"{line}\n", lang=lang)
    assert [what.rsplit(": ", 1)[1] for _, what in found] == ([characters] if characters else [])


def test_the_other_script_in_the_title_is_doubted_too() -> None:
    (found,) = warned("可退款。\n", "title: 订单", lang="zh-Hant")
    assert found[1].endswith("订单")


def test_an_approved_reply_may_be_in_another_script() -> None:
    assert warned("可退款。\n\n::: reply lang=zh-Hans\n这个订单可退。\n:::\n", lang="zh-Hant") == []
    assert [line for line, _ in warned("可退款。\n\n::: reply lang=zh-Hant\n这个订单可退。\n:::\n", lang="zh-Hant")] == [4]


# ---- articles that say the same -------------------------------------------------------------------------------------------


def duplicates(mine: Article, others: list[Article], said: int, of: int = 5) -> list[str]:
    """Of an article whose first `said` of `of` passages stand in each of the others too."""
    own = np.eye(8, dtype=np.float32)[:of]
    theirs = unit_rows(own + np.float32(0.01))[:said]
    owners = [one.id for one in others for _ in range(said)]
    vectors = np.concatenate([theirs] * len(others)) if others and said else np.zeros((0, 8), np.float32)
    problems = near_duplicates(mine, own, {one.id: one for one in others}, owners, vectors, dt.date(2031, 5, 20))
    return [problem.what for problem in problems]


def test_an_article_that_says_what_another_says_is_doubted() -> None:
    assert duplicates(article("a"), [article("b", title="B")], 3) == ["3 of its 5 passages stand in b (B) too"]
    assert duplicates(article("a"), [article("b")], 2) == []
    assert duplicates(article("a"), [article("b")], 2, of=2) == [], "two passages alone prove nothing"
    assert duplicates(article("a"), [], 0) == []


def test_itself_translations_other_versions_and_what_is_over_are_no_duplicates() -> None:
    old = article("old", valid_until=dt.date(2031, 5, 19))
    others = [
        article("a"),
        article("before"),
        article("after", supersedes="a"),
        article("origin"),
        article("b", translation_of="a"),
        article("c", lang="zh-Hant"),
        old,
    ]
    assert duplicates(article("a", supersedes="before", translation_of="origin"), others, 5) == []


# ---- a folder ------------------------------------------------------------------------------------------------------------


def test_a_shop_written_as_the_documentation_shows_has_no_problem(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "content.md").read_text(encoding="utf-8")
    files = {"articles/returns/tents.md": re.findall(r"^```markdown\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[0]}
    files |= {name: block for block, name in re.findall(r"^```yaml\n(# (\w+\.yaml).*?)^```$", text, re.DOTALL | re.MULTILINE)}
    assert sorted(files) == sorted(["articles/returns/tents.md", *FILES])
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    articles, companions, problems = lint(tmp_path)
    assert problems == []
    assert [len(section.replies) for section in articles[0].sections] == [1, 0]
    assert (companions.shop.name["zh-Hans"], len(companions.glossary), len(companions.boundaries)) == ("Tent House", 2, 1)


def test_yaml_files_that_nobody_reads_are_doubted(tmp_path: Path) -> None:
    for name in ("shop.yml", "disclaimer.yaml", "glossary.yaml", "questions/set.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [(Path(one.file).name, one.severity) for one in files_not_read(tmp_path)] == [("disclaimer.yaml", "warning"), ("shop.yml", "warning")]

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from ingest.lint import cross_check, keep_one_of_each_id
from kb.content import Companions
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


@pytest.mark.parametrize(("review_by", "warned"), [(dt.date(2031, 5, 20), False), (dt.date(2031, 5, 21), True), (None, False)])
def test_a_review_after_the_end_is_a_warning(review_by: dt.date | None, warned: bool) -> None:
    problems = found(article("a", valid_until=dt.date(2031, 5, 20), review_by=review_by))
    assert problems == ([("a.md", "warning", "review_by lies after valid_until")] if warned else [])


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

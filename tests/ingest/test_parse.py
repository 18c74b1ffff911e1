from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import parse
from ingest.read import RawArticle, read_article
from kb.models import Article, Problem, Section

ROOT = Path(__file__).parents[2]
FRONT_MATTER = "---\ntitle: T\nlang: en\n---\n"


def read(text: str) -> tuple[Article | None, list[Problem]]:
    return parse(RawArticle("a/b.md", "shop/articles/a/b.md", text, "version"))


def cases() -> list[object]:
    """(text, expected lines) of parse.md; `\\uXXXX` and ⏎ stand for characters that would not show."""
    fixture = Path(__file__).with_name("parse.md").read_text(encoding="utf-8").split("\n\n", 1)[1]
    found = re.findall(r"^([^\n]+)\n\.\n(.*?)^\.\n(.*?)^\.\n", fixture, re.MULTILINE | re.DOTALL)
    assert len(found) == len(re.findall(r"^\.$", fixture, re.MULTILINE)) // 3 > 30
    return [pytest.param(unescaped(text), unescaped(expected).splitlines(), id=name) for name, text, expected in found]


def unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def described(sections: tuple[Section, ...]) -> list[tuple[int, str]]:
    """(line, what is read there) in the notation of parse.md."""
    lines: list[tuple[int, str]] = []
    for section in sections:
        for block in section.blocks:
            text = block.text.replace("\n", "⏎")
            lines.append((block.lines[0], f"{block.lines[0]}-{block.lines[1]} {block.kind} [{' > '.join(section.path)}] {text}"))
        lines += [(reply.line, f"{reply.line}-{reply.line} reply-{reply.lang} {reply.text}") for reply in section.replies]
    return lines


@pytest.mark.parametrize(("text", "expected"), cases())
def test_an_article_is_read_with_exact_lines(text: str, expected: list[str]) -> None:
    article, problems = read(text if text.startswith("---") else FRONT_MATTER + text)
    found = described(article.sections) if article else []
    found += [(problem.line, f"{problem.line}: {problem.what}") for problem in problems]
    assert [line for _, line in sorted(found, key=lambda entry: entry[0])] == expected
    assert (article is None) == any(problem.severity == "error" for problem in problems)


@pytest.mark.parametrize(("text", "expected"), cases())
def test_quotes_stand_verbatim_in_the_lines_that_they_name(text: str, expected: list[str]) -> None:
    whole = text if text.startswith("---") else FRONT_MATTER + text
    article, _ = read(whole)
    for section in article.sections if article else ():
        for block in section.blocks:
            assert block.quote in "\n".join(whole.split("\n")[block.lines[0] - 1 : block.lines[1]])
            assert block.quote


def test_every_problem_names_file_and_remedy_in_one_line() -> None:
    for case in cases():
        text, _ = case.values  # type: ignore[attr-defined]
        for problem in read(text if text.startswith("---") else FRONT_MATTER + text)[1]:
            assert str(problem) == f"shop/articles/a/b.md:{problem.line}: {problem.what}; {problem.fix}"
            assert problem.fix
            assert "\n" not in str(problem)
            assert len(problem.what) < 200


def test_front_matter_becomes_the_article() -> None:
    article, problems = read(
        "---\nid: returns/x\ntitle: 'Gold: returns'\nlang: zh-Hant\ncategory: returns\nproducts: [a, b]\naudience: agent\nowner: desk\n"
        "valid_from: 2031-03-01\nvalid_until: 2031-03-01\nreview_by: '2031-02-01'\nsupersedes: returns/w\ntranslation_of: returns/y.z_1\nstatus: review\n"
        "disclaimers: [d]\n---\nText.\n"
    )
    assert problems == []
    assert article is not None
    assert (article.id, article.title, article.lang, article.category, article.products) == (
        "returns/x",
        "Gold: returns",
        "zh-Hant",
        "returns",
        ("a", "b"),
    )
    assert (article.audience, article.owner, article.status, article.disclaimers) == ("agent", "desk", "review", ("d",))
    assert (article.valid_from, article.valid_until, article.review_by) == (dt.date(2031, 3, 1), dt.date(2031, 3, 1), dt.date(2031, 2, 1))
    assert (article.supersedes, article.translation_of, article.version, article.file) == ("returns/w", "returns/y.z_1", "version", "a/b.md")


def test_what_is_left_out_or_empty_has_its_default() -> None:
    article, problems = read("---\ntitle: T\nlang: en\nproducts:\nvalid_until:\nsupersedes: ~\nowner:\ndisclaimers: null\n---\nText.\n")
    assert problems == []
    assert article is not None
    assert (article.id, article.status, article.audience, article.products, article.disclaimers) == ("a/b", "published", "public", (), ())
    assert (article.valid_until, article.supersedes, article.owner, article.category) == (None, None, "", "general")


def test_aliases_that_multiply_do_not_fill_the_report() -> None:
    bomb = "x0: &x0 [1, 2]\n" + "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 12))
    article, problems = read(
        f"---\ntitle: T\nlang: *x11\n{bomb}---\nText.\n".replace("lang: *x11\n", "").replace("---\nText", "lang: *x11\nvalid_from: *x11\n---\nText")
    )
    assert article is None
    assert {"lang: […] is not allowed", "valid_from: […] is no date"} <= {problem.what for problem in problems}


@given(st.text(st.sampled_from("-|:#>*`[]()!<&\\ \n\tab1。::: reply lang=en\n---\n"), max_size=120))
def test_any_body_can_be_read(body: str) -> None:
    whole = FRONT_MATTER + body
    article, problems = read(whole)
    count = whole.count("\n") + 1
    assert article is not None or problems
    for section in article.sections if article else ():
        assert all(4 < block.lines[0] <= block.lines[1] <= count and block.text for block in section.blocks)
        assert all(4 < reply.line <= count and reply.text for reply in section.replies)


@given(st.text(st.sampled_from("-|:#>*`[]{}()!<&%@?,\"' \n\tab1~.") | st.characters(), max_size=60))
def test_any_front_matter_is_read_or_reported(matter: str) -> None:
    article, problems = read(f"---\ntitle: T\n{matter}\nlang: en\n---\nText.\n".replace("\r", "\n"))
    assert (article is None) == any(problem.severity == "error" for problem in problems)
    assert all(1 <= problem.line <= matter.count("\n") + matter.count("\r") + 6 and "\n" not in str(problem) for problem in problems)


@pytest.mark.parametrize("path", sorted((ROOT / "content" / "articles").rglob("*.md")), ids=lambda path: path.stem)
def test_the_sample_articles_quotes_stand_in_their_lines(path: Path) -> None:
    raw = read_article(path, ROOT / "content" / "articles")
    assert isinstance(raw, RawArticle)
    article, problems = parse(raw)
    assert problems == []
    assert article is not None
    lines = raw.text.split("\n")
    for section in article.sections:
        for block in section.blocks:
            assert block.quote in "\n".join(lines[block.lines[0] - 1 : block.lines[1]])
        assert all(reply.text in lines[reply.line - 1] for reply in section.replies)


def test_numbers_where_text_is_meant_are_text() -> None:
    article, problems = parse(RawArticle("a.md", "a.md", "---\ntitle: 618\nlang: en\nproducts: [1001]\nowner: 7\n---\nIt lasts 5 days.\n", "v"))
    assert problems == []
    assert article is not None
    assert (article.title, article.products, article.owner) == ("618", ("1001",), "7")


def test_values_that_are_wrong_do_not_hide_what_else_is_wrong() -> None:
    text = "---\ntitle: T\nlang: fr\nvalid_from: 2031-05-02\nvalid_until: 2031-05-01\ncolour: red\n---\n::: reply lang=tlh\nx\n:::\n"
    article, problems = read(text)
    assert article is None
    assert [one.code for one in problems] == ["value-not-allowed", "key-unknown", "dates-reversed", "reply-language", "no-text"]
    assert all(one.code for case in cases() for one in read(str(case.values[0]))[1])  # type: ignore[attr-defined]

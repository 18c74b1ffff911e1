"""A content folder read again and again: only what changed is parsed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import ingest.library
from ingest.build import lint
from ingest.library import Library, lint_text
from kb.content import Companions
from kb.errors import ContentError

PENS = "care/pens.md"


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files parsed so far."""
    seen: list[str] = []
    parse = ingest.library.parse
    monkeypatch.setattr(ingest.library, "parse", lambda raw: (seen.append(raw.file), parse(raw))[1])
    return seen


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files that a rule was put to so far."""
    seen: list[str] = []
    found = ingest.library._found
    monkeypatch.setattr(ingest.library, "_found", lambda page, rules: (seen.append(page.article.file), found(page, rules))[1])
    return seen


def test_only_what_changed_is_parsed_again(own_lantern_quay: Path, parses: list[str], write_article: Callable[..., Path]) -> None:
    library = Library(own_lantern_quay)
    first = library.read()
    assert sorted(parses) == sorted(first.files)
    assert library.read() is first
    write_article(own_lantern_quay, PENS, "Other words.")
    write_article(own_lantern_quay, "new.md")
    (own_lantern_quay / "articles" / "delivery" / "islands.md").unlink()
    parses.clear()
    second = library.read()
    assert sorted(parses) == [PENS, "new.md"]
    assert set(second.files) == (set(first.files) | {"new.md"}) - {"delivery/islands.md"}


def test_broken_files_and_drafts_are_held_too(own_lantern_quay: Path, write_article: Callable[..., Path]) -> None:
    write_article(own_lantern_quay, "a.md", "x", "titel: x", "lang: en")
    write_article(own_lantern_quay, "b.md", "x", "title: x", "lang: en", "status: draft")
    (own_lantern_quay / "articles" / "c.md").write_bytes(b"\xff\xfe")
    files = Library(own_lantern_quay).read().files
    assert [files[name].broken for name in ("a.md", "b.md", "c.md", PENS)] == [True, False, True, False]
    assert files["a.md"].problems[0].file == "a.md"
    assert (files["c.md"].text, files["c.md"].id) == ("", "c")


def test_problems_stand_at_their_lines(own_lantern_quay: Path) -> None:
    path = own_lantern_quay / "articles" / PENS
    path.write_text(path.read_text(encoding="utf-8").replace("disclaimers: [ink]", "disclaimers: [rain]"), encoding="utf-8")
    (problem,) = Library(own_lantern_quay).read().files[PENS].problems
    line = path.read_text(encoding="utf-8").splitlines().index("disclaimers: [rain]") + 1
    assert (problem.line, problem.severity) == (line, "error")


def test_a_text_that_is_typed_has_the_problems_that_its_file_would_have(own_lantern_quay: Path) -> None:
    holdings = Library(own_lantern_quay).read()
    text = holdings.files[PENS].text
    changed = (
        text.replace("disclaimers: [ink]", "disclaimers: [rain]").replace("category: care", "products: [pen]") + "\n| a | b |\n|---|---|\n| 1 |\n"
    )
    typed = lint_text(PENS, changed, holdings)
    (own_lantern_quay / "articles" / PENS).write_text(changed, encoding="utf-8")
    assert typed.problems == Library(own_lantern_quay).read().files[PENS].problems
    assert len(typed.problems) == 3
    printed = [(problem.line, problem.what) for problem in lint(own_lantern_quay)[2] if problem.file.endswith(PENS)]
    assert {problem.what for problem in typed.problems if problem.severity == "error"} == {what for _, what in printed}


def test_an_id_that_another_article_has_is_an_error(own_lantern_quay: Path) -> None:
    holdings = Library(own_lantern_quay).read()
    (problem,) = lint_text("new.md", holdings.files[PENS].text, holdings).problems
    assert "care/pens" in problem.what


def test_broken_companions_are_told_and_others_taken(own_lantern_quay: Path) -> None:
    fallback = Companions.load(own_lantern_quay)
    library = Library(own_lantern_quay)
    (own_lantern_quay / "disclaimers.yaml").write_text("wind: [", encoding="utf-8")
    holdings = library.read(fallback)
    assert "disclaimers.yaml" in holdings.trouble
    assert [problem for one in holdings.files.values() for problem in one.problems] == []
    (own_lantern_quay / "disclaimers.yaml").unlink()
    assert library.read(fallback).files[PENS].broken


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no such folder"):
        Library(tmp_path).read()


def test_what_is_checked_again_comes_to_what_is_checked_afresh(own_lantern_quay: Path, write_article: Callable[..., Path], rules: list[str]) -> None:
    library = Library(own_lantern_quay)
    write_article(own_lantern_quay, "links.md", "See [the pens](care/pens.md) and [the lamps](lamps.md). Within 3.")

    def afresh() -> dict[str, object]:
        return {file: one.problems for file, one in Library(own_lantern_quay).read().files.items()}

    def checked() -> list[str]:
        rules.clear()
        held = library.read().files
        again = list(rules)
        assert {file: one.problems for file, one in held.items()} == afresh()
        return again

    assert len(set(checked())) == 6
    write_article(own_lantern_quay, PENS, "Other words.", "title: Pens", "lang: en")
    assert checked() == [PENS], "what depends on nothing else is not looked at again"
    write_article(own_lantern_quay, "lamps.md")
    assert set(checked()) == {"links.md", "lamps.md"}, "a link may lead somewhere now"
    (own_lantern_quay / "articles" / "lamps.md").unlink()
    assert checked() == ["links.md"]
    (own_lantern_quay / "glossary.yaml").write_text("terms:\n  - {id: reed-pen, names: {en: [reed pen]}}\n", encoding="utf-8")
    assert len(set(checked())) == 6


def test_a_link_to_a_file_outside_is_left_out(own_lantern_quay: Path, tmp_path: Path) -> None:
    articles = own_lantern_quay / "articles"
    (tmp_path / "secret.md").write_text("---\ntitle: x\nlang: en\n---\nx\n", encoding="utf-8")
    (articles / "outside.md").symlink_to(tmp_path / "secret.md")
    (articles / "inside.md").symlink_to(articles / PENS)
    files = Library(own_lantern_quay).read().files
    assert "outside.md" not in files
    assert "inside.md" in files

"""Every finding has a code that pages can word in the reader's language, and every code is one that a rule gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ingest.problems import WORDED, problem
from ui.texts_lint import _CHINESE, LINT_TEXTS

ROOT = Path(__file__).parents[2]
STAGES = ("ingest/read.py", "ingest/parse.py", "ingest/chunk.py", "ingest/lint.py", "ingest/lint_replies.py", "ui/workspace.py")


def calls(path: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def strings(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


@pytest.mark.parametrize("path", STAGES)
def test_no_rule_words_a_problem_without_a_code(path: str) -> None:
    assert [node.lineno for node in calls(path) if isinstance(node.func, ast.Name) and node.func.id == "Problem"] == []


def test_every_code_is_given_by_a_rule() -> None:
    given = {text for path in STAGES for text in strings(ast.parse((ROOT / path).read_text(encoding="utf-8"))) if text in WORDED}
    assert given == set(WORDED)


def test_every_code_is_worded_in_every_language_with_the_same_parameters() -> None:
    assert set(_CHINESE) == set(WORDED)
    assert set(LINT_TEXTS) == {f"lint.{code}.{part}" for code in WORDED for part in ("what", "fix")}
    for key, row in LINT_TEXTS.items():
        fields = {frozenset(re.findall(r"\{(\w+)\}", text)) for text in row}
        assert len(fields) == 1, key
        assert all(row), key


def test_what_an_article_says_stays_in_one_line_and_is_no_template() -> None:
    found = problem("dead-link", "a.md", 3, "warning", target="a\n{b}\u2028" + "x" * 300)
    assert (found.code, found.severity, found.line) == ("dead-link", "warning", 3)
    assert found.what.startswith("the link 'a\\x0a{b}\\x2028xxx")
    assert len(str(found.params["target"])) == 200


def test_a_parameter_that_is_not_given_is_no_text_with_a_hole() -> None:
    with pytest.raises(KeyError):
        problem("dead-link", "a.md", 3)

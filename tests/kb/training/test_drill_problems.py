"""Every finding about a drill has a code that the page can word in the reader's language, and every code is one that a rule gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kb.training.drill_files import lint_drill
from kb.training.drill_problems import WORDED, problem
from tests.kb.training.shop import DRILL, SHOP, TODAY
from ui.i18n import TEXTS
from ui.texts_training_lint import _CHINESE, DRILL_LINT_TEXTS

ROOT = Path(__file__).parents[3]
STAGES = tuple(f"kb/training/{name}.py" for name in ("front_matter", "drill_parse", "drill_files", "drill_lint"))


def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", STAGES)
def test_no_rule_words_a_problem_without_a_code(path: str) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Problem"] == []


def test_every_code_is_given_by_a_rule() -> None:
    strings = [node.value for path in STAGES for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert set(strings) & set(WORDED) == set(WORDED)


def test_every_code_is_worded_in_every_language_with_the_same_parameters() -> None:
    assert set(_CHINESE) == set(WORDED)
    for key, row in DRILL_LINT_TEXTS.items():
        assert TEXTS[key] == row
        assert all(row), key
        assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in row}) == 1, key


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        ("mood: worried", "mood: sad", "value-not-allowed", {"key": "mood", "value": "sad", "allowed": "calm, worried, impatient, angry, rude, friendly"}),
        ("120", "soon", "value-no-number", {"key": "time_limit_s", "value": "soon", "least": 1, "most": 86_400}),
        ("[30 日]", "30 日", "value-not-list", {"key": "must_not_say"}),
        ("title: 退檯燈", f"title: {'長' * 301}", "value-long", {"key": "title", "most": 300}),
        ("title: 退檯燈", "title: [a]", "value-not-text", {"key": "title"}),
        ("14 日|兩星期", "三星期", "fact-not-stated", {"wording": "三星期"}),
        ("[returns/lamps]", "[returns/old]", "article-over", {"article": "returns/old"}),
    ],
)  # fmt: skip
def test_a_finding_names_its_rule_and_what_fills_the_wording(old: str, new: str, code: str, params: dict[str, object]) -> None:
    found = lint_drill("lamp-return", DRILL.replace(old, new, 1), SHOP, TODAY).problems
    assert (code, params) in [(one.code, dict(one.params)) for one in found]


def test_what_a_drill_says_stays_in_one_line_and_is_no_template() -> None:
    found = problem("article-unknown", "a.md", 3, "warning", article="a\n{b}\u2028" + "x" * 300)
    assert (found.code, found.severity, found.line) == ("article-unknown", "warning", 3)
    assert found.what.startswith("'a\\x0a{b}\\x2028xxx")
    assert len(str(found.params["article"])) == 200
    with pytest.raises(KeyError):
        problem("article-unknown", "a.md", 3)

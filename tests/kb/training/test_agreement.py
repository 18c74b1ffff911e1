from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import QuestionsError
from kb.training.agreement import Labelled, Verdict, accuracy, read_labelled, report

LINES = [
    {"drill": "a", "reply": "x", "kind": "good", "pass": True, "why": ""},
    {"drill": "a", "reply": "y", "kind": "rude", "pass": False, "why": ""},
    {"drill": "b", "reply": "z", "kind": "good", "pass": True, "why": ""},
    {"drill": "b", "reply": "w", "kind": "partly", "pass": False, "why": ""},
]


def test_agreement_is_counted_over_all_by_kind_and_by_language(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)) + "\n", encoding="utf-8")
    found = [
        Verdict(one, "yue" if one.drill == "a" else "en", passed) for one, passed in zip(read_labelled(path), (True, True, False, False), strict=True)
    ]
    assert accuracy(found) == 0.5
    assert report(found) == [
        "4 labelled replies of 2 drills: accuracy 0.500",
        "labelled pass: 1 scored pass, 1 scored fail",
        "labelled fail: 1 scored pass, 1 scored fail",
        "kind good: 0.500 of 2", "kind partly: 1.000 of 1", "kind rude: 0.000 of 1", "language en: 0.500 of 2", "language yue: 0.500 of 2",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["{", '{"drill": "a"}', '{"drill": "a", "reply": "x", "kind": "lovely", "pass": true}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(json.dumps(LINES[0]) + "\n" + line, encoding="utf-8")
    with pytest.raises(QuestionsError, match=r"replies\.jsonl:2"):
        read_labelled(path)


def test_a_label_needs_no_reason() -> None:
    assert Labelled.model_validate({"drill": "a", "reply": "x", "kind": "good", "pass": True}).passes

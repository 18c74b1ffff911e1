"""Imports go one way: kb ← ingest, retriever ← ui. No code knows the sample shop."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "kb": {"kb"},
    "ingest": {"kb", "ingest"},
    "retriever": {"kb", "retriever"},
    "ui": {"kb", "ingest", "retriever", "ui"},
}
SAMPLE_NAMES = ("瑞歲", "瑞岁", "suiyue", "sh-f", "sh-g", "sh-l", "臻萃", "素心")
CODE = {".py", ".js", ".css", ".html"}


def sources(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no code in {package}/"
    return found


def imported(path: Path, package_root: Path = ROOT) -> set[str]:
    """Top-level names that a file imports anywhere in it, relative and dynamic imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            own = path.relative_to(package_root).parts[: -node.level] if node.level else ()
            names.add((*own, *(node.module or "").split("."))[0])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                names.add(str(node.args[0].value).split(".")[0])
    return names


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_stands_below_it(package: str) -> None:
    wrong = {
        path.relative_to(ROOT).as_posix(): sorted(names) for path in sources(package) if (names := (imported(path) & set(ALLOWED)) - ALLOWED[package])
    }
    assert wrong == {}


def test_no_package_imports_the_tests() -> None:
    assert [path for package in ALLOWED for path in sources(package) if "tests" in imported(path)] == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("import ingest.build as build", {"ingest"}),
        ("from retriever import search", {"retriever"}),
        ("def late():\n    from ui.cli import app", {"ui"}),
        ("import importlib\nimportlib.import_module('ingest.parse')", {"importlib", "ingest"}),
        ("from . import text", {"kb"}),
    ],
)
def test_the_reader_of_imports_sees_every_form(tmp_path: Path, line: str, names: set[str]) -> None:
    path = tmp_path / "kb" / "module.py"
    path.parent.mkdir()
    path.write_text(line, encoding="utf-8")
    assert imported(path, tmp_path) == names


@pytest.mark.parametrize("package", ALLOWED)
def test_no_code_names_the_sample_shop_or_its_products(package: str) -> None:
    files = [path for path in (ROOT / package).rglob("*") if path.suffix in CODE and path.is_file()]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {name}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").lower().splitlines(), 1)
        for name in SAMPLE_NAMES
        if name in line
    ]
    assert found == []

"""The head of a Markdown file between two lines of dashes: its keys, their values and the lines where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kb.content import compose_yaml, load_yaml
from kb.models import Problem
from kb.training.drill_problems import problem


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands in the head, and what follows it."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    """Line of each key in the file, from 1."""
    body: tuple[str, ...]
    """The lines below the head."""
    offset: int
    """How many lines stand before the body."""

    def line_of(self, key: str) -> int:
        return self.lines.get(key, 2)


def read_front_matter(text: str, shown: str) -> FrontMatter | Problem:
    """The head of a file, or the first thing that is wrong with it. shown: the file's path as the user knows it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].strip() != "---":
        return problem("no-front-matter", shown, 1)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return problem("front-matter-open", shown, 1)
    head = "\n".join(lines[1:end])
    try:
        values = load_yaml(head)
        keys = _keys(head)
    except yaml.reader.ReaderError as error:
        return problem("yaml-character", shown, head.count("\n", 0, error.position) + 2, why=error.reason)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:  # a wrong explicit tag raises any of them
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or ("nested too deeply" if isinstance(error, RecursionError) else "a value does not fit its tag")
        return problem("yaml", shown, (mark.line if mark else 0) + 2, why=why)
    if not isinstance(values, dict):
        return problem("no-keys", shown, 2)
    twice = next(((key, line) for at, (key, line) in enumerate(keys) if key in [other for other, _ in keys[:at]]), None)
    if twice is not None:
        return problem("key-twice", shown, twice[1], key=twice[0])
    return FrontMatter({str(key): value for key, value in values.items()}, dict(keys), tuple(lines[end + 1 :]), end + 1)


def _keys(head: str) -> list[tuple[str, int]]:
    node = compose_yaml(head)
    return [(str(key.value), key.start_mark.line + 2) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


__all__ = ["FrontMatter", "read_front_matter"]

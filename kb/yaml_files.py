"""YAML texts and files: their values, and the line of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.errors import ContentError
from kb.models import Problem

_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's safe loader over libyaml, ten times as fast, where it was built with it."""
_BROKEN = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What a broken text makes PyYAML raise: beside its own errors, those of a day that does not exist and of a wrong explicit tag."""


class UndatedLoader(yaml.SafeLoader):
    """Leaves dates as text, so that a day that does not exist is reported under its key and line."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_FAST_UNDATED_LOADER = type("FastUndatedLoader", (_FAST_LOADER,), {"yaml_implicit_resolvers": UndatedLoader.yaml_implicit_resolvers})


def load_yaml(text: str, *, dates: bool = True) -> Any:
    """The value of a YAML text; dates: as dates rather than as text. Raises as `yaml.load` does with the slower loader, whose marks and words are the more exact ones."""
    try:
        return yaml.load(text, Loader=_FAST_LOADER if dates else _FAST_UNDATED_LOADER)
    except _BROKEN:
        return yaml.load(text, Loader=yaml.SafeLoader if dates else UndatedLoader)


def compose_yaml(text: str) -> yaml.Node | None:
    """The node of a YAML text, with its marks. Raises as `yaml.compose` does."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_FAST_LOADER)
    except _BROKEN:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def read_yaml(path: Path) -> Any:
    """The YAML of a file, None where there is no file. Raises ContentError with the line."""
    if not path.is_file():
        return None
    text = read_text(path)
    try:
        return load_yaml(text)
    except _BROKEN as error:
        line, what, fix = _trouble(error)
        raise ContentError(what, where=f"{path}:{line}" if line else str(path), fix=fix) from error


def read_text(path: Path) -> str:
    """The text of a file, without a byte order mark. Raises ContentError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", where=str(path), fix="check the file and its permissions") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"byte {error.start} is not UTF-8", where=str(path), fix="save the file as UTF-8") from error


def _trouble(error: Exception) -> tuple[int, str, str]:
    """(line, 0 where none is known; what is wrong; how to mend it)."""
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or " ".join(str(error).split())
    fix = "mend the YAML" if isinstance(error, yaml.YAMLError) else "mend the YAML; quote dates and numbers"
    return mark.line + 1 if mark else 0, f"broken YAML: {what}", fix


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file with its lines. Dates are left as text."""

    path: Path
    value: Any
    """None where there is no file, or nothing in it."""
    node: yaml.Node | None = None

    def line_of(self, where: Sequence[str | int]) -> int:
        """The line of a value, from 1, or of the last of the keys and places on the way to it that is there."""
        node, line = self.node, self.node.start_mark.line + 1 if self.node else 1
        for step in where:
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == str(step)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                pair = (node.value[step], node.value[step])
            else:
                pair = None
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        return line

    def problem(self, where: Sequence[str | int], what: str, fix: str) -> Problem:
        """An error at a value."""
        return Problem(str(self.path), self.line_of(where), what, fix)


def read_document(path: Path, problems: list[Problem]) -> Document:
    """A file with its lines; a value of None, and a problem, where it is broken. A key that stands twice is a problem too: YAML keeps but the last."""
    if not path.is_file():
        return Document(path, None)
    try:
        text = read_text(path)
        value, node = load_yaml(text, dates=False), compose_yaml(text)
    except ContentError as error:
        problems.append(Problem(str(path), 1, error.what, error.fix))
    except _BROKEN as error:
        line, what, fix = _trouble(error)
        problems.append(Problem(str(path), line or 1, what, fix))
    else:
        problems += [Problem(str(path), line, f"key '{key}' stands twice", "keep one") for key, line in _twice(node, set())]
        return Document(path, value, node)
    return Document(path, None)


def _twice(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, int]]:
    """Keys that stand more than once in one mapping, with their lines. seen: nodes that were looked at, which aliases may name again."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    keys: set[str] = set()
    for one in node.value:
        key, inner = one if isinstance(node, yaml.MappingNode) else (None, one)
        if isinstance(key, yaml.ScalarNode):
            if key.value in keys:
                yield key.value, key.start_mark.line + 1
            keys.add(key.value)
        yield from _twice(inner, seen)


__all__ = ["Document", "compose_yaml", "load_yaml", "read_document", "read_text", "read_yaml"]

"""An article's front matter as values, and changes of single values in its text: comments, order, other keys and their spelling stay to the byte.

A library that reads and writes YAML anew would quote, indent and wrap other keys its own way. So only the stretch that PyYAML says a value takes is
replaced, and the outcome is read again: where anything else came out different, the text stays as it was and the author is sent to the YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from kb.content import load_yaml
from kb.errors import ContentError

Value = str | tuple[str, ...]
TEXTS: Final = (
    "id", "title", "lang", "category", "audience", "owner", "valid_from", "valid_until", "review_by", "supersedes", "translation_of", "status",
)  # fmt: skip
LISTS: Final = ("products", "disclaimers")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FENCED = re.compile(r"\ufeff?[ \t]*---[ \t]*\r?\n(.*?)^[ \t]*---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Matter:
    """What stands between the two lines `---`."""

    values: Mapping[str, Value]
    """Of the keys that are there and hold what they should hold; '' and () where they are empty."""
    lines: Mapping[str, tuple[int, int]]
    """First and last line of each key in the file, from 1."""
    odd: frozenset[str]
    """Keys that hold something else, such as a list where a text belongs: only the YAML shows them."""


def read_matter(text: str) -> Matter | None:
    """None where there is none, or where it is no YAML of single keys."""
    found = _whole(text)
    if found is None:
        return None
    start, inner, data, nodes = found
    before = text.count("\n", 0, start)
    values = {key: _value(key, data[key]) for key in data if key in TEXTS or key in LISTS}
    lines = {key: (before + name.start_mark.line + 1, before + _last_line(inner, value) + 1) for key, (name, value) in nodes.items()}
    held = {key: value for key, value in values.items() if value is not None}
    return Matter(held, lines, frozenset(set(values) - set(held)))


def with_values(text: str, changes: Mapping[str, Value]) -> str:
    """The text with these values. Raises ContentError where that cannot be done without touching anything else."""
    found = _whole(text)
    if found is None:
        raise ContentError("the front matter cannot be read", where="front matter", fix="mend it as YAML first")
    start, inner, data, nodes = found
    wanted = {key: _plain(value) for key, value in changes.items()}
    wanted = {key: value for key, value in wanted.items() if _value(key, data.get(key)) != value}
    edits = [edit for key, value in wanted.items() for edit in _edits(inner, nodes.get(key), key, value)]
    changed = inner
    for first, last, replacement in sorted(edits, key=lambda edit: edit[0], reverse=True):
        changed = changed[:first] + replacement + changed[last:]
    if not _is_as_wanted(changed, data, wanted):
        keys = ", ".join(wanted)
        raise ContentError("the form cannot change this without touching what stands around it", where=keys, fix="change it as YAML")
    return text[:start] + changed + text[start + len(inner) :]


# ---- reading -----------------------------------------------------------------------------------------------------------------

Nodes = Mapping[str, tuple[yaml.Node, yaml.Node]]


def _whole(text: str) -> tuple[int, str, dict[str, Any], Nodes] | None:
    """(where the YAML begins, the YAML, its values, key → the nodes of its name and value)."""
    match = _FENCED.match(text)
    if match is None:
        return None
    inner = match[1]
    try:
        data = load_yaml(inner, dates=False)
        root = yaml.compose(inner, Loader=yaml.SafeLoader)  # its marks end where the value ends
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError):  # as when it is parsed
        return None
    if root is None:
        return match.start(1), inner, {}, {}
    if not isinstance(root, yaml.MappingNode) or not isinstance(data, dict) or root.flow_style:
        return None
    nodes = {str(name.value): (name, value) for name, value in root.value}
    if len(nodes) != len(root.value) or set(nodes) != {str(key) for key in data}:
        return None
    return match.start(1), inner, {str(key): value for key, value in data.items()}, nodes


def _value(key: str, value: Any) -> Value | None:
    """As the form holds it; None for what it cannot hold."""
    if key in LISTS:
        items = [] if value is None else value
        return tuple(str(item) for item in items) if isinstance(items, list) and all(_is_simple(item) for item in items) else None
    return "" if value is None else str(value) if _is_simple(value) else None


def _is_simple(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _plain(value: Value) -> Value:
    """In one line each, no item twice."""
    if isinstance(value, str):
        return " ".join(value.split())
    return tuple(dict.fromkeys(item for item in (" ".join(one.split()) for one in value) if item))


def _last_line(inner: str, node: yaml.Node) -> int:
    """A block's own end lies behind the blank lines and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(inner, last[1] if isinstance(last, tuple) else last)
    written = inner[node.start_mark.index : node.end_mark.index].rstrip()
    return int(node.start_mark.line) + written.count("\n")


# ---- changing ----------------------------------------------------------------------------------------------------------------

Edit = tuple[int, int, str]
"""First and last position of what goes, and what comes in its place."""


def _edits(inner: str, at: tuple[yaml.Node, yaml.Node] | None, key: str, value: Value) -> Iterator[Edit]:
    line_end = "\r\n" if "\r\n" in inner else "\n"
    if at is None:
        yield len(inner), len(inner), f"{key}:{_written(key, value)}{line_end}"
        return
    name, node = at
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and not isinstance(value, str):
        yield from _item_edits(inner, name, node, value, line_end)
        return
    first, last = int(node.start_mark.index), int(node.end_mark.index)
    while last > first and inner[last - 1].isspace():  # a block scalar takes its line end with it
        last -= 1
    if isinstance(node, yaml.CollectionNode) and "#" in inner[first:last]:
        raise ContentError("there may be comments within this list", where=key, fix="change it as YAML")
    while inner[first - 1 : first].isspace():
        first -= 1
    if inner[:first].endswith(":"):
        yield first, last, _written(key, value)
    else:  # a comment stands between the key and its value
        yield int(node.start_mark.index), last, _written(key, value).strip()


def _item_edits(inner: str, name: yaml.Node, node: yaml.SequenceNode, value: Sequence[str], line_end: str) -> Iterator[Edit]:
    """Of a list with one item a line: lines go, lines come behind the last one."""
    lines = [_line_of(inner, int(item.start_mark.index)) for item in node.value]
    items = [str(item.value) for item in node.value]
    new = [item for item in value if item not in items]
    if not value:
        colon = inner.index(":", int(name.end_mark.index)) + 1
        yield colon, colon, " []"
    for (first, last), item in zip(lines, items, strict=True):
        if item not in value:
            yield first, last, ""
    if new:
        dash = re.match(r"[ \t]*-[ \t]+", inner[lines[-1][0] :])
        if dash is None:
            raise ContentError("this list is written in an unusual way", where=str(name.value), fix="change it as YAML")
        yield lines[-1][1], lines[-1][1], "".join(f"{dash[0]}{_dumped(item)}{line_end}" for item in new)


def _line_of(inner: str, position: int) -> tuple[int, int]:
    """Where the line of a position begins, and where the next one does."""
    end = inner.find("\n", position)
    return inner.rfind("\n", 0, position) + 1, len(inner) if end < 0 else end + 1


def _written(key: str, value: Value) -> str:
    """A value behind its key's colon, in one line."""
    if not value:
        return " []" if key in LISTS else ""
    if isinstance(value, str):
        return f" {value if _DATE.fullmatch(value) else _dumped(value)}"
    return f" {_dumped(list(value))}"


def _dumped(value: str | list[str]) -> str:
    try:
        return yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=1_000_000).replace("\n...", "").strip()
    except (yaml.YAMLError, UnicodeError) as error:
        raise ContentError("this cannot be written as YAML", where="front matter", fix="take unusual characters out") from error


def _is_as_wanted(changed: str, data: Mapping[str, Any], wanted: Mapping[str, Value]) -> bool:
    """Whether the changed keys hold what they should, and all others what they held."""
    found = _whole(f"---\n{changed}---\n")
    if found is None:
        return False
    after = found[2]
    others = {key: value for key, value in data.items() if key not in wanted}
    same = {key: value for key, value in after.items() if key not in wanted} == others
    return found[1] == changed and same and all(_value(key, after.get(key)) == value for key, value in wanted.items())


__all__ = ["LISTS", "TEXTS", "Matter", "Value", "read_matter", "with_values"]

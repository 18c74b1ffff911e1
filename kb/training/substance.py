"""What an article says, apart from how it looks: which sentences two of its texts do not share.

Left aside: white space, line breaks, list marks, emphasis, punctuation, Traditional or Simplified characters, the way in which a quantity is written,
the wording of titles, headings and approved replies, and review dates. A heading's quantities, and whether it says no, belong to each sentence under it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kb.models import Problem
from kb.quantities import read
from kb.text import normalise, sentences
from kb.training.facts import denies
from kb.training.front_matter import read_front_matter

_RULING: Final = ("valid_from", "valid_until", "audience", "disclaimers")
"""Keys of the front matter that say what holds, and for whom."""
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_MARK = re.compile(r"^\s*(?:(?:[-*+]|\d+[.)])\s+|>\s?)+")
_TABLE_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that an article says."""

    text: str
    """As it stands there, the heading before it where it stands under one."""
    key: Key
    """Equal for sentences that say the same."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that an article no longer says, or says only now."""

    before: str
    """'' of a new sentence."""
    after: str
    """'' of one that is gone."""


def differences(old: str, new: str) -> list[Difference]:
    """Between two texts of an article's file; empty where they say the same."""
    before, after = list(_sentences(old)), list(_sentences(new))
    gone, come = _without(before, after), _without(after, before)
    found: list[Difference] = []
    for one in gone:
        beside = max(come, key=lambda other: _likeness(one.text, other.text), default=None)
        if beside is not None and _likeness(one.text, beside.text) > 0.4:
            come.remove(beside)
            found.append(Difference(one.text, beside.text))
        else:
            found.append(Difference(one.text, ""))
    return [*found, *(Difference("", one.text) for one in come)]


def _without(sentences_: Sequence[Sentence], others: Sequence[Sentence]) -> list[Sentence]:
    """Those that the others do not say, or not as often."""
    said = Counter(one.key for one in others)
    left = []
    for one in sentences_:
        if said[one.key] > 0:
            said[one.key] -= 1
        else:
            left.append(one)
    return left


def _sentences(text: str) -> Iterator[Sentence]:
    head = read_front_matter(text, "")
    values, body = ({}, text.splitlines()) if isinstance(head, Problem) else (head.values, list(head.body))
    yield from _ruling(values)
    heading, limits = "", _limits("")
    for block in _blocks(body):
        if found := _HEADING.match(block):
            heading, limits = found[2], _limits(found[2])
            continue
        for start, end in sentences(block):
            said = block[start:end]
            if key := _key(said):
                yield Sentence(f"{heading}: {said}" if heading else said, (*limits, *key))


def _ruling(values: Mapping[str, Any]) -> Iterator[Sentence]:
    for name in _RULING:
        value = values.get(name)
        if value not in (None, "", [], "public"):
            shown = ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value)
            yield Sentence(f"{name}: {shown}", (name, shown))


def _limits(heading: str) -> Key:
    return (denies(heading), _values(heading))


def _key(said: str) -> Key:
    """The words without their quantities, and the quantities by value; empty where nothing is said."""
    words, end = [], 0
    for one in read(said):
        words.append(said[end : one.span[0]])
        end = max(end, one.span[1])
    plain = normalise("".join([*words, said[end:]]))
    letters = "".join(char for char in plain if not char.isspace() and not unicodedata.category(char).startswith("P"))
    values = _values(said)
    return (letters, values) if letters or values else ()


def _values(text: str) -> tuple[object, ...]:
    return tuple(one.value for one in read(text))


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Headings, table rows, list items and paragraphs, each as one line; approved replies are left out."""
    waiting: list[str] = []
    in_reply = False
    for line in [*lines, ""]:
        fence = line.strip().startswith(":::")
        begins = fence or in_reply or not line.strip() or bool(_HEADING.match(line) or _MARK.match(line)) or line.lstrip().startswith("|")
        if begins and waiting:
            yield " ".join(waiting)
            waiting = []
        if fence:
            in_reply = not in_reply
        elif in_reply or not line.strip() or _TABLE_RULE.fullmatch(line.strip()):
            continue
        elif _HEADING.match(line):
            yield line
        elif line.lstrip().startswith("|"):
            yield " ".join(cell.strip() for cell in _plain(line).strip().strip("|").split("|"))
        else:
            waiting.append(_plain(_MARK.sub("", line)).strip())


def _plain(line: str) -> str:
    return _LINK.sub(r"\1", line).replace("*", "").replace("`", "").replace("~~", "")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


__all__ = ["Difference", "Sentence", "differences"]

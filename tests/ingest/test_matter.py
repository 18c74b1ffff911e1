"""The front matter as values: what the form changes is changed, and nothing else in the file."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.matter import LISTS, TEXTS, Matter, Value, read_matter, with_values
from kb.content import load_yaml
from kb.errors import ContentError

WRITTEN = """---
# What the desk asked for
title: '雨傘: 退換'   # agreed with the desk
lang:   zh-Hant
colour: {a: [1, 2], "b": x}

products:
  - storm-umbrella   # the large one
  # sold since 2031
  - folding-umbrella
disclaimers: [ wind,rain ] # both
owner: >-
  退換
  組
valid_from: 2031-01-01
valid_until:
review_by: # ask Olga
supersedes: ~
# end
---
## 未拆封

title: this is text
---
"""


def matter(text: str) -> Matter:
    found = read_matter(text)
    assert found is not None
    return found


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """What is only in the first, what is only in the second."""
    old, new = before.split("\n"), after.split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_values_and_their_lines() -> None:
    found = matter(WRITTEN)
    assert found.values == {
        "title": "雨傘: 退換", "lang": "zh-Hant", "products": ("storm-umbrella", "folding-umbrella"), "disclaimers": ("wind", "rain"), "owner": "退換 組",
        "valid_from": "2031-01-01", "valid_until": "", "review_by": "", "supersedes": "",
    }  # fmt: skip
    assert found.lines["title"] == (3, 3)
    assert found.lines["products"] == (7, 10)
    assert found.lines["owner"] == (12, 14)
    assert found.lines["colour"] == (5, 5)


@pytest.mark.parametrize(
    ("key", "value", "gone", "come"),
    [
        ("title", "退換", ["title: '雨傘: 退換'   # agreed with the desk"], ["title: 退換   # agreed with the desk"]),
        ("title", "a: b # c", ["title: '雨傘: 退換'   # agreed with the desk"], ["title: 'a: b # c'   # agreed with the desk"]),
        ("lang", "en", ["lang:   zh-Hant"], ["lang: en"]),
        ("valid_until", "2031-05-20", ["valid_until:"], ["valid_until: 2031-05-20"]),
        ("review_by", "2031-05-20", ["review_by: # ask Olga"], ["review_by: 2031-05-20 # ask Olga"]),
        ("valid_from", "", ["valid_from: 2031-01-01"], ["valid_from:"]),
        ("supersedes", "returns/old", ["supersedes: ~"], ["supersedes: returns/old"]),
        ("owner", "618", ["owner: >-", "  退換", "  組"], ["owner: '618'"]),
        ("disclaimers", ("rain",), ["disclaimers: [ wind,rain ] # both"], ["disclaimers: [rain] # both"]),
        ("disclaimers", (), ["disclaimers: [ wind,rain ] # both"], ["disclaimers: [] # both"]),
        ("products", ("folding-umbrella",), ["  - storm-umbrella   # the large one"], []),
        ("products", ("storm-umbrella", "folding-umbrella", "a, b"), [], ["  - a, b"]),
        ("products", ("reed-pen",), ["  - storm-umbrella   # the large one", "  - folding-umbrella"], ["  - reed-pen"]),
        ("products", (), ["products:", "  - storm-umbrella   # the large one", "  - folding-umbrella"], ["products: []"]),
        ("category", "returns", [], ["category: returns"]),
        ("category", "", [], []),
        ("title", "雨傘: 退換", [], []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_value_is_changed_and_nothing_else(key: str, value: Value, gone: list[str], come: list[str], line_end: str) -> None:
    after = with_values(WRITTEN.replace("\n", line_end), {key: value})
    assert "\r" not in after.replace("\r\n", "") if line_end == "\r\n" else "\r" not in after
    assert changed_lines(WRITTEN, after.replace("\r\n", "\n")) == (gone, come)
    assert matter(after).values.get(key, "") == value


def test_several_at_once() -> None:
    after = with_values(WRITTEN, {"title": "T", "owner": "", "products": ("a",), "category": "c", "audience": "agent"})
    assert {**matter(after).values} == {**matter(WRITTEN).values, "title": "T", "owner": "", "products": ("a",), "category": "c", "audience": "agent"}
    assert all(comment in after for comment in ("# What the desk", "# agreed", "# sold since", "# both", "# ask Olga", "# end"))


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("no front matter", {"title": "x"}),
        ("---\ntitle: T", {"title": "x"}),
        ("---\n[a, b]\n---\n", {"title": "x"}),
        ("---\n{title: T}\n---\n", {"title": "x"}),
        ("---\ntitle: T\ntitle: U\n---\n", {"title": "x"}),
        ("---\ntitle: [\n---\n", {"title": "x"}),
        ("---\ntitle: &t T\nowner: *t\n---\n", {"title": "x"}),
        ("---\nproducts: [a, # the large one\n  b]\n---\n", {"products": ("a",)}),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str, changes: dict[str, Value]) -> None:
    with pytest.raises(ContentError):
        with_values(text, changes)


def test_what_the_form_cannot_hold_is_left_to_the_yaml() -> None:
    found = matter("---\ntitle: [a]\nproducts: x\nowner: true\nlang: en\n---\n")
    assert (found.odd, found.values) == ({"title", "products", "owner"}, {"lang": "en"})
    assert read_matter("---\n---\ntext") == Matter({}, {}, frozenset())


TEXT = st.text(st.sampled_from("ab1:#-'\"[]{},&*!|>% 雨。\t~?@`"), max_size=12)
LINES = st.sampled_from(
    ["# a comment", "", "  # an indented one", "colour: blue # x", "shape: {a: b}", "weight: |\n  one\n  # no comment\n", "sizes:\n- 1\n- 2"]
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Front matter with keys in any order and spelling, comments between."""
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from([*TEXTS, *LISTS]), unique=True, max_size=6)):
        lines += draw(st.lists(LINES, max_size=1))
        space, comment = draw(st.sampled_from(["", " ", "   "])), draw(st.sampled_from(["", "  # why"]))
        if key in LISTS:
            items = draw(st.lists(st.sampled_from(["a", "b-1", "'c d'", "7"]), max_size=3, unique=True))
            block = "".join(f"\n  - {item}{comment}" for item in items)
            lines.append(draw(st.sampled_from([f"{key}: [{', '.join(items)}]{comment}", f"{key}:{block}", f"{key}: [{','.join(items)} ]"])))
        else:
            value = draw(TEXT)
            dumped = yaml.safe_dump(value, allow_unicode=True, width=9999).replace("\n...", "").strip()
            lines.append(
                draw(
                    st.sampled_from([f"{key}:{space or ' '}{dumped}{comment}", f"{key}: '{value.replace(chr(39), chr(39) * 2)}'", f"{key}:{comment}"])
                )
            )
    lines += draw(st.lists(LINES, max_size=2))
    return "\n".join(["---", *lines, "---", "Body: text", ""])


@given(written(), st.sampled_from([*TEXTS, *LISTS]), TEXT, st.lists(TEXT, max_size=3))
def test_whatever_is_written_a_change_touches_one_key(text: str, key: str, value: str, values: list[str]) -> None:
    before = read_matter(text)
    assume(before is not None)
    assert before is not None
    wanted: Value = tuple(values) if key in LISTS else value
    after = with_values(text, {key: wanted})
    one_line = " ".join(value.split()) if key not in LISTS else tuple(dict.fromkeys(" ".join(one.split()) for one in values if one.strip()))
    now = matter(after)
    assert set(now.values.get(key, () if key in LISTS else "")) == set(one_line) if key in LISTS else now.values.get(key, "") == one_line
    assert without(after, now, key) == without(text, before, key)
    inner = re.split(r"^---\n", after, flags=re.MULTILINE)[1]
    old = load_yaml(re.split(r"^---\n", text, flags=re.MULTILINE)[1], dates=False) or {}
    new = load_yaml(inner, dates=False)
    assert {name: one for name, one in (new or {}).items() if name != key} == {name: one for name, one in old.items() if name != key}
    assert with_values(after, {key: wanted}) == after


def without(text: str, found: Matter, key: str) -> list[str]:
    """The lines but those of the key."""
    first, last = found.lines.get(key, (0, -1))
    return [line for number, line in enumerate(text.split("\n"), 1) if not first <= number <= last]

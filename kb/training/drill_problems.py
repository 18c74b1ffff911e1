"""Every finding of reading and checking drills: its code, and what it says in English. A page words the code in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kb.models import Problem, Severity
from kb.problems import finding

WORDED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    # ---- the file ----
    "name-missing": ("the drill has no id yet", "give it one, such as delay-angry"),
    "no-name": ("'{name}' is no name for a drill", "use lower-case letters, digits and dashes"),
    "too-large": ("larger than {most} bytes", "split it into drills"),
    "unreadable": ("cannot be read as text: {why}", "save the file as UTF-8"),
    # ---- its front matter ----
    "no-front-matter": ("no front matter", "begin the file with a line '---', the keys, and '---' again"),
    "front-matter-open": ("the front matter has no end", "close it with a line '---'"),
    "yaml-character": ("broken YAML: {why}", "delete the character"),
    "yaml": ("broken YAML: {why}", "mend the front matter; quote values with ': ' or '#'"),
    "no-keys": ("the front matter is no list of keys", "write 'key: value' lines"),
    "key-twice": ("key '{key}' stands twice", "keep one"),
    "key-unknown": ("unknown key '{key}'", "use one of {known}"),
    "key-missing": ("key '{key}' is missing", "add it"),
    "value-empty": ("{key} is empty", "write it, or take the entry out"),
    "value-long": ("{key}: is longer than {most} characters", "shorten it"),
    "value-not-text": ("{key}: is no text", "write plain text, in quotation marks if need be"),
    "value-not-list": ("{key}: is no list", "write it as [one, another]"),
    "value-not-allowed": ("{key}: '{value}' is not allowed", "use one of {allowed}"),
    "value-no-number": ("{key}: '{value}' is no whole number from {least} to {most}", "write such a number, or leave it empty"),
    "value-no-id": ("{key}: '{value}' is no id", "use lower-case letters, digits and dashes"),
    "value-wrong": ("{key}: {why}", "mend the value"),
    "id-not-name": ("id '{id}' is not the file's name", "write id: {name}, or rename the file"),
    # ---- what the customer says ----
    "text-before-heading": ("text before the first heading", "put it below '## Customer' or '## Notes'"),
    "heading-unknown": ("unknown heading '{heading}'", "use '## Customer' for each message and '## Notes'"),
    "turn-empty": ("the customer says nothing here", "write the message below the heading, or take the heading out"),
    "turn-long": ("the message has {length} characters", "write at most {most}"),
    "no-turn": ("no customer turn", "write the customer's message below a heading '## Customer'"),
    "too-many-turns": ("{count} customer turns", "write at most {most}"),
    # ---- beside the shop's articles ----
    "channel-unknown": ("channel '{channel}' is not in shop.yaml", "known are: {known}"),
    "disclaimer-unknown": ("disclaimer '{disclaimer}' is not in disclaimers.yaml", "add its text there or mend the id"),
    "category-unknown": ("no article has the category '{category}'", "use one of the articles' categories"),
    "no-season": ("phrases.yaml has no greeting of a season", "add one there"),
    "article-unknown": ("'{article}' is no article", "mend the id or take it out"),
    "article-internal": ("'{article}' is internal: its sentences are not told to customers", "let must_mention name nothing of it"),
    "article-coming": ("'{article}' is not in force yet", "fine where the drill is about that; else name the article in force"),
    "article-over": ("'{article}' is over", "fine where the drill is about that; else name the article in force"),
    "facts-without-article": ("facts without an article that states them", "name the articles"),
    "nothing-looked-for": ("nothing to look for: neither must_mention nor situation", "say what a good reply holds"),
    "fact-not-stated": ("'{wording}' stands in none of its articles", "mend the value, or name the article that states it"),
    "forbidden-and-required": ("'{wording}' is also part of must_mention: no reply can pass", "mend one of them"),
    "forbidden-in-disclaimer": ("'{wording}' stands in a required disclaimer", "the disclaimer does not count; be sure that you mean it"),
    "too-quick": ("nobody answers within {seconds} s", "give more time"),
})  # fmt: skip
"""Code → what is wrong, and how to mend it. Names in braces are the parameters of that code. `key` is always one of the front matter."""


def problem(code: str, file: str, line: int, severity: Severity = "error", /, **params: str | int) -> Problem:
    """A finding about a drill. Raises KeyError for a code or a parameter that is not there."""
    return finding(WORDED, code, file, line, severity, **params)


__all__ = ["WORDED", "problem"]

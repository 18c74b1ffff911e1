"""Every finding of reading and checking articles: its code, and what it says in English. A page words the code in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kb.models import Problem, Severity
from kb.problems import finding

WORDED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    # ---- the file ----
    "outside-link": ("links to a file outside the content folder", "copy the file into articles/"),
    "too-large": ("{size} bytes is larger than an article may be ({most})", "split it into articles"),
    "unreadable": ("cannot be read: {why}", "check the file and its permissions"),
    "nul": ("holds a NUL byte", "save the file as plain UTF-8 text"),
    "not-utf8": ("byte {byte} is not UTF-8", "save the file as UTF-8"),
    "long-line": ("a line of {length} characters", "break it into lines of at most {most}"),
    # ---- its front matter ----
    "no-front-matter": ("no front matter", "begin the file with a line '---', the keys, and '---' again"),
    "front-matter-open": ("the front matter has no end", "close it with a line '---'"),
    "yaml-character": ("broken YAML: {why} (#x{character})", "delete the character"),
    "yaml": ("broken YAML: {why}", "mend the front matter; quote values with ': ' or '#'"),
    "no-keys": ("the front matter is no list of keys", "write 'key: value' lines"),
    "key-twice": ("key '{key}' stands twice", "keep one"),
    "key-unknown": ("unknown key '{key}'", "use one of {known}"),
    "key-missing": ("key '{key}' is missing", "add it"),
    "value-empty": ("{key}: is empty", "write it"),
    "value-long": ("{key}: is longer than {most} characters", "shorten it"),
    "value-not-text": ("{key}: {value} is no text", "write plain text, in quotation marks if need be"),
    "value-not-list": ("{key}: {value} is no list", "write it as [one, another]"),
    "value-no-date": ("{key}: {value} is no date", "write it as YYYY-MM-DD"),
    "value-not-allowed": ("{key}: {value} is not allowed", "use one of {allowed}"),
    "value-no-id": ("{key}: must be letters, digits, '-', '_' and '.' in parts divided by '/'", "mend the id"),
    "value-wrong": ("{key}: {why}", "mend the value"),
    "dates-reversed": ("valid_until {until} lies before valid_from {since}", "mend one of the dates"),
    # ---- its body ----
    "no-text": ("the article has no text", "write its body below the front matter"),
    "reply-language": ("the reply block names no known language", "write '::: reply lang=zh-Hant', zh-Hans or en"),
    "reply-open": ("the reply block has no end", "close it with a line ':::'"),
    "reply-quantity": ("the approved reply states {quantities}, and nothing in the article does", "mend the reply or the section"),
    "reply-elsewhere": (
        "the approved reply states {quantities}, and its section does not (line {lines} does)",
        "put the reply below that text, mend it, or state the same in its section",
    ),
    "reply-apart": (
        "no draft uses the approved reply: no one text of its section states all of {quantities} (lines {lines} do together)",
        "write a line for each sentence, item or row, or one sentence that states it all",
    ),
    "reply-taken": (
        "no draft uses the approved reply: the text that it fits has another one in this language",
        "write the text that this one words, or take one of them out",
    ),
    "reply-no-text": ("no draft uses the approved reply: its section has no text", "put it below the text that it words, under the same heading"),
    # ---- beside the others ----
    "id-twice": ("id '{id}' is also the id of {file}", "give one of them another id"),
    "names-itself": ("{key} names the article itself", "name another article or leave it empty"),
    "names-nothing": ("{key} names '{target}', which is no article", "mend the id or leave it empty"),
    "supersedes-circle": ("supersedes leads back to the article itself", "let only the newer one name the older"),
    "disclaimer-unknown": ("disclaimer '{disclaimer}' is not in disclaimers.yaml", "add its text there or mend the id"),
    "file-not-read": ("this file is not read", "name it as one of those that are ({known}), or move it elsewhere"),
    "review-after-end": ("review_by lies after valid_until", "review it while it is in force"),
    # ---- how it is written ----
    "no-validity": ("valid_from is missing: nobody can tell since when this holds", "add valid_from: YYYY-MM-DD"),
    "product-unknown": ("product '{product}' is not in glossary.yaml", "add the term there or mend the id"),
    "table-without-rule": ("this is no table: the line below its header is not |---|---|", "write that line"),
    "table-rule-width": ("this is no table: {columns} columns are ruled, the header has {width}", "rule {width} columns"),
    "table-row-width": ("the row has {cells} cells, the header has {width}", "add or take out cells; write \\| for a line within a cell"),
    "dead-link": ("the link '{target}' leads to no article", "name an article's file or id"),
    "number-without-unit": ("'{number}' has no unit", "write the unit beside it"),
    "cell-without-unit": ("'{number}' in column '{column}' has no unit, other rows have one", "write the unit beside it"),
    "simplified-in-traditional": ("Simplified characters in a zh-Hant article: {characters}", "write the line in Traditional Chinese"),
    "traditional-in-simplified": ("Traditional characters in a zh-Hans article: {characters}", "write the line in Simplified Chinese"),
    "near-duplicate": ("{said} of its {of} passages stand in {id} ({title}) too", "keep one of the articles, or name what it supersedes"),
    "leaves-a-gap": (
        "agents are answered from this article today, and would not be until {since}",
        "keep today's text, and write the new one as an article of its own that supersedes this one",
    ),
})  # fmt: skip
"""Code → what is wrong, and how to mend it. Names in braces are the parameters of that code. `key` is always one of the front matter."""


def problem(code: str, file: str, line: int, severity: Severity = "error", /, **params: str | int) -> Problem:
    """A finding about an article. Raises KeyError for a code or a parameter that is not there."""
    return finding(WORDED, code, file, line, severity, **params)


__all__ = ["WORDED", "problem"]

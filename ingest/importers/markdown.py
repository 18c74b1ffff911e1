"""Plain text as Markdown that says the same: nothing of it becomes a heading, a rule, a reply block or emphasis by accident."""

from __future__ import annotations

import re
from typing import Final

from kb.text import clean

_BULLET: Final = re.compile(r"^[•●‧·▪◦■□➢✓*∙][ \t\u3000]*(?=\S)")
_LINE_START: Final = re.compile(
    r"^([ \t]*+)(?=#{1,6}(?:\s|$)|>|:::|~~~|\+[ \t]|\||(?:[^\S\n]|:)*+[=|-](?:[^\S\n]|[=:|-])*+$|\[[^\]\n]*\]:)", re.M
)  # possessive: a line of a million dashes is looked at once
_INLINE: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~])|\*|`|(?<!\w)_|_(?!\w)|(?<=\])\(|&(?=#?\w{1,31};)")
_ITEM: Final = re.compile(r"(?:-|\d{1,3}[.)])\s+")
_GOES_ON: Final = re.compile(r"[:：,，、;；]$")


def escaped(text: str) -> str:
    """Text with what Markdown would take for marks escaped; list markers stay list markers."""
    text = _INLINE.sub(lambda match: "\\" + match[0], clean(text))
    return _LINE_START.sub(lambda match: match[1] + "\\", text)


def paragraphs(text: str) -> str:
    """A cell's text: each line a paragraph or an item of a list, as a reader of the cell sees it."""
    made: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = _BULLET.sub("- ", " ".join(line.split()))
        if not bare:
            continue
        item = _ITEM.match(bare)
        said = (item[0] + escaped(bare[item.end() :])) if item else escaped(bare)
        if made and (_ITEM.match(made[-1]) if item else _GOES_ON.search(made[-1])):
            made[-1] += "\n" + said
        else:
            made.append(said)
    return "\n\n".join(made)


def heading(text: str, level: int = 2) -> str:
    """One line as a heading."""
    return f"{'#' * level} {escaped(' '.join(text.split()))}"


__all__ = ["escaped", "heading", "paragraphs"]

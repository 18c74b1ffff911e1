"""Markdown → a tree of plain elements, so that a page shows an article without taking any HTML from it.

A node is {"tag", "lines", "children"}; a child is a node or a text. Pictures become their alternative text, as agents see them; a link keeps
its address only where it leads to another article or to the web.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from markdown_it.token import Token

from ingest.lint import body_start
from ingest.parse import markdown_parser

Node = dict[str, Any]

TAGS: Final = frozenset("h1 h2 h3 h4 h5 h6 p ul ol li table thead tbody tr th td strong em code pre blockquote hr br a aside".split())
_WEB: Final = re.compile(r"(?:https?:|mailto:)", re.I)
_OTHER_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.I)


def tree(text: str) -> list[Node]:
    """The body of an article's file as nodes; `lines` are those of the file."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = body_start(lines)
    nodes, _ = _nodes(markdown_parser().parse("\n".join(lines[start:])), 0, start)
    return [node for node in nodes if isinstance(node, dict)]


def _nodes(tokens: Sequence[Token], index: int, offset: int) -> tuple[list[Node | str], int]:
    """The nodes from `index` to the end of the element that it lies in, and where that is."""
    nodes: list[Node | str] = []
    while index < len(tokens):
        token = tokens[index]
        if token.nesting == -1:
            return nodes, index
        if token.type == "inline":
            nodes += _inline(token.children or [])
        elif token.nesting == 1:
            children, index = _nodes(tokens, index + 1, offset)
            if token.hidden:  # the paragraphs of a tight list
                nodes += children
            else:
                nodes.append(_node(token, children, offset))
        elif token.type in ("fence", "code_block"):
            nodes.append(_node(token, [token.content.rstrip("\n")], offset, "pre"))
        elif token.type == "hr":
            nodes.append(_node(token, [], offset))
        index += 1
    return nodes, index


def _node(token: Token, children: list[Node | str], offset: int, tag: str = "") -> Node:
    tag = tag or ("aside" if token.type.startswith("container_") else token.tag)
    node: Node = {"tag": tag if tag in TAGS else "p", "children": children}
    if token.map:
        node["lines"] = [offset + token.map[0] + 1, offset + max(token.map[0] + 1, token.map[1])]
    if tag == "aside" and (match := re.search(r"lang=([\w-]+)", token.info)):
        node["lang"] = match[1]
    return node


def _inline(tokens: Sequence[Token]) -> list[Node | str]:
    """Text, emphasis, code, links; the marks of anything else are left out and its text stays."""
    stack: list[list[Node | str]] = [[]]
    opened: list[Token] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token)
            stack.append([])
        elif token.nesting == -1 and opened:
            children = stack.pop()
            stack[-1] += _marked(opened.pop(), children)
        else:
            stack[-1] += _leaf(token)
    return [one for level in stack for one in level]


def _marked(token: Token, children: list[Node | str]) -> list[Node | str]:
    if token.tag in ("strong", "em"):
        return [{"tag": token.tag, "children": children}]
    if token.tag == "a":
        address = str(token.attrs.get("href", ""))
        if _WEB.match(address):
            return [{"tag": "a", "href": address, "children": children}]
        if address and not _OTHER_SCHEME.match(address):
            return [{"tag": "a", "article": address, "children": children}]
    return children


def _leaf(token: Token) -> Iterator[Node | str]:
    if token.type == "code_inline":
        yield {"tag": "code", "children": [token.content]}
    elif token.type == "softbreak":
        yield "\n"
    elif token.type == "hardbreak":
        yield {"tag": "br", "children": []}
    elif token.content:
        yield token.content


__all__ = ["Node", "tree"]

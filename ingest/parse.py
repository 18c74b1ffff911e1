"""Text → Article: front matter through pydantic, body through markdown-it-py tokens with their source lines."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ingest.problems import problem
from ingest.read import RawArticle
from kb.content import compose_yaml, load_yaml
from kb.models import REPLY_LANGUAGES, ApprovedReply, Article, Audience, Block, Problem, ReplyLanguage, Section

_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)*")


class FrontMatter(BaseModel):
    """The keys of an article's front matter. Unknown keys are refused: a misspelt valid_until must not go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
    id: str | None = None
    title: str = Field(min_length=1, max_length=300)
    lang: ReplyLanguage
    category: str = "general"
    products: list[str] = []
    audience: Audience = "public"
    owner: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    review_by: dt.date | None = None
    supersedes: str | None = None
    translation_of: str | None = None
    status: Literal["draft", "review", "published", "retired"] = "published"
    disclaimers: list[str] = []

    @field_validator("products", "disclaimers", mode="before")
    @classmethod
    def _empty_list(cls, value: Any) -> Any:
        return [] if value is None else value

    @field_validator("category", "owner", mode="before")
    @classmethod
    def _empty_text(cls, value: Any) -> Any:
        return "" if value is None else value

    @field_validator("valid_from", "valid_until", "review_by", mode="before")
    @classmethod
    def _iso_date(cls, value: Any) -> Any:
        """Only YYYY-MM-DD: pydantic would also read 20260301 as seconds since 1970."""
        if value is not None and not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
            raise PydanticCustomError("date_format", "no date")
        return value

    @field_validator("id", "supersedes", "translation_of")
    @classmethod
    def _plain_id(cls, value: str | None) -> str | None:
        if value is not None and not _ID.fullmatch(value):
            raise PydanticCustomError("id_format", "no id")
        return value

    @model_validator(mode="after")
    def _ordered_dates(self) -> FrontMatter:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise PydanticCustomError("dates_reversed", "reversed")
        return self


def parse(raw: RawArticle) -> tuple[Article | None, list[Problem]]:
    """The article, or None with the errors that keep it out; warnings come with either."""
    article, problems = understand(raw)
    return None if any(one.severity == "error" for one in problems) else article, problems


def understand(raw: RawArticle) -> tuple[Article | None, list[Problem]]:
    """As much of the article as can be read, values that are wrong left out, so that an author is told of everything at once; None where it is nothing.

    Only `parse` tells whether it can be used.
    """
    problems: list[Problem] = []
    split = _split_front_matter(raw, problems)
    if split is None:
        return None, problems
    matter_text, body, offset = split
    matter = _front_matter(raw, matter_text, problems)
    if matter is None:
        return None, problems
    sections = _sections(raw, body, offset, problems)
    if not any(section.blocks for section in sections):
        problems.append(problem("no-text", raw.shown, offset + 1))
        return None, problems
    article = Article(
        id=matter.id or raw.file.removesuffix(".md"), file=raw.file, title=matter.title, lang=matter.lang,
        category=matter.category, products=tuple(matter.products), audience=matter.audience, owner=matter.owner,
        valid_from=matter.valid_from, valid_until=matter.valid_until, review_by=matter.review_by,
        supersedes=matter.supersedes, translation_of=matter.translation_of, status=matter.status,
        disclaimers=tuple(matter.disclaimers), version=raw.version, sections=sections,
    )  # fmt: skip
    return article, problems


def _split_front_matter(raw: RawArticle, problems: list[Problem]) -> tuple[str, str, int] | None:
    """(front matter, body, number of lines before the body)."""
    lines = raw.text.split("\n")
    if not lines or lines[0].strip() != "---":
        problems.append(problem("no-front-matter", raw.shown, 1))
        return None
    for number, line in enumerate(lines[1:], 2):
        if line.strip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number
    problems.append(problem("front-matter-open", raw.shown, 1))
    return None


def _front_matter(raw: RawArticle, text: str, problems: list[Problem]) -> FrontMatter | None:
    try:
        data = load_yaml(text, dates=False)
        lines = _key_lines(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 2
        problems.append(problem("yaml-character", raw.shown, line, why=str(error.reason), character=f"{error.character:04x}"))
        return None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:  # a wrong explicit tag raises any of them
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or ("nested too deeply" if isinstance(error, RecursionError) else "a value does not fit its tag")
        problems.append(problem("yaml", raw.shown, (mark.line if mark else 0) + 2, why=str(why)))
        return None
    if not isinstance(data, dict):
        problems.append(problem("no-keys", raw.shown, 2))
        return None
    duplicate = next((key for key, line in lines if sum(key == other for other, _ in lines) > 1), None)
    if duplicate is not None:
        line = [line for key, line in lines if key == duplicate][-1]
        problems.append(problem("key-twice", raw.shown, line, key=duplicate))
        return None
    return _validated(raw, data, dict(lines), problems)


_NEEDED: Mapping[str, str] = {"title": "?", "lang": "en"}
"""What stands for a value that is needed, while the one that is there is wrong."""


def _validated(raw: RawArticle, data: Mapping[Any, Any], lines: Mapping[str, int], problems: list[Problem]) -> FrontMatter | None:
    """The values, without those that are wrong. Whoever mends one of them sees the others' problems meanwhile."""
    wrong: set[str] = set()
    for _ in range(3):  # values, then the order of dates, then what is left
        try:
            return FrontMatter.model_validate({**_NEEDED, **data} if wrong else data)
        except ValidationError as error:
            found = [(_key_of(one), one) for one in error.errors()]
            for key, one in found:
                if key not in wrong:
                    problems.append(_worded(raw.shown, lines.get(key, 2), key, one))
                wrong.add(key)
            data = {key: value for key, value in data.items() if str(key) not in wrong}
    return None


def _key_of(error: Any) -> str:
    return str(error["loc"][0]) if error["loc"] else "valid_until"


def _key_lines(text: str) -> list[tuple[str, int]]:
    node = compose_yaml(text)
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), key.start_mark.line + 2) for key, _ in node.value]


def _worded(file: str, line: int, key: str, error: Any) -> Problem:
    """What pydantic found wrong with a value."""
    kind, value = error["type"], _shown(error["input"])
    if kind == "extra_forbidden":
        return problem("key-unknown", file, line, key=key, known=", ".join(FrontMatter.model_fields))
    if kind == "missing":
        return problem("key-missing", file, line, key=key)
    if kind == "dates_reversed":
        since, until = error["input"]["valid_from"], error["input"]["valid_until"]
        return problem("dates-reversed", file, line, key=key, since=str(since), until=str(until))
    if "date" in kind:
        return problem("value-no-date", file, line, key=key, value=value)
    if kind == "literal_error":
        allowed = get_args(FrontMatter.model_fields[key].annotation)
        return problem("value-not-allowed", file, line, key=key, value=value, allowed=", ".join(allowed))
    if kind == "id_format":
        return problem("value-no-id", file, line, key=key)
    if kind == "string_too_short" or (kind == "string_type" and error["input"] is None):
        return problem("value-empty", file, line, key=key)
    if kind == "string_too_long":
        return problem("value-long", file, line, key=key, most=error["ctx"]["max_length"])
    if kind in ("string_type", "list_type"):
        return problem("value-not-text" if kind == "string_type" else "value-not-list", file, line, key=key, value=value)
    return problem("value-wrong", file, line, key=key, why=error["msg"])


def _shown(value: Any) -> str:
    """A value in one line; a list or mapping, which aliases can make endless, by its brackets only."""
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def markdown_parser() -> MarkdownIt:
    """The Markdown that articles are written in: CommonMark without HTML, tables, reply blocks."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    container_plugin(parser, "reply", validate=lambda params, *_: params.strip().split(" ", 1)[0] == "reply")
    return parser


def _sections(raw: RawArticle, body: str, offset: int, problems: list[Problem]) -> tuple[Section, ...]:
    """Walk the block tokens once; `offset` turns body lines into file lines."""
    source = body.split("\n")
    tokens = markdown_parser().parse(body)
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    blocks: list[Block] = []
    replies: list[ApprovedReply] = []
    start = offset + 1
    table = -1

    def close(next_line: int) -> None:
        nonlocal blocks, replies, start
        if blocks or replies:
            sections.append(Section(tuple(title for _, title in path), start, tuple(blocks), tuple(replies)))
        blocks, replies, start = [], [], next_line

    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = _closing(tokens, index)
        first, last = _lines(token, offset)
        if token.type == "heading_open":
            close(first)
            level, title = int(token.tag[1]), _plain(tokens[index + 1])
            path = [(depth, heading) for depth, heading in path if depth < level] + [(level, title)]
        elif token.type in ("paragraph_open", "fence", "code_block"):
            content = _plain(tokens[index + 1]) if token.type == "paragraph_open" else token.content.strip()
            if content:
                blocks.append(Block("paragraph", content, _verbatim(source, first, last, offset), (first, last)))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            blocks += _items(tokens[index : end + 1], source, offset)
        elif token.type == "table_open":
            table += 1
            blocks += _rows(tokens[index : end + 1], source, offset, table)
        elif token.type == "container_reply_open":
            replies += _replies(raw, token, source, offset, problems)
        elif token.type == "blockquote_open":
            inner = " ".join(_plain(one) for one in tokens[index:end] if one.type == "inline")
            if inner.strip():
                blocks.append(Block("paragraph", inner, _verbatim(source, first, last, offset), (first, last)))
        index = end + 1
    close(0)
    return tuple(sections)


def _closing(tokens: list[Token], index: int) -> int:
    """Index of the token that closes the one at `index` (itself when it has no inside)."""
    depth = 0
    for position in range(index, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1


def _lines(token: Token, offset: int) -> tuple[int, int]:
    first, after = token.map or (0, 1)
    return offset + first + 1, offset + max(first + 1, after)


def _verbatim(source: list[str], first: int, last: int, offset: int) -> str:
    return "\n".join(source[first - offset - 1 : last - offset]).strip()


def _plain(inline: Token) -> str:
    """What a reader sees of an inline token: marks removed, pictures by their alternative text."""
    parts: list[str] = []
    for child in inline.children or []:
        if child.type in ("text", "code_inline") or child.type == "image":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return re.sub(r"(?<=[\u3000-\u9fff\uff01-\uff5e])\n|\n(?=[\u3000-\u9fff])", "", "".join(parts)).replace("\n", " ").strip()


def _items(tokens: list[Token], source: list[str], offset: int) -> list[Block]:
    """One block for each outermost list item, with what is nested in it."""
    blocks: list[Block] = []
    index = 1
    while index < len(tokens) - 1:
        end = _closing(tokens, index)
        if tokens[index].type == "list_item_open":
            texts = [_plain(token) for token in tokens[index:end] if token.type == "inline"]
            first, last = _lines(tokens[index], offset)
            quote = re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", _verbatim(source, first, last, offset))
            if any(texts):
                text = _joined([one for one in texts if one])
                last_text = last
                while last_text > first and not source[last_text - offset - 1].strip():
                    last_text -= 1
                blocks.append(Block("item", text, quote, (first, last_text)))
        index = end + 1
    return blocks


def _joined(texts: list[str]) -> str:
    """A list item with what is nested in it, as one line: `Three: a; b`."""
    if len(texts) == 1:
        return texts[0]
    space = "" if re.search(r"[\u4e00-\u9fff]", texts[0]) else " "
    head = texts[0].rstrip(":\uff1a")
    return head + (space if head[-1:] in ".。!?;\uff01\uff1f\uff1b" else f":{space}") + f";{space}".join(texts[1:])


def _rows(tokens: list[Token], source: list[str], offset: int, table: int) -> list[Block]:
    headers: list[str] = []
    header_quote = ""
    """The header as it stands, where it states numbers: a row then means nothing without it."""
    blocks: list[Block] = []
    for index, token in enumerate(tokens):
        if token.type != "tr_open":
            continue
        end = _closing(tokens, index)
        cells = [_plain(one) for one in tokens[index:end] if one.type == "inline"]
        first, last = _lines(token, offset)
        quote = _verbatim(source, first, last, offset).strip("| ").strip()
        if tokens[index + 1].type == "th_open":
            headers = cells
            header_quote = quote + "\n" if any(char.isdigit() for char in quote) else ""
            continue
        pairs = tuple((headers[i] if i < len(headers) else "", cell) for i, cell in enumerate(cells))
        text = "; ".join(f"{header}: {cell}" if header else cell for header, cell in pairs if cell)
        if text:
            blocks.append(Block("row", text, header_quote + quote, (first, last), pairs, table))
    return blocks


def _replies(raw: RawArticle, token: Token, source: list[str], offset: int, problems: list[Problem]) -> list[ApprovedReply]:
    first, last = _lines(token, offset)
    match = re.fullmatch(r"reply\s+lang=([\w-]+)", token.info.strip())
    if match is None or match[1] not in REPLY_LANGUAGES:
        problems.append(problem("reply-language", raw.shown, first, "warning"))
        return []
    after = last - offset  # markdown-it maps the container without its closing line
    if after >= len(source) or not source[after].strip().startswith(":::"):
        problems.append(problem("reply-open", raw.shown, first, "warning"))
    lang: Any = match[1]
    inside = range(first + 1, last + 1)
    lines = [(number, source[number - offset - 1].strip()) for number in inside if number - offset <= len(source)]
    return [ApprovedReply(lang, re.sub(r"^[-*+]\s+", "", line), number) for number, line in lines if line and line != ":::"]


__all__ = ["FrontMatter", "markdown_parser", "parse", "understand"]

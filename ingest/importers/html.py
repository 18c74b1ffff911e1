"""An HTML page, or the HTML that a document or a cell became → Markdown that articles are written in. Nothing that it names is fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import lxml.html
from lxml import etree
from markdownify import MarkdownConverter

from ingest.importers.drafts import LONGEST_TOGETHER
from ingest.importers.markdown import escaped
from ingest.importers.notes import MOST_NOTES, ImportRefused, Note, Place
from kb.text import clean

MOST_MARKS: Final = 100_000
"""'<' of one page."""
DEEPEST: Final = 120
"""Elements within each other. Pages that people write stay below 60."""
MOST_TABLE_CELLS: Final = 20_000
"""Of all tables, joined cells divided."""

_FURNITURE: Final = "//script|//style|//noscript|//template|//nav|//aside|//svg|//math|//canvas|//dialog|//link|//meta|//base"
_ROLES: Final = frozenset("navigation banner contentinfo search complementary dialog alert menu menubar toolbar".split())
_CONTROLS: Final = ("form", "iframe", "video", "audio", "object", "embed", "button", "input", "select", "textarea", "map", "applet", "frameset")
_NAMED: Final = frozenset(("form", "iframe", "video", "audio", "object", "embed", "applet", "frameset"))
"""Of these, those whose loss a person should know of."""
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_UP: Final = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_DOWN: Final = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_GONE: Final = "x-gone"
"""Tag of what is to be taken out. All at once: one by one, each would copy the text around it."""
_BARE: Final = "x-bare"
"""Tag of what only its text stays of."""
_GAP: Final = re.compile(r"(\s)\s{100,}")
_HTML_CELL: Final = re.compile(r"</?(?:p|br|ul|ol|li|div|span|strong|b|em|i|a|u|h[1-6]|table|tr|td)(?:\s[^<>]*)?/?>", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """What was read of a page."""

    title: str
    """'' where it names none."""
    body: str
    notes: tuple[Note, ...]


def looks_like_html(text: str) -> bool:
    return bool(_HTML_CELL.search(text))


def read_html(text: str) -> Page:
    """The main content of a page. Raises ImportRefused for one beyond the limits or without text."""
    notes: list[Note] = []
    document = _parsed(text)
    named = _text(next(iter(document.xpath("//title")), None))
    root = _main(document)
    _drop(root, notes)
    headings = root.xpath(".//h1")
    title = _text(headings[0]) if headings else named
    if len(headings) == 1 or (headings and "title" in (headings[0].get("class") or "").split()):
        _remove(headings[0])
    body = _markdown(root, notes)
    if not body:
        raise ImportRefused("no-text")
    if not re.search(r"^#{2,6} ", body, re.M):
        notes.append(Note("no-headings"))
    return Page(" ".join(clean(title).split())[:300], body, tuple(notes))


def markdown_of(text: str) -> tuple[str, list[Note]]:
    """A piece of HTML, such as a cell's; its headings stay below a question's."""
    notes: list[Note] = []
    document = _parsed(f"<div>{text}</div>")
    _drop(document, notes)
    return _markdown(document, notes, highest=3), notes


# ---- the tree --------------------------------------------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    if text.count("<") > MOST_MARKS:
        raise ImportRefused("too-complex", most=MOST_MARKS)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        document = lxml.html.document_fromstring(clean(text).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ImportRefused("no-text") from error
    depth = 0
    for event, _ in etree.iterwalk(document, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise ImportRefused("too-complex", most=MOST_MARKS)
    return document


def _main(document: Any) -> Any:
    """The one part of the page that holds its content, or its body."""
    for path in ("//main", "//*[@role='main']", "//article"):
        found = [one for one in document.xpath(path) if _text(one)]
        if len(found) == 1:
            return found[0]
    body = document.find("body")
    return document if body is None else body


def _drop(root: Any, notes: list[Note]) -> None:
    """Take out what is no content, and say so where it could be missed."""
    for element in root.xpath(_FURNITURE.replace("//", ".//")):
        element.tag = _GONE
    etree.strip_elements(root, _GONE, with_tail=False)
    if len(root.text_content()) > LONGEST_TOGETHER:
        raise ImportRefused("article-too-long", most=LONGEST_TOGETHER)
    for element in _elements(root):
        if element is root:
            continue
        tag = element.tag
        if element.get("role") in _ROLES or (tag in ("header", "footer") and not element.xpath("ancestor::article|ancestor::main|.//h1")):
            element.tag = _GONE
        elif tag in _CONTROLS:
            if tag in _NAMED:
                notes.append(Note("forms", _place(element, notes), {"what": f"<{tag}> {_text(element)[:80]}".strip()}))
            element.tag = _GONE
        elif tag in ("img", "picture"):
            name = element.get("alt") or (element.get("src") or "").rsplit("/", 1)[-1][:60]
            notes.append(Note("pictures", _place(element, notes), {"name": " ".join(clean(name).split())[:120] or "?"}))
            element.tag = _GONE
        elif (hidden := _is_hidden(element)) or tag in ("s", "strike", "del"):
            if text := _text(element):
                notes.append(Note("hidden-text" if hidden else "struck", _place(element, notes), {"text": text[:80]}))
            element.tag = _GONE
    etree.strip_elements(root, _GONE, with_tail=False)
    _links(root, notes)


def _is_hidden(element: Any) -> bool:
    style = re.sub(r"\s+", "", element.get("style") or "").lower()
    return element.get("hidden") is not None or element.get("aria-hidden") == "true" or "display:none" in style or "visibility:hidden" in style


def _links(root: Any, notes: list[Note]) -> None:
    """Links to the web stay; marks of footnotes go, or they would read like citations; of all others the text stays."""
    lost = 0
    for link in root.xpath(".//a"):
        address = (link.get("href") or "").strip()
        if re.match(r"https?://|mailto:", address, re.I):
            continue
        if address.startswith("#") and re.fullmatch(r"[\s\[\]()*†↑^\d]*", _text(link)):
            outer = link.getparent()
            (outer if outer is not None and outer.tag == "sup" and _text(outer) == _text(link) else link).tag = _GONE
            continue
        lost += bool(address) and not address.startswith("#")
        link.tag = _BARE
    etree.strip_elements(root, _GONE, with_tail=False)
    etree.strip_tags(root, _BARE)
    if lost:
        notes.append(Note("links", fields={"n": lost}))


def _elements(root: Any) -> list[Any]:
    return [element for element in root.iter() if isinstance(element.tag, str)]


def _text(element: Any) -> str:
    return "" if element is None else " ".join(str(element.text_content()).split())


def _remove(element: Any) -> None:
    """Without the text that follows it, which stays."""
    if element.getparent() is not None:
        element.drop_tree()


def _place(element: Any, notes: Sequence[Note] = ()) -> Place:
    """The heading above; not looked for where there are more notes than are shown."""
    if len(notes) > MOST_NOTES:
        return Place()
    above = element.xpath(f"({'|'.join(f'preceding::{tag}' for tag in _HEADINGS)})[last()]")
    return Place("heading", _text(above[0])[:80]) if above and _text(above[0]) else Place()


# ---- the Markdown ----------------------------------------------------------------------------------------------------------


def _markdown(root: Any, notes: list[Note], highest: int = 2) -> str:
    _shorten_gaps(root)
    _unfold(root)
    _tables(root)
    _levels(root, highest)
    source = etree.tostring(root, encoding="unicode", method="html", with_tail=False)
    text = str(
        _Converter(heading_style="atx", bullets="-", autolinks=False, strip=["u", "font", "span", "small", "mark"], strip_pre=None).convert(source)
    )
    text = re.sub(r"(?<![ \t])[ \t]+$", "", clean(text), flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _shorten_gaps(root: Any) -> None:
    """Blanks by the thousand say nothing, and the library looks at each run of them again from every place in it."""
    for element in _elements(root):
        for name in ("text", "tail"):
            said = getattr(element, name)
            if said and (shortened := _GAP.sub(r"\1", said)) != said:
                setattr(element, name, shortened)


def _unfold(root: Any) -> None:
    """Questions that fold out, and terms with their definitions, become headings; raised and lowered figures keep their place."""
    for element in _elements(root):
        if element.tag in ("summary", "dt"):
            element.tag = "h3"
        elif element.tag in ("details", "dl", "dd", "figure", "figcaption", "caption"):
            element.tag = "div"
        elif element.tag in ("sup", "sub") and len(element) == 0 and re.fullmatch(r"[0-9+-]{1,4}", element.text or ""):
            element.text = (element.text or "").translate(_UP if element.tag == "sup" else _DOWN)


def _levels(root: Any, highest: int) -> None:
    """The highest heading becomes of the level asked for, those below follow; headings in tables and lists become their text."""
    for heading in root.xpath("|".join(f".//td//{tag}|.//th//{tag}|.//li//{tag}" for tag in _HEADINGS)):
        heading.tag = "strong"
    headings = [element for element in _elements(root) if element.tag in _HEADINGS]
    shift = highest - min((int(one.tag[1]) for one in headings), default=highest)
    for one in headings:
        one.tag = f"h{min(6, int(one.tag[1]) + shift)}"


def _tables(root: Any) -> None:
    """Joined cells divided, so that each row says all that it says; tables that only lay a page out, dissolved."""
    left, room = MOST_TABLE_CELLS, LONGEST_TOGETHER
    for table in root.xpath(".//table"):
        grid = [] if table.xpath(".//table") else _grid(table, left, room)
        if len(grid) < 2 or len(grid[0]) < 2:
            for element in table.xpath("./tr|./thead|./tbody|./tfoot|./*/tr|./tr/td|./tr/th|./*/tr/td|./*/tr/th"):
                element.tag = "div"
            table.tag = "div"
            continue
        left -= len(grid) * len(grid[0])
        room -= sum(len(text) for row in grid for text in row)
        made = lxml.html.Element("table")
        for row in grid:
            line = etree.SubElement(made, "tr")
            for text in row:
                etree.SubElement(line, "td").text = text
        made.tail = table.tail
        table.getparent().replace(table, made)


def _grid(table: Any, most: int, room: int) -> list[list[str]]:
    """The rows, all of one width, with every cell in each row and column that it covers.

    Raises ImportRefused beyond `most` cells, and beyond `room` characters: a long text may be joined over thousands of cells.
    """
    rows = table.xpath("./tr|./thead/tr|./tbody/tr|./tfoot/tr")
    said: dict[tuple[int, int], str] = {}
    width = 0
    for number, row in enumerate(rows):
        column = 0
        for cell in row.xpath("./td|./th"):
            while (number, column) in said:
                column += 1
            across, down = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - number)
            width = max(width, column + across)
            if width * len(rows) > most:
                raise ImportRefused("table-too-large", _place(cell), most=MOST_TABLE_CELLS)
            text = _cell(cell)
            room -= len(text) * across * down
            if room < 0:
                raise ImportRefused("article-too-long", _place(cell), most=LONGEST_TOGETHER)
            for y in range(number, number + down):
                for x in range(column, column + across):
                    said.setdefault((y, x), text)
            column += across
    return [[said.get((y, x), "") for x in range(width)] for y in range(len(rows))]


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), MOST_TABLE_CELLS) if value.isascii() and value.isdecimal() and len(value) < 7 else 1


def _cell(cell: Any) -> str:
    """A cell's text in one line: its paragraphs, list items and lines divided by semicolons."""
    for element in _elements(cell):
        if element.tag in ("br", "p", "li", "div") and element is not cell:
            element.tail = "\n" + (element.tail or "")
            if element.tag != "br":
                element.text = "\n" + (element.text or "")
    lines = [" ".join(line.split()) for line in str(cell.text_content()).split("\n")]
    joined = ""
    for line in filter(None, lines):
        joined += line if not joined or joined[-1] in ":：,，;；。.!?！？" else f"; {line}"
    return joined


class _Converter(MarkdownConverter):
    """Markdown as our parser reads it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._numbers: dict[int, int] = {}
        """Of each ordered list, by its object, the number of its next item."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        text = escaped(text)
        return text.replace("|", "\\|") if parent_tags & {"td", "th"} else text

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return " " if parent_tags & {"_inline", "strong", "b", "em", "i", "a"} else "\n\n"

    def convert_hr(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Numbered as they come: for each of them the library would count all that stand before it."""
        ordered = el.parent is not None and el.parent.name == "ol"
        number = self._next_number(el.parent) if ordered else 0
        if not (text := (text or "").strip()):
            return "\n"
        bullet = f"{number}. " if ordered else "- "
        return bullet + re.sub(r"\n(?=[^\n])", "\n" + " " * len(bullet), text) + "\n"

    def _next_number(self, listed: Any) -> int:
        start = str(listed.get("start") or "")
        number = self._numbers.get(id(listed), int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 1)
        self._numbers[id(listed)] = number + 1
        return number

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Without the empty lines around it, which the library looks for from every place in each run of them."""
        text = (text or "").rstrip(" \n")
        begin = text.rfind("\n", 0, len(text) - len(text.lstrip(" \n"))) + 1
        return f"\n\n```\n{text[begin:]}\n```\n\n" if text else ""

    def convert_tr(self, el: Any, text: str, parent_tags: set[str]) -> str:
        first = el.find_previous_sibling("tr") is None
        rule = "|" + " --- |" * len(el.find_all("td")) + "\n" if first else ""
        return f"|{text}\n{rule}"


__all__ = ["DEEPEST", "MOST_MARKS", "MOST_TABLE_CELLS", "Page", "looks_like_html", "markdown_of", "read_html"]

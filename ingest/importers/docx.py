"""A .docx document → HTML by mammoth → the same Markdown as a page. Pictures, comments and deleted text are left out, and said to be."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import defusedxml.ElementTree

from ingest.importers.archive import Reader, packed, read_xml, unpacked
from ingest.importers.html import Page, read_html
from ingest.importers.notes import ImportRefused, Note, Place

MOST_ELEMENTS: Final = 150_000
"""Of the document: some 200 pages. The library builds two trees of them."""
_PARTS: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:document|styles|numbering|footnotes|endnotes)\d*\.xml|word/_rels/(?:document|footnotes|endnotes)\d*\.xml\.rels"
)
_DOCUMENT: Final = re.compile(r"word/document\d*\.xml")
_STYLES: Final = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh"
_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
log = logging.getLogger(__name__)


def read_docx(data: bytes) -> Page:
    """Raises ImportRefused for what `archive` refuses, beyond the limits, and without text."""
    parts = unpacked(data, lambda name: bool(_PARTS.fullmatch(name)))
    relationships = _Relationships()
    for name, part in parts.items():
        if not _DOCUMENT.fullmatch(name):
            _read(name, part, relationships if name.endswith(".rels") else Reader())
    document = _DocumentReader(_heading_styles(parts))
    for name, part in parts.items():
        if _DOCUMENT.fullmatch(name):
            _read(name, part, document)
    page = read_html(_html(parts))
    notes = [*document.notes(), *([Note("external", fields={"n": relationships.outside})] if relationships.outside else []), *page.notes]
    return Page(page.title, page.body, tuple(notes))


def _read(name: str, part: bytes, reader: Reader) -> None:
    read_xml(name, part, reader)
    if reader.elements > MOST_ELEMENTS:
        raise ImportRefused("too-complex", Place("part", name), most=MOST_ELEMENTS)


def _html(parts: Mapping[str, bytes]) -> str:
    import mammoth

    def picture(image: Any) -> list[Any]:
        return [mammoth.html.element("img", {"alt": image.alt_text or ""})]  # never opened

    try:
        result = mammoth.convert_to_html(
            packed(parts), convert_image=picture, style_map=_STYLES, include_embedded_style_map=False, external_file_access=False
        )
    except Exception as error:  # whatever the library trips over in a stranger's file is the file's fault
        log.info("a document could not be read", exc_info=error)
        raise ImportRefused("damaged") from error
    html: str = result.value
    return html


# ---- what the library does not tell ----------------------------------------------------------------------------------------


class _Relationships(Reader):
    """Counts what leads out of the file, but for links that a reader may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.outside += attributes.get("TargetMode") == "External" and not attributes.get("Type", "").endswith("/hyperlink")


class _DocumentReader(Reader):
    """Counts tracked changes, comments and objects, each kind with the heading above its first."""

    def __init__(self, heading_styles: frozenset[str]) -> None:
        super().__init__()
        self._heading_styles = heading_styles
        self._counts: Counter[str] = Counter()
        self._first: dict[str, Place] = {}
        self._heading, self._paragraph, self._is_heading = Place(), "", False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "p":
            self._paragraph, self._is_heading = "", False
        elif name == "pStyle":
            self._is_heading = attributes.get("val", "") in self._heading_styles
        elif name in ("ins", "del", "moveFrom", "moveTo", "commentReference", "object", "altChunk"):
            kind = {"moveFrom": "del", "moveTo": "ins", "altChunk": "object"}.get(name, name)
            self._counts[kind] += 1
            self._first.setdefault("ins" if kind == "del" else kind, self._heading)

    def text(self, content: str) -> None:
        self._paragraph += content if len(self._paragraph) < 200 else ""

    def end(self, name: str) -> None:
        if name == "p" and self._is_heading and self._paragraph.strip():
            self._heading = Place("heading", " ".join(self._paragraph.split())[:80])

    def notes(self) -> list[Note]:
        counts, notes = self._counts, []
        if counts["ins"] or counts["del"]:
            notes.append(Note("changes", self._first["ins"], {"inserted": counts["ins"], "deleted": counts["del"]}))
        if counts["commentReference"]:
            notes.append(Note("comments", self._first["commentReference"], {"n": counts["commentReference"]}))
        if counts["object"]:
            notes.append(Note("objects", self._first["object"], {"n": counts["object"]}))
        return notes


def _heading_styles(parts: Mapping[str, bytes]) -> frozenset[str]:
    """Ids of the styles that are headings: their names are English in every language's Word, their ids are not."""
    part = parts.get("word/styles.xml")
    if part is None:
        return frozenset()
    root = defusedxml.ElementTree.fromstring(part)
    return frozenset(
        style.get(f"{{{_MAIN}}}styleId", "")
        for style in root.iter(f"{{{_MAIN}}}style")
        if re.match(r"heading \d|title$", next((name.get(f"{{{_MAIN}}}val", "") for name in style.iter(f"{{{_MAIN}}}name")), ""), re.I)
    )


__all__ = ["MOST_ELEMENTS", "read_docx"]

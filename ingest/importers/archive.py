"""A .docx or .xlsx as the few XML parts that are read, measured as they are unpacked.

What a zip says of its own sizes is a stranger's claim. So each part is unpacked piece by piece and counted, every XML part is held to limits of
size, elements and depth without building a tree, and the libraries are given a new archive of these parts alone: what they open is what was measured.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import InputSource

import defusedxml.expatreader
from defusedxml.common import DefusedXmlException

from ingest.importers.notes import ImportRefused, Place

MOST_PARTS: Final = 2_000
"""Entries of the archive: pictures count."""
MOST_UNPACKED: Final = 40_000_000
"""Bytes of all parts that are read."""
MOST_RATIO: Final = 200
"""Bytes out of one byte in, of parts beyond a megabyte. Spreadsheets reach about 30."""
MOST_ELEMENTS: Final = 600_000
"""XML elements of one part."""
DEEPEST: Final = 100
"""XML elements within each other. Word stays below 40."""
_PIECE: Final = 65_536
_FREE: Final = 1_000_000
"""Bytes of a part below which its ratio says nothing."""
_MACROS: Final = re.compile(r"(?:^|/)(?:vbaproject[^/]*\.bin|vbadata\.xml|activex/.*|macrosheets/.*|dialogsheets/.*|customui/.*)$", re.I)
_LEADS_OUT: Final = re.compile(r"^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\\|[\x00-\x1f]", re.I)
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)""")


def unpacked(data: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The parts that are wanted, by path. Raises ImportRefused for an archive that no Office program writes, or that holds macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return _unpack(archive, [entry for entry in entries if wanted(entry.filename)])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise ImportRefused("damaged") from error


def names_inside(data: bytes) -> list[str]:
    """The paths of all parts; none where it is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """A new archive of these parts, in memory."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    made.seek(0)
    return made


def _check_entries(entries: Iterable[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        name = entry.orig_filename
        if number > MOST_PARTS:
            raise ImportRefused("too-many-parts", most=MOST_PARTS)
        if _LEADS_OUT.search(name):
            raise ImportRefused("part-path", Place("part", _shown(name)))
        if name.lower() in seen:
            raise ImportRefused("part-twice", Place("part", _shown(name)))
        if entry.flag_bits & 1:
            raise ImportRefused("encrypted")
        if _MACROS.search(name):
            raise ImportRefused("macros", Place("part", _shown(name)))
        seen.add(name.lower())


def _unpack(archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        part = bytearray()
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                part += piece
                total += len(piece)
                if total > MOST_UNPACKED or (len(part) > _FREE and len(part) > MOST_RATIO * max(1, entry.compress_size)):
                    raise ImportRefused("bomb", Place("part", _shown(entry.filename)), most=MOST_UNPACKED // 1_000_000, ratio=MOST_RATIO)
        parts[entry.filename] = bytes(part)
    return parts


def _shown(name: str) -> str:
    return re.sub(r"[\x00-\x1f]", "·", name)[:120]


# ---- XML -------------------------------------------------------------------------------------------------------------------


class Reader(ContentHandler):
    """Reads one XML part as a stream; `start`, `end` and `text` are for those who look at what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0
        self._depth = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        self.elements += 1
        self._depth += 1
        if self.elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise ImportRefused("too-complex", most=MOST_ELEMENTS)
        mine = sorted(attrs.items(), key=lambda one: one[0][0] is None)  # last, and so first: those that the libraries read
        self.start(name[1], {key[1]: value for key, value in mine})

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self._depth -= 1
        self.end(name[1])

    def characters(self, content: str) -> None:
        self.text(content)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; names without their namespace."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, content: str) -> None:
        """A piece of text."""


def read_xml(name: str, data: bytes, reader: Reader) -> None:
    """Stream a part through the reader. Raises ImportRefused for entities, other encodings than UTF-8, broken XML, and beyond the limits."""
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise ImportRefused("damaged", Place("part", _shown(name)))
    parser = defusedxml.expatreader.create_parser(forbid_dtd=True, forbid_entities=True, forbid_external=True, namespaceHandling=1)
    parser.setContentHandler(reader)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        data.decode()
        parser.parse(source)
    except DefusedXmlException as error:
        raise ImportRefused("entities", Place("part", _shown(name))) from error
    except ImportRefused as error:
        raise ImportRefused(error.code, Place("part", _shown(name)), **error.fields) from None
    except Exception as error:  # expat's and SAX's own errors have no common base
        raise ImportRefused("damaged", Place("part", _shown(name))) from error


__all__ = ["DEEPEST", "MOST_ELEMENTS", "MOST_PARTS", "MOST_RATIO", "MOST_UNPACKED", "Reader", "names_inside", "packed", "read_xml", "unpacked"]

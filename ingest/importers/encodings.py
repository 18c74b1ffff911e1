"""Bytes → text, in the encodings that spreadsheets of this part of the world write."""

from __future__ import annotations

import re
from typing import Final

from ingest.importers.notes import ImportRefused
from kb.text import HAN, fold

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_USUAL: Final = frozenset(
    "的是不在有我你可以了一这个们请问吗要会到日天内后前时和与或及为如能无退换货款件单付费运送收发客品购买服务保证元月年小时中上下出否使用"
)
"""Characters, folded to Simplified, of which any Chinese text of a shop has many; a text read in the wrong encoding has hardly one."""
_DECLARED: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]+)""", re.I)
_SAMPLE: Final = 20_000
"""Characters of a text that are looked at."""


def decoded(data: bytes) -> tuple[str, str, bool]:
    """(the text, the encoding, whether the encoding is a guess). Raises ImportRefused where none fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_strictly(data, encoding)), encoding, False
    for encoding in filter(None, ("utf-8", _declared(data))):
        try:
            return _checked(data.decode(encoding)), encoding, False
        except (UnicodeDecodeError, LookupError, ImportRefused):
            continue
    if (wide := _without_mark(data)) is not None:
        return _checked(_strictly(data, wide)), wide, True
    candidates = [(text, encoding) for encoding in ("big5hkscs", "gb18030", "cp1252") if (text := _try(data, encoding)) is not None]
    if not candidates:
        raise ImportRefused("encoding")
    text, encoding = max(candidates, key=lambda one: _likeness(*one))
    return _checked(text), encoding, True


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data[:2048])
    name = (match[1] or match[2]).decode("ascii", "ignore").lower() if match else None
    return {"big5": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}.get(name or "", name)


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of the commas and line ends is zero."""
    sample = data[:2000]
    if len(data) % 2 or sample.count(0) * 8 < len(sample):
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strictly(data: bytes, encoding: str) -> str:
    text = _try(data, encoding)
    if text is None:
        raise ImportRefused("encoding")
    return text


def _likeness(text: str, encoding: str) -> float:
    """How much it looks like text that somebody wrote, 0..1."""
    strange = [char for char in text[:_SAMPLE] if ord(char) > 127]
    if encoding == "cp1252":  # Western letters stand alone among plain ones; pairs of them are Chinese misread
        alone = len(re.findall(r"(?<![\x80-\uffff])[À-ÿ‘’“”–—…€£°](?![\x80-\uffff])", text[:_SAMPLE]))
        return alone / max(1, len(strange)) * 0.5
    han = re.findall(f"[{HAN}]", fold("".join(strange)))
    return sum(char in _USUAL for char in han) / max(1, len(strange))


def _checked(text: str) -> str:
    """Refuse what is no text: NUL and the like, or more control characters than a slip explains."""
    if "\x00" in text or len(re.findall(r"[\x01-\x08\x0e-\x1f]", text)) > 5:
        raise ImportRefused("unknown-type")
    return text.removeprefix("\ufeff")


__all__ = ["decoded"]

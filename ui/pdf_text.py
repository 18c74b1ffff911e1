"""Text in PDFs: with the fonts that every reader has where Latin letters do, else with a font of this machine, of which what is used is embedded."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.fonts import TTFFont

from kb.errors import YoujuError
from kb.models import ReplyLanguage

PLAIN: Final = "helvetica"
WIDE: Final = "wide"
"""What the machine's own font is called in a document."""
_TYPED: Final = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "→": "->", "≥": ">=", "≤": "<=", "\u00a0": " ", "\t": " "}
)
"""What typographers write and the plain font has not."""
_LISTED: Final[dict[ReplyLanguage, tuple[str, ...]]] = {"zh-Hant": ("zh-hk", "zh-tw"), "zh-Hans": ("zh-cn",), "en": ("zh-hk", "zh-tw", "zh-cn")}
_PLACES: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc", "/System/Library/Fonts/PingFang.ttc", "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msjh.ttc", "C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/simsun.ttc",
)  # fmt: skip
"""Where systems keep a font with Chinese characters, for those without fc-list."""


class NoFont(YoujuError):
    """This machine has no font for what is to be printed."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font, and its number where the file holds several."""

    path: Path
    number: int


def set_fonts(pdf: FPDF, texts: Iterable[str], lang: ReplyLanguage) -> str:
    """Prepare the document for these texts, and give back the family to write with. Raises NoFont."""
    if all(is_plain(text) for text in texts):
        return PLAIN
    font = find_font(lang)
    if font is None:
        raise NoFont(
            "no font with Chinese characters is installed, and boxes in their place would help nobody", where="PDF",
            fix="install one (Debian and Ubuntu: apt-get install fonts-noto-cjk; Fedora: google-noto-sans-cjk-fonts), or take the CSV",
        )  # fmt: skip
    pdf.add_font(WIDE, "", font.path, collection_font_number=font.number)
    return WIDE


def is_plain(text: str) -> bool:
    """Whether the fonts that every reader has can show it."""
    try:
        text.translate(_TYPED).encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def printable(pdf: FPDF, text: str) -> str:
    """The text in characters that the document's font has; a question mark for one that it has not. Control characters go."""
    text = "".join(char for char in text if char == "\n" or ord(char) >= 32)
    font = pdf.fonts.get(WIDE)
    if not isinstance(font, TTFFont):
        return text.translate(_TYPED).encode("latin-1", "replace").decode("latin-1")
    return "".join(char if char == "\n" or ord(char) in font.cmap else "?" for char in text)


@lru_cache(maxsize=8)
def find_font(lang: ReplyLanguage) -> FontFile | None:
    """A font of this machine for Chinese, in the shapes that readers of the language are used to."""
    listed = [one for tag in _LISTED[lang] for one in _listed(tag)]
    return next(iter(listed), None) or next((FontFile(Path(one), 0) for one in _PLACES if Path(one).is_file()), None)


def _listed(tag: str) -> list[FontFile]:
    """Regular fonts for a language as fontconfig names them: sans serif first, and those that name the region."""
    program = shutil.which("fc-list")
    if program is None:
        return []
    asked = [program, f":lang={tag}:style=Regular", "--format", "%{file}\t%{index}\t%{family}\n"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    region = {"zh-hk": ("HK", "TC"), "zh-tw": ("TC", "HK"), "zh-cn": ("SC",)}[tag]
    found = []
    for line in sorted(done.stdout.splitlines()):
        file, number, family = (*line.split("\t"), "", "")[:3]
        if number.isdigit() and Path(file).suffix.lower() in (".ttf", ".otf", ".ttc", ".otc") and "Mono" not in family:
            rank = ("Sans" not in family, not any(family.split(",")[0].endswith(one) for one in region), family)
            found.append((rank, FontFile(Path(file), int(number) & 0xFFFF)))
    return [font for _, font in sorted(found, key=lambda one: one[0])]


__all__ = ["PLAIN", "WIDE", "FontFile", "NoFont", "find_font", "is_plain", "printable", "set_fonts"]

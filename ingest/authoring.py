"""What an owner does to an article's file: begin one, write it without losing anybody's change, move its status on, compare two texts.

Nothing is written outside content/articles. The files on disk are the truth: whoever edits them elsewhere wins over a page that was opened before.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from ingest.read import LARGEST_ARTICLE, articles_folder
from kb.article_texts import version_of
from kb.errors import ContentError
from kb.files import alone, replace_text
from kb.models import ReplyLanguage

Status = Literal["draft", "review", "published", "retired"]
LONGEST_PATH = 200
_FILE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*\.md")


class Conflict(ContentError):
    """The file is no longer the one that was opened. `current`: its text now; '' where it is gone. `by`: who changed it; '' where that is not known."""

    def __init__(self, what: str, current: str, *, where: str, by: str = "") -> None:
        super().__init__(what, where=where, fix="look at the difference and decide what stays")
        self.current, self.by = current, by


# ---- where it lies ---------------------------------------------------------------------------------------------------------


def article_path(content: Path, file: str) -> Path:
    """Where a file of articles/ lies. Raises ContentError for a name that leads elsewhere or that no article may have."""
    if len(file) > LONGEST_PATH or not _FILE.fullmatch(file):
        raise ContentError(
            "this is no name for an article's file", where=file[:LONGEST_PATH],
            fix="use letters, digits, '-', '_' and '.' in parts divided by '/', and end it with .md",
        )  # fmt: skip
    folder = articles_folder(content)
    path = folder / file
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise ContentError("leads outside content/articles", where=file, fix="name a file within it")
    return path


def read_text(content: Path, file: str) -> str | None:
    """The file to the byte; None where there is none. Raises ContentError where it is no text."""
    try:
        return article_path(content, file).read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"cannot be read as text: {error}", where=file, fix="save it as UTF-8 with another editor first") from error


# ---- writing ----------------------------------------------------------------------------------------------------------------


def write(content: Path, file: str, text: str, opened: str | None) -> str:
    """Put the text into the file, whole or not at all, and give back its version.

    opened: version of the file as the author opened it; None: the file is new. Raises Conflict where it is another one by now,
    ContentError where it cannot be written.
    """
    path = article_path(content, file)
    _check_text(file, text)
    with alone(articles_folder(content)):
        now = read_text(content, file)
        if (version_of(now) if now is not None else None) != opened:
            what = "somebody else has changed the article meanwhile" if now is not None and opened else "there is an article at this place already"
            raise Conflict(what if now is not None else "the article has been deleted meanwhile", now or "", where=file)
        text = _as_before(text, now)
        try:
            replace_text(path, text)
        except OSError as error:
            raise ContentError(f"cannot be written: {error.strerror}", where=file, fix="check the folder, its permissions and the disk") from error
    return version_of(text)


def _check_text(file: str, text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise ContentError("the text is not valid Unicode", where=file, fix="take the broken character out") from error
    if size > LARGEST_ARTICLE:
        raise ContentError(f"{size:,} bytes is larger than an article may be ({LARGEST_ARTICLE:,})", where=file, fix="split it into articles")
    if "\x00" in text:
        raise ContentError("the text holds a NUL character", where=file, fix="take it out")


def _as_before(text: str, before: str | None) -> str:
    """With the byte order mark and the line ends that the file had: a browser's text box knows neither. A file ends with a line end."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    plain = plain if plain.endswith("\n") or not plain else plain + "\n"
    if before is None:
        return plain
    plain = plain.replace("\n", "\r\n") if before.count("\r\n") * 2 > before.count("\n") else plain
    return "\ufeff" + plain if before.startswith("\ufeff") else plain


# ---- beginning and moving on -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is asked of whoever begins an article."""

    id: str
    title: str
    lang: ReplyLanguage
    category: str = ""
    owner: str = ""
    products: tuple[str, ...] = ()
    question: str = ""
    """What customers ask that no article answers; becomes the first heading."""
    questions: tuple[str, ...] = ()
    """All their wordings. They go into the article's history, not into its file: customers' words are neither indexed nor shown to anybody else."""


_HINTS: dict[ReplyLanguage, tuple[str, str]] = {
    "zh-Hant": ("第一節", "一句寫一項規則,數字連單位。"),
    "zh-Hans": ("第一节", "一句写一项规则,数字带单位。"),
    "en": ("First section", "One rule a sentence, each number with its unit."),
}


def template(beginning: Beginning, today: dt.date) -> str:
    """A new article's file: a draft in force from today, to be reviewed in a year."""
    heading, hint = _HINTS[beginning.lang]
    lines = [front_matter(beginning, today), f"## {' '.join(beginning.question.split()) or heading}", "", hint, ""]
    return "\n".join(lines)


def front_matter(beginning: Beginning, today: dt.date) -> str:
    """What a new article's file begins with, down to the empty line below it."""
    matter = {
        "id": beginning.id, "title": beginning.title, "lang": beginning.lang, "category": beginning.category or beginning.id.split("/")[0],
        "products": list(beginning.products), "audience": "public", "owner": beginning.owner, "valid_from": today, "valid_until": None,
        "review_by": _a_year_after(today), "supersedes": None, "translation_of": None, "status": "draft", "disclaimers": [],
    }  # fmt: skip
    lines = [f"{key}:{_yaml(value)}" for key, value in matter.items()]
    return "\n".join(["---", *lines, "---", ""])


def _a_year_after(day: dt.date) -> dt.date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else dt.date(day.year + 1, 2, 28)


def _yaml(value: object) -> str:
    """A value behind its key, in one line; nothing for None."""
    if value is None:
        return ""
    dumped = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000)
    return " " + dumped.replace("\n...", "").strip()


def status_of(text: str) -> Status:
    """What the front matter says, without the rest being valid; `published` where it says nothing, as when it is indexed."""
    value = _matter_value(text, "status")
    return value if value in ("draft", "review", "retired") else "published"  # type: ignore[return-value]


def with_status(text: str, status: Status) -> str:
    """The text with that status in its front matter. Raises ContentError without front matter."""
    mark, plain = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    end = "\r\n" if "\r\n" in plain else "\n"
    lines = plain.split(end)
    closing = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if lines[0].strip() != "---" or closing is None:
        raise ContentError("no front matter", where="status", fix="begin the file with a line '---', the keys, and '---' again")
    at = next((number for number in range(1, closing) if re.match(r"status\s*:", lines[number])), None)
    if at is None:
        lines.insert(closing, f"status: {status}")
    else:
        lines[at] = f"status: {status}"
    return mark + end.join(lines)


def _matter_value(text: str, key: str) -> str:
    lines = text.removeprefix("\ufeff").splitlines()
    for line in lines[1:] if lines and lines[0].strip() == "---" else []:
        if line.strip() == "---":
            break
        if match := re.match(rf"{key}\s*:\s*([\"']?)(\w*)\1", line):
            return match[2]
    return ""


# ---- comparing ---------------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:%/'-]*|[ \t]+|\n|.", re.S)
MOST_WORDS = 20_000
"""Of a changed passage; beyond it the passage is shown as replaced whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comparison."""

    kind: Literal["same", "gone", "new"]
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """Both texts in one, word by word; a Chinese character counts as a word. Line ends of either kind are the same."""
    before, after = (text.replace("\r\n", "\n").splitlines(keepends=True) for text in (old, new))
    pieces: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
        else:
            pieces += _by_words("".join(before[a:b]), "".join(after[c:d]))
    return _joined(pieces)


def _by_words(old: str, new: str) -> list[Piece]:
    mine, theirs = _WORDS.findall(old), _WORDS.findall(new)
    if not mine or not theirs or len(mine) + len(theirs) > MOST_WORDS:
        return [Piece("gone", old), Piece("new", new)]
    pieces = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(mine[a:b])))
        else:
            pieces += [Piece("gone", "".join(mine[a:b])), Piece("new", "".join(theirs[c:d]))]
    return pieces


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


__all__ = [
    "Beginning", "Conflict", "Piece", "Status", "article_path", "difference", "front_matter", "read_text", "status_of", "template", "with_status", "write",
]  # fmt: skip

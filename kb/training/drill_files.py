"""The drills that a shop wrote: content/drills/*.md, read, linted, and written without losing anybody's change."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from kb.article_texts import version_of
from kb.errors import ContentError
from kb.files import alone, replace_text
from kb.models import Problem
from kb.training.drill import Drill
from kb.training.drill_lint import Shop, check_drill
from kb.training.drill_parse import DrillText, parse_drill
from kb.training.drill_problems import problem

FOLDER = "drills"
LARGEST_DRILL = 64_000
"""Bytes of a file."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class DrillConflict(ContentError):
    """The file is no longer the one that was opened. `current`: its text now; '' where it is gone."""

    def __init__(self, what: str, current: str, *, where: str) -> None:
        super().__init__(what, where=where, fix="look at the text as it is now and decide what stays")
        self.current = current


@dataclass(frozen=True, slots=True)
class DrillFile:
    """One file, whether or not it can be used."""

    name: str
    """Without .md."""
    text: str
    version: str
    """sha256 of the text; '' of a file that is no text."""
    drill: Drill | None
    """None: it has errors."""
    problems: tuple[Problem, ...]


def read_drills(content: Path, shop: Shop, today: dt.date) -> list[DrillFile]:
    """Every drill of a content folder with its problems, by name. One that is broken stops no other."""
    return [_read(path, shop, today) for path in drill_paths(content)]


def drill_paths(content: Path) -> list[Path]:
    return sorted(path for path in (content / FOLDER).glob("*.md") if not path.name.startswith("."))


def lint_drill(name: str, text: str, shop: Shop, today: dt.date, shown: str = "") -> DrillFile:
    """A text as if it lay there."""
    shown = shown or f"{FOLDER}/{name}.md"
    parsed, problems = parse_drill(text, name, shown)
    if not _NAME.fullmatch(name):
        problems.append(problem("no-name", shown, 1, name=name) if name else problem("name-missing", shown, 1))
    if parsed is not None:
        problems += check_drill(parsed, shop, today)
    broken = any(one.severity == "error" for one in problems)
    drill = None if broken or parsed is None else _with_category(parsed, shop)
    return DrillFile(name, text, version_of(text), drill, tuple(problems))


def drill_path(content: Path, name: str) -> Path:
    """Where a drill lies. Raises ContentError for a name that none may have, or that leads elsewhere."""
    if not _NAME.fullmatch(name):
        raise ContentError("this is no name for a drill", where=name[:80], fix="use lower-case letters, digits and dashes")
    path = content / FOLDER / f"{name}.md"
    if path.is_symlink():
        raise ContentError("leads outside content/drills", where=name, fix="put the file itself there")
    return path


def read_drill_text(content: Path, name: str) -> str | None:
    """The file to the byte; None where there is none. Raises ContentError where it is no text."""
    try:
        return drill_path(content, name).read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"cannot be read as text: {error}", where=name, fix="save it as UTF-8 with another editor first") from error


def write_drill(content: Path, name: str, text: str, opened: str | None) -> str:
    """Put the text into its file, whole or not at all, and give back its version.

    opened: version of the file as the author opened it; None: it is new. Raises DrillConflict where it is another one by now,
    ContentError where it cannot be written.
    """
    path = drill_path(content, name)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    if len(text.encode(errors="surrogatepass")) > LARGEST_DRILL or "\x00" in text or not _is_unicode(text):
        raise ContentError(f"more than {LARGEST_DRILL:,} bytes, or no plain text", where=name, fix="shorten it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with alone(path.parent):
            now = read_drill_text(content, name)
            if (version_of(now) if now is not None else None) != opened:
                what = "there is a drill with this id already" if opened is None else "somebody else has changed the drill meanwhile"
                raise DrillConflict(what if now is not None else "the drill has been deleted meanwhile", now or "", where=name)
            replace_text(path, text)
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}", where=name, fix="check the folder, its permissions and the disk") from error
    return version_of(text)


def _read(path: Path, shop: Shop, today: dt.date) -> DrillFile:
    try:
        if path.stat().st_size > LARGEST_DRILL:
            return DrillFile(path.stem, "", "", None, (problem("too-large", str(path), 1, most=LARGEST_DRILL),))
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        return DrillFile(path.stem, "", "", None, (problem("unreadable", str(path), 1, why=str(error)),))
    return lint_drill(path.stem, text, shop, today, str(path))


def _with_category(parsed: DrillText, shop: Shop) -> Drill:
    """A drill that names no topic trains that of its first article."""
    drill = parsed.drill
    if drill.category or not drill.articles:
        return drill
    return dataclasses.replace(drill, category=shop.articles[drill.articles[0]].category)


def _is_unicode(text: str) -> bool:
    """Half an emoji is not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


__all__ = ["DrillConflict", "DrillFile", "drill_path", "drill_paths", "lint_drill", "read_drill_text", "read_drills", "write_drill"]

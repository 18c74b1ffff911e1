"""Article drafts that an import made → files and their history: all of them or none, and nothing overwritten."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.authoring import article_path, read_text, write
from ingest.importers import ArticleDraft, ImportRefused, Place, draft_text
from ingest.library import Holdings
from kb.article_texts import version_of
from kb.store import Revision, Store


def texts_of(drafts: Iterable[ArticleDraft], today: dt.date) -> dict[str, str]:
    """Each article's file and its text. Raises ImportRefused where two have one id, and for an id that no file can have."""
    texts: dict[str, str] = {}
    for draft in drafts:
        file = f"{draft.id}.md"
        if file.lower() in map(str.lower, texts):
            raise ImportRefused("id-twice", Place("article", draft.title[:80]), id=draft.id)
        texts[file] = draft_text(draft, today)
    return texts


def take_in(content: Path, holdings: Holdings, store: Store, texts: Mapping[str, str], by: str, message: str) -> None:
    """Write new articles' files and note each in the history. Raises ImportRefused for an id that is taken, ContentError where one cannot be written; then
    none is."""
    ids = {one.id.lower() for one in holdings.files.values()} | {file.removesuffix(".md").lower() for file in holdings.files}
    for file in texts:
        article_id = file.removesuffix(".md")
        if article_id.lower() in ids or read_text(content, file) is not None:
            raise ImportRefused("id-taken", id=article_id)
    made: list[Path] = []
    try:
        for file, text in texts.items():
            path = article_path(content, file)
            made += [folder for folder in reversed(path.parents) if not folder.exists()]
            write(content, file, text, None)
            made.append(path)
        for file in texts:
            text = read_text(content, file) or ""
            store.add_revision(Revision(file, dt.datetime.now(dt.UTC), by, "save", message, text, version_of(text), ""))
    except BaseException:
        _take_back(made)
        raise


def _take_back(made: list[Path]) -> None:
    """Delete what was made, folders last; a folder that somebody has used meanwhile stays."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


__all__ = ["take_in", "texts_of"]

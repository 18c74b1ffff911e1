"""The index as it would be after a publish, made in memory: nothing is written, and nobody is answered from it.

What has not changed keeps its passages and vectors; only what is new is embedded, and no cache is kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path

import numpy as np

from ingest.library import Library
from ingest.parse import parse
from ingest.read import RawArticle, read_companions
from ingest.wanted import chunks_of, embedded_text, same, with_required
from kb.article_texts import version_of
from kb.content import Companions
from kb.embedding import Embedder, Vectors
from kb.errors import ContentError
from kb.models import Article, Chunk
from kb.snapshot import Change, Snapshot


def with_text(before: Snapshot, content: Path, file: str, text: str, embedder: Embedder | None) -> Snapshot:
    """`before` as it would be if this text stood in a file of articles/ and were published; an article that is not `published` is left out.

    Raises ContentError for a text with errors, and where nothing would be left.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    article, problems = parse(RawArticle(file, file, plain, version_of(text), text))
    wrong = next((problem for problem in problems if problem.severity == "error"), None)
    if article is None or wrong is not None:
        what, fix = (f"line {wrong.line}: {wrong.what}", wrong.fix) if wrong else ("it cannot be read", "look at the article's problems")
        raise ContentError(what, where=file, fix=fix)
    removed = {one.id for one in before.articles.values() if one.file == file} - {article.id}
    fresh = [article] if article.status == "published" else []
    if not fresh and article.id in before.articles:
        removed.add(article.id)
    return _changed(before, removed, fresh, {article.id: text}, read_companions(content), embedder)


def with_folder(before: Snapshot, content: Path, embedder: Embedder | None) -> Snapshot:
    """`before` as it would be if the folder were indexed as it lies on disk; articles whose files are broken stay as they are published.

    Raises ContentError without a folder of articles, and where nothing would be left.
    """
    companions = read_companions(content)
    holdings = Library(content).read(companions)
    sound = [one.article for one in holdings.files.values() if one.article is not None and not one.broken]
    broken, ids = {one.file for one in holdings.files.values() if one.broken}, {one.id for one in sound}
    published = {one.id: one for one in sound if one.status == "published"}
    carried = {one.id for one in before.articles.values() if one.file in broken and one.id not in ids}
    fresh = [one for one in published.values() if not same(before.articles.get(one.id), one)]
    texts = {one.id: holdings.files[one.file].text for one in fresh}
    return _changed(before, before.articles.keys() - published.keys() - carried, fresh, texts, companions, embedder)


def changed(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Ids of the articles that are new, gone, or say something else."""
    gone = before.articles.keys() - after.articles.keys()
    return tuple(sorted([*gone, *(name for name, one in after.articles.items() if not same(before.articles.get(name), one))]))


def changed_beside(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Names of the files beside the articles that say something else."""
    mine, theirs = before.companions.as_json(), after.companions.as_json()
    return tuple(f"{name}.yaml" for name in mine if mine[name] != theirs[name])


def _changed(
    before: Snapshot, removed: Iterable[str], fresh: Sequence[Article], texts: Mapping[str, str], companions: Companions, embedder: Embedder | None
) -> Snapshot:  # fmt: skip
    """`before` with what goes and what comes. texts: of what comes, to the byte."""
    if before.embedder != (embedder.identity if embedder else ""):
        raise ContentError("the snapshot was made with another model", where=before.embedder, fix="run `kb ingest`")
    gone = frozenset(removed) | {one.id for one in fresh}
    staying = [one for one in before.articles.values() if one.id not in gone]
    if not staying and not fresh:
        raise ContentError("nothing would be left to answer from", where="articles", fix="publish another article first")
    chunks = chunks_of(fresh, embedder)
    change = Change(
        removed=frozenset(removed), articles=tuple(dataclasses.replace(one, sections=()) for one in fresh), chunks=tuple(chunks),
        vectors=_vectors(chunks, fresh, before, gone, embedder),
        companions=with_required(companions, (*staying, *fresh), before), texts=texts,
    )  # fmt: skip
    return before.changed(change, f"candidate-{uuid.uuid4().hex}", dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))


def _vectors(chunks: Sequence[Chunk], articles: Sequence[Article], before: Snapshot, gone: Set[str], embedder: Embedder | None) -> Vectors:
    """(chunks, dimension): from the articles that are replaced where a passage stands there in the same words, else from the model."""
    if embedder is None:
        return np.zeros((len(chunks), 0), np.float32)
    titles = {one.id: one.title for one in articles}
    texts = [embedded_text(one, titles[one.article]) for one in chunks]
    known = {
        embedded_text(one, before.articles[one.article].title): before.vectors[row] for row, one in enumerate(before.chunks) if one.article in gone
    }
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known |= dict(zip(missing, embedder.encode_passages(missing), strict=True))
    return np.stack([known[text] for text in texts]).astype(np.float32) if texts else np.zeros((0, embedder.dimension), np.float32)


__all__ = ["changed", "changed_beside", "with_folder", "with_text"]

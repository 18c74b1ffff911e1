"""The way in, from top to bottom: read, parse, check, chunk, embed, publish."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.authoring import status_of
from ingest.chunk import chunk
from ingest.embed import Progress, embed
from ingest.lint import Known, check_article, cross_check, keep_one_of_each_id
from ingest.parse import parse
from ingest.read import RawArticle, read_article, read_articles, read_companions
from kb import snapshot as snapshots
from kb.content import Companions
from kb.embedding import Embedder
from kb.errors import ContentError, SnapshotError
from kb.models import Article, Chunk, Problem
from kb.snapshot import Change, Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an ingest did."""

    snapshot: str
    articles: int
    chunks: int
    skipped: int
    """Files left out because of errors."""
    kept: int
    """Of those, articles that stay as they were published before."""
    embedded: int
    """Texts that the model had to embed; the others came from the cache."""
    seconds: float
    problems: tuple[Problem, ...]


def lint(content: Path) -> tuple[list[Article], Companions, list[Problem]]:
    """Every article that can be used, the companions, and every problem of the folder. Raises ContentError for broken companions."""
    usable, companions, problems, texts = _read(content)
    known, folder = Known.of(usable, companions), content / "articles"
    for article in usable:
        found = check_article(article, texts[article.file], known)
        problems += [dataclasses.replace(problem, file=str(folder / problem.file)) for problem in found]
    return usable, companions, problems


def _read(content: Path) -> tuple[list[Article], Companions, list[Problem], dict[str, str]]:
    """What `lint` says, and each file's text to the byte."""
    parsed: list[Article] = []
    problems: list[Problem] = []
    shown: dict[str, str] = {}
    texts: dict[str, str] = {}
    for raw in read_articles(content):
        if isinstance(raw, RawArticle):
            article, found = parse(raw)
            problems += found
            shown[raw.file], texts[raw.file] = raw.shown, raw.original
            parsed += [article] if article else []
        else:
            problems.append(raw)
    companions = Companions.load(content)
    articles, duplicates = keep_one_of_each_id(parsed)
    related = duplicates + cross_check(articles, companions)
    for article in articles:
        related += chunk(article)[1]
    problems += [dataclasses.replace(problem, file=shown.get(problem.file, problem.file)) for problem in related]
    wrong = {problem.file for problem in problems if problem.severity == "error"}
    usable = [article for article in articles if shown[article.file] not in wrong]
    return usable, companions, problems, texts


def ingest(content: Path, embedder: Embedder | None, home: Path, keep: int, progress: Progress | None = None) -> Summary:
    """Index a content folder and publish the result. Raises ContentError where nothing at all can be indexed."""
    started = time.perf_counter()
    articles, companions, problems, files = _read(content)
    published = [article for article in articles if article.status == "published"]
    bad_files = {problem.file for problem in problems if problem.severity == "error"}
    carried, their_disclaimers, their_texts = _carried_over(home, bad_files, content, {article.id for article in articles})
    companions = dataclasses.replace(companions, disclaimers={**their_disclaimers, **companions.disclaimers})
    if not published and not carried:
        first = next((str(problem) for problem in problems if problem.severity == "error"), "there is no published article")
        raise ContentError(f"nothing can be indexed: {first}", where=str(content), fix="run `kb lint`")
    fresh = chunks_of(published, embedder)
    chunks = [*fresh, *(one for _, old in carried for one in old)]
    everything = [*published, *(article for article, _ in carried)]
    titles = {article.id: article.title for article in everything}
    kept_texts = {**their_texts, **{article.id: files[article.file] for article in published}}
    vectors, embedded = embed([embedded_text(one, titles[one.article]) for one in chunks], embedder, home, progress)
    snapshot = snapshots.make(everything, chunks, vectors, embedder.identity if embedder else "", companions, kept_texts)
    snapshots.publish(snapshot, home, keep)
    return Summary(
        snapshot.id, len(everything), len(chunks), len(bad_files), len(carried), embedded, time.perf_counter() - started, tuple(problems)
    )  # fmt: skip


def publish_article(content: Path, file: str, before: Snapshot, embedder: Embedder | None, home: Path, keep: int) -> Summary:
    """Publish `before`, the published snapshot, with one file of articles/ as it is now; an article that is not `published` goes.

    What other files say meanwhile is not looked at: their owners publish them. Raises ContentError, also for an article with errors: what is
    published stays then. Raises Overtaken where `before` is no longer the published snapshot.
    """
    started = time.perf_counter()
    identity = embedder.identity if embedder else ""
    if before.embedder != identity:
        raise ContentError("the snapshot was made with another model", where=before.embedder, fix="run `kb ingest`")
    folder = content / "articles"
    raw = read_article(folder / file, folder)
    article, problems = parse(raw) if isinstance(raw, RawArticle) else (None, [raw])
    wrong = next((one for one in problems if one.severity == "error"), None)
    if wrong is not None and (folder / file).exists() and (isinstance(raw, Problem) or status_of(raw.original) == "published"):
        raise ContentError(f"line {wrong.line}: {wrong.what}", where=file, fix=wrong.fix)  # it was spoilt after it was checked
    companions = read_companions(content)
    fresh = [article] if article is not None and article.status == "published" else []
    chunks = chunks_of(fresh, embedder)
    vectors, embedded = embed([embedded_text(one, article.title) for one in chunks] if article else [], embedder, home)
    gone = {one.id for one in before.articles.values() if one.file == file} | {one.id for one in fresh}
    everything = [one for one in before.articles.values() if one.id not in gone] + fresh
    needed = {name for one in everything for name in one.disclaimers}  # an article that stays as it was published keeps its disclaimers too
    kept = {name: said for name, said in before.companions.disclaimers.items() if name in needed}
    companions = dataclasses.replace(companions, disclaimers={**kept, **companions.disclaimers})
    if not everything:
        raise ContentError("nothing would be left to answer from", where=file, fix="publish another article first")
    texts = {one.id: raw.original for one in fresh if isinstance(raw, RawArticle)}
    bare = tuple(dataclasses.replace(one, sections=()) for one in fresh)
    change = Change(frozenset(gone), bare, tuple(chunks), vectors, companions, texts)
    snapshot_id = snapshots.publish_change(change, before, home, keep)
    staying = sum(one.article not in change.gone for one in before.chunks)
    seconds = time.perf_counter() - started
    return Summary(snapshot_id, len(everything), staying + len(chunks), 0, 0, embedded, seconds, tuple(problems))


def re_embed(snapshot: Snapshot, embedder: Embedder | None, home: Path, keep: int, progress: Progress | None = None) -> Snapshot:
    """Publish what a snapshot holds once more, with the vectors of another model; the content folder is not read."""
    texts = [embedded_text(one, snapshot.articles[one.article].title) for one in snapshot.chunks]
    vectors, _ = embed(texts, embedder, home, progress)
    identity = embedder.identity if embedder else ""
    again = snapshots.make(list(snapshot.articles.values()), snapshot.chunks, vectors, identity, snapshot.companions, snapshot.texts)
    snapshots.publish(again, home, keep)
    return again


def embedded_text(chunk_: Chunk, title: str) -> str:
    """What the embedder reads of a chunk: its own words, with the nearest heading where the chunk is too short to stand alone."""
    return f"{chunk_.heading or title}: {chunk_.text}" if len(chunk_.text) < 24 else chunk_.text


def chunks_of(articles: Sequence[Article], embedder: Embedder | None) -> list[Chunk]:
    """The chunks of all the articles; with an embedder approved replies go to what they resemble."""

    def similarity(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float32]:
        assert embedder is not None
        return np.asarray(embedder.encode_passages(first) @ embedder.encode_passages(second).T, np.float32)

    return [one for article in articles for one in chunk(article, similarity if embedder else None)[0]]


def _carried_over(
    home: Path, bad_files: set[str], content: Path, ids: set[str]
) -> tuple[list[tuple[Article, list[Chunk]]], dict[str, Mapping[str, str]], dict[str, str]]:
    """Articles of the published snapshot whose files are broken now: what was published before stays published, with its disclaimers and texts."""
    try:
        before: Snapshot = snapshots.load_current(home)
    except SnapshotError:
        return [], {}, {}
    folder = content / "articles"
    kept = [article for article in before.articles.values() if str(folder / article.file) in bad_files and article.id not in ids]
    texts = {one: before.companions.disclaimers[one] for article in kept for one in article.disclaimers if one in before.companions.disclaimers}
    return [(article, [one for one in before.chunks if one.article == article.id]) for article in kept], texts, _files_of(kept, before)


def _files_of(articles: Sequence[Article], before: Snapshot) -> dict[str, str]:
    """Their whole texts; none where the snapshot has lost them, which is no reason to publish nothing."""
    try:
        texts = {article.id: before.article_text(article.id) for article in articles}
    except SnapshotError as error:
        log.warning("articles that stay as they were published are kept without their whole texts: %s", error)
        return {}
    return {name: text for name, text in texts.items() if text is not None}


__all__ = ["Summary", "chunks_of", "embedded_text", "ingest", "lint", "publish_article", "re_embed"]

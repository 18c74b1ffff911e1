"""The way in, from top to bottom: read, parse, check, chunk, embed, publish."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.authoring import status_of
from ingest.chunk import chunk
from ingest.embed import Progress, embed
from ingest.lint import Known, check_article, cross_check, files_not_read, keep_one_of_each_id
from ingest.parse import parse
from ingest.read import RawArticle, read_article, read_articles, read_companions
from ingest.wanted import Wanted, change_to, embedded_text, parts_of, wanted_of, with_staying
from kb import snapshot as snapshots
from kb.content import Companions
from kb.embedding import Embedder
from kb.errors import ContentError, SnapshotError
from kb.models import Article, Problem
from kb.snapshot import Change, Overtaken, Snapshot


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


# ---- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """One file of articles/, parsed, or why it cannot be."""

    version: str
    """sha256 of its bytes; '' where it is no text."""
    article: Article | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A content folder as it lay there at one moment."""

    usable: tuple[Article, ...]
    companions: Companions
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    """By file, to the byte."""
    broken: frozenset[str]
    """Files with an error."""
    files: Mapping[str, _File]


def lint(content: Path) -> tuple[list[Article], Companions, list[Problem]]:
    """Every article that can be used, as much of the companions as can be read, and every problem of the folder."""
    companions, beside = Companions.understand(content)
    reading, folder = _read(content, companions=companions), content / "articles"
    known, problems = Known.of(reading.usable, reading.companions), [*beside, *files_not_read(content), *reading.problems]
    for article in reading.usable:
        found = check_article(article, reading.texts[article.file], known)
        problems += [dataclasses.replace(problem, file=str(folder / problem.file)) for problem in found]
    return list(reading.usable), reading.companions, problems


def _read(content: Path, before: _Reading | None = None, companions: Companions | None = None) -> _Reading:
    """before: an earlier reading; what still says the same is not parsed again. companions: where they were read before. Raises ContentError for broken ones."""
    known = before.files if before else {}
    files: dict[str, _File] = {}
    texts: dict[str, str] = {}
    folder = content / "articles"
    for raw in read_articles(content):
        if isinstance(raw, RawArticle):
            earlier = known.get(raw.file)
            files[raw.file] = earlier if earlier is not None and earlier.version == raw.version else _parsed(raw)
            texts[raw.file] = raw.original
        else:
            files[_below(folder, raw.file)] = _File("", None, (raw,))
    companions = companions or Companions.load(content)
    articles, duplicates = keep_one_of_each_id(one.article for one in files.values() if one.article)
    related = duplicates + cross_check(articles, companions)
    problems = [problem for one in files.values() for problem in one.problems]
    problems += [dataclasses.replace(problem, file=str(folder / problem.file)) for problem in related]
    broken = frozenset(_below(folder, problem.file) for problem in problems if problem.severity == "error")
    usable = tuple(article for article in articles if article.file not in broken)
    return _Reading(usable, companions, tuple(problems), texts, broken, files)


def _below(folder: Path, shown: str) -> str:
    return Path(shown).relative_to(folder).as_posix()


def _parsed(raw: RawArticle) -> _File:
    article, problems = parse(raw)
    doubts = chunk(article)[1] if article else []
    return _File(raw.version, article, (*problems, *(dataclasses.replace(doubt, file=raw.shown) for doubt in doubts)))


# ---- a folder becomes a snapshot ---------------------------------------------------------------------------------------


def ingest(content: Path, embedder: Embedder | None, home: Path, keep: int, progress: Progress | None = None) -> Summary:
    """Index a content folder and publish the result, with what others have published meanwhile as their files say it.

    Raises ContentError where nothing at all can be indexed, Overtaken where another model was put in use meanwhile.
    """
    started = time.perf_counter()
    begun, model = snapshots.standing_id(home), snapshots.standing_embedder(home)
    identity = embedder.identity if embedder else ""
    reading = _read(content)
    wanted = _wanted(reading, home)
    if not wanted.articles:
        first = next((str(problem) for problem in reading.problems if problem.severity == "error"), "there is no published article")
        raise ContentError(f"nothing can be indexed: {first}", where=str(content), fix="run `kb lint`")
    parts = parts_of(wanted, wanted.articles.keys(), embedder, home, progress)
    snapshot = snapshots.make(parts.articles, parts.chunks, parts.vectors, identity, wanted.companions, parts.texts)
    added: Change | None = None

    def catch_up() -> Change | None:
        """What the files say by now that the snapshot does not: whoever publishes an article writes its file first."""
        nonlocal reading, wanted, added
        if snapshots.standing_embedder(home) not in (None, model, identity):
            raise Overtaken("another model was put in use meanwhile", where=str(home), fix="run `kb ingest` again")
        reading = _read(content, reading)
        wanted = _wanted(reading, home)
        found = change_to(snapshot, wanted, embedder, home)
        added = found[0] if found else None
        return added

    snapshot_id = snapshots.publish(snapshot, home, keep, begun, catch_up)
    chunks = chunks_after(snapshot, added) if added else len(parts.chunks)
    return Summary(
        snapshot_id, len(wanted.articles), chunks, len(reading.broken), len(wanted.staying), parts.embedded, time.perf_counter() - started,
        reading.problems,
    )  # fmt: skip


def _wanted(reading: _Reading, home: Path) -> Wanted:
    published = published_snapshot(home) if reading.broken else None
    return wanted_of(reading.usable, reading.texts, reading.broken, published, reading.companions)


def published_snapshot(home: Path) -> Snapshot | None:
    """What articles stay as they are in; None where there is none that can be read."""
    try:
        return snapshots.load_current(home)
    except SnapshotError:
        return None


def chunks_after(before: Snapshot, change: Change) -> int:
    """How many chunks there are with the change."""
    gone = change.gone
    return sum(one.article not in gone for one in before.chunks) + len(change.chunks)


# ---- one article, another model ----------------------------------------------------------------------------------------


def publish_article(content: Path, file: str, before: Snapshot, embedder: Embedder | None, home: Path, keep: int) -> Summary:
    """Publish `before`, the published snapshot, with one file of articles/ as it is now; an article that is not `published` goes.

    What other files say meanwhile is not looked at: their owners publish them. Raises ContentError, also for an article with errors: what is
    published stays then. Raises Overtaken where `before` is no longer the published snapshot.
    """
    started = time.perf_counter()
    if before.embedder != (embedder.identity if embedder else ""):
        raise ContentError("the snapshot was made with another model", where=before.embedder, fix="run `kb ingest`")
    folder = content / "articles"
    raw = read_article(folder / file, folder)
    article, problems = parse(raw) if isinstance(raw, RawArticle) else (None, [raw])
    wrong = next((one for one in problems if one.severity == "error"), None)
    if wrong is not None and (folder / file).exists() and (isinstance(raw, Problem) or status_of(raw.original) == "published"):
        raise ContentError(f"line {wrong.line}: {wrong.what}", where=file, fix=wrong.fix)  # it was spoilt after it was checked
    fresh = {article.id: article} if article is not None and article.status == "published" else {}
    staying = {name: one for name, one in before.articles.items() if one.file != file and name not in fresh}
    texts = {file: raw.original} if isinstance(raw, RawArticle) else {}
    wanted = with_staying(fresh, texts, staying, before, read_companions(content))
    found = change_to(before, wanted, embedder, home)
    seconds = time.perf_counter() - started
    if found is None:
        return Summary(before.id, len(before.articles), len(before.chunks), 0, 0, 0, seconds, tuple(problems))
    change, embedded = found
    snapshot_id = snapshots.publish_change(change, before, home, keep)
    seconds = time.perf_counter() - started
    return Summary(snapshot_id, len(wanted.articles), chunks_after(before, change), 0, 0, embedded, seconds, tuple(problems))


def re_embed(snapshot: Snapshot, embedder: Embedder | None, home: Path, keep: int, progress: Progress | None = None) -> Snapshot:
    """Publish what the published snapshot holds once more, with the vectors of another model; the content folder is not read."""
    texts = [embedded_text(one, snapshot.articles[one.article].title) for one in snapshot.chunks]
    vectors, _ = embed(texts, embedder, home, progress)
    identity = embedder.identity if embedder else ""
    again = snapshots.make(list(snapshot.articles.values()), snapshot.chunks, vectors, identity, snapshot.companions, snapshot.texts)

    def catch_up() -> Change | None:
        now = snapshots.load_current(home, snapshot)
        found = change_to(again, Wanted({}, {}, now.articles, now, now.companions), embedder, home)
        return found[0] if found else None

    snapshots.publish(again, home, keep, snapshot.id, catch_up)
    return snapshots.load_current(home, again)


__all__ = [
    "Summary", "chunks_after", "embedded_text", "ingest", "lint", "publish_article", "published_snapshot", "re_embed",
]  # fmt: skip

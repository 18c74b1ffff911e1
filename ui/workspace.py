"""The content owner's workspace: the files on disk, what is kept aside, what became of each, and the index that agents are answered from.

The files under content/articles are the truth. A change of an article that is published is kept aside, in the store, until somebody publishes
it: agents are answered by the published text meanwhile. An article that was never published is kept on disk from its first draft on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from ingest.authoring import Beginning, Conflict, Status, article_path, read_text, status_of, template, with_status, write
from ingest.build import Summary, embedded_text
from ingest.library import FileOnDisk, Holdings, Library, lint_text
from ingest.lint import key_line, near_duplicates
from ingest.matter import with_values
from ingest.problems import problem
from kb.article_texts import version_of
from kb.errors import ContentError
from kb.models import Article, Problem
from kb.store import Revision, RevisionKind, Store
from ui.begun_from import reason_with
from ui.conflicts import ConflictBoard
from ui.intake import take_in
from ui.services import Services
from ui.usage import UsageCounter, Use

State = Literal["broken", "draft", "review", "retired", "coming", "ended", "in-force"]
Flag = Literal["conflict", "expiring", "stale", "replaced", "unused", "disliked", "warnings", "unindexed", "aside"]
SOON_DAYS: Final = 30
"""Days before its end from which an article counts as expiring."""
_DAY = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""At the end of the id of an article that was begun as a successor."""
MOST_REVISIONS: Final = 500
"""Since an article was last published, among which its authors are looked for."""


class Refused(ContentError):
    """What a rule of the shop, not the file, stands against. `code`: names it, so that a page can word it in the reader's language."""

    def __init__(self, code: str, what: str, *, where: str = "", fix: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.code = code


class Unsound(ContentError):
    """A text with errors is not published. `problems`: what they are."""

    def __init__(self, problems: Sequence[Problem], *, where: str) -> None:
        first = problems[0]
        super().__init__(f"line {first.line}: {first.what}", where=where, fix=first.fix)
        self.problems = tuple(problems)


def state_of(file: FileOnDisk, today: dt.date) -> State:
    """What the article is on a day."""
    article = file.article
    if article is None or file.broken:
        return "broken"
    if article.status != "published":
        return article.status  # type: ignore[return-value]  # the parser lets no other in
    if article.is_coming(today):
        return "coming"
    return "ended" if article.is_over(today) else "in-force"


def followers_of(holdings: Holdings, today: dt.date) -> dict[str, Article]:
    """Id of an article → the published one that takes its place: in force by now, or the first to come."""
    found: dict[str, Article] = {}
    articles = [one.article for one in holdings.files.values() if one.article is not None and not one.broken]
    for article in sorted(articles, key=lambda one: one.valid_from or dt.date.min):
        if article.supersedes and article.status == "published" and not article.is_over(today):
            found.setdefault(article.supersedes, article)
    return found


def flags_of(
    file: FileOnDisk, use: Use, today: dt.date, *, indexed: str | None, aside: bool, conflict: bool = False, follower: Article | None = None
) -> list[Flag]:  # fmt: skip
    """What else an owner should know. indexed: version of the article that agents are answered from; None: none.
    conflict: whether what is published contradicts another article. follower: the published article that takes its place."""
    state, article = state_of(file, today), file.article
    flags: list[Flag] = ["conflict"] if conflict else []
    if article is not None and state == "in-force":
        if article.valid_until is not None and (article.valid_until - today).days <= SOON_DAYS:
            flags.append("expiring")
        if article.is_stale(today):
            flags.append("stale")
        if follower is not None and follower.in_force(today):
            flags.append("replaced")
        elif not use.cited:
            flags.append("unused")
    if use.disliked:
        flags.append("disliked")
    if file.problems and state != "broken":
        flags.append("warnings")
    published = state in ("in-force", "coming", "ended")
    if (file.version if published else None) != indexed and not (state == "broken" and indexed is None):
        flags.append("unindexed")
    if aside:
        flags.append("aside")
    return flags


class Workspace:
    """One for the app. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.content = services.settings.content
        self._library = Library(self.content)
        self.conflicts = ConflictBoard(services)
        self._usage: UsageCounter | None = None
        self._changing = threading.Lock()
        self._indexing = threading.Lock()

    @property
    def store(self) -> Store:
        return self.services.store

    def holdings(self) -> Holdings:
        """The files as they lie there now. Raises ContentError without a folder of articles."""
        return self._library.read(self.services.answerer.snapshot.companions)

    def warm(self) -> None:
        """Read the files once, so that the first owner to publish does not wait until all of them are parsed."""
        with contextlib.suppress(ContentError):  # whoever opens the page is told
            self.holdings()

    def usage(self) -> UsageCounter:
        if self._usage is None:
            self._usage = UsageCounter(self.store)
        return self._usage

    @property
    def second_person(self) -> bool:
        """Whether somebody other than the author publishes."""
        return self.holdings().companions.shop.review.second_person

    # ---- looking ---------------------------------------------------------------------------------------------------------

    def file(self, file: str) -> FileOnDisk:
        """Raises ContentError where there is no such file."""
        found = self.holdings().files.get(file)
        if found is None:
            raise ContentError("there is no such article", where=file, fix="look at the list again")
        return found

    def head(self, file: str) -> tuple[str | None, Revision | None]:
        """(what an author goes on from: the text kept aside, else the file's; what is kept aside). None of a file that is not there."""
        aside = self.store.drafts_aside([file]).get(file)
        return (aside.text if aside else read_text(self.content, file)), aside

    def lint(self, file: str, text: str) -> FileOnDisk:
        """The text with its problems, as if it lay there; also whether another published article says the same."""
        article_path(self.content, file)
        holdings = self.holdings()
        found = lint_text(file, text, holdings)
        beside = [*self._gap(found), *self._doubles(found)]
        if not beside:
            return found
        return dataclasses.replace(found, problems=tuple(sorted([*found.problems, *beside], key=lambda problem: problem.line)))

    def _gap(self, file: FileOnDisk) -> list[Problem]:
        """Whether publishing this text would take away what agents are answered from today, before the new text begins."""
        article, today = file.article, self.services.today()
        published = self.services.answerer.snapshot.articles.get(article.id) if article is not None else None
        if article is None or article.valid_from is None or published is None or not (article.is_coming(today) and published.in_force(today)):
            return []
        line = key_line(file.text.splitlines(), "valid_from")
        return [problem("leaves-a-gap", file.file, line, "warning", key="valid_from", since=article.valid_from.isoformat())]

    def _doubles(self, file: FileOnDisk) -> list[Problem]:
        searcher = self.services.answerer.searcher
        if file.article is None or searcher.embedder is None:
            return []
        snapshot, title = searcher.snapshot, file.article.title
        vectors = searcher.embedder.encode_passages([embedded_text(one, title) for one in file.chunks])
        articles = [one.article for one in snapshot.chunks]
        return near_duplicates(file.article, vectors, snapshot.articles, articles, snapshot.vectors, self.services.today())

    # ---- changing --------------------------------------------------------------------------------------------------------

    def begin(self, beginning: Beginning, by: str) -> str:
        """A new article's draft from the template; gives back its file. Raises Conflict where there is one already."""
        file = f"{beginning.id}.md"
        if any(one.id == beginning.id for one in self.holdings().files.values()):
            raise Conflict("there is an article with this id already", "", where=file)
        with self._changing:
            text = template(beginning, self.services.today())
            self._write(file, text, None, "save", reason_with(beginning.questions), by, base="")
        return file

    def succeed(self, file: str, text: str, by: str) -> str:
        """Put a text that is to hold from a later day beside the article as the draft that supersedes it; gives back the draft's file.

        Raises Refused without a day to come, Conflict where that draft is there already.
        """
        found = self.lint(file, text)
        old, since = self.file(file).id, found.article.valid_from if found.article is not None else None
        if since is None or since <= self.services.today():
            raise Refused("no-later-day", "valid_from names no later day", where=file, fix="give the day from which the new text holds")
        new = f"{re.sub(_DAY, '', old)}-{since}"
        text = with_values(with_status(text, "draft"), {"id": new, "supersedes": old})
        if any(one.id == new for one in self.holdings().files.values()):
            raise Conflict("there is an article with this id already", "", where=f"{new}.md")
        with self._changing:
            self._write(f"{new}.md", text, None, "save", "", by, base="")
        return f"{new}.md"

    def take_in(self, texts: Mapping[str, str], by: str, source: str) -> None:
        """Write new articles' files, all of them or none. Raises ImportRefused for an id that is taken, ContentError where one cannot be written.

        source: name of the file that they came from; becomes the history's message.
        """
        with self._changing:
            take_in(self.content, self.holdings(), self.store, texts, by, source)

    def save(self, file: str, text: str, opened: str, status: Status, message: str, by: str) -> Summary | None:
        """Put the text into the file with that status, or aside; what agents are answered from follows where it should.

        opened: version that the author opened. Raises Conflict, Refused, Unsound and ContentError; then nothing has changed.
        """
        with self._changing:
            disk, aside = read_text(self.content, file), self.store.drafts_aside([file]).get(file)
            head = aside.text if aside else disk
            self._demand_opened(file, head, opened, aside)
            text = with_status(text, status)
            live = disk is not None and status_of(disk) == "published"
            if status in ("draft", "review") and live:
                assert disk is not None
                self._keep_aside(file, text, version_of(disk), aside, message, by)
                return None
            if aside is not None and disk is not None and aside.base != version_of(disk):
                raise Conflict("the file was edited elsewhere after this draft was begun", disk, where=file)
            if status == "published":
                self._demand_sound(file, text)
                self._demand_second_person(file, text, head, by)
            kind: RevisionKind = {"published": "publish", "retired": "retire"}.get(status, "save")  # type: ignore[assignment]
            self._write(file, text, version_of(disk) if disk is not None else None, kind, message, by, base=opened)
        return self._index_one(file) if status == "published" or live else None

    def discard(self, file: str, by: str) -> None:
        """Drop what is kept aside; the history keeps it."""
        with self._changing:
            _, aside = self.head(file)
            if aside is None:
                raise Refused("nothing-aside", "nothing is kept aside", where=file, fix="look at the article again")
            self._note(file, aside.text, "discard", "", by, aside.base)

    def roll_back(self, file: str, revision: int, opened: str, by: str) -> Summary | None:
        """Write an old text as the newest, in the stage that the file is in now. Raises as `save` does."""
        old = self.store.revision(revision)
        if old is None or old.file != file:
            raise ContentError("there is no such revision", where=file, fix="look at the history again")
        with self._changing:
            disk, aside = read_text(self.content, file), self.store.drafts_aside([file]).get(file)
            self._demand_opened(file, aside.text if aside else disk, opened, aside)
            status: Status = status_of(disk) if disk is not None else "draft"
            was_published = old.kind in ("publish", "rollback", "elsewhere") and status_of(old.text) == "published"
            if status == "published" and self.second_person and not was_published:
                raise Refused("never-published", "this text was never published", where=file, fix="open it as a draft and hand it in for review")
            text = with_status(old.text, status)
            if status == "published":
                self._demand_sound(file, text)
            self._write(file, text, version_of(disk) if disk is not None else None, "rollback", str(old.id), by, base=opened)
        return self._index_one(file) if status == "published" else None

    def index(self) -> Summary:
        """Index the folder and publish the snapshot; note what was edited elsewhere. One at a time: others wait."""
        with self._indexing:
            summary = self.services.ingest()
            self.services.latest()
        self.note_elsewhere()
        return summary

    def _index_one(self, file: str) -> Summary:
        """What agents are answered from, with this file as it is now: what others are writing is not published by the way."""
        with self._indexing:
            summary = self.services.publish_article(file)
            self.services.latest()
        return summary

    def note_elsewhere(self) -> int:
        """A revision of every file that another program has changed, or that is seen for the first time; how many."""
        return note_elsewhere(self.holdings(), self.store)

    # ---- within ----------------------------------------------------------------------------------------------------------

    def _demand_opened(self, file: str, head: str | None, opened: str, aside: Revision | None) -> None:
        if head is None:
            raise Conflict("the article has been deleted meanwhile", "", where=file)
        if version_of(head) != opened:
            last = aside or next(iter(self.store.revisions(file, limit=1)), None)
            who = last.by if last is not None and last.version == version_of(head) and last.by else "somebody else"
            raise Conflict(f"{who} has changed the article meanwhile", head, where=file, by="" if who == "somebody else" else who)

    def _demand_sound(self, file: str, text: str) -> None:
        errors = [problem for problem in lint_text(file, text, self.holdings()).problems if problem.severity == "error"]
        if errors:
            raise Unsound(errors, where=file)

    def _demand_second_person(self, file: str, text: str, head: str | None, by: str) -> None:
        """Where the shop wants it: what was handed in for review, unchanged, and published by somebody who wrote none of it."""
        if not self.second_person:
            return
        if head is None or status_of(head) != "review":
            raise Refused("review-first", "the shop wants a second person's review", where=file, fix="hand it in for review first")
        if _bare(text) != _bare(head):
            raise Refused("not-reviewed", "this is not the text that was handed in for review", where=file, fix="hand your change in for review")
        if by in self._authors(file):
            raise Refused("own-text", "the shop wants a second person to publish what you wrote", where=file, fix="ask a colleague to review it")

    def _authors(self, file: str) -> set[str]:
        """Who changed more than the status since the article was last published. Raises Refused where its history is too long to tell."""
        revisions = self.store.revisions(file, limit=MOST_REVISIONS)
        authors: set[str] = set()
        for one, before in zip(revisions, [*revisions[1:], None], strict=False):
            if one.kind in ("publish", "rollback") and status_of(one.text) == "published":
                return authors
            if one.kind in ("draft", "save", "retire", "rollback") and (before is None or _bare(one.text) != _bare(before.text)):
                authors.add(one.by)
        if len(revisions) == MOST_REVISIONS:
            what = "too many changes since it was last published to tell who wrote it"
            raise Refused("too-many-changes", what, where=file, fix="begin a new article from this text")
        return authors

    def _keep_aside(self, file: str, text: str, disk_version: str, aside: Revision | None, message: str, by: str) -> None:
        self._note_file(file)
        if aside is None or aside.text != text:
            self._note(file, text, "draft", message, by, aside.base if aside else disk_version)

    def _write(self, file: str, text: str, opened: str | None, kind: RevisionKind, message: str, by: str, *, base: str) -> None:
        self._note_file(file)
        write(self.content, file, text, opened)
        written = read_text(self.content, file)
        self._note(file, text if written is None else written, kind, message, by, base)

    def _note(self, file: str, text: str, kind: RevisionKind, message: str, by: str, base: str) -> None:
        self.store.add_revision(Revision(file, dt.datetime.now(dt.UTC), by, kind, message.strip(), text, version_of(text), base))

    def _note_file(self, file: str) -> None:
        """What the file says now, where its history does not have it."""
        text = read_text(self.content, file)
        last = next((one for one in self.store.revisions(file, limit=20) if one.kind not in ("draft", "discard")), None)
        if text is not None and "\x00" not in text and (last is None or last.version != version_of(text)):
            self._note(file, text, "elsewhere", "", "", last.version if last else "")


def note_elsewhere(holdings: Holdings, store: Store) -> int:
    """A revision of every file that another program has changed, or that is seen for the first time; how many."""
    last, made, now = store.last_revisions(), 0, dt.datetime.now(dt.UTC)
    for one in holdings.files.values():
        if one.version and last.get(one.file) != one.version:
            store.add_revision(Revision(one.file, now, "", "elsewhere", "", one.text, one.version, last.get(one.file, "")))
            made += 1
    return made


def _bare(text: str) -> str:
    """The text whatever its status and line ends are."""
    try:
        return with_status(text.removeprefix("\ufeff").replace("\r\n", "\n"), "draft").rstrip()
    except ContentError:
        return text


__all__ = ["Flag", "Refused", "State", "Unsound", "Workspace", "flags_of", "followers_of", "note_elsewhere", "state_of"]

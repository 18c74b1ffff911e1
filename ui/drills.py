"""All drills of a shop: those that trainers wrote, and those made of golden questions, of replies rated right and of articles' changes."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from kb.errors import YoujuError
from kb.models import Language
from kb.snapshot import Snapshot
from kb.store import Revision
from kb.training.drill import Drill, Origin
from kb.training.drill_files import DrillFile, drill_paths, lint_drill, read_drills, write_drill
from kb.training.drill_lint import Shop
from kb.training.from_changes import Asked, asked_before, drill_of_change, sources_of
from kb.training.from_questions import drill_of_question
from kb.training.from_replies import drill_of_reply
from ui.golden import Golden, read_golden
from ui.services import Services

MADE_FOR: Final = 600.0
"""Seconds for which the drills that were made of the store are used before it is looked at again."""
CHANGED_WITHIN: Final = dt.timedelta(days=60)
"""Of articles' changes that are drilled."""
USED_WITHIN: Final = dt.timedelta(days=120)
"""Before a change, in which answers from the old text are looked for."""
MOST_ASKS: Final = 2_000
MOST_RATED: Final = 300
Made = TypeVar("Made")


class Drills:
    """One for the app. Thread-safe. Files are read again when one of them, or what is published, changes."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._content = services.settings.content
        self._reading = threading.RLock()
        self._kept: dict[str, tuple[Any, Any]] = {}
        """What was read last, each with the stamp of what it was read from."""

    # ---- what there is -----------------------------------------------------------------------------------------------------

    def all(self) -> dict[str, Drill]:
        """By id; what was written comes first."""
        written = {file.name: file.drill for file in self.files() if file.drill is not None}
        return written | self._from_store() | self._golden()

    def warm(self) -> None:
        """Read them once, so that the first trainee does not wait; a broken store or folder is told to whoever opens the page."""
        with contextlib.suppress(YoujuError):
            self.all()

    def files(self) -> list[DrillFile]:
        """What lies in content/drills, broken ones too."""
        stamp = (_stamp(drill_paths(self._content)), self.services.answerer.snapshot.id, self.services.today())
        return self._once("files", stamp, lambda: read_drills(self._content, self.shop(), self.services.today()))

    def next_for(self, name: str, language: Language | None = None, topic: str = "", origin: Origin | None = None) -> Drill | None:
        """One that the person has done least: what changed since they used it first, then written ones; None where there is none."""
        open_ones = [
            one
            for one in self.all().values()
            if language in (None, one.language) and topic in ("", one.category) and origin in (None, one.origin)
        ]  # fmt: skip
        if not open_ones:
            return None
        done = self.services.store.times_done(name)

        def turn(one: Drill) -> tuple[bool, int, bool]:
            return (name not in one.meant_for or done[one.id] > 0, done[one.id], one.origin == "golden")

        first = min(map(turn, open_ones))
        return random.choice([one for one in open_ones if turn(one) == first])

    # ---- writing -----------------------------------------------------------------------------------------------------------

    def shop(self) -> Shop:
        """What drills are held to: the articles as they are published."""
        snapshot = self.services.answerer.snapshot
        return self._once("shop", snapshot.id, lambda: Shop.of_chunks(snapshot.articles, snapshot.chunks, snapshot.companions))

    def lint(self, name: str, text: str) -> DrillFile:
        """A text as if it lay there."""
        return lint_drill(name, text, self.shop(), self.services.today())

    def save(self, name: str, text: str, opened: str | None) -> str:
        """Write a drill; gives back its version. Raises DrillConflict and ContentError."""
        return write_drill(self._content, name, text, opened)

    # ---- made of what the shop has -----------------------------------------------------------------------------------------

    def _golden(self) -> dict[str, Drill]:
        snapshot = self.services.answerer.snapshot
        stamp = (_stamp((self._content / "questions").glob("*.yaml")), snapshot.id)
        return self._once("golden", stamp, lambda: _of_questions(read_golden(self._content).questions, snapshot))

    def _from_store(self) -> dict[str, Drill]:
        stamp = (int(time.monotonic() / MADE_FOR), self.services.answerer.snapshot.id)
        return self._once("store", stamp, lambda: {one.id: one for one in [*self._changes(), *self._rated()]})

    def _changes(self) -> list[Drill]:
        """One for each article's last change."""
        articles = {one.file: one for one in self.services.answerer.snapshot.articles.values()}
        found: dict[str, Drill] = {}
        for before, after in self.services.store.changes_since(dt.datetime.now(dt.UTC) - CHANGED_WITHIN):
            article = articles.get(after.file)
            if article is None or after.version != article.version or article.audience != "public" or article.id in found:
                continue
            asked, people = self._answered_from(before, after, article.id)
            drill = drill_of_change(before, after, article, [*asked, *self._golden_about(article.id)], people)
            if drill is not None:
                found[article.id] = drill
        return list(found.values())

    def _answered_from(self, before: Revision, after: Revision, article: str) -> tuple[list[Asked], set[str]]:
        """(questions that the old text answered, who asked them)."""
        asks = self.services.store.asks(since=after.at - USED_WITHIN, until=after.at, limit=MOST_ASKS)
        used = [one for one in asks if sources_of(one, article, before.version)]
        return asked_before(used, article, before.version), {one.by for one in used}

    def _golden_about(self, article: str) -> list[Asked]:
        about = [one for one in self._golden().values() if article in one.articles and not one.history]
        return [Asked(one.turns[0], one.language, " ".join(wording for fact in one.must_mention for wording in fact)) for one in about]

    def _rated(self) -> list[Drill]:
        """Of real questions whose replies were rated right."""
        store, articles = self.services.store, self.services.answerer.snapshot.articles
        found = []
        for answer_id in dict.fromkeys(one.answer_id for one in store.feedback(limit=MOST_RATED) if one.verdict == "right"):
            ask = store.ask(answer_id)
            if ask is None or ask.erased_at is not None or ask.answer.get("asker") == "agent":
                continue
            sent = next((one.text for one in store.replies(answer_id=answer_id, limit=1)), str(ask.answer.get("draft", "")))
            drill = drill_of_reply(ask, sent, articles)
            if drill is not None:
                found.append(drill)
        return found

    def _once(self, name: str, stamp: Any, make: Callable[[], Made]) -> Made:
        """What was made last for this stamp; made anew where the stamp is another one."""
        with self._reading:
            kept = self._kept.get(name)
            if kept is None or kept[0] != stamp:
                kept = self._kept[name] = (stamp, make())
        made: Made = kept[1]
        return made


def _of_questions(questions: Iterable[Golden], snapshot: Snapshot) -> dict[str, Drill]:
    categories = {article.id: article.category for article in snapshot.articles.values()}
    asked = [one for one in questions if one.question.asker == "customer"]
    return {drill.id: drill for one in asked for drill in [drill_of_question(one.file.removesuffix(".yaml"), one.question, categories)]}


def _stamp(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    found = []
    for path in sorted(paths):
        try:
            state = path.stat()
        except OSError:  # it went while we looked
            continue
        found.append((path.name, state.st_mtime_ns, state.st_size))
    return tuple(found)


__all__ = ["Drills"]

"""What is kept of an answer, off the path that the asker waits on: the ask, and the articles' texts that it cites."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from kb.models import Answer, Source, Turn
from kb.snapshot import Snapshot
from kb.store import Ask
from retriever.llm_events import EXTRACTIVE
from ui.api.bodies import ANSWER
from ui.api.problems import Refusal
from ui.services import Services
from ui.session import Identity

RECENT: Final = 2_000
"""Answers held in memory as they were given. What the store keeps is masked, and a check needs the customer's own numbers."""


def actor(identity: Identity) -> str:
    """Who did something, as the store keeps it. Programs are told apart from people of the same name."""
    return f"client:{identity.name}" if identity.via == "token" else identity.name


class Recording:
    """Keeps answers, and finds them again. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recent: OrderedDict[str, tuple[str, Answer]] = OrderedDict()
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def keep(
        self, answer: Answer, identity: Identity, *, history: Sequence[Turn] = (), channel: str = "", conversation: str = "", drafter: str = EXTRACTIVE
    ) -> None:  # fmt: skip
        """Remember the answer, and hand it to the recorder with the snapshot whose articles it cites: the recorder copies their texts."""
        by = actor(identity)
        self._remember(answer, by)
        self._services.recorder.add_ask(
            Ask(
                id=answer.id, at=dt.datetime.now(dt.UTC), by=by, channel=channel, conversation=conversation, question=answer.question,
                history=tuple(history), as_of=answer.as_of, answer=answer.as_json(), snapshot=answer.snapshot, drafter=drafter,
                timings_ms=dict(answer.timings_ms),
            ),
            self._snapshot_of(answer),
        )  # fmt: skip

    def answer(self, answer_id: str, identity: Identity) -> Answer:
        """The answer as it was given, or masked as the store keeps it. Refuses with 404 what is none, or a stranger's."""
        with self._lock:
            by, answer = self._recent.get(answer_id, ("", None))
        if answer is not None and _may_see(by, identity):
            return answer
        return ANSWER.validate_python(self.ask(answer_id, identity).answer)

    def extended(self, given: Answer, identity: Identity) -> Answer:
        """The answer as it was given out, with those of the sources added to it since that stand in an article which customers may be told of.

        What a reply is checked against and recorded with must not be made up by whoever sends it.
        """
        own, snapshot = self.answer(given.id, identity), self._services.answerer.snapshot
        taken = {source.n for source in own.sources}
        added = tuple(source for source in given.sources if source.n not in taken and _stands(source, snapshot))
        return dataclasses.replace(own, sources=(*own.sources, *added))

    def ask(self, answer_id: str, identity: Identity, *, erased: bool = False) -> Ask:
        """What the store keeps of an answer. A program sees what it asked itself, people what the shop asked. erased: also where its texts are gone."""
        ask = self._services.recorder.ask(answer_id)
        if ask is None or not _may_see(ask.by, identity) or (ask.erased_at is not None and not erased):
            raise Refusal(404, "there is no such answer")
        return ask

    def read(self, answer_id: str, identity: Identity, *, erased: bool = False) -> Ask:
        """As `ask`, to be read whole. Refuses with 404 also what somebody else asked and this reader may not see: nobody learns which ids there are."""
        ask = self.ask(answer_id, identity, erased=erased)
        if not may_read(ask.by, identity):
            raise Refusal(404, "there is no such answer")
        return ask

    def _remember(self, answer: Answer, by: str) -> None:
        with self._lock:
            self._recent[answer.id] = (by, answer)
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _snapshot_of(self, answer: Answer) -> Snapshot:
        """The snapshot that gave the answer, also where another was published since; else the one served now."""
        current, before = self._services.answerer.snapshot, self._snapshot
        self._snapshot = current
        return before if before is not None and before.id == answer.snapshot else current


def _stands(source: Source, snapshot: Snapshot) -> bool:
    article = snapshot.articles.get(source.article)
    if article is None or article.version != source.version or article.audience == "agent" or not source.quote.strip():
        return False
    return any(chunk.article == article.id and source.quote in chunk.quote for chunk in snapshot.chunks)


def may_read(by: str, identity: Identity) -> bool:
    """Whether an answer, and all that came of it, is shown: agents and programs read what they asked themselves, others what the shop asked."""
    return by == actor(identity) or (identity.via != "token" and identity.role != "agent")


def _may_see(by: str, identity: Identity) -> bool:
    return identity.via != "token" or by == actor(identity)


__all__ = ["EXTRACTIVE", "Recording", "actor", "may_read"]

"""Wires exercises to the shop: golden questions, the checks, the articles' passages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import uuid
from collections import Counter
from typing import Final

from kb.errors import YoujuError
from kb.models import Language, ReplyLanguage, Source
from kb.questions import Question, read_questions
from kb.store import Attempt
from kb.training.practice import Score, score
from ui.services import Services

USUAL_TARGET: Final = 180
"""Seconds, where the shop names no channel's target."""


class Practice:
    """Exercises over the shop's golden questions that customers ask. Files are read again when one of them changes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stamp: tuple[tuple[str, int], ...] = ()
        self._exercises: dict[str, Question] = {}

    def exercises(self) -> dict[str, Question]:
        """By id; a broken file is left out (`kb eval` says what is wrong with it)."""
        paths = sorted((self._services.settings.content / "questions").glob("*.yaml"))
        stamp = tuple((path.name, path.stat().st_mtime_ns) for path in paths)
        if stamp != self._stamp:
            found: dict[str, Question] = {}
            for path in paths:
                try:
                    found |= {f"{path.stem}/{one.id}": one for one in read_questions(path) if one.asker == "customer"}
                except YoujuError:
                    continue
            self._exercises, self._stamp = found, stamp
        return self._exercises

    @property
    def target_s(self) -> int:
        """The first channel's target."""
        targets = [one.target_seconds for one in self._services.answerer.snapshot.companions.shop.channels if one.target_seconds]
        return targets[0] if targets else USUAL_TARGET

    def next_for(self, name: str, lang: Language | None) -> tuple[str, Question] | None:
        """Any of the exercises that the person has done least; None where there is none."""
        done = Counter(attempt.exercise for attempt in self._services.store.attempts(by=name))
        open_ones = [(key, one) for key, one in self.exercises().items() if lang is None or one.lang == lang]
        if not open_ones:
            return None
        least = min(done[key] for key, _ in open_ones)
        return random.choice([pair for pair in open_ones if done[pair[0]] == least])

    def attempt(self, name: str, key: str, reply: str, seconds: float, lang: ReplyLanguage) -> tuple[Attempt, Score, str]:
        """Score a reply, doubts worded in `lang`, and keep it: (what was kept, the score, the desk's own draft). Raises KeyError for an unknown exercise."""
        question = self.exercises()[key]
        answer = self._services.ask(question.text, history=question.turns(), as_of=question.as_of)
        evidence = self._passages(question, len(answer.sources) + 1)
        disclaimers = self._disclaimers(question, answer.reply_lang)
        doubts = self._services.check(reply, dataclasses.replace(answer, sources=(*answer.sources, *evidence), disclaimers=()), lang)
        scored = score(question, reply, seconds, self.target_s, doubts, evidence, disclaimers)
        kept = Attempt(
            uuid.uuid4().hex, dt.datetime.now(dt.UTC), name, key, reply, seconds, scored.score, scored.passed, [p.as_json() for p in scored.points]
        )
        self._services.store.add_attempt(kept)
        return kept, scored, answer.draft

    def _passages(self, question: Question, first: int) -> list[Source]:
        """Every passage of the articles that a right answer rests on, numbered from `first`."""
        snapshot, wanted = self._services.answerer.snapshot, {*question.expect.articles.all_of, *question.expect.articles.any_of}
        found: list[Source] = []
        for chunk in snapshot.chunks:
            if chunk.article in wanted:
                article = snapshot.articles[chunk.article]
                found.append(article.source(first + len(found), chunk.section, chunk.lines, chunk.quote, self._services.today()))
        return found

    def _disclaimers(self, question: Question, lang: ReplyLanguage) -> dict[str, str]:
        known = self._services.answerer.snapshot.companions.disclaimers
        return {one: known[one][lang] for one in question.expect.disclaimers if one in known}


__all__ = ["USUAL_TARGET", "Practice"]

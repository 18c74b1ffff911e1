"""The demonstration's practice: new agents who take two courses for three weeks and get better, scored and certified as anybody is."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from kb.evaluation import stands_in
from kb.models import ReplyLanguage
from kb.store import DEMO, Assignment, Attempt, Course, User
from kb.text import convert, script
from kb.training.courses import Task
from kb.training.drill import Drill, Situation
from kb.training.scoring import Replied, Score
from kb.training.service_wording import wordings
from retriever.checks import CITATION
from retriever.phrases import phrase
from ui.demo.edits import bare, shortened
from ui.drill_scoring import scored, target_of
from ui.drills import Drills
from ui.insights import zone_of
from ui.plans import Plans
from ui.roster import DEMO_GROUP, demo_trainees
from ui.services import Services

TRAINER: Final = f"{DEMO}tess"
DAYS: Final = 21
DILIGENCE: Final = (30, 22, 14, 6)
"""Drills that the trainees do: who does few does not get through a course."""
LEARNT: Final = 0.25
"""By how much likelier a reply is right each time one has read the score of the same drill."""
MOST_DRILLS: Final = 16
"""Different ones of those that no course asks for: scoring each takes a moment."""


def practise(services: Services, now: dt.datetime, generator: random.Random) -> dict[str, int]:
    """Fill the store with courses, what trainees wrote and what they earned by it; gives back how many records of each kind were made.

    Each does what their plan asks for at the time, and something else where it asks for nothing.
    """
    drills = Drills(services)
    written = [one.drill for one in drills.files() if one.drill is not None]
    if not written:
        return {}
    plans = Plans(services, drills)
    courses = _courses(services, written, plans.topics(), now)
    beside = generator.sample(written, min(MOST_DRILLS, len(written)))
    skill = {person.name: generator.uniform(0.2, 0.5) for person in demo_trainees()}
    known: dict[tuple[str, int], tuple[list[str], Score]] = {}
    attempts = certificates = 0
    done: Counter[tuple[str, str]] = Counter()
    for at, person in _moments(now, zone_of(services), generator):
        task = _due(plans, person, at)
        drill = drills.all()[task.drill] if task else generator.choice(beside)
        level = _level(skill[person.name] + LEARNT * done[person.name, drill.id], generator)
        done[person.name, drill.id] += 1
        if (drill.id, level) not in known:
            known[drill.id, level] = _done(services, drill, level)
        replies, result = known[drill.id, level]
        seconds = target_of(services, drill) * generator.uniform(0.3, 1.1)
        services.store.add_attempt(_attempt(f"{DEMO}p{attempts:04}", person.name, at, drill, replies, result, seconds, task))
        attempts += 1
        certificates += len(plans.settle(person.name, at))
    return {"courses": len(courses), "attempts": attempts, "certificates": certificates}


def _courses(services: Services, written: Sequence[Drill], pool: Mapping[str, int], now: dt.datetime) -> list[Course]:
    """One for the whole group, whose last day is over; one that two of them take beside, of a topic that the first leaves out.

    pool: topic → drills that there are, those that nobody wrote too.
    """
    store, today, begun = services.store, services.today(), now - dt.timedelta(days=DAYS + 1)
    sizes = Counter(one.category for one in written if one.category)
    topics = sorted(sizes, key=lambda topic: (-sizes[topic], topic))
    first, second = tuple(topics[:3]), tuple(topics[3:4] or topics[:1])
    made = [
        store.add_course(Course(title, about, min(most, sum(pool[one] for one in about)), mark, today + dt.timedelta(days=days), begun, TRAINER, about))
        for title, about, most, mark, days in (
            ("示範:新同事第一課 · Demonstration: the first course", first, 5, 70, -3),
            ("示範:旺季之前 · Demonstration: before the peak", second, 3, 80, 12),
        )
    ]  # fmt: skip
    people = [one.name for one in demo_trainees()[::3]]
    store.assign(
        [Assignment(made[0].id, "group", DEMO_GROUP, begun, TRAINER), *(Assignment(made[1].id, "person", one, begun, TRAINER) for one in people)]
    )
    return made


def _moments(now: dt.datetime, zone: dt.tzinfo, generator: random.Random) -> list[tuple[dt.datetime, User]]:
    """(when, who), oldest first; within the shop's working hours."""
    found = []
    for person, number in zip(demo_trainees(), DILIGENCE, strict=True):
        for one in range(number):
            day = (now - dt.timedelta(days=DAYS - int(DAYS * one / number))).astimezone(zone).date()
            opened = dt.datetime.combine(day, dt.time(9), zone)
            found.append((opened + dt.timedelta(minutes=generator.randrange(540)), person))
    return sorted(found, key=lambda one: one[0])


def _due(plans: Plans, person: User, at: dt.datetime) -> Task | None:
    """What stands first in their plan; None where nothing is due."""
    return next((one for one in plans.of(person, at).tasks if one.due is None or one.due <= at), None)


def _level(skill: float, generator: random.Random) -> int:
    """0: nothing of substance, 1: a part, 2: all of it."""
    return 2 if generator.random() < skill else 1 if generator.random() < 0.7 else 0


def _done(services: Services, drill: Drill, level: int) -> tuple[list[str], Score]:
    seconds = target_of(services, drill) * 0.6 / len(drill.turns)
    if level == 2:
        missing = scored(services, drill, [Replied("…", seconds) for _ in drill.turns], "zh-Hant").score
        replies = [_whole(services, drill, missing), *(_AND_THEN[_language(drill)] for _ in drill.turns[1:])]
    else:
        drafts = [services.ask(turn, history=drill.history, as_of=drill.as_of).draft for turn in drill.turns]
        replies = [CITATION.sub("", shortened(draft) if level == 1 else bare(draft)) for draft in drafts]
    return replies, scored(services, drill, [Replied(text, seconds) for text in replies], "zh-Hant").score


_AND_THEN: Final[dict[ReplyLanguage, str]] = {
    "zh-Hant": "您好!對的,多謝您再確認。如有其他問題,歡迎告訴我們。",
    "zh-Hans": "您好!对的,谢谢您再确认。如有其他问题,欢迎告诉我们。",
    "en": "Hello! Yes, that is right, thank you for asking. Please let us know if you need anything else.",
}


def _whole(services: Services, drill: Drill, missing: Score) -> str:
    """What the drill looks for: the tone it asks for, the articles' own sentences, the disclaimers."""
    lang = _language(drill)
    tone = [_example(what, lang) for what in drill.situation]
    said = [_worded(services, point.quote, lang, drill.must_not_say) or point.detail for point in missing.points if point.kind == "fact"]
    required = [point.detail for point in missing.points if point.kind == "disclaimer"]
    gap, stop = (" ", ".") if lang == "en" else ("", "。")
    sentences = [convert(one, lang).rstrip(".。 ") + stop for one in dict.fromkeys([*tone, *said]) if one]
    opening, closing = phrase("greeting-warm", lang), phrase("closing-warm", lang)
    return "\n\n".join([f"{opening}{gap.join([*sentences, closing])}", *required])


def _example(what: Situation, lang: ReplyLanguage) -> str:
    """Of the wording that a situation asks for; '' where there is none in the language."""
    return next((one for one in wordings()[what].examples if (script(one) == "en") == (lang == "en")), "")


def _worded(services: Services, quote: str, lang: ReplyLanguage, wrong: Sequence[str]) -> str:
    """An article's sentence in the language: as approved in it, or its own; '' where there is neither, or where it holds what is not to be said."""
    chunk = next((one for one in services.answerer.snapshot.chunks if quote and one.quote == quote), None)
    approved = next((reply.text for reply in chunk.replies if reply.lang == lang), "") if chunk else ""
    own = quote if quote and (script(quote) == "en") == (lang == "en") and "|" not in quote else ""
    return next((one for one in (approved, own) if one and not any(stands_in(each, one) for each in wrong)), "")


def _language(drill: Drill) -> ReplyLanguage:
    return "zh-Hant" if drill.language == "yue" else drill.language


def _attempt(
    id: str, person: str, at: dt.datetime, drill: Drill, replies: Sequence[str], result: Score, seconds: float, task: Task | None
) -> Attempt:  # fmt: skip
    each = round(seconds / len(replies), 1)
    turns = [{"customer": asked, "reply": text, "seconds": each} for asked, text in zip(drill.turns, replies, strict=False)]
    return Attempt(
        id, at, person, drill.id, "\n\n".join(replies), round(seconds, 1), result.score, result.passed, [point.as_json() for point in result.points],
        drill.title, drill.category, drill.language, turns, task.course if task else None,
    )  # fmt: skip


__all__ = ["TRAINER", "practise"]

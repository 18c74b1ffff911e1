"""The demonstration's chats: who asked what and when, what agents made of the drafts, what they said of them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from kb.models import Answer, ReplyLanguage, Turn
from kb.store import DEMO, Ask, Feedback, Reply
from retriever.llm_events import EXTRACTIVE
from ui.demo.edits import edited, handed_on
from ui.demo.messages import Asked, recorded
from ui.demo.traffic import TradingDay, busy, moments

AGENTS: Final = tuple(f"{DEMO}{name}" for name in ("mei", "kit", "anna", "lok", "siu"))
RISING_DAYS: Final = 7
"""In which some topics are asked more than before."""
_RISING: Final = 3
"""Articles that are asked about more often lately."""
_MESSAGES: Final = 3
"""That such an article answers at least."""
_TIMES: Final = 12.0
_SELDOM: Final = 0.45
"""Questions that no article answers are rarer than golden sets have them."""
_WRONG: Final[dict[ReplyLanguage, str]] = {"zh-Hant": "不是客人所問", "zh-Hans": "不是客人所问", "en": "Not what the customer asked"}


@dataclass(slots=True)
class Chats:
    """Records, in the order in which they happened."""

    asks: list[Ask] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where customers write."""

    id: str
    target_s: int | None


class Storyteller:
    """Makes one history. The same messages, days and seed make the same one."""

    def __init__(self, messages: Sequence[Asked], channels: Sequence[Channel], zone: ZoneInfo, now: dt.datetime, generator: random.Random) -> None:
        self._messages, self._channels, self._zone, self._now, self._generator = messages, channels or [Channel("", None)], zone, now, generator
        self._channel_weights = [0.45**n for n in range(len(self._channels))]
        by_popularity = generator.sample(range(len(messages)), len(messages))
        self._weights = [(_SELDOM if one.answer.abstain else 1) / (4 + rank) ** 0.8 for one, rank in zip(messages, by_popularity, strict=True)]
        answering = Counter(one.article for one in messages if one.article)
        articles = sorted(article for article, number in answering.items() if number >= _MESSAGES)
        rising = set(generator.sample(articles, min(_RISING, len(articles))))
        self._rising_weights = [weight * (_TIMES if one.article in rising else 1) for one, weight in zip(messages, self._weights, strict=True)]
        self._follows = {one.text: one for one in messages}
        self.chats = Chats()

    def tell(self, days: Sequence[TradingDay]) -> Chats:
        for day in days:
            for at in moments(day.date, day.questions, self._zone, self._generator):
                if at < self._now:
                    self._contact(at)
        return self.chats

    def _contact(self, at: dt.datetime) -> None:
        """A customer writes; some write again."""
        lately = at > self._now - dt.timedelta(days=RISING_DAYS)
        [message] = self._generator.choices(self._messages, self._rising_weights if lately else self._weights)
        [channel] = self._generator.choices(self._channels, self._channel_weights)
        agent, chat = self._generator.choice(AGENTS), f"{DEMO}c{len(self.chats.asks):05}"
        self._turn(message, at, channel, agent, chat)
        again = self._generator.random() < (0.25 if message.right is False or message.answer.abstain else 0.1)
        later = at + dt.timedelta(minutes=self._generator.randrange(4, 300))
        if again and later < self._now:
            further = self._follows.get(message.follow) or self._generator.choice([one for one in self._messages if one.lang == message.lang])
            self._turn(further, later, channel, agent, chat)

    def _turn(self, message: Asked, at: dt.datetime, channel: Channel, agent: str, chat: str) -> None:
        answer, answer_id = message.answer, f"{DEMO}a{len(self.chats.asks):05}"
        self.chats.asks.append(
            Ask(
                answer_id, at, agent, channel.id, chat, message.text, tuple(Turn(turn.role, turn.text) for turn in message.history), answer.as_of,
                recorded(answer, answer_id), answer.snapshot, EXTRACTIVE, dict(answer.timings_ms),
            )
        )  # fmt: skip
        text = self._reply(message)
        if text is not None:
            self._send(text, answer, answer_id, at, channel, agent, chat)
        if not answer.abstain and self._generator.random() < 0.12:
            self._judge(message, answer_id, at, agent)

    def _reply(self, message: Asked) -> str | None:
        """What leaves; None: the draft is left alone."""
        chance, answer = self._generator.random(), message.answer
        if answer.abstain:
            return answer.draft if chance < 0.5 else handed_on(answer.reply_lang, self._generator) if chance < 0.85 else None
        as_is, changed = (0.3, 0.4) if message.right is False else (0.6, 0.27)
        if chance < as_is:
            return answer.draft
        return edited(answer.draft, answer.reply_lang, self._generator) if chance < as_is + changed else None

    def _send(self, text: str, answer: Answer, answer_id: str, at: dt.datetime, channel: Channel, agent: str, chat: str) -> None:
        crowd = busy(at, self._zone)
        seconds = (channel.target_s or 600) * math.exp(self._generator.gauss(-1.25 + 0.75 * crowd, 0.65))
        left = at + dt.timedelta(seconds=min(seconds, self._generator.uniform(15, 150)))
        if left >= self._now:
            return
        action = "send" if self._generator.random() < 0.7 else "copy"
        self.chats.replies.append(
            Reply(
                f"{DEMO}r{len(self.chats.replies):05}", answer_id, left, agent, channel.id, chat, text, [], action, answer.draft,  # type: ignore[arg-type]  # one of Action
                text.strip() != answer.draft.strip(), round(seconds, 1), "none",
            )
        )  # fmt: skip

    def _judge(self, message: Asked, answer_id: str, at: dt.datetime, agent: str) -> None:
        wrong = message.right is False and self._generator.random() < 0.8
        verdict = self._generator.choice(["wrong", "missing"]) if wrong else "right"
        reason = _WRONG[message.answer.reply_lang] if verdict == "wrong" and self._generator.random() < 0.5 else ""
        after = at + dt.timedelta(seconds=self._generator.randrange(30, 400))
        self.chats.feedback.append(Feedback(f"{DEMO}f{len(self.chats.feedback):05}", answer_id, after, agent, verdict, reason))  # type: ignore[arg-type]  # one of Verdict


def batches(records: Sequence[Ask], size: int) -> Iterator[Sequence[Ask]]:
    for start in range(0, len(records), size):
        yield records[start : start + size]


__all__ = ["AGENTS", "Channel", "Chats", "Storyteller", "batches"]

"""Personal data is taken out of every record just before it is written, whoever wrote it. Masking twice changes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from kb.models import Turn
from kb.privacy import PersonalKind, find_personal, mask
from kb.store.records import Ask, Edit, Feedback, Reply
from kb.store.schema import storable

_OF_THE_ANSWER = ("draft", "claims", "notes", "reason", "ask", "escalate_to")
"""Parts of an answer that may repeat what the customer wrote. Sources, disclaimers and titles are the shop's own words and stay verbatim."""


def masked_ask(ask: Ask, order_numbers: Sequence[str] = ()) -> Ask:
    """Question and history masked; where the answer repeats their personal data, that too. What the shop's articles say stays as it is."""
    repeated = _Repeated([ask.question, *(turn.text for turn in ask.history), str(ask.answer.get("question", ""))], order_numbers)
    answer = {key: repeated.masked(value) if key in _OF_THE_ANSWER else value for key, value in ask.answer.items()}
    if "question" in answer:
        answer["question"] = masked(str(answer["question"]), order_numbers)
    return dataclasses.replace(
        ask,
        channel=masked(ask.channel, order_numbers),
        conversation=masked_conversation(ask.conversation),
        question=masked(ask.question, order_numbers),
        history=tuple(Turn(turn.role, masked(turn.text, order_numbers)) for turn in ask.history),
        answer=answer,
    )


def masked_reply(reply: Reply, order_numbers: Sequence[str] = ()) -> Reply:
    return dataclasses.replace(
        reply,
        channel=masked(reply.channel, order_numbers),
        conversation=masked_conversation(reply.conversation),
        text=masked(reply.text, order_numbers),
        drafted=masked(reply.drafted, order_numbers),
        problems=[{key: masked(value, order_numbers) if isinstance(value, str) else value for key, value in one.items()} for one in reply.problems],
    )


def masked_feedback(feedback: Feedback, order_numbers: Sequence[str] = ()) -> Feedback:
    return dataclasses.replace(feedback, reason=masked(feedback.reason, order_numbers))


def masked_edit(edit: Edit, order_numbers: Sequence[str] = ()) -> Edit:
    return dataclasses.replace(edit, text=masked(edit.text, order_numbers))


def masked_conversation(conversation: str) -> str:
    """The id as it is, unless it is the customer's phone number or the like: then a digest, which still groups the turns of one conversation."""
    if all(one.kind == PersonalKind.ORDER for one in find_personal(storable(conversation))):
        return conversation
    return "c-" + hashlib.sha256(conversation.encode(errors="replace")).hexdigest()[:20]


def masked(text: str, order_numbers: Sequence[str]) -> str:
    """Cleaned first: a NUL character between the digits of a number must not hide it."""
    return mask(storable(text), order_numbers)


class _Repeated:
    """The personal data of some texts, masked wherever it is repeated."""

    def __init__(self, texts: Iterable[str], order_numbers: Sequence[str]) -> None:
        self._masks: dict[str, str] = {}
        for text in map(storable, texts):
            for one in find_personal(text, order_numbers):
                piece = text[slice(*one.span)].strip()
                if len(piece) > 1:
                    self._masks[piece] = f"⟨{one.kind.value}⟩"
        longest_first = sorted(self._masks, key=len, reverse=True)
        words = [rf"(?<![A-Za-z0-9]){re.escape(piece)}(?![A-Za-z0-9])" for piece in longest_first]
        self._pattern = re.compile("|".join(words)) if words else None

    def masked(self, value: Any) -> Any:
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(lambda match: self._masks[match.group()], storable(value))
        if isinstance(value, dict):
            return {key: self.masked(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.masked(one) for one in value]
        return value


__all__ = ["masked", "masked_ask", "masked_conversation", "masked_edit", "masked_feedback", "masked_reply"]

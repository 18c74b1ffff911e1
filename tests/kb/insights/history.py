"""A short history of an invented shop, for tests of what is counted from it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from kb.store import Ask, Reply

NOW = dt.datetime(2031, 5, 20, 12, tzinfo=dt.UTC)
_NUMBERS = itertools.count(1)


def source(n: int, article: str, quote: str, line: int = 20) -> dict[str, Any]:
    """A source of an answer object."""
    return {
        "n": n, "article": article, "title": article, "section": "", "lines": [line, line], "quote": quote, "version": "v1", "valid_from": None,
        "valid_until": None, "stale": False,
    }  # fmt: skip


def ask(
    question: str, *, at: dt.datetime = NOW, lang: str = "zh-Hant", reason: str | None = None, confidence: float = 0.95, conversation: str = "",
    claims: Sequence[tuple[str, Sequence[int]]] = (), sources: Sequence[dict[str, Any]] = (), id: str = "",
) -> Ask:  # fmt: skip
    """What was answered: an abstention where there is a reason, else a draft of the claims between a greeting and a closing."""
    greeting, closing = ("Hello! ", " Tell us if you have other questions.") if lang == "en" else ("您好!", "如有其他問題,歡迎告訴我們。")
    draft = greeting + "".join(text for text, _ in claims) + closing if reason is None else f"{greeting}…"
    answer = {
        "id": id or f"a{next(_NUMBERS)}", "question": question, "lang": lang, "reply_lang": "zh-Hant", "abstain": reason is not None, "reason": reason,
        "confidence": confidence, "draft": draft, "claims": [{"text": text, "citations": list(cites), "supported": True, "problems": []} for text, cites in claims],
        "sources": list(sources),
    }  # fmt: skip
    return Ask(str(answer["id"]), at, "amy", "chat", conversation, question, (), "2031-05-20", answer, "s1", "extractive", {})


def reply(to: Ask | None, text: str, *, by: str = "amy", at: dt.datetime | None = None, conversation: str = "") -> Reply:
    """What left: from the draft of an answer, or without one."""
    drafted = to.answer["draft"] if to else ""
    return Reply(
        f"r{next(_NUMBERS)}", to.id if to else None, at or (to.at if to else NOW), by, "chat", conversation or (to.conversation if to else ""), text, [],
        "send", drafted, bool(to) and text != drafted, 30.0, "none",
    )  # fmt: skip

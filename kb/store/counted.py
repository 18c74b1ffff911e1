"""What of an answer object is kept beside it in columns of its own, so that counting answers need not read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def counted_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The columns lang, abstained, reason and article: the article that the answer rests on first; of an abstention the nearest one."""
    passages = [*(answer.get("sources") or ()), *(answer.get("nearest") or ())]
    return {
        "lang": str(answer.get("lang") or ""), "abstained": bool(answer.get("abstain")), "reason": str(answer.get("reason") or ""),
        "article": str(passages[0].get("article") or "") if passages else "",
    }  # fmt: skip


__all__ = ["counted_of"]

"""Examples of the published description: what each route is asked, and what it answers. A test holds them to the schemas."""

from __future__ import annotations

from typing import Any, Final

_VERSION: Final = "3f1c" * 16
_SNAPSHOT: Final = "20310520T080000000000-1a2b3c4d"
_QUOTE: Final = "An unused tent can be returned within 14 days of delivery."
_DRAFT: Final = "Hello! An unused tent can be returned within 14 days of delivery [1]. Please let us know if you need anything else."
_SOURCE: Final = {
    "n": 1, "article": "returns/tents", "title": "Returning a tent", "section": "Unused tents", "lines": [20, 20], "quote": _QUOTE,
    "version": _VERSION, "valid_from": "2031-03-01", "valid_until": None, "stale": False,
}  # fmt: skip
ANSWER: Final[dict[str, Any]] = {
    "id": "5f0c8a7be2d94c1f", "question": "Can I return an unused tent?", "as_of": "2031-05-20", "asker": "customer", "lang": "en",
    "reply_lang": "en", "snapshot": _SNAPSHOT, "abstain": False, "reason": None, "ask": None, "escalate_to": None, "confidence": 0.93,
    "draft": _DRAFT,
    "claims": [{"text": "An unused tent can be returned within 14 days of delivery [1].", "citations": [1], "supported": True, "problems": []}],
    "notes": [], "conflicts": [], "nearest": [], "sources": [_SOURCE], "disclaimers": [], "retrieved": ["returns/tents"],
    "timings_ms": {"query": 0.4, "search": 2.1, "draft": 1.0, "checks": 0.8, "total": 4.3},
}  # fmt: skip
_ASKED: Final = {"text": "Can I return an unused tent?", "channel": "chat", "conversation": "c-81723"}
_PROBLEM: Final = {"code": "unsupported", "span": [49, 56], "message": "41 days is not stated by [1] Returning a tent", "fix": "14 days"}
_REPLY: Final = {
    "id": "b1946ac92492d234", "answer_id": ANSWER["id"], "at": "2031-05-20T08:00:12.345Z", "by": "amy", "channel": "chat", "conversation": "c-81723",
    "text": _DRAFT, "problems": [], "action": "send", "edited": False, "seconds": 11.5, "delivery": "pending",
}  # fmt: skip
_ARTICLE: Final = {
    "id": "returns/tents", "title": "Returning a tent", "lang": "en", "category": "returns", "products": ["tent-2p"], "audience": "public",
    "owner": "returns-desk", "valid_from": "2031-03-01", "valid_until": None, "review_by": "2032-03-01", "supersedes": None, "translation_of": None,
    "disclaimers": [], "file": "returns/tents.md", "version": _VERSION, "state": "in-force",
}  # fmt: skip
_QUESTION: Final = {
    "id": "q1", "text": "Can I return an unused tent?", "lang": "en",
    "expect": {"articles": {"any_of": ["returns/tents"]}, "must_include": [["14 days"]]},
}  # fmt: skip
_STREAM: Final = (
    'event: sources\ndata: {"sources":[{"n":1,…}],"draft":"Hello! An unused tent…","disclaimers":[]}\n\n'
    'event: claim\ndata: {"index":0,"text":"An unused tent can be returned within 14 days of delivery [1].","citations":[1],"supported":true,'
    '"problems":[],"drafter":"extractive"}\n\n'
    'event: drafter\ndata: {"drafter":"extractive","worded":[false],"failure":null}\n\n'
    'event: final\ndata: {"id":"5f0c8a7be2d94c1f","question":"Can I return an unused tent?",…}\n\n'
)

REQUESTS: Final[dict[tuple[str, str], Any]] = {
    ("post", "/answer"): _ASKED,
    ("post", "/answer/stream"): _ASKED,
    ("post", "/context"): {"snapshot": _SNAPSHOT, "sources": [_SOURCE]},
    ("put", "/answers/{answer_id}/edit"): {"text": _DRAFT},
    ("post", "/check"): {"text": _DRAFT.replace("14", "41"), "answer_id": ANSWER["id"], "lang": "en"},
    ("post", "/feedback"): {"answer_id": ANSWER["id"], "verdict": "missing", "reason": "says nothing of a tent that was used once"},
    ("post", "/replies"): {
        "text": _DRAFT, "action": "send", "answer_id": ANSWER["id"], "channel": "chat", "conversation": "c-81723", "seconds": 11.5,
    },
    ("post", "/eval"): {"questions": [_QUESTION]},
    ("post", "/frames"): {"user": "amy", "q": "Can I return an unused tent?"},
}  # fmt: skip
RESPONSES: Final[dict[tuple[str, str], Any]] = {
    ("post", "/answer"): ANSWER,
    ("post", "/answer/stream"): _STREAM,
    ("post", "/context"): {"contexts": [{"n": 1, "passages": [{"text": _QUOTE, "highlight": True}]}]},
    ("get", "/answers/{answer_id}"): {
        "id": ANSWER["id"], "at": "2031-05-20T08:00:00Z", "by": "amy", "channel": "chat", "conversation": "c-81723", "drafter": "extractive",
        "answer": ANSWER,
    },
    ("get", "/answers/{answer_id}/receipt"): {
        "id": ANSWER["id"], "at": "2031-05-20T08:00:00Z", "by": "amy", "channel": "chat", "conversation": "c-81723", "question": ANSWER["question"],
        "history": [], "as_of": "2031-05-20", "draft": _DRAFT, "drafter": "extractive", "snapshot": _SNAPSHOT, "sent": _DRAFT,
        "sources": [
            {key: value for key, value in _SOURCE.items() if key != "stale"}
            | {"text": f"---\nid: returns/tents\n…\n---\n## Unused tents\n\n{_QUOTE}\n", "intact": True}
        ],
        "disclaimers": [], "problems": [], "edits": [], "feedback": [], "timings_ms": ANSWER["timings_ms"], "intact": True,
        "erased_at": None, "replies": [{key: value for key, value in _REPLY.items() if key not in ("answer_id", "conversation")}],
    },
    ("post", "/check"): {"problems": [_PROBLEM]},
    ("get", "/search"): {
        "snapshot": _SNAPSHOT, "as_of": "2031-05-20",
        "hits": [{
            "article": "returns/tents", "title": "Returning a tent", "section": "Unused tents", "text": _QUOTE, "quote": _QUOTE, "lines": [20, 20],
            "score": 1.42, "dense": 0.71, "lexical": 0.83, "state": "in-force", "audience": "public", "lang": "en", "version": _VERSION,
            "valid_from": "2031-03-01", "valid_until": None, "stale": False,
        }],
    },
    ("get", "/articles"): {"snapshot": _SNAPSHOT, "as_of": "2031-05-20", "total": 1, "articles": [_ARTICLE]},
    ("get", "/articles/{article_id}"): {
        **_ARTICLE, "snapshot": _SNAPSHOT, "markdown": f"---\nid: returns/tents\ntitle: Returning a tent\n…\n---\n## Unused tents\n\n{_QUOTE}\n",
    },
    ("post", "/feedback"): {"id": "0cc175b9c0f1b6a8", "answer_id": ANSWER["id"], "at": "2031-05-20T08:01:00Z", "by": "amy", "verdict": "missing"},
    ("post", "/replies"): {"reply": _REPLY},
    ("get", "/replies"): {"replies": [{**_REPLY, "delivery": "delivered"}]},
    ("post", "/eval"): {
        "snapshot": _SNAPSHOT, "summary": {"n": 1, "right": 1.0},
        "questions": [{
            "id": "q1", "right": True, "abstain": False, "draft": _DRAFT, "sources": ["returns/tents"], "misses": [],
            "figures": {"right": 1.0, "cited": 1.0},
        }],
    },
    ("post", "/frames"): {"path": "/embed?token=pZ0…&q=Can+I+return+an+unused+tent%3F", "expires_in": 60},
    ("get", "/phrases"): {
        "lang": "en",
        "greetings": [{
            "id": "year-end", "name": "Year end", "text": "Season's greetings!", "from": "2031-12-18", "until": "2032-01-03", "now": False,
            "article": None,
        }],
        "quick": [{"id": "one-moment", "text": "One moment please, I am looking into this for you."}],
        "channels": [{"id": "chat", "name": "Live chat", "target_seconds": 180}],
    },
}  # fmt: skip

__all__ = ["ANSWER", "REQUESTS", "RESPONSES"]

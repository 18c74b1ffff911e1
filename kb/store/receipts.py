"""An answer's receipt: months later, what was asked, drafted and sent, and what the cited articles said at the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.article_texts import version_of
from kb.errors import StoreError
from kb.models import Turn
from kb.store.records import ArticleVersion, Edit, Feedback, Reply
from kb.store.store import Store

if TYPE_CHECKING:
    from kb.snapshot import Snapshot

_NO_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])
"""What customers write is data for a terminal, too: it cannot move the cursor."""

MOST = 1000
"""Replies and feedback of one answer that a receipt shows."""


@dataclass(frozen=True, slots=True)
class ReceiptSource:
    """What [n] of the draft pointed at, with the article as it was."""

    n: int
    article: str
    title: str
    section: str
    lines: tuple[int, int]
    """First and last line in the article's file, from 1."""
    quote: str
    version: str
    valid_from: str | None
    valid_until: str | None
    text: str | None
    """The article's whole Markdown; None where it was not kept."""
    intact: bool
    """The text kept has the version's hash, and the quote stands in it on its lines."""

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n, "article": self.article, "title": self.title, "section": self.section, "lines": list(self.lines), "quote": self.quote,
            "version": self.version, "valid_from": self.valid_from, "valid_until": self.valid_until, "text": self.text, "intact": self.intact,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer and all that came of it. Personal data was masked when it was written."""

    id: str
    at: dt.datetime
    by: str
    channel: str
    conversation: str
    question: str
    history: tuple[Turn, ...]
    as_of: str
    draft: str
    drafter: str
    snapshot: str
    sources: tuple[ReceiptSource, ...]
    disclaimers: tuple[dict[str, str], ...]
    problems: tuple[dict[str, Any], ...]
    """What the checks said of the draft's claims: {claim, code, span, message, fix}."""
    edits: tuple[Edit, ...]
    replies: tuple[Reply, ...]
    """What was copied or sent, oldest first, with what the checks still said of it."""
    feedback: tuple[Feedback, ...]
    """Oldest first."""
    timings_ms: dict[str, float]
    erased_at: dt.datetime | None = None
    """When question and draft were erased; what the articles said stays."""

    @property
    def sent(self) -> str | None:
        """The text that went to the customer last; None where nothing did."""
        return self.replies[-1].text if self.replies else None

    @property
    def intact(self) -> bool:
        """Every cited article is kept as it was."""
        return all(source.intact for source in self.sources)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "at": self.at.isoformat(), "by": self.by, "channel": self.channel, "conversation": self.conversation,
            "question": self.question, "history": [{"role": turn.role, "text": turn.text} for turn in self.history], "as_of": self.as_of,
            "draft": self.draft, "drafter": self.drafter, "snapshot": self.snapshot, "sent": self.sent,
            "sources": [source.as_json() for source in self.sources], "disclaimers": list(self.disclaimers), "problems": list(self.problems),
            "edits": [{"at": edit.at.isoformat(), "by": edit.by, "text": edit.text} for edit in self.edits],
            "replies": [
                {
                    "id": reply.id, "at": reply.at.isoformat(), "by": reply.by, "channel": reply.channel, "action": reply.action, "text": reply.text,
                    "edited": reply.edited, "problems": reply.problems, "seconds": reply.seconds, "delivery": reply.delivery,
                }
                for reply in self.replies
            ],
            "feedback": [
                {"id": one.id, "at": one.at.isoformat(), "by": one.by, "verdict": one.verdict, "reason": one.reason} for one in self.feedback
            ],
            "timings_ms": self.timings_ms, "intact": self.intact, "erased_at": self.erased_at.isoformat() if self.erased_at else None,
        }  # fmt: skip

    def as_text(self, *, whole_articles: bool = False) -> str:
        """For a terminal; each source with its lines of the article, or with the whole of it."""
        text = "\n".join([*_head(self), *_draft(self), *_sources(self, whole_articles), *_afterwards(self)]) + "\n"
        return text.translate(_NO_CONTROLS)


def receipt(store: Store, answer_id: str) -> Receipt:
    """Raises StoreError where no such answer is kept."""
    ask = store.ask(answer_id)
    if ask is None:
        raise StoreError(f"no answer {answer_id} is kept", where="receipt", fix="check the id: it stands in the answer")
    answer = ask.answer
    return Receipt(
        id=ask.id, at=ask.at, by=ask.by, channel=ask.channel, conversation=ask.conversation, question=ask.question, history=ask.history,
        as_of=ask.as_of, draft=str(answer.get("draft", "")), drafter=ask.drafter, snapshot=ask.snapshot,
        sources=tuple(_source(store, source) for source in answer.get("sources", ())), disclaimers=tuple(answer.get("disclaimers", ())),
        problems=_problems(answer), edits=tuple(store.edits(ask.id)), replies=tuple(reversed(store.replies(answer_id=ask.id, limit=MOST, erased=True))),
        feedback=tuple(reversed(store.feedback(answer_id=ask.id, limit=MOST))), timings_ms=ask.timings_ms, erased_at=ask.erased_at,
    )  # fmt: skip


def cited_versions(answer: Mapping[str, Any], snapshot: Snapshot, at: dt.datetime, known: Collection[str] = ()) -> list[ArticleVersion]:
    """The articles that an answer cites, as they are in the snapshot that gave it; not those whose versions are known already.

    An article that the snapshot holds no text of, or another version of, is left out. Raises SnapshotError where the texts are damaged.
    """
    cited = {str(source["version"]): str(source["article"]) for source in answer.get("sources", ())}
    found = []
    for version, name in cited.items():
        article = snapshot.articles.get(name)
        if version in known or article is None or article.version != version:
            continue
        if (text := snapshot.article_text(name)) is not None:
            found.append(ArticleVersion(version, name, text, at))
    return found


def _source(store: Store, source: Mapping[str, Any]) -> ReceiptSource:
    kept = store.version(str(source["version"]))
    text = kept.text if kept else None
    first, last = source["lines"]
    intact = text is not None and version_of(text) == source["version"] and _stands(str(source["quote"]), _lines(text)[first - 1 : last])
    return ReceiptSource(
        n=source["n"], article=source["article"], title=source["title"], section=source["section"], lines=(first, last), quote=source["quote"],
        version=source["version"], valid_from=source["valid_from"], valid_until=source["valid_until"], text=text, intact=intact,
    )  # fmt: skip


def _stands(quote: str, lines: list[str]) -> bool:
    """Whether the quote stands in these lines; white space aside, since a sentence may run over the end of one."""
    return "".join(quote.split()) in "".join("".join(lines).split())


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _problems(answer: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple({"claim": claim["text"], **problem} for claim in answer.get("claims", ()) for problem in claim["problems"])


# ---- as text -------------------------------------------------------------------------------------------------------


def _head(receipt: Receipt) -> list[str]:
    where = " ".join(part for part in (receipt.channel, receipt.conversation) if part)
    earlier = [f"{turn.role}: {turn.text}" for turn in receipt.history]
    return [
        f"Receipt {receipt.id}",
        f"Asked     {_moment(receipt.at)} by {receipt.by}" + (f", {where}" if where else ""),
        f"Rules of  {receipt.as_of}",
        f"Snapshot  {receipt.snapshot}",
        f"Drafter   {receipt.drafter}",
        *(["Timings   " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in receipt.timings_ms.items())] if receipt.timings_ms else []),
        *([f"Erased    {_moment(receipt.erased_at)}: what was asked and drafted"] if receipt.erased_at else []),
        *_block("Earlier turns", "\n".join(earlier)),
        *_block("Question", receipt.question),
    ]


def _draft(receipt: Receipt) -> list[str]:
    problems = "\n".join(f"{problem['code']}: {problem['message']} ({problem['claim']})" for problem in receipt.problems)
    disclaimers = "\n".join(f"{one['id']}: {one['text']}" for one in receipt.disclaimers)
    return [*_block("Draft", receipt.draft), *_block("Disclaimers", disclaimers), *_block("Problems of the draft", problems)]


def _sources(receipt: Receipt, whole: bool) -> list[str]:
    lines: list[str] = []
    for source in receipt.sources:
        first, last = source.lines
        period = f", valid {source.valid_from or '…'} to {source.valid_until or '…'}" if source.valid_from or source.valid_until else ""
        lines += [
            "",
            f"[{source.n}] {source.article}, {source.title}, lines {first}–{last}{period}",
            f"    version {source.version} {_state(source)}",
        ]
        if source.text is None:
            lines += [f"    {source.quote}"]
        else:
            shown = list(enumerate(_lines(source.text), 1))
            lines += [f"  {'>' if first <= n <= last else ' '}{n:4} {line}" for n, line in (shown if whole else shown[first - 1 : last])]
    return ["", "Sources, as the articles were" if lines else "Sources: none", *lines]


def _state(source: ReceiptSource) -> str:
    if source.intact:
        return "(intact)"
    return "(THE TEXT WAS NOT KEPT)" if source.text is None else "(NOT INTACT: the text kept is not what was cited)"


def _afterwards(receipt: Receipt) -> list[str]:
    lines: list[str] = []
    for edit in receipt.edits:
        lines += _block(f"Edited {_moment(edit.at)} by {edit.by}", edit.text)
    for reply in receipt.replies:
        did = {"copy": "Copied", "send": "Sent"}[reply.action]
        notes = ["edited" if reply.edited else "as drafted"]
        notes += [f"after {reply.seconds:.0f} s"] if reply.seconds is not None else []
        notes += [f"webhook: {reply.delivery}"] if reply.delivery != "none" else []
        lines += _block(f"{did} {_moment(reply.at)} by {reply.by} ({', '.join(notes)})", reply.text or "(erased)")
        lines += [f"    problem {problem.get('code', '')}: {problem.get('message', '')}" for problem in reply.problems]
    if not receipt.replies:
        lines += ["", "Nothing was copied or sent."]
    for one in receipt.feedback:
        lines += ["", f"Feedback {_moment(one.at)} by {one.by}: {one.verdict}" + (f", {one.reason}" if one.reason else "")]
    return lines


def _block(title: str, text: str) -> list[str]:
    """A heading and the text below it, indented; nothing where there is no text."""
    return ["", title, *(f"    {line}" for line in text.split("\n"))] if text else []


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


__all__ = ["Receipt", "ReceiptSource", "cited_versions", "receipt"]

"""The nouns that travel between the stages, in the order in which data meets them. All frozen, all slotted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Language = Literal["zh-Hant", "zh-Hans", "yue", "en"]
"""Of a customer's message. Written Cantonese (yue) is answered in zh-Hant."""
ReplyLanguage = Literal["zh-Hant", "zh-Hans", "en"]
Audience = Literal["public", "agent"]
Asker = Literal["customer", "agent"]
ChunkKind = Literal["paragraph", "item", "row"]
Severity = Literal["error", "warning"]

REPLY_LANGUAGES: tuple[ReplyLanguage, ...] = ("zh-Hant", "zh-Hans", "en")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of lint or ingest, printed as ``file:line: what; fix``."""

    file: str
    """Path as the user knows it."""
    line: int
    """From 1; 1 where the whole file is meant."""
    what: str
    fix: str
    severity: Severity = "error"
    code: str = ""
    """Names the rule, so that a page can word it in the reader's language; empty where only English is known."""
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)
    """What the wording of the code is filled with."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.fix}"


@dataclass(frozen=True, slots=True)
class ApprovedReply:
    """One line of a ``::: reply`` block: wording that the owner approved, sendable on its own."""

    lang: ReplyLanguage
    text: str
    line: int
    """Line of the article's file, from 1."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or table row of an article, before it becomes a chunk."""

    kind: ChunkKind
    text: str
    """What the customer may read: inline Markdown removed; a row as ``header: cell`` pairs."""
    quote: str
    """Verbatim text of the article."""
    lines: tuple[int, int]
    """First and last line in the article's file, from 1."""
    cells: tuple[tuple[str, str], ...] = ()
    """Of a row: (column header, cell), in order."""
    table: int = -1
    """Of a row: number of its table within the article; -1 elsewhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands directly under it."""

    path: tuple[str, ...]
    """Headings from the outermost to this one; empty before the first heading."""
    line: int
    blocks: tuple[Block, ...]
    replies: tuple[ApprovedReply, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One Markdown file, validated."""

    id: str
    file: str
    """Path relative to the content folder's articles, with '/'."""
    title: str
    lang: ReplyLanguage
    category: str
    products: tuple[str, ...]
    audience: Audience
    owner: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    """Last day in force; None: open-ended."""
    review_by: dt.date | None
    supersedes: str | None
    translation_of: str | None
    status: str
    disclaimers: tuple[str, ...]
    version: str
    """sha256 of the file's bytes, hexadecimal."""
    sections: tuple[Section, ...]

    def in_force(self, as_of: dt.date) -> bool:
        """Whether the article's rules hold on that day; both ends belong to the period."""
        return not self.is_coming(as_of) and not self.is_over(as_of)

    def is_coming(self, as_of: dt.date) -> bool:
        return self.valid_from is not None and as_of < self.valid_from

    def is_over(self, as_of: dt.date) -> bool:
        return self.valid_until is not None and as_of > self.valid_until

    def is_stale(self, as_of: dt.date) -> bool:
        """In force, but past the day on which its owner promised to review it."""
        return self.in_force(as_of) and self.review_by is not None and self.review_by < as_of

    def source(self, n: int, section: str, lines: tuple[int, int], quote: str, as_of: dt.date) -> Source:
        """A passage of the article as what [n] points at."""
        return Source(
            n=n, article=self.id, title=self.title, section=section, lines=lines, quote=quote, version=self.version,
            valid_from=self.valid_from.isoformat() if self.valid_from else None,
            valid_until=self.valid_until.isoformat() if self.valid_until else None, stale=self.is_stale(as_of),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is indexed: a paragraph, a list item (with its nested items) or a table row, with its heading path."""

    id: str
    """``article#ordinal``."""
    article: str
    ordinal: int
    kind: ChunkKind
    text: str
    quote: str
    section: str
    """Heading path joined by `` > ``; empty before the first heading."""
    lines: tuple[int, int]
    cells: tuple[tuple[str, str], ...] = ()
    table: int = -1
    replies: tuple[ApprovedReply, ...] = ()
    """Approved wordings of this very chunk, at most one a language."""

    @property
    def heading(self) -> str:
        return self.section.rsplit(" > ", 1)[-1]

    def indexed_text(self, title: str) -> str:
        """What BM25 reads: title and heading path give short items their context."""
        return " ".join(part for part in (title, self.section.replace(" > ", " "), self.text) if part)


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Asker
    text: str


Tone = Literal["formal", "warm", "brief"]
Length = Literal["short", "normal", "long"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a draft is worded around what it says; never what it says."""

    tone: Tone = "warm"
    """Of greeting and closing; a brief one has neither."""
    length: Length = "normal"
    """short: the best statement of each question only; long: everything that answers, past the usual length."""
    season: str = ""
    """A greeting of the season, said before the closing; empty: none."""


USUAL_STYLE = Style()


@dataclass(frozen=True, slots=True)
class Query:
    """A customer's message, understood."""

    text: str
    asker: Asker
    lang: Language
    reply_lang: ReplyLanguage
    as_of: dt.date
    parts: tuple[str, ...]
    """The questions that the message asks, each as a text of its own; at least one."""
    context: str
    """What earlier turns add to a follow-up; empty otherwise."""
    wants: frozenset[str]
    """Kinds of quantity asked for: names of kb.quantities.Kind."""
    places: frozenset[str]
    """Regions named, as ids of the gazetteer."""
    terms: frozenset[str]
    """Glossary ids named (products, variants, tiers …)."""
    about_past: bool = False
    """It speaks of an earlier rule, order or campaign."""
    about_ended: bool = False
    """It asks whether something is over."""
    about_future: bool = False
    """It speaks of a coming one."""
    about_disagreement: bool = False
    """It says that the customer was told different things."""
    answered: str = ""
    """What the shop last answered, where the message follows it up; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with its scores."""

    index: int
    """Row of the chunk in its snapshot."""
    score: float
    """Fused score, the larger the better."""
    dense: float
    """Cosine to the query, -1..1; 0 where the snapshot has no vectors."""
    lexical: float
    """BM25 over what the query's terms could reach at most, 0..1."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a chunk that a claim rests on."""

    chunk: Chunk
    score: float
    quote: str
    """Verbatim text of the article."""
    text: str
    """The quote worded for a reader: a row as a sentence, a sentence out of a paragraph."""
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A problem that a check found in a reply."""

    code: str
    span: tuple[int, int]
    """Start and end in the checked text, in characters."""
    message: str
    fix: str

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "span": list(self.span), "message": self.message, "fix": self.fix}


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a draft."""

    text: str
    citations: tuple[int, ...]
    supported: bool = True
    problems: tuple[Doubt, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": list(self.citations),
            "supported": self.supported,
            "problems": [problem.as_json() for problem in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Source:
    """What [n] in a draft points at."""

    n: int
    article: str
    title: str
    section: str
    lines: tuple[int, int]
    quote: str
    version: str
    valid_from: str | None
    valid_until: str | None
    stale: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n, "article": self.article, "title": self.title, "section": self.section,
            "lines": list(self.lines), "quote": self.quote, "version": self.version,
            "valid_from": self.valid_from, "valid_until": self.valid_until, "stale": self.stale,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer object: what `kb ask --json`, the batch, the desk and any API show. docs/answer.schema.json holds its shape."""

    id: str
    question: str
    as_of: str
    asker: Asker
    lang: Language
    reply_lang: ReplyLanguage
    snapshot: str
    abstain: bool
    reason: str | None
    ask: str | None
    escalate_to: str | None
    confidence: float
    draft: str
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    conflicts: tuple[dict[str, Any], ...]
    nearest: tuple[dict[str, str], ...]
    sources: tuple[Source, ...]
    disclaimers: tuple[dict[str, str], ...]
    retrieved: tuple[str, ...]
    timings_ms: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "question": self.question, "as_of": self.as_of, "asker": self.asker, "lang": self.lang,
            "reply_lang": self.reply_lang, "snapshot": self.snapshot, "abstain": self.abstain, "reason": self.reason,
            "ask": self.ask, "escalate_to": self.escalate_to, "confidence": round(self.confidence, 4),
            "draft": self.draft, "claims": [claim.as_json() for claim in self.claims], "notes": list(self.notes),
            "conflicts": list(self.conflicts), "nearest": list(self.nearest),
            "sources": [source.as_json() for source in self.sources],
            "disclaimers": list(self.disclaimers), "retrieved": list(self.retrieved),
            "timings_ms": {name: round(ms, 3) for name, ms in self.timings_ms.items()},
        }  # fmt: skip

"""The articles that an import makes: what each is called and says, and its text as a draft."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.authoring import Beginning, front_matter
from ingest.importers.notes import ImportRefused, Place
from kb.models import REPLY_LANGUAGES, ReplyLanguage
from kb.text import clean, script

MOST_ARTICLES: Final = 200
LONGEST_BODY: Final = 400_000
"""Characters of one article."""
LONGEST_TOGETHER: Final = 1_000_000
"""Characters of all articles of one file: they are sent back to be written."""
_ID: Final = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """One article, before anybody has looked at it."""

    id: str
    title: str
    lang: ReplyLanguage
    category: str
    owner: str
    products: tuple[str, ...]
    body: str
    """Markdown below the front matter."""


def draft_text(draft: ArticleDraft, today: dt.date) -> str:
    """The article's file: a draft in force from today, to be reviewed in a year, as any new article. Raises ImportRefused for an id that no file can have."""
    if not _ID.fullmatch(draft.id) or len(draft.id) > 190:
        raise ImportRefused("id", id=draft.id[:80])
    title, category, owner = (" ".join(clean(said).split()) for said in (draft.title, draft.category, draft.owner))  # each key has one line
    beginning = Beginning(draft.id, title, draft.lang, category, owner, tuple(" ".join(one.split()) for one in draft.products))
    return f"{front_matter(beginning, today)}\n{draft.body.strip()}\n"


def checked(drafts: Sequence[ArticleDraft]) -> tuple[ArticleDraft, ...]:
    """Raises ImportRefused where they are too many or too long."""
    if len(drafts) > MOST_ARTICLES:
        raise ImportRefused("too-many-articles", most=MOST_ARTICLES)
    for draft in drafts:
        if len(draft.body) > LONGEST_BODY:
            raise ImportRefused("article-too-long", Place("article", draft.title[:80]), most=LONGEST_BODY)
    if sum(len(draft.body) for draft in drafts) > LONGEST_TOGETHER:
        raise ImportRefused("article-too-long", most=LONGEST_TOGETHER)
    return tuple(drafts)


def with_own_ids(drafts: Iterable[ArticleDraft], taken: Container[str]) -> list[ArticleDraft]:
    """Each with an id that no other has: -2, -3 … behind one that is taken."""
    given: set[str] = set()
    made = []
    for draft in drafts:
        wanted, number = draft.id, 1
        while wanted in taken or wanted in given:
            number += 1
            wanted = f"{draft.id}-{number}"
        given.add(wanted)
        made.append(dataclasses.replace(draft, id=wanted))
    return made


def slug(text: str) -> str:
    """A part of an id: letters of any script, digits and dashes; '' where nothing is left."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^\w]+", "-", plain).strip("-_")[:60].strip("-_")


def language_of(texts: Iterable[str], default: ReplyLanguage) -> ReplyLanguage:
    """The one that most of the texts are in, each by its characters; the default where none tells."""
    counts = dict.fromkeys(REPLY_LANGUAGES, 0)
    for text in texts:
        if (found := script(text)) is not None:
            counts[found] += len(text)
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else default


__all__ = [
    "LONGEST_BODY", "LONGEST_TOGETHER", "MOST_ARTICLES", "ArticleDraft", "checked", "draft_text", "language_of", "slug", "with_own_ids",
]  # fmt: skip

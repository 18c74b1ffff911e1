"""An article's change as a drill: a question that the old text answered is asked again, and the reply must say what holds now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.models import Article, Language, ReplyLanguage
from kb.quantities import Kind, read, supported
from kb.store import Ask, Revision
from kb.text import normalise
from kb.training.drill import Drill, Fact
from kb.training.drill_lint import stated
from kb.training.from_questions import short

MOST_FACTS = 4
LONGEST_STATEMENT = 90
"""Characters of a new sentence that is a fact as a whole."""
_GENERIC: dict[ReplyLanguage, str] = {
    "zh-Hant": "之前看過你們的「{title}」,聽說有改動,現在是怎樣的?",
    "zh-Hans": "之前看过你们的「{title}」,听说有改动,现在是怎样的?",
    "en": "I read your “{title}” a while ago and hear that it has changed. How is it now?",
}
_MARK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+|^\s*\|\s*|\s*\|\s*$")


@dataclass(frozen=True, slots=True)
class Changed:
    """A sentence of an article that says something else now."""

    old: str
    """As it stood; '' of a new one."""
    new: str
    facts: tuple[Fact, ...]
    """What the new one states and the old one did not."""
    outdated: tuple[str, ...]
    """Values of the old one that the article no longer states."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the article answered."""

    text: str
    language: Language
    about: str
    """What it was answered by, or what a right answer holds."""


def changed_sentences(old: str, new: str) -> list[Changed]:
    """Pairs of lines that differ between two texts of an article's file, those with a new fact."""
    before, after = _lines(old), _lines(new)
    found: list[Changed] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(
        None, [normalise(one) for one in before], [normalise(one) for one in after], autojunk=False
    ).get_opcodes():
        if tag not in ("replace", "insert"):
            continue
        left = before[a:b]
        for line in after[c:d]:
            beside = _likest(line, left)
            if beside and _likeness(beside, line) > 0.4:
                left.remove(beside)
            else:
                beside = ""
            one = _changed(beside, line, after)
            if one.facts:
                found.append(one)
    return found


def drill_of_change(before: Revision, after: Revision, article: Article, asked: Iterable[Asked], used_by: Iterable[str]) -> Drill | None:
    """None where nothing that can be looked for has changed.

    asked: questions that the article answered, the likeliest first. used_by: people who were answered from the old text.
    """
    changes = changed_sentences(before.text, after.text)
    if not changes:
        return None
    text, language, about = _question(changes, asked, article)
    facts = tuple(fact for one in about for fact in one.facts)[:MOST_FACTS]
    return Drill(
        id=f"change/{after.id}", title=short(article.title), origin="change", language=language, turns=(text,), category=article.category,
        articles=(article.id,), must_mention=facts, must_not_say=tuple(dict.fromkeys(value for one in about for value in one.outdated)),
        disclaimers=article.disclaimers, notes="\n".join(f"{one.old or '–'} → {one.new}" for one in about), meant_for=tuple(sorted(set(used_by))),
    )  # fmt: skip


def asked_before(asks: Sequence[Ask], article: str, version: str) -> list[Asked]:
    """Questions that were answered from that version of the article."""
    found = []
    for ask in asks:
        quotes = [str(one.get("quote", "")) for one in sources_of(ask, article, version)]
        lang = ask.answer.get("lang")
        if quotes and lang in ("zh-Hant", "zh-Hans", "yue", "en") and not ask.history:
            found.append(Asked(ask.question, lang, " ".join(quotes)))
    return found


def sources_of(ask: Ask, article: str, version: str) -> list[dict[str, object]]:
    """The answer's sources that are of this version of the article."""
    return [
        one for one in ask.answer.get("sources") or [] if isinstance(one, dict) and one.get("article") == article and one.get("version") == version
    ]


def _question(changes: Sequence[Changed], asked: Iterable[Asked], article: Article) -> tuple[str, Language, Sequence[Changed]]:
    """The first question that a changed sentence answered, with that sentence; else one about the article, with all of them."""
    for one in asked:
        about = normalise(one.about)
        for change in changes:
            if any(part and part in about for part in (normalise(change.old),)) or any(normalise(value) in about for value in change.outdated):
                return one.text, one.language, [change]
    return _GENERIC[article.lang].format(title=article.title), article.lang, changes


def _changed(old: str, new: str, article: Sequence[str]) -> Changed:
    before, after = read(old), read(new)
    facts = [
        (new[slice(*one.span)].strip(),)
        for one in after
        if one.kind is not Kind.NUMBER and not supported(one, before)
    ]  # fmt: skip
    outdated = [
        old[slice(*one.span)].strip()
        for one in before
        if one.kind is not Kind.NUMBER and not supported(one, after)
    ]  # fmt: skip
    if not facts and len(new) <= LONGEST_STATEMENT and not after:
        facts = [(new,)]
    return Changed(old, new, tuple(dict.fromkeys(facts)), tuple(value for value in dict.fromkeys(outdated) if not stated(value, article)))


def _lines(text: str) -> list[str]:
    """The sentences of an article's body, one a line: no front matter, headings, rules of tables or approved replies."""
    body = re.sub(r"\A\ufeff?---\n.*?\n---\n", "", text.replace("\r\n", "\n"), count=1, flags=re.S)
    body = re.sub(r"^\s*:::\s*reply.*?^\s*:::\s*$", "", body, flags=re.S | re.M)
    lines = (_MARK.sub("", line).strip() for line in body.split("\n") if not line.lstrip().startswith("#"))
    return [line for line in lines if line and not re.fullmatch(r"[\s|:-]+", line)]


def _likest(line: str, others: Sequence[str]) -> str:
    return max(others, key=lambda one: _likeness(one, line), default="")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


__all__ = ["Asked", "Changed", "asked_before", "changed_sentences", "drill_of_change", "sources_of"]

"""Wording that compliance articles forbid: read from their sentences and tables once, found in replies in any script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.characters import level, lowered
from kb.models import Chunk, Doubt, ReplyLanguage, Source
from kb.snapshot import Snapshot
from kb.text import HAN, convert, sentences
from retriever.check_phrases import message
from retriever.checks.everyday import everyday
from retriever.checks.reply import Statement

CATEGORY = "compliance"
"""Category of the articles that say what may not be said."""
LONGEST = 40
"""Characters of a wording, at most."""
_VERB = re.compile(
    r"(?:不得|不可以?|不能|不应|不准|不许|不要|切勿|勿|禁止|严禁|避免|唔好|唔可以|唔准|不)(?:再|出现|写成?|称为|说成?|讲|使用|运用|用|宣称|声称|声明|标榜)|禁用|禁语|禁说|禁写|不得出现"
    r"|\bnever (?:say|use|write|claim|call)\b|\b(?:do not|don't|must not|may not|cannot|can't|should not|shouldn't) (?:say|use|write|claim|call)\b"
    r"|\b(?:is|are) (?:banned|forbidden|prohibited|not allowed)\b|\bavoid\b|\bbanned\b|\bforbidden\b"
)
_CLAIMS = re.compile(r"(?:宣称|声称|标榜|禁用|禁语|禁说|never say|never claim|(?:do not|don't|must not|cannot) (?:say|claim))$")
"""Verbs after which an unquoted list names the wordings; after 'use' or 'avoid' only quoted ones do."""
_INSTEAD = re.compile(
    r"(?:应|请|须|宜|可|要)?(?:改用|改为|改说|改称|代以|换成)|(?:应|请|宜)(?:使用|用|说|写)|\binstead\b|\brather\b|[,;.] ?(?:use|say|write)\b"
)
_QUOTED = re.compile(r"「([^「」]{1,40})」|『([^『』]{1,40})』|“([^“”]{1,40})”|\"([^\"]{1,40})\"|(?<![a-z])'([^']{2,40})'(?![a-z])")
_LISTED = re.compile(r"[、,;/]|或者?|及|和|与|\bor\b|\band\b")
_LIST_END = re.compile(r"等|[。.;(:]|之类|字眼|用语|\betc\b")
_FORBIDDEN_HEADER = re.compile(r"禁|不可|不得|不要|避免|forbidden|banned|avoid|do not|never")
_INSTEAD_HEADER = re.compile(r"改|建议|应|替代|可用|instead|prefer|\buse\b|\bsay\b")
_NEGATED = re.compile(r"(?:不|没有?|无|非|未|勿|唔|冇)[^,。;!?\s]{0,4}$|(?:\bno|\bnot|n't|\bnever|\bwithout|\bnor)(?: [a-z]+){0,2} ?$")


@dataclass(frozen=True, slots=True)
class Wording:
    """One forbidden wording, levelled and in lower case."""

    text: str
    rule: str
    """The article's sentence."""
    title: str
    fix: str
    """The article's own replacement; '' where it names none."""


class ForbiddenWordings:
    """The forbidden wordings of a shop, found in one pass over a reply."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self.wordings = {wording.text: wording for wording in wordings}
        ordered = sorted(self.wordings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_bounded, ordered))) if ordered else None

    @classmethod
    def of(cls, snapshot: Snapshot) -> ForbiddenWordings:
        """What the shop's compliance articles forbid, whatever products their rules speak of: a false alarm costs less than the wording."""
        chunks = (chunk for chunk in snapshot.chunks if snapshot.articles[chunk.article].category == CATEGORY)
        found = ((chunk, rule) for chunk in chunks for rule in _rules(chunk))
        return cls(Wording(text, sentence, snapshot.articles[chunk.article].title, fix) for chunk, (texts, fix, sentence) in found for text in texts)

    def check(self, statements: Sequence[Statement], sources: Sequence[Source], lang: ReplyLanguage) -> list[Doubt]:
        """Where the reply uses one: not where it denies it, and not where its own source says it in the same words."""
        if self._pattern is None:
            return []
        quotes: list[str] | None = None
        doubts = []
        for statement in statements:
            for match in self._pattern.finditer(statement.plain):
                if _NEGATED.search(statement.plain, max(0, match.start() - 16), match.start()) or everyday(match[0], statement.plain, match.start()):
                    continue
                quotes = [lowered(level(source.quote)) for source in sources] if quotes is None else quotes
                around = statement.plain[max(0, match.start() - 1) : match.end() + 1].strip()
                if len(around) > len(match[0]) and any(around in quote for quote in quotes):
                    continue
                doubts.append(self._doubt(statement, match, lang))
        return doubts

    def _doubt(self, statement: Statement, match: re.Match[str], lang: ReplyLanguage) -> Doubt:
        wording = self.wordings[match[0]]
        value = statement.text[match.start() : match.end()]
        said = message("forbidden-wording", lang, value=value, title=convert(wording.title, lang), rule=convert(wording.rule, lang))
        fix = convert(wording.fix, "zh-Hans" if _is_simplified(statement.text) else "zh-Hant") if wording.fix else ""
        return Doubt("forbidden-wording", statement.span(*match.span()), said, fix)


@lru_cache(maxsize=16384)
def _rules(chunk: Chunk) -> tuple[tuple[tuple[str, ...], str, str], ...]:
    """(wordings, replacement, the sentence or row) for each rule of a chunk."""
    if chunk.cells:
        return tuple(_row_rules(chunk))
    found = []
    for rule in _sentences(chunk.text):
        plain = lowered(level(rule))
        verb = next((match for match in _VERB.finditer(plain)), None)
        if verb is None:
            continue
        instead = _INSTEAD.search(plain, verb.end())
        until = instead.start() if instead else len(plain)
        texts = _quoted(plain[verb.end() : until]) or _quoted(plain[: verb.start()])
        if not texts and _CLAIMS.search(verb[0]):
            texts = _listed(plain[verb.end() : until])
        fix = next(iter(_quoted(rule[until:])), "")
        if texts:
            found.append((tuple(texts), fix, rule))
    return tuple(found)


def _sentences(text: str) -> list[str]:
    """The sentences, with what follows a semicolon: often what to say instead."""
    found: list[str] = []
    for start, end in sentences(text):
        if found and found[-1].endswith((";", "\uff1b")):
            found[-1] = f"{found[-1]} {text[start:end]}"
        else:
            found.append(text[start:end])
    return found


def _row_rules(chunk: Chunk) -> list[tuple[tuple[str, ...], str, str]]:
    """Of a table that names forbidden wordings in one column and what to say instead in another."""
    headers = [lowered(level(header)) for header, _ in chunk.cells]
    forbidden = next((at for at, header in enumerate(headers) if _FORBIDDEN_HEADER.search(header)), None)
    if forbidden is None:
        return []
    cell = lowered(level(chunk.cells[forbidden][1]))
    instead = next((at for at, header in enumerate(headers) if at != forbidden and _INSTEAD_HEADER.search(header)), None)
    fix = chunk.cells[instead][1] if instead is not None else ""
    texts = _quoted(cell) or _listed(cell)
    return [(tuple(texts), next(iter(_quoted(fix)), fix), chunk.text)] if texts else []


def _quoted(text: str) -> list[str]:
    return [next(filter(None, match.groups())).strip() for match in _QUOTED.finditer(text)]


def _listed(text: str) -> list[str]:
    """The items of an unquoted list: up to eight Chinese characters or four words each."""
    end = _LIST_END.search(text)
    items = (item.strip(" -:,") for item in _LISTED.split(text[: end.start()] if end else text))
    return [item for item in items if _is_wording(item)]


def _is_wording(item: str) -> bool:
    if re.search(r"\d", item):
        return False
    return 2 <= len(item) <= 8 if re.search(rf"[{HAN}]", item) else 1 <= len(item.split()) <= 4 and len(item) > 2


def _is_simplified(text: str) -> bool:
    return convert(text, "zh-Hans") == text


def _bounded(text: str) -> str:
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", text) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", text) else ""
    return before + re.escape(text) + after


__all__ = ["ForbiddenWordings", "Wording"]

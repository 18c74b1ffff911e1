"""Scoring answers against a question set. Pure functions over the answer object; the command line prints what they return.

right: abstains exactly where expected; else cites every all_of article and one any_of, holds one string of each must_include
list and the expected disclaimers. clean: right, and no must_not_include string. sendable: right, and short enough for a chat.
ungrounded: a number in digits that stands in no quote, title, section or date of the sources, nor in the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.questions import Question
from kb.text import fold

CHAT_LENGTH = {"en": 480}
"""Longest sendable draft in characters, disclaimers aside; CHAT_LENGTH_CHINESE for the other languages."""
CHAT_LENGTH_CHINESE = 180
_NUMERALS = "零〇一二兩两三四五六七八九十百千萬万半"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer's figures: 0 or 1 each, but for counts and the reciprocal rank."""

    question: Question
    figures: Mapping[str, float]
    misses: tuple[str, ...]
    """Why it is not right, one line each."""
    draft: str

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of CAUSES: what keeps the draft from being sent as it is; none for a good answer."""
        figures = self.figures
        if figures.get("missing"):
            return ("no-answer",)
        if not figures["abstain_ok"]:
            return ("answered" if self.question.expect.abstain else "refused",)
        answered = not self.question.expect.abstain
        wrong = {
            "article": answered and not figures["cited"], "value": answered and not figures["include"],
            "disclaimer": not figures["disclaimers"], "neighbour": bool(figures["confused"]), "ungrounded": bool(figures["ungrounded"]),
            "long": bool(figures["right"]) and not figures["sendable"],
        }  # fmt: skip
        return tuple(name for name, holds in wrong.items() if holds)


CAUSES = {
    "answered": "false answer",
    "refused": "false refusal",
    "article": "another article cited",
    "value": "asked-for value missing",
    "disclaimer": "disclaimer missing",
    "neighbour": "wrong value stated",
    "ungrounded": "number without a source",
    "long": "right, but too long",
    "no-answer": "no answer",
}
"""Why a draft cannot be sent as it is, the worst first."""


@lru_cache(maxsize=16384)
def comparable(text: str) -> str:
    """NFKC, lower case, one dash, no thousands comma, single spaces, folded to Simplified."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub("[\u2010-\u2015\u2212\ufe63\uff0d~\u301c]", "-", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return fold(re.sub(r"\s+", " ", text))


@lru_cache(maxsize=16384)
def _needle(text: str) -> re.Pattern[str]:
    text = comparable(text).strip()
    pattern = ""
    for index, char in enumerate(text):
        previous = text[index - 1] if index else ""
        if char == " ":
            pattern += r"\s*"
            continue
        if previous and previous != " " and previous.isdigit() != char.isdigit():
            pattern += r"\s*"
        pattern += re.escape(char)
    before = after = ""
    if text[0].isdigit():
        before = r"(?<![\d.])"
    elif text[0] in _NUMERALS:
        before = f"(?<![{_NUMERALS}])"
    elif re.match("[a-z]", text[0]):
        before = "(?<![a-z])"
    if text[-1].isdigit():
        after = r"(?!\d|\.\d)"
    elif re.match("[a-z]", text[-1]):
        after = "(?![a-z])"
    elif text[-1] in _NUMERALS:
        after = f"(?![{_NUMERALS}])"
    return re.compile(before + pattern + after)


def stands_in(needle: str, text: str) -> bool:
    """Whether the string stands in the text as a whole number or word, spaces between digits and letters optional."""
    return _needle(needle).search(comparable(text)) is not None


def judge(question: Question, answer: Mapping[str, Any] | None) -> Judgement:
    """Figures of one answer object; None counts as missing."""
    if answer is None:
        return Judgement(question, {"n": 1, "missing": 1}, ("no answer",), "")
    expect, draft = question.expect, str(answer.get("draft") or "")
    cited = [source["article"] for source in answer.get("sources") or []]
    retrieved = list(answer.get("retrieved") or cited)[:10]
    figures: defaultdict[str, float] = defaultdict(float, n=1)
    misses: list[str] = []
    abstained = bool(answer.get("abstain"))
    figures["abstain_ok"] = abstained == expect.abstain
    if not figures["abstain_ok"]:
        misses.append("abstained from an answerable question" if abstained else "answered what no article answers")
    figures["should_abstain" if expect.abstain else "answerable"] = 1
    if abstained:
        figures["abstained_right" if expect.abstain else "abstained_wrong"] = 1
    _rank(figures, expect.articles.all_of, expect.articles.any_of, retrieved, expect.abstain)
    any_of = expect.articles.any_of
    figures["cited"] = set(expect.articles.all_of) <= set(cited) and (not any_of or bool(set(any_of) & set(cited)))
    lacking = [group for group in expect.must_include if not any(stands_in(one, draft) for one in group)]
    figures["include"] = not lacking
    wrong = [one for one in expect.must_not_include if stands_in(one, draft)]
    figures["confused"] = bool(wrong) and not abstained
    have = {one["id"] if isinstance(one, Mapping) else one for one in answer.get("disclaimers") or []}
    absent = sorted(set(expect.disclaimers) - have)
    figures["disclaimers"] = not absent
    figures["unsupported"] = sum(not claim.get("supported", True) for claim in answer.get("claims") or [])
    figures["ungrounded"] = bool(ungrounded(question, answer))
    body, not_in_text = _body(draft, answer.get("disclaimers") or [])
    figures["disclaimer_not_in_text"] = not_in_text
    if not expect.abstain and not abstained:
        if not figures["cited"]:
            misses.append(f"cites {', '.join(dict.fromkeys(cited)) or 'nothing'}, not {', '.join([*expect.articles.all_of, *any_of])}")
        misses += [f"lacks one of {', '.join(group[:4])}" for group in lacking]
    misses += [f"lacks the disclaimer {one}" for one in absent]
    figures["right"] = figures["abstain_ok"] and (expect.abstain or (figures["cited"] and figures["include"])) and figures["disclaimers"]
    figures["clean"] = figures["right"] and not figures["confused"]
    figures["sendable"] = figures["right"] and len(body) <= CHAT_LENGTH.get(question.lang, CHAT_LENGTH_CHINESE)
    if wrong:
        misses.append(f"also says {', '.join(wrong[:3])}")
    return Judgement(question, {name: float(value) for name, value in figures.items()}, tuple(misses), draft)


def _rank(figures: dict[str, float], all_of: Sequence[str], any_of: Sequence[str], retrieved: Sequence[str], abstain: bool) -> None:
    wanted = {*all_of, *any_of}
    if not wanted or abstain:
        return
    place = next((rank for rank, article in enumerate(retrieved, 1) if article in wanted), 0)
    figures["ranked"] = 1
    figures["r1"], figures["r5"] = place == 1, 1 <= place <= 5
    figures["mrr"] = 1 / place if place else 0.0
    figures["all5"] = set(all_of) <= set(retrieved[:5])


def _body(draft: str, disclaimers: Sequence[Any]) -> tuple[str, int]:
    """(the draft without its disclaimers' texts, how many declared disclaimers are not in it)."""
    texts = _texts(disclaimers)
    absent = sum(not text or text not in draft for text in texts)
    for text in filter(None, texts):
        draft = draft.replace(text, "")
    return draft, absent


def _texts(disclaimers: Sequence[Any]) -> list[str]:
    """Texts of declared disclaimers; '' for one that is declared by its id alone."""
    return [str(one.get("text") or "") if isinstance(one, Mapping) else "" for one in disclaimers]


def ungrounded(question: Question, answer: Mapping[str, Any]) -> set[str]:
    """Numbers in digits of the draft that no source, nor the question, holds."""
    digits = re.compile(r"\d+(?:\.\d+)?")
    parts = [
        str(source.get(key) or "") for source in answer.get("sources") or [] for key in ("quote", "title", "section", "valid_from", "valid_until")
    ]
    as_of = question.as_of or answer.get("as_of", "")
    known = set(digits.findall(" ".join([*(comparable(part) for part in parts), comparable(question.text), str(as_of)])))
    dates = {str(int(number)) for number in known if number.isdigit()}  # 02 in an ISO date is written 2
    text = re.sub(r"\[\d+\]", " ", str(answer.get("draft") or ""))
    for wording in filter(None, _texts(answer.get("disclaimers") or [])):
        text = text.replace(wording, " ")
    stated = set(digits.findall(comparable(text)))
    return {number for number in stated if number not in known and number.lstrip("0") not in dates}


def totals(judgements: Sequence[Judgement]) -> dict[str, Counter[str]]:
    """Sums of the figures: under 'ALL', 'kind …' and 'lang …'."""
    groups: dict[str, Counter[str]] = {}
    for one in judgements:
        for key in ("ALL", f"kind {one.question.kind}", f"lang {one.question.lang}"):
            groups.setdefault(key, Counter()).update(one.figures)
    return dict(sorted(groups.items()))


def summary(judgements: Sequence[Judgement]) -> dict[str, float]:
    """The headline figures over all questions."""
    c: Counter[str] = totals(judgements).get("ALL", Counter())

    def rate(name: str, base: str = "n") -> float:
        return round(c[name] / c[base], 4) if c[base] else 0.0

    missed = c["should_abstain"] - c["abstained_right"]
    f1 = 2 * c["abstained_right"] / max(1, 2 * c["abstained_right"] + c["abstained_wrong"] + missed)
    return {
        "n": c["n"], "missing": c["missing"], "right": rate("right"), "sendable": rate("sendable"), "clean": rate("clean"),
        "r1": rate("r1", "ranked"), "r5": rate("r5", "ranked"), "mrr": rate("mrr", "ranked"), "abstain_f1": round(f1, 4),
        "false_answer": round(missed / max(1, c["should_abstain"]), 4), "false_refusal": rate("abstained_wrong", "answerable"),
        "disclaimers": rate("disclaimers"), "confused": c["confused"], "unsupported": c["unsupported"], "ungrounded": c["ungrounded"],
        "disclaimer_not_in_text": c["disclaimer_not_in_text"],
    }  # fmt: skip


COLUMNS = (
    ("right", "n"), ("sendable", "n"), ("clean", "n"), ("r1", "ranked"), ("r5", "ranked"), ("all5", "ranked"), ("mrr", "ranked"),
    ("cited", "n"), ("include", "n"), ("disclaimers", "n"), ("abstain_ok", "n"),
)  # fmt: skip


def table(judgements: Sequence[Judgement]) -> list[list[str]]:
    """Rows of the table by kind and language, the header first."""
    rows = [["", "n", *(name for name, _ in COLUMNS)]]
    for key, c in totals(judgements).items():
        rows.append([key, f"{c['n']:.0f}", *(f"{c[name] / c[base]:.3f}" if c[base] else "-" for name, base in COLUMNS)])
    return rows


__all__ = ["CAUSES", "Judgement", "judge", "stands_in", "summary", "table", "totals", "ungrounded"]

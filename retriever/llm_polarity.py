"""What a sentence denies, and which way its limits point: a wording may turn neither round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kb.quantities import Kind, Quantity, read, supported
from retriever.llm_concepts import NO_NEED
from retriever.llm_words import Words, flat, word_reader

SAME_WORD = 0.5
"""Cosine from which two words of the bundled model mean much the same, in one language or two."""
_REACH = 8
"""Telling words up to which a 'not' reaches within its clause."""

_NOT = r"不(?:要|可|得|能|应|宜|可以|允许)?"
_NOT_LIMITS = (
    rf"{_NOT}(?:少于|超过|多于|迟于|早于|低于|高于|超出|逾|足)"
    r"|\b(?:no|not) (?:more|less|[a-z]{2,8}er) than\b|\bnot? exceed\w*|\bno \w+ exceeding\b"
)
_NO_DENIAL = rf"{_NOT_LIMITS}|{NO_NEED}|不[但仅过同论管锈妨便久时断错]|不好意思|无[论忧]|未来|非常|(?:特|分|级|类|区|个|识|辨|性)别|别[的人墅针]|\bnot only\b|\bno\. ?\d"
_DENIAL = (
    r"不|没有?|无|避免|避开|切忌|远离|禁止|严禁|谢绝|拒绝|恕|毋|勿|唔|冇|非|别"
    r"|\b(?:not|no|never|none|nor|neither|without|cannot|can't|unable|prohibit\w*|forbid\w*|forbidden|refus\w+|declin\w+|reject\w+|exclud\w+|fail\w*|den(?:y|ies|ied)|ineligible|void|avoid\w*|refrain\w*|away from|keep out)\b"
    r"|n't\b"
)
_UN = re.compile(
    r"\bun(?=(?:opened|worn|used|touched|damaged|washed|sealed|altered|paid|cut|engraved|registered|signed|delivered|shipped|claimed|redeemed)\b)"
)
_STATE = r"未(?:曾|经|被)?|\b(?:un|non)\b"
"""Denies the very next word only: 未拆封, unopened (read as 'un opened', so that the vectors compare what is denied)."""
_NOT_ALONE = re.compile("[不未无没勿概恕毋非均亦也并]*[不未无没勿恕毋][可能得会予设准许要应宜以被曾经有法是]*")
_SCAN = re.compile(rf"(?P<skip>{_NO_DENIAL})|(?P<state>{_STATE})|(?P<denial>{_DENIAL})")
_CLAUSE = re.compile(
    r"[,,。.;;::!!??\n]|\b(?:but|while|whereas|however)\b|但|而(?!且)|(?<![不未无])可(?!能)|\b(?:and|or) (?=(?:can|may|will|is|are)\b)"
)
"""Where the reach of a 'not' ends: at a stop, and where something is affirmed."""
_LIGHT = frozenset(
    "亦 也 均 并 可 可以 能 能够 得 会 被 获 予 再 有 设 在 于 的 了 是 为 与 和 及 或 另 将 作 已 接受 提供 支持 办理 安排 受理 适用 允许 是否 任何 相关 符合 属于 含 含有 包含 其 该 此 我们 您 "
    "be been being is are was were will would shall can may do does did have has had any the a an to for of in on by with it this that we our you your they or and as "
    "contain contains containing include includes possible available allowed permitted accepted accept eligible offered offer provide provided given granted entitled able apply applies applicable supported".split()
)
"""Words that carry no matter of their own: what is denied stands after or before them."""


@dataclass(frozen=True, slots=True)
class Denials:
    """What a text denies. Indices are of words."""

    heads: tuple[tuple[int, ...], ...]
    """The word or two that each 'not' is about."""
    reaches: tuple[tuple[int, ...], ...]
    """Every word within reach of each 'not'."""
    reached: frozenset[int]
    """All of them."""


def denials(words: Words) -> Denials:
    """The denials of a text, clause by clause."""
    heads: list[tuple[int, ...]] = []
    reaches: list[tuple[int, ...]] = []
    bounds = [0, *(match.start() for match in _CLAUSE.finditer(words.text)), len(words.text)]
    for start, end in pairwise(bounds):
        inside = [i for i, (a, b) in enumerate(words.spans) if a >= start and b <= end and _telling(words, i)]
        for match in _SCAN.finditer(words.text, start, end):
            if match.lastgroup == "skip":
                continue
            within = [i for i in inside if words.spans[i][1] > match.end()]
            after = within[: 1 if match.lastgroup == "state" else _REACH]
            before = [i for i in inside if words.spans[i][1] <= match.start()]
            head = tuple(after[:2]) or tuple(before[-1:])
            if head:
                heads.append(head)
                reaches.append(tuple({*after, *head}))
    return Denials(tuple(heads), tuple(reaches), frozenset(i for reach in reaches for i in reach))


def only_denies(word: str) -> bool:
    """Whether a word says no more than 'not': 不可, 不設, cannot, 'un' of what was unopened."""
    return word == "un" or _NOT_ALONE.fullmatch(word) is not None or re.fullmatch(_DENIAL, word) is not None


def _telling(words: Words, index: int) -> bool:
    word = words.words[index]
    return word not in _LIGHT and not word.isdigit() and not only_denies(word)


def turned(wording: str, evidence: str) -> bool:
    """Whether the wording denies what its evidence does not deny, or the other way round."""
    reader = word_reader()
    said, stated = (reader.read(_UN.sub("un ", flat(text))) for text in (wording, evidence))
    mine, theirs = denials(said), denials(stated)
    if not mine.heads and not theirs.heads:
        return False
    alike = _likeness(said, stated)
    if any(not any(alike[i, j] >= SAME_WORD for i in head for j in theirs.reached) for head in mine.heads):
        return True
    if any(not any(alike[i, j] >= SAME_WORD for j in reach for i in mine.reached) for reach in theirs.reaches):
        return True
    firsts = [head[0] for head in theirs.heads]
    free = [j for j in range(len(stated.words)) if j not in theirs.reached]
    for i in range(len(said.words)):
        if i in mine.reached or not any(alike[i, head] >= SAME_WORD for head in firsts):
            continue
        if not any(alike[i, j] >= SAME_WORD for j in free):
            return True
    return _bound_otherwise(said, stated, mine, theirs)


def _bound_otherwise(said: Words, stated: Words, mine: Denials, theirs: Denials) -> bool:
    """Whether a clause affirms and denies in a combination that no clause of the evidence has: 已拆可退、未拆不可退 swapped."""
    alike = _likeness(said, stated)
    disputed = [head for head, *_ in theirs.heads if any(j not in theirs.reached and _same(stated, head, j) for j in range(len(stated.words)))]
    if not disputed:
        return False
    patterns = [_pattern(stated, clause, theirs, [(head, [j for j in range(len(stated.words)) if _same(stated, head, j)]) for head in disputed])
                for clause in _clauses(stated)]  # fmt: skip
    like = [(head, [i for i in range(len(said.words)) if alike[i, head] >= SAME_WORD]) for head in disputed]
    for clause in _clauses(said):
        claimed = _pattern(said, clause, mine, like)
        if claimed and not any(claimed <= pattern for pattern in patterns):
            return True
    return False


def _pattern(words: Words, clause: tuple[int, int], denied: Denials, groups: Sequence[tuple[int, Sequence[int]]]) -> frozenset[tuple[int, bool]]:
    """(disputed word, whether it is denied) of a clause."""
    start, end = clause
    return frozenset(
        (head, i in denied.reached) for head, members in groups for i in members if words.spans[i][0] >= start and words.spans[i][1] <= end
    )


def _clauses(words: Words) -> list[tuple[int, int]]:
    bounds = [0, *(match.start() for match in _CLAUSE.finditer(words.text)), len(words.text)]
    return list(pairwise(bounds))


def _same(words: Words, i: int, j: int) -> bool:
    return words.words[i] == words.words[j] or float(words.vectors[i] @ words.vectors[j]) >= SAME_WORD


def _likeness(first: Words, second: Words) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """(words of the first, words of the second): cosine; 1 where the words are the same or one Chinese word is a part of the other."""
    alike = first.vectors @ second.vectors.T
    for i, a in enumerate(first.words):
        for j, b in enumerate(second.words):
            if a == b or (len(a) > 1 and len(b) > 1 and not a.isascii() and (a in b or b in a)):
                alike[i, j] = 1.0
    return np.asarray(alike, np.float32)


# ---- limits ------------------------------------------------------------------------------------------------------------

_GAP = r"[^,,。;;:\d\s]{0,8}\s*$"
_MOST_BEFORE = re.compile(
    rf"(?:{_NOT}(?:超过|超出|多于|高于|迟于|逾)|最多|至多|最长|最高|最迟|上限|以内|限购|截至|直至){_GAP}|(?:限|限于|为限|至|到)\s*$"
    r"|(?:under|below|within|up to|at most|no more than|not more than|(?:no|not) (?:later|longer|hotter|higher|warmer|larger|bigger|heavier|older) than|less than|fewer than|not exceed(?:ing)?|limited to|limit (?:is|of)|maximum(?: of| is)?|max\.?|capped at|before|until|till|by|to|through)\s*$"
)
_MOST_AFTER = re.compile(r"^\s*(?:或?以内|之?内|或以下|以下|之前|以前|前|为限|or (?:less|fewer|under|below|lower|earlier)|at most|max(?:imum)?)")
_LEAST_BEFORE = re.compile(
    rf"(?:{_NOT}(?:少于|低于|早于)|至少|最少|最低|起码|满|达到?|超过|高于|多于|大于|逾){_GAP}"
    r"|(?:at least|(?:no|not) (?:less|fewer|lower|earlier|shorter|smaller|cooler|colder|younger) than|minimum(?: [a-z]+)?(?: [a-z]+)? of|over|above|more than|exceed(?:s|ing)?|longer than|a full|reach(?:es|ing)?|from|starting|starting at)\s*(?:(?:hk|us|nt)?\$|[a-z]{3} )?\s*$"
)
_LEAST_AFTER = re.compile(r"^\s*(?:或?以上|起|or (?:more|above|over|longer|later|higher)|and above|at least|onwards?)")
_LATER_BEFORE = re.compile(r"\bafter\s*$")
_LATER_AFTER = re.compile(r"^\s*(?:之?后|以后|过后)")
_ANCHORED = re.compile(r"^\s*(?:after|from|of)\b")
_SPAN = re.compile(r"^\s*(?:to|until|till|through|至|到|-|\u2013)")


def direction(quantity: Quantity, text: str) -> str:
    """Which way the limit that a text sets with a quantity points. `text` is flat.

    'most', 'least', 'later' (after 7 days), 'anchored' (7 days after something; in Chinese no more than 'something 後 7 日') or ''.
    """
    before, after = text[max(0, quantity.span[0] - 28) : quantity.span[0]], text[quantity.span[1] : quantity.span[1] + 12]
    if _SPAN.search(after):
        return ""
    if _MOST_AFTER.search(after):
        return "most"
    if _LEAST_AFTER.search(after):
        return "least"
    if _LEAST_BEFORE.search(before) and not re.search(rf"(?:不|not |no ){_GAP}", before[:-1]):
        return "least"
    if _MOST_BEFORE.search(before):
        return "most"
    if _LATER_AFTER.search(after) or _LATER_BEFORE.search(before):
        return "later"
    return "anchored" if _ANCHORED.search(after) else ""


def limits_moved(wording: str, evidence: str) -> bool:
    """Whether a quantity of the wording is a limit of another direction than in its evidence."""
    said, stated = flat(wording), flat(evidence)
    for quantity in read(wording):
        rows = [one for one in read(evidence) if supported(quantity, [one])]
        ways = {direction(one, stated) for one in rows}
        if rows and not _may_say(direction(quantity, said), ways, quantity.kind):
            return True
    return False


def _may_say(way: str, ways: set[str], kind: Kind) -> bool:
    if way in ways:
        return True
    if way == "":  # 'at least' and an amount's 'up to' must not be lost; a period's 'within' may be
        return "anchored" in ways or (ways == {"most"} and kind is Kind.DURATION)
    if way == "anchored":
        return "" in ways
    if way in ("later", "least"):
        return bool(ways & {"later", "least"})
    return "" in ways and kind is Kind.DURATION


__all__ = ["SAME_WORD", "Denials", "denials", "direction", "limits_moved", "only_denies", "turned"]

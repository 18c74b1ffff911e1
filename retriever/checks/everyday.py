"""Everyday uses of words that shops forbid as claims: 最遲, 最久十日, 第一次, 積極, best before, at most. They claim nothing.

A superlative of size or speed is a bound only before a number (最快兩日), and after what it is about it is a claim (全港最快).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NUMBER: Final = r"(?=[^,。!?;的]{0,6}[\d一二两三四五六七八九十百半几])"
_EVERYDAY: Final[Mapping[str, re.Pattern[str]]] = {
    word: re.compile(uses)
    for word, uses in {
        "最": rf"最(?:多|少|后|近|迟|晚|早|初|终|先)|最(?:久|长|短|快|慢|高|低|大|小|新|重|轻|远){_NUMBER}|最(?:久|长)(?=可|只|不|要|会|能|大?约|是|为|到)"
        r"|最好(?=先|在|于|唔|不|避|尽|别|勿|咪|提[前早]|趁|早|预)|[您你]最(?:关心|担心|在意|介意|想|希望|需要|心急|着急)",
        "第一": r"第一(?:[次个天日周年月季批步句件份张条页期行列组人位封段]|星期|时间|部分|阶段)|(?<![^,。;:!?\s])第一(?=[,、:])",
        "首": r"首(?:次|先|日|天|周|月|年|页|期|件|笔|重|饰|尾|字)|首\s?(?=[\d一二两三四五六七八九十])",
        "极": r"[积消太南北两]极|极(?:端|少|个别|地)",
        "顶": r"[封屋楼山头车]顶|顶(?:部|上|层|端|多|楼|格|盖)",
        "绝": r"[拒谢断]绝|绝(?:不|非|无|大多数|大部分)",
        "best": r"\bbest (?:before|by|regards|wishes|if|not|to)\b|\bbest (?:within|for|after|kept|stored|eaten|enjoyed|used)\b|\b(?:at|all) (?:the|its|their|your|our)? ?best\b"
        r"|\b(?:do|does|did|done|doing|try|tried|trying) (?:our|my|your|their|its|the) (?:very )?best\b",
        "first": r"\bfirst (?:time|of all|day|week|month|year|order|purchase|reply|message|come|served|aid|name|step|thing|things|check|please|\d|one|two|three|four|five|six|seven|ten)"
        r"|\bat first\b|\bthings first\b|(?<![^,.;:!?\s])first(?= ?,)",
        "most": r"\bat (?:the )?most\b|\bthe most (?:you|we|that)\b|\bmost (?:of|orders|parcels|customers|people|cases|days|items|likely|often)\b",
        "top": r"\bon top\b|\btop(?: |-)ups?\b|\bthe top (?:of|left|right|layer|shelf|corner|edge)\b",
    }.items()
}  # fmt: skip
"""By forbidden word, levelled and in lower case: where it stands in an everyday phrase."""
_REACH: Final = 16
"""Characters before and after the word in which the phrase lies."""


def everyday(word: str, plain: str, at: int) -> bool:
    """Whether the word, which begins at `at` in a levelled text, stands there in an everyday phrase."""
    uses = _EVERYDAY.get(word)
    if uses is None:
        return False
    end = at + len(word)
    return any(found.start() <= at and end <= found.end() for found in uses.finditer(plain, max(0, at - _REACH), end + _REACH))


__all__ = ["everyday"]

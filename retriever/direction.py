"""Yes or no: whether a question asks for permission, and whether the evidence denies it."""

from __future__ import annotations

import re

from kb.text import normalise, sentences

_MAY_I = re.compile(
    r"可不可以|可唔可以|可以|可否|能不能|能否|得唔得|行不行|行吗|可唔可|(?<!可)能|([送寄退换做收食戴用放改修买])[不唔]\1|\b(?:can|could|may) (?:i|we|it|you|they|my|the|this|these)\b"
)
_ASKS_ELSE = re.compile(
    r"有没有|有冇|有无|多少|几[多个天日耐时钱点号]|多[久长大快]|哪|什么|啥|怎|咋|点[样算解]|边[个度]|咩|乜|谁|还是|定系"
    r"|\b(?:what|how|which|when|where|who|why|or)\b"
)
_DENIED_ALREADY = re.compile(r"不想|不要|唔想|唔要|不是不|不能不|\b(?:not|never|n't|without)\b|n't\b")
_DENIES = re.compile(
    r"(?<![若如])(?:恕不|概不|不(?:接受|可(?!抗)|能|得|设|提供|适用|支持|支援|寄|送|退|换|派送|回购|受理|办理|出货|发货|售|宜))|无法|未能|禁止|谢绝"
    r"|\b(?:not|cannot|never)\b|n't\b"
)
_ALLOWS = re.compile(r"(?<!不)可(?!能|抗)|(?<!不)接受|(?<!不)能(?!量|力)|只限|仅限|除外|以外|\b(?:can|may|only|except|unless)\b(?! not\b)(?!not)")


def asks_permission(part: str) -> bool:
    """Whether a question of the message is answered by yes or no and asks whether something may be done: can I …, 可唔可以…."""
    text = normalise(part)
    return bool(_MAY_I.search(text)) and not _ASKS_ELSE.search(text) and not _DENIED_ALREADY.search(text)


def denies(text: str) -> bool:
    """Whether one plain sentence denies: it holds a negation and nothing that is allowed, excepted or limited."""
    folded = normalise(text)
    return len(sentences(text)) == 1 and bool(_DENIES.search(folded)) and not _ALLOWS.search(folded)


__all__ = ["asks_permission", "denies"]

"""Promises that no cited source makes: 一定、保證、guarantee with a refund, an arrival, a compensation …"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.characters import level, lowered
from kb.models import Doubt, ReplyLanguage, Source
from retriever.check_phrases import message
from retriever.checks.reply import Statement, stated_by

_CERTAIN = re.compile(
    r"一定(?!要|须|需)|必定|保证|担保|包保|肯定|绝对|保您|保你|(?:(?<![\u4e00-\u9fff])|(?<=[们哋可全都会]))包(?=退|换|邮|赔|到|修)|百分百"
    r"|\bguarantee[ds]?\b|\bpromise[ds]?\b|\bdefinitely\b|\bcertainly\b|\bfor sure\b|\bwithout fail\b|\b100% (?:sure|certain)\b|\babsolutely\b|\bassure[ds]?\b"
)
_NOT = re.compile(
    r"(?:不|没有|未|非|无法|难以|唔|冇|无)(?:会|能|可以?|敢|作|作出|给予|提供|是|系|获|受)?\s*$|(?:\bnot?|n't|cannot|never|no|without|nor)(?: be| a| an| to| that| any)?\s*$|\bno(?: [a-z]+){1,4} (?:can|could|may|will) be\s*$"
)
_COMMITMENTS: dict[str, re.Pattern[str]] = {
    "refund": re.compile(r"退款|退钱|退回款|退货|全退|包退|退换|退费|\brefund|\bmoney back\b|\breturn"),
    "compensation": re.compile(r"赔|补偿|赔付|compensat|\breimburs|\bgoodwill"),
    "arrival": re.compile(r"到货|送到|送达|收到|抵达|到达|寄到|寄出|发货|发出|出货|包到|\barriv|\bdeliver|\bdispatch|\bship"),
    "free": re.compile(r"免费|免运|免单|包邮|免收|不收费|豁免|\bfree\b|\bwaive|no charge|at no cost"),
    "exchange": re.compile(r"换货|更换|换新|包换|调换|补寄|重寄|补发|\bexchange|\breplace|\bresend"),
    "repair": re.compile(r"维修|修好|修理|包修|\brepair"),
    "discount": re.compile(r"折扣|优惠|减价|最低价|差价|补差|赠送|赠品|\bdiscount|\bcoupon|\bvoucher|lowest price|price match|\bgift"),
    "stock": re.compile(r"有货|补货|返货|到仓|留货|预留|\bin stock\b|\brestock|\breserve"),
    "quality": re.compile(r"正品|真货|有效|安全|无害|不会坏|不过敏|升值|保值|\bauthentic|\bgenuine|\bsafe\b|\bharmless|\bwork for\b|\bcure"),
}
_OURS = re.compile(
    r"(?:我们|我哋|我地|我|我方|本店|公司)(?:会|将|可以|帮(?:你|您)|马上|立即|即刻|保)|\bwe(?: will|'ll| shall| are going to)\b|\bi(?: will|'ll)\b"
)
_COSTLY = ("compensation", "free", "discount")
_CLAUSE = re.compile(r"[,，;；:、]")


def promises(statement: Statement, sources: Sequence[Source], lang: ReplyLanguage) -> list[Doubt]:
    """Commitments that the sentence makes with certainty, or in our own name, where no source that it rests on does so."""
    plain = statement.plain
    certain = [match for match in _CERTAIN.finditer(plain) if not _denied(plain, match.start())]
    ours = None if statement.cited else _OURS.search(plain)
    if not certain and ours is None:
        return []
    made = {name for name, pattern in _COMMITMENTS.items() if pattern.search(plain)}
    rested = [lowered(level(stated_by(source))) for source in statement.cited or tuple(sources)]
    if certain and made and not _made_by(rested, made, certain=True):
        return [_doubt(statement, certain[0], lang)]
    costly = made.intersection(_COSTLY)
    if ours and costly and not _denied(plain, ours.start()) and not _made_by(rested, costly, certain=False):
        return [_doubt(statement, ours, lang)]
    return []


def _made_by(texts: Sequence[str], made: set[str], *, certain: bool) -> bool:
    """Whether one text commits to one of these, with as much certainty."""
    return any(any(_COMMITMENTS[name].search(text) for name in made) and (not certain or _is_certain(text)) for text in texts)


def _is_certain(text: str) -> bool:
    return any(not _denied(text, match.start()) for match in _CERTAIN.finditer(text))


def _denied(text: str, at: int) -> bool:
    """Whether a 'not' stands right before."""
    return _NOT.search(text, max(0, at - 12), at) is not None


def _doubt(statement: Statement, promise: re.Match[str], lang: ReplyLanguage) -> Doubt:
    """The clauses that promise: from the one with the word to the one with what is committed to."""
    plain, text = statement.plain, statement.text
    commitment = next(filter(None, (pattern.search(plain) for pattern in _COMMITMENTS.values())))
    start, end = min(promise.start(), commitment.start()), max(promise.end(), commitment.end())
    begin = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
    stop = _CLAUSE.search(text, end)
    finish = stop.start() if stop else len(text)
    begin += len(text[begin:start]) - len(text[begin:start].lstrip())
    finish = max(end, len(text[:finish].rstrip(" .。!\uff01")))
    return Doubt("promise", statement.span(begin, finish), message("promise", lang, value=text[begin:finish]), "")


__all__ = ["promises"]

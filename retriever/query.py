"""A message → Query: language, the questions in it, what earlier turns add, what kind of value and which place or product it names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from kb.lexicon import Lexicon, place_lexicon
from kb.models import Asker, Language, Query, ReplyLanguage, Turn
from kb.quantities import Kind
from kb.text import HAN, clean, detect, normalise, sentences

LONGEST_MESSAGE = 10_000
"""Characters that are read of a message."""
MOST_PARTS = 4
MOST_CLAUSES = 40
"""A sentence with more commas than this is a list, not questions in a row."""

_ASKS = re.compile(
    r"[?？吗呢]|多[少久长大远高重]|几|怎|咋|哪|什么|啥|谁|何|可[否唔]|能不能|可不可|是不是|有没有|有冇|会不会|会唔会|系咪|得唔得|点[样解算]|(?<![海旁身路周河湖外里左右上下两这那一])边|乜|咩|未呀|如何|是否"
    r"|\b(?:what|which|who|whom|when|where|why|how|any|allowed)\b|(?:^|[,;:]\s*|\band )(?:can|could|do|does|did|is|are|was|will|would|should|may)\b"
)
_WH = re.compile(
    r"多[少久长大远高重]|几[多耐时点个天日次件钱岁克]?|怎[么样]|哪|什么|啥|谁|何时|点[样算]|边[个日度]|乜|咩|how (?:much|many|long|far|big)|what|when|where|which|who"
)
_FOLLOWS = re.compile(
    rf"^(?:那|咁|噉|哦|噢|嗯|所以|另外|还有|仲有|同埋|如果|要是|(?:and|what about|how about|what if|then|so|ok|okay|but|also)(?![a-z]))|(?:呢|又点|又如何|又怎样)[?？!。]*$"
    rf"|^[{HAN}]{{1,7}}[?？]?$|(?:这种|这个|那个|它|嗰只|呢只|佢|this one|that one|\bit\b|those|these|them|the other)"
)
_KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.DURATION, r"多久|几耐|多长时间|几[多]?[天日个周月年]|多少[天日周月年个]|几个?钟|几点钟|几小时|多少小时|时限|期限|限期|保质期|多快|几时[到收]|how long|how many (?:\w+ )?(?:days|hours|weeks|months|years|minutes)|how soon|within|time limit|shelf life|turnaround|更[久耐]|耐啲|[久耐][一]?[点些]|last longer"),
    (Kind.DATE, r"几时|何时|什么时候|几号|哪[天日]|边日|来得及|[赶赶]得[切及上]|截止|截单|最[迟晚]|最后|when\b|what date|which day|deadline|latest|last day|cut-?off|until when|by when|in time\b|too late|still (?:pay|order|get)"),
    (Kind.TIME, r"几点|几时开|几时关|营业时间|what time|opening hours|hours?\b"),
    (Kind.MONEY, r"更[贵平]|更便宜|[平贵]啲|便宜[一]?[点些多]|[减平悭省](?:几|多少)|cheaper|dearer|how much off|多少钱|几钱|几多钱|多少块|几蚊|几块|运费|邮费|手续费|费用|价[钱格]|收费|工费|押金|订金|定金|贵|便宜多少|how much|price|cost|fee|charge|pay|deposit|shipping|postage"),
    (Kind.PERCENT, r"便宜(?:多少|几)|[减平悭省](?:几|多少)|打几|百分之|几成|几多成|%|折(?!叠|合|射|返)|几多个?%|percent|discount|how much off|rate"),
    (Kind.COUNT, r"几[次件盒片支粒颗款罐瓶张份封个位字样种]|多少[次件盒片支粒颗款罐瓶张份封个位字]|几多[次件盒片支粒颗款罐瓶樽张份封个位字只条分]|最多|上限|限购|how many|maximum|limit|at most"),
    (Kind.WEIGHT, r"更[重轻]|[重轻](?:[一]?[点些]|啲)|heavier|lighter|多重|几重|几克|多少克|净重|重量|weigh|weight|grams?"),
    (Kind.LENGTH, r"更[大长高宽厚薄]|[大长高宽厚](?:[一]?[点些]|啲)|bigger|larger|taller|wider|多大|几大|尺寸|直径|多长|多宽|多高|大小|size|diameter|dimension|how (?:big|large|long|wide|tall)"),
    (Kind.TEMPERATURE, r"几度|多少度|温度|temperature|how (?:hot|cold)"),
    (Kind.VOLUME, r"容量|几毫升|多少毫升|几ml|capacity|volume"),
)  # fmt: skip
_PAST = re.compile(
    r"去年|旧年|上年|以前|之前|旧版|旧规|旧制|当时|当初|从前|(?<![寄送邮拿跟着带走搬转换])过去|上次|往年|\b(?:last year|used to|previously|old (?:rule|version|policy)|back then|ended|earlier)\b"
)
_ENDED = re.compile(
    r"失效|无效|过期|过咗|[还仲](?:能|可以|可唔可以)用|[还仲]有效|[赶趕]得[切及上]|来得及|错过|结束|截咗|\b(?:still (?:good|valid|work\w*)|expire\w*|too late|missed)\b"
)
_FUTURE = re.compile(
    r"几时先|未开始|何时(?:开始|推出)|(?:几时|什么时候)(?:开|派|出|推出|上)|\bwhen (?:will|does) .{0,30}(?:start|open|begin)\b"
    r"|明年|下年|出年|来年|新版|新规|即将|将来|之后会|几时开始|什么时候开始|快要|\b(?:next year|coming|upcoming|new (?:rule|version|policy)|start(?:s|ing)?|begin)\b"
)
_DISAGREEMENT = re.compile(
    r"(?:一个|个)(?:话|说|讲).{1,16}(?:另一?个|第二个)(?:话|说|讲)|[说讲]法(?:不一|唔同|不同|不太?一[样致])|(?:讲|说|话)(?:的|得|嘅)?(?:都)?(?:唔同|不同|不一样)|[两几]个(?:人|同事|客服).{0,8}(?:讲|说|话).{0,4}(?:唔同|不同|不一样)|矛盾|自相|到底是?几"
    r"|\b(?:different (?:answers?|things?|numbers?)|contradict\w*|conflicting|two different|which (?:one )?is (?:right|correct|true))\b"
)
_KIND_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def understand(
    text: str, *, history: Sequence[Turn], as_of: dt.date, asker: Asker, lang: ReplyLanguage | None, default: ReplyLanguage, terms: Lexicon
) -> Query:
    """The query of a message. `lang` fixes the language of the reply; else it is the message's own."""
    text = clean(text)[:LONGEST_MESSAGE].strip()
    detected = detect([text, *(turn.text for turn in reversed(history) if turn.role == "customer")], default)
    context = _context(text, history)
    everything = f"{context} {text}"
    here = place_lexicon().find(text) or place_lexicon().find(context)
    named = terms.find(text) or terms.find(context)
    return Query(
        text=text, asker=asker, lang=detected, reply_lang=lang or _reply_language(detected), as_of=as_of,
        parts=_parts(text), context=context, wants=wanted(text) or wanted(everything), places=here, terms=named,
        about_past=bool(_PAST.search(normalise(text))), about_future=bool(_FUTURE.search(normalise(text))),
        about_ended=bool(_ENDED.search(normalise(text))), about_disagreement=bool(_DISAGREEMENT.search(normalise(text))), answered=_answered(history) if context else "",
    )  # fmt: skip


def wanted(text: str) -> frozenset[str]:
    """Kinds of quantity that a question asks for."""
    folded = normalise(text)
    return frozenset(kind.value for kind, pattern in _KIND_PATTERNS if pattern.search(folded))


def _reply_language(lang: Language) -> ReplyLanguage:
    return "zh-Hant" if lang == "yue" else lang


def _parts(text: str) -> tuple[str, ...]:
    """The questions in a message; a statement goes with the question after it, a fragment with the one before it."""
    pieces: list[str] = []
    for start, end in sentences(text):
        pieces += _clauses(text[start:end])
    parts: list[str] = []
    waiting = ""
    for piece in pieces:
        whole = f"{waiting} {piece}".strip()
        if weight(piece) < 4 and parts:
            parts[-1] = f"{parts[-1]} {piece}"
        elif not _ASKS.search(normalise(piece)) or weight(whole) < 4 or _TOPIC.fullmatch(normalise(piece)):
            waiting = whole
        else:
            parts.append(whole)
            waiting = ""
    if waiting:
        if parts:
            parts[-1] = f"{parts[-1]} {waiting}"
        else:
            parts.append(waiting)
    if len(parts) > MOST_PARTS:
        parts = [*parts[: MOST_PARTS - 1], " ".join(parts[MOST_PARTS - 1 :])]
    return tuple(parts) or (text,)


_TOPIC = re.compile(r"(?:那|那么|咁|噉|至于|如果是|[那哪]如果)(?!几|多|怎|点|何|边)[^?？几多怎哪何]{1,14}(?:呢|咧)\s*[?？,，]*")
"""What a follow-up is about ("and the small one?"): the question is what comes after it, or what was asked before."""
_YES_NO = re.compile(
    r"[吗么]\s*[?？]?$|可[否唔]|可不可|能[不否]|会不会|会唔会|得唔得|有没有|有冇|系咪|是不是|要不要|要唔要|使唔使|\b(?:can|could|do|does|is|are|will|may) (?:i|you|we|it|they|there)\b"
)


def _asks(clause: str) -> bool:
    folded = normalise(clause)
    return bool(_WH.search(folded) or _YES_NO.search(folded.rstrip(",、; ")))


def _clauses(sentence: str) -> list[str]:
    """Cut at commas where both sides ask for something of their own."""
    clauses = re.split(r"(?<=[,、;\uff0c\uff1b])\s*|\s+(?=and (?:how|what|when|where|which|is|can|do|does)\b)", sentence)
    if len(clauses) > MOST_CLAUSES:
        return [sentence]
    joined: list[str] = []
    for clause in clauses:
        if joined and not (_asks(joined[-1]) and _asks(clause) and weight(clause) >= 6 and weight(joined[-1]) >= 6):
            joined[-1] += clause
        else:
            joined.append(clause)
    return joined


def weight(text: str) -> int:
    """Han characters and Latin words: how much a piece can say on its own."""
    return len(re.findall(rf"[{HAN}]", text)) + 2 * len(re.findall(r"[A-Za-z0-9]+", text))


def _context(text: str, history: Sequence[Turn]) -> str:
    """The customer's last message where this one leans on it; empty otherwise."""
    earlier = [turn.text for turn in history if turn.role == "customer"]
    if not earlier or not (_FOLLOWS.search(normalise(text)) or weight(text) < 12):
        return ""
    return clean(earlier[-1])[:1000]


def _answered(history: Sequence[Turn]) -> str:
    """What the shop said after the customer's last message; empty where it did not answer yet."""
    if not history or history[-1].role != "agent":
        return ""
    return clean(history[-1].text)[:1000]


__all__ = ["understand", "wanted", "weight"]

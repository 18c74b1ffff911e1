"""What limits a statement, in words: opened or not, chilled or at room temperature, for buyer or shop. One dimension is one row of ASPECTS.

Patterns read levelled text (kb.characters: Simplified, half width, lower case) in Chinese and English alike, so that sentences in different
languages can be held against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from kb.characters import level, lowered

_ASPECTS: Mapping[str, Mapping[str, str]] = {
    "opened": {
        "unopened": r"未(?:经|曾)?[开拆]|不[开拆]封|封条完整|原封|\bunopened\b|\bseal[^.;,]{0,14} intact\b|\bintact (?:outer )?seal|\bnot (?:been |yet )?opened\b",
        "opened": r"(?<![未不])(?<!未经)(?<!未曾)(?:[开拆][封罐瓶盒袋包樽箱]|拆开|打开)|\bopen(?:ed|ing)\b(?<!\bnot opened)",
    },
    "used": {
        "unused": r"未(?:经|曾)?(?:使用|佩戴|骑|穿|试|点火)|没(?:有)?(?:用|戴|骑|穿)过|全新|\bunused\b|\bunworn\b|\bnot (?:been )?(?:used|worn|ridden)\b",
        "used": r"(?<!未)(?<!没)(?<!没有)(?:用|戴|骑|穿)过|已使用|使用过|\b(?:after|once|already) (?:use|used|worn|ridden)\b|^used\b|, used\b",
    },
    "cold": {
        "frozen": r"冷冻|急冻|冰冻|\bfr(?:ozen|eez\w*)\b",
        "chilled": r"(?<!无需)(?<!不需)(?:冷藏|雪柜|冰箱)|\bchilled\b|\brefrigerat\w+|\bfridge\b",
        "room": r"常温|室温|\broom temperature\b|\bambient\b",
    },
    "bound": {
        "most": r"最多|最长|最迟|上限|限购|每?[^有期效权为只仅]限(?= ?[±\d一两])|不[得可能]?超过|至多|(?<!不)封顶|不多于|不高于|\bup to\b|\bat most\b|\blimit(?:s|ed)?\b|\bno (?:more|later) than\b|\bnot (?:more|exceed)\b|\bmaximum\b|\bcapped\b",
        "least": r"最少|至少|最低(?!价)|最短|下限|不[得可]?(?:少|低)于|\bat least\b|\bminimum\b|\bno less than\b",
    },
    "turn": {
        "first": r"首[次个件天日周月年公]|第一[次个件天日周月年]|头[一两]?[次个天日]|\bfirst\b|\binitial\b",
        "next": r"其后|之后每|续[重费]|每加|再加|以后每|次[年月周]|\beach (?:extra|further|additional)\b|\bthereafter\b|\bsubsequent\b|\bevery further\b",
    },
    "moment": {
        "before": r"(?<![目提以之])前(?!往|台|后|轮|叉|管|篮|灯|海)|[以之]前|\bbefore\b|\bprior to\b|\bin advance\b|\bahead\b",
        "after": r"(?<![其此前落售今])后(?!台|续|备|来|货架)|[以之]后|翌日起|次日起|\bafter\b|\bonce\b|\bupon\b|\bwithin [^.;,]{2,24} of\b|\bfrom (?:the )?(?:day|delivery|receipt|purchase)",
    },
    "limit": {
        "only": r"只(?!数)|仅|唯一|方可|限定|\bonly\b|\bsolely\b",
        "except": r"除外|(?<![扣拆解删免清移消])除(?!了|夕|非|镜|下)|以外|例外|另计|\bexcept(?:ions?)?\b|\boutside\b|\bother than\b|\bunless\b|除非",
    },
    "payer": {
        "customer": r"(?:客人|顾客|买家|您|客户|收件人)[^,。;]{0,6}(?:承担|负担|自付|支付|付)|(?:buyer|customer|recipient)s? pays?\b|\b(?:paid|covered|borne) by the (?:buyer|customer|recipient)|\bat (?:the buyer|your)",
        "shop": r"(?:本店|我们|商家|卖家)[^,。;]{0,6}(?:承担|负担|支付|付)|\bwe (?:pay|cover|bear)\b|\b(?:paid|covered|borne) by us\b|\bis ours\b|手续费本店",
    },
    "channel": {
        "chat": r"聊天|线上客服|网上客服|在线客服|\blive chat\b|\bchat\b",
        "phone": r"电话|热线|专线|\bphone\b|\bhotline\b|\btelephone\b",
        "mail": r"电邮|邮件|\be-?mail\b",
        "social": r"社群|社交|私讯|私信|\bsocial media\b",
        "shop": r"门市|门店|陈列室|实体店|到店|\bshowroom\b|\bin[- ]store\b|\bat the (?:shop|store)\b",
        "online": r"网购|网上订|网店|\bonline orders?\b",
    },
    "money": {
        "deposit": r"订金|定金|押金|按金|\bdeposit\b",
        "balance": r"尾款|余款|\bbalance\b",
        "handling": r"手续费|\bhandling fee\b|\bservice fee\b|\bprocessing fee\b|\brestocking fee\b",
        "shipping": r"运费|邮费|免运|包邮|快递费|\bshipping\b|\bpostage\b|\bdelivery (?:fee|cost)s?\b|\bdelivery costs\b",
        "craft": r"工费|工资|手工费|\bcraft fee\b|\blabour\b",
        "price": r"售价|价钱|价格|定价|售(?=[^后出罄完前]|$)|卖(?![家点断方])|\bprice[sd]?\b|(?<!postage )(?<!delivery )(?<!shipping )\bcosts?\b|\bsells? for\b",
        "voucher": r"礼券|优惠券|代金券|红包|\bvouchers?\b|\bcoupons?\b",
        "tax": r"税|\btax(?:es)?\b|\bduty\b|\bduties\b",
        "surcharge": r"附加费|加收|\bsurcharge\b",
        "storage": r"保管费|\bstorage fee\b",
        "repair": r"维修费|改圈|修复|\brepair fee\b",
        "discount": r"折扣|(?<!转)减(?!少|半)|\d折|\bdiscount\b|% off\b",
    },
    "threshold": {"threshold": r"满(?!意|足)|门槛|\bor (?:more|above)\b|\borders? (?:over|above|of)\b|\bspend\w*\b|\bminimum (?:order|spend)\b|\bfree over\b"},
    "deed": {
        "return": r"退货|退回|退换|可退|鉴赏期|无理由|\breturn(?:s|ed|able|ing)?\b|\bcooling-off\b",
        "exchange": r"换货|退换|换款|可换|换新|更换|\bexchang\w+|\breplac\w+|\bswap\w*",
        "refund": r"退款|退费|退钱|退还|\brefund\w*|\bmoney back\b",
        "repair": r"维修|保养|调校|检修|修理|\brepair\w*|\btune-?up\b|\bservicing\b",
        "dispatch": r"出货|发货|寄出|\bdispatch\w*|\bships? (?:in|within|out)\b|\bsent out\b",
        "delivery": r"送货|送达|派送|配送|到货|运送|速递|直邮|\bdeliver(?:y|ies|ed|s)?\b|\barriv\w+",
        "report": r"申报|回报|通报|报障|\breport(?:s|ed)?\b",
        "answer": r"回应|回覆|回复|答复|接听|\brepl(?:y|ies|ied)\b|\brespon\w+|\banswer(?:s|ed)?\b",
        "cancel": r"取消|撤单|\bcancel\w*",
        "keep": r"保留|保管|\bkept\b|\bh[eo]ld\b",
        "guarantee": r"保修|保固|保用|\bwarrant\w+|\bguarante\w+",
        "wear": r"佩戴|配戴|戴着?|\bw[eo]rn?\b|\bwearing\b",
        "store": r"保质期|赏味|最佳食用|保存期|有效期|食用期|吃完|食用完|可以?放|放多久|\bshelf life\b|\bbest (?:before|within)\b|\bkeeps? for\b|\bexpir\w+",
        "pay": r"付款|支付|缴付|\bpay(?:ment|ments|ing|able)?\b|\bpaid\b",
        "lock": r"锁价|锁定|\block(?:s|ed)?\b",
        "trace": r"追查|查件|\btrac(?:e|ing|king)\b",
        "inspect": r"验收|检验|检测|核数|\binspect\w*|\bverif\w+",
        "book": r"预约|预订|预购|\bbook(?:ed|ing|ings)?\b|\breserv\w+",
        "quote": r"报价|\bquot\w+",
        "soak": r"浸泡|中和|\bsoak\w*|\bneutralis\w+",
        "discard": r"丢弃|弃掉|即弃|\bdiscard\w*|\bthrown? away\b",
    },
    "hire": {"rent": r"租借|租金|租用|\brent(?:al|als|ed|s|ing)?\b"},
    "side": {
        "comfort": r"舒适|\bcomfort\b", "limit": r"极限|\bextreme\b",
        "gross": r"毛重|总重|\bgross\b", "net": r"净重|\bnet\b",
        "inner": r"内径|\binner\b", "outer": r"外径|\bouter\b",
    },
    "pace": {
        "standard": r"标准速递|一般配送|普通快递|\bstandard\b", "express": r"急件|加急|特快|次日达|\bexpress\b|\bnext[- ]day\b",
        "cold": r"冷链|\bcold[- ]chain\b", "locker": r"自提柜|智能柜|超商|便利店|\blockers?\b|\bpick-?up point",
    },
    "day": {
        "weekday": r"平日|星期一至|周一至|\bweekdays?\b|\bmon(?:day)?\s?(?:-|to)\s?(?:fri|sat)",
        "weekend": r"周末|星期六|周六|星期日|周日|\bweekends?\b|\bsaturdays?\b|\bsundays?\b",
        "holiday": r"公众假期|假期|国定假日|\bholidays?\b",
        "every": r"每日|每天|\bdaily\b|\bevery day\b|\b(?:a|per) day\b",
    },
}  # fmt: skip

STRICT: Mapping[str, str] = {"opened": "opened", "used": "used", "threshold": "threshold", "cold": "frozen", "hire": "rent"}
"""Dimension → what is never left unsaid: a sentence that says it and one that does not speak of different things."""

_PATTERNS = {
    (dimension, value): re.compile(pattern) for dimension, values in _ASPECTS.items() for value, pattern in values.items()
}  # fmt: skip
ANY_OF_ALL = re.compile(r"所有|全部|一切|任何|全线|各款|每[一]?款|凡|\ball\b|\bevery\b|\bany\b|\beach\b")
"""Words by which a statement covers everything of a kind."""

DIMENSIONS = tuple(_ASPECTS)
_BITS = {(dimension, value): 1 << place for dimension, values in _ASPECTS.items() for place, value in enumerate(values)}


@lru_cache(maxsize=32_768)
def aspects(text: str) -> Mapping[str, frozenset[str]]:
    """Dimension → what the text says in it; dimensions that it does not touch are absent."""
    plain = lowered(level(text))
    found: dict[str, set[str]] = {}
    for (dimension, value), pattern in _PATTERNS.items():
        if pattern.search(plain):
            found.setdefault(dimension, set()).add(value)
    return {dimension: frozenset(values) for dimension, values in found.items()}


def bits(found: Mapping[str, frozenset[str]]) -> list[int]:
    """What `aspects` found as one number for each of DIMENSIONS, a bit for each thing said."""
    return [sum(_BITS[dimension, value] for value in found.get(dimension, ())) for dimension in DIMENSIONS]


def covers_all(text: str) -> bool:
    """Whether a statement is made of everything of a kind."""
    return bool(ANY_OF_ALL.search(lowered(level(text))))


def strict_bits() -> list[int]:
    """For each of DIMENSIONS the bit of what is never left unsaid; 0 where there is none."""
    return [_BITS[dimension, STRICT[dimension]] if dimension in STRICT else 0 for dimension in DIMENSIONS]


__all__ = ["DIMENSIONS", "aspects", "bits", "covers_all", "strict_bits"]

"""Notions that decide what a sentence promises: a wording may not bring one in, nor lose one that limits.

Each notion is one pattern for Chinese (Simplified, as texts are folded) and English together, so that evidence in one language
vouches for a wording in the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kb.text import HAN
from retriever.llm_words import flat


@dataclass(frozen=True, slots=True)
class Concept:
    """A notion and how texts name it."""

    name: str
    pattern: re.Pattern[str]
    new: bool
    """Whether a wording may not name it unless its evidence does."""
    kept: bool
    """Whether a wording must name it where its evidence does."""
    vouched: re.Pattern[str] | None = None
    """What else in the evidence lets a wording name it."""


def _concept(name: str, chinese: str, english: str, *, new: bool = True, kept: bool = False, vouched: str = "") -> Concept:
    parts = [part for part in (chinese, rf"\b(?:{english})\b" if english else "") if part]
    return Concept(name, re.compile("|".join(parts)), new, kept, re.compile(vouched) if vouched else None)


NO_NEED = r"无需|无须|毋须|毋需|不需要?|不须|不用|不必|免去|\bno need\b|\bneed not\b|\bneedn't\b|\b(?:do|does|did)(?: not|n't) (?:need|have) to\b|\bnot (?:required|necessary)\b|\bwithout having to\b"

CONCEPTS: tuple[Concept, ...] = (
    # What a shop may grant.
    _concept("free", r"免费|免运|免邮|免收|免手续|免息|免付|包邮|包运|白送|不收(?=费|任何费|手续|运|邮|附加)|不另收|零费用|无偿", r"(?:interest|duty|tax|postage)-free|(?<!-)free(?! to\b)(?! from\b)|complimentary|(?:no|without|at no) (?:extra |additional )?(?:charge|cost|fee)s?|gratis|on the house|on us", kept=False),
    _concept("gift", r"赠|礼品|礼物|好礼|奖品|送(?=您|你|礼|一份)|加送|附送|额外送", r"gifts?(?![- ](?:box|set|pack|bag|hamper|wrap|card))|gifted|giveaways?|bonus|freebies?|presents?"),
    _concept("discount", r"折扣|优惠|减价|特价|促销|让利|便宜|抵扣|立减|[\d一二三四五六七八九]折|半价|减免", r"discount\w*|promotion\w*|promo|sale|deals?|cheaper|reduc\w+|(?:%|percent) off|half[- ]price|bargain"),
    _concept("voucher", r"券|优惠码|折扣码|代金|购物金|礼卡", r"vouchers?|coupons?|promo codes?|codes?|gift cards?|store credit"),
    _concept("rebate", r"返现|返利|回赠|回馈|返还", r"cash ?back|rebates?"),
    _concept("points", r"积分", r"points?"),
    _concept("refund", r"退款|退钱|退费|退还|退回款", r"refund\w*|money back|reimburs\w+"),
    _concept("exchange", r"换货|退换|更换|调换|换新|换(?!算)", r"exchang\w+|replac\w+|swap\w*"),
    _concept("return", r"退货|退换|退回|寄回|可退", r"return\w*|send (?:it|them) back|sent back"),
    _concept("repair", r"维修|修理|修复|返修|保修", r"repair\w*|fix(?:ed)?|mend\w*|servic(?:e|ed|ing)"),
    _concept("compensation", r"赔|补偿", r"compensat\w*|damages|indemni\w+|make (?:it )?up"),
    _concept("guarantee", r"保证|担保|一定|必定|必然|绝对|肯定|承诺|确保|放心|包退|包换|包赔|必到|百分之?百|100\s?%|打包票", r"guarante\w+|promis\w+|definitely|certainly|surely|assur\w+|ensur\w+|without fail|absolutely|rest assured|undoubtedly"),
    _concept("upgrade", r"升级", r"upgrad\w+"),
    _concept("lifetime", r"终身|终生|永久|永远|一辈子", r"lifetime|forever|permanent\w*|for life"),
    _concept("extension", r"延长|延期|宽限|破例|通融|酌情|弹性", r"extend\w*|extension|grace|exception for you|leeway|flexible|waiv\w+"),
    _concept("waiver", r"豁免|免除|取消费用", r"exempt\w*|waiv\w+"),
    _concept("extra", r"额外|另加|加码|双倍|三倍|加倍|翻倍|再送|再加|多送", r"extra|additional\w*|doubl\w+|tripl\w+|twice as|bonus|more than you"),
    _concept("two-for-one", r"买一|买[二两三]送|第二件", r"buy one|bogo|two for|second (?:one|item)"),
    _concept("hurry", r"马上|立即|立刻|即时|即刻|实时|第一时间|优先|加急|特快|火速|尽快|尽早|尽速|从速", r"immediate\w*|instant\w*|at once|right away|straight away|priority|express|asap|urgent\w*|soon|shortly|promptly|quickly"),
    _concept("today", r"今天|今日|即日|当天|当日|同日", r"today|same[- ]day"),
    _concept("tomorrow", r"明天|明日|次日|翌日|隔天|隔日", r"tomorrow|next[- ]day"),
    # How far a rule reaches.
    _concept("all", r"所有|全部|一切|任何|一律|全场|全线|凡是?|不限|皆|均|全年", r"all|any|anything|anyone|everything|everyone|everybody"),
    _concept("full", r"全额|全数|足额|整[个件张单笔]", r"full|fully|entire\w*|whole", vouched=r"整|满|全"),
    _concept("each", r"每", r"each|every|per|a(?= (?:day|week|month|year))"),
    _concept("whenever", r"随时|任何时[候间]|无限|不限时|全天候|不设期限|无时间限制", r"any ?time|whenever|no (?:time )?limits?|unlimited|at all times|always|24/7"),
    _concept("regardless", r"不论|无论|不管|即使|即便|就算|哪怕|纵使|尽管", r"regardless|even|no matter|whether or not|whatever|despite|although|though"),
    _concept("or", r"或|抑或|还是", r"or|either", vouched=r"[、/及和与]|以[上下]|\band\b|, "),
    _concept("also", r"也(?=可|能|会)|亦(?=可|能|会)|同样|还(?=可|能|会|有)|连同", r"also|too|as well|likewise|plus|besides|moreover|in addition"),
    _concept("only", r"只|仅|限(?!时|制|额|期|于?[前内])|唯", r"only|solely|exclusively|limited to|strictly|just", kept=True),
    _concept("except", r"除(?!了)|例外|除外", r"except\w*|other than|apart from|save for", kept=True),
    _concept("unless", r"除非", r"unless", kept=True),
    _concept("approximate", r"大约|约(?!定|束)|左右|大概|上下|预计|预期|估计|一般|通常|多数|视乎|视情况|为准", r"about|around|approximate\w*|approx|roughly|estimate\w*|usual\w*|normal\w*|typical\w*|general\w*|expected|depend\w*|subject to|vary|varies", kept=True),
    _concept("no-need", NO_NEED, "", kept=True),
    _concept("consent", r"批准|审批|同意|酌情|经确认", r"approv\w+|consent\w*|discretion\w*", kept=True),
    _concept(
        "may", r"可(?!能)|能(?!量|源|力|耗)|得以|允许|准许|有权|任选|自选",
        r"can|cannot|can't|may|could|able|allow\w*|permit\w*|possible|available|eligible|optional\w*|welcome|\w+able", new=False, kept=True,
    ),
    _concept("must", r"须|需|要(?!么|点)|必|请|务|应|才|规定", r"must|need\w*|requir\w+|ha(?:ve|s) to|please|shall|should|only|obliged|necessary", new=False, kept=True),
    _concept("above", r"以上", r"or more|or above|above|over", new=False),
    _concept("below", r"以下", r"or less|or below|below|under", new=False),
    _concept("may-not-must", r"必须|务必|一定要|强制|不得不", r"must|ha(?:ve|s) to|obliged|mandatory|compulsory", vouched=r"须|需|要|必|请|务|应|才|勿|限|\brequir\w*|\bneed\w*|\bshould\b|\bplease\b|\bonly\b"),
    _concept("after", r"后(?!台|续)", r"after|afterwards|later|following", vouched=r"起|翌日|\b(?:of|from|since|within|upon|once|when|until)\b"),
    _concept("before", r"(?<![提目])前(?!往|台|轮|叉|管|篮|灯|往)", r"before|prior to|ahead of|beforehand", vouched=r"至|止|内|提前|预|\b(?:by|until|within|latest|deadline)\b"),
    _concept("charged", r"收费|付费|须付款|有偿|加价", r"for a fee|chargeable|charged|paid (?:service|option)|not free", vouched=r"收取|[收付]\s?[^货到件,,。;;]{0,8}费|[收付]\s?(?:hkd|rmb|nt|us|eur|\$|[\d¥])|另计|费[::]|\bfees?\b|\bcosts?\b"),
    _concept("included", r"包括|包含|连同|涵盖", r"includ\w+|cover(?:s|ed|ing)", vouched=r"含|附|连|配|内有|\bwith\b|\bcontain\w*"),
    _concept("late", r"逾期|过期|迟到|超时|超过期限", r"late|overdue|expired|deadline"),
    _concept("proof", r"收据|单据|发票|凭证|证明", r"receipts?|invoices?|proof"),
    _concept("member", r"会员", r"members?|membership"),
    # Who.
    _concept(
        "shop-pays",
        r"(?:我们|本店|本公司|商店|商家|店方|公司)[^,,。;;]{0,8}(?:承担|负担|支付|负责|出钱|付)|(?:由|归)(?:我们|本店|商家|公司)",
        r"(?:we|us|shop|store|company)\b[^,.;]{0,24}\b(?:pay|pays|cover|covers|bear|bears|absorb)|(?:paid|covered|borne) by (?:us|the (?:shop|store|company)|our)|(?:at )?our (?:own )?(?:cost|expense)",
    ),
    _concept(
        "customer-pays",
        r"自付|自费|自理|(?:客人|客户|顾客|买家|买方|您|你|消费者|会员|收件人)[^,,。;;]{0,8}(?:承担|负担|支付|负责|付)",
        r"(?:customers?|buyers?|you|recipients?)\b[^,.;]{0,24}\b(?:pay|pays|cover|covers|bear|bears)|(?:paid|covered|borne) by (?:the )?(?:customers?|buyers?|you|recipients?)|(?:at )?your (?:own )?(?:cost|expense)",
        kept=True,
    ),
    # States and kinds that stand beside each other: naming the neighbour is a false statement.
    _concept("second-hand", r"二手|翻新|旧货|使用过", r"second[- ]hand|refurbished|pre-?owned|used(?! (?:to|with|by|for|in|as|on|at|within|together|up)\b)"),
    _concept("brand-new", r"全新", r"new(?! (?:zealand|year|york|territories))"),
    _concept("worn", r"已佩戴|戴过|佩戴过|穿过|已使用|使用过|用过|已拆|拆过|已开封|开过|打开过", r"(?:has|have|had|already|been|if|even)(?: already)?(?: been)? (?:worn|used|opened)|(?:worn|used|opened) (?:items?|goods|products?|ones?|box\w*|pieces?)",
             vouched=r"(?<!未)(?<!未经)(?<!未曾)(?:拆封|开封|佩戴|使用|拆开)[后者]|已"),
    _concept("damaged", r"损坏|破损|损毁|瑕疵|故障|坏", r"damag\w+|broken|defect\w*|faulty|flaw\w*"),
    _concept("gold", r"金(?![额]|属)|黄金", r"gold\w*"),
    _concept("silver", r"银(?!行|联|包|码)", r"silver\w*"),
    _concept("platinum", r"铂|白金", r"platinum"),
    _concept("diamond", r"钻", r"diamonds?"),
    _concept("cash", r"现金|现钞", r"cash(?! ?back)"),
    _concept("transfer", r"转账|转帐|汇款|过账", r"bank transfers?|wire|remit\w*"),
    _concept("card", r"信用卡|借记卡|银行卡", r"credit cards?|debit cards?"),
    _concept("online", r"网上|线上|网店|官网|在线", r"online|web ?sites?|web ?shop|app"),
    _concept("store", r"门店|门市|分店|店面|线下|实体店|到店|店铺", r"in[- ]store|stores?|shops?|branch\w*|counter|boutiques?"),
    _concept("morning", r"上午|早上|早晨|清晨", r"mornings?|a\.?m"),
    _concept("afternoon", r"下午|午后", r"afternoons?|p\.?m"),
    _concept("evening", r"晚上|傍晚|夜间|夜晚|晚间", r"evenings?|nights?"),
    _concept("weekend", r"周末|周六日", r"weekends?"),
    _concept("weekday", r"平日", r"weekdays?"),
    _concept("holiday", r"假期|假日|节日", r"holidays?"),
    _concept("working", r"工作天|工作日|营业日", r"(?:working|business)[ -]days?", kept=True),
    *(
        _concept(english, rf"(?:星期|周|礼拜){chinese}", rf"{english}s?|{english[:3]}(?!s)")
        for chinese, english in zip("一二三四五六日", "monday tuesday wednesday thursday friday saturday sunday".split(), strict=True)
    ),
    # What no reply of this kind is for.
    _concept("yes-no", r"^(?:是的?|可以的?|没问题|当然|不可以|不行|对的?|没错|好的)[,,。!!::]|^(?:yes|no|yeah|yep|nope)\b[,.:;! ]", r"sure|of course|no problem"),
    _concept("health", r"治(?!安)|疗|疗效|药效|预防|减肥|抗癌|养生功效|有效|副作用|痊愈|根治|改善", r"cur(?:e|es|ed|ing)|treats?|treatment|heal\w*|prevent\w*|therap\w+|medic\w+|health\w*|side effects?|effective\w*"),
    _concept("safety", r"安全|无害|适合|适宜|宜", r"safe\w*|harmless|suitable", vouched=r"可(?:食|服|戴)"),
    _concept("invest", r"升值|保值|回报|投资|收益|增值", r"invest\w*|apprecia\w+|profit\w*|return on"),
    _concept("superlative", r"最好|最佳|最低|最高|最优|最划算|第一|独家|顶级", r"best|lowest|highest|cheapest|finest|unbeatable|number one|no\. ?1|exclusive"),
    _concept("contact", r"电话|致电|微信|来电|电邮|邮箱|短信|联系|联络|客服|点击|链接|网址|扫码|二维码|加我", r"call|phone|telephone|whatsapp|wechat|telegram|e-?mail\w*|contact(?! lens)\w*|text us|messag\w+|click\w*|links?|urls?|scan\w*|qr|visit|dm"),
    _concept("secret", r"密码|验证码|身份证|卡号|口令", r"passwords?|passcodes?|pin|otp|cvv|verification codes?|card numbers?"),
    _concept("internal", r"内部|主管|经理|同事|员工|店长|权限|机密|保密|政策上|上限额度", r"internal\w*|manager\w*|supervisor\w*|staff|colleagues?|employees?|confidential|team lead|authori[sz]\w+|agents?"),
    _concept("machine", r"指令|提示词|系统|人工智能|模型|规则|角色|机器人|忽略|无视", r"instruct\w+|prompts?|system|ai|language model|assistant|chatbot|ignor\w+|override\w*|developer|role"),
    _concept("sorry", r"抱歉|对不起|不好意思|遗憾|恭喜", r"sorry|apolog\w+|regret\w*|unfortunately|congratulations?|afraid"),
    _concept("legal", r"起诉|法律责任|控告|报警|违法", r"sue|lawsuit|legal action|police|illegal|liable|liability"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def concepts(text: str) -> Mapping[str, int]:
    """The notions that a text names, and how often."""
    folded = flat(text)
    counted = {concept.name: sum(1 for _ in concept.pattern.finditer(folded)) for concept in CONCEPTS}
    return {name: count for name, count in counted.items() if count}


_NEW = {concept.name: concept for concept in CONCEPTS if concept.new}
_KEPT = frozenset(concept.name for concept in CONCEPTS if concept.kept)
_GRANTS = frozenset(
    "free gift discount voucher rebate points refund exchange return repair compensation guarantee upgrade lifetime extension waiver extra hurry all whenever also "
    "shop-pays invest health".split()
)
"""Notions that a wording may name no more often than its evidence: 'no free delivery' does not vouch for 'and returns are free'."""


_MATTERS = frozenset("refund return exchange repair points".split())
"""Grants that a heading may be about: a row below 'Refunds' speaks of refunds. It does not make anything free."""
_FRAGMENT = 16
"""Characters (of Chinese; of English thrice as many) up to which evidence is a fragment, such as a table row, whose heading says what is granted."""


def brought_in(wording: str, evidence: str, context: str = "") -> frozenset[str]:
    """Notions of the wording that neither its evidence nor the headings over it name, or that it names more often."""
    said, stated, over = concepts(wording), concepts(evidence), dict(concepts(context))
    if len(evidence) > _FRAGMENT * (1 if re.search(f"[{HAN}]", evidence) else 3):
        over = {name: count for name, count in over.items() if name not in _GRANTS}
    over = {name: count for name, count in over.items() if name not in _GRANTS or name in _MATTERS}
    fresh = {name for name, count in said.items() if name in _NEW and count > _allowed(name, stated, over)}
    return frozenset(name for name in fresh if not _vouched(name, evidence))


def _allowed(name: str, stated: Mapping[str, int], over: Mapping[str, int]) -> float:
    """How often a wording may name a notion."""
    if name not in stated and name not in over:
        return 0
    return max(1, stated.get(name, 0)) if name in _GRANTS else math.inf


def _vouched(name: str, evidence: str) -> bool:
    pattern = _NEW[name].vouched
    return pattern is not None and pattern.search(flat(evidence)) is not None


def lost(wording: str, evidence: str) -> frozenset[str]:
    """Limiting notions of the evidence that the wording leaves out."""
    return _KEPT & (concepts(evidence).keys() - concepts(wording).keys())


_OPPOSITES = (("above", "below"), ("below", "above"), ("may", "must"), ("must", "may"), ("before", "after"), ("after", "before"), ("free", "charged"), ("shop-pays", "customer-pays"),
              ("customer-pays", "shop-pays"), ("online", "store"), ("store", "online"))  # fmt: skip


def swapped(wording: str, evidence: str, *, one_language: bool) -> bool:
    """Whether the wording says a notion less often and its opposite more often, or, in one language, a limit less often."""
    said, stated = concepts(wording), concepts(evidence)
    if any(said.get(gone, 0) < stated.get(gone, 0) and said.get(come, 0) > stated.get(come, 0) for gone, come in _OPPOSITES):
        return True
    return one_language and any(said.get(name, 0) < stated.get(name, 0) for name in ("approximate", "only", "except", "unless"))


__all__ = ["CONCEPTS", "NO_NEED", "brought_in", "concepts", "lost", "swapped"]

"""Personal data in a message: phone numbers, e-mail, order and card and identity numbers, addresses, names; found and masked.

Every rule is shop-independent; a shop may add patterns of its own order numbers (`privacy.order_numbers` of shop.yaml). Each pattern
reads its text once: repeats are possessive or bounded, so that no message takes more than linear time.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from re import _parser as regex_parser  # type: ignore[attr-defined]  # the one way to see how a shop's own pattern may repeat
from typing import Any

from kb.characters import level, lowered
from kb.text import HAN


class PersonalKind(StrEnum):
    """What a piece of personal data is; the mask is its value in angle brackets."""

    EMAIL = "email"
    ACCOUNT = "account"
    PHONE = "phone"
    ORDER = "order"
    CARD = "card"
    IDENTITY = "id"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Personal:
    """One piece of personal data of a text."""

    kind: PersonalKind
    span: tuple[int, int]
    """Start and end in the text, in characters."""


def mask(text: str, order_numbers: Sequence[str] = ()) -> str:
    """The text with each piece of personal data replaced by its kind, such as ⟨phone⟩; all else unchanged.

    order_numbers: a shop's own patterns, as `problem_of_pattern` accepts them.
    """
    parts, end = [], 0
    for one in find_personal(text, order_numbers):
        parts += [text[end : one.span[0]], f"⟨{one.kind.value}⟩"]
        end = one.span[1]
    return "".join([*parts, text[end:]])


def find_personal(text: str, order_numbers: Sequence[str] = ()) -> tuple[Personal, ...]:
    """The personal data of a text, in order, without overlaps; of two readings of the same characters the earlier rule's holds."""
    cased = level(text)
    plain = lowered(cased)
    taken = bytearray(len(text))
    found: list[Personal] = []
    for kind, spans in (
        (PersonalKind.ORDER, _own_numbers(cased, order_numbers)),
        (PersonalKind.EMAIL, _emails(plain)),
        (PersonalKind.IDENTITY, _identities(plain)),
        (PersonalKind.CARD, _cards(plain)),
        (PersonalKind.ACCOUNT, _accounts(plain)),
        (PersonalKind.ORDER, _named_numbers(plain)),
        (PersonalKind.PHONE, _phones(plain)),
        (PersonalKind.ORDER, _bare_numbers(plain)),
        (PersonalKind.ADDRESS, _addresses(plain, cased)),
        (PersonalKind.NAME, _names(plain, cased)),
    ):
        for start, end in spans:
            if start < end and not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Personal(kind, (start, end)))
    return tuple(sorted(found, key=lambda one: one.span))


def names_an_order(text: str, order_numbers: Sequence[str] = ()) -> bool:
    """Whether the text gives the number of an order or parcel."""
    return any(character.isdigit() for character in text) and any(one.kind is PersonalKind.ORDER for one in find_personal(text, order_numbers))


_Spans = Iterator[tuple[int, int]]

# ---- e-mail, identity cards, bank cards -----------------------------------------------------------------------------------

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]++@[a-z0-9-]++(?:\.[a-z0-9-]++)++")
_HANDLE = re.compile(
    r"(?:微信号?|wechat|weixin|\bline ?id\b|telegram|\bqq号?|instagram|\big\b)\s?(?:id|号码?|帐号|账号|account)?\s?[:=是系]{1,2}\s?@?([a-z0-9][a-z0-9._-]{3,40})"
)


def _emails(plain: str) -> _Spans:
    if "@" in plain:
        yield from (match.span() for match in _EMAIL.finditer(plain))


def _accounts(plain: str) -> _Spans:
    """Accounts at a bank or a messenger, named as such."""
    for pattern in (_HANDLE, _BANK_ACCOUNT):
        yield from (match.span(1) for match in pattern.finditer(plain))


_HONG_KONG_CARD = re.compile(r"(?<![a-z0-9-])([a-z]{1,2})\s?(\d{6})\s?(?:\(\s?([0-9a])\s?\)|([0-9a])(?![a-z0-9]))")
_MAINLAND_CARD = re.compile(r"(?<![a-z0-9])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9x](?![a-z0-9])")
_TAIWAN_CARD = re.compile(r"(?<![a-z0-9])[a-z][1289a-d]\d{8}(?![a-z0-9])")
_MACAU_CARD = re.compile(r"(?<![a-z0-9-])[1578]\d{6}\s?\(\d\)")
_NAMED_CARD = re.compile(
    r"(?:身份证|身分证|护照|通行证|回乡证|居留证|证件|passport|\bhkid\b|\bid card|identity card)[^0-9\n]{0,14}?([a-z]{0,3}\d{5,18}(?:\(?[0-9ax]\)?)?)"
)


def _identities(plain: str) -> _Spans:
    yield from (match.span() for match in _HONG_KONG_CARD.finditer(plain) if _hong_kong_check(match[1], match[2], match[3] or match[4]))
    yield from (match.span() for match in _MAINLAND_CARD.finditer(plain) if _mainland_check(match[0]))
    yield from (match.span() for match in _TAIWAN_CARD.finditer(plain) if _taiwan_check(match[0]))
    yield from (match.span() for match in _MACAU_CARD.finditer(plain))
    yield from (match.span(1) for match in _NAMED_CARD.finditer(plain))


def _hong_kong_check(letters: str, digits: str, check: str) -> bool:
    """Weights 9 to 2 over two letters (a blank counts 36) and six digits, and the check digit, sum to a multiple of 11."""
    values = [36, ord(letters) - 87] if len(letters) == 1 else [ord(one) - 87 for one in letters]
    total = sum(weight * value for weight, value in zip(range(9, 1, -1), [*values, *map(int, digits)], strict=True))
    return (total + int(check, 11)) % 11 == 0


def _mainland_check(number: str) -> bool:
    """ISO 7064 MOD 11-2 over eighteen places."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return bool((total + (10 if number[17] == "x" else int(number[17]))) % 11 == 1)


_TAIWAN_LETTERS = {letter: 10 + value for value, letter in enumerate("abcdefghjklmnpqrstuvxywzio")}


def _taiwan_check(number: str) -> bool:
    """The letter's two digits and the nine that follow, weighted 1, 9…1, 1, sum to a multiple of 10."""
    first = _TAIWAN_LETTERS[number[0]]
    second = int(number[1]) if number[1].isdigit() else _TAIWAN_LETTERS[number[1]] % 10
    digits = [first // 10, first % 10, second, *map(int, number[2:])]
    return sum(weight * digit for weight, digit in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), digits, strict=True)) % 10 == 0


_CARD = re.compile(r"(?<![\d.])(?<!\d-)(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{13,19})(?![\d])")
_BANK_ACCOUNT = re.compile(r"(?:户口号码?|银行账号|银行帐号|account no\.?|account number|iban)[^0-9\n]{0,10}?([a-z]{0,2}\d(?:[ -]?\d){7,22})(?!\d)")
_NAMED_BANK_CARD = re.compile(r"(?:卡号|信用卡|银行卡|card no\.?|card number)[^0-9\n]{0,10}?(\d(?:[ -]?\d){11,18})(?!\d)")


def _cards(plain: str) -> _Spans:
    for match in _CARD.finditer(plain):
        digits = re.sub(r"\D", "", match[0])
        if match[1] or _luhn(digits):
            yield match.span()
    yield from (match.span(1) for match in _NAMED_BANK_CARD.finditer(plain))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) if place % 2 == 0 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


# ---- numbers of orders and parcels ---------------------------------------------------------------------------------------

_AMOUNT_BEFORE = re.compile(r"(?:[$¥€£]|hkd|rmb|cny|ntd|twd|nt|usd|eur|gbp|满|币|价|约|共)\s?$")
_AMOUNT_AFTER = re.compile(
    r"\s?(?:元|块|蚊|港元|港币|人民币|美元|台币|dollars?|%|克|公斤|斤|kg|mg|ml|mm|cm|km|\bg\b|毫|厘米|米|度|℃|日元|円|个|件|盒|片|次|天|小时|年(?!\d)|以上|或以上|以下|above|or more|points?|积分|分(?!店)|\.\d)"
)
_CODE_BEFORE = re.compile(
    r"(?:型号|货号|款号|编码|条码|条形码|批号|批次|版本|barcode|ean|isbn|sku|model|batch|lot|exp|item|version)[ .:#是系为no-]{0,5}$"
)
_DATE = re.compile(r"(?:19|20)\d{2}([-/.]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_NAMED = re.compile(
    r"(订单|定单|单据|运单|提单|快递|物流|包裹|追踪|查件|张单|单(?=号|编号|\s?[a-z]{1,4}-?\d{4})|发票|收据|预约|预订"
    r"|\b(?:orders?|tracking|parcel|package|waybill|consignment|shipment|invoice|receipt|booking|reference|ref)\b)"
    r"\s?((?:(?:单?号码?|编号|no\b\.?|nr\b\.?|num(?:ber)?\b|id\b|code\b|ref(?:erence)?\b|#)\s?){0,3})[:是系为= ]{0,4}(?:is |was )?#?\s?([a-z0-9][a-z0-9-]{2,40})(?![a-z0-9])"
)
_TAIL = re.compile(r"(?:尾号|尾数|末[四4]位|后[四4]位|last (?:four|4)(?: digits)?|ending(?: in| with)?)[是系为: ]{0,3}(?:is )?(\d{4})(?!\d)")
_HASH = re.compile(r"#\s?(\d{5,})")
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:-[a-z0-9]++)*+")
_DIGITS = re.compile(r"(?<![a-z0-9])(?<!\d\.)\d{9,}+")


def _named_numbers(plain: str) -> _Spans:
    """What stands after 'order', 'tracking', 單號 … and looks like its number."""
    for match in _NAMED.finditer(plain):
        noun, explicit, token = match[1], match[2], match[3].rstrip("-")
        start, end = match.start(3), match.start(3) + len(token)
        digits = sum(map(str.isdigit, token))
        least = 3 if explicit else 5 if not noun.isascii() or digits < len(token) else 6
        if digits >= least and not _is_amount_or_date(plain, start, end, token):
            yield start, end
    yield from (match.span(1) for match in _TAIL.finditer(plain))
    yield from (match.span(1) for match in _HASH.finditer(plain))


def _bare_numbers(plain: str) -> _Spans:
    """Long numbers, with or without letters, that no unit explains: of a parcel, an order or an account."""
    for match in _TOKEN.finditer(plain):
        token = match[0]
        if len(token) < 9 or token.isdigit() or token.isalpha():
            continue
        digits = sum(map(str.isdigit, token))
        undated = sum(map(str.isdigit, _DATE.sub("", token)))
        letters = sum(map(str.isalpha, token))
        if digits >= 8 and undated >= 3 and letters and not _CODE_BEFORE.search(plain, max(0, match.start() - 16), match.start()):
            yield match.span()
    for match in _DIGITS.finditer(plain):
        before, after = max(0, match.start() - 16), match.end()
        if not (
            _AMOUNT_BEFORE.search(plain, before, match.start())
            or _CODE_BEFORE.search(plain, before, match.start())
            or _AMOUNT_AFTER.match(plain, after)
        ):
            yield match.span()


def _is_amount_or_date(plain: str, start: int, end: int, token: str) -> bool:
    return bool(
        _DATE.fullmatch(token)
        or re.match(r"(?:hkd|rmb|cny|ntd|twd|usd|eur|gbp)\d", token)
        or _AMOUNT_BEFORE.search(plain, max(0, start - 16), start)
        or _AMOUNT_AFTER.match(plain, end)
    )


# ---- phone numbers ---------------------------------------------------------------------------------------------------------

_LOCAL = r"[2-9]\d{3}[ -]?\d{4}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\(?0\d{1,4}\)?[ -]?\d{3,4}[ -]?\d{3,4}|\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}"
_PHONE = re.compile(rf"(?<![\d.:])(?<![a-z])(?<![a-z\d]-)(?:\(?\+?(?:00)?(?:852|853|886|86)\)?[ -]{{0,2}}(?:\(0\))?)?(?:{_LOCAL})(?![\d:])(?!-\d)")
_INTERNATIONAL = re.compile(r"(?:\+|(?<![\d.:a-z])00(?!\())\(?\d{1,3}\)?(?:[ -]?\(?\d{1,5}\)?){2,6}(?!\d)")
_NAMED_PHONE = re.compile(
    r"(?:电话|手机|手提|致电|联络|联系|打比我|打给我|whatsapp|mobile|phone|\btel\b|\bcall(?: me)?\b|contact)[^0-9\n]{0,12}?(\d[\d -]{5,14}\d)(?!\d)"
)


def _phones(plain: str) -> _Spans:
    for match in _INTERNATIONAL.finditer(plain):
        if 8 <= sum(map(str.isdigit, match[0])) <= 17:
            yield match.start(), match.start() + len(match[0].rstrip(" -("))
    for match in _PHONE.finditer(plain):
        before = max(0, match.start() - 16)
        if (
            not _looks_like_dates_or_prices(match[0])
            and not _AMOUNT_BEFORE.search(plain, before, match.start())
            and not _CODE_BEFORE.search(plain, before, match.start())
            and not _AMOUNT_AFTER.match(plain, match.end())
        ):
            yield match.span()
    for match in _NAMED_PHONE.finditer(plain):
        digits = sum(map(str.isdigit, match[1]))
        if (
            7 <= digits <= 15
            and not _DATE.search(match[1])
            and not _looks_like_dates_or_prices(match[1])
            and not _AMOUNT_AFTER.match(plain, match.end())
        ):
            yield match.span(1)


def _looks_like_dates_or_prices(text: str) -> bool:
    """Of a number of eight digits: a day (20270206), two years, or two round amounts (5000-6000)."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 8:
        return False
    first, second = digits[:4], digits[4:]
    is_year = re.compile(r"(?:19|20)\d\d").match
    return bool(_DATE.fullmatch(digits) or (is_year(first) and is_year(second)) or (first.endswith("00") and second.endswith("00")))


# ---- addresses ------------------------------------------------------------------------------------------------------------

_CN = "一二三四五六七八九十百零〇两"
_NUM = rf"(?:\d{{1,5}}|[{_CN}]{{1,5}})"
_FLOOR = rf"(?:\s?[,、]?\s?(?:第?{_NUM}\s?(?:楼|层|/f|室|座|栋|幢|期|单元|单位|户|房|铺|号楼|号室|号)(?:之\s?{_NUM})?|[a-z]\d{{0,3}}\s?(?:室|座|栋|户|房|铺|单位|楼)|\d{{0,4}}[a-z]\s?(?:室|座|栋|户|房|铺)|地下|地铺))"
_STREET = re.compile(
    rf"(?<![知味渠频难报轨管通地人赛跑一网线思走半上赶])(?:大道|道|公路|路|街|巷|弄|胡同|径)(?:[东西南北中]|\s?[{_CN}\d]{{1,2}}\s?段){{0,2}}"
    rf"\s?(?:\d{{1,4}}\s?巷\s?)?(?:\d{{1,4}}\s?弄\s?)?(?:门牌)?{_NUM}(?:\s?[-至之及]\s?{_NUM})?\s?[a-z]?\s?号(?:之\s?{_NUM})?"
)
_ESTATE = re.compile(
    rf"(?:村|邨|苑|花园|小区|社区|大厦|大楼|中心|广场|公寓|新城|家园|商场|轩|阁|豪庭|工业区|宿舍)\s?(?=({_FLOOR}))(?:{_FLOOR}{{2,6}}|\s?{_NUM}\s?(?:座|栋|幢|单元))"
)
_FLATS = re.compile(rf"(?<![a-z\d])(?:\d{{1,3}}|[a-z]|[{_CN}]{{1,3}})\s?(?:座|栋|幢|楼|层|/f)\s?,?\s?{_FLOOR}{{1,4}}")
_AFTER_STREET = re.compile(rf"(?:\s?,?\s?[{HAN}]{{0,10}}?{_FLOOR}){{0,6}}")
_LEFT = re.compile(rf"[{HAN}\d]+$")
_NOT_A_PLACE = re.compile("[在到去至送寄住系是于往址我你您的喺系从由收话]")
_PLACE = re.compile(
    r"[路街道巷村邨苑楼室座号]|\b(?:street|st|road|rd|avenue|ave|lane|drive|flat|floor|room|unit|block|tower|court|estate|building)\b"
)
_NAMED_ADDRESS = re.compile(r"(?:地址|\baddress)\s?(?:is)?\s?:\s?([^\n。;!?]{4,120})")
_FLOOR_ENGLISH = r"(?:(?:flat|room|rm|unit|suite|apt|apartment|shop|block|blk|tower|house|level)\.?\s?#?(?:[a-z]?\d{1,5}[a-z]?|[a-z])\b|\d{1,3}/f\b|[gbl]\d?/f\b|\d{1,3}(?:st|nd|rd|th) floor\b|floor \d{1,3}\b)"
_SURE_ROAD = "street|road|rd|avenue|ave|lane|boulevard|blvd|terrace|crescent|highway"
_ROAD_WORDS = rf"(?:{_SURE_ROAD}|st|way|place|drive|dr|court|ct|square|path|close|ln|pl)"
_ROAD = re.compile(
    rf"(?<![\d.,$-])\b(?:no\.? ?)?\d{{1,5}}[a-z]?(?:-\d{{1,5}}[a-z]?)?,? (?:[a-z0-9'.-]{{1,20}} ){{1,4}}?{_ROAD_WORDS}\b(?: (?:east|west|north|south|central))?"
)
_NO_ROAD = re.compile(
    r"\b(?:the|a|an|to|on|in|of|for|per|and|off|days?|hours?|weeks?|boxe?s?|pcs|pieces?|times?|is|are|my|your|it|that|this|by|at|or|with|working|items?|grams?|ml|mm|km|g|kg)\b"
)
_FLATS_ENGLISH = re.compile(rf"(?<![a-z\d]){_FLOOR_ENGLISH}(?:\s?,?\s?{_FLOOR_ENGLISH}){{1,4}}")
_BEFORE_ROAD = re.compile(rf"(?:{_FLOOR_ENGLISH}\s?,?\s?){{1,4}}(?:[A-Z][\w'.]*,? ){{0,5}}$", re.IGNORECASE)
_AFTER_ROAD = re.compile(r"(?:,\s?[A-Z][\w']{0,20}(?: [A-Z][\w']{0,20}){0,3}(?: \d{4,6})?(?=\s?(?:[,.;\n]|$))){0,5}")


def _addresses(plain: str, cased: str) -> _Spans:
    for match in _NAMED_ADDRESS.finditer(plain):
        if not _PLACE.search(match[1]):
            continue
        yield match.start(1), match.start(1) + len(match[1].rstrip())
    for pattern in (_STREET, _ESTATE):
        for match in pattern.finditer(plain):
            tail = _AFTER_STREET.match(plain, match.end())
            yield _start_of_place(plain, match.start()), tail.end() if tail else match.end()
    yield from (match.span() for match in _FLATS.finditer(plain))
    for match in _ROAD.finditer(plain):
        words = match[0].split()
        capitalised = all(word[0].isupper() or word[0].isdigit() for word in cased[match.start() : match.end()].split()[1:])
        if _NO_ROAD.search(match[0]) or not (capitalised or re.search(rf"\b(?:{_SURE_ROAD})\b", words[-1] + " " + words[-2])):
            continue
        lead = _BEFORE_ROAD.search(plain, max(0, match.start() - 80), match.start())
        tail = _AFTER_ROAD.match(cased, match.end())
        yield lead.start() if lead else match.start(), tail.end() if tail else match.end()
    yield from (match.span() for match in _FLATS_ENGLISH.finditer(plain))


def _start_of_place(plain: str, at: int) -> int:
    """Where the place begins whose street or estate ends at `at`: after the last word that leads to a place, at most 24 characters before."""
    run = _LEFT.search(plain, max(0, at - 24), at)
    if not run:
        return at
    leads = [match.end() for match in _NOT_A_PLACE.finditer(plain, run.start(), at)]
    return leads[-1] if leads else run.start()


# ---- names ----------------------------------------------------------------------------------------------------------------

_SURNAMES = (
    "李王张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷"
    "黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔汤温康施文牛樊葛邢安齐庞伍庄岑关甘欧柯简翁区霍麦伦佘凌池祝冼卓"
)
_COMPOUND = "欧阳|司徒|上官|诸葛|司马|张简|范姜"
_FAMILY = rf"(?:{_COMPOUND}|[{_SURNAMES}])"
_TITLE = "先生|小姐|女士|太太|同学|老师|医生"
_TITLED = re.compile(rf"{_FAMILY}(?:{_TITLE})")
_CALLED = re.compile(rf"(?:我叫(?:做|作)?|我的名字[是叫系]|名叫|全名[是系:]{{1,2}})\s?({_FAMILY}[{HAN}]{{1,2}})")
_I_AM = re.compile(rf"(?:我[是系]|我姓)\s?({_FAMILY}[{HAN}]{{2}}(?<![员客者家手友卡级员迷])|{_FAMILY}(?:生|太|{_TITLE}))(?=[^{HAN}]|$)")
_SURNAME_ONLY = re.compile(rf"我姓({_FAMILY})")
_RECIPIENT = re.compile(
    rf"(?:收件人|收货人|寄件人|联络人|联系人|姓名|收礼人|登记人)(?:姓名)?(?:\s?[:是系叫为]\s?({_FAMILY}[{HAN}]{{1,2}})|\s?({_FAMILY}[{HAN}]{{1,2}})(?=[^{HAN}]|$)|\s?:\s?([a-z]{{2,20}}(?: [a-z]{{2,20}}){{0,2}}))"
)
_MY_NAME = re.compile(
    r"(?:\bmy (?:full )?name(?: is|'s)|\b(?:full )?name:|\b(?:recipient|consignee|receiver)(?:'s name)?(?: is|:)|\bthis is(?= [a-z'-]+(?: [a-z'-]+){0,2} speaking)) ?([a-z'-]{2,20}(?: [a-z'-]{2,20}){0,2})"
)
_ENGLISH_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mister|Madam)\.? (?:[A-Z][a-z'-]{1,20}(?: [A-Z][a-z'-]{1,20}){0,2})")
_NOT_A_NAME = frozenset(
    "a an the is are was on in at for from to of and but or so if not no my your our their his her it its i you we they he she can could will would please order"
    " orders parcel number phone address misspelled misspelt wrong correct spelled spelt printed engraved and speaking here with who what when where how why has have had want"
    " need did do does been about there also just still this that only same different customer recipient".split()
)


def _names(plain: str, cased: str) -> _Spans:
    for pattern in (_CALLED, _I_AM, _SURNAME_ONLY):
        yield from (match.span(1) for match in pattern.finditer(plain))
    for match in _RECIPIENT.finditer(plain):
        yield next(match.span(group) for group in (1, 2, 3) if match[group])
    yield from (match.span() for match in _TITLED.finditer(plain))
    yield from (match.span() for match in _ENGLISH_TITLE.finditer(cased))
    for match in _MY_NAME.finditer(plain):
        words = []
        for word in match[1].split(" "):
            if word in _NOT_A_NAME:
                break
            words.append(word)
        if words:
            yield match.start(1), match.start(1) + len(" ".join(words))


# ---- a shop's own order numbers ---------------------------------------------------------------------------------------------

LONGEST_PATTERN = 100
LONGEST_NUMBER = 40
"""Characters of a word up to which a shop's own patterns are tried."""
MOST_WAYS = 2000
"""Ways in which a pattern may match one word, at most: what bounds the time that it takes."""
_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9][A-Za-z0-9_#/-]*+")


def problem_of_pattern(pattern: str) -> str | None:
    """What is wrong with a shop's pattern of order numbers; None where it may be used."""
    if not 1 <= len(pattern) <= LONGEST_PATTERN:
        return f"is empty or longer than {LONGEST_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled, parsed = re.compile(pattern), regex_parser.parse(pattern)
    except (re.error, RecursionError, OverflowError, FutureWarning, DeprecationWarning) as error:
        return f"is no regular expression: {error}"
    if compiled.fullmatch(""):
        return "matches the empty text"
    if _ways(parsed) > MOST_WAYS:
        return "can match in too many ways (nested or open repeats, look-around, back-references); write bounded repeats such as [0-9]{8,12}"
    return None


def _ways(parsed: Any) -> float:
    """In how many ways a parsed pattern may be tried on one word, at most; infinite for what cannot be bounded."""
    ways = 1.0
    for operator, argument in parsed:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, item = argument
            inner = _ways(item)
            most = min(int(most), LONGEST_NUMBER)
            ways *= (most - least + 1) if inner == 1 else sum(min(inner, MOST_WAYS + 1) ** times for times in range(least, most + 1))
        elif name == "BRANCH":
            ways *= sum(_ways(branch) for branch in argument[1])
        elif name == "SUBPATTERN":
            ways *= _ways(argument[3])
        elif name not in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "AT", "RANGE", "CATEGORY"):
            return float("inf")
    return ways


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _own_numbers(cased: str, order_numbers: Sequence[str]) -> _Spans:
    if not order_numbers:
        return
    patterns = [_compiled(pattern) for pattern in order_numbers]
    for match in _WORD.finditer(cased):
        word = match[0].rstrip("/-_#")
        if len(word) <= LONGEST_NUMBER and any(pattern.fullmatch(word) for pattern in patterns):
            yield match.start(), match.start() + len(word)


__all__ = ["Personal", "PersonalKind", "find_personal", "mask", "names_an_order", "problem_of_pattern"]

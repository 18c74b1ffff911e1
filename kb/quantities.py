"""Numbers with units out of text, into comparable values: 七天 = 7 日 = 7 days, 半年 = 6 個月, HK$1,280 = 港幣 1280 元, 九折 = 10% off.

One pass of one regular expression per family, in an order in which the more specific family wins its characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kb.text import fold


class Kind(StrEnum):
    """What a quantity measures; values of different kinds are never equal."""

    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    MONEY = "money"
    PERCENT = "percent"
    WEIGHT = "weight"
    LENGTH = "length"
    VOLUME = "volume"
    TEMPERATURE = "temperature"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, or a range low..high, in the unit of its kind."""

    kind: Kind
    low: float
    high: float
    unit: str
    """DURATION: second, day, working_day, month. MONEY: ISO code or '' (just 'dollars'). WEIGHT: g. LENGTH: mm. VOLUME: ml.
    TEMPERATURE: C. PERCENT: '' or 'off'. DATE: 'ymd' (low = yyyymmdd), 'md' (mmdd), 'ym'. TIME: minute of the day. COUNT: the folded classifier."""
    span: tuple[int, int]
    """Start and end in the text it was read from."""

    @property
    def value(self) -> tuple[Kind, float, float, str]:
        return (self.kind, self.low, self.high, self.unit)


_CN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2, "廿": 20}
_CN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_EN_NUMBERS = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_EN_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety hundred".split(), 2)}
_EN_NUMBERS |= _EN_TENS

_CN = "[零〇一二两三四五六七八九十百千万廿]+"
_EN = (
    f"(?:(?:{'|'.join(w for w in _EN_TENS if w != 'hundred')})[- ](?:one|two|three|four|five|six|seven|eight|nine)\\b|"
    + "|".join(sorted(_EN_NUMBERS, key=len, reverse=True))
    + ")"
)
_DIGITS = r"[0-9][0-9\x00]*(?:\.[0-9]+)?"  # \x00 stands where prepare() found a thousands comma
_SIGNED = rf"[-+±]?{_DIGITS}"
_N = rf"(?:{_DIGITS}万?|(?<![第一二三四五六七八九十])半(?!数)|{_CN}|\b{_EN}\b)"
_TO = r"\s*(?:-|~|至|到|to)\s*"

_DURATION_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"个?工作[天日]|个?营业日|(?:working|business)[ -]?days?\b", "working_day", 1),
    (r"个?(?:小时|钟头|钟)|-?hours?\b|-?hrs?\b|\bh\b", "second", 3600),
    (r"分钟|-?minutes?\b|-?mins?\b", "second", 60),
    (r"秒钟?|-?seconds?\b|-?secs?\b", "second", 1),
    (r"个?(?:星期|礼拜)|周(?!年)|-?weeks?\b", "day", 7),
    (r"个月|个?月(?![\d一二三四五六七八九十]|份|饼|抛|结)|-?months?\b", "month", 1),
    (r"周?年(?!货|糕|级|龄|会|前|[\d度])|-?years?\b(?! of\b)", "month", 12),
    (r"个?(?:自然)?[天日](?!报|抛|式|本|元|期|[\d])|[ -]?(?:calendar )?days?\b", "day", 1),
)
_MONEY_BEFORE = {
    r"hk\$|hkd|港币|港元": "HKD", r"rmb|cny|人民币": "CNY", r"nt\$|twd|ntd|新台币|台币": "TWD", r"us\$|usd|美元": "USD",
    r"gbp|£": "GBP", r"eur|€": "EUR", r"sgd|s\$": "SGD", r"myr": "MYR", r"aud|a\$": "AUD", r"cad|c\$": "CAD", r"jpy": "JPY", r"\$|¥": "",
}  # fmt: skip
_MONEY_AFTER = {
    r"hkd|港元|港币|hk dollars?": "HKD", r"rmb|cny|人民币": "CNY", r"twd|ntd|新台币|台币": "TWD", r"usd|美元|us dollars?": "USD",
    r"元|块钱?|蚊|dollars?|bucks|yuan": "",
}  # fmt: skip
_SCALES: tuple[tuple[Kind, str, tuple[tuple[str, float], ...]], ...] = (
    (Kind.WEIGHT, "g", ((r"毫克|mg\b", 0.001), (r"公斤|千克|kg\b|kilos?\b|kilograms?", 1000), (r"公克|克(?!拉)|grams?\b|g\b", 1),
                        (r"克拉|carats?\b|ct\b", 0.2), (r"两(?=[^\d]|$)|taels?\b", 37.429), (r"磅|lbs?\b|pounds?\b", 453.592), (r"oz\b|ounces?\b|安士|盎司", 28.3495))),
    (Kind.LENGTH, "mm", ((r"毫米|mm\b", 1), (r"厘米|公分|cm\b", 10), (r"公里|km\b", 1_000_000), (r"米|metres?\b|meters?\b|m\b", 1000), (r"英寸|寸|吋|inch(?:es)?\b", 25.4))),
    (Kind.VOLUME, "ml", ((r"毫升|ml\b", 1), (r"公升|升(?!级)|litres?\b|liters?\b|l\b", 1000))),
    (Kind.TEMPERATURE, "C", ((r"°\s*c\b|℃|度c|摄氏度?|degrees? c(?:elsius)?", 1),)),
)  # fmt: skip
_CLASSIFIERS = "次|件|盒|片|支|枝|根|粒|颗|款|罐|瓶|樽|箱|袋|包|枚|张|份|个|人|名|位|封|分(?!钟|期|批|别|之|店|行)|期|字|层|号|档|级|倍|岁|只|条|双|对|折起|宗|步|年级|枚|页|副|台|部|套|本|组"
_EN_COUNTS = "times?|pieces?|pcs|boxes|box|items?|bottles?|jars?|tins?|packs?|lenses|lens|letters|characters|points?|people|persons?|orders?|sticks?|kinds?|colou?rs?|units?|uses?|hours? old|years? old"
_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)


def number(text: str) -> float:
    """Value of one numeral: digits, Chinese (三十六, 一千二百, 半, 3万) or an English number word. Raises ValueError."""
    text = text.strip()
    if not text:
        raise ValueError("no numeral")
    if text == "半":
        return 0.5
    if all(word in _EN_NUMBERS for word in re.split("[- ]", text)):
        return float(sum(_EN_NUMBERS[word] for word in re.split("[- ]", text)))
    if text.endswith("万") and re.fullmatch(_DIGITS, text[:-1]):
        return float(text[:-1]) * 10000
    if re.fullmatch(_SIGNED, text):
        return float(text.lstrip("±"))
    if all(c in _CN_DIGITS for c in text) and "廿" not in text:
        return float(int("".join(str(_CN_DIGITS[c]) for c in text)))
    total, current = 0, 0
    for c in text:
        if c == "万":
            total, current = (total + max(current, 0)) * 10000, 0
        elif c in _CN_UNITS:
            total, current = total + max(current, 1) * _CN_UNITS[c], 0
        elif c in _CN_DIGITS:
            current = current + _CN_DIGITS[c] if c == "廿" else (_CN_DIGITS[c] if current < 20 else current + _CN_DIGITS[c])
        else:
            raise ValueError(f"no numeral: {text!r}")
    return float(total + current)


def prepare(text: str) -> str:
    """The text that the patterns read, of the same length: each character folded, lower-cased, commas in numbers blanked out."""
    out = []
    for original, folded in zip(text, _fold_same_length(text), strict=True):
        normal = unicodedata.normalize("NFKC", folded).lower()
        out.append(normal if len(normal) == 1 else ("…" if original == "…" else folded))
    joined = re.sub(r"[\u2010-\u2015\u2212\ufe63\uff0d〜~]", "-", "".join(out))
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "\x00", joined)


def _fold_same_length(text: str) -> str:
    folded = fold(text)
    return folded if len(folded) == len(text) else text


def _value(token: str) -> float:
    return number(token.replace("\x00", "").strip())


_Reader = Callable[[re.Match[str]], tuple[Kind, float, float, str] | None]
_PATTERNS: list[tuple[re.Pattern[str], _Reader]] = []


def _pattern(expression: str) -> Callable[[_Reader], _Reader]:
    def register(reader: _Reader) -> _Reader:
        _PATTERNS.append((re.compile(expression), reader))
        return reader

    return register


def _ymd(year: int, month: int, day: int) -> tuple[Kind, float, float, str] | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    value = float(year * 10000 + month * 100 + day)
    return (Kind.DATE, value, value, "ymd" if year else "md")


@_pattern(r"[0-9][0-9\x00]{15,}(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千万廿半]{16,}")
def _overlong(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """Taken out first: an order number is no quantity with a unit, and a page of digits must not cost the other patterns their speed."""
    value = float(match[0].replace("\x00", "")) if match[0][0].isascii() else float("inf")
    return (Kind.NUMBER, value, value, "")


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})(?:\s?[日号])?(?![0-9])")
def _full_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(*(int(group) for group in match.groups()))


def _days_of_month(month: int, first: int, last: int) -> tuple[Kind, float, float, str] | None:
    begin, end = _ymd(0, month, first), _ymd(0, month, last)
    return (Kind.DATE, begin[1], end[1], "md") if begin and end and first < last else None


@_pattern(r"(?<![0-9])([0-9]{1,2})\s?月\s?([0-9]{1,2})\s?[日号]?\s?[-至到]\s?([0-9]{1,2})\s?[日号]")
def _month_days(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _days_of_month(int(match[1]), int(match[2]), int(match[3]))


@_pattern(rf"(?<![0-9])([0-9]{{1,2}})\s?(?:-|to)\s?([0-9]{{1,2}})\s*{_MONTH_NAME}\b")
def _days_month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _days_of_month(_MONTHS[match[3][:3]], int(match[1]), int(match[2]))


@_pattern(rf"\b{_MONTH_NAME}\s*([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s*((?:19|20)[0-9]{{2}}))?(?![0-9])")
def _month_first(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(int(match[3] or 0), _MONTHS[match[1][:3]], int(match[2]))


@_pattern(rf"(?<![0-9])([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)?\s*{_MONTH_NAME}(?:,?\s*((?:19|20)[0-9]{{2}}))?\b")
def _day_first(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(int(match[3] or 0), _MONTHS[match[2][:3]], int(match[1]))


@_pattern(
    rf"(?<![零〇一二两三四五六七八九十百千万])([一二][零〇一二三四五六七八九]{{3}})年(?:([0-9]{{1,2}}|{_CN})月(?:([0-9]{{1,2}}|{_CN})[日号])?)?"
)
def _chinese_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    year, month = int(_value(match[1])), int(_value(match[2] or "0"))
    if match[3]:
        return _ymd(year, month, int(_value(match[3])))
    value = float(year * 100 + month) if match[2] else float(year)
    return (Kind.DATE, value, value, "ym") if match[2] else (Kind.NUMBER, value, value, "")


@_pattern(rf"(?<![0-9])([0-9]{{1,2}}|{_CN})\s?月\s?([0-9]{{1,2}}|{_CN})\s?[日号]")
def _month_day(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(0, int(_value(match[1])), int(_value(match[2])))


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})\s?年(?!\s?[0-9]{1,2}\s?月)")
def _year(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return (Kind.NUMBER, float(match[1]), float(match[1]), "")


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})(?:-([0-9]{2})(?![0-9-])|年\s?([0-9]{1,2})月)")
def _year_month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    month = int(match[2] or match[3])
    value = float(int(match[1]) * 100 + month)
    return (Kind.DATE, value, value, "ym") if 1 <= month <= 12 else None


@_pattern(r"(?<![\d-])([01]?[0-9])-([0-9]{2})(?=[\s,。)]|$)(?<=0[0-9]-[0-9]{2}|1[012]-[0-9]{2})")
def _short_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(0, int(match[1]), int(match[2])) if match[1].startswith("0") or int(match[2]) > 12 else None


@_pattern(r"(?<!\d)(?<!\d:)([0-2]?[0-9]):([0-5][0-9])(?!\d)(?:\s*(am|pm))?")
def _clock(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    hour = int(match[1]) % (12 if match[3] else 24) + (12 if match[3] == "pm" else 0)
    minutes = float(hour * 60 + int(match[2]))
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(r"(上午|早上|朝早|下午|晚上|夜晚|中午)?\s?(?<![0-9])([0-9]{1,2}|[一二两三四五六七八九十]{1,3})[点時时](?!解|样|算|知|间)(半)?")
def _oclock(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    hour = int(_value(match[2]))
    if hour > 24 or (match[1] is None and not match[2][0].isdigit()):
        return None
    hour += 12 if match[1] in ("下午", "晚上", "夜晚") and hour < 12 else 0
    minutes = float(hour * 60 + (30 if match[3] else 0))
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(r"\b([0-9]{1,2})\s?(am|pm)\b")
def _am_pm(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    minutes = float((int(match[1]) % 12 + (12 if match[2] == "pm" else 0)) * 60)
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(rf"百分之\s?({_DIGITS}|[零〇一二两三四五六七八九十百]+)")
def _percent_of(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = _value(match[1])
    return (Kind.PERCENT, value, value, "")


@_pattern(rf"({_SIGNED})(?:\s?%?{_TO}({_DIGITS}))?\s?(?:%|percent\b|per cent\b|‰)")
def _percent(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low = abs(_value(match[1])) if match[1][0] != "±" else _value(match[1][1:])
    high = _value(match[2]) if match[2] else low
    scale = 0.1 if match[0].endswith("‰") else 1.0
    return (Kind.PERCENT, low * scale, high * scale, "")


@_pattern(r"(\d+(?:\.\d+)?|[一二三四五六七八九]{1,2}(?:点[一二三四五六七八九])?)\s?折(?!扣|叠|合|射)")
def _fold_discount(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    text = match[1]
    if text[0].isdigit():
        value = float(text)
    else:
        value = float("".join(str(_CN_DIGITS[c]) for c in text if c in _CN_DIGITS))
        value = value / 10 if "点" in text else value
    paid = value * 10 if value < 10 else value
    off = round(100 - paid, 6)
    return (Kind.PERCENT, off, off, "")


@_pattern(r"半价|half price|half-price")
def _half_price(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return (Kind.PERCENT, 50.0, 50.0, "")


def _register_money() -> None:
    for expression, currency in _MONEY_BEFORE.items():

        def before(match: re.Match[str], currency: str = currency) -> tuple[Kind, float, float, str]:
            low = _value(match[1])
            return (Kind.MONEY, low, _value(match[2]) if match[2] else low, currency)

        guard = "(?<![a-z])" if expression[0].isalpha() and expression[0].isascii() else ""
        _pattern(rf"{guard}(?:{expression})\s*({_DIGITS}万?)(?:{_TO}({_DIGITS}))?(?!\d|\.\d)(?:\s*(?:元|块|dollars?)(?!旦))?")(before)
    for expression, currency in _MONEY_AFTER.items():

        def after(match: re.Match[str], currency: str = currency) -> tuple[Kind, float, float, str]:
            low = _value(match[1])
            return (Kind.MONEY, low, _value(match[2]) if match[2] else low, currency)

        tail = r"(?![a-z])" if expression[0].isalpha() and expression[0].isascii() else "(?!旦|宵|素|件)"
        _pattern(rf"({_DIGITS}万?|{_CN})(?:{_TO}({_DIGITS}))?\s*(?:{expression}){tail}")(after)


_register_money()


@_pattern(rf"\b({_DIGITS}|{_EN})[ -]years?[ -](?:old|of age)")
def _age(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = _value(match[1])
    return (Kind.COUNT, value, value, "岁")


@_pattern(rf"({_DIGITS}|{_CN})\s?个半\s?(小时|钟头|钟|星期|礼拜|月)")
def _and_a_half(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    unit, scale = {"月": ("month", 1), "星期": ("day", 7), "礼拜": ("day", 7)}.get(match[2], ("second", 3600))
    value = (_value(match[1]) + 0.5) * scale
    return (Kind.DURATION, value, value, unit)


def _register_durations() -> None:
    for expression, unit, scale in _DURATION_UNITS:

        def read_one(match: re.Match[str], unit: str = unit, scale: float = scale) -> tuple[Kind, float, float, str]:
            low = _value(match[1]) * scale
            low += 0.5 * scale if match[0].endswith("半") else 0.0
            high = _value(match[2]) * scale if match[2] else low
            return (Kind.DURATION, low, high, unit)

        extra = r"(?:\s?半)?" if unit != "second" else ""
        _pattern(rf"(?<![第\d.初])(?<!最后)({_N})(?:\s?(?:{expression})?{_TO}({_N}))?\s*(?:{expression}){extra}")(read_one)


_register_durations()


def _register_scales() -> None:
    for kind, unit, scales in _SCALES:
        for expression, scale in scales:

            def read_one(match: re.Match[str], kind: Kind = kind, unit: str = unit, scale: float = scale) -> tuple[Kind, float, float, str]:
                low = _value(match[1].lstrip("±+")) * scale
                return (kind, low, _value(match[2]) * scale if match[2] else low, unit)

            number_part = rf"(?<![\d.])({_SIGNED})" if kind is not Kind.WEIGHT else rf"(?<![\d.])({_SIGNED}|{_CN})"
            _pattern(rf"{number_part}(?:\s?(?:{expression})?{_TO}({_SIGNED}))?\s*(?:{expression})")(read_one)


_register_scales()


@_pattern(rf"(?<![第\d.])({_DIGITS}|{_CN})(?:{_TO}({_DIGITS}|{_CN}))?\s?({_CLASSIFIERS})")
def _count(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    if (
        not match[1][0].isdigit()
        and match[3] in ("个", "分", "号", "级", "期", "字", "位", "人", "只", "条", "本", "部", "对", "台")
        and match[1] == "一"
    ):
        return None
    low = _value(match[1])
    return (Kind.COUNT, low, _value(match[2]) if match[2] else low, match[3])


@_pattern(rf"(?<![\d.])\b({_DIGITS}|{_EN})(?:{_TO}({_DIGITS}|{_EN}))?[ -]({_EN_COUNTS})\b")
def _english_count(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low = _value(match[1])
    return (Kind.COUNT, low, _value(match[2]) if match[2] else low, "")


@_pattern(r"(?<!at )(?<!than )\b(once|twice)(?=\s+(?:per|a|an|each|every|in|within|before|only|for)\b|\s*[.,;:)]|\s*$)")
def _times(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = 1.0 if match[1] == "once" else 2.0
    return (Kind.COUNT, value, value, "")


@_pattern(rf"(?<![\d.a-z#-])({_DIGITS})-({_DIGITS})(?![\d-]|\.\d)")
def _plain_range(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low, high = _value(match[1]), _value(match[2])
    return (Kind.NUMBER, low, high, "") if low < high else None


@_pattern(rf"\b(?!one\b|zero\b)({_EN})\b")
def _plain_word(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = _value(match[1])
    return (Kind.NUMBER, value, value, "")


@_pattern(rf"(?<![\d.a-z#])({_SIGNED})(?!\d|\.\d)(万)?")
def _plain(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = _value(match[1]) * (10000 if match[2] else 1)
    return (Kind.NUMBER, value, value, "")


@lru_cache(maxsize=8192)
def read(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text, in the order in which they stand."""
    prepared = list(prepare(text))
    found: list[Quantity] = []
    for pattern, reader in _PATTERNS:
        working = "".join(prepared)
        for match in pattern.finditer(working):
            try:
                value = reader(match)
            except ValueError:
                continue
            if value is None:
                continue
            found.append(Quantity(*value, span=match.span()))
            prepared[match.start() : match.end()] = "\x01" * (match.end() - match.start())
    return tuple(sorted(found, key=lambda quantity: quantity.span))


def supported(claim: Quantity, evidence: Iterable[Quantity]) -> bool:
    """Whether the evidence states the claim's value: the same value, an end of a stated range, or, for a bare number, any quantity of that size."""
    return any(_matches(claim, one) for one in evidence)


def _matches(claim: Quantity, stated: Quantity) -> bool:
    if claim.kind is Kind.DATE or stated.kind is Kind.DATE:
        return claim.kind is stated.kind and _same_day(claim, stated)
    ends = {round(abs(stated.low), 6), round(abs(stated.high), 6)}
    within = {round(abs(claim.low), 6), round(abs(claim.high), 6)} <= ends
    if Kind.NUMBER in (claim.kind, stated.kind):
        return within
    if claim.kind is not stated.kind:
        return False
    if claim.kind in (Kind.DURATION, Kind.MONEY) and claim.unit != stated.unit:
        return within and "" in (claim.unit, stated.unit)
    return within


def _same_day(claim: Quantity, stated: Quantity) -> bool:
    """Whether the claim's day, or both ends of its period, are ends of the stated one; years count only where both name one."""
    if claim.unit == stated.unit:
        return {claim.low, claim.high} <= {stated.low, stated.high}
    shared = 10000 if "md" in (claim.unit, stated.unit) else 1
    a, b = ({end % shared if shared > 1 else (end // 100 if q.unit == "ymd" else end) for end in (q.low, q.high)} for q in (claim, stated))
    return a <= b


__all__ = ["Kind", "Quantity", "number", "read", "supported"]

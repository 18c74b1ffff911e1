"""Numbers with units out of text, into comparable values: 七天 = 7 日 = 7 days, 半年 = 6 個月, HK$1,280 = 港幣 1280 元, 九折 = 10% off.

One pass of one regular expression per family, in an order in which the more specific family wins its characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from kb.characters import level, lowered
from kb.numerals import ANY, CHINESE, CHINESE_DIGITS, DIGITS, ENGLISH, ENGLISH_NUMBERS, SIGNED, few, number
from kb.quantity import Kind, Quantity
from kb.support import counted, supported

_N = rf"(?:{DIGITS}万?|(?<![第一二三四五六七八九十])半(?!数)|{CHINESE}|\b{ENGLISH}\b)"
_TO = r"\s*(?:-|至|到|to)\s*"

_WHOLE = r"(?:(?:full|whole|clear|complete|entire|consecutive|straight)[ -]|个?(?:完整的?|整)|足)?"
"""What stands between a number and its unit and changes neither: three full days, 三整天."""
_DURATION_UNITS: tuple[tuple[str, str, float, str], ...] = (
    (r"个?工作[天日]|个?营业日|(?:working|business)[ -]?days?\b", "working_day", 1, "工作 营业 day"),
    (r"[个粒]?(?:小时|钟头|钟)|-?hours?\b|-?hrs?\b|(?<![a-z])h\b", "second", 3600, "小时 钟 hour hr hrs h"),
    (r"分钟|-?minutes?\b|-?mins?\b", "second", 60, "分钟 min"),
    (r"秒钟?|-?seconds?\b|-?secs?\b", "second", 1, "秒 sec"),
    (r"个?(?:星期|礼拜)|周(?!年|岁)|-?weeks?\b", "day", 7, "星期 礼拜 周 week"),
    (r"个月|个?月(?![\d一二三四五六七八九十]|份|饼|抛|结|底|初|中旬|上旬|下旬|尾)|-?months?\b", "month", 1, "月 month"),
    (r"周?年(?!货|糕|级|龄|会|前|[\d度])|-?years?\b(?! of\b)", "month", 12, "年 year"),
    (r"个?(?:自然|公?历)?[天日](?!报|抛|式|本|元|期|[\d])|[ -]?(?:calendar )?days?\b", "day", 1, "天 日 day"),
)
_MONEY_BEFORE = {
    r"hk\$|hkd|港币|港元": "HKD", r"rmb|cny|人民币": "CNY", r"nt\$|twd|ntd|新台币|台币": "TWD", r"us\$|usd|美元": "USD",
    r"gbp|£": "GBP", r"eur|€": "EUR", r"sgd|s\$": "SGD", r"myr": "MYR", r"aud|a\$": "AUD", r"cad|c\$": "CAD", r"jpy": "JPY", r"\$|¥": "",
}  # fmt: skip
_MONEY_AFTER = {
    r"hkd|港元|港币|hk dollars?": "HKD", r"rmb|cny|人民币": "CNY", r"twd|ntd|新台币|台币": "TWD", r"usd|美元|us dollars?": "USD",
    r"元|块钱?|蚊|dollars?|bucks|yuan": "",
}  # fmt: skip
_SCALES: tuple[tuple[Kind, str, tuple[tuple[str, float, str], ...]], ...] = (
    (Kind.WEIGHT, "g", ((r"毫克|mg\b", 0.001, "毫克 mg"), (r"公斤|千克|kg\b|kilos?\b|kilograms?", 1000, "公斤 千克 kg kilo"),
                        (r"公克|克(?!拉)|grams?\b|g\b", 1, "克 gram g"), (r"克拉|carats?\b|ct\b", 0.2, "克拉 carat ct"),
                        (r"两(?=[^\d]|$)|taels?\b", 37.429, "两 tael"), (r"磅|lbs?\b|pounds?\b", 453.592, "磅 lb lbs pound"),
                        (r"oz\b|ounces?\b|安士|盎司", 28.3495, "oz ounce 安士 盎司"))),
    (Kind.LENGTH, "mm", ((r"毫米|mm\b", 1, "毫米 mm"), (r"厘米|公分|cm\b", 10, "厘米 公分 cm"), (r"公里|km\b", 1_000_000, "公里 km"),
                         (r"米|metres?\b|meters?\b|m\b", 1000, "米 metre meter m"), (r"英寸|寸|吋|inch(?:es)?\b", 25.4, "寸 吋 inch"),
                         (r"英尺|呎|feet\b|foot\b|ft\b", 304.8, "英尺 呎 feet foot ft"))),
    (Kind.VOLUME, "ml", ((r"毫升|ml\b", 1, "毫升 ml"), (r"公升|升(?!级)|litres?\b|liters?\b|l\b", 1000, "升 litre liter l"))),
)  # fmt: skip
_CLASSIFIERS = "次|件|盒|片|支|枝|根|粒|颗|款|罐|瓶|樽|箱|袋|包|枚|张|份|个?字[母符元]|个中?英?文?字|个|人|名|位|封|分(?!钟|期|批|别|之|店|行)|期|字|层|号|档|级|倍|岁|只|条|双|对|折起|周岁|宗|步|年级|枚|页|副|台|部|套|本|组"
_EN_COUNTS = "times?|pieces?|pcs|boxes|box|items?|bottles?|jars?|tins?|packs?|lenses|lens|letters|characters|points?|people|persons?|orders?|sticks?|kinds?|colou?rs?|units?|uses?|hours? old|years? old"
_EN_COUNTED = "time piece pcs box item bottle jar tin pack lens letter character point people person order stick kind colo unit use hour year"
_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH_NEEDS = " ".join(_MONTHS)
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)


_BETWEEN = re.compile(
    rf"(?:between|介乎|介于)\s*(?:[^\s\d]{{0,6}}\d[^\s与和]{{0,8}}|{ENGLISH}|{CHINESE})(?: ?[a-z%]{{1,8}}| ?[日天月周年克个])?\s?(and|[与和])(?=\s?(?:[^a-z\s]|{ENGLISH}))"
)


def prepare(text: str) -> str:
    """The text that the patterns read, of the same length: levelled, lower case, commas in numbers blanked out, one sign for 'to'."""
    plain = lowered(level(text)).replace("~", "-")
    if "," in plain:
        plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "\x00", plain)
    if "between" in plain or "介" in plain:
        plain = _BETWEEN.sub(
            lambda match: match[0][: match.start(1) - match.start()] + "-".center(len(match[1])) + match[0][match.end(1) - match.start() :], plain
        )
    return plain


_Reader = Callable[[re.Match[str]], tuple[Kind, float, float, str] | None]
_PATTERNS: list[tuple[re.Pattern[str], frozenset[str], _Reader]] = []
_LATIN = re.compile("[a-z]")
_LATIN_WORDS: set[str] = set()
_OTHER_WORDS: set[str] = set()
"""All that patterns need of a text, but whole words of one or two letters; those with a Latin letter apart."""
_SHORT_WORD = re.compile(r"(?<![a-z])[a-z]{1,2}(?![a-z])")


def _pattern(expression: str, needs: str = "") -> Callable[[_Reader], _Reader]:
    """Register a reader of what the expression finds. needs: parts of words of which a text must hold one for the
    expression to find anything; of one or two letters: whole words."""

    def register(reader: _Reader) -> _Reader:
        _PATTERNS.append((re.compile(expression), frozenset(needs.split()), reader))
        for word in needs.split():
            if not _SHORT_WORD.fullmatch(word):
                (_LATIN_WORDS if _LATIN.search(word) else _OTHER_WORDS).add(word)
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


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})(?:\s?[日号])?(?![0-9])", needs="19 20")
def _full_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(*(int(group) for group in match.groups()))


def _days_of_month(month: int, first: int, last: int) -> tuple[Kind, float, float, str] | None:
    begin, end = _ymd(0, month, first), _ymd(0, month, last)
    return (Kind.DATE, begin[1], end[1], "md") if begin and end and first < last else None


@_pattern(r"(?<![0-9])([0-9]{1,2})\s?月\s?([0-9]{1,2})\s?[日号]?\s?[-至到]\s?([0-9]{1,2})\s?[日号]", needs="月")
def _month_days(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _days_of_month(int(match[1]), int(match[2]), int(match[3]))


@_pattern(rf"(?<![0-9])([0-9]{{1,2}})\s?(?:-|to)\s?([0-9]{{1,2}})\s*{_MONTH_NAME}\b", needs=_MONTH_NEEDS)
def _days_month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _days_of_month(_MONTHS[match[3][:3]], int(match[1]), int(match[2]))


@_pattern(rf"\b{_MONTH_NAME}\s*(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s*((?:19|20)[0-9]{{2}}))?(?![0-9])", needs=_MONTH_NEEDS)
def _month_first(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(int(match[3] or 0), _MONTHS[match[1][:3]], int(match[2]))


@_pattern(rf"(?<![0-9])([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)?\s*{_MONTH_NAME}(?:,?\s*((?:19|20)[0-9]{{2}}))?\b", needs=_MONTH_NEEDS)
def _day_first(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(int(match[3] or 0), _MONTHS[match[2][:3]], int(match[1]))


@_pattern(
    rf"(?<![零〇一二两三四五六七八九十百千万])([一二][零〇一二三四五六七八九]{{3}})年(?:([0-9]{{1,2}}|{CHINESE})月(?:([0-9]{{1,2}}|{CHINESE})[日号])?)?",
    needs="年",
)
def _chinese_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    year, month = int(number(match[1])), int(number(match[2] or "0"))
    if match[3]:
        return _ymd(year, month, int(number(match[3])))
    value = float(year * 100 + month) if match[2] else float(year)
    return (Kind.DATE, value, value, "ym") if match[2] else (Kind.NUMBER, value, value, "")


@_pattern(rf"(?<![0-9])([0-9]{{1,2}}|{CHINESE})\s?月\s?([0-9]{{1,2}}|{CHINESE})\s?[日号]", needs="月")
def _month_day(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(0, int(number(match[1])), int(number(match[2])))


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})\s?年(?!\s?[0-9]{1,2}\s?月)", needs="年")
def _year(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return (Kind.NUMBER, float(match[1]), float(match[1]), "")


@_pattern(r"(?<!\d)((?:19|20)[0-9]{2})(?:[-/]([0-9]{2})(?![0-9/-])|\s?年\s?([0-9]{1,2})\s?月)", needs="19 20")
def _year_month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    month = int(match[2] or match[3])
    value = float(int(match[1]) * 100 + month)
    return (Kind.DATE, value, value, "ym") if 1 <= month <= 12 else None


@_pattern(rf"\b{_MONTH_NAME},? ((?:19|20)[0-9]{{2}})(?!\d)", needs=_MONTH_NEEDS)
def _english_month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = float(int(match[2]) * 100 + _MONTHS[match[1][:3]])
    return (Kind.DATE, value, value, "ym")


@_pattern(rf"(?<![0-9])([0-9]{{1,2}}|{CHINESE})\s?月(?:份|底|初|中旬|上旬|下旬|尾)", needs="月")
def _month(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1])
    return (Kind.DATE, value, value, "m") if 1 <= value <= 12 else None


@_pattern(r"(?<![\d-])([01]?[0-9])-([0-9]{2})(?=[\s,。)]|$)(?<=0[0-9]-[0-9]{2}|1[012]-[0-9]{2})", needs="-")
def _short_date(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return _ymd(0, int(match[1]), int(match[2])) if match[1].startswith("0") or int(match[2]) > 12 else None


@_pattern(
    r"(?<![\d.:-])([0-9]{1,2})(?=\s?(?:-|to|till|until|至|到)\s?([0-9]{1,2})(?:(?::[0-5][0-9])?\s?(am|pm)\b|:[0-5][0-9](?!\d)))", needs=": am pm"
)
def _hour_before(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """The 10 of 10–19:00 and of 10 to 7pm, which is in the morning."""
    hour, later = int(match[1]), int(match[2])
    if hour > 24 or (match[3] and not (1 <= hour <= 12 and 1 <= later <= 12)):
        return None
    if match[3]:
        afternoon = (match[3] == "pm") == (hour % 12 < later % 12)
        hour = hour % 12 + (12 if afternoon else 0)
    return (Kind.TIME, hour * 60.0, hour * 60.0, "minute")


@_pattern(r"(?<!\d)(?<!\d:)([0-2]?[0-9]):([0-5][0-9])(?!\d)(?:\s*([ap]m|[ap]\.m\b\.?))?", needs=":")
def _clock(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    hour = int(match[1]) % (12 if match[3] else 24) + (12 if (match[3] or "")[:1] == "p" else 0)
    minutes = float(hour * 60 + int(match[2]))
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(
    r"(上午|早上|朝早|凌晨|下午|晚上|夜晚|中午)?(?(1)\s?)(?<![0-9.])([0-9]{1,2}|[一二两三四五六七八九十]{1,3})\s?[点時时](?!解|样|算|知|间)(半)?",
    needs="点 時 时",
)
def _oclock(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    hour = int(number(match[2]))
    if hour > 24 or (match[1] is None and not match[2][0].isdigit()):
        return None
    hour += 12 if match[1] in ("下午", "晚上", "夜晚") and hour < 12 else 0
    minutes = float(hour * 60 + (30 if match[3] else 0))
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(rf"\b({ENGLISH}|[0-9]{{1,2}})(?: o'clock)?(?: in the (morning|afternoon|evening)| at (night))\b", needs="morning afternoon evening night")
def _spoken_hour(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    hour = number(match[1])
    if not 1 <= hour <= 12 or hour % 1:
        return None
    minutes = (hour % 12 + (0 if match[2] == "morning" else 12)) * 60
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(r"(?<![\d.:a-z])([0-9]{1,2})(?:\.([0-5][0-9]))?\s?(am\b|pm\b|[ap]\.m\b\.?)", needs="am pm a.m p.m")
def _am_pm(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    if not 1 <= int(match[1]) <= 12:
        return None
    minutes = float((int(match[1]) % 12 + (12 if match[3][0] == "p" else 0)) * 60 + int(match[2] or 0))
    return (Kind.TIME, minutes, minutes, "minute")


@_pattern(rf"百分之\s?({DIGITS}|[零〇一二两三四五六七八九十百]+)", needs="百分之")
def _percent_of(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1])
    return (Kind.PERCENT, value, value, "")


@_pattern(rf"({SIGNED})(?:\s?%?{_TO}({DIGITS}))?\s?(?:%|percent\b|per cent\b|‰)", needs="% percent per ‰")
def _percent(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low = abs(number(match[1])) if match[1][0] != "±" else number(match[1][1:])
    high = number(match[2]) if match[2] else low
    scale = 0.1 if match[0].endswith("‰") else 1.0
    return (Kind.PERCENT, low * scale, high * scale, "")


@_pattern(rf"\b({ENGLISH}) (?:percent|per cent)\b|({DIGITS}|{CHINESE})\s?个?巴仙", needs="percent per 巴仙")
def _percent_in_words(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1] or match[2])
    return (Kind.PERCENT, value, value, "")


@_pattern(r"([一二两三四五六七八九]|(?<!\d)\d)(?:[-至到]([一二两三四五六七八九]|\d))?\s?成(半)?(?![功为份员人立本交套都年长就果品])", needs="成")
def _tenths(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    half = 5 if match[3] else 0
    low, high = number(match[1]) * 10, number(match[2] or match[1]) * 10 + half
    return (Kind.PERCENT, low if match[2] else high, high, "")


@_pattern(r"(\d+(?:\.\d+)?|[一二三四五六七八九]{1,2}(?:点[一二三四五六七八九])?)\s?折(?!扣|叠|合|射)", needs="折")
def _fold_discount(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    text = match[1]
    if text[0].isdigit():
        value = float(text)
    else:
        value = float("".join(str(CHINESE_DIGITS[c]) for c in text if c in CHINESE_DIGITS))
        value = value / 10 if "点" in text else value
    paid = value * 10 if value < 10 else value
    off = round(100 - paid, 6)
    return (Kind.PERCENT, off, off, "")


@_pattern(r"半价|half price|half-price", needs="半价 half")
def _half_price(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    return (Kind.PERCENT, 50.0, 50.0, "")


def _words(expression: str) -> str:
    """The words that an alternation of plain words begins with."""
    return " ".join(word.rstrip("s?").replace("\\", "").replace("钱", "") for word in expression.split("|"))


def _register_money() -> None:
    for expression, currency in _MONEY_BEFORE.items():

        def before(match: re.Match[str], currency: str = currency) -> tuple[Kind, float, float, str]:
            low = number(match[1])
            return (Kind.MONEY, low, number(match[2]) if match[2] else low, currency)

        guard = "(?<![a-z])" if expression[0].isalpha() and expression[0].isascii() else ""
        _pattern(
            rf"{guard}(?:{expression})\s*({DIGITS}(?:\s?万)?)(?:{_TO}({DIGITS}))?(?!\d|\.\d)(?:\s*(?:元|块|dollars?)(?!旦))?", _words(expression)
        )(before)
    for expression, currency in _MONEY_AFTER.items():

        def after(match: re.Match[str], currency: str = currency) -> tuple[Kind, float, float, str]:
            low = number(match[1])
            return (Kind.MONEY, low, number(match[2]) if match[2] else low, currency)

        tail = r"(?![a-z])" if expression[0].isalpha() and expression[0].isascii() else "(?!旦|宵|素|件)"
        _pattern(rf"({DIGITS}(?:\s?[千万])?|(?<![几数多好]){CHINESE})(?:{_TO}({DIGITS}))?\s*[多几]?\s*(?:{expression}){tail}", _words(expression))(
            after
        )


_register_money()


@_pattern(rf"\b({DIGITS}|{ENGLISH})[ -]years?[ -](?:old|of age)", needs="year")
def _age(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1])
    return (Kind.COUNT, value, value, "岁")


@_pattern(rf"({DIGITS}|{CHINESE})?\s?个半\s?(小时|钟头|钟|星期|礼拜|月)", needs="个半")
def _and_a_half(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    unit, scale = {"月": ("month", 1), "星期": ("day", 7), "礼拜": ("day", 7)}.get(match[2], ("second", 3600))
    value = (number(match[1] or "一") + 0.5) * scale
    return (Kind.DURATION, value, value, unit)


_ENGLISH_SPANS = {"hour": (3600.0, "second"), "day": (1.0, "day"), "week": (7.0, "day"), "month": (1.0, "month"), "year": (12.0, "month")}


@_pattern(
    rf"\b(an?|{DIGITS}|{ENGLISH})(?: (hour|day|week|month|year)s? and a half| and a half (hour|day|week|month|year)s?)\b",
    needs="half",
)
def _english_and_a_half(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """A month and a half, two and a half years."""
    scale, unit = _ENGLISH_SPANS[match[2] or match[3]]
    value = ((1.0 if match[1] in ("a", "an") else number(match[1])) + 0.5) * scale
    return (Kind.DURATION, value, value, unit)


@_pattern(rf"\bhalf[- ](?:an? )?(hour|day|month|year)\b|\b(?:an? |({DIGITS}|{ENGLISH}) )?(fortnight)s?\b", needs="half fortnight")
def _english_spans(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    if match[3]:
        value = 14 * number(match[2] or "1")
        return (Kind.DURATION, value, value, "day")
    value, unit = {"hour": (1800.0, "second"), "day": (0.5, "day"), "month": (0.5, "month"), "year": (6.0, "month")}[match[1]]
    return (Kind.DURATION, value, value, unit)


def _ends(low: str, high: str | None) -> tuple[float, float]:
    """Both ends of what one numeral, two, or a pair of neighbouring digits (两三) names."""
    if high is None:
        return few(low) or (number(low), number(low))
    return number(low), number(high)


def _register_durations() -> None:
    for expression, unit, scale, needs in _DURATION_UNITS:

        def read_one(match: re.Match[str], unit: str = unit, scale: float = scale) -> tuple[Kind, float, float, str]:
            low, high = _ends(match[1], match[2])
            half = 0.5 if match[0].endswith("半") and match[1] != "半" else 0.0
            return (Kind.DURATION, (low + (half if match[2] is None else 0)) * scale, (high + half) * scale, unit)

        extra = r"(?:\s?半)?" if unit != "second" else ""
        _pattern(rf"(?<![第\d.初])(?<!最后)({_N})(?:\s?(?:{expression})?{_TO}({_N}))?\s*{_WHOLE}(?:{expression}){extra}", needs)(read_one)


_register_durations()


def _register_scales() -> None:
    for kind, unit, scales in _SCALES:
        for expression, scale, needs in scales:

            def read_one(match: re.Match[str], kind: Kind = kind, unit: str = unit, scale: float = scale) -> tuple[Kind, float, float, str]:
                low = number(match[1].lstrip("±+")) * scale
                return (kind, low, number(match[2]) * scale if match[2] else low, unit)

            number_part = rf"(?<![\d.])({SIGNED}|{CHINESE})"
            _pattern(rf"{number_part}(?:\s?(?:{expression})?{_TO}({SIGNED}))?\s*(?:{expression})", needs)(read_one)

            def read_half(match: re.Match[str], kind: Kind = kind, unit: str = unit, scale: float = scale) -> tuple[Kind, float, float, str]:
                value = (number(match[1]) + 0.5) * scale
                return (kind, value, value, unit)

            _pattern(rf"(?<![\d.])({DIGITS}|{CHINESE})\s?个半\s?(?:{expression})", needs)(read_half)


_register_scales()


@_pattern(
    r"(?:\bbc|基弧|base curve|\bdia|diameter|直径)[\s:=为是]{0,3}(?:of |is )?([0-9]{1,2}\.[0-9]{1,2})(?![\d.]|\s?[a-z毫厘])",
    needs="bc 基弧 curve dia 直径",
)
def _lens_size(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """Base curve and diameter of a lens are millimetres, written or not."""
    value = number(match[1])
    return (Kind.LENGTH, value, value, "mm")


@_pattern(
    rf"(零下\s?|\bminus )?(摄氏\s?)?(?<![\d.])({SIGNED})(?:\s?°?\s?c?{_TO}(零下\s?|minus )?({SIGNED}))?\s*(°\s*c\b|℃|度c|摄氏度?|degrees? c(?:elsius)?|度)( below zero)?",
    needs="°c ℃ 度 摄氏 degree",
)
def _celsius(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    if match[6] == "度" and not (match[1] or match[2]):
        return None
    low = -abs(number(match[3])) if match[1] or match[7] else number(match[3])
    high = (-abs(number(match[5])) if match[4] else number(match[5])) if match[5] else low
    return (Kind.TEMPERATURE, low, high, "C")


@_pattern(rf"(?<![\d.])({SIGNED})(?:\s?°?\s?f?{_TO}({SIGNED}))?\s*(?:°\s*f\b|℉|华氏度?|degrees? f(?:ahrenheit)?\b)", needs="°f ℉ 华氏 degree")
def _fahrenheit(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low, high = (round((number(one) - 32) / 1.8, 2) for one in (match[1], match[2] or match[1]))
    return (Kind.TEMPERATURE, low, high, "C")


_POWER = r"[0-9]{1,2}\.(?:00|25|50|75)"


@_pattern(
    rf"(?<![\d.a-z])([-+]?{_POWER}|[-+][0-9]{{1,2}}(?=\s?d\b)|0)(?:\s?d\b)?(?:{_TO}([-+]?{_POWER})(?!\d))?(?!\d|\.\d)(\s?d\b)?",
    needs=".00 .25 .50 .75 d",
)
def _dioptres(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """-3.00D, or without the D where a sign tells."""
    ends = [match[1], match[2] or match[1]]
    if not (match[0].rstrip().endswith("d") or any(end[0] in "+-" for end in ends)):
        return None
    low, high = (number(end) for end in ends)
    return (Kind.OPTICAL, low, high, "D")


_ABOUT_SIGHT = re.compile(r"近视|远视|散光|老花|度数|眼镜|镜片|short-?sighted|myopi")


_HUNDREDTHS = rf"[0-9]{{2,4}}|{CHINESE}"


@_pattern(rf"(?<![\d.])({_HUNDREDTHS})(?:\s?度?{_TO}({_HUNDREDTHS}))?\s?度(?!数)", needs="度")
def _hundredths(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """300 度 of short sight is 3.00 dioptres; which sign is not said."""
    low, high = number(match[1]), number(match[2] or match[1])
    if min(low, high) < 25 or low % 25 or high % 25 or not _ABOUT_SIGHT.search(match.string):
        return None
    return (Kind.OPTICAL, low / 100, high / 100, "")


@_pattern(rf"[左右两双]眼(?:都)?[是为系]?\s?({_HUNDREDTHS})(?![\d.度万])", needs="眼")
def _eye(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """左眼 575: the same without its unit."""
    value = number(match[1])
    return None if value < 25 or value % 25 else (Kind.OPTICAL, value / 100, value / 100, "")


@_pattern(rf"(?<![第\d.])({DIGITS}|{CHINESE})(?:{_TO}({DIGITS}|{CHINESE}))?\s?({_CLASSIFIERS})")
def _count(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    if (
        not match[1][0].isdigit()
        and match[3] in ("个", "分", "号", "级", "期", "字", "位", "人", "只", "条", "本", "部", "对", "台")
        and match[1] == "一"
    ):
        return None
    return (Kind.COUNT, *_ends(match[1], match[2]), "字" if "字" in match[3] else match[3].removeprefix("周"))


_MULTIPLE = re.compile(r"\s+(?:the|as|more|normal|usual|points)\b")
"""What follows times where they multiply: 1.2 times the points."""
_COUNTED = {"time": "次", "use": "次", "people": "人", "person": "人", "point": "分", "letter": "字", "character": "字"}


@_pattern(rf"(?<![\d.])\b({DIGITS}|{ENGLISH})(?:{_TO}({DIGITS}|{ENGLISH}))?[ -]({_EN_COUNTS})\b", needs=_EN_COUNTED)
def _english_count(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low = number(match[1])
    multiplies = match[3] == "times" and (low % 1 != 0 or _MULTIPLE.match(match.string, match.end()) is not None)
    unit = "倍" if multiplies else _COUNTED.get(match[3].rstrip("s"), "")
    return (Kind.COUNT, low, number(match[2]) if match[2] else low, unit)


@_pattern(r"(?<![\d.])([0-9]+\.[0-9]+)\s?[x×](?!\s?\d)", needs="x ×")
def _multiple(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    """1.2× the points; a whole number before x is as often a pack: 6 x 70 g."""
    value = number(match[1])
    return (Kind.COUNT, value, value, "倍")


@_pattern(
    r"(?<!at )(?<!than )\b(once|twice)(?=\s+(?:per|a|an|each|every|in|within|before|only|for|yearly|annually|monthly|weekly|daily)\b|\s*[^\s\w-]|\s*$)",
    needs="once twice",
)
def _times(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = 1.0 if match[1] == "once" else 2.0
    return (Kind.COUNT, value, value, "次")


@_pattern(rf"(?<![\d.a-z#-])({DIGITS})-({DIGITS})(?![\d-]|\.\d)", needs="-")
def _plain_range(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    low, high = number(match[1]), number(match[2])
    return (Kind.NUMBER, low, high, "") if low < high else None


@_pattern(rf"\b(?!one\b(?! hundred)|zero\b)({ENGLISH})\b", needs=" ".join(ENGLISH_NUMBERS))
def _plain_word(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1])
    return (Kind.NUMBER, value, value, "")


@_pattern(rf"(?<![\d.a-z#])({SIGNED})(?!\d|\.\d)(万)?")
def _plain(match: re.Match[str]) -> tuple[Kind, float, float, str] | None:
    value = number(match[1]) * (10000 if match[2] else 1)
    return (Kind.NUMBER, value, value, "")


def read(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text, in the order in which they stand."""
    return _read(text) if len(text) < _REMEMBERED else _read.__wrapped__(text)


_REMEMBERED = 2000
"""Characters of a text up to which its quantities are remembered."""


@lru_cache(maxsize=16384)
def _read(text: str) -> tuple[Quantity, ...]:
    return _scan(text, every=False)


def _scan(text: str, *, every: bool) -> tuple[Quantity, ...]:
    """The quantities of a text. every: also try the patterns whose words are not in it (which must find nothing more)."""
    working = prepare(text)
    if not ANY.search(working):
        return ()
    present = {word for word in _OTHER_WORDS if word in working}
    if _LATIN.search(working):
        present.update(word for word in _LATIN_WORDS if word in working)
        present.update(_SHORT_WORD.findall(working))
    found: list[Quantity] = []
    for pattern, needs, reader in _PATTERNS:
        if needs and not every and present.isdisjoint(needs):
            continue
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(working):
            try:
                value = reader(match)
            except ValueError:
                continue
            if value is not None:
                found.append(Quantity(*value, span=match.span()))
                taken.append(match.span())
        if taken:
            working = _blanked(working, taken)
    return tuple(sorted(found, key=lambda quantity: quantity.span))


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [text[end:start], "\x01" * (stop - start)]
        end = stop
    return "".join([*pieces, text[end:]])


__all__ = ["Kind", "Quantity", "counted", "number", "read", "supported"]

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.quantities import Kind, Quantity, _scan, number, read, supported

DIGITS = "零一二三四五六七八九"


def values(text: str) -> list[tuple[Kind, float, float, str]]:
    return [quantity.value for quantity in read(text)]


def only(text: str) -> Quantity:
    """The one quantity of the text, which spans all of it."""
    (quantity,) = read(text)
    assert quantity.span == (0, len(text))
    return quantity


def chinese(value: int) -> str:
    """A numeral below 10000, the way one writes it: 十二, 一百零五, 三千二百一十."""
    if value < 10:
        return DIGITS[value]
    text, zero = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = value // size % 10
        if digit:
            text += ("零" if zero and text else "") + ("" if size == 10 and not text and digit == 1 else DIGITS[digit]) + unit
            zero = False
        else:
            zero = True
    return text


# ---- the same value in every way of writing it -----------------------------------------------------------------------

SAME = {
    "seven days": (Kind.DURATION, 7, 7, "day", ["七天", "7 日", "7天", "7 days", "seven days", "７日", "七日", "一星期", "1 week", "一個禮拜", "7-day"]),
    "half a year": (Kind.DURATION, 6, 6, "month", ["半年", "6 個月", "6個月", "六個月", "6个月", "six months", "6-month"]),
    "a year and a half": (Kind.DURATION, 18, 18, "month", ["一年半", "18 個月", "18 months", "a year and a half"]),
    "three full days": (Kind.DURATION, 3, 3, "day", ["三整天", "三足日", "three full days", "3 whole days", "3 consecutive days"]),
    "two full working days": (Kind.DURATION, 2, 2, "working_day", ["兩個完整的工作日", "two full working days"]),
    "two and a half months": (Kind.DURATION, 2.5, 2.5, "month", ["兩個半月", "两个半月", "2 個半月", "2.5 months", "two and a half months", "2 months and a half"]),
    "forty-two days": (Kind.DURATION, 42, 42, "day", ["42 日", "四十二天", "forty-two days", "forty two days", "六星期"]),
    "eighty days": (Kind.DURATION, 80, 80, "day", ["80 日", "八十天", "eighty days"]),
    "five working days": (Kind.DURATION, 5, 5, "working_day", ["5 個工作日", "5个工作日", "五個工作天", "5 working days", "five business days"]),
    "a day in hours": (Kind.DURATION, 86400, 86400, "second", ["24 小時", "24小时", "二十四小時", "24 粒鐘", "廿四個鐘", "24 hours", "24 hrs", "24h", "1440 分鐘"]),
    "1280 dollars of Hong Kong": (Kind.MONEY, 1280, 1280, "HKD", ["HK$1,280", "HK$1280", "港幣 1280 元", "港币1,280元", "HKD 1,280", "1280 港元", "一千二百八十港元"]),
    "1280 dollars": (Kind.MONEY, 1280, 1280, "", ["$1,280", "1280 元", "1,280蚊", "1280塊", "1280 dollars"]),
    "30000 yuan": (Kind.MONEY, 30000, 30000, "CNY", ["人民幣 30,000 元", "人民币3万元", "RMB 30000", "三万人民币"]),
    "ten percent off": (Kind.PERCENT, 10, 10, "", ["九折", "9折", "9 折", "90折", "10% off", "10%", "百分之十", "10 percent", "ten per cent", "十個巴仙", "10 巴仙", "100‰"]),
    "fifteen percent off": (Kind.PERCENT, 15, 15, "", ["八五折", "85折", "8.5折", "八點五折", "15% off"]),
    "half price": (Kind.PERCENT, 50, 50, "", ["半價", "半价", "五折", "half price", "50%"]),
    "a range of percents": (Kind.PERCENT, 38, 42, "", ["38%–42%", "38% 至 42%", "38-42%", "38% to 42%", "38%~42%"]),
    "a range of days": (Kind.DURATION, 3, 5, "day", ["3–5 日", "3 至 5 天", "三至五日", "3 to 5 days", "3-5 days", "3日至5日"]),
    "a range of temperatures": (Kind.TEMPERATURE, 0, 4, "C", ["0–4 °C", "0-4°C", "0 至 4 ℃", "0 to 4 °C"]),
    "frozen": (Kind.TEMPERATURE, -18, -18, "C", ["-18 °C", "\u221218°C", "-18℃"]),
    "a gram and a half": (Kind.WEIGHT, 1.5, 1.5, "g", ["1.5 克", "1.5g", "1.5 grams", "1500 毫克", "0.0015 kg"]),
    "millimetres": (Kind.LENGTH, 14.2, 14.2, "mm", ["14.2 mm", "14.2毫米", "1.42 厘米", "1.42cm"]),
    "millilitres": (Kind.VOLUME, 250, 250, "ml", ["250 毫升", "250ml", "0.25 升", "0.25 litres"]),
    "half past ten": (Kind.TIME, 630, 630, "minute", ["10:30", "上午十點半", "10:30 am", "上午10點半"]),
    "half past midnight": (Kind.TIME, 30, 30, "minute", ["00:30", "12:30 am"]),
    "half past noon": (Kind.TIME, 750, 750, "minute", ["12:30", "12:30 pm", "12.30 p.m."]),
    "three in the afternoon": (Kind.TIME, 900, 900, "minute", ["15:00", "3pm", "3 p.m.", "3:00 pm", "3:00 p.m.", "下午3點", "下午三時", "three in the afternoon", "3 o'clock in the afternoon", "15 時", "15時"]),
    "a day of a year": (
        Kind.DATE, 20270206, 20270206, "ymd",
        ["2027-02-06", "2027/2/6", "2027.02.06", "2027年2月6日", "2027 年 2 月 6 號", "二〇二七年二月六日", "6 February 2027", "6 Feb 2027",
         "February 6, 2027", "Feb 6th 2027", "6th of February 2027"],
    ),
    "a day of any year": (Kind.DATE, 206, 206, "md", ["2月6日", "二月六日", "2 月 6 號", "6 February", "Feb 6", "6th of Feb", "Feb the 6th"]),
    "a month of a year": (Kind.DATE, 202702, 202702, "ym", ["2027-02", "2027/02", "2027年2月", "2027 年 2 月", "二〇二七年二月", "February 2027", "Feb 2027"]),
    "half an hour": (Kind.DURATION, 1800, 1800, "second", ["半小時", "half an hour", "半個鐘", "30 分鐘", "half-hour"]),
    "an hour and a half": (Kind.DURATION, 5400, 5400, "second", ["個半鐘", "一個半小時", "1.5 小時", "90 minutes"]),
    "a fortnight": (Kind.DURATION, 14, 14, "day", ["a fortnight", "fortnight", "14 日", "兩星期", "2 weeks"]),
    "two or three days": (Kind.DURATION, 2, 3, "day", ["兩三日", "两三天", "2–3 日", "2 to 3 days", "between 2 and 3 days", "between two and three days", "介乎 2 與 3 日"]),
    "colloquial thousands": (Kind.MONEY, 1200, 1200, "", ["千二蚊", "一千二元", "一千二百塊", "$1,200"]),
    "tens of thousands": (Kind.MONEY, 200000, 200000, "", ["20 萬元", "20万元", "二十萬元", "200,000 元"]),
    "taken off": (Kind.PERCENT, 15, 15, "", ["八五折", "15%", "減15%"[1:], "一成半", "百分之十五"]),
    "tenths": (Kind.PERCENT, 30, 40, "", ["三至四成", "30–40%", "30% to 40%"]),
    "below zero": (Kind.TEMPERATURE, -18, -18, "C", ["零下 18 度", "零下18°C", "minus 18 °C", "18 °C below zero", "-18 °C", "攝氏零下18度"[2:]]),
    "four degrees": (Kind.TEMPERATURE, 4, 4, "C", ["攝氏 4 度", "4 °C", "4℃", "4 degrees Celsius", "39.2 °F"]),
    "a room": (Kind.TEMPERATURE, 15, 25, "C", ["攝氏 15 至 25 度", "15–25 °C", "15°C to 25°C", "15 至 25 ℃"]),
    "three dioptres of short sight": (Kind.OPTICAL, -3, -3, "D", ["-3.00D", "-3.00 D", "\u22123.00", "－3.00D", "-3.00"]),
    "long sight": (Kind.OPTICAL, 1.5, 1.5, "D", ["+1.50D", "+1.50", "＋1.50 D", "1.50D"]),
    "a range of powers": (Kind.OPTICAL, 0, -8, "D", ["0.00 至 -8.00", "0.00 to -8.00D", "0.00～-8.00"]),
    "a base curve": (Kind.LENGTH, 8.6, 8.6, "mm", ["BC 8.6", "BC: 8.6", "基弧 8.6", "base curve of 8.6", "8.6 mm", "8.6毫米"]),
    "a diameter": (Kind.LENGTH, 14.2, 14.2, "mm", ["DIA 14.2", "直徑 14.2", "直径为14.2", "diameter 14.2", "14.2mm"]),
    "feet": (Kind.LENGTH, 609.6, 609.6, "mm", ["2 ft", "2 feet", "2 呎"]),
    "the end of November": (Kind.DATE, 11, 11, "m", ["11月底", "十一月底", "11 月尾"]),
    "people": (Kind.COUNT, 6, 6, "人", ["6 人", "六人", "6 people", "6 persons"]),
    "a hundred and twenty days": (Kind.DURATION, 120, 120, "day", ["120 日", "a hundred and twenty days", "one hundred and twenty days", "一百二十個曆日"]),
    "two hundred days": (Kind.DURATION, 200, 200, "day", ["two hundred days", "200 days"]),
    "years of age": (Kind.COUNT, 16, 16, "岁", ["16 歲", "16 周歲", "十六週歲", "16 years old"]),
    "twice": (Kind.COUNT, 2, 2, "次", ["2 次", "兩次", "两次", "二次", "2 times", "two times", "twice"]),
    "fifteen thousand": (Kind.NUMBER, 15000, 15000, "", ["15,000", "15000", "1.5萬", "1.5万"]),
    "letters": (Kind.COUNT, 20, 20, "字", ["20 個字母", "20 letters", "20 個字", "二十字", "20 characters"]),
    "a multiple": (Kind.COUNT, 1.5, 1.5, "倍", ["1.5 倍", "1.5 times the points", "1.5 times as much", "1.5 times", "1.5x", "1.5×"]),
    "three centimetres": (Kind.LENGTH, 30, 30, "mm", ["三公分", "3 cm", "三厘米", "30 mm"]),
    "sixteen and a half centimetres": (Kind.LENGTH, 165, 165, "mm", ["十六個半cm", "16 個半公分", "16.5 cm"]),
    "some three thousand": (Kind.MONEY, 3000, 3000, "", ["三千多塊", "3千多塊", "3000 多元", "3千元"]),
    "a short sight": (Kind.OPTICAL, 5.75, 5.75, "", ["近視575度", "近視五百七十五度", "左眼575", "右眼五百七十五"]),
    "a year": (Kind.NUMBER, 2027, 2027, "", ["2027年", "2027", "二〇二七年"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(text, (kind, low, high, unit), id=f"{name}: {text}") for name, (kind, low, high, unit, texts) in SAME.items() for text in texts],
)
def test_every_way_of_writing_gives_the_same_value(text: str, expected: tuple[Kind, float, float, str]) -> None:
    quantity = read(f"「{text}」")[0]
    assert (quantity.kind, pytest.approx(quantity.low), pytest.approx(quantity.high), quantity.unit) == expected
    assert len(read(f"「{text}」")) == 1


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("7 日", "7 個工作日"),
        ("7 日", "7 個月"),
        ("7 日", "8 日"),
        ("HK$30", "人民幣 30 元"),
        ("九折", "8% off"),
        ("9折", "9%"),
        ("3–5 日", "3–7 日"),
        ("2027-02-06", "2027-02-07"),
        ("2027-02-06", "2026-02-06"),
        ("15 克", "1.5 克"),
        ("10:30", "22:30"),
        ("-3.00D", "+3.00D"),
        ("-18 °C", "18 °C"),
        ("2 次", "2 盒"),
        ("twice", "2 boxes"),
        ("6 人", "6 盒"),
        ("BC 8.6", "BC 8.8"),
        ("11月底", "12月底"),
    ],
)
def test_values_that_differ_are_not_taken_for_one_another(text: str, other: str) -> None:
    (one,), (two,) = read(text), read(other)
    assert one.value != two.value
    assert not supported(one, [two])


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10–19:00", (10, 19)), ("10 to 7pm", (10, 19)), ("10 till 7:00 pm", (10, 19)), ("2 to 5pm", (14, 17)), ("11-12pm", (11, 12)), ("11 to 1pm", (11, 13)),
        ("10:00–19:00", (10, 19)), ("10am–7pm", (10, 19)),
    ],
)  # fmt: skip
def test_an_hour_takes_its_half_of_the_day_from_the_one_that_it_leads_to(text: str, hours: tuple[int, int]) -> None:
    assert [one[:2] for one in values(text)] == [(Kind.TIME, hour * 60) for hour in hours]


@pytest.mark.parametrize("text", ["", "退貨", "SH-X123", "A4-size", "第一", "一定可以", "a once-off", "x" * 50])
def test_what_is_no_quantity(text: str) -> None:
    assert values(text) == []


def test_all_quantities_of_a_sentence_in_order() -> None:
    text = "簽收後 7 日內可退,收 5% 手續費,最多 HK$1,280,由 2027-02-06 起"
    assert [(text[slice(*quantity.span)], quantity.kind) for quantity in read(text)] == [
        ("7 日", Kind.DURATION), ("5%", Kind.PERCENT), ("HK$1,280", Kind.MONEY), ("2027-02-06", Kind.DATE),
    ]  # fmt: skip


# ---- anything formatted is read back ---------------------------------------------------------------------------------

ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
amounts = st.integers(1, 9999)


@given(amounts)
def test_a_chinese_numeral_is_read_back(value: int) -> None:
    assert number(chinese(value)) == value
    assert only(f"{chinese(value)}天").value == (Kind.DURATION, value, value, "day")


@given(st.integers(1, 99))
def test_an_english_numeral_is_read_back(value: int) -> None:
    ones, tens = ONES.split(), TENS.split()
    word = ones[value - 1] if value < 20 else "-".join([tens[value // 10 - 2], *([ones[value % 10 - 1]] if value % 10 else [])])
    assert only(f"{word} days").value == (Kind.DURATION, value, value, "day")


@given(st.integers(0, 10_000_000), st.sampled_from(["HK${:,}", "HKD {}", "港幣 {:,} 元", "{:,}港元", "HKD{:,}"]))
def test_money_is_read_back(amount: int, form: str) -> None:
    assert only(form.format(amount)).value == (Kind.MONEY, amount, amount, "HKD")


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_a_date_is_read_back_in_every_language(day: dt.date) -> None:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    forms = [
        day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{year}年{chinese(day.month)}月{chinese(day.day)}日",
        f"{day.day} {day:%B} {day.year}", f"{day:%b} {day.day}, {day.year}",
    ]  # fmt: skip
    number_of_day = day.year * 10000 + day.month * 100 + day.day
    for form in forms:
        assert only(form).value == (Kind.DATE, number_of_day, number_of_day, "ymd")


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_read_back_on_both_clocks(hour: int, minute: int) -> None:
    expected = (Kind.TIME, hour * 60 + minute, hour * 60 + minute, "minute")
    assert only(f"{hour:02}:{minute:02}").value == expected
    assert only(f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}").value == expected


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2), st.sampled_from(["{}%–{}%", "{}–{}%", "{}% to {}%", "{}% 至 {}%"]))
def test_a_range_of_percents_is_read_back(low: object, high: object, form: str) -> None:
    quantity = only(form.format(low, high))
    assert quantity.value == (Kind.PERCENT, float(str(low)), float(str(high)), "")


@given(st.integers(1, 89))
def test_a_discount_is_what_is_taken_off(tenths: int) -> None:
    paid = tenths + 10  # 11..99 of 100
    assert only(f"{paid}折").value == (Kind.PERCENT, 100 - paid, 100 - paid, "")


@given(st.text())
def test_any_text_can_be_read_and_spans_lie_in_it(text: str) -> None:
    found = read(text)
    assert all(0 <= q.span[0] < q.span[1] <= len(text) for q in found)
    assert all(first.span[1] <= second.span[0] for first, second in pairwise(found))


@given(st.text(st.sampled_from("0123456789,.-–~至到%折日天個月年元$HKD點:半一二十百萬第 "), max_size=40))
def test_any_heap_of_numerals_and_units_can_be_read(text: str) -> None:
    assert all(quantity.low == quantity.low for quantity in read(text))


@pytest.mark.parametrize(
    "text",
    ["1" * 10_000, "一" * 10_000, "半" * 10_000, "1," * 5_000, "1-" * 5_000, "twenty " * 1_500, "1" + " " * 10_000 + "x"],
    ids=lambda text: text[:8],
)
def test_a_page_of_numerals_takes_no_more_than_a_page_of_text(text: str) -> None:
    """Backtracking over long runs once took minutes; the test would not end."""
    assert len(read(text)) <= len(text)


def test_a_long_number_is_one_number_and_not_its_last_digits() -> None:
    assert [quantity.kind for quantity in read("單號 12345678901234567890 日")] == [Kind.NUMBER]
    assert not supported(read("567890 日")[0], read("單號 12345678901234567890 日"))


@given(
    st.integers(1, 9).flatmap(lambda low: st.tuples(st.just(low), st.integers(low + 1, 99))),
    st.sampled_from(["{}–{} 日", "{} 至 {} 天", "{} to {} days", "between {} and {} days", "{}日到{}日", "介乎 {} 與 {} 日"]),
)
def test_a_range_of_days_is_read_back(ends: tuple[int, int], form: str) -> None:
    (quantity,) = read(form.format(*ends))
    assert quantity.value == (Kind.DURATION, *ends, "day")


@given(st.integers(-80, 80), st.sampled_from(["{:+.2f}D", "{:+.2f}", "{:+.2f} D"]))
def test_a_lens_power_is_read_back_with_its_sign(quarters: int, form: str) -> None:
    assert only(form.format(quarters / 4)).value == (Kind.OPTICAL, quarters / 4, quarters / 4, "D")


@given(st.integers(1, 60), st.sampled_from(["攝氏{}度", "{} °C", "{}℃"]), st.booleans())
def test_a_temperature_is_read_back_on_both_sides_of_zero(degrees: int, form: str, below: bool) -> None:
    written = f"零下{degrees}度" if below else form.format(degrees)
    value = -degrees if below else degrees
    assert only(written).value == (Kind.TEMPERATURE, value, value, "C")


@given(st.integers(1, 9), st.sampled_from("百千萬"))
def test_a_digit_after_a_unit_counts_the_next_one_down(digit: int, unit: str) -> None:
    size = {"百": 100, "千": 1000, "萬": 10000}[unit]
    assert only(f"一{unit}{DIGITS[digit]}元").low == size + digit * size // 10


def test_the_words_that_a_pattern_needs_never_hide_a_quantity() -> None:
    """Patterns whose words are not in the text are passed over; with all of them tried nothing more is found."""
    root = Path(__file__).parents[2]
    lines = {line for path in (root / "content/articles").rglob("*.md") for line in path.read_text("utf-8").splitlines()}
    forms = {form for case in SAME.values() for form in case[4]}
    for line in sorted(lines | forms):
        assert _scan(line, every=True) == _scan(line, every=False), line


@given(
    st.lists(
        st.sampled_from(
            "0 3 7.5 12 -3.00 兩 三 半 一千二 seven half 萬 % 折 成 元 蚊 HK$ usd kg g mg 克 两 cm m ft mm ml l litre °C ℃ 度 攝氏 零下 d D bc dia 天 日 個月 年 星期 h hrs min 秒 點 pm : - 至 to and between 次 盒 people times once 近視 月底 2027 May".split()
        ),
        max_size=12,
    )
)
def test_nor_in_any_heap_of_words(words: list[str]) -> None:
    for text in (" ".join(words), "".join(words)):
        assert _scan(text, every=True) == _scan(text, every=False)


# ---- support -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("七天", "7 日內可退"),
        ("半年", "保養 6 個月"),
        ("10% off", "全店九折"),
        ("$30", "運費 HKD 30"),
        ("30 元", "運費 HK$30"),
        ("3 日", "3–5 日送到"),
        ("5 日", "3–5 日送到"),
        ("2月6日", "2027-02-06 截止"),
        ("2027-02-06", "2月6日截止"),
        ("2027年2月", "2027-02-06 截止"),
        ("14.2", "直徑 14.2 mm"),
        ("零下 18 度", "-18 °C 冷凍"),
        ("近視 300 度", "-3.00D"),
        ("近視 100 至 800 度", "-1.00 至 -8.00"),
        ("3 盒", "3 boxes"),
        ("3 件", "限購 3 個"),
        ("once", "只限 1 次"),
        ("11月底", "至 2026-11-30"),
        ("2027 年", "2027-02-06 截止"),
        ("8.6", "BC 8.6"),
        ("1.1 倍", "不低於 110%"),
        ("110%", "1.1 times the weight"),
    ],
)
def test_what_evidence_supports(claim: str, evidence: str) -> None:
    assert supported(read(claim)[0], read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("4 日", "3–5 日送到"),
        ("3–5 日", "3 日送到"),
        ("HKD 30", "運費人民幣 30 元"),
        ("30 日", "運費 HKD 30"),
        ("2月6日", "6 日後"),
        ("2026-02-06", "2027-02-06 截止"),
        ("2027-02-06", "2027年2月截止"),
        ("2026 年", "2027-02-06 截止"),
        ("18 °C", "-18 °C 冷凍"),
        ("+3.00D", "-3.00D"),
        ("2 次", "2 盒"),
        ("7 日", ""),
        ("1.2 倍", "不低於 110%"),
        ("0.9 倍", "90%"),
        ("1.1 盒", "110%"),
    ],
)
def test_what_evidence_does_not_support(claim: str, evidence: str) -> None:
    assert not supported(read(claim)[0], read(evidence))


@pytest.mark.parametrize("text", ["", "x", "十x", "1.2.3"])
def test_number_refuses_what_is_no_numeral(text: str) -> None:
    with pytest.raises(ValueError, match="numeral"):
        number(text)

"""retriever/llm_gate.py: what a wording may not do to its evidence, sentence by sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content import Term
from kb.lexicon import Lexicon, glossary_lexicon
from kb.models import ReplyLanguage
from retriever.llm_gate import Grounds, objection, tidied

TERMS = glossary_lexicon(
    [
        Term(id="tent", names={"zh-Hant": ["雙人帳篷"], "zh-Hans": ["双人帐篷"], "en": ["two-person tent"]}),
        Term(id="kite", names={"zh-Hant": ["風箏"], "zh-Hans": ["风筝"], "en": ["kite", "kites"]}),
    ]
)
EVIDENCE = {
    "returns": "Unopened kites can be returned within 14 days of delivery. Opened kites cannot be returned",
    "rental": "雙人帳篷每日租金 HKD 80,風箏每日租金 HKD 30",
    "deposit": "The deposit of EUR 40 is refunded within 5 working days after the tent comes back dry",
    "post": "退貨郵費由客人承擔",
    "stove": "爐具不可寄往離島",
    "order": "订单满 RMB 300 免运费,偏远地区除外",
    "hours": "門市星期一至五 10:00 至 19:00 營業",
    "about": "维修通常需要约 3 个星期",
    "minimum": "Group bookings need at least 6 people",
    "battery": "The E5 battery has a warranty of 24 months and the frame one of 60 months",
    "helmet": "Helmets must be replaced after any crash",
    "sale": "特價貨品不可退款、不可換貨",
    "outlet": "Outlet items cannot be refunded and cannot be exchanged",
    "goods": "Unused non-food goods can be returned within 30 days of delivery",
    "liner": "內襯可拆,30 °C 以下手洗,不可烘乾",
    "store": "Dry before storing",
    "tuning": "交車 60 日內可免費調校一次",
    "island": "E5 只賣台灣本島",
    "drying": "请勿把湿帐篷放入烘干机",
}

REFUSED: list[tuple[str, ReplyLanguage, str]] = [
    # a 'not' turned round, dropped or moved
    ("returns", "en", "Opened kites can be returned within 14 days of delivery. Unopened kites cannot be returned."),
    ("returns", "en", "Kites can be returned within 14 days of delivery, opened or unopened."),
    ("returns", "zh-Hant", "已拆封的風箏可於簽收後 14 日內退回,未拆封的不可退回。"),
    ("stove", "zh-Hant", "爐具可寄往離島。"),
    ("stove", "en", "Stoves can be sent to the outlying islands."),
    ("drying", "zh-Hans", "请把湿帐篷放入烘干机。"),
    ("drying", "en", "Please put the wet tent into the tumble dryer."),
    ("sale", "zh-Hant", "特價貨品不可換貨、可退款。"),
    ("sale", "zh-Hant", "特價貨品不可換貨及可退款。"),
    ("sale", "zh-Hant", "特價貨品可退款、可換貨。"),
    ("outlet", "en", "Outlet items cannot be exchanged and can be refunded."),
    ("outlet", "en", "Outlet items can be refunded and cannot be exchanged."),
    ("goods", "en", "Unused non-food goods cannot be returned within 30 days of delivery."),
    ("goods", "en", "Used non-food goods can be returned within 30 days of delivery."),
    # can, must, before, after, free, charged, soon
    ("liner", "zh-Hant", "內襯須拆,30 °C 以下手洗,不可烘乾。"),
    ("liner", "zh-Hant", "內襯可拆,30 °C 以上手洗,不可烘乾。"),
    ("store", "en", "Dry after storing."),
    ("tuning", "zh-Hant", "交車 60 日內可收費調校一次。"),
    ("tuning", "zh-Hant", "交車 60 日內可免費調校一次,我們會盡快安排。"),
    ("tuning", "zh-Hant", "交車 60 日內可免費調校一次,逾期亦可。"),
    ("island", "zh-Hant", "E5 賣台灣本島。"),
    ("island", "zh-Hant", "E5 只賣台灣本島及香港。"),
    ("rental", "zh-Hant", "雙人帳篷每日售價 HKD 80,風箏每日售價 HKD 30。"),
    # limits and conditions
    ("returns", "en", "Unopened kites can be returned 14 days after delivery at the earliest. Opened kites cannot be returned."),
    ("minimum", "en", "Group bookings need at most 6 people."),
    ("minimum", "en", "Group bookings need 6 people."),
    ("minimum", "zh-Hant", "團體預訂最多 6 人。"),
    ("about", "zh-Hans", "维修需要 3 个星期。"),
    ("about", "en", "A repair takes 3 weeks."),
    ("order", "zh-Hans", "订单满 RMB 300 免运费。"),
    ("order", "en", "Orders of RMB 300 or more are delivered free of charge."),
    ("deposit", "en", "The deposit of EUR 40 is refunded within 5 days after the tent comes back dry."),
    ("deposit", "en", "The deposit of EUR 40 is refunded within 5 working days."),
    # values, and whose they are
    ("rental", "zh-Hant", "風箏每日租金 HKD 80,雙人帳篷每日租金 HKD 30。"),
    ("rental", "zh-Hant", "雙人帳篷每日租金 HKD 30,風箏每日租金 HKD 80。"),
    ("rental", "zh-Hant", "雙人帳篷每日租金 HKD 80。"),
    ("rental", "en", "The two-person tent is HKD 30 a day and the kite HKD 80 a day."),
    ("battery", "en", "The E5 battery has a warranty of 60 months and the frame one of 24 months."),
    ("battery", "en", "The E6 battery has a warranty of 24 months and the frame one of 60 months."),
    ("battery", "zh-Hans", "E5 电池保修 60 个月,车架保修 24 个月。"),
    ("hours", "zh-Hant", "門市星期一至六 10:00 至 19:00 營業。"),
    ("hours", "zh-Hant", "門市每日 10:00 至 19:00 營業。"),
    ("hours", "en", "The shop is open from Monday to Friday, 10:00 to 21:00."),
    # who pays, who does
    ("post", "zh-Hant", "退貨郵費由本店承擔。"),
    ("post", "en", "We pay the postage for returns."),
    ("post", "zh-Hant", "退貨免郵費。"),
    # what is not there
    ("stove", "zh-Hant", "爐具不可寄往離島,但可改送禮券。"),
    ("helmet", "en", "Helmets must be replaced after any crash, and we replace them free of charge."),
    ("helmet", "en", "Helmets must be replaced after any crash; call our hotline."),
    ("helmet", "en", "Helmets are safe after any crash."),
    ("deposit", "en", "The deposit of EUR 40 is refunded within 5 working days after the tent comes back dry, guaranteed."),
    ("post", "zh-Hant", "風箏的退貨郵費由客人承擔。"),
    ("about", "zh-Hans", "维修通常需要约 3 个星期,主管可批准加急。"),
    # form
    ("stove", "zh-Hant", "Stoves cannot be sent to the islands."),
    ("stove", "en", "爐具不可寄往離島。"),
    ("stove", "zh-Hant", "爐具不可寄往離島[2]。"),
    ("stove", "zh-Hant", "**爐具**不可寄往離島。"),
    ("stove", "zh-Hant", "爐具不可寄往離島嗎?"),
    ("stove", "zh-Hant", "爐具不可寄往離島🎉。"),
    ("stove", "zh-Hant", "爐具不可寄往離島 www.example.com。"),
    ("stove", "zh-Hant", "爐具不可寄往離島" + ",不可寄往離島" * 12 + "。"),
    ("stove", "zh-Hant", ""),
]

KEPT: list[tuple[str, ReplyLanguage, str]] = [
    ("returns", "en", "Unopened kites can be returned within 14 days of delivery; opened kites cannot be returned."),
    ("rental", "zh-Hant", "雙人帳篷的每日租金為 HKD 80,風箏的每日租金為 HKD 30。"),
    ("rental", "zh-Hant", "每日租金方面,雙人帳篷為 HKD 80,風箏為 HKD 30。"),
    ("deposit", "en", "We refund the deposit of EUR 40 within 5 working days after the tent comes back dry."),
    ("post", "zh-Hant", "退貨的郵費須由客人承擔。"),
    ("post", "en", "The postage of returns is paid by the customer."),
    ("stove", "zh-Hant", "爐具並不可以寄往離島。"),
    ("order", "zh-Hans", "订单满 RMB 300 可免运费,但偏远地区除外。"),
    ("hours", "zh-Hant", "門市的營業時間為星期一至五 10:00 至 19:00。"),
    ("about", "zh-Hans", "维修通常需时约三个星期。"),
    ("minimum", "en", "At least 6 people are needed for group bookings."),
    ("battery", "en", "The warranty of the E5 battery is 24 months, and that of the frame is 60 months."),
    ("helmet", "en", "A helmet must be replaced after any crash."),
    ("drying", "zh-Hans", "湿帐篷请勿放入烘干机。"),
    ("sale", "zh-Hant", "特價貨品不設退款,亦不可換貨。"),
    ("outlet", "en", "We cannot refund or exchange outlet items."),
]


def verdict(evidence: str, lang: ReplyLanguage, text: str, terms: Lexicon = TERMS) -> str | None:
    return objection(tidied(text, [1], lang), Grounds(EVIDENCE[evidence], "Notes"), lang, terms)


@pytest.mark.parametrize(("evidence", "lang", "text"), REFUSED, ids=[f"{evidence}-{text[:24]}" for evidence, _, text in REFUSED])
def test_a_wording_that_changes_its_evidence_is_refused(evidence: str, lang: ReplyLanguage, text: str) -> None:
    assert verdict(evidence, lang, text) is not None


@pytest.mark.parametrize(("evidence", "lang", "text"), KEPT, ids=[f"{evidence}-{text[:24]}" for evidence, _, text in KEPT])
def test_a_faithful_wording_passes(evidence: str, lang: ReplyLanguage, text: str) -> None:
    assert verdict(evidence, lang, text) is None


LANGS: dict[str, ReplyLanguage] = {
    name: ("en" if text.isascii() else "zh-Hant" if name in ("rental", "post", "stove", "hours", "sale", "liner", "tuning", "island") else "zh-Hans")
    for name, text in EVIDENCE.items()
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_the_evidence_itself_passes(name: str) -> None:
    assert verdict(name, LANGS[name], EVIDENCE[name]) is None


@given(st.sampled_from(sorted(EVIDENCE)), st.integers(1, 400), st.sampled_from(["日", "%", " days", " HKD", "個", ""]))
def test_no_figure_can_be_added(name: str, number: int, unit: str) -> None:
    if str(number) in EVIDENCE[name]:
        return
    text = f"{EVIDENCE[name]}, {number}{unit}" if LANGS[name] == "en" else f"{EVIDENCE[name]},{number}{unit}"
    assert verdict(name, LANGS[name], text) is not None


@given(st.sampled_from(sorted(EVIDENCE)), st.text(max_size=60))
def test_any_text_gets_a_verdict(name: str, text: str) -> None:
    verdict(name, LANGS[name], text)


@given(st.sampled_from(sorted(EVIDENCE)), st.sampled_from(sorted(EVIDENCE)))
def test_another_sentence_is_no_wording(one: str, other: str) -> None:
    if one != other:
        assert verdict(one, LANGS[other], EVIDENCE[other]) is not None

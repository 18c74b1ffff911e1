"""retriever/abstain.py and what an answer says when no article answers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from kb.content import Companions, Shop, Thresholds
from kb.embedding import make_embedder
from kb.models import Answer, Article, Chunk, Query
from kb.quantities import read
from kb.settings import Settings
from kb.snapshot import Snapshot
from retriever.abstain import REASONS, Abstainer
from retriever.answer import Answerer
from retriever.phrases import PHRASES
from retriever.search import Searcher
from ui.services import Services

NewShop = Callable[..., Snapshot]
NewArticle = Callable[..., Article]
NewChunk = Callable[..., Chunk]
Ask = Callable[..., Query]


def assert_holds(answer: Answer) -> None:
    """It abstains, and its draft promises a reply and states nothing."""
    assert answer.abstain
    assert answer.draft == PHRASES["holding"][answer.reply_lang]
    assert (answer.claims, answer.sources, answer.disclaimers, answer.conflicts) == ((), (), (), ())
    assert answer.reason in [texts["zh-Hant"] for name, texts in PHRASES.items() if name.startswith("reason-")]


@pytest.mark.parametrize("name", PHRASES)
@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans", "en"])
def test_fixed_phrases_state_no_value(name: str, lang: str) -> None:
    text = PHRASES[name][lang]  # type: ignore[index]
    assert text.strip() or name.endswith("-brief")
    assert read(text) == ()
    assert not any(char.isdigit() for char in text)


@pytest.mark.parametrize(
    ("message", "lang"),
    [
        ("What is the capital of France?", "en"),
        ("你哋有冇賣電單車頭盔?", "yue"),
        ("请问附近哪里有加油站", "zh-Hans"),
        ("訂單 31415926 何時退 HKD 2,718?", "zh-Hant"),
        ("👍", "zh-Hant"),
        ("", "zh-Hant"),
    ],
)
def test_what_no_article_answers_gets_a_holding_reply_without_any_fact(quay: Answerer, message: str, lang: str) -> None:
    answer = quay.answer(message)
    assert_holds(answer)
    assert answer.lang == lang
    assert not any(char.isdigit() for char in answer.draft)


def test_what_an_article_answers_is_answered(quay: Answerer) -> None:
    """Else the tests above would pass for an assistant that never answers."""
    for message in ("未拆封的風暴傘幾多日內可退款?", "芦苇笔要多久清洗一次?", "What does delivery to the islands cost?"):
        answer = quay.answer(message)
        assert (answer.abstain, answer.reason, answer.escalate_to, answer.nearest) == (False, None, None, ())


def test_the_nearest_articles_and_their_owner_are_named(quay: Answerer) -> None:
    answer = quay.answer("An unopened storm umbrella: must I pay on delivery with a cheque, a giro or in coins?")
    assert_holds(answer)
    assert answer.nearest[0] == {"article": "delivery/islands", "title": "Delivery to the islands"}
    assert len(answer.nearest) <= 3
    assert answer.escalate_to == "Delivery desk"


def test_nothing_near_means_nobody_named(quay: Answerer) -> None:
    answer = quay.answer("zeppelin?")
    assert_holds(answer)
    assert (answer.nearest, answer.escalate_to) == ((), None)


def test_confidence_falls_with_the_share_of_unknown_words(quay: Answerer) -> None:
    questions = ["Delivery to the outer islands", "Delivery to the outer islands by zeppelin", "Delivery by zeppelin, submarine, caravan and balloon"]
    confidences = [quay.answer(question).confidence for question in questions]
    assert 1 >= confidences[0] > confidences[1] > confidences[2] >= 0


@pytest.fixture(scope="module")
def escalation(new_shop: NewShop, new_article: NewArticle, new_chunk: NewChunk) -> Callable[..., Answerer]:
    """A shop that says in a table for colleagues who takes which case; what is changed goes to that article."""

    def shop(**changes: object) -> Answerer:
        cases = (("Kite hits a window", "Repairs desk"), ("Kite hits a person, injury", "Duty doctor"), ("Lost kite and other trouble", "Pier desk"))
        chunks = [
            new_chunk("who", ordinal=row, cells=(("Case", case), ("Who", who), ("Within", "5 minutes"))) for row, (case, who) in enumerate(cases)
        ]
        chunks += [new_chunk("rent", "A kite costs EUR 14 to rent.", 0), new_chunk("rent", "Injury cover is not part of the rent.", 1)]
        who = {"category": "escalation", "audience": "agent", "owner": "Boss", **changes}
        return Answerer(new_shop(chunks, [new_article("who", **who), new_article("rent", owner="Rental desk")]), None)

    return shop


MESSAGES = {
    "Duty doctor": "Somebody was hit by my kite at noon yesterday: blood, injury, ambulance, tears, what happens next?",
    "Repairs desk": "My neighbour's window broke yesterday because kite and gale and neighbour met, awful glass splinters everywhere, whose fault?",
}


@pytest.mark.parametrize("who", MESSAGES)
def test_the_escalation_table_says_who_takes_the_case(escalation: Callable[..., Answerer], who: str) -> None:
    answer = escalation().answer(MESSAGES[who])
    assert_holds(answer)
    assert answer.escalate_to == who


@pytest.mark.parametrize(
    "changes",
    [{"category": ""}, {"valid_until": dt.date(2020, 1, 1)}, {"valid_from": dt.date(2999, 1, 1)}],
    ids=["no-escalation-article", "over", "to-come"],
)
def test_without_an_escalation_article_in_force_an_owner_is_named(escalation: Callable[..., Answerer], changes: dict[str, object]) -> None:
    answer = escalation(**changes).answer(MESSAGES["Duty doctor"])
    assert_holds(answer)
    assert answer.escalate_to in {"Boss", "Rental desk"}
    if "category" not in changes:
        assert answer.escalate_to == "Rental desk", "who owns a rule that is not in force is not asked"


def test_internal_articles_are_not_named_as_nearest_to_a_customer(escalation: Callable[..., Answerer]) -> None:
    answer = escalation().answer(MESSAGES["Duty doctor"])
    assert [near["article"] for near in answer.nearest] == ["rent"]
    assert "who" not in answer.retrieved


def test_a_part_that_no_article_answers_is_left_open(quay: Answerer) -> None:
    answer = quay.answer("What does delivery to the islands cost? Do you repair zeppelins and submarines?")
    assert not answer.abstain
    assert "EUR 12" in answer.draft
    assert "Do you repair zeppelins" in answer.draft
    assert "zeppelin" not in "".join(claim.text for claim in answer.claims)


def test_every_part_unanswered_is_an_abstention(quay: Answerer) -> None:
    assert_holds(quay.answer("Do you repair zeppelins and submarines? Who won the football cup yesterday?"))


# ---- with vectors ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judging(lantern_quay_snapshot: Snapshot, hash_embedder: Callable[[], object]) -> Callable[[float], tuple[Searcher, Abstainer]]:
    """The shop with vectors, and a threshold of its own."""

    def with_threshold(threshold: float) -> tuple[Searcher, Abstainer]:
        shop = Shop(thresholds=Thresholds(abstain=threshold))
        snapshot = dataclasses.replace(lantern_quay_snapshot, companions=Companions(shop=shop, boundaries=("Do you sell zeppelins?",)))
        searcher = Searcher(snapshot, hash_embedder())  # type: ignore[arg-type]
        return searcher, Abstainer(searcher)

    return with_threshold


@pytest.mark.parametrize(("threshold", "refuse"), [(0.0, True), (1.0, False)])
def test_the_shops_own_threshold_decides(judging: Callable[[float], tuple[Searcher, Abstainer]], asking: Ask, threshold: float, refuse: bool) -> None:
    searcher, abstainer = judging(threshold)
    for message in ("未拆封的風暴傘幾多日內可退款?", "Do you sell zeppelins?"):
        query = asking(searcher, message)
        (verdict,) = abstainer.judge(query, searcher.search(query))
        assert verdict.refuse == refuse
        assert 0 <= verdict.unanswerable <= 1
        assert verdict.reason in PHRASES
    query = asking(searcher, "未拆封的風暴傘可退款嗎?蘆葦筆要幾耐清洗一次?")
    assert len(abstainer.judge(query, searcher.search(query))) == 2
    query = asking(searcher, "Do you sell zeppelins?")
    (verdict,) = abstainer.judge(query, searcher.search(query))
    assert verdict.reason == REASONS["oos"], "what the shop itself named is why"


def test_a_question_without_hits_is_refused_whatever_the_threshold(new_shop: NewShop, asking: Ask) -> None:
    shop = Companions(shop=Shop(thresholds=Thresholds(abstain=1.0)))
    searcher = Searcher(new_shop([], companions=shop), None)
    query = asking(searcher, "kites?")
    (verdict,) = Abstainer(searcher).judge(query, searcher.search(query))
    assert (verdict.refuse, verdict.unanswerable, verdict.reason) == (True, 1.0, "reason-none")


def test_every_reason_is_a_phrase() -> None:
    assert {*REASONS.values(), "reason-none"} <= set(PHRASES)


# ---- rules beside the regression ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harbour(new_shop: NewShop, new_article: NewArticle, new_chunk: NewChunk) -> Callable[..., Answerer]:
    """A shop with vectors of the bundled model that refuses nothing by probability."""
    embedder = make_embedder(Settings(embedder="bundled"))

    def shop(*texts: str) -> Answerer:
        never = Companions(shop=Shop(thresholds=Thresholds(abstain=1.0)))
        return Answerer(new_shop(list(texts), companions=never, embedder=embedder), embedder)

    return shop


RATES = ("寄往廣東需時 4 個工作日,運費 HKD 32。", "寄往上海需時 5 個工作日,運費 HKD 38。", "寄往長洲需時 6 個工作日,運費 HKD 75。")


def test_other_places_values_answer_no_question_about_a_place(harbour: Callable[..., Answerer]) -> None:
    answerer = harbour(*RATES)
    assert_holds(answerer.answer("寄去台北運費幾多錢?"))
    assert "HKD 32" in answerer.answer("寄去深圳運費幾多錢?").draft, "a town of the province"
    assert "HKD 75" in answerer.answer("寄去離島區運費幾多錢?").draft, "an island of that district"
    assert not harbour(*RATES, "運費到付,按重量計算。").answer("寄去台北運費幾多錢?").abstain, "what names no place may hold everywhere"


KITES = ("風箏布面採用尼龍。", "風箏售價 HKD 88。", "風箏由貨倉直接寄出。", "風箏附線軸一個。")


def test_a_measure_that_nothing_near_states_is_no_answer(harbour: Callable[..., Answerer]) -> None:
    assert_holds(harbour(*KITES).answer("風箏幾高幾闊?"))
    assert "120" in harbour(*KITES, "風箏闊 120 厘米。").answer("風箏幾高幾闊?").draft
    assert not harbour(*KITES).answer("風箏幾多錢?").abstain


def test_a_question_about_an_orders_state_is_the_customers_own(harbour: Callable[..., Answerer]) -> None:
    answerer = harbour(*RATES, *KITES, "收到破損的風箏,須於 3 日內申請更換。")
    for message in ("我張單PP88213去到邊喇?", "帮我查一下订单88213456的状态", "can you check where order #55213 is now?"):
        answer = answerer.answer(message)
        assert_holds(answer)
        assert answer.reason == PHRASES["reason-personal"]["zh-Hant"]
    assert "3 日" in answerer.answer("訂單 A1234567 的風箏破損,要在多少日內申請更換?").draft, "a rule holds for every order"


# ---- the sample shop ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["Which football team won the cup?", "幫我寫一首關於颱風嘅詩", "帮我写一段排序代码"])
def test_the_sample_shop_abstains_from_what_is_not_its_business(sample_services: Services, message: str) -> None:
    assert_holds(sample_services.ask(message))

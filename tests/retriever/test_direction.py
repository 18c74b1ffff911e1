"""retriever/direction.py: when a plain no answers."""

from __future__ import annotations

import pytest

from retriever.direction import asks_permission, denies


@pytest.mark.parametrize(
    "text",
    [
        "風箏可唔可以帶上船?", "風箏可以寄去澳門嗎?", "风筝能退吗", "我哋喺碼頭放得唔得", "这样行不行?", "風箏送唔送到離島", "Can I fly it indoors?",
        "may we bring a dog", "Could it be posted",
    ],
)  # fmt: skip
def test_questions_for_permission(text: str) -> None:
    assert asks_permission(text)


@pytest.mark.parametrize(
    "text",
    [
        "風箏可以寄去邊度?", "可以退幾多錢?", "有冇櫃可以攞貨", "How can I fly it?", "Can I fly it or is it too windy?", "會唔會扣錢", "風箏幾錢?",
        "Can I not pay?", "不想要了可以退嗎", "",
    ],
)  # fmt: skip
def test_other_questions(text: str) -> None:
    assert not asks_permission(text)


@pytest.mark.parametrize(
    "text", ["風箏不送離島。", "風箏剪開後不可退換", "恕不接受退貨", "Kites are not sent by post.", "You cannot fly it indoors."]
)
def test_plain_denials(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "風箏可退,風箏線不可退。", "只限會員,非會員不接受", "不可退款,只可換貨", "風箏不送離島。風箏線可送。", "如不可抗力延誤", "不足 5 公斤收 30 元",
        "Kites are not sent by post, except small ones.", "Kites can be returned.", "風箏每日可租。", "",
    ],
)  # fmt: skip
def test_what_also_allows_is_no_plain_denial(text: str) -> None:
    assert not denies(text)

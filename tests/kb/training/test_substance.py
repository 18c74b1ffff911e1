from __future__ import annotations

import pytest

from kb.training.substance import differences
from tests.conftest import LANTERN_QUAY

OLD = LANTERN_QUAY["articles/returns/umbrellas.md"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n\n", "\n\n\n"), ("title: 雨傘退換", "title: 傘的退換"), ("## 未拆封的雨傘", "## 雨傘仍未拆封時"), ("review_by: 2031-12-31", "review_by: 2032-12-31"),
        ("owner: 退換組", "owner: 客服組"), ("保養期", "保养期"), ("9 日內", "九天內"), ("HKD 45", "港幣45元"), ("- 未拆", "* **未**拆"), ("退款,收", "退款，收"),
        ("退貨與換貨安排", "退貨\n與換貨安排"), ("An unopened storm", "A brand-new storm"), ("|---|---|---|", "| :-- | --- | --: |"),
    ],
)  # fmt: skip
def test_how_an_article_looks_is_no_substance(before: str, after: str) -> None:
    assert before in OLD
    assert differences(OLD, OLD.replace(before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        ("9 日內可退款", "8 日內可退款", "簽收後 9 日內可退款", "簽收後 8 日內可退款"),
        ("內可換貨", "內不可換貨", "5 日內可換貨", "5 日內不可換貨"),
        ("HKD 45", "HKD 48", "風暴傘 18 個月 HKD 45", "風暴傘 18 個月 HKD 48"),
        ("- 未拆封的摺疊傘:簽收後 5 日內可換貨 1 次。\n", "", "5 日內可換貨", ""),
        ("如下。", "如下。送貨費不退。", "", "送貨費不退。"),
        ("## 未拆封的雨傘", "## 已拆封的雨傘", "未拆封的雨傘: 未拆封的風暴傘", "已拆封的雨傘: 未拆封的風暴傘"),
        ("valid_until:\n", "valid_until: 2031-06-30\n", "", "valid_until: 2031-06-30"),
        ("disclaimers: [wind]", "disclaimers: []", "disclaimers: wind", ""),
        ("audience: public", "audience: agent", "", "audience: agent"),
    ],
)
def test_what_an_article_says_is_its_substance(before: str, after: str, was: str, now: str) -> None:
    assert before in OLD
    found = differences(OLD, OLD.replace(before, after))[0]
    assert was in found.before
    assert now in found.after
    assert bool(was) == bool(found.before)
    assert bool(now) == bool(found.after)


def test_a_broken_front_matter_hides_no_sentence() -> None:
    assert any("9 日" in one.before for one in differences("---\nno end\n簽收後 9 日內可退款。", "---\nno end\n"))

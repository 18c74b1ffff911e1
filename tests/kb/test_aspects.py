from __future__ import annotations

import pytest

from kb.aspects import DIMENSIONS, aspects, bits, covers_all


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        ("未開封的傘可退", "opened", {"unopened"}),
        ("开封后 7 天", "opened", {"opened"}),
        ("Unopened jars keep for a year", "opened", {"unopened"}),
        ("within 7 days of opening", "opened", {"opened"}),
        ("須密封存放", "opened", set()),
        ("冷藏可放 3 日", "cold", {"chilled"}),
        ("keep it frozen", "cold", {"frozen"}),
        ("最多 3 次", "bound", {"most"}),
        ("at least 5 days", "bound", {"least"}),
        ("上不封頂", "bound", set()),
        ("出貨前 5 日", "moment", {"before"}),
        ("簽收後 5 日", "moment", {"after"}),
        ("前台接待,後備方案", "moment", set()),
        ("運費由客人承擔", "payer", {"customer"}),
        ("We pay the return postage", "payer", {"shop"}),
        ("訂金 30%", "money", {"deposit"}),
        ("不足者須扣除手續費", "limit", set()),
        ("7-day cooling-off period", "money", set()),
    ],
)
def test_what_limits_a_statement_is_read(text: str, dimension: str, expected: set[str]) -> None:
    assert aspects(text).get(dimension, frozenset()) == expected


def test_bits_tell_apart_what_is_said() -> None:
    opened, unopened, nothing = (bits(aspects(text)) for text in ("開封後", "未開封", "雨傘"))
    at = DIMENSIONS.index("opened")
    assert len(opened) == len(DIMENSIONS)
    assert opened[at]
    assert unopened[at]
    assert opened[at] & unopened[at] == 0
    assert not any(nothing)


@pytest.mark.parametrize(("text", "expected"), [("所有雨傘", True), ("All umbrellas", True), ("這把雨傘", False), ("The umbrella", False)])
def test_statements_about_everything_are_known(text: str, expected: bool) -> None:
    assert covers_all(text) == expected

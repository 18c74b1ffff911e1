from __future__ import annotations

import datetime as dt

import pytest

from kb.insights.order_csv import BadLine, read_orders

FIRST, SECOND = dt.date(2031, 5, 1), dt.date(2031, 5, 2)


@pytest.mark.parametrize(
    "text",
    [
        "date,orders\n2031-05-01,1200\n2031-05-02,80\n",
        '\ufeffdate;orders;note\r\n2031/5/1;"1,200";sale\r\n\r\n2031.5.2;80\r\n',
        "2031-05-01 00:00:00\t1 200\n2031-05-02T09:00\t80.0",
    ],
    ids=["plain", "excel", "tabs"],
)
def test_files_as_shops_write_them(text: str) -> None:
    found = read_orders(text)
    assert (found.orders, found.bad) == ({FIRST: 1200, SECOND: 80}, ())


def test_each_bad_line_is_named() -> None:
    found = read_orders(
        "day,orders\n2031-02-30,5\n2031-05-01,many\n2031-05-01,-3\n2031-05-02,4\n2031-05-02,5\n2031-05-03\n1031-05-03,1\n2031-05-04,999999999999"
    )
    assert found.bad == (
        BadLine(2, "date"), BadLine(3, "number"), BadLine(4, "number"), BadLine(6, "twice"), BadLine(7, "number"), BadLine(8, "date"), BadLine(9, "number")
    )  # fmt: skip
    assert found.orders == {SECOND: 4}
    assert read_orders("").orders == {}


def test_a_file_too_long_is_not_read_to_the_end() -> None:
    assert read_orders("2031-05-01,1\n" + "2031-05-02,1\n" * 9_000).bad[-1] == BadLine(4_001, "long")

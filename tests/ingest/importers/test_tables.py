"""FAQ lists: which column is what, one article a category, cells as they are shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importers import ImportRefused, Layout
from ingest.importers.cells import shown
from ingest.importers.markdown import paragraphs
from ingest.parse import markdown_parser
from tests.ingest.importers.files import codes, read, said, workbook

LIST = (
    "常見問題 2031\n\n編號,問題,答案,分類,產品\n"
    '1,風暴傘可以退款嗎?,"未拆封 9 日內可以。\n需付 15% 手續費:\n• 連單據\n• 連包裝",退換,storm\n'
    "2,幾天送到離島?,6 個工作天,送貨,\n3,How long does delivery take?,6 working days.,送貨,\n"
    "4,風暴傘可以退款嗎?,12 日內可以,退換,storm\n5,收信用卡嗎?,,付款,\n6,幾天送到離島?,6 個工作天,送貨,\n"
)


def test_a_list_becomes_an_article_a_category_and_language() -> None:
    found = read(LIST.encode(), "FAQ.csv", owner="退換組")
    assert [(one.id, one.title, one.lang, one.category, one.owner, one.products) for one in found.articles] == [
        ("faq/退換", "退換", "zh-Hant", "退換", "退換組", ("storm",)),
        ("faq/送貨-hant", "送貨", "zh-Hant", "送貨", "退換組", ()),
        ("faq/送貨-en", "送貨", "en", "送貨", "退換組", ()),
    ]
    assert found.articles[0].body == ("## 風暴傘可以退款嗎?\n\n未拆封 9 日內可以。\n\n需付 15% 手續費:\n\n- 連單據\n- 連包裝\n\n12 日內可以")
    assert said(found) == [
        "columns that were not used: A 編號",
        "row 10: the same question as before with another answer: which one holds?",
        "row 11: a question without an answer, so left out",
        "row 12: the same question and answer again, so left out",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "big5hkscs"])
def test_any_encoding_and_delimiter_reads_the_same(encoding: str, delimiter: str) -> None:
    text = LIST.replace(",", delimiter)
    found = read(text.encode(encoding), "FAQ.csv")
    assert found.articles == read(LIST.encode(), "FAQ.csv").articles
    assert ("encoding" in codes(found)) == (encoding in ("big5hkscs", "utf-16-le", "utf-16-be"))


def test_simplified_chinese_in_gb18030() -> None:
    found = read("问题,答案,类别\n可以退货吗?,签收后七天内可以退货。,退换\n多久送到?,六个工作日送到。,配送\n".encode("gb18030"), "a.csv")
    assert [(one.title, one.lang) for one in found.articles] == [("退换", "zh-Hans"), ("配送", "zh-Hans")]
    assert "read as GB18030" in said(found)[0]


def test_western_letters_in_the_encoding_of_windows() -> None:
    found = read("Question,Answer\nIs it £5?,It’s £5 – at the café\n".encode("cp1252"), "a.csv")
    assert found.articles[0].body == "## Is it £5?\n\nIt’s £5 – at the café"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Q,A", {"question": 0, "answer": 1}),
        ("Topic,Customer Question,Suggested reply,Lang", {"category": 0, "question": 1, "answer": 2, "language": 3}),
        ("类别,商品,问题,回复", {"category": 0, "product": 1, "question": 2, "answer": 3}),
        ("分類,客人點問,點答", {"category": 0, "question": 1, "answer": 2}),
        ("標題,內容", {"question": 0, "answer": 1}),
        ("標題,問題 (FAQ),答案*", {"question": 1, "answer": 2}),
        ("Foo,Bar", {}),
    ],
)
def test_headers_of_four_languages_tell_the_columns(header: str, columns: dict[str, int]) -> None:
    found = read(f"{header}\n一,二,三,四\n".encode(), "a.csv")
    assert dict(found.layouts[""].columns) == columns
    assert bool(found.articles) == bool(columns)
    assert ("choose-columns" in codes(found)) == (not columns)


def test_a_person_chooses_the_columns() -> None:
    data = "甲,乙,丙\n幾天?,不用,七天\n".encode()
    found = read(data, "a.csv", layouts={"": Layout(1, {"question": 0, "answer": 2})})
    assert found.articles[0].body == "## 幾天?\n\n七天"
    whole = read(data, "a.csv", layouts={"": Layout(0, {"question": 0, "answer": 2})})
    assert "## 甲\n\n丙" in whole.articles[0].body
    with pytest.raises(ImportRefused, match="no such column"):
        read(data, "a.csv", layouts={"": Layout(1, {"question": 0, "answer": 9})})


def test_the_language_column_decides_and_an_unknown_one_is_told() -> None:
    found = read("Question,Answer,Language\n退款?,可以,zh_HK\n退款?,可以,简体\nRefund?,Yes,klingon\n".encode(), "a.csv")
    assert sorted(one.lang for one in found.articles) == ["en", "zh-Hans", "zh-Hant"]
    assert "row 4: 'klingon' is no language known here; told from the text instead" in said(found)


def test_what_a_row_is_about_is_not_lost_where_products_differ() -> None:
    found = read(
        b"Question,Answer,Product\nHow long is the warranty?,2 years,Umbrella\nHow long is the warranty?,1 year,Raincoat\nHow big is the raincoat?,L,Raincoat\n",
        "a.csv",
    )
    headings = [line for line in found.articles[0].body.split("\n") if line.startswith("#")]
    assert headings == ["## How long is the warranty? (Umbrella)", "## How long is the warranty? (Raincoat)", "## How big is the raincoat?"]
    assert found.articles[0].products == ("Umbrella", "Raincoat")


def test_ids_are_unlike_those_that_there_are() -> None:
    from ingest.importers import Wishes, understand

    data = b"Question,Answer\nA?,B\n"
    assert [understand(data, "Our FAQ!.csv", Wishes(into=into), {"faq/our-faq"}).articles[0].id for into in ("", "help/new")] == [
        "faq/our-faq-2",
        "help/new/our-faq",
    ]


def test_html_in_a_cell_becomes_markdown() -> None:
    found = read(b'Question,Answer\nHow?,"<p>Within <b>9</b> days</p><ul><li>unopened</li></ul><script>x()</script>"\n', "a.csv")
    assert found.articles[0].body == "## How?\n\nWithin **9** days\n\n- unopened"


# ---- Excel -----------------------------------------------------------------------------------------------------------------


def test_cells_are_taken_as_they_are_shown() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.title = "FAQ"
        rows = [
            ["Our list"],
            ["Category", "Question", "Answer"],
            ["Fees", "Price?", 1280],
            [None, "Share?", 0.15],
            [None, "From?", dt.datetime(2027, 2, 6)],
            [None, "Old?", "gone"],
            [None, "Odd?", 12.5],
        ]
        for row in rows:
            sheet.append(row)
        for cell, number_format in (("C3", "[$HK$-zh-HK]#,##0.00"), ("C4", "0%"), ("C5", "d/m/yyyy"), ("C7", "0.00E+00")):
            sheet[cell].number_format = number_format
        sheet.merge_cells("A3:A7")
        sheet.row_dimensions[6].hidden = True
        hidden = book.create_sheet("last year")
        hidden.sheet_state = "hidden"
        hidden.append(["Question", "=1+1"])

    found = read(workbook(fill), "list.xlsx")
    assert [(one.title, one.body) for one in found.articles] == [
        ("Fees", "## Price?\n\nHK$1,280.00\n\n## Share?\n\n15%\n\n## From?\n\n2027-02-06\n\n## Odd?\n\n12.5")
    ]
    assert said(found) == [
        "cell FAQ!C7: the number format '0.00E+00' is not known here; written as 12.5",
        "sheet 'FAQ': hidden rows left out: 6",
        "sheet 'last year': hidden, so left out",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1280, "General", "1280"), (0.1, "General", "0.1"), (1 / 3, "General", "0.3333333333"), (1e20, "General", "100000000000000000000"),
        (1280, '"HK$"#,##0', "HK$1,280"), (1234567.891, "#,##0.00", "1,234,567.89"), (-5, "$0.0", "-$5.0"), (-5, "0;(0)", "(5)"),
        (0, '0;-0;"free"', "free"), (0.155, "0.0%", "15.5%"), (0.005, "0%", "1%"), (1500, '0.0,"k"', "1.5k"), (5, '0 "days"', "5 days"), (5, "000", "005"),
        (0.5, "#.##", ".5"), (12, '[Red]0"%"', "12%"), (1.5, "# ?/?", None), (1, "[>1]0;0.0", None), (12345678, "0000-0000", None), (True, "General", "TRUE"),
        (dt.datetime(2027, 2, 6), "General", "2027-02-06"), (dt.datetime(2027, 2, 6, 9, 30), "d/m h:mm", "2027-02-06 09:30"), (dt.time(9, 0), "h:mm", "09:00"),
        (dt.timedelta(hours=30), "[h]:mm", "30:00"), ("text", "0.0", "text"), (None, "0", ""),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_format_shows_it(value: Any, number_format: str, text: str | None) -> None:
    assert shown(value, number_format) == text


# ---- plain text as Markdown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["# 5 off", "::: reply lang=en", "---", "===", "> 5 kg", "3*4*5", "*", "a_b_ _c_", "[1]: 7", "[a](b)", "| a | b |\n|---|---|", "`x`", "~~~", "+ 5 days", "\\* \\#", "&amp; &copy", "<b>x</b>", "    code"],
)  # fmt: skip
def test_plain_text_stays_what_it_says(text: str) -> None:
    tokens = markdown_parser().parse(paragraphs(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline"}
    read_back = "".join(child.content or "\n" for token in tokens for child in token.children or [])
    assert "".join(read_back.split()) == "".join(text.split())


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1 #*_`>|:-=+~[](){}<>&;\\.\n退"), max_size=40))
def test_no_text_opens_a_heading_a_table_or_a_reply_block(text: str) -> None:
    tokens = {token.type for token in markdown_parser().parse(paragraphs(text))}
    assert not tokens & {"heading_open", "table_open", "container_reply_open", "fence", "code_block", "blockquote_open", "hr", "html_block"}

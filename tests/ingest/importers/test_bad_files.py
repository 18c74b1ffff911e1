"""Files that nobody means well with, or that went wrong: each is refused whole, with what is wrong, where, and what to do."""

from __future__ import annotations

import contextlib
import io
import random
import tracemalloc
import zipfile

import pytest

from ingest.importers import NOTES, REFUSALS, ImportRefused
from ingest.importers import archive as archive_module
from ingest.importers.archive import MOST_PARTS
from ingest.importers.kinds import plain_name
from tests.ingest.importers.files import claiming_less, faq_workbook, part, read, small_document, with_parts, workbook

SHEET, DOCUMENT = "xl/worksheets/sheet1.xml", "word/document.xml"
XLSX, DOCX = faq_workbook(), small_document()
BOMB = b"<a>" + b" " * 60_000_000 + b"</a>"


def refusal(data: bytes, name: str = "a.xlsx") -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read(data, name)
    return caught.value


def test_the_files_that_these_tests_spoil_are_sound() -> None:
    assert read(XLSX).articles[0].body == "## How long?\n\n9 days"
    assert read(DOCX).articles[0].body == "## Fees\n\nHK$5 each."
    assert read(with_parts(XLSX, {})).articles
    assert read(with_parts(DOCX, {"word/media/x.png": b"\x89PNG"})).articles


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b" \n\n", "empty"), (b"%PDF-1.7 ...", "wrong-type"), (b"\x89PNG\r\n\x1a\n", "wrong-type"), (b"{\\rtf1 x}", "wrong-type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (bytes(range(256)) * 20, "encoding"), (b"a,b\n\x00\x01\x02,c\n", "unknown-type"), (b"\xff\xff\xff\xff,\x81\n", "encoding"),
        (b"just one sentence", "no-table"), (b'{"question": "x"}', "no-table"), (b"<html><body><script>x</script></body></html>", "no-text"),
        (b"PK\x03\x04 broken", "damaged"), (XLSX[: len(XLSX) // 2], "damaged"),
        (b"Question,Answer\nA,=1+1\nB,\"=HYPERLINK(\"\"http://x\"\")\"\n", "formula"),
        (b"Question,Answer\n" + b'A,"' + b"x" * 40_000 + b'"\n', "cell-too-long"), (b"Question,Answer\n" + b'A,"' + b"x" * 140_000, "cell-too-long"),
        (b"Question,Answer\n" + b"a,b\n" * 20_001, "too-many-rows"),
        (b"<div>" * 5000 + b"x", "too-complex"), (b"<p>" + b"<b></b>" * 60_000, "too-complex"),
        (b"<table>" + b"<tr><td colspan=99999 rowspan=99999>x" * 3 + b"</table>", "table-too-large"),
        (b"x" * 10_000_001, "too-large"), (b"<p>" + "退".encode() * 400_001, "article-too-long"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_or_page_is_refused(data: bytes, code: str) -> None:
    error = refusal(data, "faq.xlsx")
    assert error.code == code
    assert error.what
    assert error.fix


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (with_parts(XLSX, {SHEET: BOMB}), "bomb", SHEET), (with_parts(DOCX, {DOCUMENT: BOMB}), "bomb", DOCUMENT),
        (with_parts(XLSX, {"../../etc/passwd": b"x"}), "part-path", "../../etc/passwd"), (with_parts(DOCX, {"/etc/passwd": b"x"}), "part-path", "/etc/passwd"),
        (with_parts(DOCX, {"word\\..\\x": b"x"}), "part-path", "word\\..\\x"), (with_parts(XLSX, {"C:x": b"x"}), "part-path", "C:x"),
        (with_parts(XLSX, {"XL/workbook.xml": b"x"}), "part-twice", "XL/workbook.xml"), (with_parts(XLSX, {"xl/vbaProject.bin": b"x"}), "macros", ""),
        (with_parts(DOCX, {"word/vbaProject.bin": b"x"}), "macros", ""), (with_parts(DOCX, {"word/activeX/activeX1.xml": b"x"}), "macros", "word/activeX/activeX1.xml"),
        (with_parts(XLSX, {f"xl/media/{n}.png": b"" for n in range(MOST_PARTS)}), "too-many-parts", ""),
        (with_parts(XLSX, {SHEET: b"<a>" * 101 + b"</a>" * 101}), "too-complex", SHEET), (with_parts(XLSX, {SHEET: b"<a>"}), "damaged", SHEET),
        (with_parts(XLSX, {SHEET: b'<?xml version="1.0" encoding="UTF-16"?><a/>'}), "damaged", SHEET),
        (with_parts(XLSX, {SHEET: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}), "entities", SHEET),
        (with_parts(DOCX, {DOCUMENT: b'<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>'}), "entities", DOCUMENT),
        (with_parts(DOCX, {}, leave=DOCUMENT), "damaged", ""), (with_parts(XLSX, {}, leave="xl/workbook.xml"), "damaged", ""),
        (with_parts(XLSX, {"xl/workbook.xml": part(XLSX, "xl/workbook.xml").replace(b"http://schemas.openxmlformats.org/spreadsheetml", b"http://purl.oclc.org/ooxml/spreadsheetml")}), "strict-xlsx", ""),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)  # fmt: skip
def test_an_office_file_that_no_office_program_writes_is_refused(data: bytes, code: str, place: str) -> None:
    error = refusal(data)
    assert (error.code, error.place.name) == (code, place)


def test_a_bomb_is_refused_by_what_comes_out_of_it_not_by_what_it_claims() -> None:
    bomb = with_parts(XLSX, {SHEET: BOMB})
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert refusal(bomb).code == "bomb"
        assert refusal(claiming_less(bomb, SHEET)).code in ("bomb", "damaged")
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_many_parts_are_a_bomb_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_UNPACKED", 1_500_000)
    parts = {f"xl/worksheets/sheet{n}.xml": b"<a>" + random.Random(n).randbytes(300_000).hex().encode() + b"</a>" for n in range(2, 5)}
    assert refusal(with_parts(XLSX, parts)).code == "bomb"


def test_a_locked_zip_is_named_as_such() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            new.writestr(name, b"<a/>")
    data = bytearray(made.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)).code == "encrypted"


def test_formula_cells_are_named_with_what_to_do() -> None:
    data = workbook(lambda book: [book.active.append(row) for row in (["Question", "Answer"], ["a", "=1+1"], ["b", '=HYPERLINK("http://x")'])])
    error = refusal(data)
    assert str(error) == "sheet 'Sheet': formulas instead of values: B2, B3; copy these cells and paste them back as values (Paste Special → Values)"


def test_joined_cells_over_the_whole_sheet_and_rows_far_down_cost_nothing() -> None:
    sheet = part(XLSX, SHEET).replace(
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>',
    )
    sheet = sheet.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert read(with_parts(XLSX, {SHEET: sheet})).articles[0].title == "a file"


@pytest.mark.parametrize(("whole", "times"), [(XLSX, 40), (DOCX, 5)], ids=["xlsx", "docx"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(whole: bytes, times: int) -> None:
    chance = random.Random(7)
    names = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    for _ in range(times):
        name = chance.choice([one for one in names if one.endswith((".xml", ".rels"))])
        spoiled = bytearray(part(whole, name))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.randint(1, 30)] = chance.choice([b"", b"0", b"<x/>", b"-1", b"\xff", b"999999999999"])
        with contextlib.suppress(ImportRefused):
            assert read(with_parts(whole, {name: bytes(spoiled)})).articles is not None


@pytest.mark.parametrize(
    ("name", "shown", "had_path"),
    [
        ("FAQ.csv", "FAQ.csv", False), ("../../etc/passwd", "passwd", True), ("C:\\Users\\x\\FAQ.xlsx", "FAQ.xlsx", True), ("/", "import", True),
        ("a\x00b\u202e.csv", "ab.csv", False), ("", "import", False), ("x" * 400 + ".csv", "x" * 146 + ".csv", False),
    ],
)  # fmt: skip
def test_a_name_with_a_path_keeps_its_last_part(name: str, shown: str, had_path: bool) -> None:
    assert plain_name(name) == (shown, had_path)


def test_every_sentence_says_what_to_do() -> None:
    assert all(what and fix for what, fix in REFUSALS.values())
    assert all(NOTES.values())


# ---- files that a careless reader would read for hours ------------------------------------------------------------------------


def cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(rows: str, behind: str = "") -> bytes:
    head = f'<row r="1">{cell("A1", "Question")}{cell("B1", "Answer")}</row>'
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_parts(XLSX, {SHEET: f'<worksheet xmlns="{namespace}"><sheetData>{head}{rows}</sheetData>{behind}</worksheet>'.encode()})


QUESTIONS = "".join(f'<row r="{number}">{cell(f"A{number}", f"q{number}")}</row>' for number in range(3, 9_000))
LONG_ANSWER = f'<row r="2">{cell("A2", "q2")}{cell("B2", "word " * 500)}</row>'


def test_a_start_of_many_comments_is_looked_at_once() -> None:
    assert refusal(b"<!---->" * 500 + b"x").code == "no-table"
    assert read(b"<!-- a --><!-- b -->\n<p>Umbrellas keep 9 days.", "a.html").kind == "html"


@pytest.mark.parametrize("run", ["-" * 300_000, " " * 300_000, "- " * 150_000, "&#13;" * 100_000, "&nbsp;" * 100_000, "\t\n" * 150_000])
def test_long_runs_of_marks_and_blanks_are_looked_at_once(run: str) -> None:
    for tag in ("p", "pre", "td"):
        assert read(f"<h1>T</h1><{tag}>a {run}x".encode(), "a.html").articles[0].body.startswith(("a", "```\na"))


def test_a_header_of_open_brackets_is_looked_at_once() -> None:
    header = ",".join(["Question(x)", "Answer", *["(" * 32_000] * 3])
    assert read(f"{header}\nHow long?,9 days\n".encode()).articles[0].body == "## How long?\n\n9 days"


def test_a_long_ordered_list_is_counted_in_one_go() -> None:
    page = read(b"<h1>T</h1><ol start=7>" + b"<li>x" * 15_000 + b"</ol><ol start='\xc2\xb2'><li>one<li><p>two<p>more</ol>", "a.html")
    lines = page.articles[0].body.split("\n")
    assert (lines[0], lines[14_999]) == ("7. x", "15006. x")
    assert "\n".join(lines[-4:]) == "1. one\n2. two\n\n   more"


def test_much_that_is_left_out_leaves_its_surroundings() -> None:
    page = read(b"<h1>T</h1><p>" + b"<img src=a.png>x <a href='/y'>z</a> " * 8_000, "a.html")
    assert page.articles[0].body.split() == ["x", "z"] * 8_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"<table><tr><td colspan=9000>{'x' * 200_000}<td>y<tr><td>z</table>".encode(), "article-too-long"),
        (b"<p>" + b"<b>x</b> " * 9 + b"word " * 250_000, "article-too-long"),
        (b"Question,Answer\n" + b"".join(b"q%d,%s\n" % (number, b"<ol>" + b"<li>x" * 600) for number in range(200)), "too-complex"),
        (b"Question,Answer,Category\n" + b"".join(b"q%d,a,c%s\n" % (n, b"!" * (n % 140) + b"?" * (n // 140)) for n in range(18_000)), "too-many-articles"),
        (sheet('<row r="99999999999"/>'), "damaged"), (sheet('<row r="1e12"/>'), "damaged"),
        (sheet('<row xmlns:o="urn:other" r="99999999999" o:r="2"/>'), "damaged"),
        (sheet(QUESTIONS, "<mergeCells>" + '<mergeCell ref="A1:B9000"/>' * 20_000 + "</mergeCells>"), "too-many-rows"),
        (sheet(LONG_ANSWER + QUESTIONS, '<mergeCells><mergeCell ref="B2:B900"/></mergeCells>'), "article-too-long"),
    ],
    ids=["joined text", "text", "little pages", "categories", "row", "exponent", "another row", "joins", "joined answer"],
)  # fmt: skip
def test_what_grows_without_end_is_refused_early(data: bytes, code: str) -> None:
    assert refusal(data, "a file").code == code


def test_a_wide_row_of_a_list_is_cut() -> None:
    assert read(b"Question,Answer\nHow long?,9 days\n" + b"," * 100_000 + b"x\n").tables[0].width == 60

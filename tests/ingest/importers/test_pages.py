"""Web pages and Word documents: the main content, its headings, lists and tables, and what was left out."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from ingest.importers.archive import read_xml
from ingest.importers.docx import _DocumentReader
from tests.ingest.importers.files import document, part, read, said, small_document, with_parts

PAGE = """<!doctype html><html><head><title>Returns - Quay</title><link rel=stylesheet href="http://192.0.2.1/x.css"><script src="http://192.0.2.1/x.js"></script></head>
<body><nav>Home</nav><header><h1>Quay</h1></header><main><h1>Returns</h1>
<p>Within <b>9</b> days<br>for a fee of <del>HK$90</del> HK$80 per m<sup>2</sup><sup><a href="#n1">[1]</a></sup>
<h3>Kinds</h3><ul><li>Storm<ul><li>small</ul><li>Folding</ul>
<table><tr><th colspan=2>Kind<th>Fee<tr><td rowspan=2>a|b<td>small<td>HK$1<tr><td>large<td>HK$2<br>or less</table>
<img src="http://192.0.2.1/pictures/storm.png" alt="the storm umbrella"><form>Search <input></form><iframe src="http://192.0.2.1/"></iframe>
<a href="javascript:alert(1)">here</a> <a href="/other">there</a> <a href="https://quay.example/">shop</a>
<details><summary>May I return an open one?</summary>No.</details><dl><dt>Who pays?<dd>You do.</dl>
<div style="display: none">secret price</div><p># no heading<p>::: reply lang=en</main><footer>Imprint</footer></body></html>"""


def test_a_page_is_read_as_its_main_content() -> None:
    found = read(PAGE.encode(), "returns.html")
    [one] = found.articles
    assert (one.id, one.title, one.lang) == ("imported/returns", "Returns", "en")
    assert one.body == (
        "Within **9** days\n\nfor a fee of HK$80 per m²\n\n## Kinds\n\n- Storm\n  - small\n- Folding\n\n"
        "| Kind | Kind | Fee |\n| --- | --- | --- |\n| a\\|b | small | HK$1 |\n| a\\|b | large | HK$2; or less |\n\n"
        "here there [shop](https://quay.example/)\n\n## May I return an open one?\n\nNo.\n\n## Who pays?\n\nYou do.\n\n\\# no heading\n\n\\::: reply lang=en"
    )
    assert said(found) == [
        "heading 'Returns': struck-out text was left out: HK$90",
        "heading 'Kinds': a picture was left out: the storm umbrella",
        "heading 'Kinds': left out: <form> Search",
        "heading 'Kinds': left out: <iframe>",
        "heading 'Kinds': text that the page hides was left out: secret price",
        "only the text was kept of links that lead to no web address: 2",
    ]


def test_nothing_that_a_file_names_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    read(PAGE.encode(), "returns.html")
    data = small_document()
    rels = part(data, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://192.0.2.1/x.png" TargetMode="External"/></Relationships>',
    )
    body = part(data, "word/document.xml").replace(
        b"<w:body>",
        b'<w:body><w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata r:id="rId99" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
        b"</v:shape></w:pict></w:r></w:p>",
        1,
    )
    found = read(with_parts(data, {"word/_rels/document.xml.rels": rels, "word/document.xml": body}), "a.docx")
    assert "1 references to something outside the file; nothing was fetched" in said(found)


@pytest.mark.parametrize("text", ["<p>One<p>Two", "<h1>A</h1><h1>B</h1><p>x", "<table><tr><td>only a layout</td></tr></table><p>and text"])
def test_pages_as_they_are_written_keep_all_their_text(text: str) -> None:
    body = read(text.encode(), "a.html").articles[0].body
    words = [word for word in "One Two A B x only a layout and text".split() if f">{word}" in text or f" {word}" in text]
    assert all(word in body for word in words)


def test_a_document_keeps_headings_lists_and_tables() -> None:
    def fill(doc: Any) -> None:
        doc.add_heading("Umbrellas", 0)
        doc.add_paragraph("All of them.")
        doc.add_heading("Fees", 1)
        doc.add_paragraph("Storm", style="List Bullet")
        doc.add_paragraph("Folding", style="List Bullet")
        table = doc.add_table(rows=3, cols=2)
        for cell, text in ((0, 0), "Kind"), ((0, 1), "Fee"), ((1, 0), "A|B"), ((1, 1), "HK$5"), ((2, 0), "C"):
            table.cell(*cell).text = text
        table.cell(1, 1).merge(table.cell(2, 1))

    [one] = read(document(fill), "a.docx").articles
    assert (one.title, one.id) == ("Umbrellas", "imported/umbrellas")
    assert one.body == "All of them.\n\n## Fees\n\n- Storm\n- Folding\n\n| Kind | Fee |\n| --- | --- |\n| A\\|B | HK$5 |\n| C | HK$5 |"


def test_tracked_changes_and_comments_are_told_with_their_heading() -> None:
    data = small_document()
    body = part(data, "word/document.xml").replace(
        b"HK$5 each.</w:t></w:r>",
        b'HK$5 each.</w:t></w:r><w:del w:id="1" w:author="x"><w:r><w:delText>HK$4</w:delText></w:r></w:del><w:ins w:id="2" w:author="x"><w:r><w:t> Or more.</w:t></w:r></w:ins>'
        b'<w:r><w:commentReference w:id="0"/></w:r>',
    )
    found = read(with_parts(data, {"word/document.xml": body}), "a.docx")
    assert found.articles[0].body == "## Fees\n\nHK$5 each. Or more."
    assert said(found) == [
        "heading 'Fees': tracked changes: 1 insertions taken in, 1 deletions left out; accept or reject them in Word first",
        "heading 'Fees': 1 comments left out",
    ]


def test_the_reader_of_a_document_knows_headings_by_their_styles() -> None:
    reader = _DocumentReader(frozenset({"1"}))
    read_xml("word/document.xml", b'<d xmlns:w="w"><w:p><w:pStyle w:val="1"/><w:t>Ten</w:t></w:p><w:ins/></d>', reader)
    assert str(reader.notes()[0].place) == "heading 'Ten'"

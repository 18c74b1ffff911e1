"""The PDF, opened again: its text, its fonts, its pages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zlib

import pytest

from kb.store import Certificate, Course, Result
from kb.training.certificates import Readiness
from kb.training.progress import WeakFact, lines, whole
from ui import pdf_text
from ui.pdf_text import NoFont, find_font
from ui.progress import Chosen, Report
from ui.progress_pdf import axis_end, progress_pdf

NOW = dt.datetime(2031, 5, 20, 9, 30, tzinfo=dt.UTC)


def found(person: str = "mei", count: int = 3, quote: str = "It is 9 days.") -> Report:
    results = [
        Result(f"t{n}", NOW - dt.timedelta(days=count - n), person, "d", "D", "returns", "en", 20 + n, 60 + n % 40, n % 2 == 0) for n in range(count)
    ]
    days = lines(results, lambda one: one.at.date().isoformat())
    certificate = Certificate(person, "returns", NOW, "tim", NOW + dt.timedelta(days=30), {})
    facts = [WeakFact(f"{n} days", quote, "returns/umbrellas:21", "returns", "D", 3, 4) for n in range(20)]
    ready = [Readiness(f"{person}{n}", "returns", certificate, (True, False), False) for n in range(70)]
    return Report(
        Chosen(person, "", "", NOW.date(), NOW.date()),
        results,
        whole(results),
        days,
        lines(results, lambda one: one.topic),
        lines(results, lambda one: one.by),
        facts,
        ready,
        dt.UTC,
    )


def shown(pdf: bytes) -> str:
    """What the page draws as text, where a plain font is used."""
    streams = [zlib.decompress(one) for one in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S) if one[:1] == b"x"]
    words = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", b"\n".join(streams))
    return "\n".join(re.sub(rb"\\(.)", rb"\1", one).decode("latin-1") for one in words)


def test_latin_letters_need_no_font_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "find_font", lambda lang: pytest.fail("it looked for a font"))
    text = shown(progress_pdf(found("=cmd|' /C calc'!A0"), "en", "The “Shop” – 1"))
    for word in ("Training progress", '"Shop" - 1', "=cmd|' /C calc'!A0", "It is 9 days.", "70", "3 / 4", "2031-06-19"):
        assert word in text
    assert "pass fail" in text


def test_a_course_is_named_with_its_own_pass_mark() -> None:
    course = Course("First course", ("returns",), 3, 85, None, NOW, "tim")
    of_course = dataclasses.replace(found(), chosen=dataclasses.replace(found().chosen, course=course))
    text = shown(progress_pdf(of_course, "en", "Shop"))
    assert "First course" in text
    assert "pass mark 85" in text
    assert "pass mark 70" in shown(progress_pdf(found(), "en", "Shop"))


def test_an_empty_period_says_so() -> None:
    empty = Report(found().chosen, [], None, [], [], [], [], [], dt.UTC)
    assert "Nobody practised in this period." in shown(progress_pdf(empty, "en", "Shop"))


def test_chinese_is_drawn_with_a_part_of_a_font_and_what_it_lacks_as_question_marks() -> None:
    if find_font("zh-Hant") is None:
        with pytest.raises(NoFont):
            progress_pdf(found(quote="簽收後 9 日內可退款。"), "zh-Hant", "燈塔碼頭")
        return
    pdf = progress_pdf(found("美\U0001f600\u202e", quote="簽收後 9 日內可退款。"), "zh-Hant", "燈塔碼頭")
    assert b"/FontFile" in pdf
    assert len(pdf) < 400_000
    assert pdf.count(b"/Type /Page\n") > 2, "long tables go on over the page"


def test_without_a_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "find_font", lambda lang: None)
    with pytest.raises(NoFont, match="apt-get install fonts-noto-cjk"):
        progress_pdf(found(quote="簽收後 9 日內可退款。"), "en", "Shop")


@pytest.mark.parametrize(("value", "end"), [(0, 4), (4, 4), (5, 10), (11, 20), (21, 40), (99, 100), (170, 200), (401, 1000)])
def test_an_axis_ends_at_a_round_number(value: float, end: float) -> None:
    assert axis_end(value) == end

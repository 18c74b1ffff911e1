"""The report on practice as PDF: figures, two charts, and tables. What people and articles say is printed as it stands, and never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from kb.models import ReplyLanguage
from kb.training.progress import Line
from ui.i18n import texts
from ui.pdf_text import printable, set_fonts
from ui.progress import Report

INK: Final = (22, 33, 47)
SOFT: Final = (91, 104, 120)
LINE: Final = (223, 229, 236)
ACCENT: Final = (20, 89, 156)
GOOD: Final = (28, 107, 67)
PALE_GOOD: Final = (176, 212, 192)
PALE_BAD: Final = (236, 184, 180)
MARGIN: Final = 15
MOST_ROWS: Final = 60
"""Of a table: more belongs into the CSV."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A value a day, from zero."""

    title: str
    days: Sequence[tuple[dt.date, float]]
    """(date, value), in order."""
    most: float
    """Where the axis ends."""
    unit: str
    mark: tuple[float, str] | None = None
    """A broken line across, and what it says: what is to be reached."""
    dots: Sequence[tuple[dt.date, float, bool]] = ()
    """(date, value, whether it is good) of single figures."""


def progress_pdf(found: Report, lang: ReplyLanguage, shop: str) -> bytes:
    """Raises NoFont where this machine has no font for what is written in it."""
    words = texts(lang)
    pdf = FPDF(format="A4")
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    family = set_fonts(pdf, _everything(found, words, shop), lang)
    pdf.set_title(printable(pdf, words["progress.title"]))
    pdf.add_page()
    _Page(pdf, family).whole(found, words, shop)
    return bytes(pdf.output())


def _everything(found: Report, words: dict[str, str], shop: str) -> Iterable[str]:
    """All texts that may be printed."""
    yield shop
    yield from (text for key, text in words.items() if key.startswith("progress."))
    yield from (found.chosen.person, found.chosen.group, found.chosen.topic, _course_title(found))
    yield from (one.name for one in [*found.topics, *found.people])
    yield from (text for one in found.facts for text in (one.fact, one.quote, one.title))
    yield from (text for one in found.ready for text in (one.person, one.topic))


def _course_title(found: Report) -> str:
    return found.chosen.course.title if found.chosen.course else ""


class _Page:
    """Draws from top to bottom."""

    def __init__(self, pdf: FPDF, family: str) -> None:
        self.pdf, self.family = pdf, family

    def whole(self, found: Report, words: dict[str, str], shop: str) -> None:
        chosen = found.chosen
        about = [chosen.person or chosen.group or words["progress.everybody"], _course_title(found), chosen.topic, f"{chosen.first} – {chosen.last}"]
        self.text(words["progress.title"], 16)
        self.text(" · ".join(one for one in [shop, *about] if one), 9, SOFT)
        if found.all is None:
            self.text(words["progress.nothing"], 10, SOFT, above=6)
            return
        self.figures(found.all, words)
        self.charts(found, words)
        self.lines(words["progress.by_topic"], words["progress.topic"], found.topics, words)
        self.lines(words["progress.by_person"], words["progress.person"], found.people, words)
        self.table(
            words["progress.readiness"], [words[f"progress.{key}"] for key in ("person", "topic", "until", "recent", "ready")], (3, 3, 2, 3, 2),
            [
                [one.person, one.topic, f"{one.certificate.expires_at:%Y-%m-%d}" if one.certificate else "–",
                 " ".join(words["progress.pass" if passed else "progress.fail"] for passed in one.recent), words["progress.yes" if one.ready else "progress.no"]]
                for one in found.ready
            ],
        )  # fmt: skip
        self.table(
            words["progress.weakest"], [words[f"progress.{key}"] for key in ("fact", "sentence", "missed")], (4, 8, 2),
            [[one.fact, f"{one.quote} ({one.where})" if one.quote else "–", f"{one.missed} / {one.asked}"] for one in found.facts],
        )  # fmt: skip

    def charts(self, found: Report, words: dict[str, str]) -> None:
        days = [dt.date.fromisoformat(one.name) for one in found.days]
        dots = [(day, one.score, one.passed) for day, one in zip(found.days_of_results, found.results, strict=True)]
        mark = (found.pass_mark, words["progress.mark"].format(n=found.pass_mark))
        means, medians = [one.mean for one in found.days], [one.median_s for one in found.days]
        self.chart(Chart(words["progress.scores"], list(zip(days, means, strict=True)), 100, "", mark, dots))
        self.chart(Chart(words["progress.times"], list(zip(days, medians, strict=True)), axis_end(max(medians)), words["progress.seconds"]))

    def text(self, text: str, size: float, colour: tuple[int, int, int] = INK, above: float = 0) -> None:
        self.pdf.set_font(self.family, size=size)
        self.pdf.set_text_color(*colour)
        self.pdf.set_y(self.pdf.get_y() + above)
        self.pdf.multi_cell(0, size * 0.5, printable(self.pdf, text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def figures(self, every: Line, words: dict[str, str]) -> None:
        shown = [
            (words["progress.attempts"], str(every.attempts)), (words["progress.mean"], f"{every.mean:.0f}"),
            (words["progress.passes"], f"{every.passes:.0%}"), (words["progress.median"], f"{every.median_s:.0f} {words['progress.seconds']}"),
        ]  # fmt: skip
        top, width = self.pdf.get_y() + 4, self.pdf.epw / len(shown)
        for number, (name, value) in enumerate(shown):
            self.pdf.set_xy(MARGIN + number * width, top)
            self.word(name, 8, SOFT, width)
            self.pdf.set_xy(MARGIN + number * width, top + 4)
            self.word(value, 14, INK, width)
        self.pdf.set_xy(MARGIN, top + 12)

    def word(self, text: str, size: float, colour: tuple[int, int, int], width: float, align: str = "L") -> None:
        self.pdf.set_font(self.family, size=size)
        self.pdf.set_text_color(*colour)
        self.pdf.cell(width, size * 0.5, printable(self.pdf, text), align=align)

    def chart(self, chart: Chart) -> None:
        """A dot a day, joined; the axis begins at zero; what is to be reached is a broken line."""
        pdf, height, left = self.pdf, 42, MARGIN + 14
        if pdf.will_page_break(height + 20):
            pdf.add_page()
        self.text(chart.title, 11, above=4)
        top, width = pdf.get_y() + 2, pdf.epw - 16
        begin, span = chart.days[0][0], (chart.days[-1][0] - chart.days[0][0]).days + 1

        def place(day: dt.date, value: float) -> tuple[float, float]:
            return left + width * ((day - begin).days + 0.5) / span, top + height * (1 - value / chart.most)

        pdf.set_line_width(0.15)
        for share in (0, 0.25, 0.5, 0.75, 1):
            y = top + height * (1 - share)
            pdf.set_draw_color(*LINE)
            pdf.line(left, y, left + width, y)
            pdf.set_xy(MARGIN - 2, y - 2)
            self.word(f"{chart.most * share:g} {chart.unit}".strip(), 7, SOFT, 15, "R")
        for day, value, good in chart.dots:
            pdf.set_fill_color(*(PALE_GOOD if good else PALE_BAD))
            pdf.circle(*place(day, value), 0.8, style="F")
        if chart.mark is not None:
            y = place(begin, chart.mark[0])[1]
            pdf.set_draw_color(*GOOD)
            with pdf.local_context():
                pdf.set_dash_pattern(dash=1.5, gap=1)
                pdf.line(left, y, left + width, y)
            pdf.set_xy(left + width - 40, y + 1)
            self.word(chart.mark[1], 7, GOOD, 40, "R")
        self.curve([place(day, value) for day, value in chart.days])
        for number in range(0, len(chart.days), max(1, -(-len(chart.days) // 8))):
            day = chart.days[number][0]
            pdf.set_xy(place(day, 0)[0] - 10, top + height + 1)
            self.word(f"{day:%m-%d}", 7, SOFT, 20, "C")
        pdf.set_xy(MARGIN, top + height + 6)

    def curve(self, points: Sequence[tuple[float, float]]) -> None:
        pdf = self.pdf
        pdf.set_draw_color(*ACCENT)
        pdf.set_fill_color(*ACCENT)
        pdf.set_line_width(0.5)
        if len(points) > 1:
            pdf.polyline(list(points))
        for x, y in points:
            pdf.circle(x, y, 0.8, style="F")

    def lines(self, title: str, name: str, rows: Sequence[Line], words: dict[str, str]) -> None:
        head = [name, *(words[f"progress.{key}"] for key in ("attempts", "mean", "passes", "median", "last"))]
        self.table(
            title, head, (4, 2, 2, 2, 3, 3),
            [[one.name or "–", str(one.attempts), f"{one.mean:.0f}", f"{one.passes:.0%}", f"{one.median_s:.0f}", f"{one.last:%Y-%m-%d}"] for one in rows],
        )  # fmt: skip

    def table(self, title: str, head: Sequence[str], widths: tuple[int, ...], rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        pdf = self.pdf
        if pdf.will_page_break(30):
            pdf.add_page()
        self.text(title, 11, above=5)
        pdf.set_y(pdf.get_y() + 1)
        pdf.set_font(self.family, size=8)
        pdf.set_text_color(*INK)
        pdf.set_draw_color(*LINE)
        pdf.set_fill_color(255)  # the table would fill its cells with whatever was drawn last
        pdf.set_line_width(0.15)
        heading = FontFace(emphasis="", color=SOFT)
        with pdf.table(
            col_widths=widths, line_height=4.6, text_align="L", borders_layout="HORIZONTAL_LINES", headings_style=heading, padding=(0.8, 1), cell_fill_mode=TableCellFillMode.NONE
        ) as table:  # fmt: skip
            for row in [head, *rows[:MOST_ROWS]]:
                line = table.row()
                for cell in row:
                    line.cell(printable(pdf, cell))


def axis_end(value: float) -> float:
    """The next round number whose quarters are round too."""
    scale = 4.0
    while True:
        for step in (1, 2.5, 5):
            if step * scale >= value:
                return step * scale
        scale *= 10


__all__ = ["Chart", "axis_end", "progress_pdf"]

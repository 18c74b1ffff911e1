"""ui/evaluation.py, ui/report.py, ui/charts.py: a run written, read back, compared, and shown without letting anything of its text through."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.comparison import compare
from kb.errors import YoujuError
from kb.evaluation import judge
from kb.questions import Question
from ui.charts import WIDTH, Bar, bars, wilson
from ui.evaluation import Run, beside, limits, make_run, read_earlier, run_json, write_text
from ui.report import marked, page

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}${7*7}</textarea></style>&amp;\u202e"


def question(identifier: str, text: str = "How long is the line?", **fields: Any) -> Question:
    expect = {"articles": {"all_of": ["kites/line"]}, "must_include": [["40 m"]]}
    return Question.model_validate({"id": identifier, "lang": "en", "kind": "single-fact", "text": text, "expect": expect} | fields)


def answer(identifier: str, draft: str = "The line is 40 m [1].", text: str = "How long is the line?", **changes: Any) -> dict[str, Any]:
    source = {"n": 1, "article": "kites/line", "title": "Lines", "lines": [3, 4], "quote": "The line is 40 m."}
    return {"question_id": identifier, "question": text, "draft": draft, "abstain": False, "sources": [source], "snapshot": "s-1"} | changes


def run_of(asked: list[Question], answers: list[dict[str, Any]]) -> Run:
    given_answers = {one["question_id"]: one for one in answers}
    return make_run(Path("questions.yaml"), given_answers, [judge(one, given_answers.get(one.id)) for one in asked])


ASKED = [question("K1"), question("K2", kind="regional", lang="zh-Hant"), question("K3", lang="yue", expect={"abstain": True}, kind="out-of-scope")]
GOOD = [answer("K1"), answer("K2"), answer("K3", "Let me ask [0].", abstain=True, sources=[])]
WORSE = [answer("K1", "The strap is red [1]."), answer("K2"), answer("K3")]


# ---- the run as a file -----------------------------------------------------------------------------------------------


def test_a_run_is_read_back_from_its_file_its_report_and_its_folder(tmp_path: Path) -> None:
    run = run_of(ASKED, GOOD)
    report = tmp_path / "out.html"
    write_text(beside(report), run_json(run))
    write_text(report, "page")
    (tmp_path / "other.json").write_text('{"format": "another"}', encoding="utf-8")
    for path in (report, tmp_path / "out.json", tmp_path):
        earlier = read_earlier(path)
        assert (earlier.name, earlier.created, earlier.answers) == ("out.json", run.created, run.answers)
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (data["snapshot"], data["summary"]["right"], data["judgements"][0]["causes"]) == ("s-1", 1.0, [])


def test_of_several_runs_in_a_folder_the_newest_counts(tmp_path: Path) -> None:
    for name, created in (("a", "2031-05-02T10:00:00+00:00"), ("b", "2031-05-03T10:00:00+00:00"), ("c", "2031-05-01T10:00:00+00:00")):
        data = json.loads(run_json(run_of(ASKED, GOOD))) | {"created": created}
        (tmp_path / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    assert read_earlier(tmp_path).name == "b.json"


def test_answers_as_json_lines_are_an_earlier_run_too(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in GOOD), encoding="utf-8")
    assert read_earlier(path).answers == {one["question_id"]: one for one in GOOD}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "earlier.json: no such file"),
        ("", "earlier.json: cannot be read"),
        ("[]", "earlier.json: is no run of `kb eval --report`"),
        ('{"format": 99}', "earlier.json: is no run of `kb eval --report`"),
        ('{"format": 1}', "earlier.json: cannot be read: 'answers'"),
        ('{"format": 1, "created": "", "answers": [{"draft": "x"}]}', "earlier.json: an answer is damaged: question_id: Field required"),
        (
            '{"format": 1, "created": "", "answers": [{"question_id": "1", "sources": [{}]}]}',
            "an answer is damaged: sources.0.article: Field required",
        ),
    ],
)
def test_what_is_no_run_is_said_with_the_remedy(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "earlier.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(YoujuError) as raised:
        read_earlier(path)
    assert said in str(raised.value)
    assert raised.value.fix


def test_a_folder_without_a_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(YoujuError, match="holds no earlier run"):
        read_earlier(tmp_path)


def test_a_report_would_not_write_its_run_over_itself() -> None:
    with pytest.raises(YoujuError, match=r"out\.json: a report is a page; give a name that ends in \.html"):
        beside(Path("out.json"))


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_limits_hold_on_their_own_side() -> None:
    floor, ceiling = limits(["right=0.7"], ["false_answer = 0.25"])
    assert floor.broken_by({"right": 0.7}) is None
    assert floor.broken_by({"right": 0.6999}) == "right 0.6999 is below 0.7"
    assert ceiling.broken_by({"false_answer": 0.25}) is None
    assert ceiling.broken_by({"false_answer": 0.3}) == "false_answer 0.3 is above 0.25"


@pytest.mark.parametrize(
    ("floors", "ceilings", "said"),
    [
        (["rihgt=0.7"], [], "--fail-below: 'rihgt' is no figure for this option; name one of"),
        (["false_answer=0.2"], [], "--fail-below: 'false_answer' is no figure for this option"),
        ([], ["right=0.2"], "--fail-above: 'right' is no figure for this option"),
        (["right"], [], "--fail-below: '' is no number; write right=0.7"),
        (["right=high"], [], "'high' is no number"),
    ],
)
def test_a_limit_that_cannot_be_held_is_said(floors: list[str], ceilings: list[str], said: str) -> None:
    with pytest.raises(YoujuError) as raised:
        limits(floors, ceilings)
    assert said in str(raised.value)


# ---- the page --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags, attributes and the text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] not in ("style", "script"):
            self.text += data


def test_every_miss_is_shown_with_draft_reason_expectation_and_source() -> None:
    shown = Page(page(run_of(ASKED, WORSE))).text
    for text in (
        "K1",
        "The strap is red [1].",
        "asked-for value missing",
        "lacks one of 40 m",
        "kites/line:3-4",
        "The line is 40 m.",
        "K3",
        "false answer",
    ):
        assert text in shown
    assert "Every miss 2 of 2" in re.sub(r"\s+", " ", shown)
    assert ">K2 " not in page(run_of(ASKED, WORSE))


def test_a_run_without_a_miss_says_so() -> None:
    shown = Page(page(run_of(ASKED, GOOD))).text
    assert "Every question is answered as it should be." in shown


def test_nothing_in_questions_drafts_or_articles_becomes_markup() -> None:
    asked = [question(HOSTILE, HOSTILE, kind=HOSTILE, history=[{"role": "customer", "text": HOSTILE}])]
    source = {"n": 1, "article": HOSTILE, "title": HOSTILE, "lines": [1, 1], "quote": HOSTILE}
    hostile = answer(asked[0].id, HOSTILE, asked[0].text, sources=[source], reason=HOSTILE, nearest=[{"article": HOSTILE}], snapshot=HOSTILE)
    plain, plain_asked = answer("K1", "x"), [question("K1")]
    run = run_of(asked, [hostile])
    before = {asked[0].id: hostile | {"draft": HOSTILE * 2}}
    html = page(run, None, None) + page(run, read_back(before), compare(asked, before, run.answers))
    found = Page(html)
    harmless = Page(page(run_of(plain_asked, [plain])))
    assert set(found.tags) <= {*harmless.tags, "mark", "h4", "table", "thead", "tbody", "tr", "td", "th", "article", "blockquote", "span"}
    assert not {name for name, _ in found.attributes if name.startswith("on") or name in ("src", "href", "style", "action")}
    assert found.text.count("<script>alert(1)</script>") >= 6
    assert html.count("<script>") == 2  # one a page: its own


def read_back(answers: dict[str, Any]) -> Any:
    from ui.evaluation import Earlier

    return Earlier(HOSTILE, HOSTILE, answers)


def test_the_page_asks_nothing_of_anyone() -> None:
    html = page(run_of(ASKED, WORSE))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].replace("&#39;", "'").split(";"))
    assert rules["default-src"] == "'none'"
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", rules[name]) for name in ("style-src", "script-src"))
    assert not re.search(r"https?://|url\(|@import", html)


def test_a_comparison_shows_what_broke_first_and_what_was_cited() -> None:
    now = [
        answer("K1", "The strap is red [1]."),
        answer("K2", sources=[{"n": 1, "article": "kites/strap", "lines": [9, 9], "quote": "40 m"}]),
        GOOD[2],
    ]
    run = run_of(ASKED, now)
    earlier = read_back({one["question_id"]: one for one in GOOD})
    shown = re.sub(r"\s+", " ", Page(page(run, earlier, compare(ASKED, earlier.answers, run.answers))).text)
    assert "Broke: 2" in shown
    assert "Mended: 0" in shown
    assert "kites/line:3-4 → kites/strap:9" in shown
    assert shown.index("Broke") < shown.index("Mended") < shown.index("Every miss")


@given(st.text(max_size=60), st.text(max_size=60))
def test_marked_pieces_make_up_the_text(other: str, text: str) -> None:
    pieces = marked(other, text)
    assert "".join(piece for _, piece in pieces) == text
    assert "".join(piece for differs, piece in pieces if not differs) == "".join(piece for differs, piece in marked(text, other) if not differs)
    assert not any(differs for differs, _ in marked(text, text))


# ---- charts ----------------------------------------------------------------------------------------------------------


def test_a_chart_is_well_formed_and_as_long_as_its_shares() -> None:
    drawn = ElementTree.fromstring(bars('"A" & <b>', [Bar("<i>", 3, 4, before=0.5), Bar("none", 0, 5), Bar("all", 5, 5)]))
    widths = {one.get("class"): float(one.get("width", 0)) for one in drawn.iter("rect")}
    lengths = [float(one.get("width", 0)) for one in drawn.iter("rect") if one.get("class") == "bar"]
    assert lengths == [0.75 * widths["track"], 0.0, widths["track"]]
    assert [one.text for one in drawn.iter("title")] == ["<i>: 3 of 4 (75%)", "none: 0 of 5 (0%)", "all: 5 of 5 (100%)"]
    assert len([one for one in drawn.iter("path") if one.get("class") == "before"]) == 1
    assert drawn.get("viewBox", "").startswith(f"0 0 {WIDTH} ")


@pytest.mark.parametrize(("counted", "total", "low", "high"), [(0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (50, 100, 0.404, 0.596)])
def test_wilsons_interval(counted: int, total: int, low: float, high: float) -> None:
    assert wilson(counted, total) == pytest.approx((low, high), abs=1e-3)

"""`kb eval` with a report, an earlier run and limits; and the report in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kb.errors import YoujuError
from ui.cli import app

DATA = Path(__file__).parents[1] / "data"
QUESTIONS, ANSWERS = DATA / "score_reference.yaml", DATA / "score_reference.jsonl"
Run = Callable[..., Any]


def evaluate(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["eval", str(QUESTIONS), "--misses", "0", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def changed_answers(folder: Path, broken: str) -> Path:
    """The reference's answers, one of which says nothing any more."""
    lines = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line["question_id"] == broken:
            line["draft"], line["sources"] = "…", []
    (folder / "changed.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return folder / "changed.jsonl"


def test_a_report_a_run_beside_it_and_what_changed_since(tmp_path: Path) -> None:
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    code, _, err = evaluate("--answers", ANSWERS, "--report", first)
    assert (code, err.strip()) == (0, f"report: {first}; to compare with later: {tmp_path / 'first.json'}")
    code, out, _ = evaluate("--answers", changed_answers(tmp_path, "cites-all"), "--report", second, "--against", first)
    assert code == 0
    assert "broke cites-all " in out
    assert ": 1 broke, 0 mended, " in out
    assert json.loads(out.splitlines()[-1])["n"] == json.loads((tmp_path / "second.json").read_text(encoding="utf-8"))["summary"]["n"]
    assert "Broke: 1" in second.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.jsonl", "first.html", "first.json", "second.html", "second.json"]


def test_limits_decide_the_exit_code(tmp_path: Path) -> None:
    right = json.loads(evaluate("--answers", ANSWERS)[1].splitlines()[-1])["right"]
    assert evaluate("--answers", ANSWERS, "--fail-below", f"right={right}")[0] == 0
    code, out, err = evaluate("--answers", ANSWERS, "--fail-below", "right=1", "--fail-above", "false_answer=0")
    assert code == 1
    assert err.splitlines()[0] == f"right {right:g} is below 1"
    assert json.loads(out.splitlines()[-1])["right"] == right


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fail-below", "rihgt=0.7"], "'rihgt' is no figure"),
        (["--against", "none.json"], "none.json: no such file"),
        (["--report", "out.json"], "out.json: a report is a page"),
        (["--report", "no-such-folder/out.html"], "cannot be written"),
    ],
)
def test_what_it_cannot_do_is_said_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(YoujuError) as raised:
        evaluate("--answers", ANSWERS, *arguments)
    assert said in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_a_line_of_answers_without_its_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"question_id": "cites-all"}\n{"draft": "x"}\n', encoding="utf-8")
    with pytest.raises(YoujuError, match=r"answers\.jsonl:2: question_id: Field required; give what"):
        evaluate("--answers", path)


def test_misses_are_filtered_in_a_browser(profile: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    evaluate("--answers", ANSWERS, "--report", report)
    page = profile.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if request.url != report.as_uri() else None)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(report.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        every = page.locator(".miss:visible").count()
        page.select_option("select[data-by=causes]", "article")
        shown = page.locator(".miss:visible")
        assert 0 < shown.count() < every
        assert page.locator(".miss:visible .cause.article").count() == shown.count() == int(page.inner_text("#shown"))
        page.select_option("select[data-by=causes]", "")
        assert page.locator(".miss:visible").count() == every
    page.close()
    assert said == []

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kb.article_texts import version_of
from kb.errors import ContentError
from kb.models import REPLY_LANGUAGES, ReplyLanguage
from kb.training.drill import Drill
from kb.training.drill_files import DrillConflict, lint_drill, read_drill_text, read_drills, write_drill
from kb.training.drill_template import drill_template
from tests.kb.training.shop import DRILL, SHOP, TODAY


def lint(text: str, name: str = "lamp-return") -> list[tuple[int, str, str]]:
    return [(one.line, one.severity, one.what) for one in lint_drill(name, text, SHOP, TODAY).problems]


def test_a_drill_is_read_with_all_that_it_says() -> None:
    found = lint_drill("lamp-return", DRILL, SHOP, TODAY)
    assert found.problems == ()
    assert found.drill == Drill(
        id="lamp-return", title="退檯燈", origin="file", language="yue", turns=("盞燈未拆,可唔可以退?", "咁運費邊個出?"), persona="搬屋的客人", mood="worried",
        channel="chat", category="returns", articles=("returns/lamps",), must_mention=(("14 日", "兩星期"), ("本店承擔",)), must_not_say=("30 日",),
        disclaimers=("notice",), situation=("empathy",), time_limit_s=120, notes="先體諒。",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("---\ntitle", "title", 1, "no front matter"),
        ("mood: worried", "mood: [", 6, "broken YAML"),
        ("mood: worried", "mood: sad", 4, "mood: 'sad' is not allowed"),
        ("mood: worried", "mod: worried", 4, "unknown key 'mod'"),
        ("title: 退檯燈\n", "", 2, "key 'title' is missing"),
        ("title: 退檯燈", "title: 退檯燈\ntitle: 又", 3, "key 'title' stands twice"),
        ("title: 退檯燈", "title: 退檯燈\nid: other", 3, "id 'other' is not the file's name"),
        ("language: yue", "language: fr", 6, "language: 'fr' is not allowed"),
        ("channel: chat", "channel: fax", 5, "channel 'fax' is not in shop.yaml"),
        ("[returns/lamps]", "[returns/lamp]", 7, "'returns/lamp' is no article"),
        ("articles: [returns/lamps]\n", "", 7, "facts without an article"),
        ("14 日|兩星期", "14 日|三星期", 9, "'三星期' stands in none of its articles"),
        ("[30 日]", "[14 日]", 11, "'14 日' is also part of must_mention"),
        ("[notice]", "[notices]", 12, "disclaimer 'notices' is not in disclaimers.yaml"),
        ("120", "0", 14, "time_limit_s: '0' is no whole number from 1 to 86400"),
        ("## Notes", "## Tips", 22, "unknown heading 'Tips'"),
        ("咁運費邊個出?", "", 19, "the customer says nothing here"),
        ("## Customer\n盞", "盞", 16, "text before the first heading"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, what: str) -> None:
    assert DRILL.count(old) >= 1
    problems = lint(DRILL.replace(old, new, 1))
    assert any(at == line and severity == "error" and said.startswith(what) for at, severity, said in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("[returns/lamps]", "[returns/lamps, returns/old]", 7, "'returns/old' is over"),
        ("[returns/lamps]", "[returns/lamps, staff/goodwill]", 7, "'staff/goodwill' is internal"),
        ("language: yue", "language: yue\ncategory: lost", 7, "no article has the category 'lost'"),
        ("120", "5", 14, "nobody answers within 5 s"),
        ("[30 日]", "[以本店公告為準]", 11, "'以本店公告為準' stands in a required disclaimer"),
    ],
)
def test_what_may_be_meant_so_is_a_warning(old: str, new: str, line: int, what: str) -> None:
    found = lint_drill("lamp-return", DRILL.replace(old, new, 1), SHOP, TODAY)
    assert [(one.line, one.severity) for one in found.problems if one.what.startswith(what)] == [(line, "warning")]
    assert found.drill is not None


def test_a_drill_without_a_name_is_told_so_in_words_that_name_nothing() -> None:
    assert (1, "error", "the drill has no id yet") in lint(DRILL, "")


def test_no_customer_turn_is_an_error() -> None:
    assert "no customer turn" in [what for _, _, what in lint(DRILL[: DRILL.index("## Customer")])]


@pytest.mark.parametrize("lang", REPLY_LANGUAGES)
def test_the_template_lacks_only_what_a_trainer_must_write(lang: ReplyLanguage) -> None:
    assert {what for _, severity, what in lint(drill_template(SHOP, lang)) if severity == "error"} == {
        "title is empty", "the customer says nothing here",
    }  # fmt: skip


def test_one_bad_drill_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "a-broken.md").write_text("no head")
    (tmp_path / "drills" / "b-binary.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "drills" / "lamp-return.md").write_text(DRILL, encoding="utf-8")
    found = read_drills(tmp_path, SHOP, TODAY)
    assert [(one.name, one.drill is not None, len(one.problems)) for one in found] == [
        ("a-broken", False, 1),
        ("b-binary", False, 1),
        ("lamp-return", True, 0),
    ]
    assert found[0].problems[0].file == str(tmp_path / "drills" / "a-broken.md")
    assert read_drills(tmp_path / "nothing", SHOP, TODAY) == []


# ---- writing -------------------------------------------------------------------------------------------------------------------


def test_a_drill_is_written_and_nobody_s_change_is_lost(tmp_path: Path) -> None:
    first = write_drill(tmp_path, "lamp-return", DRILL, None)
    assert first == version_of(DRILL)
    with pytest.raises(DrillConflict) as caught:
        write_drill(tmp_path, "lamp-return", "x", None)
    assert caught.value.current == DRILL
    second = write_drill(tmp_path, "lamp-return", DRILL + "\nmore", first)
    assert read_drill_text(tmp_path, "lamp-return") == DRILL + "\nmore\n"
    with pytest.raises(DrillConflict):
        write_drill(tmp_path, "lamp-return", DRILL, first)
    (tmp_path / "drills" / "lamp-return.md").unlink()
    with pytest.raises(DrillConflict, match="deleted"):
        write_drill(tmp_path, "lamp-return", DRILL, second)
    assert list((tmp_path / "drills").iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "a/b", "A", ".hidden", "", "x" * 81])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentError):
        write_drill(tmp_path, name, DRILL, None)
    assert not (tmp_path.parent / "evil.md").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "secret").write_text("kept")
    (tmp_path / "drills" / "link.md").symlink_to(tmp_path / "secret")
    with pytest.raises(ContentError):
        write_drill(tmp_path, "link", DRILL, version_of("kept"))
    assert (tmp_path / "secret").read_text() == "kept"


@pytest.mark.parametrize("text", ["x" * 64_001, "a\x00b", "half \ud83d"])
def test_what_no_file_should_hold_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError):
        write_drill(tmp_path, "lamp-return", text, None)


def test_of_writers_at_the_same_moment_one_wins(tmp_path: Path) -> None:
    version = write_drill(tmp_path, "lamp-return", DRILL, None)
    results: list[str] = []

    def attempt(number: int) -> None:
        try:
            write_drill(tmp_path, "lamp-return", f"{DRILL}{number}", version)
            results.append("written")
        except DrillConflict:
            results.append("conflict")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(results) == ["conflict"] * 7 + ["written"]

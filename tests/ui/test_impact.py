"""What a publish would change: each sort of change on an invented shop, the days that are asked for, and that nothing is left behind."""

from __future__ import annotations

import datetime as dt
import gc
import json
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.build import ingest
from ingest.candidate import with_text
from ingest.conflicts import ConflictFinder
from kb.models import Answer, Turn
from kb.questions import Question
from kb.settings import Settings
from kb.snapshot import load_current
from kb.store import Ask, Store, store_url
from retriever.answer import Answerer
from ui.cli import app
from ui.conflicts import bundled_embedder
from ui.golden import Golden
from ui.impact import Asked, Impact, LiveAnswers, check, disagreements, finder, golden_asked, real_asked

UMBRELLAS, ISLANDS = "returns/umbrellas.md", "delivery/islands.md"
TODAY = dt.date(2031, 5, 20)
REFUND, ISLAND_DAYS, LOST = (
    "未拆封的風暴傘幾天內可以退款?",
    "How many days does delivery to the outer islands take?",
    "When does a parcel count as lost?",
)


@pytest.fixture(scope="module")
def shop(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answerer]:
    home = tmp_path_factory.mktemp("impact-home")
    ingest(lantern_quay, None, home, keep=1)
    return lantern_quay, Answerer(load_current(home), None)


Checked = Callable[..., Impact]


@pytest.fixture
def checked(shop: tuple[Path, Answerer]) -> Checked:
    """Checks a text of an article with replacements made in it."""
    content, live = shop

    def run(file: str, replacements: dict[str, str], asked: list[Asked], day: dt.date = TODAY) -> Impact:
        text = (content / "articles" / file).read_text(encoding="utf-8")
        for old, new in replacements.items():
            assert old in text
            text = text.replace(old, new)
        return finished(check(live, lambda before, embedder: with_text(before, content, file, text, embedder), asked, day))

    return run


def finished(checking: Iterator[Any]) -> Impact:
    told = []
    try:
        while True:
            told.append(next(checking))
    except StopIteration as end:
        assert told == [(done, told[0][1]) for done in range(told[0][1] + 1)]
        impact: Impact = end.value
        return impact


def golden(text: str, as_of: str | None = None, **expect: Any) -> list[Asked]:
    return golden_asked([Golden("own.yaml", Question.model_validate({"id": "one", "text": text, "as_of": as_of, "expect": expect}))])


def real(text: str, times: int = 1) -> Asked:
    return Asked("answer", text, (), "customer", None, times=times)


def test_a_changed_value_breaks_the_golden_question_that_expects_it(checked: Checked) -> None:
    asked = golden(REFUND, articles={"all_of": ["returns/umbrellas"]}, must_include=[["9 日"]])
    impact = checked(UMBRELLAS, {"9 日": "12 日"}, [*asked, real(LOST)])
    assert (impact.compared, impact.golden, impact.right_before, impact.right_after, impact.answers_changed) == (2, 1, 1, 0, 1)
    (change,) = impact.changes
    assert change.sorts == ("broke", "numbers", "reworded", "sources")
    assert (change.gone, change.new) == (("9 日",), ("12 日",))
    assert "9 日" in change.misses[0]
    assert impact.counts == {"broke": 1, "numbers": 1, "reworded": 1, "sources": 1}
    assert impact.articles == ("returns/umbrellas",)


def test_a_mended_golden_question_is_told_too(checked: Checked) -> None:
    impact = checked(UMBRELLAS, {"9 日": "12 日"}, golden(REFUND, must_include=[["12 日"]]))
    assert impact.changes[0].sorts[0] == "mended"
    assert (impact.right_before, impact.right_after) == (0, 1)


def test_an_article_that_goes_takes_its_answers_along(checked: Checked) -> None:
    impact = checked(ISLANDS, {"status: published": "status: retired"}, [real(LOST), real(REFUND), real(ISLAND_DAYS, times=7)])
    assert [change.asked.text for change in impact.changes] == [ISLAND_DAYS, LOST], "what is asked most often comes first"
    assert {change.sorts[:2] for change in impact.changes} == {("abstains", "lost")}
    assert all(change.after.abstain for change in impact.changes)


def test_a_new_sentence_answers_what_nothing_answered(checked: Checked) -> None:
    asked = real("Do you engrave umbrella handles?")
    impact = checked(ISLANDS, {"## Lost parcels": "## Engraving\n\nWe engrave umbrella handles with up to 14 letters.\n\n## Lost parcels"}, [asked])
    assert impact.changes[0].sorts == ("answers",)


def test_a_sentence_that_only_moves_is_no_changed_answer(checked: Checked) -> None:
    impact = checked(ISLANDS, {"## Fee and time\n": "\n\n## Fee and time\n"}, [real(LOST)])
    assert [change.sorts for change in impact.changes] == [("moved",)]
    assert (impact.answers_changed, impact.counts) == (0, {"moved": 1})
    before, after = impact.changes[0].before.sources[0], impact.changes[0].after.sources[0]
    assert after.lines[0] == before.lines[0] + 2


def test_what_begins_later_is_asked_for_on_its_day(checked: Checked) -> None:
    impact = checked(ISLANDS, {"6 working days": "8 working days", "valid_from: 2031-01-01": "valid_from: 2031-07-01"}, [real(ISLAND_DAYS)])
    assert impact.days == (TODAY, dt.date(2031, 7, 1))
    on = {change.day: change for change in impact.changes}
    assert on[TODAY].sorts[0] in ("abstains", "lost", "numbers")
    assert "8 working days" in on[dt.date(2031, 7, 1)].after.draft
    assert "6 working days" in on[dt.date(2031, 7, 1)].before.draft


def test_a_question_with_a_day_of_its_own_is_judged_on_that_day_alone(checked: Checked) -> None:
    asked = golden(ISLAND_DAYS, "2031-05-20", must_include=[["6 working days"]])
    impact = checked(ISLANDS, {"owner: Delivery desk": "valid_until: 2031-06-30"}, asked)
    assert impact.days == (TODAY, dt.date(2031, 7, 1))
    assert (impact.compared, impact.golden, impact.right_before, impact.right_after) == (2, 1, 1, 1)
    (change,) = impact.changes
    assert change.day == dt.date(2031, 7, 1)
    assert "broke" not in change.sorts


def test_a_new_disagreement_between_sources_is_told(shop: tuple[Path, Answerer]) -> None:
    from ui.impact.changes import compare

    _, live = shop
    asked = real(REFUND)
    before = asked.ask(live, TODAY)
    after = Answer(**{name: getattr(before, name) for name in Answer.__slots__} | {"conflicts": ({"topic": "退款", "sources": [1, 1]},)})
    change = compare(asked, TODAY, before, after, live.snapshot)
    assert change is not None
    assert change.sorts == ("conflict",)
    change = compare(asked, TODAY, after, before, live.snapshot)
    assert change is not None
    assert change.sorts == ("settled",)
    assert compare(asked, TODAY, before, before, live.snapshot) is None


def test_facts_that_disagree_are_told_whether_anybody_asks_or_not(shop: tuple[Path, Answerer]) -> None:
    content, live = shop
    text = "---\ntitle: 雨傘保養\nlang: zh-Hant\nvalid_from: 2031-08-01\nstatus: published\n---\n| 款式 | 保養期 |\n|---|---|\n| 風暴傘 | 24 個月 |\n"
    new = with_text(live.snapshot, content, "care/umbrellas.md", text, None)
    find, days = finder(ConflictFinder(bundled_embedder())), (TODAY, dt.date(2031, 8, 1))
    (coming,), going = disagreements(find, live.snapshot, new, days)
    assert coming.day == dt.date(2031, 8, 1)
    assert {(side.file, side.said[1]) for side in coming.sides} == {("care/umbrellas.md", "24 個月"), (UMBRELLAS, "18 個月")}
    assert going == ()
    assert disagreements(find, new, live.snapshot, days) == ((), (coming,))


def test_a_check_given_up_half_way_leaves_nothing_behind(shop: tuple[Path, Answerer]) -> None:
    content, live = shop
    text = (content / "articles" / ISLANDS).read_text(encoding="utf-8").replace("6 working", "8 working")
    made: list[weakref.ref[Any]] = []

    def make(before: Any, embedder: Any) -> Any:
        snapshot = with_text(before, content, ISLANDS, text, embedder)
        made.append(weakref.ref(snapshot))
        return snapshot

    gc.collect()
    gc.disable()  # without circles nothing waits for a collection
    try:
        checking = check(live, make, [real(ISLAND_DAYS), real(LOST)], TODAY)
        assert next(checking) == (0, 2)
        assert next(checking) == (1, 2)
        checking.close()
        del checking
        assert made[0]() is None
    finally:
        gc.enable()


def test_what_is_published_is_asked_once_for_many_checks(shop: tuple[Path, Answerer], monkeypatch: pytest.MonkeyPatch) -> None:
    content, live = shop
    asked_live: list[str] = []
    answer = live.answer
    monkeypatch.setattr(live, "answer", lambda text, **more: asked_live.append(text) or answer(text, **more))
    kept = LiveAnswers()
    text = (content / "articles" / UMBRELLAS).read_text(encoding="utf-8")
    for days in ("12 日", "15 日"):

        def make(before: Any, embedder: Any, days: str = days) -> Any:
            return with_text(before, content, UMBRELLAS, text.replace("9 日", days), embedder)

        impact = finished(check(live, make, [real(REFUND)], TODAY, kept=kept))
        assert impact.changes[0].new == (days,)
    assert asked_live == [REFUND]
    finished(check(live, make, [real(REFUND)], dt.date(2031, 5, 21), kept=kept))
    assert asked_live == [REFUND, REFUND], "another day is another answer"


def test_the_same_question_counts_once(shop: tuple[Path, Answerer]) -> None:
    _, live = shop

    def ask(number: int, text: str, **more: Any) -> Ask:
        answer = live.answer(text).as_json() | more
        return Ask(
            f"a{number}",
            dt.datetime(2031, 5, 20, tzinfo=dt.UTC),
            "amy",
            "",
            "",
            text,
            (Turn("agent", "hi"),),
            "2031-05-20",
            answer,
            "",
            "extractive",
            {},
        )

    asked = real_asked([ask(1, LOST), ask(2, REFUND), ask(3, LOST), ask(4, LOST, reply_lang="zh-Hans"), ask(5, LOST, asker="agent")])
    assert [(one.name, one.times, one.lang, one.asker) for one in asked] == [
        ("a1", 2, "en", "customer"), ("a2", 1, "zh-Hant", "customer"), ("a4", 1, "zh-Hans", "customer"), ("a5", 1, "en", "agent"),
    ]  # fmt: skip
    assert asked[0].history == (Turn("agent", "hi"),)


def test_the_command_tells_what_the_folder_would_change(own_lantern_quay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "home", content=own_lantern_quay, embedder="none")
    ingest(own_lantern_quay, None, settings.home, keep=1)
    monkeypatch.setenv("KB_HOME", str(settings.home))
    monkeypatch.setenv("KB_CONTENT", str(own_lantern_quay))
    monkeypatch.setenv("KB_EMBEDDER", "none")

    def kb(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["impact", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    before = sorted(settings.home.rglob("*"))
    code, said = kb()
    assert (code, sorted(settings.home.rglob("*"))) == (0, before)
    assert "0 of 0 answers change" in said
    (own_lantern_quay / "questions").mkdir()
    (own_lantern_quay / "questions" / "own.yaml").write_text(f"- {{id: a, text: '{REFUND}', expect: {{must_include: [[9 日]]}}}}\n", encoding="utf-8")
    path = own_lantern_quay / "articles" / UMBRELLAS
    path.write_text(path.read_text(encoding="utf-8").replace("9 日", "12 日"), encoding="utf-8")
    code, said = kb()
    assert code == 1
    assert "[broke, numbers, reworded, sources] own/a (2031-05-20)" in said
    assert "values: 9 日 → 12 日" in said
    assert "1 of 1 answers change" in said
    assert "1 would break" in said
    store = Store.open(store_url(settings))
    answer = Answerer(load_current(settings.home), None).answer(LOST).as_json()
    store.add_ask(Ask("a1", dt.datetime(2031, 5, 20, tzinfo=dt.UTC), "amy", "", "", LOST, (), "2031-05-20", answer, "", "extractive", {}))
    store.close()
    code, said = kb("--json", "--as-of", "2031-05-21")
    found = json.loads(said)
    assert (code, found["questions"], found["real"], found["days"], found["changed"]) == (1, 2, 1, ["2031-05-21"], 1)
    assert found["changes"][0]["difference"]
    assert kb("--last", "0")[1].count("of 1 answers") == 1

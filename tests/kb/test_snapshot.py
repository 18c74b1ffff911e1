from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb import snapshot as snapshots
from kb import snapshot_files
from kb.article_texts import TextsOnDisk, version_of, write_texts
from kb.content import Companions
from kb.embedding import unit_rows
from kb.errors import SnapshotError
from kb.models import ApprovedReply, Article, Chunk
from kb.snapshot import Change, Overtaken, Snapshot, current_id, load_current, make, make_whole, publish, publish_change
from kb.text import tokenise

ROOT = Path(__file__).parents[2]
PUBLISHER = Path(__file__).with_name("publish_and_die.py")


def article(name: str = "a", **changes: Any) -> Article:
    plain = Article(
        id=name, file=f"{name}.md", title=f"Title of {name}", lang="zh-Hant", category="c", products=("p",), audience="public", owner="o",
        valid_from=dt.date(2031, 1, 1), valid_until=None, review_by=None, supersedes=None, translation_of=None, status="published",
        disclaimers=("d",), version="v", sections=(),
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)


def chunk(name: str, ordinal: int, text: str, **changes: Any) -> Chunk:
    return dataclasses.replace(Chunk(f"{name}#{ordinal}", name, ordinal, "item", text, text, "One > Two", (3, 4)), **changes)


def generation(number: int, rows: int = 5) -> Snapshot:
    vectors = unit_rows(np.random.default_rng(number).normal(size=(rows, 8)))
    chunks = [chunk("a", i, f"chunk {i} of generation {number}") for i in range(rows)]
    return make([article(version=str(number))], chunks, vectors, "model", Companions())


# ---- save, load, swap, prune -----------------------------------------------------------------------------------------


def test_what_is_published_is_what_is_loaded(tmp_path: Path, lantern_quay: Path) -> None:
    row = chunk(
        "a", 1, "HKD 45", kind="row", cells=(("款式", "風暴傘"), ("", "HKD 45")), table=0,
        replies=(ApprovedReply("en", "It costs HKD 45.", 9), ApprovedReply("zh-Hans", "收 45 港元。", 10)),
    )  # fmt: skip
    whole = article(valid_until=dt.date(2031, 12, 31), review_by=dt.date(2031, 6, 1), supersedes="b", translation_of="c")
    vectors = unit_rows(np.random.default_rng(0).normal(size=(2, 8)))
    saved = make([whole, article("b", valid_from=None)], [chunk("a", 0, "一"), row], vectors, "model", Companions.load(lantern_quay))
    publish(saved, tmp_path, keep=1)
    loaded = load_current(tmp_path)
    assert (loaded.id, loaded.created, loaded.embedder) == (saved.id, saved.created, "model")
    assert loaded.articles == saved.articles
    assert loaded.chunks == saved.chunks
    assert loaded.companions == saved.companions
    np.testing.assert_array_equal(loaded.vectors, saved.vectors)
    assert loaded.vectors.dtype == np.float32


def test_articles_are_kept_without_their_sections(lantern_quay_snapshot: Snapshot) -> None:
    assert {article.sections for article in lantern_quay_snapshot.articles.values()} == {()}


def test_without_vectors_there_is_no_dense_index(tmp_path: Path) -> None:
    publish(make([article()], [chunk("a", 0, "text")], np.zeros((1, 0), np.float32), "", Companions()), tmp_path, keep=1)
    loaded = load_current(tmp_path)
    assert loaded.faiss is None
    assert loaded.bm25 is not None
    assert not (tmp_path / "snapshots" / loaded.id / "dense.faiss").exists()


def test_an_empty_snapshot_can_be_published(tmp_path: Path) -> None:
    publish(make([], [], np.zeros((0, 8), np.float32), "model", Companions()), tmp_path, keep=1)
    loaded = load_current(tmp_path)
    assert (loaded.chunks, loaded.faiss, loaded.bm25) == ((), None, None)


def test_before_the_first_publish_there_is_nothing(tmp_path: Path) -> None:
    assert current_id(tmp_path) is None
    with pytest.raises(SnapshotError, match="nothing is published yet; run `kb ingest`"):
        load_current(tmp_path)


def test_a_publish_swaps_and_prunes(tmp_path: Path) -> None:
    made = [generation(number) for number in range(5)]
    for one in made:
        publish(one, tmp_path, keep=2)
        assert load_current(tmp_path).chunks == one.chunks
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == sorted(one.id for one in made[-2:])


def test_the_current_snapshot_is_never_pruned(tmp_path: Path) -> None:
    old, new = generation(1), generation(2)
    publish(new, tmp_path, keep=1)
    publish(dataclasses.replace(old, id="00000101T000000000-old"), tmp_path, keep=1)
    assert load_current(tmp_path).id == "00000101T000000000-old"


def test_a_loaded_snapshot_outlives_the_files(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=1)
    loaded = load_current(tmp_path)
    publish(generation(2), tmp_path, keep=1)
    assert not (tmp_path / "snapshots" / loaded.id).exists()
    assert loaded.faiss.search(loaded.vectors[:1], 1)[1][0][0] == 0
    assert loaded.bm25.get_scores(["generat"]).shape == (5,)


def test_what_killed_processes_left_is_pruned_when_it_is_old(tmp_path: Path) -> None:
    fresh, old = tmp_path / "snapshots" / ".writing-fresh", tmp_path / "snapshots" / ".writing-old"
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    named = tmp_path / ".CURRENT-old"
    named.write_text("x")
    for path in (old, named):
        os.utime(path, (0, 0))
    publish(generation(1), tmp_path, keep=1)
    assert (fresh.exists(), old.exists(), named.exists()) == (True, False, False)


def test_a_publish_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(generation(1), tmp_path, keep=1)
    before = current_id(tmp_path)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot_files, "sync", full)
    with pytest.raises(OSError, match="No space"):
        publish(generation(2), tmp_path, keep=1)
    assert current_id(tmp_path) == before
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [before]


def test_what_is_written_is_verified_before_the_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(generation(1), tmp_path, keep=1)
    write = snapshots.write_whole

    def careless(snapshot: Snapshot, folder: Path, repeats: Sequence[str]) -> None:
        write(snapshot, folder, repeats)
        (folder / "chunks.json").write_bytes(b"[]")

    monkeypatch.setattr(snapshots, "write_whole", careless)
    with pytest.raises(SnapshotError, match=r"chunks\.json is damaged"):
        publish(generation(2), tmp_path, keep=1)
    assert load_current(tmp_path).chunks == generation(1).chunks


def test_superseded_by_names_the_article_in_force() -> None:
    newer = article("b", supersedes="a", valid_from=dt.date(2031, 6, 1))
    snapshot = make([article(), newer], [], np.zeros((0, 0), np.float32), "", Companions())
    assert snapshot.superseded_by("a", dt.date(2031, 5, 31)) is None
    assert snapshot.superseded_by("a", dt.date(2031, 6, 1)) is not None


# ---- the articles' whole texts -----------------------------------------------------------------------------------------


def with_texts(texts: dict[str, str]) -> Snapshot:
    articles = [article(name, version=version_of(text)) for name, text in texts.items()]
    return make(articles, [chunk(name, 0, text) for name, text in texts.items()], np.zeros((len(texts), 0), np.float32), "", Companions(), texts)


def test_a_snapshot_carries_each_articles_text_and_reads_it_when_asked(tmp_path: Path) -> None:
    texts = {"a": "\ufeff# 一\r\n", "b/c": "two"}
    publish(with_texts(texts), tmp_path, keep=1)
    loaded = load_current(tmp_path)
    assert isinstance(loaded.texts, TextsOnDisk)
    assert loaded.texts._archive is None, "loading must not read the texts"
    assert [loaded.article_text(name) for name in ("a", "b/c", "d")] == ["\ufeff# 一\r\n", "two", None]


def test_a_snapshot_of_before_texts_were_kept_still_loads(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=1)
    assert not (tmp_path / "snapshots" / str(current_id(tmp_path)) / "texts.zip").exists()
    assert load_current(tmp_path).article_text("a") is None


def test_texts_outlive_a_snapshot_that_is_pruned(tmp_path: Path) -> None:
    publish(with_texts({"a": "one"}), tmp_path, keep=1)
    loaded = load_current(tmp_path)
    publish(generation(2), tmp_path, keep=1)
    assert loaded.article_text("a") == "one"


@pytest.mark.parametrize("what", ["missing", "short", "changed"])
def test_damaged_texts_are_noticed(tmp_path: Path, what: str) -> None:
    publish(with_texts({"a": "one"}), tmp_path, keep=1)
    path = tmp_path / "snapshots" / str(current_id(tmp_path)) / "texts.zip"
    content = path.read_bytes()
    path.unlink()
    if what != "missing":
        path.write_bytes(content[:-1] if what == "short" else content[:35] + bytes([content[35] ^ 0x20]) + content[36:])
    with pytest.raises(SnapshotError, match="run `kb ingest`"):
        load_current(tmp_path).article_text("a")


def test_a_text_of_another_version_is_refused() -> None:
    snapshot = dataclasses.replace(with_texts({"a": "one"}), texts={"a": "two"})
    with pytest.raises(SnapshotError, match="a: the text kept of the article is not the one indexed"):
        snapshot.article_text("a")


def test_texts_that_do_not_come_back_are_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_files, "write_texts", lambda texts, path: write_texts({**texts, "a": "another"}, path))
    with pytest.raises(SnapshotError, match="is not the one built"):
        publish(with_texts({"a": "one"}), tmp_path, keep=1)
    assert current_id(tmp_path) is None


# ---- changes -----------------------------------------------------------------------------------------------------------


def change_of(name: str, number: int, rows: int = 2, removed: frozenset[str] = frozenset()) -> Change:
    """An article that says something new."""
    text = f"{name} {number}"
    vectors = unit_rows(np.random.default_rng(number).normal(size=(rows, 8)))
    chunks = tuple(chunk(name, i, f"{text}: line {i}") for i in range(rows))
    return Change(removed, (article(name, version=version_of(text)),), chunks, vectors, Companions(), {name: text})


def retirement(name: str) -> Change:
    return Change(frozenset({name}), (), (), np.zeros((0, 8), np.float32), Companions(), {})


def same(one: Snapshot, other: Snapshot) -> None:
    """Two snapshots hold the same and find the same."""
    assert (one.id, one.created, one.embedder) == (other.id, other.created, other.embedder)
    assert list(one.articles.items()) == list(other.articles.items())
    assert one.chunks == other.chunks
    assert dict(one.texts) == dict(other.texts)
    assert len(one.texts) == len(other.texts)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    if one.chunks:
        asked = tokenise(" ".join(each.text for each in one.chunks[-3:]))
        np.testing.assert_array_equal(one.bm25.get_scores(asked), other.bm25.get_scores(asked))
        assert set(one.bm25.vocab_dict) == set(other.bm25.vocab_dict)
        for mine, theirs in zip(one.faiss.search(one.vectors[:2], 3), other.faiss.search(one.vectors[:2], 3), strict=True):
            np.testing.assert_array_equal(mine, theirs)


@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(["put", "put", "retire", "whole", "look"]), st.sampled_from("abcd"), st.integers(0, 3)), max_size=8))
def test_changes_come_to_the_snapshot_that_would_be_made_at_once(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]) -> None:
    home = tmp_path_factory.mktemp("changes")
    first = change_of("a", 99)
    publish(make(first.articles, first.chunks, first.vectors, "model", Companions(), first.texts), home, keep=2)
    desk = load_current(home)
    _ = desk.bm25
    for at, (what, name, rows) in enumerate(steps):
        before = load_current(home)
        if what == "put":
            publish_change(change_of(name, at, rows), before, home, keep=2)
        elif what == "retire":
            publish_change(retirement(name), before, home, keep=2)
        elif what == "whole":
            make_whole(before, home, keep=2)
        else:
            desk = load_current(home, desk)
            same(desk, load_current(home))
    loaded, followed = load_current(home), load_current(home, desk)
    same(followed, loaded)
    parts = (list(loaded.articles.values()), loaded.chunks, loaded.vectors, "model", loaded.companions, dict(loaded.texts))
    same(loaded, dataclasses.replace(make(*parts), id=loaded.id, created=loaded.created))


def test_who_follows_reads_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(generation(1), tmp_path, keep=1)
    desk = load_current(tmp_path)
    for number in range(3):
        publish_change(change_of("b", number), load_current(tmp_path), tmp_path, keep=1)

    def refused(*_: object) -> Snapshot:
        raise AssertionError("read whole")

    monkeypatch.setattr(snapshots, "read_whole", refused)
    later = load_current(tmp_path, desk)
    assert [one.text for one in later.chunks[5:]] == ["b 2: line 0", "b 2: line 1"]
    assert all(mine is theirs for mine, theirs in zip(later.chunks[:5], desk.chunks, strict=True))
    assert load_current(tmp_path, later) is later


def test_who_follows_takes_over_what_was_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(with_texts({"a": "one"}), tmp_path, keep=1)
    publish_change(Change(frozenset(), (), (), np.zeros((0, 0), np.float32), Companions(), {}), load_current(tmp_path), tmp_path, keep=1)
    desk = load_current(tmp_path)
    assert make_whole(desk, tmp_path, keep=1) == current_id(tmp_path)
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [current_id(tmp_path)]
    assert make_whole(load_current(tmp_path), tmp_path, keep=1) is None
    monkeypatch.setattr(snapshots, "read_whole", None)
    later = load_current(tmp_path, desk)
    assert (later.id, later.chunks, later.article_text("a")) == (current_id(tmp_path), desk.chunks, "one")


def test_what_a_kept_snapshot_rests_on_is_kept(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=1)
    ids = [str(current_id(tmp_path))]
    ids += [publish_change(change_of("b", number), load_current(tmp_path), tmp_path, keep=1) for number in range(3)]
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ids
    (tmp_path / "CURRENT").write_text(ids[1] + "\n", encoding="utf-8")
    assert load_current(tmp_path).chunks[5].text == "b 0: line 0", "an earlier change can be gone back to"
    publish(generation(2), tmp_path, keep=1)
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [current_id(tmp_path)]


def test_a_change_to_what_is_no_longer_published_is_refused(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=3)
    before = load_current(tmp_path)
    first = publish_change(change_of("b", 1), before, tmp_path, keep=3)
    with pytest.raises(Overtaken, match="publish again"):
        publish_change(change_of("c", 1), before, tmp_path, keep=3)
    assert current_id(tmp_path) == first
    assert not list((tmp_path / "snapshots").glob(".writing-*"))


def test_a_change_to_what_is_pruned_already_is_made_again(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=1)
    publish_change(change_of("b", 1), load_current(tmp_path), tmp_path, keep=1)
    before = load_current(tmp_path)
    publish(generation(2), tmp_path, keep=1)
    assert not (tmp_path / "snapshots" / before.id).exists()
    with pytest.raises(Overtaken, match="publish again"):
        publish_change(change_of("c", 1), before, tmp_path, keep=1)
    assert make_whole(before, tmp_path, keep=1) is None


def test_a_whole_snapshot_takes_in_what_was_published_since_its_making_began(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=3)
    begun, asked = current_id(tmp_path), 0
    publish_change(change_of("b", 1), load_current(tmp_path), tmp_path, keep=3)

    def catch_up() -> Change | None:
        nonlocal asked
        asked += 1
        if asked == 1:  # somebody is faster once more
            publish_change(change_of("c", 2), load_current(tmp_path), tmp_path, keep=3)
        return change_of("b", 1) if asked == 1 else change_of("b", 1).then(change_of("c", 2))

    snapshot_id = publish(generation(2), tmp_path, 1, begun, catch_up)
    loaded = load_current(tmp_path)
    assert (loaded.id, asked) == (snapshot_id, 2)
    assert {one.text.split(":")[0] for one in loaded.chunks} == {*(f"chunk {i} of generation 2" for i in range(5)), "b 1", "c 2"}
    assert len(list((tmp_path / "snapshots").iterdir())) == 2, "itself and what it rests on"


def test_a_whole_snapshot_that_nobody_overtook_or_that_lacks_nothing_is_published_as_it_is(tmp_path: Path) -> None:
    def refused() -> Change | None:
        raise AssertionError("nobody published meanwhile")

    assert publish(first := generation(1), tmp_path, 3, None, refused) == first.id
    assert publish(second := generation(2), tmp_path, 3, "another", lambda: None) == current_id(tmp_path) == second.id


def test_a_whole_snapshot_that_is_overtaken_for_ever_gives_up(tmp_path: Path) -> None:
    publish(generation(1), tmp_path, keep=3)

    def catch_up() -> Change | None:
        publish_change(change_of("b", 1), load_current(tmp_path), tmp_path, keep=3)
        return change_of("b", 1)

    with pytest.raises(Overtaken, match="others publish without a pause"):
        publish(generation(2), tmp_path, 3, "another", catch_up)
    assert load_current(tmp_path).chunks[0].text == "chunk 0 of generation 1"
    assert not list((tmp_path / "snapshots").glob(".writing-*"))


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"\xff"), lambda path: (path.unlink(), path.mkdir())], ids=["no text", "a folder"])
def test_a_current_that_cannot_be_read_is_said(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    publish(generation(1), tmp_path, keep=1)
    spoil(tmp_path / "CURRENT")
    with pytest.raises(SnapshotError, match="CURRENT cannot be read"):
        load_current(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "articles.json", "chunks.json", "companions.json", "vectors.npy"])
def test_a_damaged_change_is_refused(tmp_path: Path, name: str) -> None:
    publish(generation(1), tmp_path, keep=3)
    desk = load_current(tmp_path)
    folder = tmp_path / "snapshots" / publish_change(change_of("b", 1), desk, tmp_path, keep=3)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    for held in (None, desk):
        with pytest.raises(SnapshotError, match="run `kb ingest`"):
            load_current(tmp_path, held)


def test_a_snapshot_that_keeps_bm25_as_earlier_versions_did_still_loads(tmp_path: Path) -> None:
    built = generation(3)
    publish(built, tmp_path, keep=1)
    folder = tmp_path / "snapshots" / built.id
    shutil.rmtree(folder / "lexical")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["lineage"]
    manifest["sha256"] = {name: digest for name, digest in manifest["sha256"].items() if not name.startswith("lexical/")}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    loaded = load_current(tmp_path)
    np.testing.assert_array_equal(loaded.bm25.get_scores(["chunk", "3"]), built.bm25.get_scores(["chunk", "3"]))
    assert publish_change(change_of("b", 1), loaded, tmp_path, keep=1) == current_id(tmp_path)


# ---- damage ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("published")
    publish(generation(1), home, keep=1)
    return home


def files_of(home: Path) -> list[Path]:
    folder = home / "snapshots" / str(current_id(home))
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_part_lies_on_disk(published: Path) -> None:
    names = {path.name for path in files_of(published)}
    assert names >= {"manifest.json", "articles.json", "chunks.json", "companions.json", "vectors.npy", "dense.faiss"}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_byte_changed_in_any_file_is_noticed(published: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = Path(shutil.copytree(published, tmp_path_factory.mktemp("damaged") / "home"))
    path = data.draw(st.sampled_from([path for path in files_of(home) if path.name != "manifest.json" and path.stat().st_size]), label="file")
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1), label="at")
    content[at] ^= data.draw(st.integers(1, 255), label="bits")
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=f"{path.name} is damaged; run `kb ingest`"):
        load_current(home)


@pytest.mark.parametrize("name", ["manifest.json", "articles.json", "chunks.json", "companions.json", "vectors.npy", "dense.faiss"])
@pytest.mark.parametrize("what", ["missing", "empty", "half"])
def test_a_missing_or_short_file_is_refused(published: Path, tmp_path: Path, name: str, what: str) -> None:
    home = Path(shutil.copytree(published, tmp_path / "home"))
    path = next(path for path in files_of(home) if path.name == name)
    content = path.read_bytes()
    path.unlink()
    if what != "missing":
        path.write_bytes(content[: len(content) // 2 if what == "half" else 0])
    with pytest.raises(SnapshotError, match="run `kb ingest`"):
        load_current(home)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"format": 1, "sha256": []}', '{"format": 99, "sha256": {}}', "\udcff"])
def test_a_strange_manifest_is_refused(published: Path, tmp_path: Path, text: str) -> None:
    home = Path(shutil.copytree(published, tmp_path / "home"))
    path = next(path for path in files_of(home) if path.name == "manifest.json")
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SnapshotError, match="run `kb ingest`"):
        load_current(home)


def test_a_current_that_names_no_snapshot_is_refused(published: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(published, tmp_path / "home"))
    (home / "CURRENT").write_text("20310101T000000000-none\n", encoding="utf-8")
    with pytest.raises(SnapshotError, match="20310101T000000000-none"):
        load_current(home)


# ---- kill -9 -----------------------------------------------------------------------------------------------------------


def publisher(home: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """What publish_and_die.py says of each child; it goes on when the next one is asked for."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(PUBLISHER), str(home), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == 0


@pytest.mark.parametrize("what", ["steps", "changes", "overtaken"])
def test_kill_9_before_any_change_of_the_folder_leaves_the_old_or_the_new_snapshot(tmp_path: Path, what: str) -> None:
    publish(generation(0), tmp_path, keep=2)
    before, kills, swaps = current_id(tmp_path), 0, 0
    for child in publisher(tmp_path, what):
        loaded = load_current(tmp_path)
        names = {one.text.split()[-1] for one in loaded.chunks}
        assert len(names) == 1, f"killed before call {child['step']}: chunks of {names}"
        assert loaded.id == before or loaded.articles.keys() == {f"a{child['step'] + 1}"}, f"killed before call {child['step']}"
        assert loaded.faiss.ntotal == len(loaded.chunks) == len(loaded.vectors)
        assert loaded.texts == {name: f"# {name}" for name in loaded.articles if name != "a"}
        swaps += loaded.id != before
        before = loaded.id
        kills += child["killed"]
    assert child == {"step": kills, "killed": False, "exit": 0}, "the last child was to publish undisturbed"
    assert kills >= {"steps": 20, "changes": 10, "overtaken": 4}[what]
    assert 1 < swaps < kills, "some kills must come before the swap and some after it"


def test_kill_9_at_random_moments_of_publishing_in_a_loop_leaves_a_loadable_snapshot(tmp_path: Path) -> None:
    publish(generation(0), tmp_path, keep=2)
    seen, kills = {current_id(tmp_path)}, 0
    for child in publisher(tmp_path, "random", "618"):
        loaded = load_current(tmp_path)
        assert len({one.text.split()[-1] for one in loaded.chunks}) == 1
        assert loaded.faiss.ntotal == len(loaded.chunks)
        assert child["exit"] == -9
        seen.add(loaded.id)
        kills += 1
    assert kills == 12
    assert len(seen) > 1, "nothing was published between the kills"


# ---- the two indexes -------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(1, 60), st.just(12)), elements=st.floats(-1, 1, width=32)),
    arrays(np.float32, (4, 12), elements=st.floats(-1, 1, width=32)),
)
def test_faiss_scores_are_exact_to_half_precision(rows: np.ndarray, queries: np.ndarray) -> None:
    vectors, asked = unit_rows(rows), unit_rows(queries)
    snapshot = make([article()], [chunk("a", i, f"chunk {i}") for i in range(len(vectors))], vectors, "model", Companions())
    k = min(5, len(vectors))
    scores, found = snapshot.faiss.search(asked, k)
    exact = asked @ vectors.T
    np.testing.assert_allclose(scores, -np.sort(-exact, axis=1)[:, :k], atol=2e-3)
    np.testing.assert_allclose(scores, np.take_along_axis(exact, found, axis=1), atol=2e-3)


def test_a_loaded_index_scores_as_the_one_that_was_built(tmp_path: Path) -> None:
    built = generation(3, rows=50)
    publish(built, tmp_path, keep=1)
    loaded = load_current(tmp_path)
    asked = unit_rows(np.random.default_rng(9).normal(size=(3, 8)))
    for mine, theirs in zip(built.faiss.search(asked, 10), loaded.faiss.search(asked, 10), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(built.bm25.get_scores(["chunk", "7"]), loaded.bm25.get_scores(["chunk", "7"]))


def test_bm25_is_lucenes_with_the_stated_parameters() -> None:
    texts = ["storm umbrella warranty", "umbrella umbrella colour", "reed pen ink", "storm"]
    snapshot = make(
        [article("a", title="")], [chunk("a", i, text, section="") for i, text in enumerate(texts)], np.zeros((4, 0), np.float32), "", Companions()
    )
    corpus = [tokenise(text) for text in texts]
    average = sum(map(len, corpus)) / len(corpus)
    asked = tokenise("storm umbrella")
    expected = []
    for tokens in corpus:
        score = 0.0
        for token in asked:
            having = sum(token in other for other in corpus)
            frequency = tokens.count(token)
            score += np.log(1 + (len(corpus) - having + 0.5) / (having + 0.5)) * frequency / (frequency + 1.2 * (0.5 + 0.5 * len(tokens) / average))
        expected.append(score)
    np.testing.assert_allclose(snapshot.bm25.get_scores(asked), expected, rtol=1e-4)


def test_bm25_reads_titles_and_headings(lantern_quay_snapshot: Snapshot) -> None:
    scores = lantern_quay_snapshot.bm25.get_scores(tokenise("Lost parcels"))
    assert lantern_quay_snapshot.chunks[int(np.argmax(scores))].text.startswith("A parcel that has not arrived")

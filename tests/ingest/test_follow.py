"""What is published follows a folder: after any edits it is what indexing the folder afresh gives, and only what changed was read and embedded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.follow as module
import ingest.library
from ingest.build import ingest as index
from ingest.build import publish_article
from ingest.follow import Follower
from kb.errors import ContentError
from kb.snapshot import Snapshot, changes_behind, current_id, load_current

PENS, ISLANDS = "care/pens.md", "delivery/islands.md"
Write = Callable[..., Path]


class Shop:
    """A content folder, what is published of it, and who keeps the two equal."""

    def __init__(self, content: Path, home: Path, embedder: Any) -> None:
        self.content, self.home, self.embedder = content, home, embedder
        self.follower = Follower(content, embedder, home, 3)
        self.follow()

    def follow(self) -> Any:
        return self.follower.follow()[0]

    @property
    def published(self) -> Snapshot:
        return load_current(self.home)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.content / "articles" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def shop(own_lantern_quay: Path, tmp_path: Path, hash_embedder: Any, write_article: Write) -> Shop:
    """With eight articles, so that one or two of them are few."""
    for name in ("x/one", "x/two", "x/three"):
        write_article(own_lantern_quay, f"{name}.md", f"It says {name}.", f"title: {name}", "lang: en", "valid_from: 2031-01-01")
    return Shop(own_lantern_quay, tmp_path / "home", hash_embedder())


def held(snapshot: Snapshot) -> dict[str, Any]:
    """What it says, in no order."""
    rows = {chunk.id: (chunk, vector.tolist()) for chunk, vector in zip(snapshot.chunks, snapshot.vectors, strict=True)}
    return {"articles": snapshot.articles, "texts": dict(snapshot.texts), "companions": snapshot.companions, "rows": rows}


def test_only_what_changed_is_parsed_and_embedded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = ingest.library.parse
    monkeypatch.setattr(ingest.library, "parse", lambda raw: (parsed.append(raw.file), parse(raw))[1])
    monkeypatch.setattr(module, "ingest", None)
    shop.embedder.passages.clear()
    shop.edit(PENS, "35 °C", "40 °C")
    summary = shop.follow()
    assert parsed == [PENS]
    assert [text for text in shop.embedder.passages if "40 °C" in text] == shop.embedder.passages
    assert (summary.snapshot, summary.articles, summary.embedded) == (current_id(shop.home), 8, 1)
    assert summary.chunks == len(shop.published.chunks)


def test_files_may_be_renamed_deleted_begun_and_retired(shop: Shop, write_article: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ONE_IN", 1)
    articles = shop.content / "articles"
    (articles / "x" / "one.md").rename(articles / "x" / "renamed.md")
    (articles / "care").rename(articles / "care-of")  # its id stands in it, and stays
    (articles / "x" / "two.md").unlink()
    shop.edit(ISLANDS, "status: published", "status: retired")
    write_article(shop.content, "new.md", "Wholly new.", "title: New", "lang: en", "valid_from: 2031-01-01")
    shop.follow()
    assert changes_behind(shop.home) == 1
    now = shop.published.articles
    assert {"x/renamed", "new"} <= now.keys()
    assert not {"x/one", "x/two", "delivery/islands"} & now.keys()
    assert now["care/pens"].file == "care-of/pens.md"
    index(shop.content, shop.embedder, tmp_path / "afresh", 1)
    assert held(shop.published) == held(load_current(tmp_path / "afresh"))


@pytest.mark.parametrize("spoilt", [b"", b"---\ntitle: Pe", b"\xff\xfe\x00", b"---\nid: delivery/islands\ntitle: T\nlang: en\n---\nText.\n"])
def test_a_file_that_breaks_leaves_what_was_published_of_it(shop: Shop, spoilt: bytes) -> None:
    before, path = held(shop.published), shop.content / "articles" / PENS
    sound = path.read_bytes()
    path.write_bytes(spoilt)
    summary = shop.follow()
    assert held(shop.published) == before
    assert (summary.skipped, summary.kept) == (1, 1)
    assert [(one.file, one.severity) for one in summary.problems] == [(str(path), "error")]
    shop.edit(ISLANDS, "21 days", "22 days")
    assert shop.follow().problems == (), "what was told is not told again"
    path.write_bytes(sound.replace(b"35", b"45"))
    assert shop.follow().skipped == 0
    assert any("45 °C" in chunk.text for chunk in shop.published.chunks)


def test_what_agents_are_not_answered_from_publishes_nothing(shop: Shop, write_article: Write) -> None:
    before = current_id(shop.home)
    write_article(shop.content, "draft.md", "Half a thought.", "title: T", "lang: en", "status: draft", "valid_from: 2031-01-01")
    assert shop.follow().snapshot == before == current_id(shop.home)


def test_a_change_beside_the_articles_or_of_many_of_them_indexes_the_folder_whole(shop: Shop) -> None:
    shop.edit(PENS, "35 °C", "40 °C")
    shop.follow()
    assert changes_behind(shop.home) == 1
    disclaimers = shop.content / "disclaimers.yaml"
    disclaimers.write_text(disclaimers.read_text(encoding="utf-8").replace("strong wind", "a gale"), encoding="utf-8")
    shop.follow()
    assert changes_behind(shop.home) == 0
    assert "a gale" in shop.published.companions.disclaimers["wind"]["en"]
    for file in ("x/one.md", "x/two.md", "x/three.md"):
        shop.edit(file, "It says", "It said")
    shop.follow()
    assert changes_behind(shop.home) == 0
    assert sum("It said" in chunk.text for chunk in shop.published.chunks) == 3


def test_companions_that_break_are_said_and_leave_what_is_published(shop: Shop) -> None:
    before = current_id(shop.home)
    (shop.content / "shop.yaml").write_text("name: [", encoding="utf-8")
    with pytest.raises(ContentError, match=r"shop\.yaml"):
        shop.follow()
    assert current_id(shop.home) == before


def test_where_another_publishes_meanwhile_neither_is_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_change = module.publish_change
    shop.edit(PENS, "35 °C", "40 °C")

    def overtaken(*arguments: Any) -> str:
        monkeypatch.setattr(module, "publish_change", publish_change)
        shop.edit(ISLANDS, "21 days", "22 days")
        publish_article(shop.content, ISLANDS, shop.published, shop.embedder, shop.home, 3)
        return publish_change(*arguments)

    monkeypatch.setattr(module, "publish_change", overtaken)
    shop.follow()
    assert any("40 °C" in chunk.text for chunk in shop.published.chunks)
    assert any("22 days" in chunk.text for chunk in shop.published.chunks)


def test_a_snapshot_that_is_gone_or_damaged_is_made_again(shop: Shop) -> None:
    shutil.rmtree(shop.home / "snapshots")
    shop.edit(PENS, "35 °C", "40 °C")
    shop.follow()
    assert any("40 °C" in chunk.text for chunk in shop.published.chunks)


def test_many_changes_are_written_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 2)
    for degrees in (40, 41):
        shop.follower.tidy()
        shop.edit(PENS, f"{degrees - 1 if degrees > 40 else 35} °C", f"{degrees} °C")
        shop.follow()
    assert changes_behind(shop.home) == 2
    before = held(shop.published)
    shop.follower.tidy()
    assert changes_behind(shop.home) == 0
    assert held(shop.published) == before


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "delete", "rename", "break", "draft", "look"]), st.sampled_from("abcd"), st.integers(0, 2)), max_size=8
)


@settings(max_examples=10)
@given(STEPS)
def test_after_any_edits_it_is_what_indexing_afresh_gives(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]) -> None:
    content, home = tmp_path_factory.mktemp("content"), tmp_path_factory.mktemp("home")
    articles = content / "articles"
    articles.mkdir()

    def write(name: str, number: int, status: str = "published") -> None:
        text = (
            f"---\nid: {name if number < 2 else 'shared'}\ntitle: {name}\nlang: en\nstatus: {status}\nvalid_from: 2031-01-01\n---\nSays {number}.\n"
        )
        (articles / f"{name}.md").write_text(text, encoding="utf-8")

    for number in range(8):
        write(f"stays-{number}", number % 2)
    follower = Follower(content, None, home, 2)
    follower.follow()
    for what, name, number in steps:
        path = articles / f"{name}.md"
        if what in ("put", "draft"):
            write(name, number, "published" if what == "put" else "draft")
        elif what == "look":
            follower.follow()
        elif path.exists():
            if what == "delete":
                path.unlink()
            elif what == "rename":
                path.rename(articles / f"moved-{name}.md")
            else:
                path.write_text("---\ntitle", encoding="utf-8")
    follower.follow()
    followed = held(load_current(home))
    index(content, None, home, 2)  # into the same home: what is broken stays as it is published there
    assert followed == held(load_current(home))

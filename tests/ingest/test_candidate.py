"""The candidate is what a publish would make, and making it leaves no trace."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.build import embedded_text, ingest, publish_article
from ingest.candidate import changed, changed_beside, with_folder, with_text
from kb.errors import ContentError
from kb.snapshot import Snapshot, load_current

UMBRELLAS = "returns/umbrellas.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def edited(content: Path, file: str, old: str, new: str) -> str:
    text = (content / "articles" / file).read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new)


def held(snapshot: Snapshot) -> dict[str, Any]:
    """What it says, in no order."""
    rows = sorted(range(len(snapshot.chunks)), key=lambda row: snapshot.chunks[row].id)
    return {
        "articles": snapshot.articles, "chunks": [snapshot.chunks[row] for row in rows], "vectors": np.asarray(snapshot.vectors)[rows].round(5).tolist(),
        "companions": snapshot.companions, "texts": {name: snapshot.texts[name] for name in snapshot.texts},
    }  # fmt: skip


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and "sqlite" not in path.name}


def test_a_text_gives_what_publishing_it_would(own_lantern_quay: Path, home: Path, hash_embedder: Any) -> None:
    ingest(own_lantern_quay, hash_embedder(), home, keep=3)
    before, embedder = load_current(home), hash_embedder()
    text = edited(own_lantern_quay, UMBRELLAS, "9 日", "12 日")
    lay = tree(home)
    candidate = with_text(before, own_lantern_quay, UMBRELLAS, text, embedder)
    assert tree(home) == lay
    assert changed(before, candidate) == ("returns/umbrellas",)
    assert any("12 日內可退款" in one for one in embedder.passages)
    untouched = [one for one in candidate.chunks if one.article == "returns/umbrellas" and one.section != "未拆封的雨傘"]
    assert len(untouched) == 3
    assert not {embedded_text(one, "雨傘退換") for one in untouched} & set(embedder.passages), "what stands in the same words is not embedded again"
    (own_lantern_quay / "articles" / UMBRELLAS).write_text(text, encoding="utf-8")
    publish_article(own_lantern_quay, UMBRELLAS, before, hash_embedder(), home, keep=3)
    assert held(candidate) == held(load_current(home))


def test_an_article_that_is_not_published_is_left_out(own_lantern_quay: Path, home: Path) -> None:
    ingest(own_lantern_quay, None, home, keep=1)
    before = load_current(home)
    candidate = with_text(before, own_lantern_quay, UMBRELLAS, edited(own_lantern_quay, UMBRELLAS, "status: published", "status: retired"), None)
    assert "returns/umbrellas" not in candidate.articles
    assert all(one.article != "returns/umbrellas" for one in candidate.chunks)
    assert changed(before, candidate) == ("returns/umbrellas",)


def test_a_new_article_and_one_with_another_id(own_lantern_quay: Path, home: Path) -> None:
    ingest(own_lantern_quay, None, home, keep=1)
    before = load_current(home)
    new = with_text(before, own_lantern_quay, "care/new.md", "---\ntitle: New\nlang: en\nstatus: published\n---\nReeds last 3 years.\n", None)
    assert changed(before, new) == ("care/new",)
    moved = with_text(before, own_lantern_quay, UMBRELLAS, edited(own_lantern_quay, UMBRELLAS, "id: returns/umbrellas\n", "id: returns/all\n"), None)
    assert changed(before, moved) == ("returns/all", "returns/umbrellas")


def test_the_folder_gives_what_indexing_it_would(own_lantern_quay: Path, home: Path, tmp_path: Path, hash_embedder: Any) -> None:
    ingest(own_lantern_quay, hash_embedder(), home, keep=1)
    before = load_current(home)
    articles = own_lantern_quay / "articles"
    assert changed(before, with_folder(before, own_lantern_quay, hash_embedder())) == ()
    (articles / UMBRELLAS).write_text(edited(own_lantern_quay, UMBRELLAS, "18 個月", "24 個月"), encoding="utf-8")
    (articles / "delivery" / "islands.md").unlink()
    (articles / "care" / "pens.md").write_text("no front matter", encoding="utf-8")
    (articles / "care" / "new.md").write_text("---\ntitle: New\nlang: en\n---\nReeds last 3 years.\n", encoding="utf-8")
    shop = own_lantern_quay / "shop.yaml"
    shop.write_text(shop.read_text(encoding="utf-8").replace("2031-05-20", "2031-05-21"), encoding="utf-8")
    candidate = with_folder(before, own_lantern_quay, hash_embedder())
    assert changed(before, candidate) == ("care/new", "delivery/islands", "returns/umbrellas")
    assert changed_beside(before, candidate) == ("shop.yaml",)
    ingest(own_lantern_quay, hash_embedder(), home, keep=1)
    assert held(candidate) == held(load_current(home))


def test_what_can_be_no_candidate_is_refused(own_lantern_quay: Path, home: Path, hash_embedder: Any) -> None:
    ingest(own_lantern_quay, None, home, keep=1)
    before = load_current(home)
    with pytest.raises(ContentError, match="line"):
        with_text(before, own_lantern_quay, UMBRELLAS, "no front matter", None)
    with pytest.raises(ContentError, match="another model"):
        with_text(before, own_lantern_quay, UMBRELLAS, (own_lantern_quay / "articles" / UMBRELLAS).read_text(encoding="utf-8"), hash_embedder())
    shutil.rmtree(own_lantern_quay / "articles")
    (own_lantern_quay / "articles").mkdir()
    with pytest.raises(ContentError, match="nothing would be left"):
        with_folder(before, own_lantern_quay, None)

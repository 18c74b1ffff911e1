from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.build import embedded_text, ingest, lint, publish_article, re_embed
from ingest.embed import BATCH, embed
from kb.embedding import unit_rows
from kb.errors import ContentError, SnapshotError
from kb.snapshot import current_id, load_current

Write = Callable[..., Path]
BAD: dict[str, tuple[bytes, int, str]] = {
    "broken YAML": (b"---\ntitle: T\nlang: en\nowner: [a\n---\nText.\n", 4, "broken YAML"),
    "unknown key": (b"---\ntitle: T\nlang: en\nvalid_form: 2031-01-01\n---\nText.\n", 4, "unknown key 'valid_form'"),
    "wrong date": (b"---\ntitle: T\nlang: en\nvalid_from: 2031-02-30\n---\nText.\n", 4, "valid_from: '2031-02-30' is no date"),
    "a tag that does not fit": (b"---\ntitle: T\nlang: en\nowner: !!int ''\n---\nText.\n", 2, "broken YAML"),
    "the id of another": (
        b"---\nid: delivery/islands\ntitle: T\nlang: en\n---\nText.\n",
        2,
        "id 'delivery/islands' is also the id of delivery/islands.md",
    ),
    "5 MB of one line": (b"---\ntitle: T\nlang: en\n---\n" + b"x" * 5_000_000, 1, "5,000,026 bytes is larger than an article may be"),
    "NUL bytes": (b"---\ntitle: T\nlang: en\n---\nText\x00.\n", 5, "holds a NUL byte"),
    "invalid UTF-8": (b"---\ntitle: T\nlang: en\n---\nText \xff.\n", 5, "byte 31 is not UTF-8"),
    "a disclaimer without a text": (b"---\ntitle: T\nlang: en\ndisclaimers: [none]\n---\nText.\n", 2, "disclaimer 'none' is not in disclaimers.yaml"),
    "no text": (b"---\ntitle: T\nlang: en\n---\n", 5, "the article has no text"),
}
ARTICLES = {"returns/umbrellas", "returns/umbrellas-2030", "care/pens", "delivery/islands", "staff/goodwill"}


def published(home: Path) -> set[str]:
    return set(load_current(home).articles)


def texts_of(home: Path, article: str) -> list[str]:
    return [chunk.text for chunk in load_current(home).chunks if chunk.article == article]


# ---- a folder becomes a snapshot -------------------------------------------------------------------------------------


def test_a_folder_is_indexed_and_published(lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    embedder = hash_embedder()
    summary = ingest(lantern_quay, embedder, tmp_path, keep=1)
    snapshot = load_current(tmp_path)
    assert (summary.snapshot, summary.articles, summary.skipped, summary.kept, summary.problems) == (snapshot.id, 5, 0, 0, ())
    assert set(snapshot.articles) == ARTICLES
    assert summary.chunks == len(snapshot.chunks) == len(snapshot.vectors) == summary.embedded
    assert snapshot.embedder == embedder.identity
    assert snapshot.companions.shop.name["en"] == "Lantern Quay"
    fee = next(chunk for chunk in snapshot.chunks if chunk.text.startswith("款式: 摺疊傘"))
    lines = (lantern_quay / "articles" / "returns" / "umbrellas.md").read_text(encoding="utf-8").split("\n")
    assert "摺疊傘 | 7 個月" in lines[fee.lines[0] - 1]


def test_vectors_belong_to_their_chunks(lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    ingest(lantern_quay, hash_embedder(), tmp_path, keep=1)
    snapshot = load_current(tmp_path)
    texts = [embedded_text(chunk, snapshot.articles[chunk.article].title) for chunk in snapshot.chunks]
    np.testing.assert_allclose(snapshot.vectors, hash_embedder().encode_queries(texts), atol=1e-6)


def test_without_an_embedder_the_snapshot_is_lexical(lantern_quay: Path, tmp_path: Path) -> None:
    summary = ingest(lantern_quay, None, tmp_path, keep=1)
    snapshot = load_current(tmp_path)
    assert (summary.embedded, snapshot.embedder, snapshot.faiss, snapshot.vectors.shape) == (0, "", None, (summary.chunks, 0))
    assert not (tmp_path / "embeddings.sqlite3").exists()


@pytest.mark.parametrize("status", ["draft", "review", "retired"])
def test_only_published_articles_are_indexed(own_lantern_quay: Path, tmp_path: Path, write_article: Write, status: str) -> None:
    write_article(own_lantern_quay, "new.md", "Text.", "title: T", "lang: en", f"status: {status}")
    assert ingest(own_lantern_quay, None, tmp_path, keep=1).articles == 5
    assert published(tmp_path) == ARTICLES


def test_a_short_chunk_is_embedded_under_its_heading(lantern_quay_snapshot: Any) -> None:
    long = next(chunk for chunk in lantern_quay_snapshot.chunks if len(chunk.text) >= 24)
    short = next(chunk for chunk in lantern_quay_snapshot.chunks if len(chunk.text) < 24 and chunk.heading)
    assert embedded_text(long, "Title") == long.text
    assert embedded_text(short, "Title") == f"{short.heading}: {short.text}"


# ---- bad articles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_a_bad_article_is_reported_with_its_line_and_left_out(own_lantern_quay: Path, tmp_path: Path, name: str) -> None:
    data, line, what = BAD[name]
    path = own_lantern_quay / "articles" / "a-bad-one.md"
    path.write_bytes(data)
    summary = ingest(own_lantern_quay, None, tmp_path, keep=1)
    (problem,) = summary.problems
    assert str(problem).startswith(f"{path}:{line}: {what}")
    assert problem.fix
    assert (problem.severity, summary.skipped, summary.articles) == ("error", 1, 5)
    assert published(tmp_path) == ARTICLES


def test_all_bad_articles_together_leave_the_rest(own_lantern_quay: Path, tmp_path: Path) -> None:
    for number, (data, _, _) in enumerate(BAD.values()):
        (own_lantern_quay / "articles" / f"bad-{number}.md").write_bytes(data)
    summary = ingest(own_lantern_quay, None, tmp_path, keep=1)
    assert (summary.skipped, summary.articles) == (len(BAD), 5)
    assert published(tmp_path) == ARTICLES


def test_lint_finds_what_ingest_finds_and_publishes_nothing(own_lantern_quay: Path, tmp_path: Path) -> None:
    for number, (data, _, _) in enumerate(BAD.values()):
        (own_lantern_quay / "articles" / f"bad-{number}.md").write_bytes(data)
    articles, companions, problems = lint(own_lantern_quay)
    assert {article.id for article in articles} == ARTICLES
    assert "wind" in companions.disclaimers
    assert tuple(problems) == ingest(own_lantern_quay, None, tmp_path, keep=1).problems


@pytest.mark.parametrize("name", [name for name in BAD if name != "the id of another"])
def test_an_article_whose_file_breaks_stays_as_it_was_published(own_lantern_quay: Path, tmp_path: Path, hash_embedder: Any, name: str) -> None:
    embedder = hash_embedder()
    ingest(own_lantern_quay, embedder, tmp_path, keep=1)
    before, vectors = texts_of(tmp_path, "delivery/islands"), load_current(tmp_path).vectors
    path = own_lantern_quay / "articles" / "delivery" / "islands.md"
    good = path.read_bytes()
    for _ in range(2):  # also when it was already broken at the last ingest
        path.write_bytes(BAD[name][0])
        summary = ingest(own_lantern_quay, embedder, tmp_path, keep=1)
        assert (summary.articles, summary.skipped, summary.kept, summary.embedded) == (5, 1, 1, 0)
        assert published(tmp_path) == ARTICLES
        assert texts_of(tmp_path, "delivery/islands") == before
        assert load_current(tmp_path).vectors.shape == vectors.shape
    path.write_bytes(good.replace(b"EUR 12", b"EUR 13"))
    assert ingest(own_lantern_quay, embedder, tmp_path, keep=1).kept == 0
    assert any("EUR 13" in text for text in texts_of(tmp_path, "delivery/islands"))


def test_an_article_that_stays_keeps_the_disclaimers_that_it_requires(own_lantern_quay: Path, tmp_path: Path) -> None:
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    disclaimers = own_lantern_quay / "disclaimers.yaml"
    disclaimers.write_text("".join(disclaimers.read_text(encoding="utf-8").partition("ink:")[1:]), encoding="utf-8")
    summary = ingest(own_lantern_quay, None, tmp_path, keep=1)
    assert (summary.skipped, summary.kept) == (2, 2), "both umbrella articles require what is gone"
    assert load_current(tmp_path).companions.disclaimers["wind"]["en"] == "Close the umbrella in strong wind."


def test_each_articles_file_is_kept_to_the_byte(own_lantern_quay: Path, tmp_path: Path) -> None:
    windows = own_lantern_quay / "articles" / "delivery" / "islands.md"
    windows.write_bytes(b"\xef\xbb\xbf" + windows.read_bytes().replace(b"\n", b"\r\n"))
    ingest(own_lantern_quay, None, tmp_path / "home", keep=1)
    snapshot = load_current(tmp_path / "home")
    for name, article in snapshot.articles.items():
        text = snapshot.article_text(name)
        assert text is not None
        assert text.encode() == (own_lantern_quay / "articles" / article.file).read_bytes()
    assert str(snapshot.article_text("delivery/islands")).startswith("\ufeff---\r\n")


def test_an_article_that_stays_keeps_its_file_as_it_was(own_lantern_quay: Path, tmp_path: Path) -> None:
    path = own_lantern_quay / "articles" / "care" / "pens.md"
    before = path.read_text(encoding="utf-8")
    for broken in ("---\nowner: [a\n---\n", "---\nowner: [b\n---\n"):
        ingest(own_lantern_quay, None, tmp_path / "home", keep=1)
        path.write_text(broken, encoding="utf-8")
    ingest(own_lantern_quay, None, tmp_path / "home", keep=1)
    assert load_current(tmp_path / "home").article_text("care/pens") == before


def test_an_article_that_stays_does_so_even_if_its_file_as_it_was_is_lost(own_lantern_quay: Path, tmp_path: Path) -> None:
    ingest(own_lantern_quay, None, tmp_path / "home", keep=1)
    kept = tmp_path / "home" / "snapshots" / str(current_id(tmp_path / "home")) / "texts.zip"
    kept.write_bytes(b"x" * kept.stat().st_size)
    (own_lantern_quay / "articles" / "care" / "pens.md").write_text("---\nowner: [a\n---\n", encoding="utf-8")
    ingest(own_lantern_quay, None, tmp_path / "home", keep=1)
    snapshot = load_current(tmp_path / "home")
    assert set(snapshot.articles) == ARTICLES
    assert snapshot.article_text("care/pens") is None
    assert snapshot.article_text("delivery/islands") is not None


def test_embedding_again_keeps_the_articles_files(lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    ingest(lantern_quay, None, tmp_path, keep=1)
    before = dict(load_current(tmp_path).texts)
    again = re_embed(load_current(tmp_path), hash_embedder(), tmp_path, keep=1)
    assert (load_current(tmp_path).id, dict(load_current(tmp_path).texts), len(before)) == (again.id, before, 5)


def test_an_article_whose_file_is_deleted_or_retired_goes(own_lantern_quay: Path, tmp_path: Path) -> None:
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    (own_lantern_quay / "articles" / "care" / "pens.md").unlink()
    islands = own_lantern_quay / "articles" / "delivery" / "islands.md"
    islands.write_text(islands.read_text(encoding="utf-8").replace("status: published", "status: retired"), encoding="utf-8")
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    assert published(tmp_path) == ARTICLES - {"care/pens", "delivery/islands"}


def test_where_nothing_can_be_indexed_what_is_published_stays(own_lantern_quay: Path, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no such folder"):
        ingest(tmp_path / "nowhere", None, tmp_path / "home", keep=1)
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    before = current_id(tmp_path)
    shutil.rmtree(own_lantern_quay / "articles")
    (own_lantern_quay / "articles").mkdir()
    with pytest.raises(ContentError, match="nothing can be indexed: there is no published article; run `kb lint`"):
        ingest(own_lantern_quay, None, tmp_path, keep=1)
    assert current_id(tmp_path) == before


def test_broken_companions_stop_the_ingest_and_leave_what_is_published(own_lantern_quay: Path, tmp_path: Path) -> None:
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    before = current_id(tmp_path)
    (own_lantern_quay / "disclaimers.yaml").write_text("wind: text", encoding="utf-8")
    with pytest.raises(ContentError, match=r"disclaimers\.yaml"):
        ingest(own_lantern_quay, None, tmp_path, keep=1)
    assert current_id(tmp_path) == before


def test_only_bad_articles_publish_nothing(tmp_path: Path) -> None:
    (tmp_path / "content" / "articles").mkdir(parents=True)
    (tmp_path / "content" / "articles" / "bad.md").write_bytes(BAD["NUL bytes"][0])
    with pytest.raises(ContentError, match=r"nothing can be indexed: .*bad\.md:5: holds a NUL byte"):
        ingest(tmp_path / "content", None, tmp_path / "home", keep=1)
    with pytest.raises(SnapshotError):
        load_current(tmp_path / "home")


# ---- what is embedded ------------------------------------------------------------------------------------------------


def test_unchanged_chunks_are_not_embedded_again(own_lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    ingest(own_lantern_quay, hash_embedder(), tmp_path, keep=1)
    first = load_current(tmp_path)
    path = own_lantern_quay / "articles" / "delivery" / "islands.md"
    path.write_text(path.read_text(encoding="utf-8").replace("21 days", "22 days"), encoding="utf-8")
    (own_lantern_quay / "articles" / "moved.md").write_text(
        (own_lantern_quay / "articles" / "care" / "pens.md").read_text(encoding="utf-8").replace("id: care/pens", "id: moved"), encoding="utf-8"
    )  # fmt: skip
    embedder = hash_embedder()
    summary = ingest(own_lantern_quay, embedder, tmp_path, keep=1)
    changed = "A parcel that has not arrived after 22 days counts as lost, and we send it again."
    assert summary.embedded == 1
    assert embedder.passages.count(changed) == 1
    own = [text for text in embedder.passages if text in {chunk.text for chunk in first.chunks}]
    with_replies = {chunk.text for chunk in first.chunks if chunk.section == "未拆封的雨傘"}
    assert set(own) <= with_replies, "only texts that approved replies are compared with are encoded again"
    before = {chunk.id: vector for chunk, vector in zip(first.chunks, first.vectors, strict=True)}
    second = load_current(tmp_path)
    for chunk, vector in zip(second.chunks, second.vectors, strict=True):
        if chunk.text != changed and chunk.id in before:
            np.testing.assert_array_equal(vector, before[chunk.id])


def test_another_embedder_embeds_everything_anew_and_the_first_is_not_forgotten(lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    first = ingest(lantern_quay, hash_embedder("one"), tmp_path, keep=1)
    second = ingest(lantern_quay, hash_embedder("two"), tmp_path, keep=1)
    assert first.embedded == second.embedded == first.chunks
    snapshot = load_current(tmp_path)
    assert snapshot.embedder == "two:64"
    texts = [embedded_text(chunk, snapshot.articles[chunk.article].title) for chunk in snapshot.chunks]
    np.testing.assert_allclose(snapshot.vectors, hash_embedder("two").encode_queries(texts), atol=1e-6)
    assert ingest(lantern_quay, hash_embedder("one"), tmp_path, keep=1).embedded == 0
    assert load_current(tmp_path).embedder == "one:64"


def test_the_same_text_is_embedded_once(tmp_path: Path, hash_embedder: Any) -> None:
    embedder = hash_embedder()
    vectors, count = embed(["pen", "ink", "pen"], embedder, tmp_path)
    assert (count, embedder.passages) == (2, ["pen", "ink"])
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_progress_is_told_batch_by_batch(tmp_path: Path, hash_embedder: Any) -> None:
    told: list[tuple[int, int]] = []
    texts = [f"text {i}" for i in range(BATCH + 7)]
    vectors, count = embed(texts, hash_embedder(), tmp_path, lambda done, total: told.append((done, total)))
    assert told == [(BATCH, BATCH + 7), (BATCH + 7, BATCH + 7)]
    assert (count, vectors.shape) == (BATCH + 7, (BATCH + 7, 64))


def test_what_was_embedded_before_an_interruption_is_kept(tmp_path: Path, hash_embedder: Any) -> None:
    texts = [f"text {i}" for i in range(BATCH + 7)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(texts, hash_embedder(), tmp_path, stop)
    embedder = hash_embedder()
    assert embed(texts, embedder, tmp_path)[1] == 7
    assert embedder.passages == texts[BATCH:]


def test_a_vector_of_another_length_is_embedded_again(tmp_path: Path, hash_embedder: Any) -> None:
    embed(["pen"], hash_embedder(), tmp_path)
    grown = hash_embedder(dimension=32)
    grown.identity = "hash:64"
    vectors, count = embed(["pen"], grown, tmp_path)
    assert (count, vectors.shape) == (1, (1, 32))


@pytest.mark.parametrize("spoiled", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 500], ids=["another file", "damaged"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, hash_embedder: Any, spoiled: bytes) -> None:
    (tmp_path / "embeddings.sqlite3").write_bytes(spoiled)
    vectors, count = embed(["pen"], hash_embedder(), tmp_path)
    assert count == 1
    np.testing.assert_allclose(vectors, unit_rows(hash_embedder().encode_queries(["pen"])), atol=1e-6)
    assert embed(["pen"], hash_embedder(), tmp_path)[1] == 0


def test_a_locked_cache_is_not_thrown_away(tmp_path: Path, hash_embedder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    embed(["pen"], hash_embedder(), tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, timeout: connect(path, timeout=0))
    holder = connect(tmp_path / "embeddings.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        embed(["ink"], hash_embedder(), tmp_path)
    holder.execute("COMMIT")
    holder.close()
    assert embed(["pen"], hash_embedder(), tmp_path)[1] == 0


# ---- one article among others ---------------------------------------------------------------------------------------------


def test_publishing_one_article_comes_to_what_indexing_all_would(own_lantern_quay: Path, tmp_path: Path, hash_embedder: Any) -> None:
    embedder = hash_embedder()
    ingest(own_lantern_quay, embedder, tmp_path / "home", 3)
    path = own_lantern_quay / "articles" / "care" / "pens.md"
    path.write_text(path.read_text(encoding="utf-8").replace("35 °C", "40 °C"), encoding="utf-8")
    embedder.passages.clear()
    summary = publish_article(own_lantern_quay, "care/pens.md", load_current(tmp_path / "home"), embedder, tmp_path / "home", 3)
    assert summary.embedded == 1
    assert [text for text in embedder.passages if "40 °C" in text] == embedder.passages
    one = load_current(tmp_path / "home")
    ingest(own_lantern_quay, embedder, tmp_path / "home", 3)
    whole = load_current(tmp_path / "home")
    assert (one.articles, dict(one.texts), one.companions) == (whole.articles, dict(whole.texts), whole.companions)
    rows = [{chunk.id: (chunk, vector.tolist()) for chunk, vector in zip(each.chunks, each.vectors, strict=True)} for each in (one, whole)]
    assert rows[0] == rows[1]


def test_publishing_one_article_leaves_what_others_are_writing(own_lantern_quay: Path, tmp_path: Path, write_article: Callable[..., Path]) -> None:
    home = tmp_path / "home"
    ingest(own_lantern_quay, None, home, 3)
    before = load_current(home)
    write_article(own_lantern_quay, "delivery/islands.md", "Half a thought.")
    write_article(own_lantern_quay, "care/pens.md", "Gone.", "title: Pens", "lang: en", "status: retired")
    publish_article(own_lantern_quay, "care/pens.md", before, None, home, 3)
    after = load_current(home)
    assert set(before.articles) - set(after.articles) == {"care/pens"}
    assert after.article_text("delivery/islands") == before.article_text("delivery/islands")
    assert all(chunk.article != "care/pens" for chunk in after.chunks)


def test_the_last_article_is_not_taken_away(tmp_path: Path, write_article: Callable[..., Path]) -> None:
    write_article(tmp_path / "content", "one.md")
    ingest(tmp_path / "content", None, tmp_path / "home", 3)
    before = load_current(tmp_path / "home")
    write_article(tmp_path / "content", "one.md", "x", "title: A", "lang: en", "status: retired")
    with pytest.raises(ContentError, match="nothing would be left"):
        publish_article(tmp_path / "content", "one.md", before, None, tmp_path / "home", 3)
    assert load_current(tmp_path / "home").id == before.id


@pytest.mark.parametrize("name", ["broken YAML", "wrong date", "NUL bytes", "invalid UTF-8", "no text"])
def test_an_article_spoilt_after_it_was_checked_stays_as_it_was_published(own_lantern_quay: Path, tmp_path: Path, name: str) -> None:
    ingest(own_lantern_quay, None, tmp_path, keep=1)
    before = load_current(tmp_path)
    path = own_lantern_quay / "articles" / "delivery" / "islands.md"
    path.write_bytes(BAD[name][0])
    with pytest.raises(ContentError, match=r"delivery/islands\.md"):
        publish_article(own_lantern_quay, "delivery/islands.md", before, None, tmp_path, keep=1)
    assert current_id(tmp_path) == before.id
    path.unlink()
    publish_article(own_lantern_quay, "delivery/islands.md", before, None, tmp_path, keep=1)
    assert published(tmp_path) == ARTICLES - {"delivery/islands"}

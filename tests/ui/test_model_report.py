"""ui/model_report.py: a content folder's chunks with the questions that its articles answer."""

from pathlib import Path

from kb.embedding import Embedder
from ui.model_report import article_shops


def test_every_question_set_is_asked_of_the_chunks(hash_embedder: type[Embedder], tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "kites.md").write_text("---\nid: kites\ntitle: Kites\nlang: en\nstatus: published\n---\nA kite flies in light wind.\n")
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "golden.yaml").write_text(
        "- {id: Q1, lang: en, text: does a kite fly, expect: {articles: {any_of: [kites, gone]}}}\n"
        "- {id: Q2, lang: en, text: what is gone, expect: {articles: {any_of: [gone]}}}\n"
    )
    (shop,) = article_shops(tmp_path, hash_embedder())
    assert shop.name == "golden questions over articles' chunks"
    assert shop.passages == ("A kite flies in light wind.",)
    assert shop.owners == ("kites",)
    assert shop.asked == (("en", "does a kite fly", frozenset({"kites"})),)

"""All figures of the bundled model, the sample shop's articles included: `python -m ui.model_report --data DIR`.

What `kb.modelling.report` prints, and the questions over the chunks of the articles themselves, which only the way in can make.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from ingest.build import embedded_text, ingest
from kb.embedding import Embedder
from kb.modelling.evaluate import AskedShop, asked_questions
from kb.questions import read_questions
from kb.snapshot import load_current
from kb.static_embedding import StaticEmbedder, bundled_model_directory

CONTENT = Path("content")


def article_shops(content: Path, embedder: Embedder) -> list[AskedShop]:
    """A content folder's chunks, as they are embedded, with each of its question sets."""
    with tempfile.TemporaryDirectory() as home:
        ingest(content, embedder, Path(home), 1)
        snapshot = load_current(Path(home))
    passages = tuple(embedded_text(chunk, snapshot.articles[chunk.article].title) for chunk in snapshot.chunks)
    owners = tuple(chunk.article for chunk in snapshot.chunks)
    return [
        AskedShop(f"{path.stem} questions over articles' chunks", passages, owners, _answered(path, set(owners)))
        for path in sorted((content / "questions").glob("*.yaml"))
    ]


def _answered(path: Path, known: set[str]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """The questions that an article of the folder answers."""
    return tuple((lang, text, wanted & known) for lang, text, wanted in asked_questions(read_questions(path)) if wanted & known)


def main() -> None:
    from kb.modelling.report import main as report  # needs the training extra

    report(article_shops(CONTENT, StaticEmbedder(bundled_model_directory())))


if __name__ == "__main__":
    main()

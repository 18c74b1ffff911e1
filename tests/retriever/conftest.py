"""What the tests of the way out share: the invented shop by lexical search, and shops of a few lines made on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from kb.content import Companions
from kb.embedding import Embedder
from kb.models import Article, Chunk, Query
from kb.snapshot import Snapshot, make
from retriever.answer import Answerer
from retriever.query import understand
from retriever.search import Searcher

TODAY = dt.date(2031, 5, 20)


@pytest.fixture(scope="session")
def quay(lantern_quay_snapshot: Snapshot) -> Answerer:
    """The invented shop, lexical search only."""
    return Answerer(lantern_quay_snapshot, None)


@pytest.fixture(scope="session")
def asking() -> Callable[..., Query]:
    """A query over a shop: asking(searcher, text), with what else `understand` takes."""

    def ask(searcher: Searcher, text: str, **changes: object) -> Query:
        given = {"history": (), "as_of": TODAY, "asker": "customer", "lang": None, "default": "zh-Hant", "terms": searcher.terms}
        return understand(text, **{**given, **changes})  # type: ignore[arg-type]

    return ask


@pytest.fixture(scope="session")
def new_article() -> Callable[..., Article]:
    """An article in force for ever, but for what is given."""

    def article(identifier: str, **changes: object) -> Article:
        given: dict[str, object] = {
            "id": identifier, "file": f"{identifier}.md", "title": "Notes", "lang": "en", "category": "", "products": (), "audience": "public",
            "owner": "Desk", "valid_from": None, "valid_until": None, "review_by": None, "supersedes": None, "translation_of": None,
            "status": "published", "disclaimers": (), "version": "0" * 64, "sections": (),
        }  # fmt: skip
        return Article(**{**given, **changes})  # type: ignore[arg-type]

    return article


@pytest.fixture(scope="session")
def new_chunk() -> Callable[..., Chunk]:
    """A paragraph of an article, or a row where cells are given."""

    def chunk(article: str, text: str = "", ordinal: int = 0, **changes: object) -> Chunk:
        cells = changes.get("cells", ())
        if cells:
            text = text or "; ".join(f"{header}: {cell}" for header, cell in cells)  # type: ignore[attr-defined]
            changes = {"kind": "row", "table": 0, "quote": " | ".join(cell for _, cell in cells), **changes}  # type: ignore[attr-defined]
        given: dict[str, object] = {"kind": "paragraph", "quote": text, "section": "", "lines": (10 + ordinal, 10 + ordinal)}
        return Chunk(id=f"{article}#{ordinal}", article=article, ordinal=ordinal, text=text, **{**given, **changes})  # type: ignore[arg-type]

    return chunk


@pytest.fixture(scope="session")
def new_shop(new_article: Callable[..., Article], new_chunk: Callable[..., Chunk]) -> Callable[..., Snapshot]:
    """A snapshot of chunks; articles that are not given are made. Texts stand for chunks of articles of their own: a0, a1 …"""

    def shop(
        chunks: Sequence[Chunk | str], articles: Sequence[Article] = (), companions: Companions | None = None, embedder: Embedder | None = None
    ) -> Snapshot:
        made = [new_chunk(f"a{number}", chunk) if isinstance(chunk, str) else chunk for number, chunk in enumerate(chunks)]
        known: Mapping[str, Article] = {article.id: article for article in articles}
        everyone = [*articles, *(new_article(name) for name in dict.fromkeys(chunk.article for chunk in made) if name not in known)]
        vectors = embedder.encode_passages([chunk.text for chunk in made]) if embedder else np.zeros((len(made), 0), np.float32)
        return make(everyone, made, vectors, embedder.identity if embedder else "", companions or Companions())

    return shop

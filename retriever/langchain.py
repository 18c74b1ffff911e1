"""The knowledge base as a LangChain retriever: the same search that the drafts use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from kb.models import Asker
from retriever.search import Searcher


class KnowledgeBaseRetriever(BaseRetriever):
    """LangChain's `BaseRetriever` over a Searcher.

    Documents come best first; page_content is the chunk's text, metadata holds article, title, section, lines, quote, version,
    valid_from, valid_until, in_force and score. `as_of` is the day whose rules apply (default: the shop's own date).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    searcher: Searcher
    k: int = 5
    as_of: dt.date | None = None
    asker: Asker = "customer"

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        understood = self.searcher.understand(query, as_of=self.as_of, asker=self.asker)
        hits = {hit.index: hit for found in self.searcher.search(understood) for hit in found.hits}
        best = sorted(hits.values(), key=lambda hit: -hit.score)[: self.k]
        return [self._document(hit.index, hit.score, understood.as_of) for hit in best]

    def _document(self, index: int, score: float, as_of: dt.date) -> Document:
        chunk = self.searcher.snapshot.chunks[index]
        article = self.searcher.snapshot.articles[chunk.article]
        metadata: dict[str, Any] = {
            "article": article.id, "title": article.title, "section": chunk.section, "lines": list(chunk.lines), "quote": chunk.quote,
            "version": article.version, "valid_from": str(article.valid_from or ""), "valid_until": str(article.valid_until or ""),
            "in_force": article.in_force(as_of), "score": score,
        }  # fmt: skip
        return Document(page_content=chunk.text, metadata=metadata, id=chunk.id)


__all__ = ["KnowledgeBaseRetriever"]

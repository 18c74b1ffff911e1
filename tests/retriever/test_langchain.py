"""The knowledge base inside LangChain: as a retriever of a chain, and over any LangChain embeddings."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from ingest.build import ingest
from kb.embedding import LangChainEmbedder
from kb.errors import EmbedderError
from kb.snapshot import Snapshot, load_current
from retriever.langchain import KnowledgeBaseRetriever
from retriever.search import Searcher


class Concepts(Embeddings):
    """Words of two languages that mean the same lie on the same axis: what a multilingual model does, without one."""

    AXES = (
        ("傘", "伞", "umbrella", "parapluie"),
        ("島", "岛", "island", "île"),
        ("筆", "笔", "pen", "stylo"),
        ("墨", "ink", "encre"),
        ("退", "refund", "rembours"),
    )

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        axes = [float(sum(text.lower().count(word) for word in words)) for words in self.AXES]
        noise = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])).normal(size=3) * 0.01
        return [*axes, *noise]


@pytest.fixture
def retriever(lantern_quay_snapshot: Snapshot) -> KnowledgeBaseRetriever:
    return KnowledgeBaseRetriever(searcher=Searcher(lantern_quay_snapshot, None), k=3)


def test_documents_carry_what_a_citation_needs(retriever: KnowledgeBaseRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke("What does delivery to the islands cost?")
    assert 1 <= len(found) <= 3
    best = found[0]
    assert isinstance(best, Document)
    assert "EUR 12" in best.page_content
    assert best.id == "delivery/islands#0"
    assert best.metadata | {"score": 0, "version": ""} == {
        "article": "delivery/islands", "title": "Delivery to the islands", "section": "Fee and time", "lines": [12, 13],
        "quote": "Delivery to the outer islands takes 6 working days and costs EUR 12.\nOrders above EUR 150 are delivered to the islands free of charge.",
        "version": "", "valid_from": "2031-01-01", "valid_until": "", "in_force": True, "score": 0,
    }  # fmt: skip
    assert len(best.metadata["version"]) == 64
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_k_limits_the_documents(lantern_quay_snapshot: Snapshot) -> None:
    searcher = Searcher(lantern_quay_snapshot, None)
    assert [len(KnowledgeBaseRetriever(searcher=searcher, k=k).invoke("雨傘可以退款嗎")) for k in (1, 2)] == [1, 2]


def test_the_day_decides_what_is_in_force(lantern_quay_snapshot: Snapshot) -> None:
    def best(as_of: dt.date | None) -> dict[str, object]:
        return KnowledgeBaseRetriever(searcher=Searcher(lantern_quay_snapshot, None), as_of=as_of).invoke("未拆封的風暴傘幾多日內可退款")[0].metadata

    assert best(None)["article"] == "returns/umbrellas", "the shop's own day is in 2031"
    assert (best(dt.date(2030, 6, 1))["article"], best(dt.date(2030, 6, 1))["in_force"]) == ("returns/umbrellas-2030", True)


def test_internal_articles_are_for_colleagues_only(lantern_quay_snapshot: Snapshot) -> None:
    searcher = Searcher(lantern_quay_snapshot, None)
    question = "goodwill voucher limit for agents"
    to_customer = KnowledgeBaseRetriever(searcher=searcher, k=20).invoke(question)
    to_agent = KnowledgeBaseRetriever(searcher=searcher, k=20, asker="agent").invoke(question)
    assert "staff/goodwill" not in {document.metadata["article"] for document in to_customer}
    assert to_agent[0].metadata["article"] == "staff/goodwill"


def test_a_chain_answers_from_the_documents(retriever: KnowledgeBaseRetriever) -> None:
    seen: list[str] = []

    def numbered(documents: list[Document]) -> str:
        return "\n".join(f"[{n}] {document.page_content}" for n, document in enumerate(documents, 1))

    def watched(prompt: object) -> object:
        seen.append(prompt.to_string())  # type: ignore[attr-defined]
        return prompt

    model = GenericFakeChatModel(messages=iter([AIMessage("It costs EUR 12 [1].")]))
    prompt = ChatPromptTemplate.from_messages([("system", "Answer from these sources only:\n{sources}"), ("human", "{question}")])
    chain = (
        {"sources": retriever | RunnableLambda(numbered), "question": RunnablePassthrough()}
        | prompt
        | RunnableLambda(watched)
        | model
        | StrOutputParser()
    )
    assert chain.invoke("What does delivery to the islands cost?") == "It costs EUR 12 [1]."
    assert "[1] Delivery to the outer islands takes 6 working days and costs EUR 12." in seen[0]
    assert "Human: What does delivery to the islands cost?" in seen[0]


def test_a_batch_and_a_concurrent_batch_find_the_same(retriever: KnowledgeBaseRetriever) -> None:
    questions = ["雨傘可以退款嗎", "Lost parcel?", "芦苇笔怎么清洗"] * 4
    alone = [[document.id for document in retriever.invoke(question)] for question in questions]
    assert [[document.id for document in found] for found in retriever.batch(questions, {"max_concurrency": 4})] == alone


def test_any_langchain_embeddings_find_across_languages(lantern_quay: Path, tmp_path: Path) -> None:
    """French stands in no article: only the embeddings can find it."""
    embedder = LangChainEmbedder(Concepts(), "concepts-1")
    summary = ingest(lantern_quay, embedder, tmp_path, keep=1)
    assert summary.embedded == summary.chunks
    snapshot = load_current(tmp_path)
    assert snapshot.embedder == "langchain:concepts-1"
    retriever = KnowledgeBaseRetriever(searcher=Searcher(snapshot, embedder), k=1)
    found = {question: retriever.invoke(question)[0].metadata["article"] for question in ("un parapluie, rembours", "livraison île", "encre stylo")}
    assert found == {"un parapluie, rembours": "returns/umbrellas", "livraison île": "delivery/islands", "encre stylo": "care/pens"}
    assert KnowledgeBaseRetriever(searcher=Searcher(snapshot, None), k=1).invoke("encre stylo") == []


def test_other_embeddings_than_the_snapshots_are_refused(lantern_quay: Path, tmp_path: Path) -> None:
    ingest(lantern_quay, LangChainEmbedder(Concepts(), "concepts-1"), tmp_path, keep=1)
    with pytest.raises(EmbedderError, match="built with langchain:concepts-1, the settings name langchain:concepts-2"):
        Searcher(load_current(tmp_path), LangChainEmbedder(Concepts(), "concepts-2"))

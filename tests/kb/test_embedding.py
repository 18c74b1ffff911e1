from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from kb.embedding import LangChainEmbedder, SentenceTransformerEmbedder, TokenEmbedder, make_embedder, require_same, unit_rows
from kb.errors import EmbedderError
from kb.settings import Settings
from kb.snapshot import Snapshot
from retriever.search import Searcher

WORDS = ("umbrella", "storm", "pen", "reed", "ink", "refund", "days", "雨", "傘", "query", "passage", ":")


@pytest.fixture(scope="module")
def model_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of a dozen words, made on the spot."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(("[UNK]", *WORDS))}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.random.default_rng(7).normal(size=(len(WORDS) + 1, 16)).astype(np.float32)
    weights[0] = 0
    folder = tmp_path_factory.mktemp("model")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))
    return folder


class HashedWords(Embeddings):
    """LangChain embeddings without a model: each word adds a vector of its own."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        seeds = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:8]) for word in text.lower().split()]
        return list(np.sum([np.random.default_rng(seed).normal(size=12) for seed in seeds] or [np.zeros(12)], axis=0) * 5)


def lengths(vectors: np.ndarray) -> list[float]:
    return [round(float(length), 4) for length in np.linalg.norm(vectors, axis=1)]


# ---- unit rows -------------------------------------------------------------------------------------------------------


@given(arrays(np.float64, (4, 6), elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan), st.just(np.inf))))
def test_rows_are_unit_or_zero(rows: np.ndarray) -> None:
    found = unit_rows(rows)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert set(np.round(np.linalg.norm(found, axis=1), 3)) <= {0.0, 1.0}


def test_unit_rows_keep_directions() -> None:
    np.testing.assert_allclose(unit_rows(np.array([[3, 4], [0, 0], [0, -2]])), [[0.6, 0.8], [0, 0], [0, -1]], atol=1e-6)


# ---- sentence-transformers -------------------------------------------------------------------------------------------


def test_a_model_directory_gives_unit_vectors(model_directory: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(model_directory))
    passages = embedder.encode_passages(["storm umbrella", "reed pen ink", "qqq"])
    assert (passages.dtype, passages.shape, embedder.dimension) == (np.float32, (3, 16), 16)
    assert lengths(passages) == [1, 1, 0], "a text without a known word is a zero row"
    cosines = passages[:2] @ embedder.encode_queries(["umbrella", "pen"]).T
    assert cosines[0, 0] > cosines[0, 1]
    assert cosines[1, 1] > cosines[1, 0]


def test_no_texts_give_no_rows(model_directory: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(model_directory))
    assert embedder.encode_queries([]).shape == embedder.encode_passages([]).shape == (0, 16)


def test_prompts_go_before_their_own_kind_of_text_and_into_the_identity(model_directory: Path) -> None:
    plain = SentenceTransformerEmbedder(str(model_directory))
    prompted = SentenceTransformerEmbedder(str(model_directory), query_prompt="query: ", passage_prompt="passage: ")
    np.testing.assert_allclose(prompted.encode_queries(["pen"]), plain.encode_queries(["query: pen"]), atol=1e-6)
    np.testing.assert_allclose(prompted.encode_passages(["pen"]), plain.encode_passages(["passage: pen"]), atol=1e-6)
    assert not np.allclose(prompted.encode_queries(["pen"]), plain.encode_queries(["pen"]))
    assert prompted.identity != plain.identity


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"nothing-here.*cannot be loaded.*give the name or directory"):
        SentenceTransformerEmbedder(str(tmp_path / "nothing-here"))


# ---- LangChain -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("embeddings", [HashedWords(), DeterministicFakeEmbedding(size=12)], ids=["own class", "langchain's fake"])
def test_any_langchain_embeddings_serve(embeddings: Embeddings) -> None:
    embedder = LangChainEmbedder(embeddings, "words-1")
    assert (embedder.identity, embedder.dimension) == ("langchain:words-1", 12)
    texts = ["storm umbrella", "reed pen"]
    np.testing.assert_allclose(embedder.encode_passages(texts), unit_rows(np.array(embeddings.embed_documents(texts))), atol=1e-6)
    np.testing.assert_allclose(embedder.encode_queries(texts[:1]), unit_rows(np.array([embeddings.embed_query(texts[0])])), atol=1e-6)
    assert embedder.encode_passages([]).shape == embedder.encode_queries([]).shape == (0, 12)


SHOP_MODULE = """
from langchain_core.embeddings import DeterministicFakeEmbedding

def make():
    return DeterministicFakeEmbedding(size=12)

def broken():
    raise RuntimeError("no key")

def number():
    return 7

constant = 7
"""


@pytest.fixture
def shop_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of the shop's own on the path."""
    (tmp_path / "lantern_shop").mkdir()
    (tmp_path / "lantern_shop" / "__init__.py").write_text("")
    (tmp_path / "lantern_shop" / "vectors.py").write_text(SHOP_MODULE)
    (tmp_path / "lantern_shop" / "spoilt.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    return "langchain:lantern_shop.vectors"


def test_one_setting_names_any_langchain_embeddings(shop_module: str) -> None:
    embedder = make_embedder(Settings(embedder=f"{shop_module}:make"))
    assert isinstance(embedder, LangChainEmbedder)
    assert (embedder.identity, embedder.dimension) == (f"{shop_module}:make", 12)
    assert lengths(embedder.encode_passages(["reed pen"])) == [1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("langchain:", "names no module and callable; write langchain:package.module:callable"),
        ("langchain:lantern_shop.vectors", "names no module and callable"),
        ("langchain:nowhere.at_all:make", "module nowhere.at_all cannot be imported: No module named 'nowhere'; install it"),
        ("langchain:lantern_shop.spoilt:make", "module lantern_shop.spoilt cannot be imported: division by zero"),
        ("langchain:lantern_shop.vectors:absent", "module lantern_shop.vectors has no callable absent"),
        ("langchain:lantern_shop.vectors:constant", "has no callable constant"),
        ("langchain:lantern_shop.vectors:broken", r"broken\(\) fails: no key"),
        ("langchain:lantern_shop.vectors:number", r"number\(\) gives no LangChain Embeddings"),
    ],
)
def test_a_langchain_setting_that_leads_nowhere_is_told(shop_module: str, name: str, message: str) -> None:
    with pytest.raises(EmbedderError, match=message):
        make_embedder(Settings(embedder=name))


# ---- which one -------------------------------------------------------------------------------------------------------


def test_the_settings_choose_the_embedder(model_directory: Path) -> None:
    assert make_embedder(Settings(embedder="none")) is None
    embedder = make_embedder(Settings(embedder=str(model_directory), query_prompt="query: "))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.identity.endswith(":query: :")
    with pytest.raises(EmbedderError):
        make_embedder(Settings(embedder=str(model_directory / "missing")))


def test_only_embedders_with_token_vectors_count_as_such(hash_embedder: Any) -> None:
    assert not isinstance(hash_embedder(), TokenEmbedder)


def test_another_models_snapshot_is_refused(hash_embedder: Any, lantern_quay_snapshot: Snapshot) -> None:
    require_same(hash_embedder(), lantern_quay_snapshot.embedder)
    with pytest.raises(EmbedderError, match="built with hash:64, the settings name other:64; run `kb ingest`"):
        require_same(hash_embedder("other"), lantern_quay_snapshot.embedder)
    with pytest.raises(EmbedderError, match="built with hash:64"):
        Searcher(lantern_quay_snapshot, hash_embedder("other"))


def test_lexical_search_takes_any_snapshot(hash_embedder: Any, lantern_quay_snapshot: Snapshot) -> None:
    require_same(None, lantern_quay_snapshot.embedder)
    require_same(hash_embedder(), "")
    assert Searcher(lantern_quay_snapshot, None).embedder is None

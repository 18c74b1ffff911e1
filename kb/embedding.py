"""Embedders behind one protocol: the bundled static model, any sentence-transformers model, any LangChain Embeddings, or none."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from kb.adapted import adapted_directory
from kb.errors import EmbedderError
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.static_embedding import TokenVectors

Vectors = NDArray[np.float32]
LANGCHAIN = "langchain:"
"""Starts a setting that names a LangChain Embeddings."""


class Embedder(Protocol):
    """Texts to unit vectors. A snapshot remembers `identity` and refuses the queries of another."""

    identity: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), unit rows; an all-zero row where the model knows no token of a text."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Like encode_queries, for what is searched in."""
        ...


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that also gives a vector for each token, for late interaction (MaxSim; ColBERT, Khattab & Zaharia 2020)."""

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]: ...


def unit_rows(vectors: NDArray[Any]) -> Vectors:
    """Rows at length 1; rows that are zero or not finite become zero."""
    vectors = np.nan_to_num(np.asarray(vectors, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9), np.float32)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or directory. Imports torch when it is made."""

    def __init__(self, name: str, *, query_prompt: str = "", passage_prompt: str = "") -> None:
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbedderError(
                "sentence-transformers is not installed", where=f"embedder {name!r}", fix="pip install sentence-transformers"
            ) from error
        half = torch.cuda.is_available()
        try:
            self._model = SentenceTransformer(name, model_kwargs={"dtype": torch.float16} if half else None)
        except Exception as error:  # the library raises many kinds for a missing or broken model; each means the same to the user
            raise EmbedderError(
                f"cannot be loaded: {error}", where=f"embedder {name!r}", fix="give the name or directory of a sentence-transformers model"
            ) from error
        self._query_prompt, self._passage_prompt = query_prompt, passage_prompt
        self.identity = f"sentence-transformers:{name}:{query_prompt}:{passage_prompt}"
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._query_prompt, "query")

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._passage_prompt, "document")

    def _encode(self, texts: Sequence[str], prompt: str, task: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        return unit_rows(encode(list(texts), prompt=prompt or None, show_progress_bar=False, convert_to_numpy=True))


class LangChainEmbedder:
    """Any LangChain `Embeddings`. `identity` must change when the model behind it does."""

    def __init__(self, embeddings: Any, identity: str) -> None:
        self._embeddings = embeddings
        self.identity = f"langchain:{identity}"
        self.dimension = len(embeddings.embed_query("dimension"))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._unit([self._embeddings.embed_query(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._embeddings.embed_documents(list(texts)) if texts else [])

    def _unit(self, rows: list[list[float]]) -> Vectors:
        return unit_rows(np.asarray(rows, np.float32).reshape(len(rows), self.dimension))


def make_embedder(settings: Settings) -> Embedder | None:
    """The embedder that the settings name; None for 'none', which leaves lexical search. Raises EmbedderError."""
    if settings.embedder == "none":
        return None
    if settings.embedder == "bundled":
        return _bundled(settings.home)
    if settings.embedder.startswith(LANGCHAIN):
        return LangChainEmbedder(_called(settings.embedder), settings.embedder.removeprefix(LANGCHAIN))
    return SentenceTransformerEmbedder(settings.embedder, query_prompt=settings.query_prompt, passage_prompt=settings.passage_prompt)


def _bundled(home: Path) -> Embedder:
    """The bundled model, or what `kb adapt` made of it for this home."""
    from kb.static_embedding import StaticEmbedder, bundled_model_directory

    own = adapted_directory(home)
    if own is None:
        return cast(Embedder, StaticEmbedder(bundled_model_directory()))
    try:
        return cast(Embedder, StaticEmbedder(own))
    except Exception as error:  # a damaged file fails in many ways; each means the same to the user
        raise EmbedderError(f"the adapted model cannot be loaded: {error}", where=str(own), fix="run `kb adapt --undo`") from error


def _called(name: str) -> Any:
    """What the callable of `langchain:package.module:callable` returns. Raises EmbedderError."""
    module_name, _, attribute = name.removeprefix(LANGCHAIN).partition(":")
    where = f"embedder {name!r}"
    if not module_name or not attribute:
        raise EmbedderError("names no module and callable", where=where, fix="write langchain:package.module:callable")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module of the shop's own may fail in any way while it is imported
        raise EmbedderError(
            f"module {module_name} cannot be imported: {error}", where=where, fix="install it, or put its folder on PYTHONPATH"
        ) from error
    make = getattr(module, attribute, None)
    if not callable(make):
        raise EmbedderError(f"module {module_name} has no callable {attribute}", where=where, fix="name a class or function that takes no arguments")
    try:
        embeddings = make()
    except Exception as error:  # likewise
        raise EmbedderError(f"{attribute}() fails: {error}", where=where, fix="give a callable that takes no arguments") from error
    if not hasattr(embeddings, "embed_query") or not hasattr(embeddings, "embed_documents"):
        raise EmbedderError(f"{attribute}() gives no LangChain Embeddings", where=where, fix="return an object with embed_query and embed_documents")
    return embeddings


def require_same(embedder: Embedder | None, identity: str) -> None:
    """Raises EmbedderError when a snapshot built with `identity` would be asked with another model's vectors."""
    mine = embedder.identity if embedder else ""
    if identity and mine and mine != identity:
        raise EmbedderError(
            f"the snapshot was built with {identity}, the settings name {mine}", where="embedder",
            fix="run `kb ingest` to re-embed, or set KB_EMBEDDER back",
        )  # fmt: skip


__all__ = ["Embedder", "LangChainEmbedder", "SentenceTransformerEmbedder", "TokenEmbedder", "Vectors", "make_embedder", "require_same", "unit_rows"]

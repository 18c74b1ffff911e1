"""The bundled retrieval model at run time: token rows, their mean, unit length; needs only numpy and tokenizers.

The directory is a standard sentence-transformers one (`StaticEmbedding` + `Normalize`), and
`SentenceTransformer(bundled_model_directory())` gives the same vectors to 1e-5. It is trained by `kb.modelling`;
docs/model.md tells how and how well.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

__all__ = ["StaticEmbedder", "TokenVectors", "bundled_model_directory"]

_BATCH = 1024
"""Texts tokenised at once, so that memory stays small however many are given."""
_ROWS = 512
"""Token rows summed at once: keeps the gathered rows in the processor's cache."""


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text token by token, for late interaction."""

    ids: NDArray[np.int32]
    """(tokens,) ids in the model's vocabulary; unknown tokens are left out."""
    vectors: NDArray[np.float32]
    """(tokens, dimension), unit rows."""
    weights: NDArray[np.float32]
    """(tokens,), at least 0: learnt importance of each token of a query in MaxSim,
    score = sum_i weight_i * max_j cosine(query_i, passage_j) / sum_i weight_i."""


def bundled_model_directory() -> Path:
    """Where the model that ships with Youju lies."""
    return Path(__file__).parent / "bundled" / "youju-static"


class StaticEmbedder:
    """Encodes texts with a static model directory that `kb.modelling` or sentence-transformers' model2vec format wrote."""

    identity: str
    """`youju-static:` and a short digest of the files that decide the vectors: equal identities mean equal vectors."""
    dimension: int

    def __init__(self, directory: Path) -> None:
        tokenizer_file, tensor_file = directory / "tokenizer.json", directory / "model.safetensors"
        for path in (tokenizer_file, tensor_file):
            if not path.is_file():
                raise FileNotFoundError(f"{path} is missing: {directory} is no static embedding model")
        tokenizer_bytes, tensor_bytes = tokenizer_file.read_bytes(), tensor_file.read_bytes()
        self._tokenizer = Tokenizer.from_buffer(tokenizer_bytes)
        self._tokenizer.no_padding()
        tensors = _read_safetensors(tensor_bytes)
        self._rows = tensors["embeddings"]
        self._scales = tensors["weights"].astype(np.float32)
        self._token_weights = tensors.get("token_weights", np.ones(len(self._rows), np.float32)).astype(np.float32)
        digest = hashlib.sha256(hashlib.sha256(tokenizer_bytes).digest() + hashlib.sha256(tensor_bytes).digest())
        self.identity = f"youju-static:{digest.hexdigest()[:16]}"
        self.dimension = int(self._rows.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows (texts, dimension); an all-zero row for a text without a known token."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same as `encode_queries`: this model needs no prompts."""
        return self._encode(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text's known tokens, in order, with unit vectors and weights; empty arrays where there are none."""
        return [self._token_vectors(encoding) for encoding in self._tokenize(texts)]

    def _tokenize(self, texts: Sequence[str]) -> list[Encoding]:
        # encode_batch_fast skips the offsets; a lone surrogate, which Python strings may hold, is no valid text to tokenizers
        valid = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        if len(valid) == 1:  # a batch goes through a pool of threads, for which a single question would wait
            return [self._tokenizer.encode(valid[0], add_special_tokens=False)]
        return self._tokenizer.encode_batch_fast(valid, add_special_tokens=False)

    def _token_vectors(self, encoding: Encoding) -> TokenVectors:
        ids = np.array(encoding.ids, dtype=np.int32)
        ids = ids[self._scales[ids] > 0] if len(ids) else ids
        rows = self._rows[ids].astype(np.float32)
        norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        return TokenVectors(ids, rows / np.maximum(norms, 1e-12)[:, None], self._token_weights[ids])

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if isinstance(texts, str):
            raise TypeError("texts must be a sequence of strings, not one string")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            tokens = [encoding.ids for encoding in self._tokenize(texts[start : start + _BATCH])]
            lengths = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
            ids = np.fromiter(chain.from_iterable(tokens), dtype=np.int64, count=int(lengths.sum()))
            vectors[start : start + _BATCH] = self._sum_rows(ids, lengths)
        # Sums, not means: the length is divided out here anyway.
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.maximum(norms, 1e-12)[:, None]
        return vectors

    def _sum_rows(self, ids: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        """Sums of each text's token rows, (texts, dimension); `ids` holds the texts' tokens one after the other."""
        sums = np.zeros((len(lengths), self.dimension), dtype=np.float32)
        filled = np.flatnonzero(lengths)  # reduceat would give an empty text its neighbour's row
        starts = np.cumsum(lengths[filled]) - lengths[filled]
        first = 0
        while first < len(filled):
            last = max(first + 1, int(np.searchsorted(starts, starts[first] + _ROWS)))
            block = ids[starts[first] : starts[last] if last < len(filled) else len(ids)]
            rows = self._rows[block] * self._scales[block, None]
            sums[filled[first:last]] = np.add.reduceat(rows, starts[first:last] - starts[first], axis=0)
            first = last
        return sums


def _read_safetensors(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file (8-byte header length, JSON header, raw little-endian data), without its package."""
    kinds = {"I8": np.int8, "F32": np.float32, "F16": np.float16}
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            data = content[8 + length + begin : 8 + length + end]
            arrays[name] = np.frombuffer(data, dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
    return arrays

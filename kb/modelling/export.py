"""Step 6: write the model as a sentence-transformers directory, int8 rows with one float weight each."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from kb.modelling.tokenizer import MOST_TOKENS

__all__ = ["export_model", "model_card", "quantise"]

MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.sentence_transformer.modules.normalize.Normalize",
    },
]


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8 with the float that restores each: `rows * weights[:, None]`."""
    weights = np.abs(vectors).max(axis=1) / 127
    rows = np.rint(vectors / np.maximum(weights, 1e-12)[:, None]).astype(np.int8)
    return rows, weights.astype(np.float32)


def export_model(
    directory: Path,
    tokenizer: Tokenizer,
    vectors: NDArray[np.float32],
    token_weights: NDArray[np.float32],
    card: str,
) -> None:
    """Write the directory beside its place, then move it there; row 0, the unknown token, is zeroed.

    `model.safetensors` holds `embeddings` (int8) and `weights` (float32), as sentence-transformers 6.2 reads them, and
    `token_weights` (float32), the learnt importance of each token for MaxSim, which only our loader reads.
    """
    vectors, token_weights = vectors.copy(), token_weights.copy()
    vectors[0], token_weights[0] = 0, 0
    rows, weights = quantise(vectors)
    beside = directory.with_name(directory.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    (beside / "1_Normalize").mkdir(parents=True)
    tensors: dict[str, NDArray[Any]] = {"embeddings": rows, "weights": weights, "token_weights": token_weights.astype(np.float32)}
    save_file(tensors, beside / "model.safetensors")
    (beside / "model.safetensors").chmod(0o644)  # safetensors leaves it to the owner alone
    tokenizer.save(str(beside / "tokenizer.json"), pretty=False)
    _write_json(beside / "modules.json", MODULES)
    _write_json(beside / "1_Normalize" / "config.json", {})
    _write_json(
        beside / "config_sentence_transformers.json",
        {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine", "model_type": "SentenceTransformer"},
    )
    (beside / "README.md").write_text(card, encoding="utf-8")
    old = directory.with_name(directory.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if directory.exists():
        os.replace(directory, old)
    os.replace(beside, directory)
    shutil.rmtree(old, ignore_errors=True)


def model_card(tokens: int, dimension: int, intents: int, figures: str) -> str:
    template = (Path(__file__).parent / "data" / "card.md").read_text(encoding="utf-8")
    return template.format(tokens=tokens, dimension=dimension, intents=intents, figures=figures.strip(), most_tokens=MOST_TOKENS)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")

"""The run-time loader, on the shipped model."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb.static_embedding import StaticEmbedder, TokenVectors, bundled_model_directory

LONG = "退貨期限 refund " * 7000
ODD_TEXTS = {
    "empty": "",
    "spaces": "  \n\t ",
    "emoji": "😀👍🏽",
    "unknown script": "ضمان 한국어 гарантия",
    "marks only": "\u0301\u200b\ufeff",
    "NUL": "\x00",
    "lone surrogate": "\ud800 refund",
    "100,000 characters": LONG,
    "100,000 of one letter": "x" * 100_000,
    "100,000 Chinese characters": "貨" * 100_000,
    "mixed scripts": "refund咗未 ＡＢＣ テスト café 🎁",
    "digits": "14",
    "decomposed accents": "re\u0301sume\u0301 " * 50,
}
KNOWN = [name for name in ODD_TEXTS if name not in ("empty", "spaces", "emoji", "unknown script", "marks only", "NUL")]


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder(bundled_model_directory())


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_texts_give_a_unit_vector_or_zeros(embedder: StaticEmbedder, name: str) -> None:
    (vector,) = embedder.encode_queries([ODD_TEXTS[name]])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0 if name in KNOWN else 0.0, abs=1e-5)


def test_empty_texts_do_not_shift_their_neighbours(embedder: StaticEmbedder) -> None:
    texts = ["", "退貨", "", "", "where is my parcel", "😀"]
    together = embedder.encode_passages(texts)
    alone = np.concatenate([embedder.encode_passages([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert together[[0, 2, 3, 5]].any() == False  # noqa: E712
    assert embedder.encode_queries([]).shape == (0, embedder.dimension)


def test_many_texts_are_encoded_like_single_ones(embedder: StaticEmbedder) -> None:
    texts = [f"第 {number} 張訂單 order {'包裹 parcel ' * (number % 40)}" for number in range(1500)]
    together = embedder.encode_passages(texts)
    for index in (0, 39, 1023, 1024, 1499):
        np.testing.assert_allclose(together[index], embedder.encode_passages([texts[index]])[0], atol=1e-6)


def test_one_string_is_refused(embedder: StaticEmbedder) -> None:
    with pytest.raises(TypeError, match="sequence of strings"):
        embedder.encode_queries("退貨")


def test_sentence_transformers_gives_the_same_vectors(embedder: StaticEmbedder) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    texts = [text for name, text in ODD_TEXTS.items() if name != "lone surrogate"]
    texts += ["買咗幾耐之內可以退㗎", "how many days do I have to return something", "七天无理由退货包邮吗"]
    model = sentence_transformers.SentenceTransformer(str(bundled_model_directory()), device="cpu")
    np.testing.assert_allclose(embedder.encode_queries(texts), model.encode(texts), atol=1e-5)
    np.testing.assert_allclose(embedder.encode_queries([""]), model.encode([""]), atol=1e-5)


def test_token_vectors_are_unit_rows_with_weights(embedder: StaticEmbedder) -> None:
    tokens, none = embedder.encode_tokens(["Is it 14 days? 退貨期限幾耐", "😀"])
    assert tokens.vectors.shape == (len(tokens.ids), embedder.dimension)
    assert tokens.ids.dtype == np.int32
    assert tokens.vectors.dtype == tokens.weights.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
    assert (tokens.weights >= 0).all()
    assert none.vectors.shape == (0, embedder.dimension)
    assert len(none.ids) == len(none.weights) == 0


def test_content_words_outweigh_filler(embedder: StaticEmbedder) -> None:
    (english,) = embedder.encode_tokens(["the refund"])
    assert english.weights[1] > english.weights[0]


CROSS_LANGUAGE = {
    # question: the passage that answers it; the other passages are its competitors
    "how long do I have to send something back": "顧客可於收貨後十日內申請退貨,逾期恕不受理。",
    "包裹几天能到香港": "本地訂單一般於發出後 2 個工作日內送達。",
    "買咗之後減價,補唔補差價㗎": "Price protection: if the price drops within 7 days of purchase, we refund the difference.",
    "發票開錯抬頭可以重開嗎": "Invoices with a wrong company name can be reissued within 30 days.",
    "邊度可以入優惠碼呀": "结账页面的“优惠码”一栏可输入折扣代码,每单限用一张。",
    "can I change where it's being delivered after it has been dispatched": "包裹寄出後更改收件地址,須另付改派費。",
    "開咗罐可以擺幾耐": "開封後請密封冷藏,並於兩星期內食用完畢。",
    "does the earring have nickel in it": "本店耳環不含鎳,適合敏感肌膚。",
}


def test_questions_find_answers_in_another_language(embedder: StaticEmbedder) -> None:
    questions = embedder.encode_queries(list(CROSS_LANGUAGE))
    passages = embedder.encode_passages(list(CROSS_LANGUAGE.values()))
    ranks = (questions @ passages.T).argsort(axis=1)[:, ::-1]
    found = [int(np.flatnonzero(row == index)[0]) for index, row in enumerate(ranks)]
    assert found.count(0) >= 7, dict(zip(CROSS_LANGUAGE, found, strict=True))
    assert max(found) <= 2


def test_late_interaction_finds_them_too(embedder: StaticEmbedder) -> None:
    def max_sim(query: TokenVectors, passage: TokenVectors) -> float:
        return float(query.weights @ (query.vectors @ passage.vectors.T).max(axis=1) / query.weights.sum())

    passages = embedder.encode_tokens(list(CROSS_LANGUAGE.values()))
    queries = embedder.encode_tokens(list(CROSS_LANGUAGE))
    best = [int(np.argmax([max_sim(query, passage) for passage in passages])) for query in queries]
    assert sum(index == number for number, index in enumerate(best)) >= 6, best


@pytest.mark.parametrize(("left", "right"), [("退貨運費誰付", "退货运费谁付"), ("REFUND", "refund"), ("ＨＫＤ １２８", "hkd 128")])
def test_scripts_widths_and_case_do_not_matter(embedder: StaticEmbedder, left: str, right: str) -> None:
    np.testing.assert_allclose(*embedder.encode_queries([left, right]), atol=1e-6)


def test_the_shipped_directory_is_small_and_complete() -> None:
    files = [path for path in bundled_model_directory().rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 16_000_000
    card = (bundled_model_directory() / "README.md").read_text(encoding="utf-8")
    for name in ("CC-CEDICT", "CC-Canto", "Tatoeba", "bagisto", "saleor", "spree", "jieba", "all-MiniLM-L6-v2", "CC BY-SA 4.0"):
        assert name in card


def test_identity_follows_the_files(embedder: StaticEmbedder, tmp_path: Path) -> None:
    assert embedder.identity.startswith("youju-static:")
    assert StaticEmbedder(bundled_model_directory()).identity == embedder.identity
    for name in ("tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_bytes((bundled_model_directory() / name).read_bytes())
    changed = bytearray((tmp_path / "model.safetensors").read_bytes())
    changed[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(bytes(changed))
    assert StaticEmbedder(tmp_path).identity != embedder.identity


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        StaticEmbedder(tmp_path)


def test_neither_torch_nor_sentence_transformers_is_imported() -> None:
    code = (
        "import sys; from kb.static_embedding import *; StaticEmbedder(bundled_model_directory()).encode_queries(['退貨']); "
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'jieba', 'opencc') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""A made-up training set of a few rows, and a teacher that needs no download: enough to run every stage in seconds."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.modelling.adapt import AdaptSettings
from kb.modelling.data import DictionaryEntry, Intent, SentencePair, TrainingData
from kb.modelling.pretrain import GeneralSettings
from kb.modelling.tokenizer import VocabularySizes
from kb.modelling.train import TrainSettings, train

for module in ("sentencepiece", "google.protobuf", "tqdm"):
    pytest.importorskip(module, reason="training needs its extra: pip install 'youju[train]'")

TOPICS = {
    "refund": ("退款", "退款", "refund", "money back"),
    "delivery": ("送貨", "送货", "delivery", "shipping"),
    "address": ("地址", "地址", "address", "where it goes"),
    "coupon": ("優惠券", "优惠券", "coupon", "voucher"),
    "invoice": ("發票", "发票", "invoice", "receipt"),
    "stock": ("庫存", "库存", "stock", "availability"),
}


class WordTeacher:
    """Mean of one fixed random vector a word: texts that share words are near each other."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.stack([np.mean([self._word(word) for word in text.split() or [""]], axis=0) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    @staticmethod
    def _word(word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
        return np.random.default_rng(seed).normal(size=24)


@pytest.fixture(scope="session")
def tiny_data() -> TrainingData:
    intents = tuple(
        Intent(
            slug=slug,
            file=f"p{number % 3 + 1}",
            messages={
                "zh-Hans": (f"{simplified}要多久", f"怎么{simplified}", f"请问{simplified}呢"),
                "zh-Hant": (f"請問{traditional}要多久", f"如何{traditional}"),
                "yue": (f"{traditional}要幾耐㗎", f"點樣{traditional}呀"),
                "en": (f"how long does {english} take", f"tell me about {other}"),
            },
            articles={
                "kb_zh": (f"{traditional}需時 7 日。", f"{simplified} > 时间:7 天"),
                "kb_en": (f"The {english} takes 7 days.",),
            },
        )
        for number, (slug, (traditional, simplified, english, other)) in enumerate(TOPICS.items())
    )
    dictionary = tuple(
        DictionaryEntry("cc-cedict", traditional, simplified, f"{english}; {other}") for traditional, simplified, english, other in TOPICS.values()
    )
    parallel = tuple(
        SentencePair("made-up", f"I want the {english} now.", f"我現在要{traditional}。") for traditional, _, english, _ in TOPICS.values()
    )
    words = ["我", "要", "多久", "怎么", "请问", "如何", "现在", "时间", "退款", "送货", "地址", "优惠券", "发票", "库存"]
    return TrainingData(intents, dictionary, parallel, {word: 100 + len(word) for word in words})


@pytest.fixture(scope="session")
def tiny_settings() -> TrainSettings:
    return TrainSettings(
        dimension=16,
        sizes=VocabularySizes(chinese_words=60, characters=80, english_words=60, pieces=20),
        general=GeneralSettings(steps=40, batch=32, warm_up=2, seeds=(0,)),
        adapt=AdaptSettings(steps=60, batch=6),
        adapt_seeds=(0,),
    )


@pytest.fixture(scope="session")
def teacher() -> WordTeacher:
    return WordTeacher()


@pytest.fixture(scope="session")
def tiny_model(tiny_data: TrainingData, tiny_settings: TrainSettings, teacher: WordTeacher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory trained end to end from the made-up rows."""
    directory = tmp_path_factory.mktemp("model") / "tiny-static"
    train(tiny_data, teacher, directory, tiny_settings)
    return directory

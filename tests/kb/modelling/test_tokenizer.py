"""The vocabulary and the folding inside tokenizer.json."""

import pytest
from tokenizers import Tokenizer

from kb.modelling.data import TrainingData
from kb.modelling.tokenizer import build_vocabulary, character_map, fold_function, fold_text_with, make_tokenizer
from kb.modelling.train import TrainSettings


@pytest.fixture(scope="module")
def tokenizer(tiny_data: TrainingData, tiny_settings: TrainSettings) -> Tokenizer:
    fold = fold_function()
    return make_tokenizer(build_vocabulary(tiny_data, fold_text_with(fold), tiny_settings.sizes), character_map(fold))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("退貨優惠券", "退货优惠券"),
        ("ＲＥＦＵＮＤ １２", "refund 12"),
        ("re\u0301fund café", "refund cafe"),
        ("我跟著妳", "我跟着你"),
        ("refund\u200b\ufeff", "refund"),
        ("what’s", "what's"),
    ],
)
def test_spellings_of_the_same_text_give_the_same_tokens(tokenizer: Tokenizer, left: str, right: str) -> None:
    assert tokenizer.encode(left).ids == tokenizer.encode(right).ids


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("退款refund送貨", ["退款", "refund", "送货"]),
        ("refundd", ["refund", "d"]),
        ("2026", ["2", "0", "2", "6"]),
        ("HKD1,280!", ["h", "k", "d", "1", "2", "8", "0"]),
        ("😀 한국어 …", []),
    ],
)
def test_text_falls_apart_at_script_borders_and_into_known_words(tokenizer: Tokenizer, text: str, tokens: list[str]) -> None:
    assert tokenizer.encode(text).tokens == tokens


def test_every_word_of_the_messages_is_known(tokenizer: Tokenizer, tiny_data: TrainingData) -> None:
    texts = [text for intent in tiny_data.intents for text in intent.all_messages]
    assert all(0 not in encoding.ids for encoding in tokenizer.encode_batch(texts))

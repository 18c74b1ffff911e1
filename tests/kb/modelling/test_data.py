"""The shipped paraphrase corpus keeps its format; dictionary glosses come out clean."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from kb.modelling.data import (
    MESSAGE_LANGUAGES,
    PARAPHRASES,
    _clean_gloss,
    _read_dictionary,
    _read_parallel,
    read_intents,
)


def test_every_intent_has_its_messages_and_article_sentences() -> None:
    intents = read_intents(PARAPHRASES)
    assert len(intents) >= 883 + 400
    for intent in intents:
        assert [len(intent.messages[language]) for language in MESSAGE_LANGUAGES] == [5, 4, 4, 4], intent.slug
        assert [len(texts) for texts in intent.articles.values()] == [3, 2], intent.slug
        assert all(text.strip() for text in [*intent.all_messages, *intent.all_articles]), intent.slug


def test_no_file_repeats_a_slug() -> None:
    counts = Counter((intent.file, intent.slug) for intent in read_intents(PARAPHRASES))
    assert [pair for pair, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("to dispatch/to send out goods", "to dispatch; to send out goods"),
        ("bye-bye (alternative for 拜拜[bai2 bai2])", "bye-bye"),
        ("CL:個|个[ge4]/coupon/see also 券", "coupon"),
        ("surname Zhang", ""),
    ],
)
def test_glosses_lose_pronunciation_classifiers_and_references(raw: str, clean: str) -> None:
    assert _clean_gloss(raw) == clean


def test_data_files_are_read_with_bad_rows_left_out(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "dictionary.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("source\ttraditional\tsimplified\tglosses\ncc-cedict\t發貨\t发货\tto dispatch\nbroken row\n")
    with gzip.open(tmp_path / "parallel-zh-en.tsv.gz", "wt", encoding="utf-8") as file:
        file.write('source\ten\tzh\ntatoeba\tSay "hi".\t說「嗨」。\ntatoeba\t\t空\n')
    entries = [(entry.traditional, entry.gloss) for entry in _read_dictionary(tmp_path / "dictionary.tsv.gz")]
    assert ("發貨", "to dispatch") in entries
    assert len(entries) == 1
    assert [pair.english for pair in _read_parallel(tmp_path / "parallel-zh-en.tsv.gz")] == ['Say "hi".']

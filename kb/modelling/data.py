"""What the model learns from: the paraphrase corpus, the dictionary, the parallel sentences, word frequencies."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ARTICLE_KEYS",
    "MESSAGE_LANGUAGES",
    "DictionaryEntry",
    "Intent",
    "SentencePair",
    "TrainingData",
    "read_intents",
    "read_training_data",
]

MESSAGE_LANGUAGES = ("zh-Hans", "zh-Hant", "yue", "en")
ARTICLE_KEYS = ("kb_zh", "kb_en")
PARAPHRASES = Path(__file__).parent / "data" / "paraphrases"


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that customers ask, in many wordings, and article-style sentences on the same topic."""

    slug: str
    file: str
    """Stem of the file it stands in: the unit that is held out in evaluation."""
    messages: dict[str, tuple[str, ...]]
    """Messages by language, keys as in `MESSAGE_LANGUAGES`."""
    articles: dict[str, tuple[str, ...]]
    """Article-style sentences by key of `ARTICLE_KEYS`."""

    @property
    def all_messages(self) -> list[str]:
        return [text for texts in self.messages.values() for text in texts]

    @property
    def all_articles(self) -> list[str]:
        return [text for texts in self.articles.values() for text in texts]


@dataclass(frozen=True, slots=True)
class DictionaryEntry:
    source: str
    """`cc-cedict` or `cc-canto`."""
    traditional: str
    simplified: str
    gloss: str
    """English senses, cleaned of pronunciation and classifiers, joined by `; `. Never empty."""


@dataclass(frozen=True, slots=True)
class SentencePair:
    source: str
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class TrainingData:
    intents: tuple[Intent, ...]
    dictionary: tuple[DictionaryEntry, ...]
    parallel: tuple[SentencePair, ...]
    word_frequencies: dict[str, int]
    """Occurrences of Chinese words in a general corpus (jieba's dictionary)."""


def read_training_data(directory: Path, paraphrases: Path = PARAPHRASES) -> TrainingData:
    """Read the data folder (`dictionary.tsv.gz`, `parallel-zh-en.tsv.gz`) and the paraphrase corpus beside this file."""
    return TrainingData(
        intents=read_intents(paraphrases),
        dictionary=tuple(_read_dictionary(directory / "dictionary.tsv.gz")),
        parallel=tuple(_read_parallel(directory / "parallel-zh-en.tsv.gz")),
        word_frequencies=_read_word_frequencies(),
    )


def read_intents(directory: Path) -> tuple[Intent, ...]:
    """Every intent of every `*.jsonl` in a folder, in file and line order."""
    intents = []
    for path in sorted(directory.glob("*.jsonl"), key=lambda path: (len(path.stem), path.stem)):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            intents.append(
                Intent(
                    slug=row["intent"],
                    file=path.stem,
                    messages={key: tuple(row[key]) for key in MESSAGE_LANGUAGES},
                    articles={key: tuple(row[key]) for key in ARTICLE_KEYS},
                )
            )
    return tuple(intents)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a gzipped table by column name; empty where a row is short."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")


def _read_dictionary(path: Path) -> Iterator[DictionaryEntry]:
    for row in _rows(path):
        if gloss := _clean_gloss(row["glosses"]):
            yield DictionaryEntry(row["source"], row["traditional"], row["simplified"], gloss)


def _read_parallel(path: Path) -> Iterator[SentencePair]:
    for row in _rows(path):
        if row["en"] and row["zh"]:
            yield SentencePair(row["source"], row["en"], row["zh"])


def _read_word_frequencies() -> dict[str, int]:
    from importlib.resources import files  # only the training extra has jieba

    frequencies = {}
    for line in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        frequencies[word] = int(count)
    return frequencies


_REFERENCE = re.compile(r"^(CL:|see also|see |variant of|old variant|also written|abbr\. for [^a-z]*$|surname |Taiwan pr\.)")


def _clean_gloss(text: str, most_senses: int = 5) -> str:
    """Senses of a dictionary entry without pronunciation, classifiers and cross-references."""
    senses = []
    for sense in re.split(r"[/;]", text):
        sense = re.sub(r"\[[^\]]*\]|[一-鿿㐀-䶿]+\|?", "", sense)
        sense = re.sub(r"\((?:[^()]*)\)", "", sense).strip(" ,")
        if sense and not _REFERENCE.match(sense) and sense not in senses:
            senses.append(sense)
    return "; ".join(senses[:most_senses])

"""The model's tokenizer: one Unigram vocabulary of Chinese words, characters, English words and pieces.

Everything that folding needs (NFKC, lower case, Traditional to Simplified, accents) is one compiled character map inside
`tokenizer.json`, so neither jieba nor OpenCC is needed at run time; marks and zero-width characters vanish. Chinese words carry the log frequencies of jieba's
dictionary, which makes the Unigram's best path the maximum-probability segmentation. A known English word always beats
pieces, and unknown ones (`dispatchh`, `freeshipping`) fall apart into known words first.
"""

import math
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Precompiled
from tokenizers.pre_tokenizers import Split

from kb.modelling.data import TrainingData

__all__ = [
    "MOST_TOKENS",
    "Vocabulary",
    "VocabularySizes",
    "build_vocabulary",
    "character_ids",
    "character_map",
    "fold_function",
    "fold_text_with",
    "make_tokenizer",
]

UNKNOWN = "<unk>"
WORDS_AND_SIGNS = r"\p{Han}+|[a-z]+(?:'[a-z]+)?|\d|[%$°€£¥+&]"
"""What becomes tokens; digits come one by one, everything else (spaces, punctuation, emoji, other scripts) is dropped."""
HAN_RUN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]+")
ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")

MOST_TOKENS = 2048
"""Where a text is cut off; far beyond any chunk, and a bound on time and rounding for hostile input."""

PIECE_PENALTY = 20.0
"""Natural-log units by which a piece or letter is worse than any whole word."""


@dataclass(frozen=True, slots=True)
class VocabularySizes:
    """How many entries of each kind; the whole decides the model's size on disk (dimension + 4 bytes + its text each)."""

    chinese_words: int = 29_500
    characters: int = 6_000
    english_words: int = 17_500
    pieces: int = 1_500


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Entries with what the tokenizer and the start values need; parallel tuples."""

    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    """Unigram log probability; segmentation only."""
    probabilities: tuple[float, ...]
    """Share of a token in its language's text, for the smooth inverse frequency weight; 0 for pieces."""


def fold_function() -> Callable[[str], str]:
    """A function that folds one character: NFKC, lower case, accents off Latin letters, Traditional to Simplified."""
    from opencc import OpenCC

    to_simplified = OpenCC("t2s").convert
    special = {"著": "着", "妳": "你", "牠": "它", "祂": "他", "’": "'", "‘": "'", "´": "'", "〇": "零", "衞": "卫"}

    def fold(character: str) -> str:
        text = special.get(character) or unicodedata.normalize("NFKC", character).lower()
        text = to_simplified(text)
        decomposed = unicodedata.normalize("NFD", text)
        if decomposed and decomposed[0].isascii() and decomposed[0].isalpha():
            text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        return special.get(text, text)

    return fold


def character_map(fold: Callable[[str], str]) -> bytes:
    """Compile `fold` over all of Unicode into the character map that tokenizers' `Precompiled` normaliser runs.

    Hangul and surrogates are left out: nothing in the vocabulary could match them. Sentencepiece is the compiler.
    """
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    rules = []
    for code in range(0x21, 0x30000):
        if 0xAC00 <= code <= 0xD7FF or 0xD800 <= code <= 0xF8FF or 0x1100 <= code <= 0x11FF:
            continue
        folded = "" if unicodedata.category(chr(code)) in ("Mn", "Cf") else fold(chr(code))
        if folded != chr(code) and (folded.strip() or not folded):
            rules.append(f"{code:X}\t{' '.join(f'{ord(letter):X}' for letter in folded)}")
    with tempfile.TemporaryDirectory() as folder:
        table, corpus, prefix = Path(folder, "rules.tsv"), Path(folder, "corpus.txt"), Path(folder, "model")
        table.write_text("\n".join(rules) + "\n", encoding="utf-8")
        corpus.write_text("a b c d e f g\n" * 10, encoding="utf-8")
        sentencepiece.SentencePieceTrainer.Train(
            input=str(corpus),
            model_prefix=str(prefix),
            model_type="char",
            vocab_size=11,
            normalization_rule_tsv=str(table),
            hard_vocab_limit=False,
            minloglevel=2,
        )
        proto = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]
        proto.ParseFromString(Path(f"{prefix}.model").read_bytes())
    return bytes(proto.normalizer_spec.precompiled_charsmap)


def make_tokenizer(vocabulary: Vocabulary, charsmap: bytes) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(list(zip(vocabulary.tokens, vocabulary.scores, strict=True)), unk_id=0))
    tokenizer.normalizer = Precompiled(charsmap)
    tokenizer.pre_tokenizer = Split(Regex(WORDS_AND_SIGNS), behavior="removed", invert=True)
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def build_vocabulary(data: TrainingData, fold_text: Callable[[str], str], sizes: VocabularySizes) -> Vocabulary:
    """Choose the entries: what the paraphrases and parallel sentences use, then the most frequent words of the language."""
    chinese_texts, english_texts = _domain_texts(data, fold_text)
    frequencies = _chinese_frequencies(data, fold_text)
    words, characters = _choose_chinese(data, fold_text, frequencies, chinese_texts, sizes)
    english, pieces = _choose_english(data, fold_text, english_texts, sizes)

    total, english_total = sum(frequencies.values()), sum(english.values())
    tokens: dict[str, tuple[float, float]] = {UNKNOWN: (-100.0, 0.0)}
    for word in words:
        share = max(frequencies.get(word, 0), 1) / total
        tokens[word] = (math.log(share), share)
    for character in characters:
        share = max(frequencies.get(character, 0), 1) / total
        tokens.setdefault(character, (math.log(share), share))
    for word, count in english.items():
        share = count / english_total
        tokens[word] = (math.log(share), share)
    piece_total = sum(pieces.values())
    for piece, count in pieces.items():
        tokens.setdefault(piece, (math.log(count / piece_total) - PIECE_PENALTY, 0.0))
    for sign in "0123456789%$°€£¥+&":
        tokens.setdefault(sign, (-10.0, 1e-2))
    for letter in "abcdefghijklmnopqrstuvwxyz'":
        tokens.setdefault(letter, (-PIECE_PENALTY - 8.0, 1e-3))
    return Vocabulary(
        tokens=tuple(tokens),
        scores=tuple(round(score, 2) for score, _ in tokens.values()),
        probabilities=tuple(share for _, share in tokens.values()),
    )


def _domain_texts(data: TrainingData, fold_text: Callable[[str], str]) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Folded Chinese and English texts, each with its weight in the counts."""
    chinese: list[tuple[str, int]] = []
    english: list[tuple[str, int]] = []
    for intent in data.intents:
        for language, texts in (*intent.messages.items(), *intent.articles.items()):
            (english if language in ("en", "kb_en") else chinese).extend((fold_text(text), 5) for text in texts)
    chinese.extend((fold_text(pair.chinese), 1) for pair in data.parallel)
    english.extend((fold_text(pair.english), 1) for pair in data.parallel)
    return chinese, english


def _chinese_frequencies(data: TrainingData, fold_text: Callable[[str], str]) -> Counter[str]:
    frequencies: Counter[str] = Counter()
    for word, count in data.word_frequencies.items():
        if HAN_RUN.fullmatch(word):
            frequencies[fold_text(word)] += count
    for entry in data.dictionary:  # Cantonese and new words that the general corpus lacks
        word = fold_text(entry.traditional)
        if HAN_RUN.fullmatch(word) and word not in frequencies and len(word) <= 4:
            frequencies[word] = 20 if entry.source == "cc-canto" and len(word) == 2 else 3
    return frequencies


def _choose_chinese(
    data: TrainingData,
    fold_text: Callable[[str], str],
    frequencies: Counter[str],
    texts: list[tuple[str, int]],
    sizes: VocabularySizes,
) -> tuple[list[str], list[str]]:
    segment = _segmenter(frequencies)
    domain, domain_characters = Counter[str](), Counter[str]()
    for text, weight in texts:
        for run in HAN_RUN.findall(text):
            for character in run:
                domain_characters[character] += weight
            for word in segment(run):
                domain[word] += weight
    with_gloss = {fold_text(entry.traditional) for entry in data.dictionary}
    candidates = [word for word in frequencies if 2 <= len(word) <= 4 and (word in with_gloss or domain[word] >= 5)]
    # One use in the domain is worth a thousand in the general corpus.
    candidates.sort(key=lambda word: (-(frequencies[word] + 1000 * domain[word]), word))
    all_characters = Counter(domain_characters)
    for word, count in frequencies.items():
        if len(word) == 1:
            all_characters[word] += count
    characters = sorted(all_characters, key=lambda c: (-(all_characters[c] + 1000 * domain_characters[c]), c))
    return candidates[: sizes.chinese_words], characters[: sizes.characters]


def _segmenter(frequencies: Counter[str]) -> Callable[[str], list[str]]:
    """Maximum-probability segmentation over all candidate words."""
    total = sum(frequencies.values())
    log_total = math.log(total)
    longest = 4

    def segment(run: str) -> list[str]:
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(run) + 1):
            options = []
            for start in range(max(0, end - longest), end):
                count = frequencies.get(run[start:end], 1 if end - start == 1 else 0)
                if count:
                    options.append((best[start][0] + math.log(count) - log_total, start))
            best.append(max(options))
        words, end = [], len(run)
        while end:
            start = best[end][1]
            words.append(run[start:end])
            end = start
        return words[::-1]

    return segment


def _choose_english(
    data: TrainingData, fold_text: Callable[[str], str], texts: list[tuple[str, int]], sizes: VocabularySizes
) -> tuple[Counter[str], Counter[str]]:
    """Whole words with counts, and pieces (frequent prefixes, suffixes and stems) for what is left."""
    counts, in_domain = Counter[str](), Counter[str]()
    for text, weight in texts:
        for word in ENGLISH_WORD.findall(text):
            counts[word] += weight * 3
            in_domain[word] += weight
    for entry in data.dictionary:
        counts.update(ENGLISH_WORD.findall(fold_text(entry.gloss)))
    ranked = sorted(counts, key=lambda word: (-(counts[word] + 50 * in_domain[word]), word))
    chosen = Counter({word: counts[word] for word in ranked[: sizes.english_words]})
    pieces = Counter[str]()
    for word, count in counts.items():
        for length in range(2, 7):
            if len(word) > length + 1:
                pieces[word[:length]] += min(count, 50)
                pieces[word[-length:]] += min(count, 50)
    fresh = [piece for piece in pieces if piece not in chosen and "'" not in piece]
    fresh.sort(key=lambda piece: (-pieces[piece] * len(piece), piece))
    return chosen, Counter({piece: pieces[piece] for piece in fresh[: sizes.pieces]})


def fold_text_with(fold: Callable[[str], str]) -> Callable[[str], str]:
    """Fold whole texts, remembering characters already seen."""
    seen: dict[str, str] = {}

    def fold_text(text: str) -> str:
        for character in set(text):
            if character not in seen:
                seen[character] = fold(character)
        return "".join(map(seen.__getitem__, text))

    return fold_text


def character_ids(tokenizer: Tokenizer, tokens: Iterable[str]) -> list[list[int]]:
    """For each token, the ids of its single characters where it is a Chinese word of two or more, else nothing."""
    ids = tokenizer.get_vocab()
    return [[ids[c] for c in token if c in ids] if len(token) > 1 and HAN_RUN.fullmatch(token) else [] for token in tokens]

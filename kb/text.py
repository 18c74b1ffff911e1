"""Normalising, folding, tokenising and telling languages apart. Indexing and querying share these, so they cannot drift."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import Stemmer

from kb.models import Language, ReplyLanguage

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{HAN}]+|[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe63\uff0d]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENDS = r"。!?;\uff01\uff1f\uff1b"  # half and full width
_ABBREVIATIONS = "".join(rf"(?<!\b{one}\.)" for one in ("Mr", "Mrs", "Ms", "Dr", "St", "vs", "approx", r"e\.g", r"i\.e"))
_SENTENCE_END = re.compile(
    rf"(?<=[{_ENDS}])(?=[^\s{_ENDS}」』”)\uff09])|(?<=。[」』”])(?=[^\s{_ENDS}」』”)\uff09])"
    rf"|(?<=[.]){_ABBREVIATIONS}(?!(?<=\bNo\.)\s+[0-9])\s+(?=[A-Z0-9\"'(])|(?<=[{_ENDS}])\s+|\n+"
)

# Words that carry no topic. Chinese function characters are left to the inverse document frequency.
_STOP_WORDS = frozenset(
    "a an the is are was were be been do does did i you u we they he she it my your our their me us them this that these those of to in on at for"
    " with by from and or but so if then than as can could will would shall should may might must have has had not no yes please what which who how when"
    " where why there here s t re m ll ve d am any some".split()
)
_CANTONESE = re.compile(
    "[嘅咗喺唔冇啲嗰嚟俾畀咁佢哋乜嘢啱攞睇喎㗎啩咩噉諗揾搵冚嗮晒吓掂嘥黐攰瞓餸靚]"
    "|係咪|邊[個度日隻款位間]|幾耐|幾時|點[解樣算]|而家|尋日|聽日|琴日|頭先|得唔|有冇|定係|唔該|食得|買得|寄得|用得|戴得|幾錢|係[我你佢]|[我你佢]哋|架[??]?$|呀$|先至"
)


@cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def clean(text: str) -> str:
    """Text without control and direction-changing characters and lone surrogates; what a person sees stays."""
    return _CONTROL.sub("", text)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """For matching only: NFKC, lower case, one dash, no thousands comma, Traditional folded to Simplified, single spaces."""
    text = unicodedata.normalize("NFKC", clean(text)).lower()
    text = _DASHES.sub("-", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return re.sub(r"\s+", " ", fold(text)).strip()


def fold(text: str) -> str:
    """Traditional characters to Simplified, one for one as far as matching needs; half an emoji becomes U+FFFD."""
    return str(_converter("t2s").convert(_SURROGATE.sub("\ufffd", text)))


def to_traditional(text: str) -> str:
    """Simplified characters to Traditional ones."""
    return str(_converter("s2t").convert(text))


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(Stemmer.Stemmer("english").stemWord(word))


def tokenise(text: str) -> list[str]:
    """Tokens for BM25: Han characters and their pairs, stems of English words, numbers."""
    return list(_tokens(text))


@lru_cache(maxsize=16384)
def _tokens(text: str) -> tuple[str, ...]:
    tokens: list[str] = []
    for match in _TOKEN.finditer(normalise(text)):
        run = match.group()
        if run[0] >= "\u3400":
            tokens += run
            tokens += [run[i : i + 2] for i in range(len(run) - 1)]
        elif run[0].isdigit():
            tokens.append(run)
        elif run not in _STOP_WORDS:
            tokens.append(_stem(run))
    return tuple(tokens)


@lru_cache(maxsize=8192)
def convert(text: str, lang: ReplyLanguage) -> str:
    """Chinese text in the script asked for (Hong Kong wording for zh-Hant); other text unchanged."""
    if lang == "en":
        return text
    return str(_converter("s2hk" if lang == "zh-Hant" else "t2s").convert(text))


def script(text: str) -> ReplyLanguage | None:
    """zh-Hant, zh-Hans, en, or None where nothing tells (no letters, or characters that both scripts share)."""
    han = re.findall(rf"[{HAN}]", text)
    latin = re.findall(r"[A-Za-z]{2,}", text)
    if not han:
        return "en" if latin else None
    if len(latin) > 2 * len(han):
        return "en"
    joined = "".join(han)
    traditional = sum(a != b for a, b in zip(joined, fold(joined), strict=False))
    simplified = sum(a != b for a, b in zip(joined, str(_converter("s2t").convert(joined)), strict=False))
    if traditional == simplified:
        return None
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def detect(texts: Sequence[str], default: ReplyLanguage) -> Language:
    """Language of the first text; where its characters tell nothing, of the next ones; else the default."""
    for text in texts:
        found = script(text)
        if found == "en":
            return "en"
        if found != "zh-Hans" and _CANTONESE.search(text):
            return "yue"
        if found is not None:
            return found
        if re.search(rf"[{HAN}]", text) and default != "en":
            continue
    return default if default != "en" or not re.search(rf"[{HAN}]", texts[0] if texts else "") else "zh-Hant"


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, white space outside; a decimal point or an abbreviation in mid-sentence does not end one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in [*_SENTENCE_END.finditer(text), None]:
        end = len(text) if match is None else match.start()
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            spans.append((start + lead, start + len(piece.rstrip())))
        start = end if match is None else match.end()
    return spans


__all__ = ["HAN", "clean", "convert", "detect", "fold", "normalise", "script", "sentences", "to_traditional", "tokenise"]

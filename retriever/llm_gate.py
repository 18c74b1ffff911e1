"""What a language model's claim must pass before a customer may read it: form, figures, notions, denials, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.lexicon import Lexicon, place_lexicon
from kb.models import ReplyLanguage
from kb.quantities import Kind, Quantity, read, supported
from kb.text import HAN, clean, convert, normalise, script, tokenise
from retriever.checks import CITATION
from retriever.llm_concepts import brought_in, lost, swapped
from retriever.llm_polarity import SAME_WORD, limits_moved, only_denies, turned
from retriever.llm_words import Words, flat, word_reader

NEW_MATTER = {"same": 0.12, "other": 0.4}
"""Share of a claim's weight of words that its evidence need not vouch for; by whether both are in one language."""
LIKE_MATTER = 0.4
"""Share of a claim's weight that may stand for its evidence by likeness alone, in one language."""
KEPT_MATTER = {"same": 0.68, "other": 0.6}
"""Share of the evidence's weight of words that a claim must say."""
HEAVY = 0.75
"""Weight from which a word tells something of its own: none such may come without evidence, but for one or two in a translation."""
_MARKUP = re.compile(
    r"[<>{}`*_#|\\^~=@$&]|\]\(|https?|www|://|\b[\w-]+\.(?:com|net|org|cn|hk|tw|io|co|shop|top|xyz|me|info|cc|app|link)\b|[\u2190-\u2bff\u3010\u3011]",
    re.IGNORECASE,
)
_LETTERS = re.compile(rf"[A-Za-z0-9{HAN}\s]")
_PUNCTUATION = frozenset(",.;:!'\"()/%+-&$°…—–·、。,;:!()「」『』《》〈〉“”‘’％＋／～℃£€¥")
_US = re.compile(r"\bus\b")  # the pronoun, to a gazetteer a country
_CODE = re.compile(r"(?<![a-z0-9])(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9]+(?:-[a-z0-9]+)*")
_UNIT_WORDS = re.compile(r"\d+(?:st|nd|rd|th|am|pm|kg|g|mg|ml|l|cm|mm|km|m|h|hrs?|d|days?|x|k|oz|ct)$")
_EVERYDAY = frozenset(
    "您 你 我 我们 您的 你的 请 需 需要 可 可以 能 会 将 由 于 在 从 自 至 到 为 是 的 了 和 与 及 并 以及 并且 其 该 此 这 这款 这些 那 如 若 如果 则 就 便 即 即可 后 起 计 算 内 前 "
    "便可 均可 设 亦 也 均 作 做 进行 收到 收货 商品 产品 货品 货件 订单 客人 顾客 客户 个 天 日 号 元 港币 港元 共 合共 总共 另 另外 另有 而 且 同时 按 根据 依 期限 时间 期间 期 时 当中 其中 上 下 有 要 须 必须 就是 属 属于 所 以 之 对 对于 关于 每 个月 年 月 星期 周 "
    "we our us you your yours it its they them their this that these those the a an is are was were be been being will would can could may might must shall should need needs have has had do does "
    "of to in on at for from by with and if as when then than so please note which who there here per within into out up upon under once item items product products order orders "
    "customer customers get receive make made take takes given give provided provide available apply applies using use via day days date dates time period months month year years week weeks hour hours "
    "hk hkd rmb cny usd eur dollars".split()
)
"""Words that hold a sentence together; what they could add is told by the notions, figures and denials."""
_EVERYDAY_CHARACTERS = frozenset(
    "您你我们的了是为于在由从自至到和与及并以其该此这那则就便即后计算共合总另每个可能会将请须需要用取方面如若仍大约作做进行办理"
)
"""Of Chinese words that are put together anew: 收取 for 收."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a claim rests on: the sentences cited, and the headings that give them their context."""

    text: str
    context: str


def tidied(text: str, citations: Sequence[int], lang: ReplyLanguage) -> str:
    """The claim's text in the reply's script, on one line, without marks of its own citations."""
    text = re.sub(r"\s+", " ", clean(text)).strip()
    text = CITATION.sub(lambda match: "" if int(match[1]) in citations else match[0], text)
    return convert(text, lang).strip()


def objection(text: str, grounds: Grounds, lang: ReplyLanguage, terms: Lexicon) -> str | None:
    """Why a claim may not be said, as a word for the log; None where it may."""
    if not _well_formed(text, grounds, lang):
        return "form"
    if _other_figures(text, grounds.text):
        return "figures"
    if _codes(text) - _codes(f"{grounds.text} {grounds.context}"):
        return "codes"
    if limits_moved(text, grounds.text):
        return "limits"
    if _swapped(text, grounds.text):
        return "binding"
    if brought_in(text, grounds.text, grounds.context):
        return "notion"
    if lost(text, grounds.text) or swapped(text, grounds.text, one_language=_one_language(text, grounds.text)):
        return "condition"
    if _other_names(text, grounds, terms):
        return "names"
    if turned(text, grounds.text):
        return "denial"
    return _other_matter(text, grounds)


# ---- form --------------------------------------------------------------------------------------------------------------


def _well_formed(text: str, grounds: Grounds, lang: ReplyLanguage) -> bool:
    if not text or CITATION.search(text) or re.search(r"[??]", text):
        return False
    known = f"{grounds.text} {grounds.context}"
    if any(match[0] not in known for match in _MARKUP.finditer(text)):
        return False
    if any(char not in known and not _LETTERS.match(char) and char not in _PUNCTUATION and unicodedata.category(char) != "Zs" for char in text):
        return False
    written = script(text)
    if (lang == "en") != (written == "en") and written is not None:
        return False
    longest = 60 + 1.8 * len(grounds.text) * (4 if lang == "en" and script(grounds.text) != "en" else 1)
    return len(text) <= longest


# ---- figures -----------------------------------------------------------------------------------------------------------


def _other_figures(text: str, evidence: str) -> bool:
    """Whether the claim states a figure that its evidence does not, or leaves one out."""
    said, stated = _figures(text), _figures(evidence)
    if not all(_states(one, stated) for one in said) or not all(supported(one, said) for one in stated):
        return True
    digits = set(re.findall(r"\d+(?:\.\d+)?", normalise(text))) - set(re.findall(r"\d+(?:\.\d+)?", normalise(evidence)))
    values = {end for one in stated for end in (one.low, one.high)}
    spans = [one.span for one in said]
    return any(not _is_read(figure, text, spans) and float(figure) not in values for figure in digits)


def _figures(text: str) -> list[Quantity]:
    """Quantities, without the 'one' that is as often a pronoun."""
    return [one for one in read(text) if not (one.kind is Kind.NUMBER and one.low == one.high == 1 and not re.search(r"\d", text[slice(*one.span)]))]


def _states(one: Quantity, stated: Sequence[Quantity]) -> bool:
    rows = [row for row in stated if supported(one, [row])]
    if one.kind is Kind.NUMBER:  # a bare number must not stand for the days or the money of the evidence
        return any(row.kind in (Kind.NUMBER, Kind.COUNT) for row in rows)
    return any(row.kind is one.kind or (one.kind is Kind.COUNT and row.kind is Kind.NUMBER) for row in rows)


def _is_read(figure: str, text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the digits belong to a quantity, which was held to the evidence as a whole."""
    return any(figure in normalise(text[start:end]) for start, end in spans)


def _codes(text: str) -> set[str]:
    """Article numbers, model names and the like: letters with digits."""
    return {match[0] for match in _CODE.finditer(normalise(text)) if not _UNIT_WORDS.fullmatch(match[0])}


def _swapped(text: str, evidence: str) -> bool:
    """Whether values of one kind stand beside other words than in the evidence: one thing's price told of another."""
    said, stated = _figures(text), _figures(evidence)
    for kind in {(one.kind, one.unit) for one in stated}:
        rows = [one for one in stated if (one.kind, one.unit) == kind]
        mine = [one for one in said if (one.kind, one.unit) == kind]
        if len({(one.low, one.high) for one in rows}) < 2 or len(mine) < 2:
            continue
        if [(one.low, one.high) for one in mine] != [(one.low, one.high) for one in rows]:
            return True
        if any(_belongs_elsewhere(i, mine, rows, text, evidence) for i in range(len(mine))):
            return True
    return False


def _belongs_elsewhere(index: int, mine: Sequence[Quantity], rows: Sequence[Quantity], text: str, evidence: str) -> bool:
    window = _lead(index, mine, text)
    scores = [_overlap(window, _lead(i, rows, evidence)) for i in range(len(rows))]
    return max(scores) > scores[index] + 0.15


def _lead(index: int, quantities: Sequence[Quantity], text: str) -> str:
    """The words between the quantity before and this one: what it is the value of."""
    start = quantities[index - 1].span[1] if index else 0
    return text[start : quantities[index].span[0]]


def _overlap(first: str, second: str) -> float:
    """Share of the first text's weight that the second says."""
    a, b = word_reader().read(first), word_reader().read(second)
    if not len(a.words) or not len(b.words):
        return 0.0
    best = np.maximum(_likeness(a, b).max(axis=1), 0.0)
    return float(best @ a.weights / max(1e-6, float(a.weights.sum())))


# ---- names and words ---------------------------------------------------------------------------------------------------


def _other_names(text: str, grounds: Grounds, terms: Lexicon) -> bool:
    """Whether the claim names a product or a place that its evidence does not, or loses one."""
    one_language = _one_language(text, grounds.text)
    text = _US.sub(" ", text)
    for lexicon, must_keep in ((terms, one_language), (place_lexicon(), True)):
        named, given = lexicon.find(text), lexicon.find(grounds.text)
        if named - given - lexicon.find(grounds.context):
            return True
        if given - named and (must_keep or not named):  # a translation may call a thing by a name that the glossary lacks
            return True
    return False


def _one_language(text: str, evidence: str) -> bool:
    return (script(text) == "en") == (script(evidence) == "en")


def _other_matter(text: str, grounds: Grounds) -> str | None:
    """Whether the claim's words say what its evidence does not, or too little of it."""
    reader = word_reader()
    claim, evidence, known = reader.read(text), reader.read(grounds.text), reader.read(f"{grounds.text}。{grounds.context}")
    mode = "same" if _one_language(text, grounds.text) else "other"
    new, like, heavy = 0.0, 0.0, 0
    figures = [one.span for one in read(text)]  # held to the evidence already
    telling = [i for i, word in enumerate(claim.words) if not _everyday(word) and not _within(claim.spans[i], figures)]
    alike = _likeness(claim, known)
    stems = set(tokenise(grounds.text)) | set(tokenise(grounds.context))
    for i in telling:
        weight = float(claim.weights[i])
        if _literal(claim.words[i], known, stems):
            continue
        best = float(alike[i].max()) if len(known.words) else 0.0
        if best >= SAME_WORD:
            like += weight
        else:
            new += weight
            heavy += weight >= HEAVY
    total = max(1.0, sum(float(claim.weights[i]) for i in telling))
    if new / total > NEW_MATTER[mode] or heavy > (len(telling) // 8 + 1 if mode == "other" else 0):
        return "words"
    if mode == "same" and like / total > LIKE_MATTER:
        return "words"
    return None if _kept(claim, evidence, tokenise(text)) >= KEPT_MATTER[mode] else "omission"


def _within(span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _everyday(word: str) -> bool:
    return word in _EVERYDAY or word.isdigit() or only_denies(word) or not any(char.isalnum() for char in word)


def _literal(word: str, known: Words, stems: set[str]) -> bool:
    """Whether the evidence has the word itself."""
    if word in known.words:
        return True
    if word.isascii():
        found = tokenise(word)
        return bool(found) and all(one in stems for one in found)
    return all(char in known.text or char in _EVERYDAY_CHARACTERS for char in word)


def _kept(claim: Words, evidence: Words, claim_stems: Sequence[str]) -> float:
    """Share of the evidence's weight of words that the claim says."""
    telling = [i for i in range(len(evidence.words)) if not _everyday(evidence.words[i])]
    total = sum(float(evidence.weights[i]) for i in telling)
    if not telling or total <= 0:
        return 1.0
    stems, alike = set(claim_stems), _likeness(evidence, claim)
    said = [i for i in telling if _literal(evidence.words[i], claim, stems) or (len(claim.words) and alike[i].max() >= SAME_WORD)]
    return sum(float(evidence.weights[i]) for i in said) / total


def _likeness(first: Words, second: Words) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.asarray(first.vectors @ second.vectors.T, np.float32)


__all__ = ["Grounds", "flat", "objection", "tidied"]

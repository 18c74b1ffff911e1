"""Physical measures that a question asks for by name or unit: where no chunk near it states one, no article answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kb.quantities import Kind
from kb.text import normalise

_ASKING = r"(?:多少|几多?|how many|how much|what)\s?"
_NOT_INSIDE = r"(?![a-z])"


@dataclass(frozen=True, slots=True)
class Measure:
    """A dimension, how customers ask for it, and how texts state it. Patterns are read in normalised text (`kb.text.normalise`)."""

    name: str
    asked: re.Pattern[str]
    kind: Kind | None
    """As the quantity reader names it; None: it reads no such quantity, and `stated` tells."""
    stated: re.Pattern[str]


def _measure(name: str, units: str, kind: Kind | None = None, words: str = "") -> Measure:
    """units: after 多少 or 'how many', and after a number. words: those that ask for it by themselves."""
    asked = rf"{_ASKING}(?:{units}){_NOT_INSIDE}" + (f"|{words}" if words else "")
    return Measure(name, re.compile(asked), kind, re.compile(rf"[\d一二三四五六七八九十百千半]\s?(?:{units}){_NOT_INSIDE}"))


MEASURES = (
    _measure("length", r"毫米|厘米|公分|公尺|英寸|英尺|吋|mm|cm|millimet(?:re|er)s?|centimet(?:re|er)s?|inch(?:es)?|feet", Kind.LENGTH,
             r"[几多][高阔宽厚](?!\w*钱)|直径(?:是|有|系)?(?:多|几)|\bhow (?:tall|wide|thick)\b|\bwhat (?:diameter|dimensions?)\b|\b(?:diameter|dimensions) of\b"),
    _measure("weight", r"公斤|千克|克|斤|磅|kg|kilos?|kilograms?|grams?|lbs?|pounds?", Kind.WEIGHT, r"[几多]重(?!要)|\bhow heavy\b"),
    _measure("volume", r"毫升|公升|升|加仑|ml|cl|millilit(?:re|er)s?|lit(?:re|er)s?|gallons?", Kind.VOLUME, r"装(?:到)?(?:多少|几多?)水"),
    _measure("temperature", r"度(?!数)|摄氏度?|degrees?", Kind.TEMPERATURE, r"\bhow (?:hot|cold)\b|\bwhat temperature\b"),
    _measure("energy in food", r"千?大?卡(?:路里)?|千焦|kcal|kj|(?:kilo)?calories", words=r"卡路里|热量(?:是|有|系)?(?:多少|几)"),
    _measure("power", r"千?瓦(?:特)?|kw|w|watts?|kilowatts?", words=r"\bwhat wattage\b|功率(?:是|有|系)?(?:多|几)"),
    _measure("electric charge", r"毫安(?:时)?|mah|wh", words=r"电池容量"),
    _measure("voltage", r"伏(?:特)?|v|volts?", words=r"\bwhat voltage\b|电压(?:是|有|系)?(?:多|几)"),
    _measure("sound", r"分贝|dba?|decibels?"),
    _measure("light", r"流明|勒克斯|lumens?|lux"),
    _measure("pressure", r"psi|bar|帕|千帕|kpa|巴"),
    _measure("speed", r"公里每小时|km/h|kph|mph|转(?:每分钟)?|rpm", words=r"\bhow fast (?:does|can) it (?:go|spin)"),
    _measure("frequency", r"赫兹?|hz|khz|mhz"),
)  # fmt: skip


@lru_cache(maxsize=1024)
def asked_measures(text: str) -> tuple[Measure, ...]:
    """The measures that a question asks for."""
    folded = normalise(text)
    return tuple(measure for measure in MEASURES if measure.asked.search(folded))


def states(measure: Measure, text: str, kinds: frozenset[str]) -> bool:
    """Whether a text states such a measure. kinds: of the quantities that the reader finds in it."""
    if measure.kind is not None and measure.kind.value in kinds:
        return True
    return bool(measure.stated.search(normalise(text)))


__all__ = ["MEASURES", "Measure", "asked_measures", "states"]

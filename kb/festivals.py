"""Days named by a festival: 農曆新年, 端午節, Mid-Autumn. A lunar festival's day is what the articles say beside its name; others are fixed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.characters import level, lowered
from kb.quantities import Kind, Quantity, read, supported

_ORDINALS = "一二三四五六七八九十"
_NAMES: dict[str, str] = {
    "eve": r"除夕夜?|大?年三十晚?|(?:lunar|chinese) new year(?:'s)? eve",
    "new-year": r"农历新年|春节|(?:大?年|正月)?初一|(?:lunar|chinese) new year(?:'s day)?(?!(?:'s)? eve)|spring festival",
    **{f"day-{n}": rf"(?:大?年|正月)?初{_ORDINALS[n - 1]}" for n in range(2, 11)},
    "lantern": r"元宵节?|正月十五|lantern festival",
    "qingming": r"清明节?|ching ming(?: festival)?|qingming(?: festival)?|tomb[- ]sweeping day",
    "dragon-boat": r"端午节?|端阳节?|dragon boat festival|tuen ng(?: festival)?",
    "seventh": r"七夕节?|qixi(?: festival)?",
    "ghosts": r"中元节?|盂兰节?|(?:hungry )?ghost festival",
    "mid-autumn": r"中秋节?|八月十五|mid-?\s?autumn(?: festival)?|moon festival",
    "ninth": r"重阳节?|chung yeung(?: festival)?|double ninth(?: festival)?",
    "solstice": r"冬至|winter solstice",
    "easter": r"复活节|easter(?: sunday)?",
    "christmas-eve": r"平安夜|圣诞前夕|christmas eve|xmas eve",
    "christmas": r"圣诞节?(?!前夕)|christmas(?: day)?(?! eve)|xmas(?! eve)",
    "january-first": r"元旦|new year's day",
    "valentine": r"情人节|valentine's(?: day)?",
    "singles": r"双十一|双\s?11|光棍节",
}
_FIXED = {"christmas-eve": 1224, "christmas": 1225, "january-first": 101, "valentine": 214, "singles": 1111}
_ORDER = ["eve", "christmas-eve", *(name for name in _NAMES if name not in ("eve", "christmas-eve", "january-first")), "january-first"]
_NAME = re.compile("|".join(f"(?P<{name.replace('-', '_')}>{_NAMES[name]})" for name in _ORDER))
_HINT = re.compile(
    "夕|三十|新年|春节|初[一二三四五六七八九十]|元宵|正月|清明|端午|端阳|中元|盂兰|中秋|八月十五|重阳|冬至|复活|平安夜|圣诞|元旦|情人|双|光棍"
    "|festival|new year|ching ming|qingming|tomb|tuen|qixi|mid|chung|ninth|solstice|easter|christmas|xmas|valentine"
)
"""One of these stands in every name: looked for first, since most texts hold none."""
_GAP = re.compile(r"(?:[\s(:,;\"“”「」是为即]|falls on|is on|is|\b(?:19|20)\d\d\b年?)*")
_OPEN = re.compile(r"\s*(?:\d{1,2}:\d\d|起|前|截|from)")
_RANGE = re.compile(r"\s*(?:-|至|到|to)\s*")
_BEFORE = re.compile(r"(?:截至|截止|直至|至|到|until|till|by|before|on|从|由|from|since)(?: the)?\s*$")
_AFTER = re.compile(r"\s*(?:前|之前|以前|当日|当天|起|止|截止|为止)")
_WIDEST = 12
"""Characters between a festival's name and its day, at most."""


@dataclass(frozen=True, slots=True)
class Named:
    """A festival's name in a text."""

    festival: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A festival in a sentence whose sources speak of other days."""

    span: tuple[int, int]
    written: str
    """The festival's day, as the articles write it."""


@dataclass(frozen=True, slots=True)
class Festivals:
    """The day of each festival, as far as texts say."""

    days: Mapping[str, tuple[tuple[Quantity, str], ...]]
    """(day, how it is written) of each festival that the texts put on a day; more than one where they speak of several years."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Festivals:
        """The days that stand beside a festival's name in these texts."""
        days: dict[str, dict[tuple[float, str], tuple[Quantity, str]]] = {}
        for text in texts:
            for festival, day, written in _definitions(text):
                days.setdefault(festival, {})[day.low, day.unit] = (day, written)
        return cls({festival: tuple(found.values()) for festival, found in days.items()})

    def supports(self, claim: Quantity, texts: Iterable[str], evidence: Sequence[Quantity]) -> bool:
        """Whether the texts name a festival whose day the claim states."""
        if claim.kind is not Kind.DATE:
            return False
        named = {one.festival for text in texts for one in festivals_in(text)}
        days = [day for festival in named for day, _ in self.days.get(festival, ())]
        days += [Quantity(Kind.DATE, _FIXED[festival], _FIXED[festival], "md", (0, 0)) for festival in named if festival in _FIXED]
        ends = {(end, claim.unit) for end in (claim.low, claim.high)}
        return bool(days) and all(supported(Quantity(Kind.DATE, end, end, unit, claim.span), [*days, *evidence]) for end, unit in ends)

    def contradicted(self, sentence: str, texts: Iterable[str], evidence: Sequence[Quantity]) -> list[Contradiction]:
        """Festivals that the sentence gives as its day where the texts name other days and not the festival."""
        found = [one for one in festivals_in(sentence) if self.days.get(one.festival)]
        stated = [one for one in evidence if one.kind is Kind.DATE]
        if not found or not stated:
            return []
        named = {one.festival for text in texts for one in festivals_in(text)}
        plain = lowered(level(sentence))
        wrong = []
        for one in found:
            as_day = _BEFORE.search(plain, max(0, one.span[0] - _WIDEST), one.span[0]) or _AFTER.match(plain, one.span[1])
            days = self.days[one.festival]
            if as_day and one.festival not in named and not any(supported(day, stated) for day, _ in days):
                wrong.append(Contradiction(one.span, days[0][1]))
        return wrong


@lru_cache(maxsize=8192)
def festivals_in(text: str) -> tuple[Named, ...]:
    """The festivals that a text names, in order."""
    plain = lowered(level(text))
    if not _HINT.search(plain):
        return ()
    return tuple(Named(str(match.lastgroup).replace("_", "-"), match.span()) for match in _NAME.finditer(plain))


def _definitions(text: str) -> list[tuple[str, Quantity, str]]:
    """(festival, day, as written) for each name with a day beside it; of a range, its two ends for the names on both sides."""
    names = festivals_in(text)
    if not names:
        return []
    plain = lowered(level(text))
    dates = [one for one in read(text) if one.kind is Kind.DATE and one.unit in ("ymd", "md")]
    found = []
    for at, one in enumerate(names):
        place = next((place for place, date in enumerate(dates) if _beside(plain, one.span, date.span, names)), None)
        if place is None or _OPEN.match(plain, dates[place].span[1]):
            continue
        date, until = dates[place], dates[place + 1] if place + 1 < len(dates) else None
        ends = [(date.low, date.unit), (date.high, date.unit)]
        if until is not None and _RANGE.fullmatch(plain, date.span[1], until.span[0]):
            ends[1] = (until.high, until.unit)
        written = text[slice(*date.span)].strip()
        first = names[at - 1] if at and _RANGE.fullmatch(plain, names[at - 1].span[1], one.span[0]) else None
        if ends[0] == ends[1] and first is None:
            found.append((one.festival, date, written))
        elif ends[0] != ends[1] and first is not None:
            found += [
                (name.festival, Quantity(Kind.DATE, end, end, unit, date.span), written) for name, (end, unit) in zip((first, one), ends, strict=True)
            ]
    return found


def _beside(plain: str, name: tuple[int, int], date: tuple[int, int], names: Sequence[Named]) -> bool:
    """Whether nothing but brackets, 'is', a year or another name of the day stands between them."""
    start, end = (name[1], date[0]) if name[1] <= date[0] else (date[1], name[0])
    if end < start or end - start > _WIDEST:
        return False
    between = plain[start:end]
    for one in names:
        if start <= one.span[0] and one.span[1] <= end:
            between = between.replace(plain[slice(*one.span)], " ")
    return _GAP.fullmatch(between) is not None


__all__ = ["Contradiction", "Festivals", "Named", "festivals_in"]

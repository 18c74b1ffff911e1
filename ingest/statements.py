"""Articles as statements: each quantity of a sentence or table cell with what it is said of, where, on which conditions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.aspects import aspects, covers_all
from kb.characters import level, lowered
from kb.content import Term
from kb.lexicon import Lexicon, places_in
from kb.models import Article, Chunk
from kb.quantities import Kind, Quantity, counted, read
from kb.text import HAN, sentences

_DAYS = {"second": 1 / 86400, "day": 1.0, "month": 30.4375}
"""Of a unit of duration, so that 48 hours are 2 days and 12 months are a year."""
_SHORT = 8
"""Characters that say nothing alone: the heading is read before them."""
_A_LIST = 3
"""Parts of a sentence that state a quantity, from which it lists values."""
_OF_A_TITLE = ("hire", "deed")
"""Dimensions in which a title speaks for every sentence below it."""
_MOST_SUBJECTS = 12
"""Alternatives that a list of names may give; a longer one is taken as one subject."""
_BETWEEN_NAMES = re.compile(r"\)?\s*(?:[、,/&+]\s*(?:and|or)?|及|和|与|或|跟|and|or)\s*")
_CLAUSE_END = re.compile(r"(?<=[;,、])(?!\d{3})")
_LABEL = re.compile(r"[^:。,;]{1,24}:(?!\d)")


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity in the unit in which its kind is compared."""

    family: str
    """What it may be compared with: the kind, of durations whether days are working days, of counts what is counted."""
    low: float
    high: float
    unit: str
    """As read; of money the currency, '' where none is said."""

    def comparable(self, other: Value) -> bool:
        return self.family == other.family and (self.unit == other.unit or self.family == "time" or "" in (self.unit, other.unit))

    def differs(self, other: Value) -> bool:
        """Whether neither lies within the other. Different units of time leave room for months of other lengths."""
        room = 0.035 * max(self.high, other.high) if self.unit != other.unit else 1e-6
        inside = self.low >= other.low - room and self.high <= other.high + room
        around = other.low >= self.low - room and other.high <= self.high + room
        return not inside and not around


@dataclass(frozen=True, slots=True)
class Statement:
    """One quantity and what it is said of."""

    article: str
    lines: tuple[int, int]
    section: str
    said: str
    """The sentence, or the row's label with this cell and its header."""
    span: tuple[int, int]
    """Of the quantity in `said`."""
    quote: str
    """Verbatim text of the chunk."""
    value: Value
    subjects: tuple[frozenset[str], ...]
    """What it may be said of: one set of names for each member of a list. (frozenset(),) where nothing is named."""
    places: frozenset[str]
    """Any of these; empty: nowhere in particular."""
    local: bool
    """Whether the clause itself names the place."""
    titled: frozenset[str]
    """Places that the article's title names: all that stands in it is about them."""
    aspects: Mapping[str, frozenset[str]]
    others: tuple[Value, ...]
    """The other quantities of the same clause."""
    seasons: frozenset[str]
    """Years and campaigns that it names."""
    about: str
    """What is said, without names and quantities."""
    universal: bool
    """Whether it is said of everything of a kind."""

    @property
    def words(self) -> str:
        """The quantity as written."""
        return self.said[self.span[0] : self.span[1]]


@dataclass(frozen=True, slots=True)
class Names:
    """What statements may be about: the shop's terms, and the product codes of its articles."""

    lexicon: Lexicon

    @classmethod
    def of(cls, articles: Iterable[Article], glossary: Iterable[Term]) -> Names:
        known = {term.id: term.all_names() for term in glossary if not any(_is_place(name) for name in term.all_names())}
        codes = {product for article in articles for product in article.products if re.search(r"\d", product) and product not in known}
        return cls(Lexicon({**known, **{code: {code, code.replace("-", " ")} for code in codes}}))

    def in_text(self, text: str) -> frozenset[str]:
        return frozenset(identifier for _, _, ids in self.lexicon.spans(text) for identifier in ids)


def places_named(text: str) -> list[tuple[int, int, frozenset[str]]]:
    """(start, end, ids) of each place in the text; HK of HK$30 is none."""
    found = places_in(text)
    amounts = [one.span for one in read(text) if one.kind is Kind.MONEY] if found else []
    return [place for place in found if not any(start < place[1] and place[0] < end for start, end in amounts)]


def _is_place(name: str) -> bool:
    return any((start, end) == (0, len(name)) for start, end, _ in places_in(name))


@dataclass(frozen=True, slots=True)
class Setting:
    """What an article says of all that stands in it."""

    article: Article
    names: Names
    preamble: str
    """What stands before the first heading."""

    @property
    def own_name(self) -> frozenset[str]:
        """The one product that the article is about."""
        return frozenset(self.article.products) if len(self.article.products) == 1 and re.search(r"\d", self.article.products[0]) else frozenset()


def statements(article: Article, chunks: Sequence[Chunk], names: Names) -> list[Statement]:
    """All statements of an article, in reading order."""
    setting = Setting(article, names, " ".join(chunk.text for chunk in chunks if not chunk.section))
    return [one for chunk in chunks for one in (_of_row(chunk, setting) if chunk.cells else _of_text(chunk, setting))]


def names_of(article: Article, chunks: Sequence[Chunk], names: Names) -> frozenset[str]:
    """Everything that an article names: a rule for all of a kind holds for a product whose article says that it is of that kind."""
    texts = {article.title, *(chunk.section for chunk in chunks), *(chunk.text for chunk in chunks)}
    return frozenset(identifier for text in texts for identifier in names.in_text(text))


def value_of(quantity: Quantity) -> Value | None:
    """None for what is not compared: bare numbers, which have no unit."""
    if quantity.kind is Kind.NUMBER:
        return None
    if quantity.kind is Kind.DURATION and quantity.unit in _DAYS:
        scale = _DAYS[quantity.unit]
        return Value("time", quantity.low * scale, quantity.high * scale, quantity.unit)
    if quantity.kind is Kind.DURATION:
        return Value("working days", quantity.low, quantity.high, quantity.unit)
    if quantity.kind is Kind.COUNT:
        return Value(f"count {counted(quantity)}", quantity.low, quantity.high, "")
    if quantity.kind is Kind.DATE:
        return Value(f"date {quantity.unit}", quantity.low, quantity.high, "")
    return Value(str(quantity.kind), quantity.low, quantity.high, quantity.unit)


# ---- rows -------------------------------------------------------------------------------------------------------------


def _of_row(chunk: Chunk, setting: Setting) -> Iterator[Statement]:
    """A row says of its label, in each cell, what the cell's header is."""
    label = chunk.cells[0][1]
    for column, (header, cell) in enumerate(chunk.cells):
        said = f"{label}: {header} {cell}" if column else label
        start = len(said) - len(cell)
        found = [one for one in _with_header_unit(header, cell) if value_of(one) is not None]
        if not column or not found:
            continue
        beside = [value for at, (head, text) in enumerate(chunk.cells) if at not in (0, column) for value in _values(_with_header_unit(head, text))]
        for quantity in found:
            span = (start + min(quantity.span[0], len(cell) - 1), start + min(quantity.span[1], len(cell)))
            others = [*_values(one for one in found if one is not quantity), *beside, *_values(read(label))]
            yield _statement(chunk, setting, said, span, quantity, said, others)


def _with_header_unit(header: str, cell: str) -> Sequence[Quantity]:
    """The cell's quantities; a bare number has the unit that its header gives, in brackets or alone."""
    found = read(cell)
    if not found or found[0].kind is not Kind.NUMBER:
        return found
    bracket = re.search(r"[(\uff08]([^()\uff08\uff09]{1,12})[)\uff09]", header)
    unit = bracket[1] if bracket else header
    for text, shift in ((f"{cell} {unit}", 0), (f"{unit} {cell}", len(unit) + 1)):
        known = [one for one in read(text) if one.kind is not Kind.NUMBER]
        if known:
            return [Quantity(one.kind, one.low, one.high, one.unit, (max(0, one.span[0] - shift), max(1, one.span[1] - shift))) for one in known]
    return found


# ---- sentences ----------------------------------------------------------------------------------------------------------


def _of_text(chunk: Chunk, setting: Setting) -> Iterator[Statement]:
    for start, end in sentences(chunk.text):
        said = chunk.text[start:end]
        found = [one for one in read(said) if value_of(one) is not None]
        if not found:
            continue
        pieces = _pieces(said)
        for quantity in found:
            clause = _clause(said, pieces, quantity, found)
            others = [*_values(one for one in found if one is not quantity and clause[0] <= one.span[0] < clause[1])]
            context = _context(said, pieces, clause, setting.names)
            yield _statement(chunk, setting, said, quantity.span, quantity, context, others)


def _pieces(said: str) -> list[tuple[int, int]]:
    """(start, end) of the parts between commas and semicolons."""
    plain = lowered(level(said))
    cuts = [0, *(match.start() for match in _CLAUSE_END.finditer(plain)), len(said)]
    return [(start, end) for start, end in itertools.pairwise(cuts) if end > start]


def _clause(said: str, pieces: Sequence[tuple[int, int]], quantity: Quantity, found: Sequence[Quantity]) -> tuple[int, int]:
    """The whole sentence where no other quantity of this kind stands in it, nor a list of values; else the part that the quantity stands in."""
    stating = [any(start <= one.span[0] < end for one in found) for start, end in pieces]
    same = [one for one in found if (one.kind, one.unit) == (quantity.kind, quantity.unit) and one is not quantity]
    if not same and sum(stating) < _A_LIST:
        return (0, len(said))
    at = next(number for number, (start, end) in enumerate(pieces) if start <= quantity.span[0] < end)
    first = last = at
    while first and not stating[first - 1] and said[pieces[first - 1][1] - 1] not in ";\uff1b":
        first -= 1
    while last + 1 < len(pieces) and not stating[last + 1] and said[pieces[last][1] - 1] not in ";\uff1b":
        last += 1
    return (pieces[first][0], pieces[last][1])


def _context(said: str, pieces: Sequence[tuple[int, int]], clause: tuple[int, int], names: Names) -> str:
    """The clause with what it takes from what stands before it: the sentence's label, and the names of the last part that has any."""
    text = said[clause[0] : clause[1]]
    label = _LABEL.match(lowered(level(said)))
    if clause[0] and label and label.end() <= clause[0]:
        text = said[: label.end()] + text
    earlier = [said[start:end] for start, end in reversed(pieces) if end <= clause[0]]
    for spans in (names.lexicon.spans, places_named):
        if not spans(text):
            nearest = next(((piece, found) for piece in earlier if (found := spans(piece))), None)
            text = f"{nearest[0][nearest[1][0][0] : nearest[1][-1][1]]} {text}" if nearest else text
    return text


# ---- what both have ---------------------------------------------------------------------------------------------------


def _statement(
    chunk: Chunk, setting: Setting, said: str, span: tuple[int, int], quantity: Quantity, context: str, others: Sequence[Value]
) -> Statement:
    value = value_of(quantity)
    assert value is not None
    heading, article = chunk.section.replace(" > ", " "), setting.article
    own = frozenset(setting.own_name)
    subjects = next((found for text in (context, chunk.heading, heading, article.title) if (found := _subjects(text, setting.names))), ())
    about = _about(context, setting.names)
    if len(re.sub(r"\s", "", about)) < _SHORT or chunk.cells:
        about = f"{_about(chunk.heading, setting.names)} {about}"
    return Statement(
        article=article.id, lines=chunk.lines, section=chunk.section, said=said, span=span, quote=chunk.quote, value=value,
        subjects=subjects or (own,), places=_places(context, heading, article.title, setting.preamble),
        local=bool(places_named(context)), titled=_places(article.title),
        aspects=_aspects(context, chunk.heading, article.title, setting.names), others=tuple(others),
        seasons=_years(f"{context} {heading}") | _campaigns(f"{context} {heading} {article.title}"),
        about=about, universal=covers_all(context),
    )  # fmt: skip


def _values(quantities: Iterable[Quantity]) -> list[Value]:
    return [value for quantity in quantities if (value := value_of(quantity)) is not None]


def _subjects(text: str, names: Names) -> tuple[frozenset[str], ...]:
    """What the text is about: names in a list each for themselves, all others together. Empty where it names nothing."""
    spans = names.lexicon.spans(text)
    if not spans:
        return ()
    plain = lowered(level(text))
    groups: list[list[frozenset[str]]] = []
    end = -1
    for start, stop, ids in spans:
        if groups and _BETWEEN_NAMES.fullmatch(plain[end:start]):
            groups[-1].append(ids)
        else:
            groups.append([ids])
        end = stop
    lists = [list(dict.fromkeys(group)) for group in groups]
    if len(list(itertools.islice(itertools.product(*lists), _MOST_SUBJECTS + 1))) > _MOST_SUBJECTS:
        return (frozenset().union(*(ids for _, _, ids in spans)),)
    return tuple(dict.fromkeys(frozenset().union(*choice) for choice in itertools.product(*lists)))


def _places(*texts: str) -> frozenset[str]:
    """Those of the nearest text that names any."""
    return next((found for text in texts if (found := frozenset(place for _, _, ids in places_named(text) for place in ids))), frozenset())


def _aspects(context: str, heading: str, title: str, names: Names) -> Mapping[str, frozenset[str]]:
    """Of the clause, and of its heading, then the title, where the clause says nothing in a dimension. Words of a name say nothing."""
    spans = [(start, end) for start, end, _ in names.lexicon.spans(context)]
    of_title = {dimension: values for dimension, values in aspects(title).items() if dimension in _OF_A_TITLE}
    return {**of_title, **aspects(heading), **aspects(_blanked(context, spans))}


_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d|[-/.]\d)")
_CAMPAIGN = re.compile(
    r"618|双\s?1[12]|双十[一二]|黑(?:色星期)?五|black friday|春节|新年|贺年|除夕|初[一二三四五六七八九十]|大促|圣诞|christmas|lunar new year"
)


def _years(text: str) -> frozenset[str]:
    return frozenset(_YEAR.findall(lowered(level(text))))


def _campaigns(text: str) -> frozenset[str]:
    return frozenset(one.replace(" ", "") for one in _CAMPAIGN.findall(lowered(level(text))))


def _about(text: str, names: Names) -> str:
    """The text without quantities, names and places, which are compared by themselves."""
    spans = [one.span for one in read(text)] + [(start, end) for start, end, _ in (*names.lexicon.spans(text), *places_named(text))]
    return re.sub(rf"[^\w{HAN}]+", " ", _blanked(text, spans)).strip()


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


__all__ = ["Names", "Statement", "Value", "names_of", "places_named", "statements", "value_of"]

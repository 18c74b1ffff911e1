"""The files beside the articles: shop.yaml, disclaimers.yaml, glossary.yaml, boundaries.yaml, phrases.yaml; read, validated, frozen."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from kb.companion_problems import BrokenCompanions, problems_of, use_one_of
from kb.models import REPLY_LANGUAGES, Problem, ReplyLanguage
from kb.privacy import problem_of_pattern
from kb.yaml_files import Document, compose_yaml, load_yaml, read_document, read_yaml


class Thresholds(BaseModel):
    """What `kb calibrate` fitted for a shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    abstain: Annotated[float | None, Field(examples=["0.3"])] = None
    """Probability of 'no article answers' from which a draft abstains, 0..1; None: the bundled default."""


class Review(BaseModel):
    """Who may publish an article."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    second_person: bool = False
    """Whether somebody other than the author publishes."""


class Privacy(BaseModel):
    """What counts as personal data in a shop, beside what does everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    order_numbers: Annotated[tuple[str, ...], Field(examples=["['AB-?[0-9]{6}']"])] = ()
    """Regular expressions of the shop's own order numbers; each is held against whole words of a message, in either case."""

    @field_validator("order_numbers")
    @classmethod
    def _usable(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if problem := problem_of_pattern(pattern):
                raise ValueError(f"{pattern!r} {problem}")
        return patterns


_IN_EVERY_LANGUAGE = "{zh-Hant: …, zh-Hans: …, en: …}"


def _in_every_language(texts: dict[ReplyLanguage, str]) -> dict[ReplyLanguage, str]:
    """Texts that a page or a draft shows: one in each reply language, none empty."""
    missing = [lang for lang in REPLY_LANGUAGES if not texts.get(lang, "").strip()]
    if missing:
        raise ValueError(f"has no text in {', '.join(missing)}; write {_IN_EVERY_LANGUAGE}")
    return {lang: texts[lang].strip() for lang in REPLY_LANGUAGES}


def _in_one_language(name: Any) -> Any:
    """A name that is the same in every language may be written once."""
    return dict.fromkeys(REPLY_LANGUAGES, name) if isinstance(name, str) else name


def _iso_day(day: Any) -> Any:
    """Only YYYY-MM-DD: pydantic would also read 20260301 as seconds since 1970."""
    if isinstance(day, dt.date) or (isinstance(day, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day) and _is_day(day)):
        return day
    raise ValueError(f"{day!r} is no date; write it as YYYY-MM-DD")


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


InEveryLanguage = Annotated[dict[ReplyLanguage, str], AfterValidator(_in_every_language), Field(examples=[_IN_EVERY_LANGUAGE])]
Day = Annotated[dt.date, BeforeValidator(_iso_day)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Lower-case letters, digits and dashes; never shown to a customer."""


class Channel(BaseModel):
    """Where customers write to the shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Key
    name: Annotated[InEveryLanguage, BeforeValidator(_in_one_language)]
    target_seconds: Annotated[int, Field(gt=0)] | None = None
    """Within how many seconds a first reply is due; None: the shop names no target."""


class Shop(BaseModel):
    """shop.yaml. Everything has a default, so that a folder with articles alone works."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[dict[ReplyLanguage, str], BeforeValidator(_in_one_language), Field(examples=[_IN_EVERY_LANGUAGE])] = {}
    time_zone: str = "UTC"
    reply_language: ReplyLanguage = "zh-Hant"
    today: Day | None = None
    """A fixed day for demonstrations; None: the shop's own date."""
    thresholds: Annotated[Thresholds, Field(examples=["{abstain: 0.3}"])] = Thresholds()
    channels: Annotated[tuple[Channel, ...], Field(examples=[f"[{{id: chat, name: {_IN_EVERY_LANGUAGE}, target_seconds: 180}}]"])] = ()
    privacy: Annotated[Privacy, Field(examples=["{order_numbers: ['AB-?[0-9]{6}']}"])] = Privacy()
    review: Annotated[Review, Field(examples=["{second_person: true}"])] = Review()

    @field_validator("channels")
    @classmethod
    def _told_apart(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        return _ids_once(channels)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            near = difflib.get_close_matches(zone, available_timezones(), 1, 0.75)
            raise ValueError(f"unknown time zone {zone!r}; use a name such as {near[0] if near else 'Asia/Hong_Kong'}") from error
        return zone

    def current_date(self) -> dt.date:
        """The as-of date of a question that names none."""
        return self.today or dt.datetime.now(ZoneInfo(self.time_zone)).date()


class Term(BaseModel):
    """A product, variant, tier or other word of the shop, with what customers call it in each language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    names: Annotated[dict[Literal[ReplyLanguage, "yue"], list[str]], Field(examples=["{zh-Hant: [ … ], zh-Hans: [ … ], en: [ … ]}"])]

    def all_names(self) -> list[str]:
        return [name for names in self.names.values() for name in names]


class Greeting(BaseModel):
    """A greeting of a season, said before the closing of a reply."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: Key
    name: InEveryLanguage
    text: InEveryLanguage
    first_day: Day = Field(alias="from", examples=["2026-12-18"])
    last_day: Day = Field(alias="until", examples=["2027-01-03"])
    """Both days belong to the season."""
    article: str | None = None
    """Id of the article that sets the rules of the greeting, where there is one."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Greeting:
        if self.last_day < self.first_day:
            raise ValueError("`until` lies before `from`")
        return self

    def in_season(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day


class QuickPhrase(BaseModel):
    """A sentence that agents insert by one key. It should state no fact: facts come from articles."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Key
    text: InEveryLanguage


class Phrases(BaseModel):
    """phrases.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    greetings: Annotated[tuple[Greeting, ...], Field(examples=["[{id: …, name: …, text: …, from: 2026-12-18, until: 2027-01-03}]"])] = ()
    quick: Annotated[tuple[QuickPhrase, ...], Field(examples=[f"[{{id: …, text: {_IN_EVERY_LANGUAGE}}}]"])] = ()

    @field_validator("greetings", "quick")
    @classmethod
    def _told_apart(cls, entries: tuple[_Identified, ...]) -> tuple[_Identified, ...]:
        return _ids_once(entries)

    def greeting(self, greeting_id: str) -> Greeting | None:
        return next((one for one in self.greetings if one.id == greeting_id), None)


_Identified = TypeVar("_Identified", Channel, Greeting, QuickPhrase)


def _ids_once(entries: tuple[_Identified, ...]) -> tuple[_Identified, ...]:
    twice = {one.id for one in entries if sum(one.id == other.id for other in entries) > 1}
    if twice:
        raise ValueError(f"ids stand twice: {', '.join(sorted(twice))}")
    return entries


@dataclass(frozen=True, slots=True)
class Companions:
    """What a content folder holds beside its articles."""

    shop: Shop = field(default_factory=Shop)
    disclaimers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    glossary: tuple[Term, ...] = ()
    boundaries: tuple[str, ...] = ()
    """Messages that this shop never answers from articles, beside the bundled ones."""
    phrases: Phrases = field(default_factory=Phrases)

    @classmethod
    def load(cls, folder: Path) -> Companions:
        """Read the files of a content folder; absent ones give defaults. Raises BrokenCompanions naming file, line and remedy."""
        companions, problems = cls.understand(folder)
        if problems:
            raise BrokenCompanions(problems)
        return companions

    @classmethod
    def understand(cls, folder: Path) -> tuple[Companions, list[Problem]]:
        """As much of the files as can be read, and everything that is wrong with them. Only `load` tells whether they can be used."""
        problems: list[Problem] = []
        companions = cls(
            shop=_shop(read_document(folder / "shop.yaml", problems), problems),
            disclaimers=_disclaimers(read_document(folder / "disclaimers.yaml", problems), problems),
            glossary=_glossary(read_document(folder / "glossary.yaml", problems), problems),
            boundaries=_boundaries(read_document(folder / "boundaries.yaml", problems), problems),
            phrases=_phrases(read_document(folder / "phrases.yaml", problems), problems),
        )
        return companions, problems

    def as_json(self) -> dict[str, Any]:
        return {
            "shop": self.shop.model_dump(mode="json"),
            "disclaimers": {key: dict(value) for key, value in self.disclaimers.items()},
            "glossary": [term.model_dump(mode="json") for term in self.glossary],
            "boundaries": list(self.boundaries),
            "phrases": self.phrases.model_dump(mode="json", by_alias=True),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Companions:
        return cls(
            shop=Shop.model_validate(data["shop"]),
            disclaimers=data["disclaimers"],
            glossary=tuple(Term.model_validate(term) for term in data["glossary"]),
            boundaries=tuple(data["boundaries"]),
            phrases=Phrases.model_validate(data.get("phrases", {})),  # a snapshot made before there were any has none
        )


def first_problem(error: ValidationError, whole: str = "file") -> str:
    """Where the first problem of a validation lies, `whole` where that is no key, and what it is."""
    problem = error.errors()[0]
    return f"{'.'.join(str(part) for part in problem['loc']) or whole}: {problem['msg']}"


FILES = ("shop.yaml", "disclaimers.yaml", "glossary.yaml", "boundaries.yaml", "phrases.yaml")
"""Those that may stand beside articles/, each read by the function of its name below."""

_Model = TypeVar("_Model", Shop, Phrases)


def _shop(document: Document, problems: list[Problem]) -> Shop:
    return _without_wrong_keys(Shop, document, problems)


def _phrases(document: Document, problems: list[Problem]) -> Phrases:
    return _without_wrong_keys(Phrases, document, problems)


def _without_wrong_keys(model: type[_Model], document: Document, problems: list[Problem]) -> _Model:
    """The file's values; those that are empty or wrong are left at their defaults."""
    given = {} if document.value is None else document.value
    if isinstance(given, dict):
        given = {key: value for key, value in given.items() if value is not None or key not in model.model_fields}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems += problems_of(error, model, document)
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        sound = {key: value for key, value in given.items() if isinstance(key, str) and key not in wrong} if isinstance(given, dict) else {}
        return model.model_validate(sound)


def _disclaimers(document: Document, problems: list[Problem]) -> dict[str, dict[str, str]]:
    """Each id, also of texts that are wrong: an article that names one is not wrong for that."""
    data = document.value
    if data is not None and not isinstance(data, dict):
        problems.append(document.problem((), "must map ids to texts", f"write `id: {_IN_EVERY_LANGUAGE}`"))
    if not isinstance(data, dict):
        return {key: {} for key in _first_words(document.path)}
    found: dict[str, dict[str, str]] = {}
    for key, texts in data.items():
        problems += [document.problem((str(key), *where), what, fix) for where, what, fix in _wrong_texts(key, texts)]
        known = texts if isinstance(texts, dict) else {}
        found[str(key)] = {lang: str(known.get(lang) or "").strip() for lang in REPLY_LANGUAGES}
    return found


def _wrong_texts(key: Any, texts: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(where below its id, what is wrong, how to mend it) of a disclaimer."""
    known = texts if isinstance(texts, dict) else {}
    for lang in known:
        if lang not in REPLY_LANGUAGES:
            yield (str(lang),), f"disclaimer {key!r}: unknown key '{lang}'", use_one_of(str(lang), REPLY_LANGUAGES, 0.8)
    missing = [lang for lang in REPLY_LANGUAGES if not str(known.get(lang) or "").strip()]
    if missing:
        yield (), f"disclaimer {key!r} has no text in {', '.join(missing)}", f"write `{key}: {_IN_EVERY_LANGUAGE}`"


def _first_words(path: Path) -> list[str]:
    """The keys at the beginning of lines in a file that is no proper YAML."""
    text = path.read_bytes().decode(errors="replace") if path.is_file() else ""
    return re.findall(r"^([\w.-]+)\s*:", text, re.MULTILINE)


_TERMS = "`terms: [{id: …, names: {zh-Hant: [ … ], zh-Hans: [ … ], en: [ … ]}}]`"


def _glossary(document: Document, problems: list[Problem]) -> tuple[Term, ...]:
    """The terms; none where one is wrong, so that no product is called unknown for that."""
    data = document.value
    at: tuple[str, ...] = ("terms",) if isinstance(data, dict) else ()
    entries = data.get("terms") if isinstance(data, dict) else data
    if data is not None and not isinstance(entries, list):
        problems.append(document.problem(at, "has no list of terms", f"write {_TERMS}"))
        return ()
    terms: list[Term] = []
    for key in data if isinstance(data, dict) else ():
        if key != "terms":
            problems.append(document.problem((str(key),), f"unknown key '{key}'", "write 'terms' alone"))
    for position, entry in enumerate(entries or ()):
        try:
            terms.append(Term.model_validate(entry))
        except ValidationError as error:
            problems += problems_of(error, Term, document, (*at, position))
    return tuple(terms) if len(terms) == len(entries or ()) else ()


def _boundaries(document: Document, problems: list[Problem]) -> tuple[str, ...]:
    data = document.value
    if data is not None and not isinstance(data, list):
        problems.append(document.problem((), "must be a list of messages", "write one `- message` a line"))
        return ()
    messages = data or []
    for position, message in enumerate(messages):
        if not isinstance(message, str):
            problems.append(document.problem((position,), f"must be a list of messages, and {message!r} is no text", "write it in quotation marks"))
    return tuple(message for message in messages if isinstance(message, str))


__all__ = [
    "FILES", "BrokenCompanions", "Channel", "Companions", "Greeting", "Phrases", "Privacy", "QuickPhrase", "Review", "Shop", "Term", "Thresholds",
    "compose_yaml", "first_problem", "load_yaml", "read_yaml",
]  # fmt: skip

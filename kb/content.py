"""The files beside the articles: shop.yaml, disclaimers.yaml, glossary.yaml, boundaries.yaml, phrases.yaml; read, validated, frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from kb.errors import ContentError
from kb.models import REPLY_LANGUAGES, ReplyLanguage
from kb.privacy import problem_of_pattern


class Thresholds(BaseModel):
    """What `kb calibrate` fitted for a shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    abstain: float | None = None
    """Probability of 'no article answers' from which a draft abstains, 0..1; None: the bundled default."""


class Review(BaseModel):
    """Who may publish an article."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    second_person: bool = False
    """Whether somebody other than the author publishes."""


class Privacy(BaseModel):
    """What counts as personal data in a shop, beside what does everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    order_numbers: tuple[str, ...] = ()
    """Regular expressions of the shop's own order numbers; each is held against whole words of a message, in either case."""

    @field_validator("order_numbers")
    @classmethod
    def _usable(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if problem := problem_of_pattern(pattern):
                raise ValueError(f"{pattern!r} {problem}")
        return patterns


def _in_every_language(texts: dict[ReplyLanguage, str]) -> dict[ReplyLanguage, str]:
    """Texts that a page or a draft shows: one in each reply language, none empty."""
    missing = [lang for lang in REPLY_LANGUAGES if not texts.get(lang, "").strip()]
    if missing:
        raise ValueError(f"has no text in {', '.join(missing)}")
    return {lang: texts[lang].strip() for lang in REPLY_LANGUAGES}


InEveryLanguage = Annotated[dict[ReplyLanguage, str], AfterValidator(_in_every_language)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Lower-case letters, digits and dashes; never shown to a customer."""


class Channel(BaseModel):
    """Where customers write to the shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Key
    name: InEveryLanguage
    target_seconds: Annotated[int, Field(gt=0)] | None = None
    """Within how many seconds a first reply is due; None: the shop names no target."""


class Shop(BaseModel):
    """shop.yaml. Everything has a default, so that a folder with articles alone works."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: dict[ReplyLanguage, str] = {}
    time_zone: str = "UTC"
    reply_language: ReplyLanguage = "zh-Hant"
    today: dt.date | None = None
    """A fixed day for demonstrations; None: the shop's own date."""
    thresholds: Thresholds = Thresholds()
    channels: tuple[Channel, ...] = ()
    privacy: Privacy = Privacy()
    review: Review = Review()

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
            raise ValueError(f"unknown time zone {zone!r}; use a name such as Asia/Hong_Kong") from error
        return zone

    def current_date(self) -> dt.date:
        """The as-of date of a question that names none."""
        return self.today or dt.datetime.now(ZoneInfo(self.time_zone)).date()


class Term(BaseModel):
    """A product, variant, tier or other word of the shop, with what customers call it in each language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    names: dict[ReplyLanguage | Literal["yue"], list[str]]

    def all_names(self) -> list[str]:
        return [name for names in self.names.values() for name in names]


class Greeting(BaseModel):
    """A greeting of a season, said before the closing of a reply."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: Key
    name: InEveryLanguage
    text: InEveryLanguage
    first_day: dt.date = Field(alias="from")
    last_day: dt.date = Field(alias="until")
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
    greetings: tuple[Greeting, ...] = ()
    quick: tuple[QuickPhrase, ...] = ()

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
        """Read the files of a content folder; absent ones give defaults. Raises ContentError naming file and remedy."""
        return cls(
            shop=_shop(folder / "shop.yaml"),
            disclaimers=_disclaimers(folder / "disclaimers.yaml"),
            glossary=_glossary(folder / "glossary.yaml"),
            boundaries=_boundaries(folder / "boundaries.yaml"),
            phrases=_phrases(folder / "phrases.yaml"),
        )

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


_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's safe loader over libyaml, ten times as fast, where it was built with it."""
_BROKEN = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What a broken text makes PyYAML raise."""


class UndatedLoader(yaml.SafeLoader):
    """Leaves dates as text, so that a day that does not exist is reported under its key and line."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_FAST_UNDATED_LOADER = type("FastUndatedLoader", (_FAST_LOADER,), {"yaml_implicit_resolvers": UndatedLoader.yaml_implicit_resolvers})


def load_yaml(text: str, *, dates: bool = True) -> Any:
    """The value of a YAML text; dates: as dates rather than as text. Raises as `yaml.load` does with the slower loader, whose marks and words are the more exact ones."""
    try:
        return yaml.load(text, Loader=_FAST_LOADER if dates else _FAST_UNDATED_LOADER)
    except _BROKEN:
        return yaml.load(text, Loader=yaml.SafeLoader if dates else UndatedLoader)


def compose_yaml(text: str) -> yaml.Node | None:
    """The node of a YAML text, with its marks. Raises as `yaml.compose` does."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_FAST_LOADER)
    except _BROKEN:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def read_yaml(path: Path) -> Any:
    """The YAML of a file, None where there is no file. Raises ContentError with the line."""
    if not path.is_file():
        return None
    try:
        return load_yaml(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", where=str(path), fix="check the file and its permissions") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"byte {error.start} is not UTF-8", where=str(path), fix="save the file as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ContentError(f"broken YAML: {what}", where=f"{path}{line}", fix="mend the YAML") from error
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:  # a day that does not exist, a wrong explicit tag
        raise ContentError(f"broken YAML: {' '.join(str(error).split())}", where=str(path), fix="mend the YAML; quote dates and numbers") from error


def first_problem(error: ValidationError, whole: str = "file") -> str:
    """Where the first problem of a validation lies, `whole` where that is no key, and what it is."""
    problem = error.errors()[0]
    return f"{'.'.join(str(part) for part in problem['loc']) or whole}: {problem['msg']}"


def _shop(path: Path) -> Shop:
    try:
        return Shop.model_validate(read_yaml(path) or {})
    except ValidationError as error:
        raise ContentError(first_problem(error), where=str(path), fix="mend the value; docs/content.md lists the keys") from error


def _disclaimers(path: Path) -> dict[str, dict[str, str]]:
    data = read_yaml(path) or {}
    if not isinstance(data, dict):
        raise ContentError("must map ids to texts", where=str(path), fix="write `id: {zh-Hant: …, zh-Hans: …, en: …}`")
    for key, texts in data.items():
        missing = [lang for lang in REPLY_LANGUAGES if not isinstance(texts, dict) or not str(texts.get(lang) or "").strip()]
        if missing:
            raise ContentError(f"disclaimer {key!r} has no text in {', '.join(missing)}", where=str(path), fix="add the text")
    return {str(key): {lang: str(texts[lang]).strip() for lang in REPLY_LANGUAGES} for key, texts in data.items()}


def _glossary(path: Path) -> tuple[Term, ...]:
    data = read_yaml(path) or {}
    entries = data.get("terms", []) if isinstance(data, dict) else data
    try:
        return tuple(Term.model_validate(entry) for entry in entries)
    except (ValidationError, TypeError) as error:
        detail = first_problem(error) if isinstance(error, ValidationError) else str(error)
        raise ContentError(f"broken term: {detail}", where=str(path), fix="write `terms: [{id: …, names: {en: [ … ]}}]`") from error


def _boundaries(path: Path) -> tuple[str, ...]:
    data = read_yaml(path) or []
    if not isinstance(data, list) or not all(isinstance(message, str) for message in data):
        raise ContentError("must be a list of messages", where=str(path), fix="write one `- message` a line")
    return tuple(data)


def _phrases(path: Path) -> Phrases:
    try:
        return Phrases.model_validate(read_yaml(path) or {})
    except ValidationError as error:
        raise ContentError(first_problem(error), where=str(path), fix="mend the value; docs/content.md lists the keys") from error


__all__ = [
    "Channel", "Companions", "Greeting", "Phrases", "Privacy", "QuickPhrase", "Review", "Shop", "Term", "Thresholds", "compose_yaml", "first_problem",
    "load_yaml", "read_yaml",
]  # fmt: skip

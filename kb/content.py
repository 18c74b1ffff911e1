"""The files beside the articles: shop.yaml, disclaimers.yaml, glossary.yaml, boundaries.yaml; read, validated, frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from kb.errors import ContentError
from kb.models import REPLY_LANGUAGES, ReplyLanguage


class Thresholds(BaseModel):
    """What `kb calibrate` fitted for a shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    abstain: float | None = None
    """Probability of 'no article answers' from which a draft abstains, 0..1; None: the bundled default."""


class Shop(BaseModel):
    """shop.yaml. Everything has a default, so that a folder with articles alone works."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: dict[ReplyLanguage, str] = {}
    time_zone: str = "UTC"
    reply_language: ReplyLanguage = "zh-Hant"
    today: dt.date | None = None
    """A fixed day for demonstrations; None: the shop's own date."""
    thresholds: Thresholds = Thresholds()

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


@dataclass(frozen=True, slots=True)
class Companions:
    """What a content folder holds beside its articles."""

    shop: Shop = field(default_factory=Shop)
    disclaimers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    glossary: tuple[Term, ...] = ()
    boundaries: tuple[str, ...] = ()
    """Messages that this shop never answers from articles, beside the bundled ones."""

    @classmethod
    def load(cls, folder: Path) -> Companions:
        """Read the files of a content folder; absent ones give defaults. Raises ContentError naming file and remedy."""
        return cls(
            shop=_shop(folder / "shop.yaml"),
            disclaimers=_disclaimers(folder / "disclaimers.yaml"),
            glossary=_glossary(folder / "glossary.yaml"),
            boundaries=_boundaries(folder / "boundaries.yaml"),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "shop": self.shop.model_dump(mode="json"),
            "disclaimers": {key: dict(value) for key, value in self.disclaimers.items()},
            "glossary": [term.model_dump(mode="json") for term in self.glossary],
            "boundaries": list(self.boundaries),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Companions:
        return cls(
            shop=Shop.model_validate(data["shop"]),
            disclaimers=data["disclaimers"],
            glossary=tuple(Term.model_validate(term) for term in data["glossary"]),
            boundaries=tuple(data["boundaries"]),
        )


def read_yaml(path: Path) -> Any:
    """The YAML of a file, None where there is no file. Raises ContentError with the line."""
    if not path.is_file():
        return None
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
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


__all__ = ["Companions", "Shop", "Term", "Thresholds", "first_problem", "read_yaml"]

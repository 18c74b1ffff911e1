"""What is wrong with the values of a file beside the articles: all of it at once, each with its line, its key and what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kb.errors import ContentError
from kb.models import Problem
from kb.yaml_files import Document

SEE = "docs/content.md lists the keys"

Place = tuple[str | int, ...]
"""Keys and positions from the top of a file down to a value."""


class BrokenCompanions(ContentError):
    """Files beside the articles that cannot be used; says the first problem and how many more there are."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first, more = problems[0], len(problems) - 1
        others = f"; {more} more {'problem' if more == 1 else 'problems'} in the files beside the articles: `kb lint` shows all" if more else ""
        super().__init__(first.what, where=f"{first.file}:{first.line}", fix=first.fix + others)
        self.problems = tuple(problems)


def problems_of(error: ValidationError, model: type[BaseModel], document: Document, at: Place = ()) -> list[Problem]:
    """A validation's problems in the order of the file. at: where in the file the validated value stands."""
    found = [_problem(one, model, document, at) for one in error.errors()]
    return sorted(found, key=lambda one: one.line)


def _problem(error: Any, model: type[BaseModel], document: Document, at: Place) -> Problem:
    where: Place = tuple(part for part in error["loc"] if part != "[key]")
    name = _shown(where)
    what, fix = _worded(error, where, name, model)
    return document.problem((*at, *where), what if not name or f"'{name}'" in what else f"{name}: {what}", fix)


def _worded(error: Any, where: Place, name: str, model: type[BaseModel]) -> tuple[str, str]:
    """(what is wrong, how to mend it)."""
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"unknown key '{name}'", use_one_of(str(where[-1]), _keys(_model_at(model, where[:-1])))
    if "[key]" in error["loc"] and kind == "literal_error":
        return f"unknown key '{name}'", use_one_of(str(where[-1]), _expected(error), 0.8)
    if kind == "missing":
        return f"'{name}' is missing", f"add it{_as_example(model, where)}"
    if kind == "value_error":
        what, _, fix = str(error["ctx"]["error"]).partition("; ")
        return what, fix or f"mend the value; {SEE}"
    if kind == "literal_error":
        return f"{_value(error['input'])} is not allowed", use_one_of(str(error["input"]), _expected(error), 0.8)
    if kind == "string_pattern_mismatch":
        return f"{_value(error['input'])} is not allowed", "use lower-case letters, digits and dashes, 64 at most"
    return _of_another_kind(error, where, model)


def _of_another_kind(error: Any, where: Place, model: type[BaseModel]) -> tuple[str, str]:
    """A value that is a number where a text is due, a text where a mapping is due, and so on."""
    kind, value = error["type"], _value(error["input"])
    if error["input"] is None:
        return "is empty", f"write it{_as_example(model, where)}"
    if kind == "string_type":
        return f"{value} is no text", "write it in quotation marks"
    if kind in ("list_type", "tuple_type"):
        return f"{value} is no list", f"write a list{_as_example(model, where)}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{value} is no mapping", f"write keys with values{_as_example(model, where) or f'; {SEE}'}"
    if kind.startswith("bool"):
        return f"{value} is neither true nor false", "write true or false"
    if kind.startswith(("int", "float")):
        return f"{value} is no number", "write a number"
    return str(error["msg"]), f"mend the value; {SEE}"


def use_one_of(given: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known name nearest to a given one, where one is alike (0..1), and all of them."""
    names = list(known)
    folded = {name.lower(): name for name in names}
    near = difflib.get_close_matches(given.lower(), folded, 1, alike) or [name for name in folded if len(given) > 2 and given.lower() in name]
    everything = f"use one of {', '.join(names)}"
    return f"write '{folded[near[0]]}', or {everything}" if near else everything


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], where: Place) -> type[BaseModel]:
    """The model of the mapping that stands there."""
    for part in where:
        field = _field(model, part)
        model = (_model_in(field.annotation) if field else None) or model
    return model


def _as_example(model: type[BaseModel], where: Place) -> str:
    """How the nearest key above a value is written: ': key: …'; '' where nothing tells."""
    for end in range(len(where), 0, -1):
        field = _field(_model_at(model, where[: end - 1]), where[end - 1])
        if field is not None:
            return f": `{where[end - 1]}: {field.examples[0]}`" if field.examples else ""
    return ""


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is None and isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)


def _expected(error: Any) -> list[str]:
    return re.findall(r"'([^']*)'", error["ctx"]["expected"])


def _shown(where: Place) -> str:
    """A place as people write it: `channels[2].name` is the name of the second channel."""
    return re.sub(r"\.\[", "[", ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in where))


def _value(value: Any) -> str:
    """A value in one line; a list or mapping by its brackets only."""
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


__all__ = ["SEE", "BrokenCompanions", "Place", "problems_of", "use_one_of"]

"""The published description: as JSON, and as a page to read. The page is plain HTML, made here; nothing of it comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from ui.api.openapi import describe
from ui.api.problems import Refusal
from ui.session import identity_of

_TEMPLATES: Final = Jinja2Templates(directory=Path(__file__).parents[1] / "templates")
_TEMPLATES.env.filters["paragraphs"] = lambda text: _paragraphs(text)
_SCHEMAS: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a table: a parameter, or a member of an object."""

    name: str
    type: str
    links: tuple[str, ...]
    """Names of the schemas that the type is made of."""
    required: bool
    description: str
    default: str
    """As JSON; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One route, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    body: str
    """Name of the body's schema; empty without a body."""
    curl: str
    example: str
    """Of the answer, as it comes; empty where there is none."""
    responses: tuple[tuple[str, str, str], ...]
    """(status, what it means, name of the schema or '')."""


def reference_routes(router: APIRouter) -> None:
    @cache
    def described() -> dict[str, Any]:
        """Of the routes above, once all of them are there."""
        return describe(router.routes)

    @router.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        """For whoever is known, whatever they may do."""
        if identity_of(request) is None:
            raise Refusal(401, "sign in, or send a token: Authorization: Bearer …", headers={"www-authenticate": "Bearer"})
        return JSONResponse(described())

    @router.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        """The same to read; strangers sign in first."""
        if identity_of(request) is None:
            return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)
        base = str(request.base_url).rstrip("/")
        fields = {"api": described(), "operations": tuple(_operations(described(), base)), "schemas": _schemas(described())}
        response: Response = _TEMPLATES.TemplateResponse(request, "reference.html", fields)
        response.headers["cache-control"] = "no-store"
        return response


def _paragraphs(text: str) -> list[list[tuple[str, bool]]]:
    """Of a text: its pieces, and whether each is code (in backticks)."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return [[(piece, bool(number % 2)) for number, piece in enumerate(paragraph.split("`")) if piece] for paragraph in paragraphs if paragraph]


def _operations(described: Mapping[str, Any], base: str) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = content.get("schema", {}).get("$ref", "").removeprefix(_SCHEMAS)
            success: Mapping[str, Any] = next((response for status, response in one["responses"].items() if status.startswith("2")), {})
            yield Operation(
                id=one["operationId"], method=method.upper(), path=path, summary=one["summary"], description=one.get("description", ""),
                scope=one["x-scope"], parameters=tuple(_parameter(parameter) for parameter in one.get("parameters", ())), body=body,
                curl=_curl(method.upper(), base + path, content.get("example")), example=_example(success), responses=tuple(_response(*item) for item in one["responses"].items()),
            )  # fmt: skip


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    name = f"{parameter['name']} ({parameter['in']})"
    return Field(name, _type(schema), _links(schema), parameter.get("required", False), parameter.get("description", ""), _default(schema))


def _response(status: str, response: Mapping[str, Any]) -> tuple[str, str, str]:
    for kind, content in response.get("content", {}).items():
        schema = content.get("schema", {}).get("$ref", "").removeprefix(_SCHEMAS)
        return status, f"{response['description']} ({kind})", schema
    return status, response["description"], ""


def _example(response: Mapping[str, Any]) -> str:
    example = next((content.get("example") for content in response.get("content", {}).values()), None)
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""


def _curl(method: str, address: str, example: Any) -> str:
    parts = [f"curl -H 'Authorization: Bearer TOKEN' {address}" if method == "GET" else f"curl -X {method} -H 'Authorization: Bearer TOKEN'"]
    if example is not None:
        parts.append(f"  -H 'Content-Type: application/json' -d '{json.dumps(example, ensure_ascii=False)}'")
    if method != "GET":
        parts.append(f"  {address}")
    return " \\\n".join(parts)


def _schemas(described: Mapping[str, Any]) -> dict[str, tuple[str, tuple[Field, ...]]]:
    """By name: what it is, and its members."""
    return {
        name: (schema.get("description", ""), tuple(_members(schema)))
        for name, schema in sorted(described["components"]["schemas"].items())
        if "properties" in schema
    }


def _members(schema: Mapping[str, Any]) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, one in schema["properties"].items():
        yield Field(name, _type(one), _links(one), name in required, one.get("description", ""), _default(one))


def _type(schema: Mapping[str, Any]) -> str:
    """In few words: `string, at most 200`, `list of …`, `a | b`."""
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(_SCHEMAS))
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if options := schema.get("anyOf", schema.get("oneOf")):
        return " | ".join(_type(one) for one in options)
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = " | ".join(kind) if isinstance(kind, list) else kind
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    return ", ".join([schema.get("format", kind), *bounds])


_BOUNDS: Final = {"minLength": "at least", "maxLength": "at most", "minimum": "from", "maximum": "to"}


def _links(schema: Any) -> tuple[str, ...]:
    if isinstance(schema, Mapping):
        own = (schema["$ref"].removeprefix(_SCHEMAS),) if "$ref" in schema else ()
        return own + tuple(link for key, one in schema.items() if key != "$ref" for link in _links(one))
    return tuple(link for one in schema for link in _links(one)) if isinstance(schema, list) else ()


def _default(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""


__all__ = ["reference_routes"]

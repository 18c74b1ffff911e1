"""The published description of the API: FastAPI's, with the answer object's own schema, the problem object and who may call what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from ui.api.examples import REQUESTS, RESPONSES
from ui.api.problems import PROBLEM_JSON
from ui.session import SESSION_COOKIE

TITLE: Final = "Youju"
DESCRIPTION: Final = """Reply drafts whose every claim cites a sentence of the shop's own articles, and the checks that hold them to it.

Send a token, `Authorization: Bearer …`; an administrator makes one with `kb clients add NAME --scope answer`. Errors are problem
objects (RFC 9457); every response carries `X-Request-Id`, your own where you send one of at most 64 letters, digits, `.`, `_`, `:` or
`-`. Requests are limited by the minute: `RateLimit` says what is left, 429 comes with `Retry-After`."""

_SCHEMAS: Final = "#/components/schemas/"
_ANSWER: Final = {"$ref": f"{_SCHEMAS}Answer"}
ANSWER_RESPONSE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The answer object.", "content": {"application/json": {"schema": _ANSWER}}}
}
STREAM_RESPONSE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
_ERRORS: Final = {
    "400": "The body is no JSON in UTF-8.",
    "401": "Nobody is signed in, or the token is wrong or revoked.",
    "403": "The identity may not do this, or the page's CSRF token is missing.",
    "404": "There is no such thing.",
    "409": "The checks doubt the text; `problems` lists what.",
    "413": "The text, or the whole body, is too long.",
    "422": "The request does not fit the schema; `errors` names the fields.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The knowledge base or the store cannot be used now.",
}
_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). It never repeats what was sent.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "For a developer."},
        "request_id": {"type": "string", "description": "Also in the header X-Request-Id and in the server's log."},
        "code": {"type": "string", "description": "For programs, where one status has several causes."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "problems": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemShown"}},
    },
}
_DEFINITIONS: Final = {
    "claim": "Claim",
    "problem": "ClaimProblem",
    "conflict": "Conflict",
    "near": "Near",
    "source": "AnswerSource",
    "disclaimer": "Disclaimer",
}


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """OpenAPI 3.1 of the routes."""
    described = get_openapi(
        title=TITLE, version="1", summary="Reply drafts with evidence", description=DESCRIPTION, routes=routes, openapi_version="3.1.0"
    )
    schemas = described["components"]["schemas"]
    schemas |= answer_schemas() | {"ProblemObject": _PROBLEM}
    schemas["KeptAnswerShown"]["properties"]["answer"] = _ANSWER
    described["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A program's token."},
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "A person's session; changes also need the header X-CSRF-Token.",
        },
    }  # fmt: skip
    for method, path, operation, scope in _operations(routes, described):
        _finish(method, path, operation, scope)
    used = _used(described["paths"], schemas)
    described["components"]["schemas"] = {name: schema for name, schema in sorted(schemas.items()) if name in used}
    return described


def answer_schemas() -> dict[str, Any]:
    """The published schema of the answer object, its definitions beside it."""
    schema = json.loads(files("kb").joinpath("data/answer.schema.json").read_text(encoding="utf-8"))
    schema.pop("$schema")
    definitions = schema.pop("$defs")
    return {"Answer": _moved(schema), **{_DEFINITIONS[name]: _moved(one) for name, one in definitions.items()}}


def _moved(schema: Any) -> Any:
    """With each reference pointing to where OpenAPI keeps schemas."""
    if isinstance(schema, dict):
        return {key: _SCHEMAS + _DEFINITIONS[one.removeprefix("#/$defs/")] if key == "$ref" else _moved(one) for key, one in schema.items()}
    return [_moved(one) for one in schema] if isinstance(schema, list) else schema


def _used(part: Any, schemas: Mapping[str, Any]) -> set[str]:
    """Names of the schemas that a part of the description leads to."""
    found: set[str] = set()
    parts = [part]
    while parts:
        one = parts.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).removeprefix(_SCHEMAS)
            if name and name not in found:
                found.add(name)
                parts.append(schemas[name])
            parts += one.values()
        elif isinstance(one, list):
            parts += one
    return found


def _operations(routes: Sequence[BaseRoute], described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], str]]:
    operations = []
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            scope = next((str(found) for one in route.dependant.dependencies if (found := getattr(one.call, "scope", None))), "")
            for method in sorted(name.lower() for name in route.methods or ()):
                operations.append((method, route.path_format, described["paths"][route.path_format][method], scope))
    return operations


def _finish(method: str, path: str, operation: dict[str, Any], scope: str) -> None:
    """Who may call it, the problems that it answers with, and examples: what FastAPI writes loses their nulls."""
    operation["tags"] = [path.removeprefix("/api/v1/").split("/")[0]]
    statuses = ["401", "403", "422", "429", "503"]
    if "{" in path or any(name in path for name in ("feedback", "check", "replies", "frames")):
        statuses.append("404")
    if "requestBody" in operation:
        statuses += ["400", "413"]
    if path.endswith("/replies") and "requestBody" in operation:
        statuses.append("409")
    for status in statuses:
        schema = {"$ref": "#/components/schemas/ProblemObject"}
        operation["responses"][status] = {"description": _ERRORS[status], "content": {PROBLEM_JSON: {"schema": schema}}}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    name = path.removeprefix("/api/v1")
    if (method, name) in REQUESTS:
        operation["requestBody"]["content"]["application/json"]["example"] = REQUESTS[method, name]
    if (method, name) in RESPONSES:
        success = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        next(iter(success["content"].values()))["example"] = RESPONSES[method, name]
    operation["security"] = [{"bearer": [scope]}, {"cookie": []}]
    operation["x-scope"] = scope


__all__ = ["ANSWER_RESPONSE", "STREAM_RESPONSE", "answer_schemas", "describe"]

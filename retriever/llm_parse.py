"""A model's JSON while it is still being written: each claim as soon as its object is closed."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LONGEST = 16_000
"""Characters of output after which a model is not listened to any more."""
_ARRAY = re.compile(r'"claims"\s*:\s*\[|^[\s`a-z]*\[', re.IGNORECASE)
_THINKING = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


class MalformedOutput(ValueError):
    """What the model wrote is not the JSON that was asked for."""


class Wording(BaseModel):
    """One claim as the model gives it; nothing of it is believed before the gate."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    text: Annotated[str, Field(min_length=1, max_length=1500)]
    citations: Annotated[list[int], Field(min_length=1, max_length=8)]


def schema() -> dict[str, Any]:
    """JSON Schema of the whole output, for servers that hold a model to one."""
    claim = {
        "type": "object", "additionalProperties": False, "required": ["text", "citations"],
        "properties": {"text": {"type": "string"}, "citations": {"type": "array", "items": {"type": "integer"}}},
    }  # fmt: skip
    return {"type": "object", "additionalProperties": False, "required": ["claims"], "properties": {"claims": {"type": "array", "items": claim}}}


class ClaimReader:
    """Fed the output piece by piece, gives the claims that are complete. Reads every character once."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        """Where reading goes on: in the array once it has begun."""
        self._begun = False
        self._object = -1
        """Start of the object being read; -1 between objects."""
        self._depth = 0
        self._in_string = self._escaped = False
        self.done = False
        """Whether the array of claims is closed."""

    @property
    def looks_like_refusal(self) -> bool:
        """Whether the model said nothing, or talked instead of writing JSON."""
        return "{" not in self._text and "[" not in self._text

    def feed(self, piece: str) -> list[Wording]:
        """The claims that this piece completes. Raises MalformedOutput."""
        if self.done:
            return []
        self._text += piece
        if len(self._text) > LONGEST:
            raise MalformedOutput("the output is too long")
        if not self._begun and not ("[" in piece and self._begin()):
            return []
        return self._objects()

    def _begin(self) -> bool:
        thought = _THINKING.match(self._text)
        if not thought and self._text.lstrip().startswith("<think>"):
            return False
        match = _ARRAY.search(self._text, thought.end() if thought else 0)
        if match is None:
            return False
        self._begun, self._at = True, match.end()
        return True

    def _objects(self) -> list[Wording]:
        found: list[Wording] = []
        while self._at < len(self._text) and not self.done:
            char = self._text[self._at]
            self._at += 1
            if self._object < 0:
                self._between(char)
            elif self._inside(char):
                found.append(self._read(self._text[self._object : self._at]))
                self._object = -1
        return found

    def _between(self, char: str) -> None:
        if char == "{":
            self._object, self._depth = self._at - 1, 1
        elif char == "]":
            self.done = True
        elif char not in ", \t\r\n":
            raise MalformedOutput(f"{char!r} where a claim is expected")

    def _inside(self, char: str) -> bool:
        """Whether the character closes the object."""
        if self._in_string:
            if self._escaped:
                self._escaped = False
            elif char == "\\":
                self._escaped = True
            elif char == '"':
                self._in_string = False
        elif char == '"':
            self._in_string = True
        elif char in "{[":
            self._depth += 1
        elif char in "}]":
            self._depth -= 1
        return self._depth == 0

    @staticmethod
    def _read(text: str) -> Wording:
        try:
            return Wording.model_validate(json.loads(text))
        except (json.JSONDecodeError, ValidationError, RecursionError) as error:
            raise MalformedOutput("a claim is not of the shape asked for") from error


__all__ = ["ClaimReader", "MalformedOutput", "Wording", "schema"]

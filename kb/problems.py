"""A finding about a file, worded from its code: what is wrong, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.models import Problem, Severity

LONGEST_VALUE = 200
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def finding(words: Mapping[str, tuple[str, str]], code: str, file: str, line: int, severity: Severity = "error", /, **params: str | int) -> Problem:
    """The finding in the words of its code; what the file says within it stays in one line. Raises KeyError for a code or parameter that is not there."""
    what, fix = words[code]
    plain = {name: _in_a_line(value) if isinstance(value, str) else value for name, value in params.items()}
    return Problem(file, line, what.format(**plain), fix.format(**plain), severity, code, plain)


def _in_a_line(text: str) -> str:
    text = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


__all__ = ["LONGEST_VALUE", "finding"]

"""Checks on any reply text, drafted or edited: its numbers, citations, disclaimers, wording, promises, and what it must not disclose."""

from retriever.checks.check import check
from retriever.checks.reply import CITATION
from retriever.checks.rules import CheckRules
from retriever.checks.values import UNSUPPORTED

__all__ = ["CITATION", "UNSUPPORTED", "CheckRules", "check"]

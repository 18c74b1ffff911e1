"""What only internal articles say: sentences of a reply that repeat one, word for word or nearly, with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from kb.models import Doubt, ReplyLanguage, Source
from kb.quantities import Kind, Quantity, read, supported
from kb.snapshot import Snapshot
from kb.text import convert, tokenise
from retriever.check_phrases import message
from retriever.checks.reply import Statement, stated_by

VERBATIM = 9
"""Tokens in a row that a reply takes from an internal sentence: one is enough to tell."""
NEAR = 0.6
"""Share of an internal sentence's tokens in one sentence of a reply, with one of its numbers, from which this repeats it."""
HALF = 0.5
"""Share of the reply's own sentence in an internal one, with one of its numbers, from which it gives a part of it away."""
AS_MUCH = 0.75
"""Share of what both have that a public text says too, from which it is no secret."""
_LOOKED_AT = 5
_NEAREST = 20
"""Chunks, best lexical match first, among which the public wording of an internal sentence is looked for."""
_FEWEST = 5
"""Tokens of a sentence of an internal article below which it is too general to tell."""

_LEAST = min(NEAR * _FEWEST, _FEWEST - 1, VERBATIM)
"""Tokens shared with an internal sentence below which none of the three ways to repeat it can hold."""


class InternalText:
    """The sentences of internal articles, by what they share with a reply."""

    def __init__(self, snapshot: Snapshot, before: InternalText | None = None) -> None:
        """before: that of an earlier snapshot; what it read of chunks that stand in both is taken over."""
        not_public = {article.id for article in snapshot.articles.values() if article.audience == "agent"}
        internal = [chunk for chunk in snapshot.chunks if chunk.article in not_public]
        self._articles = frozenset(chunk.article for chunk in internal)
        self._chunks = tuple(internal)
        self._titles = {article: snapshot.articles[article].title for article in self._articles}
        known = {id(chunk): tokens for chunk, tokens in zip(before._chunks, before._tokens, strict=True)} if before else {}
        self._tokens: tuple[frozenset[str], ...] = tuple(known.get(id(chunk)) or frozenset(_content(chunk.text)) for chunk in internal)
        self._by_token: dict[str, list[int]] = {}
        for at, tokens in enumerate(self._tokens):
            for token in tokens:
                self._by_token.setdefault(token, []).append(at)
        self._nearest_public = lru_cache(maxsize=1024)(partial(_nearest_of, snapshot, self._articles))

    def check(self, statements: Sequence[Statement], sources: Sequence[Source], lang: ReplyLanguage) -> list[Doubt]:
        """Sentences that disclose. None where the reply rests on an internal article: then a colleague asked."""
        if not self._chunks or any(source.article in self._articles for source in sources):
            return []
        doubts = []
        for statement in statements:
            at = self._repeated(statement, sources)
            if at is not None:
                chunk = self._chunks[at]
                said = message("internal", lang, title=convert(self._titles[chunk.article], lang), rule=convert(_short(chunk.text), lang))
                doubts.append(Doubt("internal", statement.span(*_trimmed(statement.text)), said, ""))
        return doubts

    def _repeated(self, statement: Statement, sources: Sequence[Source]) -> int | None:
        """Which internal sentence the statement repeats."""
        ordered = _content(statement.text)
        tokens = frozenset(ordered)
        counts = Counter(at for token in tokens for at in self._by_token.get(token, ()))
        enough = [entry for entry in counts.items() if entry[1] >= _LEAST]  # most share a token or two
        for at, count in sorted(enough, key=lambda entry: -entry[1])[:_LOOKED_AT]:
            own = self._tokens[at]
            whole = len(own) >= _FEWEST and count >= NEAR * len(own)
            part = count >= _FEWEST - 1 and count >= HALF * len(tokens)
            verbatim = count >= VERBATIM and _longest_run(ordered, own) >= VERBATIM
            if not (whole or part or verbatim):
                continue
            stated = read(self._chunks[at].text)
            given = [one for one in statement.quantities if one.kind is not Kind.NUMBER and supported(one, stated)]
            if not given and ((part and not (whole or verbatim)) or any(one.kind is not Kind.NUMBER for one in stated)):
                continue
            if not self._is_public(tokens & own, given, sources):
                return at
        return None

    def _is_public(self, shared: frozenset[str], given: Sequence[Quantity], sources: Sequence[Source]) -> bool:
        """Whether a source of the reply or a public article says as much, with the same numbers."""
        texts = [stated_by(source) for source in sources] + self._nearest_public(shared)
        return any(
            len(shared.intersection(_content(text))) >= AS_MUCH * len(shared) and all(supported(one, read(text)) for one in given) for text in texts
        )


def _nearest_of(snapshot: Snapshot, internal: frozenset[str], shared: frozenset[str]) -> list[str]:
    """The public chunks with the most of these tokens. internal: articles that are not public."""
    index = snapshot.bm25
    if index is None:
        return []
    known = [token for token in shared if token in index.vocab_dict]
    if not known:
        return []
    nearest = np.argsort(-index.get_scores(known))[:_NEAREST]
    return [chunk.text for chunk in (snapshot.chunks[int(row)] for row in nearest) if chunk.article not in internal]


def _content(text: str) -> list[str]:
    """Pairs of Chinese characters, stems of words and numbers, in order."""
    return [token for token in tokenise(text) if len(token) > 1 or token.isdigit()]


def _longest_run(ordered: Sequence[str], own: frozenset[str]) -> int:
    longest = run = 0
    for token in ordered:
        run = run + 1 if token in own else 0
        longest = max(longest, run)
    return longest


def _trimmed(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:80] + "…"


__all__ = ["InternalText"]

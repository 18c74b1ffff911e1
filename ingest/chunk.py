"""Article → chunks: one for each paragraph, list item and table row, each with the approved wordings that are its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.lint_replies import stated_in, unused
from kb.models import ApprovedReply, Article, Block, Chunk, Problem, Section
from kb.quantities import read, supported
from kb.text import sentences, tokenise

Similarity = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""(texts, texts) → cosines of shape (len(first), len(second))."""

LONGEST_CHUNK = 600
"""Characters; a longer paragraph is cut between sentences."""


def chunk(article: Article, similarity: Similarity | None = None) -> tuple[list[Chunk], list[Problem]]:
    """The article's chunks in reading order, and warnings about approved replies that word no text of their section."""
    chunks: list[Chunk] = []
    problems: list[Problem] = []
    for section in article.sections:
        blocks = [piece for block in section.blocks for piece in _pieces(block)]
        replies, lost = _assign(article, section, blocks, similarity)
        problems += [unused(article, section, blocks, reply) for reply in lost]
        for position, block in enumerate(blocks):
            ordinal = len(chunks)
            chunks.append(
                Chunk(
                    id=f"{article.id}#{ordinal}", article=article.id, ordinal=ordinal, kind=block.kind, text=block.text,
                    quote=block.quote, section=" > ".join(section.path), lines=block.lines, cells=block.cells,
                    table=block.table, replies=tuple(replies.get(position, [])),
                )
            )  # fmt: skip
    return chunks, problems


def _pieces(block: Block) -> list[Block]:
    """A long paragraph as several blocks of whole sentences; everything else as it is."""
    if block.kind != "paragraph" or len(block.text) <= LONGEST_CHUNK:
        return [block]
    spans: list[tuple[int, int]] = []
    for start, end in sentences(block.text):
        for cut in range(start, end, LONGEST_CHUNK):
            cut_end = min(end, cut + LONGEST_CHUNK)
            if spans and cut_end - spans[-1][0] <= LONGEST_CHUNK:
                spans[-1] = (spans[-1][0], cut_end)
            else:
                spans.append((cut, cut_end))
    pieces = [block.text[start:end] for start, end in spans]
    return [Block("paragraph", piece, piece if piece in block.quote else block.quote, block.lines) for piece in pieces]


def _assign(
    article: Article, section: Section, blocks: Sequence[Block], similarity: Similarity | None
) -> tuple[dict[int, list[ApprovedReply]], list[ApprovedReply]]:
    """Each approved line to the block that it words: the most similar one that states all its quantities; earlier lines first."""
    assigned: dict[int, list[ApprovedReply]] = {}
    lost: list[ApprovedReply] = []
    if not section.replies or not blocks:
        return assigned, list(section.replies)
    cosines = similarity([reply.text for reply in section.replies], [block.text for block in blocks]) if similarity else None
    for lang in dict.fromkeys(reply.lang for reply in section.replies):
        lines = [(row, reply) for row, reply in enumerate(section.replies) if reply.lang == lang]
        for order, (row, reply) in enumerate(lines):
            needed = read(reply.text)
            best, best_score = -1, -1.0
            for position, block in enumerate(blocks):
                if any(other.lang == lang for other in assigned.get(position, [])):
                    continue
                stated = stated_in(block, section, article)
                if not all(supported(quantity, stated) for quantity in needed):
                    continue
                place = abs(order / len(lines) - position / len(blocks))
                score = _likeness(reply.text, block.text) + _shared(reply.text, block.text) - 0.3 * place
                score += float(cosines[row, position]) if cosines is not None else 0.0
                if score > best_score:
                    best, best_score = position, score
            if best < 0:
                lost.append(reply)
            else:
                assigned.setdefault(best, []).append(reply)
    return assigned, lost


def _likeness(reply: str, text: str) -> float:
    """Share of the reply's tokens that stand in the text; near 0 across languages."""
    tokens = set(tokenise(reply))
    return len(tokens & set(tokenise(text))) / max(1, len(tokens))


def _shared(reply: str, text: str) -> float:
    """Share of the text's quantities that the reply states: the line that says most of a block words it best."""
    stated = read(text)
    return sum(supported(quantity, read(reply)) for quantity in stated) / max(1, len(stated))


__all__ = ["Similarity", "chunk"]

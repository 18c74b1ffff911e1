"""How long a change of one article takes until every open desk answers from it, in the process that publishes and in another one.

The articles are made up from the bundled corpus of article-style sentences: 4 to 10 passages each, in three languages, paragraphs, lists and tables.
Beside it, what the same change costs where the whole snapshot is written, loaded and prepared again.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kb import snapshot as snapshots
from kb.answerability import ordinary
from kb.article_texts import version_of
from kb.embedding import make_embedder
from kb.settings import Settings
from kb.text import script
from retriever.answer import Answerer
from ui.services import Services
from ui.workspace import Workspace

CHANGES: Final = 7
_GIVE_UP: Final = 600.0
"""Seconds for one change."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of one change each."""

    here: list[float]
    """From saving to the first answer out of it in the process that publishes."""
    there: list[float]
    """The same in another process."""
    processor_here: list[float]
    """Processor time that the publishing process spent on it."""
    whole: float
    """Writing, loading and preparing the whole snapshot again."""
    articles: int
    chunks: int


def publishing(sizes: list[int]) -> None:
    """Print the table."""
    measured = [_measured(size) for size in sizes]
    print(f"\npublish one change, seconds, {CHANGES} times: median (longest)")
    print(f"{'':52s}" + "".join(f"{f'{one.articles:,} articles':>20s}" for one in measured))
    print(f"{'':52s}" + "".join(f"{f'{one.chunks:,} chunks':>20s}" for one in measured))
    for name, field in (
        ("saved, published, answered from in the same process", "here"), ("answered from in another process", "there"),
        ("processor time in the publishing process", "processor_here"),
    ):  # fmt: skip
        print(f"{name:52s}" + "".join(f"{_median_and_longest(getattr(one, field)):>20s}" for one in measured))
    print(f"{'baseline: the whole snapshot again':52s}" + "".join(f"{one.whole:20.2f}" for one in measured), flush=True)


def _median_and_longest(seconds: list[float]) -> str:
    return f"{np.median(seconds):.2f} ({max(seconds):.2f})"


def _measured(size: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(content=made_up(Path(folder) / "content", size), home=Path(folder) / "home")
        services = Services.open(settings)
        workspace = Workspace(services)
        files = sorted(workspace.holdings().files)  # read once, as the list of articles does
        here, there, processor = [], [], []
        with _another_desk(settings) as desk:
            for number in range(CHANGES):
                file = files[number * len(files) // CHANGES]
                head, _ = workspace.head(file)
                assert head is not None
                word = f"quokka{number}"
                started, began, worked = time.perf_counter(), time.time(), time.process_time()
                summary = workspace.save(file, f"{head.rstrip()}\n\nThe code word is {word}.\n", version_of(head), "published", "", "bench")
                assert summary is not None
                answer = services.ask(f"What is the code word {word}?", asker="agent")
                here.append(time.perf_counter() - started)
                processor.append(time.process_time() - worked)
                there.append(desk.found(word, summary.snapshot) - began)
                assert answer.snapshot == summary.snapshot
                assert file.removesuffix(".md") in answer.retrieved
        snapshot = services.answerer.snapshot
        figures = Figures(here, there, processor, _whole_again(settings), len(snapshot.articles), len(snapshot.chunks))
        services.close()
        return figures


def _whole_again(settings: Settings) -> float:
    """Seconds that the published snapshot takes to be written whole, loaded and prepared for the first answer."""
    snapshot, embedder = snapshots.load_current(settings.home), make_embedder(settings)
    started = time.perf_counter()
    parts = (list(snapshot.articles.values()), snapshot.chunks, snapshot.vectors, snapshot.embedder, snapshot.companions)
    snapshots.publish(snapshots.make(*parts, dict(snapshot.texts)), settings.home, 1)
    Answerer(snapshots.load_current(settings.home), embedder).answer("return?")
    return time.perf_counter() - started


# ---- the other process ---------------------------------------------------------------------------------------------------


class _Desk:
    """Another process that answers from the same home."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def found(self, word: str, snapshot: str) -> float:
        """When it found the word, in seconds since 1970."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([word, snapshot]), file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())


@contextmanager
def _another_desk(settings: Settings) -> Iterator[_Desk]:
    command = [sys.executable, "-m", "ui.publish_bench", str(settings.content), str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "open\n"
        yield _Desk(process)
        process.stdin.close()


def _desk(content: Path, home: Path) -> None:
    """Say when each snapshot first answered, asked after it by word and id."""
    services = Services.open(Settings(content=content, home=home))
    services.start()
    print("open", flush=True)
    answered: dict[str, float] = {}
    for line in sys.stdin:
        word, snapshot = json.loads(line)
        until = time.time() + _GIVE_UP
        while snapshot not in answered and time.time() < until:
            answer = services.ask(f"What is the code word {word}?", asker="agent")
            answered.setdefault(answer.snapshot, time.time())
            time.sleep(0.01)
        print(answered[snapshot], flush=True)
    services.close()


# ---- made-up articles -----------------------------------------------------------------------------------------------------


def made_up(target: Path, articles: int) -> Path:
    """A content folder of so many articles. The same each time."""
    sentences: dict[str, list[str]] = {}
    for _, sentence in ordinary():
        sentences.setdefault(script(sentence) or "en", []).append(sentence)
    chance = random.Random(20)
    for number in range(articles):
        lang = chance.choice(("zh-Hant", "zh-Hans", "en"))
        path = target / "articles" / f"room{number % 50}" / f"article-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_article(number, lang, sentences[lang], chance), encoding="utf-8")
    return target


def _article(number: int, lang: str, sentences: list[str], chance: random.Random) -> str:
    """Front matter and 4 to 10 passages."""

    def sentence() -> str:
        return "".join(str(chance.randrange(1, 10)) if one.isdigit() else one for one in chance.choice(sentences))

    matter = {
        "title": f"{sentence()[:20].replace(':', ' ').strip()} {number}", "lang": lang, "category": chance.choice(("returns", "delivery", "care")),
        "audience": "agent" if chance.random() < 0.1 else "public", "owner": "desk", "valid_from": "2026-01-01", "status": "published",
    }  # fmt: skip
    head = [
        "---",
        *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in matter.items() if key != "valid_from"),
        "valid_from: 2026-01-01",
    ]
    blocks: list[str] = []
    left = chance.randint(4, 10)
    while left > 0:
        run = min(left, chance.randint(2, 4))
        left -= run
        shape = chance.choice(("paragraphs", "items", "rows"))
        blocks.append(f"## {sentence()[:12]}")
        if shape == "paragraphs":
            blocks += [sentence() for _ in range(run)]
        elif shape == "items":
            blocks.append("\n".join(f"- {sentence()}" for _ in range(run)))
        else:
            rows = (f"| {sentence()[:10]} | {chance.randint(1, 90)} |" for _ in range(run))
            blocks.append("\n".join(["| A | B |", "|---|---|", *(row.replace("\n", " ") for row in rows)]))
    return "\n".join([*head, "---", "", "\n\n".join(blocks), ""])


if __name__ == "__main__":
    _desk(Path(sys.argv[1]), Path(sys.argv[2]))


__all__ = ["made_up", "publishing"]

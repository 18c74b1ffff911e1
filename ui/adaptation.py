"""Adapting the bundled model to a shop's golden questions and accepted replies: `kb adapt`, and one step back.

Questions are held out in two ways, each scored by a model that did not see it. Some wordings of known topics: the next customer's wording
must be found better. Whole topics: what nobody asked yet must not be found worse. Only when both hold is a model trained on all questions and published.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.build import embedded_text, ingest, re_embed
from ingest.embed import Progress
from kb import adapted
from kb import snapshot as snapshots
from kb.embedding import Vectors, make_embedder
from kb.errors import EmbedderError, QuestionsError
from kb.evaluation import stands_in
from kb.lexicon import glossary_lexicon
from kb.modelling.data import PARAPHRASES, Intent, read_intents
from kb.modelling.evaluate import StaticModel
from kb.modelling.shop import Example, ShopSettings, ShopTrainer, write_model
from kb.models import Query
from kb.questions import Question
from kb.settings import Settings
from kb.snapshot import Snapshot
from kb.static_embedding import StaticEmbedder, bundled_model_directory
from kb.text import normalise
from retriever.query import understand
from retriever.search import Searcher, ranked_articles

FEWEST = 40
"""Answerable questions with evidence below which an adaptation would be a guess."""
PARTS = 3
"""Parts into which the questions are split, and the topics; each is held out once."""
LEAST_LEAD = 2
"""How many more held-out wordings must be found better than worse: one lucky question is no reason."""
MRR_TOLERANCE = 0.01
"""By how much the reciprocal rank of held-out topics may fall."""
RECALL_TOLERANCE = 0.02
"""By how much R@5 may fall, of held-out wordings and topics: two questions of a hundred."""
SEED = 20
MOST_POSITIVES = 3
"""Chunks of one article that count as the answer to one question, the best-matching ones."""
KEPT = 3
"""Adapted models that a home keeps: the one in use and those before it."""


@dataclass(frozen=True, slots=True)
class Case:
    """An answerable question, with what it is trained on and what it is scored by."""

    question: Question
    example: Example
    articles: frozenset[str]
    """Any of these is a right find."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well questions find their articles, each article ranked by its best chunk; all 0..1."""

    r1: float
    r5: float
    mrr: float

    @classmethod
    def of(cls, ranks: Sequence[int]) -> Figures:
        """`ranks`: of the first right article, from 1; 0 where none was found."""
        found = np.array(ranks)
        return cls(float((found == 1).mean()), float(((found >= 1) & (found <= 5)).mean()), float(np.mean([_reciprocal(rank) for rank in ranks])))


@dataclass(frozen=True, slots=True)
class Ranks:
    """Of the first right article of each question, from 1; 0 where none was found."""

    dense: list[int]
    """By the vectors alone."""
    search: list[int]
    """By the whole search."""


def _reciprocal(rank: int) -> float:
    return 1 / rank if rank else 0.0


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Questions that were held out, before and after."""

    questions: int
    dense_before: Figures
    dense_after: Figures
    search_before: Figures
    search_after: Figures
    up: int
    """Questions whose article the whole search ranks higher than before…"""
    down: int
    """…and lower."""
    error: float
    """Standard error of the change of the whole search's reciprocal rank, question by question."""

    @classmethod
    def of(cls, before: Ranks, after: Ranks) -> HeldOut:
        changes = np.array([_reciprocal(new) - _reciprocal(old) for old, new in zip(before.search, after.search, strict=True)])
        error = float(changes.std(ddof=1) / np.sqrt(len(changes))) if len(changes) > 1 else float("inf")
        return cls(
            len(changes), Figures.of(before.dense), Figures.of(after.dense), Figures.of(before.search), Figures.of(after.search),
            int((changes > 0).sum()), int((changes < 0).sum()), error,
        )  # fmt: skip

    @property
    def gain(self) -> float:
        """By how much the reciprocal rank rose in the whole search."""
        return self.search_after.mrr - self.search_before.mrr

    @property
    def keeps_recall(self) -> bool:
        return self.search_after.r5 >= self.search_before.r5 - RECALL_TOLERANCE

    def table(self) -> list[list[str]]:
        """Rows of name, R@1, R@5, MRR, how many questions moved; each figure as before → after."""
        rows = (
            ("vectors alone", self.dense_before, self.dense_after, ""),
            ("whole search", self.search_before, self.search_after, f"{self.up} up, {self.down} down"),
        )
        return [
            [name, *(f"{old:.3f} → {new:.3f}" for old, new in zip(dataclasses.astuple(before), dataclasses.astuple(after), strict=True)), moved]
            for name, before, after, moved in rows
        ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both kinds of held-out questions, before and after."""

    wordings: HeldOut
    """Questions on articles that other questions taught: what must get better."""
    topics: HeldOut
    """Questions on articles that no question taught: what must not get worse."""
    topic_count: int
    """Groups of articles that share questions; what is held out together."""

    @property
    def better(self) -> bool:
        """Whether new wordings are found better, by more than the spread of single questions explains, and new topics no worse."""
        wordings, topics = self.wordings, self.topics
        found_better = wordings.gain > wordings.error and wordings.up - wordings.down >= LEAST_LEAD
        keeps_first = wordings.search_after.r1 >= wordings.search_before.r1
        return found_better and keeps_first and wordings.keeps_recall and topics.gain >= -MRR_TOLERANCE and topics.keeps_recall

    def parts(self) -> list[tuple[str, HeldOut]]:
        """Both kinds under the names that a user reads."""
        return [
            (f"{self.wordings.questions} new wordings of known topics", self.wordings),
            (f"{self.topics.questions} questions on {self.topic_count} new topics", self.topics),
        ]


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What `kb adapt` did."""

    comparison: Comparison
    left_out: int
    """Answerable questions without an article in the knowledge base."""
    identity: str | None
    """Of the published model; None where nothing is published."""
    seconds: float


def adapt(
    settings: Settings,
    questions: Sequence[Question],
    progress: Progress | None = None,
    training: ShopSettings | None = None,
    corpus: Sequence[Intent] | None = None,
    base: Path | None = None,
) -> Adaptation:
    """Train, compare, and publish where held-out wordings got better and held-out topics no worse. Raises QuestionsError for too few questions,
    EmbedderError for another model."""
    started = time.perf_counter()
    adapted.adapted_names(settings.home)  # a broken file is told before the work, not after it
    if settings.embedder != "bundled":
        raise EmbedderError(
            f"only the bundled model can be adapted, the settings name {settings.embedder!r}", where="KB_EMBEDDER", fix="set it to bundled"
        )  # fmt: skip
    base = base or bundled_model_directory()
    training = training or ShopSettings()
    snapshot = _published(settings)
    cases, left_out = find_cases(distinct(questions), snapshot, StaticEmbedder(base))
    wordings, topics = split_wordings(cases), split_topics(cases)
    trainer = ShopTrainer(
        StaticModel.load(base), _texts(snapshot), [chunk.article for chunk in snapshot.chunks], [case.example for case in cases],
        read_intents(PARAPHRASES) if corpus is None else corpus, training,
    )  # fmt: skip
    step = _Steps(progress, (len(wordings) + len(topics) + 1) * training.steps * len(training.seeds))
    before = ranks(cases, snapshot, StaticEmbedder(base))
    comparison = Comparison(
        compare(cases, before, wordings, snapshot, trainer, step), compare(cases, before, topics, snapshot, trainer, step), len(_topics(cases))
    )  # fmt: skip
    identity = None
    if comparison.better:
        model = trainer.train(range(len(cases)), step)
        identity = publish(settings, model, card(comparison, StaticEmbedder(base).identity), _texts(snapshot))
    return Adaptation(comparison, left_out, identity, time.perf_counter() - started)


def undo(settings: Settings) -> str:
    """Go back to the model before the last adaptation, and embed again; the identity in use then. Raises EmbedderError where there is none."""
    names = adapted.adapted_names(settings.home)
    if not names:
        raise EmbedderError("no adapted model is in use", where=str(settings.home), fix="nothing has to be undone")
    folder = adapted.models_folder(settings.home)
    return _use(settings, [name for name in names[1:] if (folder / name).is_dir()])


def report(done: Adaptation) -> list[str]:
    """What to tell about it, line by line."""
    lines = []
    for title, part in done.comparison.parts():
        lines.append(f"{title:38s}{'R@1':15s}{'R@5':15s}MRR")
        lines += [f"{name:38s}{'  '.join(cells)}".rstrip() for name, *cells in part.table()]
    if done.left_out:
        lines.append(f"{done.left_out} questions left out: the knowledge base has none of their articles")
    if done.identity:
        lines.append(f"better: {done.identity} is in use now ({done.seconds:.0f} s); `kb adapt --undo` goes back")
    else:
        lines.append(f"not better: nothing is published ({done.seconds:.0f} s)")
    return lines


def card(comparison: Comparison, base: str) -> str:
    """The model card."""
    figures = [f"| {title}, {name} | {' | '.join(cells)} |" for title, part in comparison.parts() for name, *cells in part.table()]
    return "\n".join([
        "# A shop's own model", "",
        f"`{base}`, fine-tuned by `kb adapt` on {comparison.topics.questions} questions of one shop, on {comparison.topic_count} topics.",
        "Held-out questions, before → after:", "", "| | R@1 | R@5 | MRR | questions |", "|---|---|---|---|---|", *figures, "",
        "Data, licences and limits: the card of the bundled model.", "",
    ])  # fmt: skip


# ---- what is trained on ------------------------------------------------------------------------------------------------


def find_cases(questions: Sequence[Question], snapshot: Snapshot, embedder: StaticEmbedder) -> tuple[list[Case], int]:
    """The answerable questions with their evidence, and how many of them have none. Raises QuestionsError for too few."""
    vectors = embedder.encode_passages(_texts(snapshot))
    answerable = [one for one in questions if not one.expect.abstain]
    found = [_case(one, snapshot, embedder, vectors) for one in answerable]
    cases = [case for case in found if case]
    if len(cases) < FEWEST:
        raise QuestionsError(
            f"{len(cases)} answerable questions expect an article of the knowledge base; that is too few to learn from", where="kb adapt",
            fix=f"give at least {FEWEST}, each with its articles and must_include",
        )  # fmt: skip
    return cases, len(answerable) - len(cases)


def _case(question: Question, snapshot: Snapshot, embedder: StaticEmbedder, vectors: Vectors) -> Case | None:
    expect = question.expect
    articles = [one for one in dict.fromkeys((*expect.articles.all_of, *expect.articles.any_of)) if one in snapshot.articles]
    rows = {name: [row for row, chunk in enumerate(snapshot.chunks) if chunk.article == name] for name in articles}
    if not any(rows.values()):
        return None
    text = _with_context(question, snapshot)
    cosines = vectors @ embedder.encode_queries([text])[0]
    wordings = [one for group in expect.must_include for one in group]
    holding = {row for row, chunk in enumerate(snapshot.chunks) if any(stands_in(one, chunk.text) for one in wordings)}
    positives: list[int] = []
    for own in rows.values():
        evidence = [row for row in own if row in holding] or (own if not wordings else [])
        positives += sorted(evidence, key=lambda row: -cosines[row])[: MOST_POSITIVES if wordings else 1]
    if not positives:  # the wording is said by no chunk as it stands
        positives = [max((row for own in rows.values() for row in own), key=lambda row: float(cosines[row]))]
    excused = holding.union(*rows.values())
    return Case(question, Example(text, tuple(positives), frozenset(excused)), frozenset(articles))


def _with_context(question: Question, snapshot: Snapshot) -> str:
    """The question, after the customer's last message where it follows that up."""
    context = _query(question, snapshot).context
    return f"{context} {question.text}" if context else question.text


def distinct(questions: Sequence[Question]) -> list[Question]:
    """The questions without those that repeat one before them: a held-out question that was trained on would show nothing."""
    first: dict[tuple[str, ...], Question] = {}
    for one in questions:
        first.setdefault((normalise(one.text), *(normalise(turn.text) for turn in one.history)), one)
    return list(first.values())


def split_wordings(cases: Sequence[Case]) -> list[list[int]]:
    """The positions of cases in PARTS parts; while one is held out, others ask about its topic. Topics of one question are in none.

    Raises QuestionsError.
    """
    random = np.random.default_rng(SEED)
    dealt = [int(position) for topic in _topics(cases).values() if len(topic) > 1 for position in random.permutation(topic)]
    if len(dealt) < FEWEST // 2:
        raise QuestionsError(
            f"{len(dealt)} questions ask about an article that another one asks about too; that is too few to hold some out", where="kb adapt",
            fix=f"add other wordings of questions that are there, until {FEWEST // 2} have company",
        )  # fmt: skip
    return [sorted(dealt[first::PARTS]) for first in range(PARTS)]


def split_topics(cases: Sequence[Case]) -> list[list[int]]:
    """The positions of the cases in PARTS parts of about equal size; two questions that share an article are in one part. Raises QuestionsError."""
    topics = list(_topics(cases).values())
    np.random.default_rng(SEED).shuffle(topics)
    parts: list[list[int]] = [[] for _ in range(PARTS)]
    for topic in sorted(topics, key=len, reverse=True):
        min(parts, key=len).extend(topic)
    if max(map(len, parts)) > len(cases) - FEWEST // 2:
        raise QuestionsError(
            "nearly all questions share their articles, so that nothing can be held out", where="kb adapt",
            fix="add questions on other articles",
        )  # fmt: skip
    return [sorted(part) for part in parts if part]


def _topics(cases: Sequence[Case]) -> dict[str, list[int]]:
    """Positions of the cases by topic: articles that any question expects together are one."""
    topic_of: dict[str, str] = {}
    for case in cases:
        first, *_ = names = sorted(case.articles)
        joined = {topic_of.get(name, name) for name in names}
        for name in [*names, *(other for other, topic in topic_of.items() if topic in joined)]:
            topic_of[name] = first
    topics: dict[str, list[int]] = {}
    for position, case in enumerate(cases):
        topics.setdefault(topic_of[min(case.articles)], []).append(position)
    return topics


# ---- before and after --------------------------------------------------------------------------------------------------


def compare(
    cases: Sequence[Case], before: Ranks, parts: Sequence[Sequence[int]], snapshot: Snapshot, trainer: ShopTrainer, step: Callable[[], None]
) -> HeldOut:  # fmt: skip
    """Every part scored by a model trained on all cases outside of it, beside the ranks before, which are those of all cases."""
    held_out = [position for part in parts for position in part]
    after = Ranks([], [])
    for part in parts:
        rest = sorted(set(range(len(cases))) - set(part))
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder) / "model"
            write_model(trainer.train(rest, step), directory, "")
            scored = ranks([cases[position] for position in part], snapshot, StaticEmbedder(directory))
        after.dense.extend(scored.dense)
        after.search.extend(scored.search)
    return HeldOut.of(Ranks([before.dense[position] for position in held_out], [before.search[position] for position in held_out]), after)


def ranks(cases: Sequence[Case], snapshot: Snapshot, embedder: StaticEmbedder) -> Ranks:
    """How the questions find their articles with this embedder."""
    vectors = embedder.encode_passages(_texts(snapshot))
    again = dataclasses.replace(snapshot, vectors=vectors, embedder=embedder.identity)
    again.__dict__["bm25"] = snapshot.bm25  # the words are the same
    searcher = Searcher(again, embedder)
    cosines = embedder.encode_queries([case.example.text for case in cases]) @ vectors.T
    articles = [chunk.article for chunk in snapshot.chunks]
    dense = [
        _rank(list(dict.fromkeys(articles[row] for row in np.argsort(-row_cosines))), case) for row_cosines, case in zip(cosines, cases, strict=True)
    ]
    search = [_rank(ranked_articles(searcher.search(_query(case.question, snapshot)), searcher, len(snapshot.articles)), case) for case in cases]
    return Ranks(dense, search)


def _rank(ranking: Sequence[str], case: Case) -> int:
    return next((rank for rank, article in enumerate(ranking, 1) if article in case.articles), 0)


def _published(settings: Settings) -> Snapshot:
    """The published snapshot; the content folder is indexed first where nothing is published."""
    if snapshots.current_id(settings.home) is None:
        ingest(settings.content, make_embedder(settings), settings.home, settings.keep_snapshots)
    return snapshots.load_current(settings.home)


class _Steps:
    """Counts training steps for a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self) -> None:
        self._done += 1
        if self._progress and (self._done % 5 == 0 or self._done == self._total):
            self._progress(self._done, self._total)


def _query(question: Question, snapshot: Snapshot) -> Query:
    shop = snapshot.companions.shop
    return understand(
        question.text, history=question.turns(), as_of=question.as_of or shop.current_date(), asker=question.asker, lang=None,
        default=shop.reply_language, terms=glossary_lexicon(snapshot.companions.glossary),
    )  # fmt: skip


def _texts(snapshot: Snapshot) -> list[str]:
    return [embedded_text(chunk, snapshot.articles[chunk.article].title) for chunk in snapshot.chunks]


# ---- publishing --------------------------------------------------------------------------------------------------------


def publish(settings: Settings, model: StaticModel, text: str, passages: Sequence[str]) -> str:
    """Write the model beside, verify it by loading, put it in use and embed with it; its identity. What fails leaves everything as it was."""
    folder = adapted.models_folder(settings.home)
    folder.mkdir(parents=True, exist_ok=True)
    before = adapted.adapted_names(settings.home)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as beside:
        written = Path(beside) / "model"
        write_model(model, written, text)
        identity = _verified(written, passages)
        name = identity.rpartition(":")[2]
        if not (folder / name).exists():
            os.replace(written, folder / name)
    _use(settings, [name, *(one for one in before if one != name)][:KEPT])
    return identity


def _verified(directory: Path, passages: Sequence[str]) -> str:
    """The identity of a model that loads and gives unit vectors for these passages. Raises EmbedderError."""
    embedder = StaticEmbedder(directory)
    vectors = embedder.encode_passages(passages)
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(vectors).all() or not (np.isclose(lengths, 1, atol=1e-4) | (lengths == 0)).all() or not lengths.any():
        raise EmbedderError("the adapted model gives no unit vectors", where=str(directory), fix="look at the questions, then run `kb adapt` again")
    return embedder.identity


def _use(settings: Settings, names: Sequence[str]) -> str:
    """Put the first of these adapted models in use, the bundled one without any, and embed what is published with it.

    Its identity. What fails puts back what was.
    """
    before = adapted.adapted_names(settings.home)
    try:
        adapted.set_adapted(settings.home, names)
        embedder = make_embedder(settings)
        if snapshots.current_id(settings.home) is not None:
            re_embed(snapshots.load_current(settings.home), embedder, settings.home, settings.keep_snapshots)
    except BaseException:
        adapted.set_adapted(settings.home, before)
        raise
    finally:
        adapted.prune(settings.home)
    return embedder.identity if embedder else ""

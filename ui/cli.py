"""The command line: `kb ingest`, `lint`, `ask`, `eval`, `adapt`, `models`, `serve`. Prints; everything else returns."""

from __future__ import annotations

import datetime as dt
import json
import logging
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kb.errors import QuestionsError, SettingsError, YoujuError
from kb.models import REPLY_LANGUAGES, Answer, Asker, ReplyLanguage
from kb.settings import Settings, settings_table
from ui.cli_accounts import clients, receipt_command, users
from ui.cli_certificates import certificates_command
from ui.cli_conflicts import conflicts_command, parity_command
from ui.cli_demo import demo_command
from ui.cli_drills import drill_problems, drills
from ui.cli_forget import forget_command
from ui.cli_gaps import gaps_command
from ui.cli_impact import impact_command
from ui.cli_import import import_command
from ui.services import Services

if TYPE_CHECKING:
    from ingest.build import Summary
    from kb.comparison import Comparison
    from kb.embedding import Embedder
    from kb.evaluation import Judgement
    from kb.questions import Question

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Youju: reply drafts for customer service, every claim with its sentence in your own articles.",
)  # fmt: skip
out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

app.add_typer(users, name="users")
app.add_typer(drills, name="drills")
app.add_typer(clients, name="clients")
app.command("receipt")(receipt_command)
app.command("conflicts")(conflicts_command)
app.command("parity")(parity_command)
app.command("impact")(impact_command)
app.command("import")(import_command)
app.command("gaps")(gaps_command)
app.command("demo")(demo_command)
app.command("forget")(forget_command)
app.command("certificates")(certificates_command)

ContentArgument = Annotated[Path | None, typer.Argument(help="Content folder; default: the setting `content`.")]


@app.command("ingest")
def ingest_command(
    path: ContentArgument = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and publish what changes in the folder.")] = False,
) -> None:
    """Index a content folder and publish the snapshot."""
    from ingest.build import ingest
    from kb.embedding import make_embedder

    settings = Settings.load()
    embedder = make_embedder(settings)
    if watch:
        _watch(path or settings.content, settings, embedder)
        return
    with _bar("embedding") as progress:
        summary = ingest(path or settings.content, embedder, settings.home, settings.keep_snapshots, progress)
    _print_summary(summary)
    if embedder is None:
        out.print("Lexical search only: no embedding model is set (KB_EMBEDDER=none).")


def _watch(content: Path, settings: Settings, embedder: Embedder | None) -> None:
    from kb.store import Store, store_url
    from ui.watch import watch

    stop = Event()

    def end(number: int, _frame: object) -> None:
        """What is being published is published; whoever cannot wait for that asks twice."""
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    store = Store.open(store_url(settings))
    try:
        watch(content, settings, embedder, store, lambda said: err.print(f"{said}") if isinstance(said, YoujuError) else _print_summary(said), stop)
    finally:
        store.close()


def _print_summary(summary: Summary) -> None:
    for problem in summary.problems:
        err.print(f"{problem.severity}: {problem}")
    out.print(
        f"{summary.articles} articles, {summary.chunks} chunks, {summary.skipped} skipped ({summary.kept} kept as published before), "
        f"{summary.embedded} embedded, {summary.seconds:.1f} s; snapshot {summary.snapshot}"
    )


@app.command("lint")
def lint_command(path: ContentArgument = None) -> None:
    """Print every problem of a content folder; exit 1 if one is an error."""
    from ingest.build import lint

    content = path or Settings.load().content
    articles, companions, problems = lint(content)
    broken_beside = any(problem.severity == "error" and problem.file.endswith(".yaml") for problem in problems)
    if not broken_beside:  # else drills would seem to name channels and seasons that are not there
        problems += drill_problems(content, articles, companions)
    for problem in sorted(problems, key=lambda one: (one.file, one.line)):
        out.print(f"{problem}" if problem.severity == "error" else f"{problem} (warning)")
    errors = sum(problem.severity == "error" for problem in problems)
    err.print(f"{len(articles)} articles can be used; {errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command("ask")
def ask_command(
    question: Annotated[str | None, typer.Argument(help="The customer's message.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day whose rules apply, YYYY-MM-DD; default: the shop's today.")] = None,
    history: Annotated[Path | None, typer.Option("--history", help='Earlier turns: a JSON list of {"role": "customer"|"agent", "text": …}.')] = None,
    asker: Annotated[str, typer.Option("--asker", help="customer, or agent when a colleague asks.")] = "customer",
    lang: Annotated[str | None, typer.Option("--lang", help="Language of the reply: zh-Hant, zh-Hans or en; default: the customer's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer object.")] = False,
    batch: Annotated[Path | None, typer.Option("--batch", help="JSON lines with question_id, text, history, as_of, asker.")] = None,
    output: Annotated[Path | None, typer.Option("--out", help="Where the batch's answers go, as JSON lines.")] = None,
) -> None:
    """Draft a reply to one message, or to a batch of them."""
    if (question is None) == (batch is None):
        raise QuestionsError("give either a question or --batch", where="kb ask", fix='kb ask "…" or kb ask --batch IN.jsonl --out OUT.jsonl')
    services = _open()
    if batch is not None:
        if output is None:
            raise QuestionsError("--batch needs --out", where="kb ask", fix="kb ask --batch IN.jsonl --out OUT.jsonl")
        _ask_batch(services, batch, output)
        return
    from kb.questions import read_history

    turns = read_history(history) if history else ()
    answer = services.ask(question or "", history=turns, as_of=_date(as_of), asker=_asker(asker), lang=_language(lang))
    if as_json:
        print(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)


@app.command("eval")
def eval_command(
    questions: Annotated[Path, typer.Argument(help="A question set (YAML).")],
    misses: Annotated[int, typer.Option("--misses", help="How many misses to print.")] = 20,
    answers: Annotated[Path | None, typer.Option("--answers", help="Score these answers (JSON lines of kb ask --batch) instead of asking.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Also write the answers as JSON lines.")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write a page (HTML) with charts and every miss, and the run as JSON beside it.")
    ] = None,
    against: Annotated[Path | None, typer.Option("--against", help="An earlier run: its JSON, report or folder. Shows what changed.")] = None,
    fail_below: Annotated[
        list[str] | None, typer.Option("--fail-below", help="Exit 1 where a figure is lower: right=0.7. May be given again.")
    ] = None,
    fail_above: Annotated[list[str] | None, typer.Option("--fail-above", help="Exit 1 where a figure is higher: false_answer=0.3.")] = None,
) -> None:
    """Run a question set and print the figures by kind and language, the misses, and what changed since an earlier run."""
    from kb.comparison import compare
    from kb.evaluation import judge, summary, table
    from kb.questions import read_answers, read_questions
    from ui.evaluation import beside, limits, make_run, read_earlier, run_json, write_text
    from ui.report import page

    held_to = limits(fail_below or [], fail_above or [])
    earlier = read_earlier(against) if against else None
    run_file = beside(report) if report else None
    asked = read_questions(questions)
    given = read_answers(answers) if answers else _ask_all(asked)
    if out_file is not None:
        _write_lines(out_file, given.values())
    judged = [judge(one, given.get(one.id)) for one in asked]
    comparison = compare(asked, earlier.answers, given) if earlier else None
    if report is not None and run_file is not None:
        run = make_run(questions, given, judged)
        write_text(run_file, run_json(run))
        write_text(report, page(run, earlier, comparison))
        err.print(f"report: {report}; to compare with later: {run_file}")
    _print_table(table(judged))
    _print_misses(judged, misses)
    if comparison is not None:
        _print_comparison(comparison)
    figures = summary(judged)
    out.print(json.dumps(figures))
    breaches = [breach for limit in held_to if (breach := limit.broken_by(figures))]
    for breach in breaches:
        err.print(breach)
    if breaches:
        raise typer.Exit(1)


def _ask_all(asked: Sequence[Question]) -> dict[str, dict[str, Any]]:
    services = _open()
    given = {}
    with _bar("asking") as progress:
        for number, one in enumerate(asked, 1):
            given[one.id] = services.ask(one.text, history=one.turns(), as_of=one.as_of, asker=one.asker).as_json() | {"question_id": one.id}
            progress(number, len(asked))
    return given


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    grid = Table(*rows[0], box=None)
    for row in rows[1:]:
        grid.add_row(*row)
    Console(width=150, highlight=False).print(grid)


def _print_comparison(comparison: Comparison) -> None:
    """The changed answers, the worst first, and each figure's change with its interval."""
    for name, changes in (("broke", comparison.broken), ("mended", comparison.mended)):
        for one in changes:
            why = "; ".join((one.now if name == "broke" else one.before).misses)
            out.print(f"{name} {one.question.id} {one.question.kind}: {one.question.text}\n    {why}")
    out.print(
        f"{comparison.compared} compared: {len(comparison.broken)} broke, {len(comparison.mended)} mended, "
        f"{len(comparison.reworded)} with another draft or other sources, {len(comparison.moved)} whose sources moved; "
        f"{len(comparison.left_out)} left out"
    )
    for figure in comparison.differences:
        mark = "" if figure.better is None else "  better" if figure.better else "  worse"
        interval = f"[{figure.low:+.3f}, {figure.high:+.3f}]"
        out.print(f"{figure.name:14s} {figure.before:.3f} -> {figure.now:.3f}  {figure.change:+.3f} {interval}  p {figure.p:.3f}{mark}")


def _print_misses(judged: Sequence[Judgement], misses: int) -> None:
    missed = [one for one in judged if not one.figures.get("right") or one.figures.get("confused")]
    for miss in missed[:misses]:
        out.print(f"{miss.question.id} {miss.question.kind}: {miss.question.text}\n    {'; '.join(miss.misses)}\n    {miss.draft!r}")
    if len(missed) > misses:
        out.print(f"… and {len(missed) - misses} more; --misses {len(missed)} shows all")


@app.command("calibrate")
def calibrate_command(
    questions: Annotated[list[Path], typer.Argument(help="Question sets (YAML) of this shop.")],
    most_false_refusals: Annotated[float, typer.Option("--most-false-refusals", help="Share of answerable questions that may be refused.")] = 0.05,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the curve only.")] = False,
) -> None:
    """Fit the abstention threshold on a shop's own questions and write it to its shop.yaml."""
    from kb.questions import read_questions
    from ui.calibration import choose, curve, write_threshold

    services = _open()
    points = curve(services.answerer, [question for path in questions for question in read_questions(path)])
    chosen = choose(points, most_false_refusals)
    out.print("threshold   F1     false answers   false refusals")
    for point in points:
        if point is chosen or round(point.threshold * 100) % 5 == 0:
            mark = "  <- chosen" if point is chosen else ""
            out.print(f"{point.threshold:9.2f} {point.f1:6.3f} {point.false_answers:11.3f} {point.false_refusals:16.3f}{mark}")
    if not dry_run:
        shop_yaml = services.settings.content / "shop.yaml"
        write_threshold(shop_yaml, chosen.threshold)
        out.print(f"{shop_yaml}: thresholds.abstain = {chosen.threshold:.2f}; `kb ingest` publishes it")


@app.command("adapt")
def adapt_command(
    questions: Annotated[list[Path] | None, typer.Argument(help="Question sets (YAML) of this shop.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the model before the last adaptation.")] = False,
    from_log: Annotated[bool, typer.Option("--from-log", help="Learn from replies that agents sent much as drafted.")] = False,
) -> None:
    """Fine-tune the bundled model on a shop's questions; publish it if held-out questions get better, else exit 1."""
    from kb.questions import read_questions
    from ui import adaptation

    if undo == bool(questions or from_log):
        raise QuestionsError("give question sets, --from-log or --undo", where="kb adapt", fix="kb adapt QUESTIONS.yaml or kb adapt --undo")
    settings = Settings.load()
    if undo:
        out.print(f"in use again: {adaptation.undo(settings)}")
        return
    asked = [one for path in questions or [] for one in read_questions(path)]
    if from_log:
        replies = _accepted_replies(settings, alone=not asked)
        out.print(f"{len(replies)} accepted replies")
        asked += replies
    with _bar("adapting") as progress:
        done = adaptation.adapt(settings, asked, progress)
    for line in adaptation.report(done):
        out.print(line)
    if done.identity is None:
        raise typer.Exit(1)


def _accepted_replies(settings: Settings, *, alone: bool) -> list[Question]:
    from kb.store import Store, store_url
    from ui.accepted_replies import questions_of_replies

    with closing(Store.open(store_url(settings))) as store:
        return questions_of_replies(store, alone=alone)


@app.command("models")
def models_command() -> None:
    """List the embedding models: bundled, cached, in use."""
    from kb.catalogue import list_models

    for line in list_models(Settings.load()):
        out.print(line)


@app.command("settings")
def settings_command() -> None:
    """Print every setting with its variable, default and meaning."""
    print(settings_table(), end="")


@app.command("serve")
def serve_command() -> None:
    """Start the web app; index the content folder first where nothing is published."""
    from ui.api import WithRequestId
    from ui.app import serve

    settings = Settings.load()
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithRequestId())
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(request_id)s: %(message)s"))
    serve(_open(settings), settings)


def _open(settings: Settings | None = None) -> Services:
    with _bar("indexing") as progress:
        return Services.open(settings or Settings.load(), progress)


class _bar:
    """A progress bar on standard error that appears with the first report and only on a terminal."""

    def __init__(self, what: str) -> None:
        self._progress = Progress(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err, transient=True, disable=not sys.stderr.isatty()
        )  # fmt: skip
        self._task: Any = None

    def __enter__(self) -> _bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task("", total=total)
        self._progress.update(self._task, completed=done, total=total)


def _ask_batch(services: Services, batch: Path, output: Path) -> None:
    from kb.questions import read_batch

    lines = list(read_batch(batch))
    answers = []
    with _bar("asking") as progress:
        for number, line in enumerate(lines, 1):
            answer = services.ask(line.text, history=line.turns(), as_of=line.as_of, asker=line.asker or "customer", lang=_language(line.lang))
            answers.append(answer.as_json() | {"question_id": line.question_id})
            progress(number, len(lines))
    _write_lines(output, answers)
    err.print(f"{len(lines)} answers written to {output}")


def _write_lines(path: Path, objects: Iterable[Any]) -> None:
    from ui.evaluation import write_text

    write_text(path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects))


def _print_answer(answer: Answer) -> None:
    out.print(answer.draft)
    out.print("")
    if answer.abstain:
        out.print(f"— {answer.reason}" + (f" → {answer.escalate_to}" if answer.escalate_to else ""))
        for near in answer.nearest:
            out.print(f"  ~ {near['title']} ({near['article']})")
    for source in answer.sources:
        period = f"{source.valid_from or '…'} → {source.valid_until or '…'}"
        lines = f"{source.lines[0]}" if source.lines[0] == source.lines[1] else f"{source.lines[0]}-{source.lines[1]}"
        out.print(f"[{source.n}] {source.article}:{lines} · {source.title} · {source.section} · {period}{' · stale' if source.stale else ''}")
        out.print(f"    {source.quote}")
    for note in answer.notes:
        out.print(f"! {note}")
    out.print(f"({answer.lang}, as of {answer.as_of}, confidence {answer.confidence:.2f}, {answer.timings_ms['total']:.1f} ms)")


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(f"{text!r} is no date", where="--as-of", fix="write it as YYYY-MM-DD") from error


def _asker(text: str) -> Asker:
    if text == "customer":
        return "customer"
    if text == "agent":
        return "agent"
    raise SettingsError(f"{text!r} is nobody", where="--asker", fix="write customer or agent")


def _language(text: str | None) -> ReplyLanguage | None:
    if text is None:
        return None
    for known in REPLY_LANGUAGES:
        if text == known:
            return known
    raise SettingsError(f"{text!r} is no reply language", where="--lang", fix=f"write {', '.join(REPLY_LANGUAGES)}")


def main() -> None:
    """Entry point: one line on standard error and exit 2 for what the user can mend."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except YoujuError as error:
        err.print(f"error: {error}")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()

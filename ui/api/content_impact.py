"""Check impact: what publishing a text, or the whole folder, would change in the answers, told while it is found out. Nothing is kept or published."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from functools import cache
from typing import Annotated, Final, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field

from ingest.authoring import with_status
from ingest.candidate import with_folder, with_text
from ingest.conflicts import ConflictFinder
from kb.embedding import Embedder
from kb.errors import ContentError, StoreError, YoujuError
from kb.snapshot import Snapshot
from ui.api.bodies import AsOf, Body
from ui.api.content_articles import ArticleText, File, refusing
from ui.api.requests import request_id
from ui.api.streaming import ServerEvent, Streams
from ui.conflicts import bundled_embedder
from ui.golden import read_golden
from ui.impact import Find, LiveAnswers, Make, check, finder, golden_asked, impact_shown, real_asked
from ui.workspace import Refused, Unsound, Workspace

MOST_REAL: Final = 1_000
"""Real questions that may be asked again at once."""
MOST_SHOWN: Final = 400
"""Changes that the page lists; all of them are counted."""
TELL_EVERY: Final = 0.1
"""Seconds between two tellings of how far it is; as soon, a check that nobody waits for ends."""
WAIT: Final = 3.0
"""Seconds for an earlier check to end: one that was given up ends within one."""

log = logging.getLogger(__name__)


class ImpactBody(Body):
    """What to check."""

    file: File
    """Below articles/; '' for the whole folder as it lies on disk."""
    text: ArticleText | None = None
    """As it is typed; null: what is kept aside, else what the file says."""
    status: Literal["published", "retired"] = "published"
    """What would become of the article."""
    last: Annotated[int, Field(ge=0, le=MOST_REAL)] = 200
    """How many of the newest real questions are asked again."""
    as_of: AsOf | None = None
    """The day whose rules apply; null: the shop's today."""


def impact_routes(router: APIRouter, workspace: Workspace) -> None:
    streams, alone, kept = Streams(), threading.Lock(), LiveAnswers()
    find = cache(lambda: finder(ConflictFinder(bundled_embedder())))  # one check at a time: what it has read of articles serves the next

    @router.post("/impact", response_class=StreamingResponse)
    def impact(body: ImpactBody) -> StreamingResponse:
        """Server-sent events: `progress` {done, total}, then `result`; or `error`. One check at a time; whoever goes away ends theirs."""
        with refusing():
            make = _candidate(workspace, body)

        def events() -> Generator[ServerEvent, None, None]:
            if not alone.acquire(timeout=WAIT):
                raise Refused("busy", "another check is running", fix="try again when it is done")
            try:
                yield from _told(workspace, body, make, find(), kept)
            finally:
                alone.release()

        return streams.response(events, _failed())


def _candidate(workspace: Workspace, body: ImpactBody) -> Make:
    """What makes the candidate. Raises Unsound for a text with errors, ContentError where there is nothing to check."""
    content, file = workspace.content, body.file
    if not file:
        return lambda before, embedder: with_folder(before, content, embedder)
    text = body.text if body.text is not None else workspace.head(file)[0]
    if text is None:
        raise ContentError("there is no such article", where=file, fix="look at the list again")
    text = with_status(text, body.status)
    errors = [problem for problem in workspace.lint(file, text).problems if problem.severity == "error"]
    if errors:
        raise Unsound(errors, where=file)

    def make(before: Snapshot, embedder: Embedder | None) -> Snapshot:
        return with_text(before, content, file, text, embedder)

    return make


def _told(workspace: Workspace, body: ImpactBody, make: Make, find: Find, kept: LiveAnswers) -> Generator[ServerEvent, None, None]:
    """Progress now and then, and the result."""
    services = workspace.services
    golden = read_golden(workspace.content)
    asked = golden_asked(golden.questions) + (real_asked(services.store.asks(limit=body.last)) if body.last else [])
    live = services.answerer
    yield ServerEvent("progress", {"done": 0, "total": 0})
    checking, told = check(live, make, asked, body.as_of or services.today(), find, kept), 0.0
    try:
        while True:
            done, total = next(checking)
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                yield ServerEvent("progress", {"done": done, "total": total})
    except StopIteration as end:
        files = {one.id: one.file for one in live.snapshot.articles.values()}
        yield ServerEvent(
            "result", {**impact_shown(end.value, asked, files, MOST_SHOWN), "unread": list(golden.unread), "snapshot": live.snapshot.id}
        )
    finally:
        checking.close()


def _failed() -> Callable[[Exception], ServerEvent]:
    """What the stream says of an error, under the id of the request that is under way now."""
    own = request_id()

    def failed(error: Exception) -> ServerEvent:
        if isinstance(error, YoujuError) and not isinstance(error, StoreError):
            return ServerEvent("error", {"status": 409 if isinstance(error, Refused) else 422, "detail": str(error), "request_id": own})
        log.error("impact check failed [%s]", own, exc_info=error)
        return ServerEvent("error", {"status": 500, "detail": "something went wrong here; the log has the details", "request_id": own})

    return failed


__all__ = ["MOST_REAL", "MOST_SHOWN", "impact_routes"]

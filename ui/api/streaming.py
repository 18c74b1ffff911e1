"""Server-sent events from a generator that works on a thread, stopped when nobody listens any more."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import anyio
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse

KEEP_ALIVE: Final = 10.0
"""Seconds of silence after which a comment says that we are still here: proxies close silent connections."""
AT_ONCE: Final = 64
"""Streams that work at a time; more wait their turn."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a stream."""

    name: str
    data: Any

    def encoded(self) -> bytes:
        # JSON has no line break outside its strings, and inside them it is escaped: one line of data.
        return f"event: {self.name}\ndata: {json.dumps(self.data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


class Streams:
    """Runs the generators of one app."""

    def __init__(self) -> None:
        self._room: anyio.CapacityLimiter | None = None
        self._working: set[asyncio.Task[None]] = set()
        """Also those that nobody listens to any more, until they notice."""

    def response(self, events: Callable[[], Generator[ServerEvent, None, None]], failed: Callable[[Exception], ServerEvent]) -> StreamingResponse:
        """A response that sends the events as they come. An error becomes a last event; when the client goes, the generator is closed."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._encoded(events, failed), media_type="text/event-stream", headers=headers)

    async def _encoded(
        self, events: Callable[[], Generator[ServerEvent, None, None]], failed: Callable[[Exception], ServerEvent]
    ) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[ServerEvent | None] = asyncio.Queue()
        loop, gone = asyncio.get_running_loop(), threading.Event()

        def work() -> None:
            def put(event: ServerEvent | None) -> None:
                loop.call_soon_threadsafe(queue.put_nowait, event)

            try:
                with closing(events()) as iterator:
                    for event in iterator:
                        if gone.is_set():
                            return
                        put(event)
            except Exception as error:
                put(failed(error))
            finally:
                put(None)

        if self._room is None:
            self._room = anyio.CapacityLimiter(AT_ONCE)
        working = asyncio.create_task(run_sync(work, limiter=self._room))
        self._working.add(working)
        working.add_done_callback(self._working.discard)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if event is None:
                    break
                yield event.encoded()
            await working
        finally:
            gone.set()


__all__ = ["KEEP_ALIVE", "ServerEvent", "Streams"]

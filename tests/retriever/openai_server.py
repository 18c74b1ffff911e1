"""A real HTTP server on 127.0.0.1 that speaks OpenAI's streaming chat completions, with the faults that real ones have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | Callable[[list[dict[str, Any]]], str]
"""What the model says: a text, or a function of the messages that it was sent."""


@dataclass
class OpenAIServer:
    """What the server says next, and what it was asked."""

    reply: Reply = '{"claims": []}'
    fault: str = ""
    """'', 429, 500, 401, hang, drop, cut, no-done, prose, refusal, filter, trickle, endless, garbage."""
    piece: int = 7
    """Characters a piece."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    gate: threading.Event | None = None
    """Where there is one, what follows the first claim waits for it."""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        """All that the last request said to the model."""
        return "\n".join(str(message["content"]) for message in self.requests[-1]["messages"])

    def says(self, *claims: tuple[str, Sequence[int]]) -> None:
        """The model gives these claims, without a fault."""
        self.fault = ""
        self.reply = wording(*claims)


def wording(*claims: tuple[str, Sequence[int]]) -> str:
    """The JSON that a model writes."""
    return json.dumps({"claims": [{"text": text, "citations": list(citations)} for text, citations in claims]}, ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Tests read what they need from the object."""

    def do_POST(self) -> None:
        state = self.server.state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state.requests.append(body)
        state.headers.append({name.lower(): value for name, value in self.headers.items()})
        if state.fault.isdigit():
            return self._error(int(state.fault))
        if state.fault == "hang":
            state.stopping.wait(30)
            self.close_connection = True
            return None
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._stream(state, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        return None

    def _error(self, status: int) -> None:
        key = self.headers.get("Authorization", "")
        content = json.dumps({"error": {"message": f"error {status}; your key was {key}", "type": "error", "code": None}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, state: OpenAIServer, body: dict[str, Any]) -> None:
        text = state.reply(body["messages"]) if callable(state.reply) else state.reply
        if state.fault == "prose":
            text = "I am sorry, but I cannot help with that request."
        if state.fault == "garbage":
            text = '{"claims": [{"text": 5, "citations": "none"}, nonsense'
        if state.fault in ("drop", "cut", "no-done"):
            text = text[: int(len(text) * 0.7)]
        self._event({"role": "assistant", "content": ""})
        if state.fault == "refusal":
            self._event({"refusal": "I can't help with that."})
            return self._end("stop")
        if state.fault == "filter":
            return self._end("content_filter")
        for piece in self._pieces(state, text):
            self._event({"content": piece})
            if state.gate and "}" in piece and not state.gate.wait(10):
                return None
            if state.fault == "trickle":
                state.stopping.wait(0.15)
            if state.stopping.is_set():
                return None
        if state.fault == "drop":  # the connection breaks within a chunk
            self.wfile.write(b"40\r\ndata: {")
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True
            return None
        if state.fault == "no-done":  # an end without a finish
            return self._chunk(b"")
        return self._end("length" if state.fault == "cut" else "stop")

    def _pieces(self, state: OpenAIServer, text: str) -> Iterator[str]:
        if state.fault == "trickle":
            yield from " " * 400
        while state.fault == "endless":
            yield " and so on" * 50
        yield from (text[at : at + state.piece] for at in range(0, len(text), state.piece))

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        data = {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }  # fmt: skip
        self._chunk(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")

    def _end(self, finish: str) -> None:
        self._event({}, finish)
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: OpenAIServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in mid-stream is what some tests do."""


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    """The server on a free port for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.state = OpenAIServer(url=f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.state
    finally:
        server.state.stopping.set()
        server.shutdown()
        server.server_close()

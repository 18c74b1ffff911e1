"""`make load`: many agents at once against a real server on this machine; prints latencies, errors, processor time and memory.

Everybody is signed in, asks one of the shop's golden questions every few seconds, and has the draft checked after an edit,
as the desk does. The server is a process of its own with a home of its own, and is stopped at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import FastHttpUser, between, task
from locust.env import Environment
from locust.stats import RequestStats

from kb.questions import read_questions
from kb.settings import Settings
from kb.store import Session, Store, store_url
from ui.session import SESSION_COOKIE

ANSWER, CHECK = "answer", "check of an edited draft"
PERCENTILES = (0.5, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the server."""

    agents: int
    every_s: float
    """Seconds from one question of an agent to the next."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server used meanwhile."""

    processor_s: float
    resident_bytes: int
    """The most that was seen."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load; 1 where a request failed or the 99th percentile of answers is over the limit."""
    parser = argparse.ArgumentParser(prog="python -m ui.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--limit-ms", type=float, default=300.0, help="for the 99th percentile of answers")
    given = parser.parse_args(arguments)
    load = Load(given.agents, given.every, given.seconds)
    with tempfile.TemporaryDirectory(prefix="youju-load-") as home:
        settings = Settings(home=Path(home), content=Settings.load().content, port=0)
        sessions = _sign_in(settings, load.agents)
        server, address = _start(settings)
        try:
            stats, usage = _run(load, address, sessions, _questions(settings.content), psutil.Process(server.pid))
        finally:
            server.terminate()
            server.wait(10)
    return _report(load, stats, usage, given.limit_ms)


def _sign_in(settings: Settings, agents: int) -> list[tuple[str, Session]]:
    """An account and a session for each agent: (secret, session)."""
    store = Store.open(store_url(settings))
    try:
        for number in range(agents):
            store.add_user(f"agent-{number}", "agent", f"only for this load run {number}")
        return [store.start_session(f"agent-{number}", 12) for number in range(agents)]
    finally:
        store.close()


def _start(settings: Settings) -> tuple[subprocess.Popen[str], str]:
    """The server and its address, once it listens."""
    environment = os.environ | {"KB_HOME": str(settings.home), "KB_CONTENT": str(settings.content), "KB_PORT": "0", "KB_HOST": "127.0.0.1"}
    server = subprocess.Popen([sys.executable, "-m", "ui.cli", "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("http://"):
            return server, line.strip().rstrip("/")
    raise SystemExit(f"the server did not start (exit code {server.wait()})")


def _questions(content: Path) -> list[str]:
    return [question.text for path in sorted((content / "questions").glob("*.yaml")) for question in read_questions(path)]


def _run(
    load: Load, address: str, sessions: list[tuple[str, Session]], questions: list[str], server: psutil.Process
) -> tuple[RequestStats, Usage]:  # fmt: skip
    waiting = list(sessions)

    class Agent(FastHttpUser):
        host = address
        wait_time = between(0.9 * load.every_s, 1.1 * load.every_s)  # constant_pacing would bring all into step

        def on_start(self) -> None:
            secret, session = waiting.pop()
            self.headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "X-CSRF-Token": session.csrf, "Origin": address}
            gevent.sleep(random.uniform(0, load.every_s))  # nobody's clock ticks with another's

        @task
        def answer_a_customer(self) -> None:
            answer: dict[str, Any] | None = None
            with self.client.post(
                "/api/v1/answer", json={"text": random.choice(questions)}, headers=self.headers, name=ANSWER, catch_response=True
            ) as response:
                if response.status_code == 200:
                    answer = response.json()
            if answer is not None:
                self.client.post("/api/v1/check", json={"text": answer["draft"] + " 7 日", "answer": answer}, headers=self.headers, name=CHECK)

    environment = Environment(user_classes=[Agent])
    runner = environment.create_local_runner()
    before = sum(server.cpu_times()[:2])
    runner.start(load.agents, spawn_rate=load.agents)
    most = 0
    until = time.monotonic() + load.every_s + load.seconds
    while time.monotonic() < until:
        gevent.sleep(0.5)
        most = max(most, server.memory_info().rss)
    used = sum(server.cpu_times()[:2]) - before
    runner.quit()
    return environment.stats, Usage(used, most)


def _report(load: Load, stats: RequestStats, usage: Usage, limit_ms: float) -> int:
    print(f"{load.agents} agents, one question every {load.every_s:g} s each, {load.seconds:g} s; milliseconds seen by the client")
    print(f"{'':28}{'requests':>10}{'failed':>8}" + "".join(f"{f'p{round(100 * share)}':>8}" for share in PERCENTILES))
    for name in (ANSWER, CHECK):
        entry = stats.get(name, "POST")
        times = "".join(f"{entry.get_response_time_percentile(share):>8.0f}" for share in PERCENTILES)
        print(f"{name:28}{entry.num_requests:>10}{entry.num_failures:>8}{times}")
    share = usage.processor_s / (load.every_s + load.seconds)
    print(f"server: {100 * share:.0f} % of one core, {usage.resident_bytes / 2**20:.0f} MiB resident at most; {os.cpu_count()} cores on this machine")
    for error in stats.errors.values():
        print(f"failed: {error.to_name()} ({error.occurrences} times)")
    slowest = stats.get(ANSWER, "POST").get_response_time_percentile(0.99)
    return 1 if stats.total.num_failures or not stats.total.num_requests or slowest > limit_ms else 0


if __name__ == "__main__":
    sys.exit(main())

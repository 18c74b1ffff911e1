"""Indexes a folder as `kb ingest` does, but waits between reading the files and publishing them, so that a test can be faster.

usage: ingest_and_wait.py. Reads lines: ["CONTENT", "HOME"] begins an ingest; prints "read" when the files are read and embedded, waits for an empty
line, and prints as JSON what became of it: the id of the snapshot, or the error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ingest.build import ingest
from kb import snapshot as snapshots
from kb.errors import YoujuError

publish = snapshots.publish


def waiting(*arguments: Any) -> str:
    """What `ingest` calls when its snapshot is made."""
    print(json.dumps("read"), flush=True)
    sys.stdin.readline()
    return publish(*arguments)


if __name__ == "__main__":
    snapshots.publish = waiting  # type: ignore[assignment]
    for line in sys.stdin:
        content, home = json.loads(line)
        try:
            said = ingest(Path(content), None, Path(home), 3).snapshot
        except YoujuError as error:
            said = f"{type(error).__name__}: {error}"
        print(json.dumps(said), flush=True)

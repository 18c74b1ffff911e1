"""Independent runs side by side: one process and one thread each, so that results do not depend on how many there are.

Two threads in one run wait for each other after every small step, most of all on a machine that has other work; two runs never do.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import torch
from tqdm import tqdm

__all__ = ["one_thread", "side_by_side"]

Result = TypeVar("Result")

KEPT_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "8000000000"}
"""glibc keeps the large gradients' memory instead of asking for it anew every step: a quarter less time. Read when a process starts."""


def side_by_side(function: Callable[..., Result], arguments: Sequence[tuple[object, ...]], workers: int, title: str) -> list[Result]:
    """`function` of each of the arguments, in their order, so many at a time; with one worker in this process.

    Function, arguments and results must be picklable where there are several workers.
    """
    if min(workers, len(arguments)) < 2:
        one_thread()
        return list(_counted((function(*one) for one in arguments), len(arguments), title))
    os.environ.update({name: value for name, value in KEPT_MEMORY.items() if name not in os.environ})
    with ProcessPoolExecutor(min(workers, len(arguments)), mp_context=get_context("spawn"), initializer=one_thread) as pool:
        return list(_counted(pool.map(function, *zip(*arguments, strict=True)), len(arguments), title))


def one_thread() -> None:
    """Let this process calculate with a single thread."""
    torch.set_num_threads(1)


def _counted(results: Iterable[Result], total: int, title: str) -> Iterable[Result]:
    return tqdm(results, total=total, desc=title, unit="run") if total > 1 else results

"""What a process holds while a day goes by, and whether it holds more and more."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from statistics import mean

import psutil

from station.parts import Station

GROWTH_MB = 20.0
MORE_THREADS, MORE_FILES = 2, 8
"""How far a count may swing: worker threads and connections come and go with what is under way."""
TRANSIENT = ("reading",)
"""Threads that live as long as one look at the database."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. ``hours`` are simulated, ``waiting`` tasks and timers of the desk's, ``files`` handles on Windows."""

    hours: float
    scans: int
    memory_mb: float
    threads: int
    files: int
    requests: int
    waiting: int
    timers: int


HEADER = tuple(each.name for each in fields(Sample))


def look(station: Station, hours: float, scans: int) -> Sample:
    process = psutil.Process()
    files = int(getattr(process, "num_fds" if os.name == "posix" else "num_handles")())
    threads = sum(each.name not in TRANSIENT for each in threading.enumerate())
    desk = station.desk
    return Sample(
        hours, scans, process.memory_info().rss / 1e6, threads, files, len(station.network._tasks),
        desk._queue.qsize(), len(desk._timers),
    )


def line(sample: Sample) -> str:
    return "".join(f"{each:>12.2f}" if isinstance(each, float) else f"{each:>12}" for each in astuple(sample))


def judge(samples: Sequence[Sample], warm_up: int) -> list[str]:
    """What grew. The first third after the warm-up is compared with the last."""
    kept = samples[warm_up:]
    third = len(kept) // 3
    if third < 1:
        return ["too few samples to judge by"]
    first, last = kept[:third], kept[-third:]
    wrong: list[str] = []
    grown = mean(each.memory_mb for each in last[-6:]) - mean(each.memory_mb for each in first[:6])
    if grown > GROWTH_MB:
        wrong.append(f"memory grew by {grown:.1f} MB")
    counts: tuple[tuple[str, Callable[[Sample], int], int], ...] = (
        ("threads", lambda each: each.threads, MORE_THREADS), ("files", lambda each: each.files, MORE_FILES),
    )
    for name, count, more in counts:
        before, after = max(map(count, first)), max(map(count, last))
        if after > before + more:
            wrong.append(f"{name} grew from {before} to {after}")
    return wrong


def growth_mb(samples: Sequence[Sample], warm_up: int) -> float:
    kept = samples[warm_up:] or samples
    return mean(each.memory_mb for each in kept[-6:]) - mean(each.memory_mb for each in kept[:6])

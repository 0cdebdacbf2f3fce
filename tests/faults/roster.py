"""Which shifts are worked, in how many processes at once, and until when."""

import logging
import multiprocessing
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from . import changes, matrix, plan, report, scene
from .protocols import PROTOCOLS


@dataclass(frozen=True)
class Wanted:
    """What to run. ``shifts`` of each protocol, and more until ``submissions`` claims were spoiled and every fault of
    every kind of call came about ``forced`` times, but no shift is begun after ``minutes``."""

    protocols: Sequence[str]
    shifts: int
    seed: int
    forced: int = 0
    ways: int = 8
    jobs: int = 1
    submissions: int = 0
    minutes: float = 24 * 60.0
    limit_s: float = 0.6
    afterwards: bool = False
    """Spoil what is done with claimed devices in place of the claims."""


@dataclass(frozen=True)
class Turn:
    """One shift that is to be worked."""

    kind: str
    number: int
    seed: str
    size: scene.Size
    forced: tuple[plan.Met, ...]
    afterwards: bool = False


def work(turn: Turn) -> matrix.Shift:
    """The turn's shift; one that breaks down says so, and the others are worked."""
    try:
        shift = _work(turn)
    except Exception:
        shift = matrix.Shift(turn.kind, wrong=[f"the shift broke down: {traceback.format_exc()}"])
    shift.seed = turn.seed
    return shift


def _work(turn: Turn) -> matrix.Shift:
    protocol = PROTOCOLS[turn.kind]
    spoiling = plan.Spoiling(protocol, random.Random(turn.seed), forced=list(turn.forced))
    with tempfile.TemporaryDirectory(prefix="station-faults-") as folder:
        worked = changes.work_a_shift if turn.afterwards else matrix.work_a_shift
        return worked(protocol, Path(folder), spoiling, turn.size)


@dataclass
class Roster:
    """Gives out one turn after the other, each with a seed of its own that follows from the run's."""

    wanted: Wanted
    found: report.Sum
    begun: float = field(default_factory=time.monotonic)
    _given: Counter[str] = field(default_factory=Counter)
    _under_way: list[Turn] = field(default_factory=list)

    def next(self) -> Turn | None:
        """The protocol that had the fewest shifts is next; None where no more are wanted."""
        if time.monotonic() - self.begun > 60 * self.wanted.minutes:
            return None
        due = [kind for kind in self.wanted.protocols if self._is_due(kind)]
        if not due:
            return None
        kind = min(due, key=lambda each: self._given[each])
        number, seed = self._given[kind], f"{self.wanted.seed} {kind} {self._given[kind]}"
        size = scene.Size(
            PROTOCOLS[kind].devices_a_shift, self.wanted.ways, (1, 3)[number % 2], limit_s=self.wanted.limit_s
        )
        turn = Turn(kind, number, seed, size, tuple(self._forced(kind, number)), self.wanted.afterwards)
        self._given[kind] += 1
        self._under_way.append(turn)
        return turn

    def done(self, turn: Turn, shift: matrix.Shift) -> None:
        self._under_way.remove(turn)
        self.found.add(shift)
        print(report.line(shift, turn.number), *(f"  {text}" for text in shift.wrong), sep="\n", flush=True)

    def _is_due(self, kind: str) -> bool:
        if self._given[kind] < self.wanted.shifts:
            return True
        running = any(turn.kind == kind for turn in self._under_way)
        return self.found.submissions < self.wanted.submissions or (bool(self.found.lacking(kind)) and not running)

    def _forced(self, kind: str, number: int) -> list[plan.Met]:
        """A part of all that is asked for; once all were given out, what has not come about yet."""
        chance = random.Random(f"{self.wanted.seed} {kind}")
        if number < self.wanted.shifts:
            every = self.found.wanted(kind) * self.wanted.forced
            chance.shuffle(every)
            return every[number :: self.wanted.shifts]
        left = list(self.found.lacking(kind).elements())
        chance.shuffle(left)
        return left[:MOST_FORCED]


MOST_FORCED = 400
"""What one shift can meet in its time."""


def run(wanted: Wanted) -> report.Sum:
    found = report.Sum(least=wanted.forced, afterwards=wanted.afterwards)
    roster = Roster(wanted, found)
    if wanted.jobs == 1:
        while (turn := roster.next()) is not None:
            roster.done(turn, work(turn))
    else:
        _run_side_by_side(roster)
    found.took_s = time.monotonic() - roster.begun
    return found


def _run_side_by_side(roster: Roster) -> None:
    """Processes, not threads: a shift stands in for the process's own resolver and environment."""
    running: dict[Future[matrix.Shift], Turn] = {}
    with ProcessPoolExecutor(roster.wanted.jobs, multiprocessing.get_context("spawn"), initializer=_be_quiet) as pool:
        while True:
            while len(running) < roster.wanted.jobs and (turn := roster.next()) is not None:
                running[pool.submit(work, turn)] = turn
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                roster.done(running.pop(future), future.result())


def _be_quiet() -> None:
    logging.disable(logging.CRITICAL)


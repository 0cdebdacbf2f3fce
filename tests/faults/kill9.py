"""Kills the station at named points and at random moments, starts it again, and asks an independent checker."""

import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# Imported here, and not first in each forked child: a run is then half as long.
import station.backends.local
import station.server.app
import station.server.sample
import station.store  # noqa: F401
from tests.checker.check import FAIL, check

from . import operator as job

PATIENCE_S = 60.0
DESK_POINTS = ("store.before_commit", "store.after_commit", "send.before_commit", "send.committed", "settle.begin")
PAIRS = {
    "call.written": ("send.before_commit", "store.after_commit"),
    "outcome.unwritten": ("settle.begin", "store.before_commit"),
    "outcome.written": ("settle.begin", "store.after_commit"),
}
"""Points that are the next visit of the second after one of the first."""
SERVER_POINTS = ("before_commit", "after_commit", "before_answer")


@dataclass
class Killer:
    """Kills this process at the n-th visit to a point, from the moment that it is armed."""

    point: str
    visit: int
    seen: int = 0
    armed: bool = True

    def __post_init__(self) -> None:
        self.first, self.then = PAIRS.get(self.point, ("", self.point))
        self.armed = not self.first

    def __call__(self, point: str) -> None:
        if point == self.first:
            self.armed = True
        elif point == self.then and self.armed:
            self.armed = not self.first
            self.seen += 1
            if self.seen == self.visit:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Cut:
    """Where a run is cut off: at a visit to a point of the desk's or the server's, or so long after "claiming"."""

    point: str = ""
    visit: int = 0
    after_s: float = -1.0
    from_start: bool = False

    def __str__(self) -> str:
        if self.point:
            return f"{self.point} #{self.visit}"
        return f"{self.after_s:.4f} s after {'the start' if self.from_start else 'Claim'}"


@dataclass
class Ran:
    """What one run and its recovery came to; ``faults`` is empty where all is as it must be."""

    cut: Cut
    killed: bool = False
    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def run(template: Path, home: Path, cut: Cut) -> Ran:
    """One whole life: a job that is cut off, a look at the disk, a fresh desk on the same folder, the checker."""
    shutil.copytree(template, home)
    ran = Ran(cut)
    ran.said, status = _fork(home, cut)
    ran.killed = status == -signal.SIGKILL
    if not ran.killed and status:
        ran.faults.append(f"the first life ended with {status}: {ran.said[-12:]}")
    _compare_scans(home, ran)
    again, status = _fork(home, None)
    if status:
        ran.faults.append(f"the second life ended with {status}: {again[-12:]}")
    _compare_scans(home, ran)
    base = home / "data" / "practice"
    ran.faults += [str(each) for each in check(base / "desk.db", base / "server.db") if each.verdict == FAIL]
    if (held := job.claims(home)) != dict.fromkeys(job.OURS, 1):
        ran.faults.append(f"the server holds {held}")
    ran.faults += [f"misreported: {each}" for each in job.misreported(home)]
    shutil.rmtree(home)
    return ran


def _compare_scans(home: Path, ran: Ran) -> None:
    said = {line.removeprefix("kept ") for line in ran.said if line.startswith("kept ")}
    ran.faults += [f"lost scan: {each}" for each in sorted(said - job.kept(home))]


def _fork(home: Path, cut: Cut | None) -> tuple[list[str], int]:
    """Do the job in a process of its own; gives what it said and how it ended (a signal's number below zero)."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _live(home, cut, theirs)
    os.close(theirs)
    try:
        return _listen(child, ours, cut), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(ours)


def _live(home: Path, cut: Cut | None, descriptor: int) -> None:
    report = job.say_to(descriptor)
    status = 1
    try:
        killer = Killer(cut.point, cut.visit) if cut and cut.point else lambda _point: None
        server = cut is not None and cut.point in SERVER_POINTS
        nothing: Callable[[str], None] = lambda _point: None  # noqa: E731 - a hook that does nothing
        bench = job.open_bench(home, nothing if server else killer, killer if server else nothing)
        job.do_the_job(bench, report)
        bench.stop()
        status = 0
    except BaseException:
        report(traceback.format_exc())
    finally:
        os._exit(status)


def _listen(child: int, ours: int, cut: Cut | None) -> list[str]:
    """Read what the child says to its end; kills it when its time has come, or when it hangs."""
    said = b""
    due = time.monotonic() + (cut.after_s if cut and cut.from_start else PATIENCE_S)
    armed = cut is not None and cut.after_s >= 0 and not cut.from_start
    while True:
        ready, _, _ = select.select([ours], [], [], max(due - time.monotonic(), 0))
        if not ready:
            os.kill(child, signal.SIGKILL)
            due = time.monotonic() + PATIENCE_S
            continue
        part = os.read(ours, 65536)
        if not part:
            return said.decode().splitlines()
        said += part
        if armed and b"claiming\n" in said and cut is not None:
            armed, due = False, time.monotonic() + cut.after_s


def make_template(folder: Path) -> float:
    """A data folder as a first start leaves it; gives the seconds that a whole job takes from Claim to its end."""
    _, status = _fork_start(folder)
    if status:
        raise RuntimeError("the first start failed")
    measured = folder.with_name("measured")
    shutil.copytree(folder, measured)
    begun = time.monotonic()
    said, status = _fork(measured, None)
    if status:
        raise RuntimeError(f"the job does not work uncut: {said}")
    shutil.rmtree(measured)
    return time.monotonic() - begun


def _fork_start(home: Path) -> tuple[list[str], int]:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            bench = job.open_bench(home)
            bench.choose()
            bench.looked_up(job.SINGLE)
            row = next(iter(bench.rows))
            from station.desk import rows

            bench.station.desk.do(rows.remove, [row], "Anna").result(20)
            bench.stop()
            status = 0
        finally:
            os._exit(status)
    return [], os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])




def sweep(template: Path, work: Path, points: tuple[str, ...], tell: Callable[[Ran], None]) -> list[Ran]:
    """Every visit to every point, until a job gets through uncut."""
    done: list[Ran] = []
    for point in points:
        for visit in range(1, 10_000):
            ran = run(template, work / f"{point}-{visit}", Cut(point, visit))
            done.append(ran)
            tell(ran)
            if not ran.killed:
                break
    return done


def at_random(
    template: Path, work: Path, runs: int, seed: int, takes_s: float, tell: Callable[[Ran], None]
) -> list[Ran]:
    """Random moments: nine in ten while the claim is on its way, the others anywhere in the job."""
    chance = random.Random(seed)
    done: list[Ran] = []
    for number in range(runs):
        anywhere = chance.random() < 0.1
        after = chance.uniform(0, takes_s if anywhere else CLAIM_TAKES_S)
        ran = run(template, work / f"random-{number}", Cut(after_s=after, from_start=anywhere))
        done.append(ran)
        tell(ran)
    return done


CLAIM_TAKES_S = 0.2
"""From "claiming" to settled, with a little to spare: the span in which most of the random kills fall."""


def sum_up(done: list[Ran]) -> int:
    """Print what came of it; gives the exit status."""
    bad = [ran for ran in done if ran.faults]
    killed = Counter(ran.cut.point or "at random" for ran in done if ran.killed)
    for point, count in sorted(killed.items()):
        print(f"{point:24}{count:6} killed")
    for ran in bad:
        print(f"FAIL at {ran.cut}", *ran.faults, sep="\n  ")
    lost = sum(fault.startswith("lost scan") for ran in bad for fault in ran.faults)
    print(f"{len(done)} runs, {sum(killed.values())} killed, {lost} scans lost, {len(bad)} runs with a fault")
    sys.stdout.flush()
    return 1 if bad or not killed else 0

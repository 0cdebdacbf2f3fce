"""Kills the station at named points and at random moments, starts it again, and asks an independent checker."""

import os
import random
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

# Imported here, and not first in each forked child: a run is then half as long.
import station.backends.datacake
import station.backends.disruptive
import station.backends.here
import station.backends.local
import station.backends.xyte
import station.server.app
import station.server.sample
import station.store  # noqa: F401
from station.desk.ports import FaultHook, no_faults
from tests.desk.bench import Bench

from . import operator

PATIENCE_S = 240.0
DESK_POINTS = ("store.before_commit", "store.after_commit", "send.before_commit", "send.committed", "settle.begin")
PAIRS = {
    "call.written": ("send.before_commit", "store.after_commit"),
    "outcome.unwritten": ("settle.begin", "store.before_commit"),
    "outcome.written": ("settle.begin", "store.after_commit"),
}
"""Points that are the next visit of the second after one of the first."""
SERVER_POINTS = ("before_commit", "after_commit", "before_answer")
SENT = "a call is sent"
SLOW_S = 0.06
"""How long the bundled server takes before and after its effect while it is to be met with a call on its way."""


class Job(Protocol):
    """What a person does at a station, on a data folder that may have been left by a crash."""

    def open(self, home: Path, faults: FaultHook, server_faults: FaultHook) -> Bench: ...

    def do(self, bench: Bench, report: operator.Report) -> None: ...

    def kept(self, home: Path) -> set[str]: ...

    def calls_under_way(self, home: Path) -> int: ...

    def wait_for_effects(self) -> None:
        """Until what was on its way when the desk was killed has had its effect."""
        ...

    def examine(self, home: Path) -> list[str]:
        """What is wrong once all is done."""
        ...


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
    """Where a run is cut off: at a visit to a point of the desk's or the server's, or so long after the start or, with
    ``sent``, after that call has left."""

    point: str = ""
    visit: int = 0
    after_s: float = -1.0
    sent: int = 0

    def __str__(self) -> str:
        if self.point:
            return f"{self.point} #{self.visit}"
        return f"{self.after_s:.4f} s after {f'call {self.sent}' if self.sent else 'the start'}"


@dataclass
class Ran:
    """What one run and its recovery came to; ``faults`` is empty where all is as it must be."""

    cut: Cut
    kind: str = "practice"
    killed: bool = False
    in_flight: bool = False
    """Whether a call was on its way at that moment."""
    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def run(template: Path, home: Path, cut: Cut, job: Job) -> Ran:
    """One whole life: a job that is cut off, a look at the disk, a fresh desk on the same folder, the checker."""
    shutil.copytree(template, home)
    ran = Ran(cut)
    ran.said, status = _fork(home, cut, job)
    ran.killed = status == -signal.SIGKILL
    if not ran.killed and status:
        ran.faults.append(f"the first life ended with {status}: {ran.said[-12:]}")
    _look(home, job, ran)
    job.wait_for_effects()
    again, status = _fork(home, None, job)
    if status:
        ran.faults.append(f"the second life ended with {status}: {again[-12:]}")
    _look(home, job, ran)
    ran.faults += job.examine(home)
    shutil.rmtree(home)
    return ran


def _look(home: Path, job: Job, ran: Ran) -> None:
    said = {line.removeprefix("kept ") for line in ran.said if line.startswith("kept ")}
    if not said and not any(home.rglob("desk.db")):
        return  # cut off before there was anything
    ran.in_flight = ran.in_flight or (ran.killed and job.calls_under_way(home) > 0)
    ran.faults += [f"lost scan: {each}" for each in sorted(said - job.kept(home))]


def _fork(home: Path, cut: Cut | None, job: Job) -> tuple[list[str], int]:
    """Do the job in a process of its own; gives what it said and how it ended (a signal's number below zero)."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _live(home, cut, job, theirs)
    os.close(theirs)
    try:
        return _listen(child, ours, cut), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(ours)


def _live(home: Path, cut: Cut | None, job: Job, descriptor: int) -> None:
    report = operator.say_to(descriptor)
    status = 1
    try:
        bench = job.open(home, *_hooks(cut, report))
        job.do(bench, report)
        bench.stop()
        status = 0
    except BaseException:
        report(traceback.format_exc())
    finally:
        os._exit(status)


def _hooks(cut: Cut | None, report: operator.Report) -> tuple[FaultHook, FaultHook]:
    """What happens at the desk's points and at the server's."""
    if cut is None:
        return no_faults, no_faults
    if cut.point:
        killer = Killer(cut.point, cut.visit)
        return (no_faults, killer) if cut.point in SERVER_POINTS else (killer, no_faults)
    if not cut.sent:
        return no_faults, no_faults

    def say(point: str) -> None:
        if point == "send.committed":
            report(SENT)

    return say, lambda point: time.sleep(SLOW_S if point in ("before_commit", "before_answer") else 0)


def _listen(child: int, ours: int, cut: Cut | None) -> list[str]:
    """Read what the child says to its end; kills it when its time has come, or when it hangs."""
    said = b""
    armed = cut is not None and cut.sent > 0
    due = time.monotonic() + (cut.after_s if cut and cut.after_s >= 0 and not armed else PATIENCE_S)
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
        if armed and cut is not None and said.count(f"{SENT}\n".encode()) >= cut.sent:
            armed, due = False, time.monotonic() + cut.after_s


def make_template(folder: Path, job: Job) -> float:
    """A data folder as a first start leaves it; gives the seconds that a whole job takes."""
    folder.mkdir(parents=True)
    if isinstance(job, operator.PracticeJob):
        operator.make_folder(folder)
    measured = folder.with_name(f"{folder.name}-measured")
    shutil.copytree(folder, measured)
    begun = time.monotonic()
    said, status = _fork(measured, None, job)
    if status:
        raise RuntimeError(f"the job does not work uncut: {said}")
    shutil.rmtree(measured)
    return time.monotonic() - begun


def sweep(
    template: Path, work: Path, points: tuple[str, ...], jobs: Callable[[], Job], tell: Callable[[Ran], None]
) -> list[Ran]:
    """Every visit to every point, until a job gets through uncut."""
    done: list[Ran] = []
    for point in points:
        for visit in range(1, 10_000):
            done.append(run(template, work / f"{point}-{visit}", Cut(point, visit), jobs()))
            tell(done[-1])
            if not done[-1].killed:
                break
    return done


def random_cut(chance: random.Random, takes_s: float, calls: int) -> Cut:
    """Nine in ten while one of so many calls is on its way, the others anywhere in the job."""
    if chance.random() < 0.1:
        return Cut(after_s=chance.uniform(0, takes_s))
    return Cut(after_s=chance.uniform(0, FLIGHT_S), sent=chance.randint(1, calls))


FLIGHT_S = 0.12
"""A call's way to the server and back, as slow as the server is made here."""

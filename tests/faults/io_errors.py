"""``python -m tests.faults.io_errors``: the system refuses the n-th write, fsync, rename … of a whole day, each n anew.

Each day is worked by a process of its own on a copy of one data folder; then a second day is worked there on a disk
that is sound again, and the independent checker is asked. A run is repeated with ``--at write:17:0``: the kind of
call, its number, and which of that kind's ways.
"""

import argparse
import faulthandler
import logging
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

# Imported here, and not first in each forked child: a run is then half as long.
import station.backends.local
import station.server.app
import station.server.sample
import station.store  # noqa: F401
from tests.checker.check import FAIL, check

from . import io_story as story
from . import operator as job
from .io_refusing import LIBRARY, WAYS, Call, Refusal, Refuser, build

PATIENCE_S = 90.0
HURRY_S, CALM_S = 2.0, 15.0
"""How long an operator who was told of a trouble waits: on a disk that stays as it is, and on one that refused once."""


@dataclass
class Ran:
    """What one day and the next came to. ``file`` is what the first refusal met, empty where nothing was refused."""

    refusal: Refusal | None
    file: str = ""
    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asks: bool = False
    """Whether the next day waits for a person."""

    @property
    def settled(self) -> bool:
        return "settled" in self.said

    def codes(self) -> set[str]:
        """Under which codes the station said that something was refused."""
        return {line.split()[1] for line in self.said if line.startswith(("trouble ", "line "))} | {
            line.split()[2] for line in self.said if line.startswith("refused ")
        }


def run(template: Path, home: Path, refusal: Refusal | None) -> Ran:
    """A day with a refusal, a look at the disk, a day without, the checker."""
    shutil.copytree(template, home)
    ran = Ran(refusal)
    ran.said, ended = _fork(home, refusal)
    ran.file = next((line.removeprefix("met ") for line in ran.said if line.startswith("met ")), "")
    _judge_day(ran, ended)
    ran.faults += _lost(home, ran) + story.made_up(home, ran.said)
    again, ended = _fork(home, None)
    _judge_next(ran, again, ended)
    ran.faults += _lost(home, ran) + story.made_up(home, again) + story.damaged(home)
    base = job.folders(home).databases(True)
    ran.faults += [str(each) for each in check(base / "desk.db", base / "server.db") if each.verdict == FAIL]
    held = job.claims(home)
    if held != dict.fromkeys(job.OURS, 1) and (not ran.asks or any(count > 1 for count in held.values())):
        ran.faults.append(f"the server holds {held}")
    left = (" unknown ", " held ") if ran.asks else ()
    ran.faults += [f"misreported: {each}" for each in job.misreported(home) if not any(one in each for one in left)]
    shutil.rmtree(home)
    return ran


def _judge_day(ran: Ran, ended: int) -> None:
    """It ended by itself, said what it could not do in a clear code, and nothing else."""
    started = not any(line.startswith("refused start") for line in ran.said)
    if ended or (started and "left" not in ran.said):
        ran.faults.append(f"the day ended with {ended}: {ran.said[-30:]}")
    ran.faults += [line for line in ran.said if line.startswith("unclear ")]
    unclear = [line for line in ran.said if line.startswith("trouble ") and line.split()[1] not in story.CLEAR]
    ran.faults += unclear
    if not ran.settled and not ran.codes():
        ran.faults.append(f"it did not get on and said nothing: {ran.said[-12:]}")


def _judge_next(ran: Ran, said: list[str], ended: int) -> None:
    """On a sound disk all is done, and nothing is said of the disk.

    A desk that could not write down for the rest of the day which call was its last takes the database for a copy that
    was restored (nobody can tell the two apart): it sends nothing and asks a person.
    """
    lasted = ran.refusal is not None and ran.refusal.way.lasting < 0
    ran.asks = lasted and any(line.startswith("trouble restored") for line in said)
    if ran.asks:
        ran.faults += [line for line in said if line.startswith("unclear ")]
        return
    if ended or "left" not in said or "settled" not in said:
        ran.faults.append(f"the next day ended with {ended}: {said[-30:]}")
    lacking = {"settings", "secret", "receipt"} - {line.split()[1] for line in said if line.startswith("saved ")}
    ran.faults += [f"the next day: not {each}" for each in sorted(lacking)]
    bad = ("trouble", "line", "refused", "unclear")
    # What the day before left unknown may be seen before it is settled.
    ran.faults += [f"the next day: {line}" for line in said if line.split()[0] in bad and line != story.UNKNOWN]


def _lost(home: Path, ran: Ran) -> list[str]:
    said = {line.removeprefix("kept ") for line in ran.said if line.startswith("kept ")}
    return [f"lost scan: {each}" for each in sorted(said - job.kept(home))]


def _fork(home: Path, refusal: Refusal | None) -> tuple[list[str], int]:
    """Work a day in a process of its own; gives what it said and how it ended (a signal's number below zero)."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _live(home, refusal, theirs)
    os.close(theirs)
    try:
        return _listen(child, ours), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(ours)


def _live(home: Path, refusal: Refusal | None, descriptor: int) -> None:
    report, status = job.say_to(descriptor), 1
    faulthandler.dump_traceback_later(PATIENCE_S - 5, file=descriptor)
    lasts = refusal is not None and refusal.way.lasting < 0
    day = story.Day(home, report, HURRY_S if lasts else CALM_S)
    try:
        if refusal is None:
            day.work()
        else:
            refuser = Refuser()
            refuser.begin(home, refusal)
            try:
                day.work()
            finally:
                met = refuser.end()
                report(f"met {met}")
                report(f"seen {' '.join(f'{each.name.lower()}={refuser.seen(each)}' for each in Call)}")
        status = 0
    except BaseException:
        report(traceback.format_exc())
    finally:
        os._exit(status)


def _listen(child: int, ours: int) -> list[str]:
    said, due = b"", time.monotonic() + PATIENCE_S
    while True:
        ready, _, _ = select.select([ours], [], [], max(due - time.monotonic(), 0))
        if not ready:
            os.kill(child, signal.SIGKILL)
            due = time.monotonic() + PATIENCE_S
            continue
        part = os.read(ours, 65536)
        if not part:
            return said.decode(errors="replace").splitlines()
        said += part


def make_template(folder: Path) -> None:
    """A data folder as a first start leaves it: both databases made, nothing on the table."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            bench = job.open_bench(folder)
            bench.choose()
            bench.looked_up(job.SINGLE)
            from station.desk import rows

            bench.station.desk.do(rows.remove, [next(iter(bench.rows))], "Anna").result(20)
            bench.stop()
            os._exit(0)
        os._exit(1)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the first start failed")


def sweep(template: Path, work: Path, calls: Iterable[Call], ways: slice, every: int) -> Iterator[Ran]:
    """Each kind of call in each of its ways, n = 1, 2, 3 … until none is refused any more."""
    for call in calls:
        for number, way in list(enumerate(WAYS[call]))[ways]:
            nth = 1
            while (ran := run(template, work / f"{call.name}-{nth}-{number}", Refusal(call, nth, way))).file:
                yield ran
                nth += every
            yield ran


def count(template: Path, home: Path) -> dict[Call, int]:
    """How many calls of each kind a day makes in which nothing is refused."""
    shutil.copytree(template, home)
    said, _ = _fork(home, Refusal(Call.LINK, 10**9, WAYS[Call.LINK][0]))
    shutil.rmtree(home)
    seen = next(line for line in said if line.startswith("seen ")).split()[1:]
    return {Call[name.upper()]: int(text) for name, _, text in (each.partition("=") for each in seen)}


def at_random(template: Path, work: Path, runs: int, seed: int) -> Iterator[Ran]:
    """So many refusals drawn from the seed, among the calls that a day without any makes."""
    counts, chance = count(template, work / "counted"), random.Random(seed)
    for number in range(runs):
        call = chance.choice([call for call, count in counts.items() if count and call is not Call.PREAD])
        refusal = Refusal(call, chance.randint(1, counts[call]), chance.choice(WAYS[call]))
        yield run(template, work / f"random-{number}", refusal)


def main(arguments: list[str]) -> int:
    asked = _read(arguments)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="station-io-") as folder:
        if LIBRARY not in os.environ:
            return _again_with(build(Path(folder)), arguments)
        print(f"seed {asked.seed}", flush=True)
        work = Path(folder)
        make_template(work / "template")
        done: list[Ran] = []
        for each in asked.at:
            call, nth, way = each.split(":")
            refusal = Refusal(Call[call.upper()], int(nth), WAYS[Call[call.upper()]][int(way)])
            _tell(done, run(work / "template", work / each.replace(":", "-"), refusal), asked.verbose)
        for ran in at_random(work / "template", work, asked.runs, asked.seed) if asked.runs else ():
            _tell(done, ran, asked.verbose)
        ways = slice(asked.way, asked.way + 1) if asked.way >= 0 else slice(None)
        calls = [Call[name.upper()] for name in asked.calls]
        for ran in sweep(work / "template", work, calls, ways, asked.every):
            _tell(done, ran, asked.verbose)
    return sum_up(done)


def _again_with(library: Path, arguments: list[str]) -> int:
    """Start anew with the library in front of the C library: it cannot be put there later."""
    surroundings = {**os.environ, "LD_PRELOAD": str(library), LIBRARY: str(library)}
    command = [sys.executable, "-m", "tests.faults.io_errors", *arguments]
    return subprocess.run(command, env=surroundings, check=False).returncode


def _tell(done: list[Ran], ran: Ran, verbose: bool) -> None:
    done.append(ran)
    if verbose or ran.faults:
        end = "settled" if ran.settled else "left open"
        said = " ".join(sorted(ran.codes()))
        print(f"{'FAIL' if ran.faults else 'ok':5}{ran.refusal} {ran.file or '-'}: {end} {said}", flush=True)
        for fault in ran.faults:
            print(f"     {fault}", flush=True)


def sum_up(done: list[Ran]) -> int:
    """Print how many calls were refused, by kind and by file, and what came of it; gives the exit status."""
    refused = [ran for ran in done if ran.refusal and ran.file]
    for call in Call:
        of_it = [ran for ran in refused if ran.refusal and ran.refusal.call is call]
        if of_it:
            files = Counter(Path(ran.file).name for ran in of_it).most_common(5)
            settled = sum(ran.settled for ran in of_it)
            asks = sum(ran.asks for ran in of_it)
            print(
                f"{call.name.lower():10}{len(of_it):6} refused, {settled} settled the same day, {asks} wait for a "
                f"person; {dict(files)}"
            )
    bad = [ran for ran in done if ran.faults]
    lost = sum(fault.startswith("lost scan") for ran in bad for fault in ran.faults)
    print(f"{len(done)} runs, {len(refused)} refused, {lost} scans lost, {len(bad)} runs with a fault")
    return 1 if bad or not refused else 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.io_errors")
    names = [call.name.lower() for call in Call]
    parser.add_argument("--calls", nargs="*", choices=names, default=[], help="sweep these")
    parser.add_argument("--way", type=int, default=-1, help="only this of a kind's ways")
    parser.add_argument("--every", type=int, default=1, help="every so many numbers only")
    parser.add_argument("--runs", type=int, default=0, help="refusals at random")
    parser.add_argument("--at", nargs="*", default=[], metavar="CALL:N:WAY", help="single refusals")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--verbose", action="store_true", help="a line a run")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

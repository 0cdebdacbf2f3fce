"""Runs of kills at random moments over the bundled server and the vendors' protocols, and what they came to."""

import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from . import kill9, operator, vendors
from .kill9 import Ran
from .outliving import outliving
from .protocols import PROTOCOLS

PRACTICE = "practice"
"""The bundled server inside the station, that is killed with it."""
KINDS = (PRACTICE, *PROTOCOLS)


def at_random(
    work: Path, runs: int, seed: int, kinds: Sequence[str], minutes: float, tell: Callable[[Ran], None]
) -> list[Ran]:
    """So many kills in turn over the kinds, as far as the time reaches."""
    done: list[Ran] = []
    end = time.monotonic() + 60 * minutes
    chance = random.Random(seed)
    with ExitStack() as stack:
        jobs = {kind: _jobs(kind, work, runs // len(kinds) + 3, stack) for kind in kinds}
        takes_s = {kind: kill9.make_template(work / f"template-{kind}", next(jobs[kind])) for kind in kinds}
        for number, kind in zip(range(runs), itertools.cycle(kinds), strict=False):
            cut = kill9.random_cut(chance, takes_s[kind], 1 if kind == PRACTICE else 2)
            if time.monotonic() > end:
                break
            ran = kill9.run(work / f"template-{kind}", work / f"random-{number}", cut, next(jobs[kind]))
            ran.kind = kind
            done.append(ran)
            tell(ran)
    return done


def _jobs(kind: str, work: Path, count: int, stack: ExitStack) -> Iterator[kill9.Job]:
    """A job for each run; a vendor's have devices of their own, as its server outlives them."""
    if kind == PRACTICE:
        return itertools.repeat(operator.PracticeJob())
    database = work / f"server-{kind}.db"
    address = stack.enter_context(outliving(database, [PROTOCOLS[kind]], count * vendors.DEVICES))
    return (
        vendors.VendorJob(PROTOCOLS[kind], address, database, number * vendors.DEVICES) for number in range(count)
    )


def sum_up(done: list[Ran]) -> int:
    """Print what came of it; gives the exit status."""
    bad = [ran for ran in done if ran.faults]
    killed = Counter((ran.kind, ran.cut.point or "at random") for ran in done if ran.killed)
    flying = Counter((ran.kind, ran.cut.point or "at random") for ran in done if ran.in_flight)
    for (kind, point), count in sorted(killed.items()):
        print(f"{kind:12}{point:24}{count:6} killed, {flying[kind, point]:5} with a call in flight")
    for ran in bad:
        print(f"FAIL {ran.kind} at {ran.cut}", *ran.faults, sep="\n  ")
    lost = sum(fault.startswith("lost scan") for ran in bad for fault in ran.faults)
    print(
        f"{len(done)} runs, {sum(killed.values())} killed, {sum(flying.values())} of them with a call in flight, "
        f"{lost} scans lost, {len(bad)} runs with a fault"
    )
    sys.stdout.flush()
    return 1 if bad or not killed else 0

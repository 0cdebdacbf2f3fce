"""One operator's whole job on a data folder: scan a delivery, look it up, claim it; the same steps before and after a
crash."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.core.progress import Progress
from station.desk import rows
from station.desk.ports import FaultHook, no_faults
from station.folders import Folders
from station.parts import assemble
from station.settings import Settings
from tests.checker.check import FAIL, check
from tests.desk.bench import Bench

from . import accounts

KIT = "maple-harbor-lantern"
SINGLE = "c1sample0000000000d0"
ANOTHERS = "c1sample0000000000d2"
DELIVERY = (KIT, SINGLE, ANOTHERS, "zz-unknown-zz", "c1sample0000000000a2", SINGLE, "4006381333931")
"""A kit of five, a single device, somebody else's, one that does not exist, one inside the kit, a repeat, and a label
that is no device."""
OURS = (SINGLE, *(f"c1sample0000000000a{number}" for number in range(5)))
"""What the server must hold for this desk when the job is done."""

PATIENCE_S = 120.0
Report = Callable[[str], None]


def folders(home: Path) -> Folders:
    return Folders(home / "data", home, home / "state", home / "logs")


def open_bench(home: Path, faults: FaultHook = no_faults, server_faults: FaultHook = no_faults) -> Bench:
    bench = Bench(assemble(Settings(), folders(home), faults=faults, server_faults=server_faults))
    bench.start()
    return bench


def make_folder(home: Path) -> None:
    """A data folder as a first start leaves it, in a process of its own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            bench = open_bench(home)
            bench.choose()
            bench.looked_up(SINGLE)
            bench.station.desk.do(rows.remove, [next(iter(bench.rows))], "Anna").result(20)
            bench.stop()
            status = 0
        finally:
            os._exit(status)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise RuntimeError("the first start failed")


def do_the_job(bench: Bench, report: Report) -> None:
    """Scan what is not there yet, claim what can be claimed, wait to the end; says each step that is sure."""
    bench.choose()
    for text in DELIVERY:
        heard = bench.scan(text)
        report(f"kept {heard.shown}")
    while _ready(bench):
        report("claiming")
        bench.claim()
        _wait(lambda: settled(bench))
    _wait(lambda: settled(bench))
    report("settled")


def _ready(bench: Bench) -> bool:
    """Whether there is something to claim, once all is looked up; what came back to open is claimed again."""
    _wait(lambda: not bench.plan().counts.checking and not bench.plan().counts.unchecked)
    return bench.plan().counts.ready > 0


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the station does not get on")
        time.sleep(0.02)


def settled(bench: Bench) -> bool:
    counts = bench.plan().counts
    waiting = counts.queued + counts.sending + counts.unknown
    held = any(dict(row.tally).get(Progress.HELD) for row in bench.rows.values())
    return not (waiting or held)


def kept(home: Path) -> set[str]:
    """The scans that the desk's database has, as they were shown; read with plain SQL."""
    path = home / "data" / "practice" / "desk.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as desk:
        return {row[0] for row in desk.execute("SELECT shown FROM items UNION ALL SELECT shown FROM refused_scans")}


def claims(home: Path) -> dict[str, int]:
    """How many live claims the server has for each device of ours."""
    path = home / "data" / "practice" / "server.db"
    query = (
        "SELECT d.device_id, count(*) FROM claims c JOIN devices d ON d.id = c.device_id "
        "WHERE c.slot IS NOT NULL GROUP BY 1"
    )
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as server:
        return {name: count for name, count in server.execute(query) if name in OURS}


def misreported(home: Path) -> list[str]:
    """Devices of ours of which the desk says that another holds them, or that it failed."""
    path = home / "data" / "practice" / "desk.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as desk:
        query = (
            "SELECT device_id, progress, outcome FROM devices WHERE inside IS NULL AND progress NOT IN "
            "('claimed', 'open', 'removed')"
        )
        return [" ".join(map(str, row)) for row in desk.execute(query) if row[0] in OURS]


class PracticeJob:
    """The job at the sample delivery, whose server lives and dies with the desk."""

    def open(self, home: Path, faults: FaultHook, server_faults: FaultHook) -> Bench:
        return open_bench(home, faults, server_faults)

    def do(self, bench: Bench, report: Report) -> None:
        do_the_job(bench, report)

    def kept(self, home: Path) -> set[str]:
        return kept(home)

    def calls_under_way(self, home: Path) -> int:
        return accounts.calls_under_way(home / "data" / "practice" / "desk.db")

    def wait_for_effects(self) -> None:
        """Its server is killed with it."""

    def examine(self, home: Path) -> list[str]:
        """What is wrong once all is done."""
        base = home / "data" / "practice"
        found = [str(each) for each in check(base / "desk.db", base / "server.db") if each.verdict == FAIL]
        if (held := claims(home)) != dict.fromkeys(OURS, 1):
            found.append(f"the server holds {held}")
        return found + [f"misreported: {each}" for each in misreported(home)]


def say_to(descriptor: int) -> Report:
    def report(line: str) -> None:
        os.write(descriptor, f"{line}\n".encode())

    return report

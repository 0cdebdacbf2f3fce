"""The whole job at a vendor's system, on a data folder that may have been left by a crash: scan, look up, claim."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from station.core.item import Item
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake
from station.desk.ports import FaultHook
from station.labels.base import Label
from station.parts import assemble
from station.settings import ConnectionSettings, Settings
from tests.checker.check import FAIL, check
from tests.desk.bench import Bench

from . import accounts, matrix
from .operator import Report, folders
from .outliving import wait_until_idle
from .protocols import Protocol
from .scene import FastClock

DEVICES = 3
"""Of each job, of its own: the server outlives them all."""
PACE = 60.0
"""How many times faster the desk's clocks run. A desk that is started again waits for the end of the quiet period, 2 s:
by then nothing can land any more, as it is started once the server rests."""
LIMIT_S = 30.0
"""Longer than a busy machine ever takes: no call is given up on but by a kill."""
PATIENCE_S = 180.0


@dataclass(frozen=True)
class VendorJob:
    """``first`` is the number of its first device, ``server`` the database of the server at ``address``."""

    protocol: Protocol
    address: str
    server: Path
    first: int

    def open(self, home: Path, faults: FaultHook, _server_faults: FaultHook) -> Bench:
        values, secrets = self.protocol.connection(self.address)
        os.environ.update({f"STATION_SECRET_V_{what}".upper(): text for what, text in secrets.items()})
        os.environ["STATION_SEAL_KEY"] = "so that PINs outlive the desk"
        limits: dict[str, object] = {"claim_timeout_s": LIMIT_S, "look_up_timeout_s": LIMIT_S}
        if self.protocol.size_setting:
            limits[self.protocol.size_setting] = 1 + self.first % 2
        connection = ConnectionSettings("v", self.protocol.kind, {**values, **limits})
        clock = FastClock(PACE)
        bench = Bench(assemble(Settings(connections=(connection,)), folders(home), faults=faults, clock=clock))
        bench.start()
        return bench

    def do(self, bench: Bench, report: Report) -> None:
        """Scan what is not there yet, claim what can be claimed, wait to the end; says each step that is sure."""
        desk, target = bench.station.desk, self.protocol.target_at(self.server)
        desk.do(batches.choose, "v", target, target).result(20)
        known = {item.identifier.text for item in _rows(bench)}
        for number in range(self.first, self.first + DEVICES):
            identifier = self.protocol.identifier(number)
            if identifier.text not in known:
                scan = Scan(identifier.text.encode(), "practice", datetime.now(UTC))
                desk.do(intake.keep_entries, [(scan, Label("", (identifier,)), "")]).result(20)
                report(f"kept {identifier.text}")
        end = time.monotonic() + PATIENCE_S
        while _ready(bench, end):
            report("claiming")
            bench.claim()
            _wait(lambda: not _moves(bench), end)
        _wait(lambda: not _moves(bench), end)
        report("settled")

    def kept(self, home: Path) -> set[str]:
        """The identifiers that the desk's database has, in the order of fields and without what is secret."""
        return accounts.identifiers(home / "data" / "desk.db")

    def calls_under_way(self, home: Path) -> int:
        return accounts.calls_under_way(home / "data" / "desk.db")

    def wait_for_effects(self) -> None:
        wait_until_idle(self.address)

    def examine(self, home: Path) -> list[str]:
        """What is wrong once all is done."""
        desk = home / "data" / "desk.db"
        found = accounts.compare(self.protocol, desk, self.server, restarted=True)
        done = sum(count for text, count in found.progress.items() if text.startswith(("claimed", "held")))
        short = [f"{DEVICES - done} devices are neither claimed nor held"] if done != DEVICES else []
        return [*found.wrong, *short, *(str(each) for each in check(desk, self.server) if each.verdict == FAIL)]


def _rows(bench: Bench) -> list[Item]:
    return bench.station.desk.read(
        lambda reader: [row for batch in reader.batches() for row in reader.items_of(batch.id)]
    ).result(20)


def _ready(bench: Bench, end: float) -> bool:
    _wait(lambda: matrix.looked_up(bench), end)
    return bench.plan().counts.ready > 0


def _moves(bench: Bench) -> bool:
    return any(matrix.WAITING & set(dict(row.tally)) for row in bench.rows.values()) or any(
        row.progress in (Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN) for row in _rows(bench)
    )


def _wait(done: Callable[[], bool], end: float) -> None:
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the station does not get on")
        time.sleep(0.02)

"""Claims through a network that spoils exchanges, for every protocol: each must take effect exactly once.

A *shift* is one desk with some connections of one kind, through the proxy, to the bundled server on a port. Its devices
are claimed under a plan of faults; then the desk's account is held against the server's own ledger (see ``accounts``).
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.core.identifier import Identifier
from station.core.news import LineState
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake, pauses, reconcile
from station.desk.work import Work
from station.labels.base import Label
from tests.desk.bench import Bench

from . import accounts
from .door import DOMAIN
from .fault import Fault
from .plan import Spoiling
from .protocols import Protocol
from .scene import Size, opened

PATIENCE_S = 300.0
"""How long a shift's claims may take to come to rest once the faults are over."""
CALM_S = 0.5
"""How long nothing is seen to move before it is taken to have come to rest."""
WAITING = frozenset({Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN})


@dataclass
class Shift:
    """What a shift came to; ``wrong`` is empty where all is as it must be."""

    kind: str
    seed: str = ""
    devices: int = 0
    claims: int = 0
    spoiled: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    progress: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    """Why what is held is held."""
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def work_a_shift(protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size) -> Shift:
    """Claim devices over some connections under the plan, and look at what came of it."""
    shift = Shift(protocol.kind, devices=size.devices)
    begun = time.monotonic()
    names = [f"v{number}" for number in range(size.ways)]
    with opened(protocol, folder, spoiling, size, names) as (bench, proxy):
        person = Person(bench, spoiling, names)
        person.scan(protocol, protocol.devices(size.devices), folder / "server.db")
        person.claim_to_the_end(time.monotonic() + size.faults_for_s)
        shift.claims = sum(protocol.kind_of_call(seen) == "claim" for seen, _ in proxy.exchanges)
        shift.wrong += person.wrong
    shift.spoiled = +Counter({key: n for key, n in spoiling.counts.items() if key[1] is not Fault.NONE})
    accounts.correct(folder / "data" / "desk.db", shift.spoiled)
    hour_s = reconcile.CLAIM_IS_FRESH_S / size.pace
    account = accounts.compare(protocol, folder / "data" / "desk.db", folder / "server.db", hour_s=hour_s)
    shift.progress, shift.held = account.progress, account.held
    shift.wrong += account.wrong
    shift.seconds = time.monotonic() - begun
    return shift


@dataclass
class Person:
    """Who scans, claims, renews what was revoked, resumes what was paused, and claims again what came back to open."""

    bench: Bench
    spoiling: Spoiling
    names: list[str]
    wrong: list[str] = field(default_factory=list)

    def scan(self, protocol: Protocol, identifiers: list[Identifier], server: Path) -> None:
        desk = self.bench.station.desk
        target = protocol.target_at(server)
        for at, name in enumerate(self.names):
            mine = identifiers[at :: len(self.names)]
            desk.do(batches.choose, name, target, target).result(PATIENCE_S)
            entries = [
                (Scan(each.text.encode(), "practice", datetime.now(UTC)), Label("", (each,)), "") for each in mine
            ]
            for begin in range(0, len(entries), 50):
                desk.do(intake.keep_entries, entries[begin : begin + 50]).result(PATIENCE_S)
        self._wait(self._looked_up, time.monotonic() + PATIENCE_S, "the look-ups never end")

    def claim_to_the_end(self, faults_end: float) -> None:
        """Until nothing waits and nothing that came back can be claimed; the faults are over by then, as they are."""

        def done() -> bool:
            late_s = time.monotonic() - faults_end
            self.spoiling.on = self.spoiling.on and (late_s < 0 or (bool(self.spoiling.forced) and late_s < PATIENCE_S))
            if self._looked_up() and self.bench.plan().counts.ready:
                self.bench.claim()
                return False
            return not self._waits() and self._looked_up()

        self._wait(done, faults_end + 2 * PATIENCE_S, "")

    def _waits(self) -> bool:
        return any(WAITING & set(dict(row.tally)) for row in self.bench.rows.values())

    def _looked_up(self) -> bool:
        return looked_up(self.bench)

    def _wait(self, done: Callable[[], bool], end: float, why: str) -> None:
        while True:
            self.see_to_pauses()
            if done():
                return
            if time.monotonic() > end:
                self.wrong += [why] if why else []
                return
            time.sleep(0.1)

    def see_to_pauses(self) -> None:
        """There was nothing wrong with a batch's target; and refused credentials are renewed, once the desk says so."""
        paused = self.bench.station.desk.read(
            lambda reader: {batch.connection for batch in reader.batches() if batch.paused}
        ).result(PATIENCE_S)
        for name in self.names:
            if self.bench.station.desk.do(_is_paused, name).result(PATIENCE_S):
                self.spoiling.way(f"{name}.{DOMAIN}").revoked = False
                paused.add(name)
        for name in paused:
            self.bench.station.desk.do(pauses.resume, name).result(PATIENCE_S)


def looked_up(bench: Bench) -> bool:
    return not bench.plan().counts.checking and all(
        not row.check or row.check == "none" for row in bench.rows.values() if row.progress is Progress.OPEN
    )


def _is_paused(work: Work, connection: str) -> bool:
    return work.state.line(connection).state is LineState.PAUSED

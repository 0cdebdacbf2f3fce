"""Claims through a network that spoils exchanges, for every protocol: each must take effect exactly once.

A *shift* is one desk with some connections of one kind, through the proxy, to the bundled server on a port. Its devices
are claimed under a plan of faults; then the desk's account is held against the server's own ledger (see ``accounts``).
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.clock import SystemClock
from station.core.identifier import Identifier
from station.core.news import LineState
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake, pauses, reconcile
from station.desk.work import Work
from station.folders import Folders
from station.labels.base import Label
from station.parts import assemble
from station.server.app import build
from station.server.importing import import_file
from station.settings import ConnectionSettings, Settings
from tests.backends.worlds import on_a_port
from tests.desk.bench import Bench

from . import accounts
from .door import DOMAIN, make_certificates, resolved
from .fault import Fault
from .plan import Spoiling
from .protocols import Protocol
from .proxy import Proxy, running

QUIET_S = 120.0
"""The desk's own quiet period, by its own clock: a late claim has landed by then."""
AT_ONCE = 2
"""Look-ups under way at a time of one connection: many connections at once still get their answers in time."""
PATIENCE_S = 120.0
"""How long a shift's claims may take to come to rest once the faults are over."""
WAITING = frozenset({Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN})


class FastClock(SystemClock):
    """The clock that waits are counted by, ``pace`` times as fast from now on; the wall clock is the real one."""

    def __init__(self, pace: float) -> None:
        self._begun, self._pace = time.monotonic(), pace

    def monotonic(self) -> float:
        return self._begun + (time.monotonic() - self._begun) * self._pace


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


@dataclass(frozen=True)
class Size:
    """How many devices a shift claims, over how many connections and how many in one call, for how long the faults go
    on where the claims do not come to rest before, and the desk's time limits in real seconds."""

    devices: int
    ways: int = 8
    a_call: int = 1
    faults_for_s: float = 150.0
    limit_s: float = 0.6

    @property
    def late_s(self) -> float:
        """How long the proxy keeps back what comes late."""
        return self.limit_s + 0.6

    @property
    def pace(self) -> float:
        """How many times faster the desk's clocks run than the real ones, so that its waits end within a test."""
        return QUIET_S / (self.late_s + 1.2)


def work_a_shift(protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size) -> Shift:
    """Claim devices over some connections under the plan, and look at what came of it."""
    shift = Shift(protocol.kind, devices=size.devices)
    begun = time.monotonic()
    names = [f"v{number}" for number in range(size.ways)]
    with _opened(protocol, folder, spoiling, size, names) as (bench, proxy):
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


@contextmanager
def _opened(
    protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size, names: list[str]
) -> Iterator[tuple[Bench, Proxy]]:
    url = f"sqlite:///{(folder / 'server.db').as_posix()}"
    certificates = make_certificates(folder)
    with ExitStack() as stack:
        app = build(url, clock=lambda: datetime.now(UTC), practice=True, token="practice-token")
        address = stack.enter_context(on_a_port(app))
        delivery = folder / "delivery.csv"
        delivery.write_text(protocol.delivery(size.devices), encoding="utf-8")
        imported = import_file(url, delivery, datetime.now(UTC))
        assert imported.stored, imported.bad
        protocol.wait_for_practice(folder / "server.db")
        upstream = int(address.rpartition(":")[2])
        words = dict(protocol.words)
        proxy = Proxy(upstream, certificates, spoiling, spoiling.keeps, words, protocol.lists, size.late_s)
        stack.enter_context(running(proxy))
        stack.enter_context(resolved(spoiling.knock))
        # No proxy of this machine's, and none of its authorities: to read them all takes longer than the limits here.
        authority = str(certificates.authority)
        limits: dict[str, object] = {"claim_timeout_s": size.limit_s, "look_up_timeout_s": size.limit_s}
        limits |= {"look_ups_at_once": AT_ONCE, "ca_file": authority}
        connections, environment = [], {"NO_PROXY": DOMAIN, "no_proxy": DOMAIN, "SSL_CERT_FILE": authority}
        if protocol.size_setting:
            limits[protocol.size_setting] = size.a_call
        for name in names:
            values, secrets = protocol.connection(f"https://{name}.{DOMAIN}:{proxy.port}")
            environment |= {f"STATION_SECRET_{name}_{what}".upper(): text for what, text in secrets.items()}
            connections.append(ConnectionSettings(name, protocol.kind, {**values, **limits}))
        stack.enter_context(_environment(environment))
        folders = Folders(folder / "data", folder, folder / "state", folder / "logs")
        settings = Settings(connections=tuple(connections))
        bench = Bench(assemble(settings, folders, faults=spoiling.sends, clock=FastClock(size.pace)))
        stack.callback(bench.stop)
        bench.start()
        yield bench, proxy


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """As a fleet's start script sets it; put back as it was."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


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
            desk.do(batches.choose, name, target, target).result(20)
            entries = [
                (Scan(each.text.encode(), "practice", datetime.now(UTC)), Label("", (each,)), "") for each in mine
            ]
            for begin in range(0, len(entries), 50):
                desk.do(intake.keep_entries, entries[begin : begin + 50]).result(20)
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
            self._see_to_pauses()
            if done():
                return
            if time.monotonic() > end:
                self.wrong += [why] if why else []
                return
            time.sleep(0.1)

    def _see_to_pauses(self) -> None:
        """There was nothing wrong with a batch's target; and refused credentials are renewed, once the desk says so."""
        paused = self.bench.station.desk.read(
            lambda reader: {batch.connection for batch in reader.batches() if batch.paused}
        ).result(20)
        for name in self.names:
            if self.bench.station.desk.do(_is_paused, name).result(20):
                self.spoiling.way(f"{name}.{DOMAIN}").revoked = False
                paused.add(name)
        for name in paused:
            self.bench.station.desk.do(pauses.resume, name).result(20)


def looked_up(bench: Bench) -> bool:
    return not bench.plan().counts.checking and all(
        not row.check or row.check == "none" for row in bench.rows.values() if row.progress is Progress.OPEN
    )


def _is_paused(work: Work, connection: str) -> bool:
    return work.state.line(connection).state is LineState.PAUSED

"""Claims through a network that spoils exchanges, for every protocol: each must take effect exactly once.

A *shift* is one desk with one connection, through the proxy, to the bundled server on a port. Its devices are claimed
under a plan of faults; then the desk's account is held against the server's own ledger, which is read with plain SQL.
"""

import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.clock import SystemClock
from station.core.identifier import Identifier
from station.core.news import LineState
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import batches, intake, pauses
from station.folders import Folders
from station.labels.base import Label
from station.parts import assemble
from station.server.app import build
from station.server.importing import import_file
from station.settings import ConnectionSettings, Settings
from tests.backends.worlds import on_a_port
from tests.desk.bench import Bench

from .protocols import Protocol
from .proxy import Fault, Proxy, Seen, proxy_to

PACE = 40.0
"""How many times faster the desk's clocks run than the real ones, so that its waits end within a test."""
LIMIT_S = 0.6
"""The desk's time limits, in real seconds: shorter than the proxy's delays."""
PATIENCE_S = 55.0


class FastClock(SystemClock):
    """The clock that waits are counted by, ``PACE`` times as fast from now on; the wall clock is the real one."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def monotonic(self) -> float:
        return self._begun + (time.monotonic() - self._begun) * PACE


@dataclass
class Spoiling:
    """The plan: each exchange of a kind of call may be spoiled, until the faults are switched off.

    ``forced`` are spoiled first, one each; then ``share`` of the claims and a fifth of that of all else.
    """

    protocol: Protocol
    chance: random.Random
    share: float = 0.5
    forced: list[tuple[str, Fault]] = field(default_factory=list)
    on: bool = True
    counts: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def __call__(self, seen: Seen) -> Fault:
        what = self.protocol.kind_of_call(seen)
        fault = self._choose(what) if self.on else Fault.NONE
        self.counts[what, fault] += 1
        return fault

    def _choose(self, what: str) -> Fault:
        for at, (wanted, fault) in enumerate(self.forced):
            if wanted == what:
                del self.forced[at]
                return fault
        share = self.share if what == "claim" else self.share / 5
        if self.chance.random() >= share:
            return Fault.NONE
        return self.chance.choice(tuple(Fault)[1:])


@dataclass
class Shift:
    """What a shift came to; ``wrong`` is empty where all is as it must be."""

    kind: str
    devices: int = 0
    claims: int = 0
    spoiled: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    progress: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def work_a_shift(protocol: Protocol, folder: Path, spoiling: Spoiling, count: int) -> Shift:
    """Claim ``count`` devices under the plan and look at what came of it."""
    shift = Shift(protocol.kind, count)
    begun = time.monotonic()
    identifiers = protocol.devices(count)
    with _opened(protocol, folder, spoiling, count) as (bench, proxy):
        _claim_all(bench, protocol, identifiers, folder / "server.db")
        _wait_until_settled(bench, protocol, spoiling)
        shift.claims = sum(protocol.kind_of_call(seen) == "claim" for seen, _ in proxy.exchanges)
    shift.spoiled = +Counter({key: n for key, n in spoiling.counts.items() if key[1] is not Fault.NONE})
    _compare(protocol, folder, shift)
    shift.seconds = time.monotonic() - begun
    return shift


@contextmanager
def _opened(protocol: Protocol, folder: Path, spoiling: Spoiling, count: int) -> Iterator[tuple[Bench, Proxy]]:
    url = f"sqlite:///{(folder / 'server.db').as_posix()}"
    with ExitStack() as stack:
        app = build(url, clock=lambda: datetime.now(UTC), practice=True, token="practice-token")
        address = stack.enter_context(on_a_port(app))
        delivery = folder / "delivery.csv"
        delivery.write_text(protocol.delivery(count), encoding="utf-8")
        imported = import_file(url, delivery, datetime.now(UTC))
        assert imported.stored, imported.bad
        proxy = stack.enter_context(proxy_to(int(address.rpartition(":")[2]), spoiling))
        values, secrets = protocol.connection(f"http://127.0.0.1:{proxy.port}")
        stack.enter_context(_environment({f"STATION_SECRET_V_{name}".upper(): text for name, text in secrets.items()}))
        limits = {"claim_timeout_s": LIMIT_S, "look_up_timeout_s": LIMIT_S}
        settings = Settings(connections=(ConnectionSettings("v", protocol.kind, {**values, **limits}),))
        folders = Folders(folder / "data", folder, folder / "state", folder / "logs")
        bench = Bench(assemble(settings, folders, clock=FastClock()))
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


def _claim_all(bench: Bench, protocol: Protocol, identifiers: list[Identifier], server: Path) -> None:
    desk = bench.station.desk
    target = protocol.target_at(server)
    desk.do(batches.choose, "v", target, target).result(20)
    entries = [
        (Scan(identifier.text.encode(), "practice", datetime.now(UTC)), Label("", (identifier,)), "")
        for identifier in identifiers
    ]
    for begin in range(0, len(entries), 50):
        desk.do(intake.keep_entries, entries[begin : begin + 50]).result(20)
    _until(lambda: _looked_up(bench))
    for _ in range(20):
        if bench.claim():
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing could be claimed: {bench.plan().counts}")


def _looked_up(bench: Bench) -> bool:
    _resume(bench)
    counts = bench.plan().counts
    return not counts.checking and all(not row.check or row.check == "none" for row in bench.rows.values())


def _wait_until_settled(bench: Bench, protocol: Protocol, spoiling: Spoiling) -> None:
    begun = time.monotonic()

    def settled() -> bool:
        # Faults end after a while, as they do: what is still open then must come to rest by itself.
        spoiling.on = spoiling.on and time.monotonic() - begun < PATIENCE_S / 3
        _resume(bench)
        waiting = {Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN}
        return not any(waiting & set(dict(row.tally)) for row in bench.rows.values())

    _until(settled)


def _resume(bench: Bench) -> None:
    """What a person does who sees a paused connection or batch: there was nothing wrong with either."""
    paused = any(batch.paused for batch in bench.plan().batches)
    line = bench.station.desk.do(_line_of).result(20)
    if line is LineState.PAUSED or paused or _paused_batches(bench):
        bench.station.desk.do(pauses.resume, "v").result(20)


def _line_of(work: object) -> LineState:
    state: LineState = work.state.line("v").state  # type: ignore[attr-defined]
    return state


def _paused_batches(bench: Bench) -> bool:
    return bool(bench.station.desk.read(lambda reader: any(b.paused for b in reader.batches())).result(20))


def _until(done: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            return
        time.sleep(0.05)


def _compare(protocol: Protocol, folder: Path, shift: Shift) -> None:
    """The desk's account of each device beside the server's ledger."""
    ledger = _ledger(folder / "server.db", protocol)
    for name, progress, outcome in _account(folder / "data" / "desk.db"):
        made, live = ledger.get(protocol.ledger_name(name), (0, 0))
        shift.progress[f"{progress} {outcome or ''}".strip()] += 1
        if made > 1:
            shift.wrong.append(f"{name}: claimed {made} times")
        if progress == "claimed" and not live:
            shift.wrong.append(f"{name}: {outcome}, and the server has no claim")
        if progress in ("refused", "open", "queued", "sending") and live:
            shift.wrong.append(f"{name}: {progress} {outcome or ''}, and the server has our claim")
        if progress in ("queued", "sending", "unknown"):
            shift.wrong.append(f"{name}: not settled in time: {progress}")
        if progress == "held" and protocol.always_settles:
            shift.wrong.append(f"{name}: held, though this protocol can always tell")


def _ledger(path: Path, protocol: Protocol) -> dict[str, tuple[int, int]]:
    """Claims ever made and live ones by a device's name at the server."""
    query = (
        "SELECT d.device_id, count(*), sum(c.slot IS NOT NULL) FROM claims c JOIN devices d ON d.id = c.device_id "
        "JOIN organizations o ON o.id = c.organization_id WHERE o.slug = 'example' AND d.vendor = ? GROUP BY 1"
    )
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as server:
        return {name: (made, live) for name, made, live in server.execute(query, (protocol.vendor,))}


def _account(path: Path) -> list[tuple[str, str, str | None]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as desk:
        return list(desk.execute("SELECT device_id, progress, outcome FROM devices WHERE inside IS NULL"))

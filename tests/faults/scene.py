"""Where a shift is worked: a real server, a proxy that spoils exchanges, names that lead to it, and a desk."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi import FastAPI

from station.clock import SystemClock
from station.folders import Folders
from station.parts import assemble
from station.server.app import build
from station.server.importing import import_file
from station.settings import ConnectionSettings, Settings
from tests.backends.worlds import on_a_port
from tests.desk.bench import Bench

from .door import DOMAIN, make_certificates, resolved
from .plan import Spoiling
from .protocols import LOCAL, Protocol
from .proxy import Beside, Proxy, Seen, running

QUIET_S = 120.0
"""The desk's own quiet period, by its own clock: a late claim has landed by then."""
READS = frozenset({"read", "read-back", "sign-in"})
"""The kinds of call that change nothing at the server."""
AT_ONCE = 2
"""Look-ups under way at a time of one connection: many connections at once still get their answers in time."""


@dataclass(frozen=True)
class Size:
    """How many devices a shift claims, over how many connections and how many in one call, for how long the faults go
    on where the claims do not come to rest before, and the desk's time limits in real seconds."""

    devices: int
    ways: int = 8
    a_call: int = 1
    faults_for_s: float = 600.0
    limit_s: float = 0.6

    @property
    def late_s(self) -> float:
        """How long the proxy keeps back what comes late."""
        return self.limit_s + 0.6

    @property
    def pace(self) -> float:
        """How many times faster the desk's clocks run than the real ones, so that its waits end within a test."""
        return QUIET_S / (self.late_s + 3 * self.limit_s)


class FastClock(SystemClock):
    """The clock that waits are counted by, ``pace`` times as fast from now on; the wall clock is the real one.

    While it is ``held`` it goes as fast as the real one: so what a server works on still lands within the quiet period,
    however busy the machine is.
    """

    def __init__(self, pace: float) -> None:
        self._pace, self._holders = pace, 0
        self._at = self._since = time.monotonic()
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        with self._lock:
            return self._reach()

    @contextmanager
    def held(self) -> Iterator[None]:
        self._hold(1)
        try:
            yield
        finally:
            self._hold(-1)

    def _hold(self, more: int) -> None:
        with self._lock:
            self._reach()
            self._holders += more

    def _reach(self) -> float:
        now = time.monotonic()
        self._at += (now - self._since) * (1.0 if self._holders else self._pace)
        self._since = now
        return self._at


@cache
def _practised() -> bytes:
    """The database of a server that has filled in what practice needs: it takes a while, and is made once."""
    with tempfile.TemporaryDirectory(prefix="station-server-") as folder:
        database = Path(folder) / "server.db"
        with on_a_port(_build(database)):
            LOCAL.wait_for_practice(database)
        return database.read_bytes()


def _build(database: Path) -> FastAPI:
    url = f"sqlite:///{database.as_posix()}"
    return build(url, clock=lambda: datetime.now(UTC), practice=True, token="practice-token")


@contextmanager
def served(
    protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size, beside: Beside = lambda _seen: nullcontext()
) -> Iterator[Proxy]:
    """The server with a delivery, behind the proxy; the names below ``DOMAIN`` lead there, and its certificate is
    vouched for. ``beside`` is open while the server works on a request."""
    database = folder / "server.db"
    database.write_bytes(_practised())
    certificates = make_certificates(folder)
    with ExitStack() as stack:
        address = stack.enter_context(on_a_port(_build(database)))
        delivery = folder / "delivery.csv"
        delivery.write_text(protocol.delivery(size.devices), encoding="utf-8")
        imported = import_file(f"sqlite:///{database.as_posix()}", delivery, datetime.now(UTC))
        assert imported.stored, imported.bad
        protocol.wait_for_practice(database)
        upstream = int(address.rpartition(":")[2])
        words = dict(protocol.words)
        proxy = Proxy(upstream, certificates, spoiling, spoiling.keeps, words, protocol.lists, size.late_s, beside)
        stack.enter_context(running(proxy))
        stack.enter_context(resolved(spoiling.knock))
        # No proxy of this machine's, and none of its authorities: to read them all takes longer than the limits here.
        authority = str(certificates.authority)
        trusted = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), authority)
        stack.enter_context(_environment({"NO_PROXY": DOMAIN, "no_proxy": DOMAIN, **trusted}))
        yield proxy


@contextmanager
def opened(
    protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size, names: list[str]
) -> Iterator[tuple[Bench, Proxy]]:
    """A desk with a connection of each name, by way of the proxy."""
    clock = FastClock(size.pace)

    def beside(seen: Seen) -> AbstractContextManager[None]:
        return nullcontext() if protocol.kind_of_call(seen) in READS else clock.held()

    with ExitStack() as stack:
        proxy = stack.enter_context(served(protocol, folder, spoiling, size, beside))
        limits: dict[str, object] = {"claim_timeout_s": size.limit_s, "look_up_timeout_s": size.limit_s}
        limits |= {"look_ups_at_once": AT_ONCE, "ca_file": str(proxy.certificates.authority)}
        if protocol.size_setting:
            limits[protocol.size_setting] = size.a_call
        connections: list[ConnectionSettings] = []
        environment: dict[str, str] = {}
        for name in names:
            values, secrets = protocol.connection(f"https://{name}.{DOMAIN}:{proxy.port}")
            environment |= {f"STATION_SECRET_{name}_{what}".upper(): text for what, text in secrets.items()}
            connections.append(ConnectionSettings(name, protocol.kind, {**values, **limits}))
        stack.enter_context(_environment(environment))
        folders = Folders(folder / "data", folder, folder / "state", folder / "logs")
        settings = Settings(connections=tuple(connections))
        bench = Bench(assemble(settings, folders, faults=spoiling.sends, clock=clock))
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

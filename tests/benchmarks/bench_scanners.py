"""How long after its last byte a scan is a row, over a serial port and over the network, beside one bare commit and a
frame of the screen."""

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from station.core.news import ItemsChanged, News
from station.folders import Folders
from station.parts import assemble
from station.scanning.hub import Scanning
from station.scanning.making import Making
from station.settings import ScannerSettings, Settings
from tests.benchmarks.bench_scan_to_disk import _bare, _commit
from tests.benchmarks.figures import Figure, at_most
from tests.scanning.bench import Line

FRAME_MS = 1000 / 60
SCANS = 300
ROUND = 25
"""The ways take turns in rounds of so many, so that a slow moment of the machine meets all."""
BETWEEN_S = 0.01
ROW_BYTES = 400
WITHIN_S = 5.0


class Rows:
    """Hears of rows as the window does, and remembers when each came."""

    def __init__(self) -> None:
        self._came: dict[str, float] = {}
        self._told = threading.Condition()

    def hear(self, news: News) -> None:
        if isinstance(news, ItemsChanged):
            at = time.perf_counter()
            with self._told:
                for item in news.items:
                    self._came.setdefault(item.identifier.text, at)
                self._told.notify_all()

    def wait_for(self, code: str) -> float:
        with self._told:
            if not self._told.wait_for(lambda: code in self._came, WITHIN_S):
                raise TimeoutError(f"{code} never became a row")
            return self._came[code]


def measure() -> list[Figure]:
    """p99 in milliseconds."""
    if not hasattr(os, "openpty"):
        raise RuntimeError("there are no pseudo-terminals here")
    took: dict[str, list[float]] = {"serial": [], "network": []}
    commits: list[float] = []
    with tempfile.TemporaryDirectory() as name, _ways(Path(name)) as (rows, ways):
        bare = _bare(Path(name) / "bare.db")
        for begin in range(0, SCANS, ROUND):
            for way, send in ways.items():
                took[way] += [_scan(rows, send, f"KIT-{way}-{number}") for number in range(begin, begin + ROUND)]
            for _ in range(ROUND):
                began = time.perf_counter()
                _commit(bare, ROW_BYTES)
                commits.append((time.perf_counter() - began) * 1000)
        bare.close()
    allowed = _p99(commits) + FRAME_MS
    return [at_most(f"scan to row, {way}, p99 ms", _p99(values), allowed, 1) for way, values in took.items()]


def _scan(rows: Rows, send: Callable[[bytes], object], code: str) -> float:
    """Milliseconds from the last byte to the row."""
    time.sleep(BETWEEN_S)
    send(code.encode())
    began = time.perf_counter()
    send(b"\r")
    return (rows.wait_for(code) - began) * 1000


@contextmanager
def _ways(folder: Path) -> Iterator[tuple[Rows, dict[str, Callable[[bytes], object]]]]:
    """A running desk with a serial and a network scanner."""
    station = assemble(Settings(), Folders(*(folder / name for name in ("data", "config", "state", "logs"))))
    rows, line = Rows(), Line(folder)
    wanted = (ScannerSettings("desk", "serial", {"device": line.port}), ScannerSettings("net", "tcp", {"port": 0}))
    from station.desk import intake

    making = Making(station.credentials, station.desk, station.clock.now)
    scanning = Scanning(wanted, lambda scan: station.desk.do(intake.keep, scan), making)
    station.desk.listen(rows.hear)
    station.start()
    scanning.start()
    try:
        with socket.create_connection(("127.0.0.1", _port(scanning)), timeout=WITHIN_S) as guest:
            guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.send(b"KIT-first\r")
            rows.wait_for("KIT-first")
            yield rows, {"serial": line.send, "network": guest.sendall}
    finally:
        scanning.stop()
        station.stop(5)
        line.unplug()


def _port(scanning: Scanning) -> int:
    """The port that is listened on, once both scanners are ready."""
    until = time.monotonic() + 10 * WITHIN_S
    while time.monotonic() < until:
        states = [str(each.state.condition) for each in scanning.lines.values()]
        if states == ["ready", "ready"]:
            return int(getattr(scanning.lines["net"].scanner, "port", 0))
        time.sleep(0.02)
    raise TimeoutError("the scanners do not become ready")


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]

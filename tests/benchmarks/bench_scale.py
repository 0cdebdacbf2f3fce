"""A desk with a million devices in its queue: its start, a scan, the next batch, memory and disk; and the window while
50,000 rows sync."""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import psutil

from station.core.news import News, Plan, Ready, ScanHeard
from station.core.scan import Scan
from station.desk import intake
from station.desk.house import greet
from station.desk.work import Work
from station.folders import Folders
from station.parts import Station, assemble
from station.settings import ConnectionSettings, Settings
from tests.benchmarks.crowd import ADDRESS, Crowd, make
from tests.benchmarks.figures import Figure
from tests.benchmarks.instant import synced
from tests.benchmarks.started import ROOT, STATION, Started
from tests.benchmarks.stolen import Stolen

SCANS, FETCHES = 500, 200
READY_S, FETCH_MS, ENQUEUE_MS, MEMORY_MB, DISK_MB, STALL_MS = 3.0, 5.0, 20.0, 300.0, 500.0, 50.0
SYNCED, A_CALL = int(os.environ.get("STATION_SYNCED", "50000")), 100
PATIENCE_S = 600.0
TICK_MS = 2
SETTLES_MS = 2000
"""The window has painted its rows by then, and the vendor may begin to answer."""
UNDISTURBED = "where the host took no processor time away"


def measure() -> list[Figure]:
    """The crowd is made once; the desk alone runs in a process of its own, so that its memory is its own."""
    crowd = Crowd(int(os.environ.get("STATION_CROWD", "1000000")))
    with tempfile.TemporaryDirectory(prefix="station-scale-") as folder:
        base = Path(folder)
        (base / "home" / "data").mkdir(parents=True)
        path = base / "home" / "data" / "desk.db"
        make(path, crowd)
        size = path.stat().st_size / 1e6
        (base / "home" / "settings.toml").write_text(settings_text(crowd), encoding="utf-8")
        alone = _apart(base)
        started, memory = _program(base)
    many = f"{crowd.items:,} waiting"
    return [
        _below(f"{many}: start of the program to ready, s", started, READY_S),
        _below(f"{many}: start of the desk alone to ready, s", alone["ready"], READY_S),
        _below(f"{many}: the next batch fetched, p99 of {FETCHES}, ms", alone["fetch"], FETCH_MS),
        _below(f"{many}: the same, {UNDISTURBED}, ms", alone["fetch_own"], FETCH_MS),
        Figure(f"{many}: the same, median ms of this processor's time", alone["fetch_cpu"]),
        _below(f"{many}: a scan kept, p99 of {SCANS}, ms", alone["enqueue"], ENQUEUE_MS),
        _below(f"{many}: the same, {UNDISTURBED}, ms", alone["enqueue_own"], ENQUEUE_MS),
        _below(f"{many}: memory of the desk without the window, MB", alone["memory"], MEMORY_MB),
        Figure(f"{many}: memory of the whole program, MB", memory),
        _below(f"{many}: the database, MB", size, DISK_MB),
        *_sync(),
    ]


def _below(name: str, value: float, most: float) -> Figure:
    return Figure(name, value, goal=f"at most {most:g}", met=value <= most)


def settings_text(crowd: Crowd) -> str:
    """The connections that the crowd waits for, at an address where nobody answers."""
    return "".join(f'[backends.{name}]\nkind = "local"\nbase_url = "{ADDRESS}"\n' for name in crowd.names)


def _program(base: Path) -> tuple[float, float]:
    """Seconds to ready and resident MB of the program with its window, once it has been left alone for a while."""
    told = {"STATION_HOME": str(base / "home"), "STATION_STATE": str(base / "state")}
    with Started(STATION, base, **told) as station:
        ready = station.until("ready") / 1000
        time.sleep(5)
        return ready, station.memory()


def _apart(base: Path) -> dict[str, float]:
    """The desk alone, in a new process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_scale", str(base)], cwd=ROOT, capture_output=True, text=True,
        check=True, timeout=600,
    )
    return {name: float(value) for name, value in json.loads(done.stdout.splitlines()[-1]).items()}


def alone(base: Path) -> dict[str, float]:
    """Start a desk without a window on the crowd, scan into it, and fetch next batches."""
    home = base / "home"
    names = Crowd().names
    connections = tuple(ConnectionSettings(name, "local", {"base_url": ADDRESS}) for name in names)
    began = time.perf_counter()
    station = assemble(Settings(connections=connections), Folders(home / "data", home, base / "alone", home / "logs"))
    ready = threading.Event()
    station.desk.listen(lambda news: ready.set() if isinstance(news, Ready) else None)
    station.start()
    assert ready.wait(60)
    took = time.perf_counter() - began
    station.open_services()
    try:
        scans = _scan(station)
        stolen = Stolen()
        fetches = [station.desk.do(_fetch, names, stolen).result(60) for _ in range(FETCHES)]
        stolen.close()
        memory = psutil.Process().memory_info().rss / 1e6
    finally:
        station.stop(2)
    return {
        "ready": took, "memory": memory, "fetch_cpu": median(fetched.worked for fetched in fetches),
        "enqueue": _p99(scans), "enqueue_own": _p99([scan for scan in scans if not scan.stolen]),
        "fetch": _p99(fetches), "fetch_own": _p99([fetched for fetched in fetches if not fetched.stolen]),
    }


class Took(NamedTuple):
    """Milliseconds: on the clock, of this thread's processor, and what the host took from all processors meanwhile."""

    wall: float
    worked: float
    stolen: float


def _p99(taken: Sequence[Took]) -> float:
    return quantiles([each.wall for each in taken], n=100)[98]


@contextmanager
def _timed(stolen: Stolen, taken: list[Took]) -> Iterator[None]:
    before, began, worked = stolen.ms(), time.perf_counter(), time.thread_time()
    yield
    wall, worked = (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000
    taken.append(Took(wall, worked, stolen.ms() - before))


def _scan(station: Station) -> list[Took]:
    """From each scan to its beep, with half a millisecond to think in between."""
    taken: list[Took] = []
    stolen = Stolen()
    heard = threading.Event()

    def hear(news: News) -> None:
        if isinstance(news, ScanHeard):
            heard.set()

    stop = station.desk.listen(hear)
    for number in range(SCANS):
        heard.clear()
        with _timed(stolen, taken):
            station.desk.do(intake.keep, Scan(f"scale-{number:06d}".encode(), "bench", datetime.now(UTC)))
            assert heard.wait(60)
        time.sleep(0.0005)
    stop()
    stolen.close()
    return taken


def _fetch(work: Work, names: list[str], stolen: Stolen) -> Took:
    taken: list[Took] = []
    with _timed(stolen, taken):
        assert len(work.store.queued(random.choice(names), A_CALL)) == A_CALL
    return taken[0]


def _sync() -> list[Figure]:
    """The real window on the real desk, whose vendor answers at once, until all is claimed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from station.ui.window import Window, WindowSettings

    app = QApplication.instance() or QApplication([])
    begin = threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="station-sync-") as folder,
        synced(Path(folder), Crowd(SYNCED), begin) as station,
    ):
        window = Window(station.desk, WindowSettings(volume=0.0))
        window.resize(1366, 768)
        window.show()
        watched = Watched()
        station.desk.listen(watched.hear)
        timer = QTimer()
        timer.timeout.connect(lambda: watched.tick() or app.exit())
        station.start()
        station.open_services()
        station.desk.do(greet).result(60)
        timer.start(TICK_MS)
        QTimer.singleShot(SETTLES_MS, begin.set)
        app.exec()
        timer.stop()
        window.close()
        window.deleteLater()
        app.processEvents()
    watched.stolen.close()
    took_s = time.perf_counter() - watched.began
    name = f"while {watched.claimed:,} of {SYNCED:,} rows sync"
    return [
        _below(f"longest stall of Qt {name}, ms", max(watched.stalls), STALL_MS),
        _below(f"the same, {UNDISTURBED}, ms", max(watched.own), STALL_MS),
        Figure("processor time that the host took away meanwhile, % of one", watched.taken_ms / took_s / 10),
        Figure(f"devices claimed a second {name}", watched.claimed / took_s),
    ]


class Watched:
    """Qt's own ticks, from the first claim to the last one (or the end of patience)."""

    def __init__(self) -> None:
        self.claimed, self.stalls, self.own = 0, list[float](), list[float]()
        self.stolen, self.taken_ms = Stolen(), 0.0
        self.began = self._last = time.perf_counter()
        self._stolen = self.stolen.ms()
        self._counting = False

    def hear(self, news: News) -> None:
        if isinstance(news, Plan):
            self.claimed = news.counts.claimed

    def tick(self) -> bool:
        """False once it is over."""
        now, stolen = time.perf_counter(), self.stolen.ms()
        if self._counting:
            self._count((now - self._last) * 1000 - TICK_MS, stolen - self._stolen)
        elif self.claimed:  # what came before is the window's start, which has a benchmark of its own
            self._counting, self.began = True, now
        self._last, self._stolen = now, stolen
        return self.claimed < SYNCED and now - self.began < PATIENCE_S

    def _count(self, stall: float, stolen: float) -> None:
        self.stalls.append(stall)
        self.taken_ms += stolen
        if not stolen:
            self.own.append(stall)


if __name__ == "__main__":
    print(json.dumps(alone(Path(sys.argv[1]))))

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
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

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

SCANS, FETCHES = 500, 200
READY_S, FETCH_MS, ENQUEUE_MS, MEMORY_MB, DISK_MB, STALL_MS = 3.0, 5.0, 20.0, 300.0, 500.0, 50.0
SYNCED, A_CALL = int(os.environ.get("STATION_SYNCED", "50000")), 100
PATIENCE_S = 600.0
TICK_MS = 2
SETTLES_MS = 2000
"""The window has painted its rows by then, and the vendor may begin to answer."""


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
        Figure(f"{many}: the same, median ms of this processor's time", alone["fetch_cpu"]),
        _below(f"{many}: a scan kept, p99 of {SCANS}, ms", alone["enqueue"], ENQUEUE_MS),
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
        enqueue = _scan(station)
        fetches = [station.desk.do(_fetch, names).result(60) for _ in range(FETCHES)]
        memory = psutil.Process().memory_info().rss / 1e6
    finally:
        station.stop(2)
    wall, cpu = zip(*fetches, strict=True)
    return {
        "ready": took, "enqueue": enqueue, "fetch": quantiles(wall, n=100)[98], "fetch_cpu": median(cpu),
        "memory": memory,
    }


def _scan(station: Station) -> float:
    """The 99th percentile of the milliseconds from a scan to its beep, with half a millisecond to think in between."""
    taken: list[float] = []
    heard = threading.Event()

    def hear(news: News) -> None:
        if isinstance(news, ScanHeard):
            heard.set()

    stop = station.desk.listen(hear)
    for number in range(SCANS):
        heard.clear()
        began = time.perf_counter()
        station.desk.do(intake.keep, Scan(f"scale-{number:06d}".encode(), "bench", datetime.now(UTC)))
        assert heard.wait(60)
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(0.0005)
    stop()
    return quantiles(taken, n=100)[98]


def _fetch(work: Work, names: list[str]) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor."""
    began, worked = time.perf_counter(), time.thread_time()
    assert len(work.store.queued(random.choice(names), A_CALL)) == A_CALL
    return (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000


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
    name = f"while {watched.claimed:,} of {SYNCED:,} rows sync"
    return [
        _below(f"longest stall of Qt {name}, ms", max(watched.stalls), STALL_MS),
        Figure(f"devices claimed a second {name}", watched.claimed / (time.perf_counter() - watched.began)),
    ]


class Watched:
    """Qt's own ticks, from the first claim to the last one (or the end of patience)."""

    def __init__(self) -> None:
        self.claimed, self.stalls = 0, list[float]()
        self.began = self._last = time.perf_counter()
        self._counting = False

    def hear(self, news: News) -> None:
        if isinstance(news, Plan):
            self.claimed = news.counts.claimed

    def tick(self) -> bool:
        """False once it is over."""
        now = time.perf_counter()
        if self._counting:
            self.stalls.append((now - self._last) * 1000 - TICK_MS)
        elif self.claimed:  # what came before is the window's start, which has a benchmark of its own
            self._counting, self.began = True, now
        self._last = now
        return self.claimed < SYNCED and now - self.began < PATIENCE_S


if __name__ == "__main__":
    print(json.dumps(alone(Path(sys.argv[1]))))

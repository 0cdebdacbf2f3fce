"""The whole road of a scan through the desk, and how long the window stands still while scans pour in."""

import os
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from station.core.news import News, ScanHeard
from station.core.scan import Scan
from station.desk import intake
from station.folders import Folders
from station.parts import Station, assemble
from station.settings import ConnectionSettings, Settings
from tests.benchmarks.figures import Figure

SCANS = 2_000
STALL_MS = 50.0
TICK_MS = 2


def measure() -> list[Figure]:
    """2,000 scans as fast as they can come, with the real window listening."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        station = _station(Path(folder))
        return _pour(station)


def _station(base: Path) -> Station:
    # An address where nothing answers: look-ups fail at once, as on a desk without a network.
    offline = ConnectionSettings("bench", "local", {"base_url": "http://127.0.0.1:9"})
    folders = Folders(base / "data", base, base / "state", base / "logs")
    return assemble(Settings(connections=(offline,)), folders)


def _pour(station: Station) -> list[Figure]:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from station.desk.house import greet
    from station.ui.window import Window, WindowSettings

    app = QApplication.instance() or QApplication([])
    window = Window(station.desk, WindowSettings(volume=0.0))
    window.resize(1366, 768)
    window.show()
    sent: dict[str, float] = {}
    kept: list[float] = []

    def hear(news: News) -> None:
        if isinstance(news, ScanHeard):
            kept.append((time.perf_counter() - sent[news.shown]) * 1000)

    station.desk.listen(hear)
    station.start()
    station.open_services()
    station.desk.do(greet).result(30)
    stalls: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        stalls.append((now - last) * 1000 - TICK_MS)
        last = now
        if len(kept) >= SCANS:
            app.exit()

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(TICK_MS)
    feeder = threading.Thread(target=_feed, args=(station, sent), name="feeder")

    def pour() -> None:
        stalls.clear()  # what came before is the window's start, which has a benchmark of its own
        feeder.start()

    QTimer.singleShot(1000, pour)
    app.exec()
    feeder.join()
    timer.stop()
    window.close()
    window.deleteLater()
    station.stop(1)
    return _figures(stalls, kept)


def _feed(station: Station, sent: dict[str, float]) -> None:
    for number in range(SCANS):
        text = f"pour-{number:06d}"
        sent[text] = time.perf_counter()
        station.desk.do(intake.keep, Scan(text.encode(), "bench", datetime.now(UTC)))


def _figures(stalls: list[float], kept: list[float]) -> list[Figure]:
    longest = max(stalls)
    rate = len(kept) / (max(kept) / 1000)
    stall = "longest stall of Qt while 2,000 scans pour in, ms"
    return [
        Figure(stall, longest, goal="at most 50 ms", met=longest <= STALL_MS),
        Figure("scans kept a second, all at once", rate),
        Figure("pouring in: a scan's wait until it is kept, median ms", statistics.median(kept)),
    ]

"""From a scan's last key to what a person notices: the band painted with it, and its sound begun. The whole program's
parts are real but the loudspeaker: keys, rule, desk, disk and window.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from station.core.news import Heard, ScanHeard
from station.desk import intake
from station.desk.house import greet
from station.folders import Folders
from station.parts import Station, assemble
from station.scanning.hearing import Hearing, keyboard_wanted
from station.settings import Settings
from station.ui.window import Window
from tests.benchmarks.figures import Figure
from tests.scanners.keyboard_model import Timed, typed
from tests.ui.key_events import send

GOAL_MS = 100.0
SCANS, WARM, GAP_MS = 160, 12, 16
PATIENCE_S, REST_S = 30.0, 0.03
PROBLEM = "https://example.com/nothing-of-a-device"


def measure() -> list[Figure]:
    """p99 in milliseconds, by what a person is to notice: a new row, a row that is there, something that is no device.

    A third of the new ones are plain serial numbers, which could be the first line of a label and wait a moment.
    """
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as folder, program(application, Path(folder)) as feedback:
        for number in range(WARM):
            feedback.scan(f"warm-table-{number:04}")
        taken: dict[Heard, list[tuple[float, float]]] = {heard: [] for heard in Heard}
        for number in range(SCANS):
            text = f"SN{number:06}" if number % 3 == 2 else f"ocean-table-{_letters(number)}"
            for wanted, code in ((Heard.KEPT, text), (Heard.REPEAT, text), (Heard.PROBLEM, PROBLEM)):
                if wanted is Heard.PROBLEM and number % 4:
                    continue
                heard, painted, sounded = feedback.scan(code)
                assert heard is wanted, (code, heard)
                taken[wanted].append((painted, sounded))
    return [
        told
        for heard in Heard
        for at, what in enumerate(("band painted", "sound begun"))
        for told in figures(f"scan's end to {what}, {heard}", [each[at] for each in taken[heard]])
    ]


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")


def figures(name: str, values: list[float]) -> list[Figure]:
    worst = quantiles(values, n=100, method="inclusive")[98]
    return [
        Figure(f"{name}, median, ms", median(values)),
        Figure(f"{name}, p99, ms", worst, GOAL_MS, worst / GOAL_MS, f"at most {GOAL_MS:g} ms", worst <= GOAL_MS),
    ]


class Effect:
    """A loudspeaker that notes when it was asked to play."""

    def __init__(self) -> None:
        self.at = 0.0

    def play(self) -> None:
        self.at = time.perf_counter()


class Feedback(QObject):
    """Types scans into the window and notes when its band was painted with each."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._heard: list[Heard] = []
        self._painted = 0.0
        self._effects = {heard: Effect() for heard in Heard}
        window.sounds._effects = self._effects  # type: ignore[assignment]
        window.bridge.heard.connect(self._hear)
        window.parts.band.installEventFilter(self)

    def scan(self, text: str) -> tuple[Heard, float, float]:
        """Type a scan at a USB scanner's pace; gives what was heard, and milliseconds to the paint and to the sound."""
        turn_until(lambda: False, REST_S)
        self._heard.clear()
        self._painted = 0.0
        band = self._window.parts.band
        before = band.shown
        began = time.perf_counter()
        now = time.monotonic_ns() // 1_000_000
        keys: list[Timed] = list(typed(text + "\r", 0, lambda: GAP_MS, hold=2))
        last = max(at for at, _ in keys)
        send(self._window, [((now - last + at) % (1 << 32), key) for at, key in keys])
        assert turn_until(lambda: bool(self._heard) and self._painted > 0, PATIENCE_S), text
        assert band.shown != before or self._heard[0] is not Heard.KEPT
        heard = self._heard[0]
        return heard, (self._painted - began) * 1000, (self._effects[heard].at - began) * 1000

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._heard and not self._painted:
            self._painted = time.perf_counter()
        return False

    def _hear(self, heard: tuple[ScanHeard, ...]) -> None:
        self._heard += [one.heard for one in heard]
        self._window.parts.band.update()  # the same words again are not painted again: the sound tells them apart


def turn_until(done: Callable[[], bool], seconds: float) -> bool:
    """Let the window live, as its own loop does: nothing runs while there is nothing to do."""
    beat = QTimer()
    beat.start(5)
    until = time.perf_counter() + seconds
    while not done():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() > until:
            return False
    return True


@contextmanager
def program(application: QApplication, folder: Path) -> Iterator[Feedback]:
    """The program on data of its own, its window shown and its database open."""
    station = assemble(Settings(sound=False), Folders(folder, folder, folder / "state", folder / "logs"))
    window = Window(station.desk)
    hearing = _hear(application, station, window)
    try:
        window.show()
        station.start()
        station.open_services()
        station.desk.do(greet)
        hearing.begin()
        turn_until(lambda: window.state.started and "local" in window.state.targets, PATIENCE_S)
        yield Feedback(window)
    finally:
        hearing.end()
        window.bridge.stop()
        station.stop(5)
        window.close()


def _hear(application: QApplication, station: Station, window: Window) -> Hearing:
    wanted = replace(keyboard_wanted(Settings()), repeat_s=0.0)  # the same code soon again is meant
    return Hearing(
        application, wanted, lambda scan: station.desk.do(intake.keep, scan), station.clock.now,
        window.set_listening, lambda _trouble: None,
    )

"""From a scan to its painted row with 10,000 rows in the table, and how long Qt stands still while 2,000 scans come."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median, quantiles

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from station.core.item import Item
from station.core.news import Counts, Heard, ItemsChanged, Plan, Ready, ScanHeard
from station.ui.items_model import Column, cell_text
from station.ui.window import Window, WindowSettings
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.yardsticks.plain_table import cells, plain_table
from tests.ui.rows import LINE, NOW, plan_of, row
from tests.ui.source import Source

ROWS, SCANS, WARM = 10_000, 300, 30
STORM = 2_000
LONGEST_STALL_MS = 50.0
TYPES = ("temperature", "humidity", "proximity", "waterDetector", "ccon")
SIZE = (1366, 768)


def measure() -> list[Figure]:
    """Ours and the yardstick in turn, in windows of one size."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    ours = Ours(application)
    plain = Plain(application, ours.view_size())
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROWS + 1, ROWS + 1 + WARM + SCANS):
        item = scanned(number)
        times[0].append(ours.scan(item))
        times[1].append(plain.scan(item))
    our, their = (taken[WARM:] for taken in times)
    ours.end()
    plain.end()
    return [
        at_most("scan to painted row, median, ms", median(our), median(their), 1.3),
        at_most("scan to painted row, p99, ms", percentile(our), percentile(their), 1.3),
        stall(application),
    ]


def percentile(taken: list[float]) -> float:
    return quantiles(taken, n=100)[98]


def scanned(number: int) -> Item:
    return row(number, f"b5rj9ed7rihk{number:08d}", device_type=TYPES[number % len(TYPES)], name=f"Room {number}")


class Painted(QObject):
    """Notes when a widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._widget and event.type() is QEvent.Type.Paint:
            self.count += 1
        return False


class Ours:
    """The window, fed with news as the desk tells them; a scan counts until its viewport was painted."""

    def __init__(self, application: QGuiApplication) -> None:
        self._application = application
        self.source = Source()
        self.source.items = {number: scanned(number) for number in range(1, ROWS + 1)}
        self.window = Window(self.source, WindowSettings(theme="light", volume=0))
        self.window.resize(*SIZE)
        self.window.show()
        self.source.tell(LINE, Ready("desk"), plan_of([]))
        settle(application)
        self._painted = Painted(self.window.table.viewport())

    def view_size(self) -> tuple[int, int]:
        return self.window.table.width(), self.window.table.height()

    def scan(self, item: Item) -> float:
        before = self._painted.count
        began = time.perf_counter()
        self.source.tell(ItemsChanged((item,)))
        return wait(self._application, lambda: self._painted.count > before and self.top() == item.id, began)

    def top(self) -> int:
        return self.window.items.rows.id_at(0)

    def end(self) -> None:
        self.window.close()
        self.window.deleteLater()
        settle(self._application)


class Plain:
    def __init__(self, application: QGuiApplication, size: tuple[int, int]) -> None:
        self._application = application
        self._view, self._model = plain_table()
        self._view.resize(*size)
        for number in range(ROWS, 0, -1):
            self._model.appendRow(cells(texts(scanned(number))))
        for column, width in enumerate((56, 300, 200, 200, 450, 92)):
            self._view.setColumnWidth(column, width)
        self._view.show()
        settle(application)
        self._painted = Painted(self._view.viewport())

    def scan(self, item: Item) -> float:
        before = self._painted.count
        began = time.perf_counter()
        QTimer.singleShot(0, lambda: self._model.insertRow(0, cells(texts(item))))
        return wait(self._application, lambda: self._painted.count > before, began)

    def end(self) -> None:
        self._view.close()
        self._view.deleteLater()
        settle(self._application)


def texts(item: Item) -> tuple[str, ...]:
    return tuple(cell_text(item, column) for column in Column)


def settle(application: QGuiApplication) -> None:
    for _ in range(20):
        application.processEvents()
        time.sleep(0.005)


def wait(application: QGuiApplication, done: Callable[[], bool], began: float) -> float:
    """Turn Qt's loop until it is done; milliseconds since ``began``."""
    until = began + 5
    while not done():
        application.processEvents()
        if time.perf_counter() > until:
            raise RuntimeError("the row was not painted within 5 s")
    return (time.perf_counter() - began) * 1000


class Pulse(QObject):
    """Beats every millisecond of Qt's loop and keeps the longest time between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def stall(application: QGuiApplication) -> Figure:
    """The longest stall of Qt's loop while another thread tells of 2,000 scans as fast as it can."""
    ours = Ours(application)
    items = [scanned(number) for number in range(ROWS + 1, ROWS + 1 + STORM)]

    def storm() -> None:
        for at, item in enumerate(items):
            heard = ScanHeard(Heard.KEPT, item, "", "keyboard")
            ours.source.tell(ItemsChanged((item,)), heard, ItemsChanged((replace(item, looked_up_at=NOW),)))
            if at % 20 == 0:
                ours.source.tell(Plan((), Counts(scanned=ROWS + at)))

    pulse = Pulse()
    thread = threading.Thread(target=storm, name="storm")
    thread.start()
    wait(application, lambda: ours.top() == items[-1].id, time.perf_counter())
    thread.join()
    settle(application)
    longest = pulse.longest * 1000
    ours.end()
    return Figure("longest stall of Qt while 2,000 scans come, ms", longest, goal=f"at most {LONGEST_STALL_MS:g} ms",
                  met=longest <= LONGEST_STALL_MS)

"""The real window on this thread, while the day goes by on another."""

import os
import threading
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from station.parts import Station
from station.ui.window import Window, WindowSettings


class _Over(QObject):
    """Tells Qt's thread that the day is over."""

    over = Signal()


def beside(station: Station, work: Callable[[], None]) -> None:
    """Show a window that listens to the desk until ``work``, on a thread of its own, is done."""
    app = QApplication.instance() or QApplication([])
    window = Window(station.desk, WindowSettings(volume=0.0))
    window.resize(1366, 768)
    window.show()
    told = _Over()
    told.over.connect(app.quit, Qt.ConnectionType.QueuedConnection)

    def live() -> None:
        try:
            work()
        finally:
            told.over.emit()

    person = threading.Thread(target=live, name="person")
    person.start()
    app.exec()
    person.join()
    window.close()
    window.deleteLater()
    app.processEvents()

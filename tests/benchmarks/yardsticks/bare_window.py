"""The yardstick for start and memory: the least program that shows a table in a PySide6 window.

It speaks as the station does under STATION_TIMINGS, so that both are timed alike: a JSON line on standard error
when the window is first painted. Whoever started it takes the time; nothing more is imported here than it needs.
"""

import json
import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView


class FirstPaint(QObject):
    """Tells, once, that its widget has been painted."""

    told = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.told:
            self.told = True
            QTimer.singleShot(0, tell_painted)  # behind the paint itself
        return super().eventFilter(watched, event)


def tell_painted() -> None:
    print(json.dumps({"event": "painted"}), file=sys.stderr, flush=True)


def main() -> int:
    app = QApplication(sys.argv)
    model = QStandardItemModel(20, 6)
    for row in range(20):
        for column in range(6):
            model.setItem(row, column, QStandardItem(f"cell {row} {column}"))
    table = QTableView()
    table.setModel(model)
    window = QMainWindow()
    window.setCentralWidget(table)
    window.resize(1024, 768)
    watcher = FirstPaint()
    table.viewport().installEventFilter(watcher)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())

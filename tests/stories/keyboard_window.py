"""A window with everything that a scan must not touch; told what to do on standard input, answers in JSON lines."""

import json
import sys
import time
from datetime import UTC, datetime

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from station.core.scan import Scan
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from station.ui.key_filter import KeyFilter
from station.ui.key_stroke import Stroke


class Window(QDialog):
    """One of each: a default button, a field, a table that edits, a list to choose from, shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.clicks = self.fired = self.undone = 0
        self.edit, self.combo, self.table = QLineEdit(), QComboBox(), QTableWidget(2, 2)
        self.combo.addItems(["Kilo", "Lima", "Mike"])
        self.table.setItem(0, 0, QTableWidgetItem("kept"))
        self.button = QPushButton("Claim")
        self.button.setDefault(True)
        self.button.clicked.connect(self._click)
        box = QVBoxLayout(self)
        for widget in (self.edit, self.combo, self.table, self.button):
            box.addWidget(widget)
        QShortcut(QKeySequence("Ctrl+]"), self).activated.connect(self._fire)
        QShortcut(QKeySequence("Ctrl+Z"), self).activated.connect(self._undo)
        self.other = QDialog(self)
        self.field = QLineEdit(self.other)

    def _click(self) -> None:
        self.clicks += 1

    def _fire(self) -> None:
        self.fired += 1

    def _undo(self) -> None:
        self.undone += 1

    def part(self, name: str) -> QWidget:
        return {"edit": self.edit, "combo": self.combo, "table": self.table, "button": self.button}[name]


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


class Control:
    """Carries out one line of standard input after the other."""

    def __init__(self, app: QApplication, window: Window) -> None:
        self.app, self.window = app, window
        self.scans: list[str] = []
        self.listening: list[bool] = []
        self.troubles: list[str] = []

    def take(self, scan: Scan) -> None:
        self.scans.append(scan.text)

    def obey(self) -> None:
        word, _, rest = sys.stdin.readline().strip().partition(" ")
        if word == "focus":
            self.window.part(rest).setFocus()
        elif word == "stall":
            time.sleep(float(rest))
            return
        elif word == "quit" or not word:
            self.app.exit()
            return
        self.report()

    def report(self) -> None:
        window, table = self.window, self.window.table
        item = table.item(0, 0)
        tell(
            scans=self.scans,
            clicks=window.clicks,
            fired=window.fired,
            undone=window.undone,
            text=window.edit.text(),
            combo=window.combo.currentText(),
            cell=item.text() if item else None,
            editing=table.state() != QTableWidget.State.NoState,
            listening=self.listening,
            troubles=self.troubles,
        )
        self.scans, self.troubles = [], []
        window.edit.clear()


def main() -> int:
    app = QApplication(sys.argv[:1])
    window = Window()
    control = Control(app, window)
    rule: BurstRule[Stroke] = BurstRule(Settings(layout=sys.argv[1]))
    keys = KeyFilter(
        app, rule, control.take, lambda: datetime.now(UTC), control.listening.append, control.troubles.append
    )
    window.show()
    keys.install()
    commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    commands.activated.connect(lambda *_: control.obey())
    tell(window=int(window.winId()), platform=app.platformName())
    app.exec()
    keys.remove()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

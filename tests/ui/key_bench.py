"""A window with everything that a scan must not touch, and the filter before it."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from station.core.scan import Scan
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from station.ui.key_filter import KeyFilter, KeyTrouble
from station.ui.key_stroke import Stroke

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Window(QMainWindow):
    """One of each: a default button in a dialog, a field, a table that edits, a list, shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: list[str] = []
        middle = QWidget()
        self.edit, self.combo, self.table, self.notes = QLineEdit(), QComboBox(), QTableWidget(2, 2), QPlainTextEdit()
        self.combo.addItems(["Kilo", "Lima", "Mike"])
        self.table.setItem(0, 0, QTableWidgetItem("kept"))
        self.table.setCurrentCell(0, 0)
        self.button = QPushButton("Claim")
        self.button.clicked.connect(lambda: self.happened.append("click"))
        box = QVBoxLayout(middle)
        for widget in (self.edit, self.combo, self.table, self.notes, self.button):
            box.addWidget(widget)
        self.setCentralWidget(middle)
        QShortcut(QKeySequence("Ctrl+]"), self).activated.connect(lambda: self.happened.append("shortcut"))
        undo = QAction("Undo", self)
        undo.setShortcut(QKeySequence("Ctrl+Z"))
        undo.triggered.connect(lambda: self.happened.append("undo"))
        self.addAction(undo)

    @property
    def felt(self) -> tuple[list[str], str, str, str, bool]:
        item = self.table.item(0, 0)
        assert item
        editing = self.table.state() != QTableWidget.State.NoState
        text = self.edit.text() + self.notes.toPlainText()
        return self.happened, text, self.combo.currentText(), item.text(), editing


UNTOUCHED: tuple[list[str], str, str, str, bool] = ([], "", "Kilo", "kept", False)


class Bench:
    """The window, the filter before it, and what came out."""

    def __init__(self, app: QApplication, settings: Settings | None = None) -> None:
        self.window = Window()
        self.scans: list[Scan] = []
        self.listening: list[bool] = []
        self.troubles: list[KeyTrouble] = []
        self.on_scan: Callable[[Scan], None] = self.scans.append
        rule: BurstRule[Stroke] = BurstRule(settings)
        self.filter = KeyFilter(
            app, rule, self.take, lambda: NOON, self.listening.append, self.troubles.append
        )
        self.window.show()
        self.window.activateWindow()
        self.filter.install()

    def take(self, scan: Scan) -> None:
        self.on_scan(scan)

    @property
    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans]

    def settle(self, bot: QtBot) -> None:
        """Let the filter's own timer run out, as it does on an idle desk."""
        bot.wait(260)

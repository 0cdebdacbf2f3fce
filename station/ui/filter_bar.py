"""The bar over the table that narrows it down: one chip a kind of row, and a text to look for."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from station.desk.sorting import Show
from station.words import say

from .style import Style

TYPING_MS = 200
"""How long after the last letter the table is asked for."""


class FilterBar(QFrame):
    """Hidden until it is wanted; while it narrows anything down it stays in view, so that nobody forgets it."""

    changed = Signal()
    closed = Signal()

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[Show, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.px(10), style.px(6), style.px(10), style.px(6))
        row.setSpacing(style.px(4))
        for show in Show:
            chip = QPushButton(say(f"filter.{show}"))
            chip.setProperty("look", "chip")
            chip.setCheckable(True)
            chip.setAutoDefault(False)
            chip.setAccessibleName(say("access.filter", name=say(f"filter.{show}")))
            self._group.addButton(chip)
            self._chips[show] = chip
            row.addWidget(chip)
        self._chips[Show.ALL].setChecked(True)
        row.addStretch(1)
        self.field = QLineEdit()
        self.field.setProperty("look", "search")
        self.field.setPlaceholderText(say("filter.placeholder"))
        self.field.setAccessibleName(say("filter.placeholder"))
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumWidth(style.px(220))
        row.addWidget(self.field)
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.changed)
        self.field.textChanged.connect(self._typing.start)
        self._group.buttonClicked.connect(self.changed)
        self.hide()

    @property
    def show_rows(self) -> Show:
        return next((show for show, chip in self._chips.items() if chip.isChecked()), Show.ALL)

    @property
    def text(self) -> str:
        return self.field.text().strip()

    def open(self) -> None:
        """Come into view, ready to type."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def choose(self, show: Show) -> None:
        """Narrow down to one kind of row."""
        self.show()
        self._chips[show].setChecked(True)
        self.changed.emit()

    def clear(self) -> None:
        """Show all rows again and go out of view."""
        narrowed = self.text or self.show_rows is not Show.ALL
        with QSignalBlocker(self.field):
            self.field.clear()
        self._typing.stop()
        self._chips[Show.ALL].setChecked(True)
        self.hide()
        if narrowed:
            self.changed.emit()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closed.emit()
        else:
            super().keyPressEvent(event)

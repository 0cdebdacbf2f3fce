"""A calm line that asks for the passphrase of the sealed file; scanning goes on meanwhile."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from station.core.secret import Secret
from station.words import say

from .connection_answers import Answers
from .connection_doors import ConnectionDoors, Done, Overview, Problem
from .panel_parts import SaidLine, button, sheet
from .style import Style

ASK_AFTER_MS = 200
FIELD = 260
"""Pixels of the field."""


class UnlockLine(QFrame):
    """Seen only while something is locked away. ``opened`` once the passphrase fitted."""

    opened = Signal()

    def __init__(self, doors: ConnectionDoors, style: Style) -> None:
        super().__init__()
        self._doors, self._answers = doors, Answers(self)
        self.setProperty("look", "surface")
        self.setAccessibleName(say("connections.unlock_title"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(8)
        self._says = SaidLine()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(say("connections.passphrase"))
        self.line.setPlaceholderText(say("connections.passphrase"))
        self.line.setMinimumWidth(FIELD)
        self._unlock, later = button(say("connections.unlock")), button(say("connections.later"), "quiet")
        row.addWidget(self._says, 1)
        for part in (self.line, self._unlock, later):
            row.addWidget(part)
        self.line.returnPressed.connect(self._enter)
        self._unlock.clicked.connect(self._enter)
        later.clicked.connect(self._put_off)
        self.restyle(style)
        self.hide()

    @Slot(object)
    def restyle(self, style: Style) -> None:
        self.setStyleSheet(sheet(style))

    def ask_soon(self) -> None:
        """Find out, once the window has had its turn, whether something is locked."""
        QTimer.singleShot(ASK_AFTER_MS, self._look)

    @Slot()
    def _look(self) -> None:
        self._answers.wait(self._doors.look_for_locks(), self._show)

    def _show(self, overview: Overview | Problem) -> None:
        if isinstance(overview, Problem) or overview.file != "locked":
            self.hide()
            return
        locked = [each.name for each in overview.connections if each.locked]
        names = ", ".join(locked)
        self._tell(say("connections.locked_some", names=names) if locked else say("connections.locked_pins"))
        self.show()

    def _tell(self, text: str, look: str = "") -> None:
        self._says.tell(look, text)

    @Slot()
    def _enter(self) -> None:
        text = self.line.text()
        if not text:
            self.line.setFocus()
            return
        self.line.setEnabled(False)
        self._unlock.setEnabled(False)
        self._answers.wait(self._doors.unlock(Secret(text)), self._answered)

    def _answered(self, result: Done | Problem) -> None:
        self.line.setEnabled(True)
        self._unlock.setEnabled(True)
        if isinstance(result, Problem):
            self._tell(result.sentence, "bad")
            self.line.selectAll()
            self.line.setFocus()
            return
        self.line.clear()
        self.hide()
        self.opened.emit()

    @Slot()
    def _put_off(self) -> None:
        """Until the next start, or until the panel of connections asks for it."""
        self.line.clear()
        self.hide()

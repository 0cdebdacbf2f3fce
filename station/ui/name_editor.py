"""The small field over a row's name; what a person types into it becomes the name."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from station.words import say

LONGEST_NAME = 200


class NameEditor(QLineEdit):
    """Enter and leaving the field keep the name, Esc leaves it as it was; ``finished`` brings a changed one."""

    finished = Signal(str)

    def __init__(self, name: str, parent: QWidget, back_to: QWidget) -> None:
        super().__init__(name, parent)
        self._before, self._back_to = name, back_to
        self._closed = False
        self.setMaxLength(LONGEST_NAME)
        self.setProperty("look", "cell")
        self.setAccessibleName(say("access.name"))
        self.setFrame(False)
        self.returnPressed.connect(self._keep)

    def open(self) -> None:
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        """Esc is the field's own while it is open, before it is the window's."""
        asks = event.type() is QEvent.Type.ShortcutOverride
        if asks and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)
            event.accept()  # no key goes on to the table below

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._keep()

    @Slot()
    def _keep(self) -> None:
        if self._closed:
            return
        name = self.text().strip()
        self._close()
        if name != self._before:
            self.finished.emit(name)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self.hide()
            self.deleteLater()
            self._back_to.setFocus()

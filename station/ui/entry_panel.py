"""Typing a code by hand, or pasting a list of them."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QPlainTextEdit

from station.words import say

from .panel_parts import Panel, button, label
from .style import Style

LONGEST_READ = 8_000
"""Letters of a line that are looked at while it is typed."""


class EntryPanel(Panel):
    """``keep`` takes one typed text, ``keep_list`` pasted lines; ``read`` says what a text would become."""

    def __init__(
        self,
        style: Style,
        read: Callable[[str], tuple[str, str]],
        keep: Callable[[str], object],
        keep_list: Callable[[str], object],
    ) -> None:
        super().__init__(say("entry.title"), style)
        self._read, self._keep, self._keep_list = read, keep, keep_list
        self._field = EntryField()
        self._heading, self._line = label("", "strong"), label("", "muted")
        self._take = button(say("entry.keep"), "main")
        self._kept = label("", "good")
        self.content.addWidget(self._field, 1)
        self.content.addWidget(self._heading)
        self.content.addWidget(self._line)
        self.content.addWidget(self._kept)
        self.content.addWidget(self._take)
        self._field.textChanged.connect(self._tell)
        self._field.entered.connect(self._enter)
        self._take.clicked.connect(self._enter)
        self.begin_at(self._field)
        self._tell()

    def opened(self) -> None:
        super().opened()
        self._field.selectAll()
        self._kept.clear()

    def _lines(self) -> list[str]:
        return [line for line in (line.strip() for line in self._field.toPlainText().splitlines()) if line]

    @Slot()
    def _tell(self) -> None:
        """Say what the text would become, while it is typed."""
        lines = self._lines()
        self._take.setEnabled(bool(lines))
        self._take.setText(say("entry.keep_list", n=len(lines)) if len(lines) > 1 else say("entry.keep"))
        self._take.setAccessibleName(self._take.text())
        heading, line = ("", "")
        if len(lines) == 1:
            heading, line = self._read(lines[0][:LONGEST_READ])
        elif lines:
            heading, line = say("entry.list", n=len(lines)), say("entry.list_how")
        self._heading.setText(heading)
        self._line.setText(line)
        if lines:
            self._kept.clear()

    @Slot()
    def _enter(self) -> None:
        """Keep what stands there and be ready for the next."""
        lines = self._lines()
        if len(lines) == 1:
            self._keep(lines[0])
            kept = say("entry.kept")  # not the text itself: it may hold a PIN
        elif lines:
            self._keep_list("\n".join(lines))
            kept = say("entry.kept_list", n=len(lines))
        else:
            return
        self._field.clear()
        self._kept.setText(kept)
        self._field.setFocus()


class EntryField(QPlainTextEdit):
    """Enter keeps the text, Shift+Enter begins another line; Tab leaves the field."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(say("entry.field"))
        self.setPlaceholderText(say("entry.placeholder"))
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)
